"""A home's life in an app: keys lent, files let go and taken again, changes told, calls cancelled, processes killed."""

import gc
import os
import pathlib
import subprocess
import sys
import threading
import unittest

from scene import Scene  # it says where the bindings are
import doorknock
from doorknock import Change, ChangeKind, Channel, Doorknock, KeyStoreError, NewVisit, Outcome

RECORDER = pathlib.Path(__file__).with_name("recorder.py")
PAGE = os.sysconf("SC_PAGE_SIZE")


class Keys(doorknock.KeyStore):
    """An app's key store that may be locked, or broken."""

    def __init__(self):
        self.key = None
        self.trouble = None

    def load(self):
        if self.trouble:
            raise self.trouble
        return self.key

    def save(self, key):
        self.key = key


class Seen(doorknock.Observer):
    """Keeps what it is told; then fails, if it is to."""

    def __init__(self, trouble=None):
        self.changes = []
        self.threads = set()
        self.trouble = trouble

    def changed(self, changes):
        self.changes += changes
        self.threads.add(threading.get_ident())
        if self.trouble:
            raise self.trouble


def visit(door, summary):
    return NewVisit(door=door, outcome=Outcome.MET, channel=Channel.IN_PERSON, summary=summary)


def resident():
    """Bytes of this process in memory."""
    gc.collect()
    return int(pathlib.Path("/proc/self/statm").read_text().split()[1]) * PAGE


def threads():
    return len(os.listdir("/proc/self/task"))


class Life(Scene):
    def test_the_key_is_the_apps_to_keep(self):
        keys = Keys()
        Doorknock.create(self.home("phone"), keys).shutdown()
        self.assertEqual(len(keys.key), 32)
        keys.trouble = KeyStoreError.Unavailable(why="phone locked")
        error = self.assert_fails("key_unavailable", lambda: Doorknock.open(self.home("phone"), keys))
        self.assertIn("phone locked", error.zh)
        keys.trouble = ValueError("10000000001")
        with self.assertRaises(doorknock.DoorknockError.Failure) as raised:
            Doorknock.open(self.home("phone"), keys)
        self.assertEqual(raised.exception.code, "key_unavailable")
        self.assertNotIn("10000000001", str(raised.exception))
        keys.trouble = None
        Doorknock.open(self.home("phone"), keys).shutdown()
        for key, code in [(None, "key_missing"), (b"short", "key_damaged"), (bytes(32), "home_unreadable")]:
            keys.key = key
            self.assert_fails(code, lambda: Doorknock.open(self.home("phone"), keys))

    def test_a_home_rests_goes_on_and_ends(self):
        office = self.office()
        phone = self.phone(office)
        door = phone.today().items[0].door
        under_way = phone.sync()
        request = under_way.next()
        phone.pause()
        phone.pause()
        self.assert_fails("paused", phone.today)
        self.assert_fails("paused", lambda: phone.log_visit(visit(door, "")))
        self.assert_fails("paused", phone.sync().next)
        self.assert_fails("paused", phone.join("doorknock://join/1/x", "李").next)
        self.assert_fails("paused", lambda: under_way.answer(self.net.exchange(request)))
        other = self.open("phone")
        self.assert_fails("busy", phone.resume)
        self.assert_fails("paused", phone.status)
        other.shutdown()
        phone.resume()
        phone.resume()
        phone.log_visit(visit(door, "继续"))
        self.assertEqual(self.net.carry(phone.sync()).report.pushed, 2)
        phone.shutdown()
        phone.shutdown()
        for call in [phone.status, phone.pause, phone.resume, phone.sync().next]:
            self.assert_fails("shut_down", call)
        self.assertEqual(len(self.visits(self.open("phone"))), 1)

    def test_observers_are_told_what_changed_where_and_on_which_thread(self):
        office = self.office()
        phone = self.phone(office)
        door = phone.today().items[0].door
        here, there, broken = Seen(), Seen(), Seen(ValueError("10000000001"))
        kept = [phone.observe(broken), phone.observe(here), office.observe(there)]
        recorded = phone.log_visit(visit(door, "讲给旁人听"))
        told = Change(kind=ChangeKind.VISIT(), id=recorded, door=door)
        self.assertIn(told, here.changes)
        self.assertIn(Change(kind=ChangeKind.STATUS(), id=None, door=None), here.changes)
        self.assertEqual(here.threads, {threading.get_ident()})
        self.assertEqual(broken.changes, here.changes)
        self.net.carry(phone.sync())
        self.assertNotIn(told, there.changes)
        self.net.carry(office.sync())
        self.assertIn(told, there.changes)
        for subscription in kept:
            subscription.stop()
            subscription.stop()
        here.changes.clear()
        phone.log_visit(visit(door, "没人听"))
        self.assertEqual(here.changes, [])

    def test_a_sync_that_is_cancelled_half_way_loses_nothing_and_doubles_nothing(self):
        office = self.office()
        phone = self.phone(office)
        door = phone.today().items[0].door
        recorded = [phone.log_visit(visit(door, f"第{n}次")) for n in range(3)]
        call = phone.sync()
        # The hub has them; the answer is not waited for.
        self.net.exchange(call.next())
        call.cancel()
        call.cancel()
        self.assert_fails("call_cancelled", call.next)
        self.assert_fails("call_cancelled", call.result)
        self.assertEqual(phone.status().pending_visits, 3)
        again = phone.sync()
        self.net.carry(again)
        self.assertEqual(again.progress().report.round_trips, again.result().report.round_trips)
        self.assertEqual(phone.status().pending, 0)
        self.net.carry(office.sync())
        read = [v.visit for v in self.visits(office)]
        self.assertEqual(sorted(read), sorted(recorded))

    def test_joining_that_is_cancelled_half_way_is_done_the_next_time(self):
        office = self.office()
        link = self.net.carry(office.invite(doorknock.Role.WORKER, ["G1"], 7)).link
        phone = self.create("phone")
        for answered in range(2):
            call = phone.join(link, "李文丽")
            for _ in range(answered):
                call.answer(self.net.exchange(call.next()))
            self.net.exchange(call.next())
            call.cancel()
            self.assert_fails("call_cancelled", call.next)
        joined = self.net.carry(phone.join(link, "李文丽")).joined
        self.net.carry(phone.sync())
        self.assertEqual(phone.today().grid, "G1")
        self.assertNotEqual(joined.member, joined.device)

    def test_what_a_killed_process_had_been_told_is_recorded_is_there(self):
        office = self.office()
        phone = self.phone(office)
        door = phone.today().items[0].door
        phone.shutdown()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(
            [sys.executable, str(RECORDER), self.home("phone"), door.hex],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", env=environment,
        )
        self.addCleanup(self.stop, process)
        told = [process.stdout.readline().strip() for _ in range(20)]
        self.assert_fails("busy", lambda: self.open("phone"))
        process.kill()
        told += process.stdout.read().split("\n")[:-1]
        process.stdout.close()
        process.wait()
        phone = self.open("phone")
        kept = {v.visit.hex for v in self.visits(phone, door)}
        self.assertLessEqual(set(told), kept)
        self.assertGreaterEqual(len(kept), 20)
        self.net.carry(phone.sync())
        self.net.carry(office.sync())
        self.assertEqual({v.visit.hex for v in self.visits(office, door)}, kept)

    def test_ten_thousand_cycles_of_objects_leave_nothing_behind(self):
        phone = self.phone(self.office())
        phone.log_visit(visit(phone.today().items[0].door, "一次"))

        def cycle(n):
            subscription = phone.observe(Seen())
            # Both wait for an answer that will not come; the second has a thread of its own.
            sync, invite = phone.sync(), phone.invite(doorknock.Role.WORKER, ["G1"], 7)
            if n % 50 == 0:
                # A sync notes on the disk that it asks.
                self.assertIsNotNone(sync.next())
            self.assertIsNotNone(invite.next())
            self.assertEqual(len(phone.today().items), 1)
            del subscription, sync, invite

        for n in range(1_000):
            cycle(n)
        before, at_work = resident(), threads()
        for n in range(10_000):
            cycle(n)
        self.assertLess(resident() - before, 1 << 20)
        self.assertLessEqual(threads(), at_work + 1)
        self.assertEqual(phone.status().pending_visits, 1)

    def test_homes_that_are_opened_and_let_go_leave_nothing_behind(self):
        phone = self.phone(self.office())
        phone.shutdown()

        def cycle(n):
            home = self.open("phone")
            home.today()
            if n % 2:
                home.shutdown()
            del home

        for n in range(100):
            cycle(n)
        before, files = resident(), len(os.listdir("/proc/self/fd"))
        for n in range(1_000):
            cycle(n)
        self.assertLess(resident() - before, 1 << 20)
        self.assertEqual(len(os.listdir("/proc/self/fd")), files)


if __name__ == "__main__":
    unittest.main()
