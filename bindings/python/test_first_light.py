"""The line from end to end through the generated Python module and a real hub process.

Takes `DOORKNOCK_BINDINGS` (the folder with `doorknock.py` and the library) and `DOORKNOCK_HUB` (the
program `doorknock-hub`) from the environment; without them, the debug build of this workspace.
"""

import datetime
import gc
import http.client
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
import uuid
from urllib.parse import urlsplit

TARGET = pathlib.Path(__file__).resolve().parents[2] / "target"
BINDINGS = os.environ.get("DOORKNOCK_BINDINGS", str(TARGET / "bindings" / "python"))
HUB = os.environ.get("DOORKNOCK_HUB", str(TARGET / "debug" / "doorknock-hub"))

sys.path.insert(0, BINDINGS)
import doorknock  # noqa: E402  (the folder comes from the environment)
from doorknock import (  # noqa: E402
    Channel, Doorknock, DoorknockError, FileKeys, NewVisit, Outcome, Role,
)

ROSTER = [
    ["网格", "小区", "楼栋", "单元", "房号", "户主", "电话", "关爱类别", "民族"],
    ["G1", "花园", "3栋", "1单元", "101室", "住户一", "10000000001", "独居", ""],
    ["G1", "花园", "3栋", "1单元", "102室", "住户二", "10000000002", "", ""],
    ["G2", "花园", "4栋", "1单元", "101室", "住户三", "10000000003", "独居", ""],
]


CHINA = datetime.timezone(datetime.timedelta(hours=8))


class Http(doorknock.Transport):
    """The hub over HTTP; follows no redirect."""

    def __init__(self):
        self.asked = 0

    def exchange(self, hub_url, method, path, body):
        self.asked += 1
        connection = http.client.HTTPConnection(urlsplit(hub_url).netloc, timeout=20)
        try:
            connection.request(method, path, body, {"Content-Type": "application/cbor"})
            response = connection.getresponse()
            return doorknock.HubAnswer(status=response.status, body=response.read())
        except OSError:
            raise doorknock.TransportError.Unreachable("没有信号 / no signal")
        finally:
            connection.close()


class Broken(doorknock.Transport):
    """An app's mistake, with something in its text that nobody else should read."""

    def exchange(self, hub_url, method, path, body):
        raise ValueError("10000000001")


class FirstLight(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.net = Http()
        self.hub = self.start_hub()

    def start_hub(self):
        port_file = self.folder / "port"
        hub = subprocess.Popen(
            [HUB, "serve", "--data", str(self.folder / "hub"), "--listen", "127.0.0.1:0",
             "--port-file", str(port_file)],
            stderr=subprocess.PIPE, encoding="utf-8",
        )
        self.addCleanup(self.stop, hub)
        # It says one line once it listens and the port file is written, and nothing until it stops.
        line = hub.stderr.readline()
        self.assertIn("127.0.0.1:", line)
        self.url = "http://" + port_file.read_text().strip()
        return hub

    @staticmethod
    def stop(hub):
        hub.kill()
        hub.wait()
        hub.stderr.close()

    def home(self, name):
        return str(self.folder / name)

    def create(self, name):
        return Doorknock.create(self.home(name), self.keys(name))

    def open(self, name):
        return Doorknock.open(self.home(name), self.keys(name))

    def keys(self, name):
        return FileKeys(str(self.folder / name / "key"))

    def office(self):
        office = self.create("office")
        office.create_community("柳荫社区", self.url, "周主任", self.net)
        report = office.import_roster_rows(ROSTER, None, self.net)
        self.assertEqual((report.doors_added, report.rows_refused), (3, []))
        self.assertEqual(report.columns_dropped, ["民族"])
        office.sync(self.net)
        return office

    def phone(self, office):
        link = office.invite(Role.WORKER, ["G1"], 7, self.net)
        phone = self.create("phone")
        phone.join(link, "李文丽", self.net)
        phone.sync(self.net)
        return phone

    def assert_fails(self, code, call):
        with self.assertRaises(DoorknockError.Failure) as raised:
            call()
        error = raised.exception
        self.assertEqual(error.code, code)
        self.assertTrue(any("\u4e00" <= c <= "\u9fff" for c in error.zh), error.zh)
        self.assertTrue(error.en.isascii() and error.en.endswith("."), error.en)
        return error

    def test_a_visit_logged_offline_is_read_at_the_office(self):
        office = self.office()
        phone = self.phone(office)
        today = phone.today()
        self.assertEqual((today.grid, len(today.items)), ("G1", 1))
        line = today.items[0]
        self.assertEqual(line.status, doorknock.RoundStatus.DUE)
        self.assertEqual(line.contact, "住户一")

        asked = self.net.asked
        visit = phone.log_visit(NewVisit(
            door=line.door, outcome=Outcome.MET, channel=Channel.IN_PERSON,
            companions=["志愿者小陈"], answers=["meals=yes"], summary="老人精神很好，厨房水管漏水",
        ))
        self.assertEqual(self.net.asked, asked, "recording needs no network")
        self.assertEqual(phone.status().pending_visits, 1)
        self.assertEqual(phone.today().items[0].status, doorknock.RoundStatus.DONE)

        self.assertGreater(phone.sync(self.net).pushed, 0)
        office.sync(self.net)
        [read] = office.visits(None, 10)
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
        self.assertEqual(office.visits(None, 10), [])

    def office_again(self):
        """The home that was let go opens again, and becomes an office."""
        office = self.open("office")
        office.create_community("柳荫社区", self.url, "周主任", self.net)
        office.import_roster_rows(ROSTER, None, self.net)
        return office

    def test_without_the_hub_nothing_is_lost_and_a_broken_transport_is_an_answer_that_did_not_come(self):
        office = self.office()
        self.hub.kill()
        self.hub.wait()
        door = office.today("G2").items[0].door
        office.log_visit(NewVisit(door=door, outcome=Outcome.NOBODY_HOME, channel=Channel.AT_THE_DOOR))
        with self.assertRaises(DoorknockError.Failure) as raised:
            office.sync(self.net)
        self.assertEqual(raised.exception.code, "hub_unreachable")
        self.assertIn("没有信号", raised.exception.zh)
        with self.assertRaises(DoorknockError.Failure) as raised:
            office.sync(Broken())
        self.assertEqual(raised.exception.code, "hub_unreachable")
        self.assertNotIn("10000000001", str(raised.exception))
        self.assertEqual(office.status().pending_visits, 1)
        self.assertEqual(len(office.visits(door, 10)), 1)


if __name__ == "__main__":
    unittest.main()
