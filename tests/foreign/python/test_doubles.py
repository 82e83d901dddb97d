"""What the tests of apps stand on: a hub in the process, keys in memory and a clock that a test moves."""

import datetime
import pathlib
import tempfile
import unittest

import scene  # noqa: F401  (it says where the bindings are)
import doorknock
from doorknock import Channel, Doorknock, HubAnswer, NewVisit, Outcome, Role, RosterOptions
from doorknock_testing import InMemoryHub

CHINA = datetime.timezone(datetime.timedelta(hours=8))


class FakeKeys(doorknock.KeyStore):
    def __init__(self):
        self.key = None

    def load(self):
        return self.key

    def save(self, key):
        self.key = key


class ManualClock(doorknock.Clock):
    def __init__(self, at):
        self.at = at

    def now(self):
        return self.at


class Doubles(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.hub = InMemoryHub()
        self.clock = ManualClock(datetime.datetime(2026, 11, 21, 10, tzinfo=CHINA))
        self.hub.set_clock(self.clock.at)

    def home(self, name):
        return Doorknock.create(str(self.folder / name), FakeKeys(), self.clock)

    def carry(self, call):
        while (request := call.next()) is not None:
            reply = self.hub.exchange(request.method, request.path, request.body)
            call.answer(HubAnswer(status=reply.status, body=reply.body))
        return call.result()

    def office(self):
        office = self.home("office")
        self.carry(office.create_community("柳荫社区", "http://hub.test", "周主任"))
        self.carry(office.import_roster(scene.ROSTER, RosterOptions()))
        return office

    def test_homes_meet_at_a_hub_in_the_process_by_the_clock_of_the_test(self):
        office = self.office()
        link = self.carry(office.invite(Role.WORKER, ["G1"], 7)).link
        self.carry(office.sync())
        phone = self.home("phone")
        self.carry(phone.join(link, "李文丽"))
        self.carry(phone.sync())
        round = phone.today()
        self.assertEqual(round.date, datetime.date(2026, 11, 21))
        self.assertEqual(round.as_of, self.clock.at)
        visit = phone.log_visit(NewVisit(
            door=round.items[0].door, outcome=Outcome.MET, channel=Channel.PHONE,
            follow_up=datetime.date(2026, 12, 1),
        ))
        self.carry(phone.sync())
        self.carry(office.sync())
        [read] = office.visits().items
        self.assertEqual((read.visit, read.at), (visit, self.clock.at))
        self.assertEqual(read.follow_up, datetime.date(2026, 12, 1))

    def test_an_invitation_expires_by_the_clock_of_the_test(self):
        office = self.office()
        link = self.carry(office.invite(Role.WORKER, ["G1"], 7)).link
        self.clock.at += datetime.timedelta(days=8)
        self.hub.set_clock(self.clock.at)
        with self.assertRaises(doorknock.DoorknockError.Failure) as raised:
            self.carry(self.home("phone").join(link, "李文丽"))
        self.assertEqual(raised.exception.code, "invite_expired")

    def test_two_hubs_know_nothing_of_each_other(self):
        office = self.office()
        self.hub = InMemoryHub()
        with self.assertRaises(doorknock.DoorknockError.Failure) as raised:
            self.carry(office.sync())
        self.assertEqual(raised.exception.code, "hub_refused")


if __name__ == "__main__":
    unittest.main()
