"""Derives and verifies the golden vectors again, in another language.

Where this cannot be written from docs/wire-format.md alone, the page is what has to be mended.
"""

import base64
import json
import pathlib
import unittest

from reader import automerge, cbor, coding as coding_of, crypto, ids
from reader.crypto import sha256

HERE = pathlib.Path(__file__).parent
ZEROS = bytes(32)


def load(name):
    """A vectors' file, its hexadecimal strings left as they are."""
    return json.loads((HERE / f"{name}.json").read_text("utf-8"))


def b(text):
    return bytes.fromhex(text)


def envelope(data):
    """`[body, signer, signature]`, exactly."""
    body, signer, signature = cbor.loads(data)
    assert cbor.dumps([body, signer, signature]) == data
    return body, signer, signature


class Keys(unittest.TestCase):
    def test_identities(self):
        for one in load("identities")["vectors"]:
            with self.subTest(one["name"]):
                getattr(self, "check_" + one["what"])(one)

    def check_device(self, one):
        self.assertEqual(crypto.sign_key(b(one["signing_seed"])), b(one["sign_key"]))
        self.assertEqual(crypto.hpke_key(b(one["hpke_seed"])), b(one["hpke_key"]))
        self.assertEqual(crypto.derive16("device", [b(one["sign_key"])]), b(one["id"]))

    def check_invite(self, one):
        secret = b(one["secret"])
        sign = crypto.sign_key(crypto.hkdf(b"", secret, b"doorknock/1 invite sign"))
        self.assertEqual(sign, b(one["sign_key"]))
        self.assertEqual(crypto.hpke_key(crypto.hkdf(b"", secret, b"doorknock/1 invite hpke")), b(one["hpke_key"]))
        self.assertEqual(crypto.derive16("invite", [sign]), b(one["id"]))

    def check_hub(self, one):
        self.assertEqual(crypto.sign_key(b(one["signing_seed"])), b(one["sign_key"]))

    def check_derive16(self, one):
        self.assertEqual(crypto.derive16(one["label"], list(map(b, one["parts"]))), b(one["id"]))

    def check_document(self, one):
        parts = [b(one["community"]), one["kind"].to_bytes(2, "big"), *map(b, one["subject"])]
        begins = crypto.derive16("document", parts)[:12]
        self.assertEqual(ids.bound(b(one["space"]), begins), b(one["id"]))

    def check_book(self, one):
        begins = b(one["door"])[:10] + one["year"].to_bytes(2, "big")
        self.assertEqual(ids.bound(b(one["space"]), begins), b(one["id"]))

    def check_record(self, one):
        by = ids.Recorder(b(one["device"]), b(one["incarnation"]))
        self.assertEqual(by.id(one["time"], one["count"]), b(one["id"]))

    def test_signatures(self):
        for one in load("signatures")["vectors"]:
            message, community = b(one["message"]), b(one["community"])
            made = crypto.sign(b(one["signing_seed"]), one["context"], community, message)
            self.assertEqual(made, b(one["signature"]))
            self.assertTrue(crypto.verify(b(one["sign_key"]), one["context"], community, message, made))
            self.assertFalse(crypto.verify(b(one["sign_key"]), "other", community, message, made))

    def test_charter(self):
        file = load("charter")
        previous, devices, invites, spaces = ZEROS, {}, {}, []
        community = sha256(b(file["vectors"][0]["bytes"]))[:16]
        self.assertEqual(community, b(file["community"]))
        for position, one in enumerate(file["vectors"]):
            data = b(one["bytes"])
            body, signer, signature = envelope(data)
            form, suite, place, before, at, kind, payload = cbor.loads(body)
            self.assertEqual((form, suite, place, before), (1, 1, position, previous))
            self.assertEqual((at, signer), (one["at"], b(one["signer"])))
            payload = cbor.loads(payload)
            if kind == 0:
                hub, _, sign, _, _, common, staff = payload
                self.assertEqual(hub, b(file["hub_key"]))
                devices[crypto.derive16("device", [sign])] = sign
                spaces += [crypto.derive16("space", [community, bytes([n]), bytes(16)]) for n in (0, 1)]
            elif kind == 1:
                spaces.append(crypto.derive16("space", [community, bytes([payload[0]]), payload[1]]))
                self.assertEqual(payload[3], b(one["wrap_set"]))
            elif kind == 2:
                invites[crypto.derive16("invite", [payload[0]])] = payload[0]
                self.assertEqual(payload[5], b(one["wrap_set"]))
            elif kind == 3:
                devices[crypto.derive16("device", [payload[1]])] = payload[1]
            key = (invites if kind == 3 else devices)[signer]
            self.assertTrue(crypto.verify(key, "charter", bytes(16) if kind == 0 else community, body, signature))
            wraps = list(map(b, one["wraps"]))
            set_hash = sha256(cbor.dumps([cbor.loads(wrap) for wrap in wraps])) if wraps else ZEROS
            self.assertEqual(set_hash, b(one["wrap_set"]))
            previous = sha256(data)
            self.assertEqual(previous, b(one["hash"]))
        self.assertEqual(spaces, list(map(b, file["spaces"])))

    def test_wraps(self):
        file = load("wraps")
        community, seed = b(file["community"]), b(file["hpke_seed"])
        for one in file["vectors"]:
            recipient, space, epoch, sealed = cbor.loads(b(one["bytes"]))
            info = b"doorknock/1 wrap" + community + space
            key = crypto.hpke_open(seed, info, recipient + epoch.to_bytes(4, "big"), sealed)
            self.assertEqual(key, b(one["epoch_key"]))
            self.assertEqual(sha256(b"doorknock/1 commitment", key), b(one["commitment"]))
        wraps = [cbor.loads(b(one["bytes"])) for one in file["vectors"]]
        self.assertEqual(sha256(cbor.dumps(wraps)), b(file["set_hash"]))

    def test_invite(self):
        for one in load("invite")["vectors"]:
            text = one["link"].removeprefix("doorknock://join/1/")
            fields = cbor.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
            named = [one["hub_url"], *(b(one[name]) for name in ("community", "genesis_hash", "charter_head"))]
            self.assertEqual(fields, [*named, one["charter_length"], b(one["secret"])])
            self.assertEqual(fields[2][:16], fields[1])


def unpack(plain):
    """The body of a section's plaintext."""
    head = int.from_bytes(plain[:3], "big")
    coding, length = head >> 20, head & 0xFFFFF
    coded, zeros = plain[3:3 + length], plain[3 + length:]
    assert len(coded) == length and not any(zeros) and len(plain) == coding_of.padded(3 + length)
    if coding == 0:
        return coded
    return coding_of.inflate(coding_of.MAGIC + coded, 1 << 20, 512 * 1024, coding - 1)


class Entries(unittest.TestCase):
    def test_padding(self):
        for one in load("padding")["vectors"]:
            self.assertEqual(coding_of.padded(one["length"]), one["padded"], one["length"])

    def test_dictionary(self):
        expected = "a42e685eb85608ee75020414eda01e8420d3c39b6139ca3552010e1571690bdc"
        self.assertEqual(sha256(coding_of.dictionary(1)).hex(), expected)

    def test_codings(self):
        for one in load("codings")["vectors"]:
            with self.subTest(one["name"]):
                self.assertEqual(unpack(b(one["plaintext"])), b(one["body"]))
                self.assertEqual(b(one["plaintext"])[0] >> 4, one["coding"])

    def test_entries(self):
        file = load("entries")
        community, space, epoch_key = (b(file[name]) for name in ("community", "space", "epoch_key"))
        content = crypto.hkdf(space, epoch_key, b"doorknock/1 content")
        previous = bytes(8)
        for one in file["vectors"]:
            data = b(one["bytes"])
            header, signature, sections = cbor.loads(data)
            self.assertEqual(cbor.dumps([header, signature, sections]), data)
            root = sha256(*map(sha256, sections))
            self.assertTrue(crypto.verify(b(file["sign_key"]), "entry", community, header + root, signature))
            self.assertFalse(crypto.verify(b(file["sign_key"]), "entry", community, header, signature))
            self.assertEqual(sha256(header, root, signature), b(one["hash"]))
            fields = cbor.loads(header)
            expected = [1, 1, space, b(file["device"]), b(file["incarnation"]), one["sequence"], previous,
                        one["epoch"], b(one["salt"])]
            self.assertEqual(fields, expected)
            self.assertEqual(crypto.derive16("device", [b(file["sign_key"])]), fields[3])
            base = sha256(b"doorknock/1 nonce", header)[:24]
            for n, (section, body) in enumerate(zip(sections, one["bodies"], strict=True)):
                nonce = base[:20] + bytes(x ^ y for x, y in zip(base[20:], n.to_bytes(4, "big")))
                self.assertEqual(unpack(crypto.xchacha(content, nonce, section)), b(body))
            previous = b(one["hash"])[:8]


def path(field, key_id):
    return str(field) if key_id is None else f"{field}/{key_id.hex()}"


def operations(ops, splices, actor, number):
    """A change's operations, those of its splices behind the others; `number` is the first one's."""
    ops = [automerge.put(path(field, key_id), value, [tuple(pred) for pred in preds])
           for field, key_id, preds, value in ops]
    for text, edits in splices:
        if text[0] == 0:
            of = (number + len(ops), actor)
            ops.append(automerge.make_text(path(*text[1:])))
        else:
            of = tuple(text[1])
        for after, letters, deleted in edits:
            after = tuple(after) if after else None
            for letter in letters:
                after, op = (number + len(ops), actor), automerge.insert(of, after, letter)
                ops.append(op)
            for (counter, whose), length in deleted:
                ops += [automerge.delete(of, (counter + n, whose)) for n in range(length)]
    return ops


def spelled_out(ops, splices, counted):
    """The same with every id in full."""
    ops = [[field, counted.id(key_id), preds, value] for field, key_id, preds, value in ops]
    texts = [[[0, text[1], counted.id(text[2])] if text[0] == 0 else text, edits] for text, edits in splices]
    return ops, texts


class Sections(unittest.TestCase):
    def setUp(self):
        self.file = load("sections")

    def test_genesis(self):
        for one in self.file["vectors"]:
            if one["what"] == "genesis":
                self.assertEqual(genesis(one["kind"]), (b(one["chunk"]), b(one["hash"])))

    def test_changes(self):
        for one in self.file["vectors"]:
            if one["what"] == "section":
                for form in ("body", "spelled_out"):
                    with self.subTest(one["name"], form=form):
                        self.check_section(one, b(one[form]))

    def check_section(self, one, body):
        kind, document, changes, *context = cbor.loads(body)
        space, device, incarnation = (b(self.file[name]) for name in ("space", "device", "incarnation"))
        document = ids.bound(space, document) if len(document) == 12 else document
        self.assertEqual(document, ids.bound(space, document[:12]))
        self.assertEqual((kind, document, bool(context)), (one["kind"], b(one["document"]), one["has_context"]))
        actor = crypto.derive16("actor", [b(self.file["community"]), space, document, device, incarnation])
        self.assertEqual(actor, b(one["actor"]))
        # Hash and greatest operation number: of the genesis first, then of this section's changes.
        first = (genesis(kind)[1], 1)
        before = [(b(change["hash"]), change["last_op"]) for change in one["sent_before"]]
        made, seq, time, full = [], 0, 0, []
        counted = ids.Counted(ids.Recorder(device, incarnation))

        def followed(dep):
            if isinstance(dep, bytes):
                return next(change for change in before if change[0][:8] == dep)
            return made[len(made) - dep] if dep else first

        for change, expected in zip(changes, one["changes"], strict=True):
            seq, time = seq + change[0], time + change[1]
            counted.time = time
            deps = [followed(dep) for dep in change[2]]
            ops, splices = spelled_out(change[3], change[5] if len(change) > 5 else [], counted)
            start = 1 + max(greatest for _, greatest in deps)
            self.assertEqual(start, expected["start_op"])
            built = operations(ops, splices, actor, start)
            chunk, digest = automerge.chunk(actor, seq, start, time, [dep for dep, _ in deps], built)
            self.assertEqual(chunk.hex(), expected["chunk"])
            self.assertEqual((digest, digest[:4]), (b(expected["hash"]), change[4]))
            made.append((digest, start + len(built) - 1))
            full.append([change[0], change[1], change[2], ops, change[4], *([splices] if splices else [])])
        self.assertEqual(cbor.dumps([kind, document, full, *context]), b(one["spelled_out"]))


def genesis(kind):
    return automerge.chunk(bytes(16), 1, 1, 0, [], [automerge.put("kind", kind)])


class Snapshots(unittest.TestCase):
    def setUp(self):
        self.file = load("snapshots")
        self.community, self.space, self.epoch_key = (b(self.file[name]) for name in ("community", "space", "epoch_key"))

    def of(self, what):
        return [one for one in self.file["vectors"] if one["what"] == what]

    def test_manifest(self):
        parts = [b(one["bytes"]) for one in self.of("part")]
        for one in self.of("manifest"):
            body, signer, signature = envelope(b(one["bytes"]))
            self.assertEqual(signer, crypto.derive16("device", [b(self.file["sign_key"])]))
            self.assertTrue(crypto.verify(b(self.file["sign_key"]), "snapshot", self.community, body, signature))
            fields = [1, 1, self.space, one["epoch"], one["position"], b(one["running"]), one["made_at"],
                      [[b(digest), size, level] for digest, size, level in one["parts"]]]
            self.assertEqual(cbor.loads(body), fields)
            self.assertEqual([part[:2] for part in fields[7]], [[sha256(part), len(part)] for part in parts])

    def test_parts(self):
        for one in self.of("part"):
            with self.subTest(one["name"]):
                body = self.opened(b(one["bytes"]))
                self.assertEqual(body, b(one["body"]))
                packs, waiting, aside = cbor.loads(body)
                self.assertEqual(packs, [b(pack["bytes"]) for pack in one["packs"]])
                for waits_for, author, entry, section in waiting:
                    self.assertEqual([len(waits_for), *map(len, author), len(entry)], [8, 16, 8, 32])
                for entry, section, author, reason, _ in aside:
                    self.assertEqual((len(entry), author is None), (32, section == -1))
                for pack in one["packs"]:
                    self.check_pack(pack)

    def opened(self, part):
        """A part's body."""
        aad = self.space + (0).to_bytes(4, "big")
        key = crypto.hkdf(self.space, self.epoch_key, b"doorknock/1 snapshot")
        plaintext = crypto.xchacha_open(key, part[:24], part[24:], aad)
        key = crypto.hkdf(self.space, self.epoch_key, b"doorknock/1 snapshot nonce")
        self.assertEqual(crypto.hmac256(key, plaintext)[:24], part[:24])
        length = int.from_bytes(plaintext[:4], "big")
        self.assertEqual(len(plaintext), coding_of.padded(4 + length))
        self.assertFalse(any(plaintext[4 + length:]))
        return coding_of.inflate(plaintext[4:4 + length], 1 << 22, 1 << 23)

    def check_pack(self, one):
        kind, document, authors, heads, changes = cbor.loads(b(one["bytes"]))
        self.assertEqual((kind, document), (one["kind"], b(one["document"])))
        self.assertEqual(document, ids.bound(self.space, document[:12]))
        actors = [crypto.derive16("actor", [self.community, self.space, document, *author]) for author in authors]
        counted = [ids.Counted(ids.Recorder(*author)) for author in authors]
        seqs, time, made, followed = [0] * len(authors), 0, [], set()
        for n, (change, expected) in enumerate(zip(changes, one["changes"], strict=True)):
            author, later, back, ops = change[:4]
            time += later
            seqs[author] += 1
            counted[author].time = time
            ops, splices = spelled_out(ops, change[4] if len(change) > 4 else [], counted[author])
            followed |= {n - far for far in back if far}
            deps = [made[n - far] if far else (genesis(kind)[1], 1) for far in back]
            start = 1 + max(greatest for _, greatest in deps)
            numbers = (expected["seq"], expected["time"], expected["start_op"])
            self.assertEqual((seqs[author], time, start), numbers)
            built = operations(ops, splices, actors[author], start)
            chunk, digest = automerge.chunk(actors[author], seqs[author], start, time, [dep for dep, _ in deps], built)
            self.assertEqual((chunk.hex(), digest), (expected["chunk"], b(expected["hash"])))
            made.append((digest, start + len(built) - 1))
        unfollowed = [[n, digest] for n, (digest, _) in enumerate(made) if n not in followed]
        self.assertEqual(sorted(heads), unfollowed)
        self.assertEqual([digest.hex() for _, digest in heads], one["heads"])


class Files(unittest.TestCase):
    def test_files(self):
        file = load("files")
        for one in file["vectors"]:
            with self.subTest(one["name"]):
                records = self.records(b(one["bytes"]), b(file["epoch_key"]))
                self.assertEqual(records, list(map(b, one["records"])))
                for record in records:
                    self.check_record(file, cbor.loads(record))

    def records(self, data, epoch_key):
        """The records of a whole file."""
        self.assertEqual(data[:8], b"dk-sync\x01")
        key = crypto.hkdf(data[8:40], epoch_key, b"doorknock/1 sync file")
        sealed, text, number = data[40:], b"", 0
        while sealed:
            frame, sealed = sealed[:16_384 + 16], sealed[16_384 + 16:]
            nonce = bytes(19) + number.to_bytes(4, "big") + bytes([not sealed])
            text, number = text + crypto.xchacha_open(key, nonce, frame, None), number + 1
        records, at = [], 0
        while length := int.from_bytes(text[at:at + 4], "big"):
            records.append(text[at + 4:at + 4 + length])
            at += 4 + length
        self.assertFalse(any(text[at:]))
        self.assertEqual(len(text), coding_of.padded(at))
        return records

    def check_record(self, file, record):
        kind, *fields = record
        if kind == 0:
            self.assertEqual(fields[0], b(file["device"]))
        elif kind == 1:
            said = b(load("charter")["vectors"][fields[0]]["bytes"])
            self.assertEqual(fields[1], said)
        elif kind == 2:
            entry, receipt, seen = fields
            header, signature, sections = cbor.loads(entry)
            self.assertEqual(seen is None, receipt is None)
            if receipt:
                position, running, promise = receipt
                digest = sha256(header, sha256(*map(sha256, sections)), signature)
                message = b(file["space"]) + digest + position.to_bytes(8, "big") + running
                key, community = b(file["hub_key"]), b(file["community"])
                self.assertTrue(crypto.verify(key, "receipt", community, message, promise))
        else:
            self.assertEqual(kind, 99)


def plain(item):
    """A message's elements as the vectors write them."""
    if isinstance(item, bytes):
        return item.hex()
    return [plain(part) for part in item] if isinstance(item, list) else item


class Hub(unittest.TestCase):
    def test_receipts(self):
        file = load("receipts")
        community, running = b(file["community"]), ZEROS
        for one in file["vectors"]:
            entry = b(one["entry"])
            running = sha256(running, entry) if any(entry) else running
            self.assertEqual(running, b(one["running"]))
            message = b(one["space"]) + entry + one["position"].to_bytes(8, "big") + running
            self.assertTrue(crypto.verify(b(file["hub_key"]), "receipt", community, message, b(one["signature"])))

    def test_messages(self):
        for one in load("hub")["vectors"]:
            with self.subTest(one["name"], direction=one["direction"]):
                data = b(one["bytes"])
                if "signer" in one:
                    body, signer, signature = envelope(data)
                    self.assertEqual(signer, b(one["signer"]))
                    message, community = one["path"].encode() + b"\0" + body, cbor.loads(body)[0]
                    self.assertTrue(crypto.verify(b(one["sign_key"]), "request", community, message, signature))
                    data = body
                self.assertEqual(plain(cbor.loads(data)), one["body"])
                self.assertEqual(cbor.dumps(cbor.loads(data)), data)


if __name__ == "__main__":
    unittest.main()
