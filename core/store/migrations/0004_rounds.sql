-- Version 4. Corrections of visits, and drafts.

ALTER TABLE tick ADD COLUMN replaces BLOB;
ALTER TABLE visit ADD COLUMN corrects BLOB;
ALTER TABLE visit ADD COLUMN void INTEGER;
ALTER TABLE visit ADD COLUMN why TEXT;
ALTER TABLE visit ADD COLUMN matters BLOB;

-- Visits that found somebody moved away or deceased, which a person confirms; few.
CREATE INDEX visit_gone ON visit (space) WHERE outcome IN (3, 4);

-- What a tick or a visit of a door stands in for, whichever came first: `by` names `id`. A plain
-- visit writes nothing here.
CREATE TABLE correction (
    space INTEGER NOT NULL, door BLOB NOT NULL,
    id BLOB NOT NULL,
    "by" BLOB NOT NULL,
    PRIMARY KEY (space, door, id, "by")
) STRICT, WITHOUT ROWID;

-- Half-written visits, on this device only: never a document, never sent.
CREATE TABLE draft (
    id BLOB NOT NULL PRIMARY KEY,
    door BLOB,
    saved INTEGER NOT NULL,             -- unix milliseconds
    body BLOB NOT NULL                  -- CBOR
) STRICT, WITHOUT ROWID;
