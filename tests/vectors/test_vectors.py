"""Derives and verifies the golden vectors again, in another language.

Where this cannot be written from docs/wire-format.md alone, the page is what has to be mended.
"""

import base64
import json
import pathlib
import unittest

import zstandard

from reader import automerge, cbor, crypto
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
        self.assertEqual(crypto.derive16("document", parts), b(one["id"]))

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


def padme(length):
    if length <= 64:
        return 64
    exponent = length.bit_length() - 1
    mask = (1 << exponent - exponent.bit_length()) - 1
    return length + mask & ~mask


def unpack(plain):
    """The body of a section's plaintext."""
    coding, length = plain[0], int.from_bytes(plain[1:5], "big")
    coded, zeros = plain[5:5 + length], plain[5 + length:]
    assert len(coded) == length and not any(zeros) and len(plain) == padme(5 + length)
    if coding == 0:
        return coded
    assert coding == 1
    return zstandard.ZstdDecompressor(max_window_size=1 << 20).decompress(coded, max_output_size=512 * 1024)


class Entries(unittest.TestCase):
    def test_padding(self):
        for one in load("padding")["vectors"]:
            self.assertEqual(padme(one["length"]), one["padded"], one["length"])

    def test_codings(self):
        for one in load("codings")["vectors"]:
            self.assertEqual(unpack(b(one["plaintext"])), b(one["body"]))

    def test_entries(self):
        file = load("entries")
        community, space, epoch_key = (b(file[name]) for name in ("community", "space", "epoch_key"))
        content = crypto.hkdf(space, epoch_key, b"doorknock/1 content")
        tags = crypto.hkdf(space, epoch_key, b"doorknock/1 tag")
        for one in file["vectors"]:
            data = b(one["bytes"])
            header, signature, sections = cbor.loads(data)
            self.assertEqual(cbor.dumps([header, signature, sections]), data)
            self.assertTrue(crypto.verify(b(file["sign_key"]), "entry", community, header, signature))
            self.assertEqual(sha256(header, signature), b(one["hash"]))
            *fields, heads = cbor.loads(header)
            expected = [1, 1, space, b(file["device"]), b(file["incarnation"]), one["sequence"], b(one["previous"]),
                        one["epoch"], b(one["salt"])]
            self.assertEqual(fields, expected)
            self.assertEqual(crypto.derive16("device", [b(file["sign_key"])]), fields[3])
            self.assertEqual([head[0] for head in heads], list(map(b, one["tags"])))
            aad = cbor.dumps([*fields, [head[0] for head in heads]])
            for n, (section, (tag, digest)) in enumerate(zip(sections, heads, strict=True)):
                self.assertEqual(sha256(section), digest)
                salt = fields[8]
                nonce = salt[:20] + bytes(x ^ y for x, y in zip(salt[20:], n.to_bytes(4, "big")))
                body = unpack(crypto.xchacha_open(content, nonce, section, aad))
                self.assertEqual(body, b(one["bodies"][n]))
                if one["name"] == "two sections":
                    document = cbor.loads(body)[1]
                    self.assertEqual(crypto.hmac256(tags, document)[:8], tag)


def path(field, key_id):
    return str(field) if key_id is None else f"{field}/{key_id.hex()}"


def operations(change, actor, number):
    """A change's operations, those of its splices behind the others; `number` is the first one's."""
    ops = [automerge.put(path(field, key_id), value, [tuple(pred) for pred in preds])
           for field, key_id, preds, value in change[3]]
    for text, edits in change[5] if len(change) > 5 else []:
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


class Sections(unittest.TestCase):
    def setUp(self):
        self.file = load("sections")

    def test_genesis(self):
        for one in self.file["vectors"]:
            if one["what"] == "genesis":
                made = automerge.chunk(bytes(16), 1, 1, 0, [], [automerge.put("kind", one["kind"])])
                self.assertEqual(made, (b(one["chunk"]), b(one["hash"])))

    def test_changes(self):
        for one in self.file["vectors"]:
            if one["what"] == "section":
                with self.subTest(one["name"]):
                    self.check_section(one)

    def check_section(self, one):
        kind, document, changes, *context = cbor.loads(b(one["body"]))
        self.assertEqual((kind, document, bool(context)), (one["kind"], b(one["document"]), one["has_context"]))
        parts = [b(self.file["community"]), b(self.file["space"]), document, b(self.file["device"]),
                 b(self.file["incarnation"])]
        actor = crypto.derive16("actor", parts)
        self.assertEqual(actor, b(one["actor"]))
        # Hash and greatest operation number: of the genesis first, then of this section's changes.
        _, genesis = automerge.chunk(bytes(16), 1, 1, 0, [], [automerge.put("kind", kind)])
        known = [(genesis, 1)]
        for change, expected in zip(changes, one["changes"], strict=True):
            seq, time, deps, _, check = change[:5]
            deps = [known[dep] for dep in deps]
            start = 1 + max(greatest for _, greatest in deps)
            self.assertEqual(start, expected["start_op"])
            ops = operations(change, actor, start)
            chunk, digest = automerge.chunk(actor, seq, start, time, [dep for dep, _ in deps], ops)
            self.assertEqual(chunk.hex(), expected["chunk"])
            self.assertEqual((digest, digest[:4]), (b(expected["hash"]), check))
            known.append((digest, start + len(ops) - 1))


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
