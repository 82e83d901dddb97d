"""Two phones and an office: a round without a signal, a note that two people edit at once, one of them on a phone whose app is
killed, and a conflict that a person resolves. Kotlin and Swift play the same."""

import os
import pathlib
import subprocess
import sys
import unittest

from scene import Scene  # it says where the bindings are
from doorknock import (
    ChangeKind, Channel, ConflictChoice, NamedValue, NewVisit, Observer, Outcome, RecordValue,
    RoundStatus,
)

EDITOR = pathlib.Path(__file__).with_name("editor.py")


class Seen(Observer):
    def __init__(self):
        self.changes = []

    def changed(self, changes):
        self.changes += changes

    def of(self, kind):
        return [change for change in self.changes if change.kind == kind]


def text(text):
    return RecordValue.WRITTEN(text)


class Scenario(Scene):
    def sync(self, *homes):
        for home in homes + homes:
            self.net.carry(home.sync())

    def test_a_day_of_two_phones_and_an_office(self):
        office = self.office()
        li, wang = self.phone(office, "li", "李文丽"), self.phone(office, "wang", "王建国")
        self.sync(office, li, wang)

        # In the stairwell: a round is worked and a case opened without a single request.
        asked = self.net.asked
        line = li.today().items[0]
        decision = li.take_door(line.door)
        self.assertEqual([taker.name for taker in li.today().items[0].takers], ["李文丽"])
        visit = li.log_visit(NewVisit(
            door=line.door, outcome=Outcome.MET, channel=Channel.IN_PERSON,
            answers=["meals=yes"], summary="精神不错，早饭喝了粥",
        ))
        self.assertEqual(li.today().items[0].status, RoundStatus.DONE)
        self.assert_fails("not_found", lambda: li.undo_decision(line.door, visit))
        li.undo_decision(line.door, decision)
        case = li.add_record("case", [NamedValue(name="title", value=text("出院后照护"))])
        note = li.append_record(case, "note", text("周一上门，老人说腰疼。"))
        self.assertEqual(self.net.asked, asked)
        self.assertEqual(li.status().pending_visits, 1)
        self.sync(li, office, wang)
        self.assertEqual(li.status().pending, 0)
        self.assertEqual([v.visit for v in self.visits(office)], [visit])

        # Both edit what both saw: the note, and the title. Li's app is killed right after it said "saved".
        version = wang.record(case).version
        self.assertEqual(version, li.record(case).version)
        li.shutdown()
        self.edit_and_be_killed("li", case, note, version, "李文丽改的题目", "周一上门，老人说腰疼。子女周三到。")
        wang.edit_text(case, "note", version, "周一上门，老人说腰疼。已约社区医生。", note)
        wang.edit_record(case, [NamedValue(name="title", value=text("王建国改的题目"))], version)
        li = self.open("li")
        self.assertEqual(li.record(case).title, "李文丽改的题目")

        seen = Seen()
        kept = wang.observe(seen)
        self.sync(li, wang, office)
        self.assertEqual(seen.of(ChangeKind.RECORD("case"))[0].id, case)
        self.assertTrue(seen.of(ChangeKind.STATUS()))
        for home in [li, wang, office]:
            record = home.record(case)
            [written] = [item.value.text for item in record.items if item.item == note]
            self.assertIn("子女周三到。", written)
            self.assertIn("已约社区医生。", written)
            self.assertEqual(record.conflicts, ["title"])
            [conflict] = home.conflicts()
            self.assertEqual((conflict.record, conflict.field), (case, "title"))
            sides = {value.by: value.value.text for value in conflict.values}
            self.assertEqual(sides, {"李文丽": "李文丽改的题目", "王建国": "王建国改的题目"})
        self.assertEqual({v.by for v in office.text_history(case, "note", note)}, {"李文丽", "王建国"})

        # A person resolves it, once and for all.
        [conflict] = office.conflicts()
        mine = [value.by for value in conflict.values].index("王建国")
        self.assert_fails("bad_choice", lambda: office.resolve(conflict.id, ConflictChoice.KEEP(9)))
        office.resolve(conflict.id, ConflictChoice.KEEP(mine))
        self.assert_fails("not_found", lambda: office.resolve(conflict.id, ConflictChoice.KEEP(mine)))
        self.sync(office, li, wang)
        for home in [li, wang, office]:
            self.assertEqual(home.conflicts(), [])
            self.assertEqual(home.record(case).title, "王建国改的题目")
            self.assertEqual((home.status().pending, home.status().notices), (0, []))
        kept.stop()

    def edit_and_be_killed(self, home, case, note, version, title, written):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, str(EDITOR), self.home(home), case.hex, note, version, title, written],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            encoding="utf-8", env=environment,
        )
        self.addCleanup(self.stop, process)
        self.assertEqual(process.stdout.readline(), "saved\n")
        self.assert_fails("busy", lambda: self.open(home))
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


if __name__ == "__main__":
    unittest.main()
