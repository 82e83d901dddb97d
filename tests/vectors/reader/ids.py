"""Ids: a document's, which ends with a check of its space; a record's, which its recorder counts."""

from . import crypto


def bound(space, begins):
    """The document of this space whose id begins with these twelve bytes."""
    return begins + crypto.derive16("bound", [space, begins])[:4]


class Recorder:
    """A device and its opening of a home."""

    def __init__(self, device, incarnation):
        self.device, self.incarnation = device, incarnation

    def id(self, time, count):
        """A UUIDv7 of the time whose random part is the count and a hash."""
        parts = [self.device, self.incarnation, time.to_bytes(6, "big") + bytes(2), count.to_bytes(4, "big")]
        digest = crypto.derive16("record", parts)
        bits = 0x7 << 28 | count >> 14 << 16 | 0b10 << 14 | (count >> 8 & 0x3F) << 8 | count & 0xFF
        return time.to_bytes(6, "big") + bits.to_bytes(4, "big") + digest[:6]


class Counted:
    """Reads ids of one recorder's changes, which say how far the count went on."""

    def __init__(self, recorder):
        self.recorder, self.time, self.count = recorder, 0, 0

    def id(self, said):
        if said is None or isinstance(said, bytes):
            return said
        further, later = said if isinstance(said, list) else (said, 0)
        self.count += further
        return self.recorder.id(self.time + later, self.count)
