"""The CBOR of the wire format: definite lengths, shortest integers; what the page allows and nothing else."""


class Malformed(ValueError):
    """The bytes are not what the format says."""


def _head(data, at):
    if at >= len(data):
        raise Malformed("ends early")
    major, small = data[at] >> 5, data[at] & 31
    at += 1
    if small < 24:
        return major, small, at
    if small > 27:
        raise Malformed("indefinite or reserved")
    width = 1 << (small - 24)
    value = int.from_bytes(data[at:at + width], "big")
    return major, value, at + width


def _item(data, at):
    if at < len(data) and data[at] in (0xF4, 0xF5, 0xF6):
        return {0xF4: False, 0xF5: True, 0xF6: None}[data[at]], at + 1
    major, value, at = _head(data, at)
    if major == 0:
        return value, at
    if major == 1:
        return -1 - value, at
    if major in (2, 3):
        if at + value > len(data):
            raise Malformed("ends early")
        piece = data[at:at + value]
        return (piece if major == 2 else piece.decode("utf-8")), at + value
    if major == 4:
        items = []
        for _ in range(value):
            item, at = _item(data, at)
            items.append(item)
        return items, at
    raise Malformed("not of this format")


def loads(data):
    """One item that fills the bytes."""
    item, at = _item(data, 0)
    if at != len(data):
        raise Malformed("bytes behind it")
    return item


def _write_head(major, value):
    for small, width, limit in ((None, 0, 24), (24, 1, 1 << 8), (25, 2, 1 << 16), (26, 4, 1 << 32), (27, 8, 1 << 64)):
        if value < limit:
            if small is None:
                return bytes([major << 5 | value])
            return bytes([major << 5 | small]) + value.to_bytes(width, "big")
    raise Malformed("too large")


def dumps(item):
    """The one way to write an item."""
    if item is None:
        return b"\xf6"
    if isinstance(item, bool):
        return b"\xf5" if item else b"\xf4"
    if isinstance(item, int):
        return _write_head(0, item) if item >= 0 else _write_head(1, -1 - item)
    if isinstance(item, bytes):
        return _write_head(2, len(item)) + item
    if isinstance(item, str):
        text = item.encode("utf-8")
        return _write_head(3, len(text)) + text
    return _write_head(4, len(item)) + b"".join(dumps(part) for part in item)
