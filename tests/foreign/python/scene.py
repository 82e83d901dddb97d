"""What every test here stands on: a real hub process, homes in a folder, and an HTTP client that carries calls.

Takes `DOORKNOCK_BINDINGS` (the folder with `doorknock.py` and the library) and `DOORKNOCK_HUB` (the
program `doorknock-hub`) from the environment; without them, the debug build of this workspace.
"""

import http.client
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from urllib.parse import urlsplit

TARGET = pathlib.Path(__file__).resolve().parents[3] / "target"
BINDINGS = os.environ.get("DOORKNOCK_BINDINGS", str(TARGET / "bindings" / "python"))
HUB = os.environ.get("DOORKNOCK_HUB", str(TARGET / "debug" / "doorknock-hub"))

sys.path.insert(0, BINDINGS)
from doorknock import (  # noqa: E402  (the folder comes from the environment)
    Doorknock, DoorknockError, FileKeys, HubAnswer, Role, RosterOptions, Unreachable,
)

ROSTER = [
    ["网格", "小区", "楼栋", "单元", "房号", "户主", "电话", "关爱类别", "民族"],
    ["G1", "花园", "3栋", "1单元", "101室", "住户一", "10000000001", "独居", ""],
    ["G1", "花园", "3栋", "1单元", "102室", "住户二", "10000000002", "", ""],
    ["G2", "花园", "4栋", "1单元", "101室", "住户三", "10000000003", "独居", ""],
]


class Http:
    """The hub over HTTP; follows no redirect."""

    def __init__(self):
        self.asked = 0

    def carry(self, call):
        """Carries a call to its end and gives what came of it."""
        while (request := call.next()) is not None:
            try:
                answer = self.exchange(request)
            except OSError:
                call.failed(Unreachable.NO_NETWORK)
            else:
                call.answer(answer)
        return call.result()

    def exchange(self, request):
        self.asked += 1
        connection = http.client.HTTPConnection(urlsplit(request.hub_url).netloc, timeout=20)
        try:
            headers = {"Content-Type": "application/cbor"} if request.body else {}
            connection.request(request.method, request.path, request.body or None, headers)
            response = connection.getresponse()
            return HubAnswer(status=response.status, body=response.read())
        finally:
            connection.close()


class Scene(unittest.TestCase):
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
    def stop(process):
        process.kill()
        process.wait()
        process.stderr.close()

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
        self.net.carry(office.create_community("柳荫社区", self.url, "周主任"))
        self.import_roster(office)
        self.net.carry(office.sync())
        return office

    def import_roster(self, office):
        return self.net.carry(office.import_roster(ROSTER, RosterOptions())).report

    def phone(self, office, name="phone", person="李文丽"):
        link = self.net.carry(office.invite(Role.WORKER, ["G1"], 7)).link
        phone = self.create(name)
        self.net.carry(phone.join(link, person))
        self.net.carry(phone.sync())
        return phone

    @staticmethod
    def visits(home, door=None):
        """All visits, page by page."""
        visits, after = [], None
        while True:
            page = home.visits(door, after)
            visits += page.items
            if (after := page.next) is None:
                return visits

    def assert_fails(self, code, call):
        with self.assertRaises(DoorknockError.Failure) as raised:
            call()
        error = raised.exception
        self.assertEqual(error.code, code)
        self.assertTrue(any("\u4e00" <= c <= "\u9fff" for c in error.zh), error.zh)
        self.assertTrue(error.en.isascii() and error.en.endswith("."), error.en)
        return error
