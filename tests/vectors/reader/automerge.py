"""An automerge change chunk from its parts: puts on the root map, and edits of texts.

automerge's own format is described at https://automerge.org/automerge-binary-format-spec/. Operations are columns;
each column is run-length coded. What is not needed here (other objects, counters, marks) is left out.
"""

from . import crypto

PUT, DELETE, MAKE_TEXT = 1, 3, 4
HEAD = (0, None)


def uleb(n):
    out = bytearray()
    while True:
        low, n = n & 0x7F, n >> 7
        out.append(low | (0x80 if n else 0))
        if not n:
            return bytes(out)


def sleb(n):
    out = bytearray()
    while True:
        low, n = n & 0x7F, n >> 7
        done = (n == 0 and not low & 0x40) or (n == -1 and low & 0x40)
        out.append(low | (0 if done else 0x80))
        if done:
            return bytes(out)


def _groups(values):
    groups = []
    for value in values:
        if groups and groups[-1][0] == value and type(groups[-1][0]) is type(value):
            groups[-1][1] += 1
        else:
            groups.append([value, 1])
    return groups


def rle(values, write):
    """Runs, literals and nulls; a column of nulls alone is empty."""
    if all(value is None for value in values):
        return b""
    out, literal = b"", []

    def flush():
        nonlocal out, literal
        if literal:
            out += sleb(-len(literal)) + b"".join(map(write, literal))
            literal = []

    for value, count in _groups(values):
        if value is not None and count == 1:
            literal.append(value)
            continue
        flush()
        out += (b"\x00" + uleb(count)) if value is None else sleb(count) + write(value)
    flush()
    return out


def delta(values):
    before, steps = 0, []
    for value in values:
        steps.append(None if value is None else value - before)
        before = before if value is None else value
    return rle(steps, sleb)


def booleans(values):
    """Run lengths, false first."""
    out, expected = b"", False
    for value, count in _groups(values):
        if value != expected:
            out += uleb(0)
        out, expected = out + uleb(count), not value
    return out


def _text(text):
    data = text.encode("utf-8")
    return uleb(len(data)) + data


def _scalar(value):
    """Type and bytes of a value."""
    if value is None:
        return 0, b""
    if isinstance(value, bool):
        return (2 if value else 1), b""
    if isinstance(value, int):
        return 4, sleb(value)
    if isinstance(value, str):
        return 6, value.encode("utf-8")
    return 7, value


def put(key, value, replaces=()):
    """`replaces` are pairs of counter and actor."""
    return {"key": key, "action": PUT, "value": value, "pred": list(replaces)}


def make_text(key):
    return {"key": key, "action": MAKE_TEXT, "value": None, "pred": []}


def insert(text, after, letter):
    return {"obj": text, "elem": after or HEAD, "action": PUT, "value": letter, "pred": [], "insert": True}


def delete(text, letter):
    return {"obj": text, "elem": letter, "action": DELETE, "value": None, "pred": [letter]}


def chunk(actor, seq, start_op, time, deps, ops):
    """The uncompressed chunk and its hash."""
    named = [op[part][1] for op in ops for part in ("obj", "elem") if part in op]
    named += [actor for op in ops for _, actor in op["pred"]]
    others = sorted({name for name in named if name not in (None, actor)})
    index = {name: n for n, name in enumerate([actor, *others])}
    at = lambda name: None if name is None else index[name]
    obj = [op.get("obj", (None, None)) for op in ops]
    elem = [op.get("elem", (None, None)) for op in ops]
    values = [_scalar(op["value"]) for op in ops]
    # Newest first is not asked for: predecessors stand in the order of their counters and actors.
    preds = [sorted(op["pred"]) for op in ops]
    flat = [pred for of_op in preds for pred in of_op]
    columns = [
        (0x01, rle([at(actor) for _, actor in obj], uleb)),
        (0x02, rle([counter for counter, _ in obj], uleb)),
        (0x11, rle([at(actor) for _, actor in elem], uleb)),
        (0x13, delta([counter for counter, _ in elem])),
        (0x15, rle([op.get("key") for op in ops], _text)),
        (0x34, booleans([op.get("insert", False) for op in ops])),
        (0x42, rle([op["action"] for op in ops], uleb)),
        (0x56, rle([len(data) << 4 | kind for kind, data in values], uleb)),
        (0x57, b"".join(data for _, data in values)),
        (0x70, rle([len(of_op) for of_op in preds], uleb)),
        (0x71, rle([at(actor) for _, actor in flat], uleb)),
        (0x73, delta([counter for counter, _ in flat])),
    ]
    columns = [(spec, data) for spec, data in columns if data]
    body = uleb(len(deps)) + b"".join(sorted(deps)) + uleb(len(actor)) + actor + uleb(seq) + uleb(start_op) + sleb(time)
    body += uleb(0) + uleb(len(others)) + b"".join(uleb(len(name)) + name for name in others)
    body += uleb(len(columns)) + b"".join(uleb(spec) + uleb(len(data)) for spec, data in columns)
    body += b"".join(data for _, data in columns)
    sealed = b"\x01" + uleb(len(body)) + body
    digest = crypto.sha256(sealed)
    return b"\x85\x6f\x4a\x83" + digest[:4] + sealed, digest
