-- Version 1. A released migration is never edited; a change is a new file.

-- Single values: schema facts, device secrets, watermarks.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The charter, statement by statement, as received.
CREATE TABLE statement (
    position INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

-- Spaces whose keys this device holds, and how far each is synced.
CREATE TABLE space (
    n INTEGER PRIMARY KEY,              -- its number in the charter
    id BLOB NOT NULL UNIQUE,
    kind INTEGER NOT NULL,
    grid BLOB NOT NULL,                 -- zeros where the kind is not per grid
    position INTEGER NOT NULL DEFAULT 0,-- hub position up to which everything was taken in
    running BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000',
    last_entry BLOB NOT NULL DEFAULT x'0000000000000000000000000000000000000000000000000000000000000000'
                                        -- hash of this device's last entry here: the chain's end
) STRICT;

CREATE TABLE space_key (
    space INTEGER NOT NULL,
    epoch INTEGER NOT NULL,
    key BLOB NOT NULL,                  -- the epoch secret, 32 bytes
    PRIMARY KEY (space, epoch)
) STRICT, WITHOUT ROWID;

-- One row per device and incarnation seen; small numbers keep the log small.
CREATE TABLE author (
    ord INTEGER PRIMARY KEY,
    device BLOB NOT NULL,
    incarnation BLOB NOT NULL,
    member BLOB NOT NULL,
    UNIQUE (device, incarnation)
) STRICT;

-- Keyed by id, so that finding a document reads one page.
CREATE TABLE doc (
    id BLOB NOT NULL PRIMARY KEY,
    ord INTEGER NOT NULL UNIQUE,        -- its number on this device
    kind INTEGER NOT NULL,
    space INTEGER NOT NULL,
    settled INTEGER NOT NULL DEFAULT 0, -- the change up to which `heads` is true; the log has newer ones
    heads BLOB                          -- copied from the log in quiet moments
) STRICT, WITHOUT ROWID;

-- The log of changes, appended only: the documents. Each row carries the document's heads after it,
-- so that recording needs neither the document nor a row to update.
CREATE TABLE chunk (
    id INTEGER PRIMARY KEY,
    doc INTEGER NOT NULL,
    author INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    mine INTEGER NOT NULL,              -- 1: recorded on this device, to be sealed
    hash BLOB NOT NULL,
    heads BLOB NOT NULL,                -- 36 bytes a head: hash, greatest operation number (u32 big-endian)
    change BLOB NOT NULL                -- automerge's uncompressed change chunk
) STRICT;
-- Finds a document's newest change with one seek, and covers the search for an author's last.
CREATE INDEX chunk_doc ON chunk (doc, id, author, seq);

-- This device's sealed entries, kept and sent byte for byte.
CREATE TABLE entry (
    id INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    bytes BLOB NOT NULL,
    changes INTEGER NOT NULL,           -- how many changes it carries
    visits INTEGER NOT NULL,            -- how many of them are visits, for people
    position INTEGER,                   -- where the hub keeps it; NULL until its receipt was verified
    refused INTEGER                     -- the hub's verdict, if it refused
) STRICT;
CREATE INDEX entry_pending ON entry (id) WHERE position IS NULL;
-- Finds receipts that the hub's log contradicts (rule R8).
CREATE INDEX entry_place ON entry (space, position) WHERE position IS NOT NULL;

-- The last entry of each of this device's incarnations in a space.
CREATE TABLE chain (
    space INTEGER NOT NULL,
    incarnation BLOB NOT NULL,
    sequence INTEGER NOT NULL,          -- the next entry's
    PRIMARY KEY (space, incarnation)
) STRICT, WITHOUT ROWID;

-- Which entry followed which, per author, to notice a copied home (rule R1).
CREATE TABLE successor (
    space INTEGER NOT NULL,
    device BLOB NOT NULL,
    previous BLOB NOT NULL,
    entry BLOB NOT NULL,
    PRIMARY KEY (space, device, previous, entry)
) STRICT, WITHOUT ROWID;

-- Changes that wait for a dependency; automerge never sees them before it is there (rule R2).
CREATE TABLE parked (
    id INTEGER PRIMARY KEY,
    waits_for BLOB NOT NULL,            -- a change hash
    author INTEGER NOT NULL,
    space INTEGER NOT NULL,
    entry BLOB NOT NULL,                -- the entry it came in
    section BLOB NOT NULL               -- a section body with this one change
) STRICT;
CREATE INDEX parked_waits_for ON parked (waits_for);
CREATE UNIQUE INDEX parked_once ON parked (entry, section);

-- Input set aside, whole, with the reason; retried when rules or keys change.
CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    entry BLOB NOT NULL,
    space INTEGER NOT NULL,
    section INTEGER NOT NULL,           -- -1: the whole entry
    author INTEGER,                     -- whose, where that was established
    reason TEXT NOT NULL,               -- a stable code
    rules INTEGER NOT NULL,             -- the version of the rules that judged
    at INTEGER NOT NULL,                -- unix milliseconds
    bytes BLOB NOT NULL,
    UNIQUE (entry, section, reason, bytes)
) STRICT;

-- Entries whose parsing was begun and not finished: two crashes quarantine one (rule R2).
CREATE TABLE attempt (
    entry BLOB NOT NULL PRIMARY KEY,
    count INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Reports for people that block nothing, such as "this device was copied".
CREATE TABLE notice (
    code TEXT NOT NULL,
    subject BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (code, subject)
) STRICT, WITHOUT ROWID;

-- Projections: a pure function of the log and the projector's version; see `rebuild`.

CREATE TABLE settings (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    name TEXT, utc_offset INTEGER,
    PRIMARY KEY (space, doc)
) STRICT, WITHOUT ROWID;

CREATE TABLE grid (
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    code TEXT, name TEXT, ord INTEGER,
    PRIMARY KEY (space, doc, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE compound (
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    name TEXT, kind INTEGER,
    PRIMARY KEY (space, doc, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    name TEXT,
    PRIMARY KEY (space, doc)
) STRICT, WITHOUT ROWID;

-- Clustered by grid (space), so that a day's list reads neighbouring pages.
CREATE TABLE door (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    compound TEXT NOT NULL DEFAULT '', building TEXT NOT NULL DEFAULT '',
    unit TEXT NOT NULL DEFAULT '', room TEXT NOT NULL DEFAULT '', floor INTEGER,
    kind INTEGER, external_id TEXT, moved_in INTEGER,
    cadence TEXT, plan_since INTEGER, plan_until INTEGER, checklist BLOB,
    PRIMARY KEY (space, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX door_doc ON door (doc);

CREATE TABLE tick (
    space INTEGER NOT NULL, door BLOB NOT NULL, at INTEGER NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, doc BLOB NOT NULL, author INTEGER NOT NULL,
    result INTEGER NOT NULL, follow_up INTEGER,
    PRIMARY KEY (space, door, at, id, version)
) STRICT, WITHOUT ROWID;

-- Folded from `tick`, one row per door, so that the day's list reads no history.
CREATE TABLE door_state (
    space INTEGER NOT NULL, door BLOB NOT NULL,
    last_at INTEGER NOT NULL, last_id BLOB NOT NULL,
    state BLOB NOT NULL,                -- CBOR of model::round::DoorState
    PRIMARY KEY (space, door)
) STRICT, WITHOUT ROWID;

CREATE TABLE visit (
    n INTEGER PRIMARY KEY,              -- arrival order on this device; the search watermark counts in it
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, author INTEGER NOT NULL,
    door BLOB NOT NULL, at INTEGER NOT NULL, channel INTEGER NOT NULL, outcome INTEGER NOT NULL,
    companions TEXT NOT NULL, checklist BLOB, answers BLOB NOT NULL,
    summary TEXT, follow_up INTEGER
) STRICT;
CREATE UNIQUE INDEX visit_id ON visit (id, version);
CREATE INDEX visit_door ON visit (door, at);

CREATE TABLE person (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    door BLOB, name TEXT, phone TEXT, remark TEXT,
    PRIMARY KEY (space, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_door ON person (door);

CREATE TABLE need (
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    risk INTEGER, basis INTEGER, since INTEGER, review INTEGER, until INTEGER,
    PRIMARY KEY (space, doc, id)
) STRICT, WITHOUT ROWID;

-- Keys that hold several values written side by side, until a person resolves them.
CREATE TABLE conflict (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    key TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (space, doc, key)
) STRICT, WITHOUT ROWID;

-- Values this version cannot read: kept in the log, shown as unknown, projected after an upgrade.
CREATE TABLE unknown (
    space INTEGER NOT NULL, doc BLOB NOT NULL, key TEXT NOT NULL,
    PRIMARY KEY (space, doc, key)
) STRICT, WITHOUT ROWID;

-- Search: bigrams and pinyin cut in Rust, kept in contentless tables.
CREATE TABLE search_card (
    n INTEGER PRIMARY KEY,
    kind INTEGER NOT NULL,              -- 1 door, 2 person
    doc BLOB NOT NULL,
    UNIQUE (kind, doc)
) STRICT;
CREATE VIRTUAL TABLE fts_card USING fts5(
    words, content='', contentless_delete=1, detail=none, tokenize='ascii'
);
CREATE VIRTUAL TABLE fts_visit USING fts5(
    words, content='', contentless_delete=1, detail=none, tokenize='ascii'
);
