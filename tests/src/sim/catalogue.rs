//! What goes wrong and what people do: the names under which a run counts it. Over many seeds each must
//! happen, or the runs say nothing.

/// Faults, with what they are.
pub const FAULTS: [(&str, &str); 61] = [
    ("request lost", "it never reaches the hub"),
    ("answer lost", "the hub acted, and nobody hears of it"),
    (
        "delivered again",
        "one request reaches the hub more than once",
    ),
    ("answer too late", "nobody waits for it any more"),
    (
        "months late",
        "a request or an answer was on its way for more than a month",
    ),
    ("request garbled", "bits flipped, cut off, noise, or empty"),
    ("answer garbled", "the same on the way back"),
    ("wrong status", "a proxy answers with another status"),
    (
        "captive portal",
        "a page with status 200 in the hub's place",
    ),
    ("cut off", "a home without a signal for a while"),
    (
        "away for a year",
        "a home without a signal for a year, while the others go on",
    ),
    ("back after a year", "it syncs again"),
    ("months pass", "every clock moves on by months"),
    ("clock", "a home's clock jumps by up to 45 days"),
    ("armed", "a home is to crash at a write or a commit to come"),
    ("crash", "a home dies"),
    (
        "tail cut",
        "a crash, and the end of the database's log was never on the disk",
    ),
    ("tail garbled", "a crash, and the end of the log is torn"),
    (
        "log lost",
        "a crash, and nothing of the log was on the disk",
    ),
    ("disk full", "from some write on there is no room"),
    (
        "no room for it",
        "a call is refused for it, and leaves nothing",
    ),
    (
        "pull stopped",
        "what others wrote waits until there is room",
    ),
    (
        "reserve used",
        "somebody records on a full disk all the same",
    ),
    ("disk freed", "there is room again"),
    (
        "second process",
        "another program opens a home that is in use",
    ),
    ("home copied", "a copy is made for later"),
    ("home set back", "a home comes back from an older copy"),
    ("copy in use", "a home and its copy are used side by side"),
    ("rebuild", "everything shown is made again from the log"),
    (
        "update",
        "a home is opened by a version that projects and judges anew",
    ),
    ("late joiner", "a new device joins and gets all there is"),
    ("hub crash", "the hub dies, sometimes with its answers"),
    ("hub backed up", "a copy is made for later"),
    ("hub set back", "the hub comes back from an older backup"),
    (
        "hub withholds",
        "it leaves out, shortens or reorders what it has",
    ),
    ("hub replays", "it gives an older answer once more"),
    (
        "hub lies",
        "wrong receipts, heads, hashes, statements, positions",
    ),
    ("hub forgets", "it signs receipts for what it never stores"),
    (
        "hub forks",
        "it shows some homes another log than the others",
    ),
    ("fork ends", "they see the first log again"),
    (
        "hostile entry",
        "a member's device writes what no app writes",
    ),
    ("forged actor", "it writes in another's name"),
    (
        "future entry",
        "a newer version writes what this one does not know",
    ),
    (
        "import failed",
        "the office's import of a new grid fails half way",
    ),
    (
        "joined again",
        "a phone is lost, and its worker joins with a new one",
    ),
    ("upload cut", "an office's snapshot reaches the hub in part"),
    ("download torn", "a snapshot's part is cut at some byte"),
    (
        "crash in a first sync",
        "a home dies while it takes snapshots in",
    ),
    (
        "snapshot withheld",
        "the hub says that it has none, or not this part",
    ),
    (
        "snapshot garbled",
        "bits of a manifest or a part are flipped",
    ),
    (
        "older snapshot",
        "the hub gives one that should have given way",
    ),
    (
        "another's snapshot",
        "it gives one of another space, or a part of one",
    ),
    (
        "snapshots lost",
        "a hub came back without snapshots that it had",
    ),
    ("stick cut", "a sync file is cut off"),
    ("stick garbled", "a bit of a sync file is flipped"),
    (
        "stick swapped",
        "an older file in the place of a home's newest",
    ),
    (
        "stick read again",
        "a file that was read at this home before",
    ),
    ("foreign stick", "a file of another community"),
    ("stick full", "the medium is full in the middle of a file"),
    (
        "crash at a stick",
        "a home dies while it writes or reads a file",
    ),
    (
        "no room for a stick",
        "the disk is full while a file is read",
    ),
];

/// What people and programs do.
pub const DEEDS: [&str; 39] = [
    "visit",
    "correction",
    "undo",
    "confirmation",
    "draft",
    "draft logged",
    "draft discarded",
    "decision",
    "taken back",
    "release",
    "case",
    "note",
    "text",
    "crew",
    "record",
    "end",
    "resolution",
    "matter",
    "matter step",
    "care",
    "review",
    "care ended",
    "replan",
    "edit",
    "import",
    "request",
    "delivered",
    "answered",
    "synced",
    "synced at once",
    "refused",
    "snapshots made",
    "began with snapshots",
    "stick written",
    "stick read",
    "receipts by stick",
    "relayed",
    "carried",
    "came by file",
];
