"""The line from end to end through the generated Python module and a real hub process."""

import datetime
import gc
import unittest
import uuid

from scene import Scene  # it says where the bindings are
from doorknock import Channel, NewVisit, Outcome, Role, RoundStatus

CHINA = datetime.timezone(datetime.timedelta(hours=8))


class FirstLight(Scene):
    def test_a_visit_logged_offline_is_read_at_the_office(self):
        office = self.office()
        phone = self.phone(office)
        today = phone.today()
        self.assertEqual((today.grid, len(today.items)), ("G1", 1))
        line = today.items[0]
        self.assertEqual(line.status, RoundStatus.DUE)
        self.assertEqual(line.contact, "住户一")

        asked = self.net.asked
        visit = phone.log_visit(NewVisit(
            door=line.door, outcome=Outcome.MET, channel=Channel.IN_PERSON,
            companions=["志愿者小陈"], answers=["meals=yes"], summary="老人精神很好，厨房水管漏水",
        ))
        self.assertEqual(self.net.asked, asked, "recording needs no network")
        self.assertEqual(phone.status().pending_visits, 1)
        self.assertEqual(phone.today().items[0].status, RoundStatus.DONE)

        self.assertGreater(self.net.carry(phone.sync()).report.pushed, 0)
        self.net.carry(office.sync())
        [read] = self.visits(office)
        self.assertEqual((read.visit, read.by, read.outcome), (visit, "李文丽", Outcome.MET))
        self.assertEqual(read.companions, ["志愿者小陈"])
        self.assertEqual(read.summary, "老人精神很好，厨房水管漏水")
        self.assertEqual([(a.item, a.answer.zh) for a in read.answers], [("meals", "是")])
        self.assertEqual([hit.id for hit in office.search("漏水", 10)], [visit])
        status = phone.status()
        self.assertEqual((status.pending, status.at_hub_visits, status.notices), (0, 1, []))
        self.assertLess(datetime.datetime.now(CHINA) - status.last_sync, datetime.timedelta(hours=1))

    def test_errors_carry_a_code_and_a_sentence_in_both_languages(self):
        home = self.create("office")
        self.assert_fails("home_exists", lambda: self.create("office"))
        self.assert_fails("busy", lambda: self.open("office"))
        self.assert_fails("no_home", lambda: self.open("nowhere"))
        self.assert_fails("not_joined", home.today)
        self.assert_fails("not_joined", home.sync().next)
        del home
        gc.collect()
        office = self.office_again()
        door = office.today("G1").items[0].door
        new = lambda **more: NewVisit(
            **{"door": door, "outcome": Outcome.MET, "channel": Channel.PHONE, **more})
        for code, visit in [
            ("not_found", new(door=uuid.UUID(int=0))),
            ("follow_up_in_past", new(follow_up=datetime.date(2020, 1, 1))),
            ("visit_in_future", new(at=datetime.datetime(2999, 1, 1, tzinfo=CHINA))),
            ("unknown_choice", new(outcome=Outcome.UNKNOWN)),
            ("unknown_item", new(answers=["no-such-item=yes"])),
        ]:
            with self.subTest(code):
                self.assert_fails(code, lambda: office.log_visit(visit))
        self.assertEqual(self.visits(office), [])

    def office_again(self):
        """The home that was let go opens again, and becomes an office."""
        office = self.open("office")
        self.net.carry(office.create_community("柳荫社区", self.url, "周主任"))
        report = self.import_roster(office)
        self.assertEqual((report.doors_added, report.rows_refused), (3, []))
        self.assertEqual(report.columns_dropped, ["民族"])
        return office

    def test_without_the_hub_nothing_is_lost(self):
        office = self.office()
        self.hub.kill()
        self.hub.wait()
        door = office.today("G2").items[0].door
        office.log_visit(NewVisit(door=door, outcome=Outcome.NOBODY_HOME, channel=Channel.AT_THE_DOOR))
        error = self.assert_fails("hub_unreachable", lambda: self.net.carry(office.sync()))
        self.assertIn("没有网络", error.zh)
        self.assertIn("no network", error.en)
        self.assert_fails("hub_unreachable", lambda: self.net.carry(office.invite(Role.WORKER, ["G1"], 7)))
        self.assertEqual(office.status().pending_visits, 1)
        self.assertEqual([visit.outcome.label().zh for visit in self.visits(office, door)], ["无人在家"])


if __name__ == "__main__":
    unittest.main()
