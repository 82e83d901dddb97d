-- Version 2. Columns are named like the parts of their kinds' shapes, and every field that needs no
-- table of its own stands in `cell`. Projections only: a home of version 1 makes them again from
-- its log when it is opened.

DROP TABLE grid;
CREATE TABLE grid (
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    code TEXT, name TEXT, "order" INTEGER,
    PRIMARY KEY (space, doc, id)
) STRICT, WITHOUT ROWID;

-- Clustered by grid (space), so that a day's list reads neighbouring pages.
DROP TABLE door;
CREATE TABLE door (
    space INTEGER NOT NULL, doc BLOB NOT NULL,
    compound TEXT, building TEXT, unit TEXT, room TEXT, floor INTEGER,
    kind INTEGER, external_id TEXT, moved_in INTEGER,
    cadence TEXT, since INTEGER, until INTEGER, checklist BLOB, by_hand INTEGER,
    PRIMARY KEY (space, doc)
) STRICT, WITHOUT ROWID;
CREATE INDEX door_doc ON door (doc);

DROP TABLE visit;
CREATE TABLE visit (
    n INTEGER PRIMARY KEY,              -- arrival order on this device; the search watermark counts in it
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    version INTEGER NOT NULL, author INTEGER NOT NULL,
    door BLOB NOT NULL, at INTEGER NOT NULL, channel INTEGER NOT NULL, outcome INTEGER NOT NULL,
    "with" TEXT NOT NULL, checklist BLOB, answers BLOB NOT NULL,
    summary TEXT, follow_up INTEGER
) STRICT;
CREATE UNIQUE INDEX visit_id ON visit (id, version);
CREATE INDEX visit_door ON visit (door, at);

-- One row for each value of each field without a table of its own, clustered by kind, so that a list
-- of one kind reads neighbouring pages.
CREATE TABLE cell (
    kind INTEGER NOT NULL, space INTEGER NOT NULL, doc BLOB NOT NULL,
    field INTEGER NOT NULL,
    id BLOB NOT NULL,                   -- empty for plain fields
    version INTEGER NOT NULL,           -- 0 for registers and text; tells write-once records under one id apart
    author INTEGER,                     -- of write-once records
    at INTEGER,                         -- when those were recorded, unix milliseconds
    value ANY,                          -- as in the document; text as it reads
    PRIMARY KEY (kind, space, doc, field, id, version)
) STRICT, WITHOUT ROWID;
CREATE INDEX cell_doc ON cell (doc);
-- Finds what refers to a door, a person or another record.
CREATE INDEX cell_refers ON cell (value) WHERE typeof(value) = 'blob' AND length(value) = 16;

-- Where a card's door stands in walking order: search lists doors so.
ALTER TABLE search_card ADD COLUMN walk BLOB NOT NULL DEFAULT x'';

DROP TABLE need;
CREATE TABLE need (
    space INTEGER NOT NULL, doc BLOB NOT NULL, id BLOB NOT NULL,
    risk INTEGER, basis INTEGER, since INTEGER, review INTEGER, until INTEGER,
    raised INTEGER, cadence TEXT, reason INTEGER, note TEXT,
    consent_by TEXT, consent_on INTEGER, consent_for TEXT, consent_until INTEGER,
    PRIMARY KEY (space, doc, id)
) STRICT, WITHOUT ROWID;
-- Finds needs that are to be looked at again.
CREATE INDEX need_review ON need (space, review) WHERE until IS NULL;
CREATE INDEX need_doc ON need (doc, id);
CREATE INDEX person_doc ON person (doc);
