-- Version 5. Entries of others are kept too, to be carried by file and to be given back to a hub that lost
-- them; what this device's own entries cover is known, so that a record's place can be told. Bytes stand
-- apart, so that noting a receipt does not write them again and letting them go is a deletion.

CREATE TABLE sealed (
    id INTEGER PRIMARY KEY,             -- the entry's
    bytes BLOB NOT NULL                 -- kept, carried and sent byte for byte
) STRICT;
INSERT INTO sealed (id, bytes) SELECT id, bytes FROM entry;

CREATE TABLE entry_5 (
    id INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    hash BLOB NOT NULL UNIQUE,
    own INTEGER NOT NULL,               -- 1: sealed here; 0: another's, or this device's before it was restored
    changes INTEGER NOT NULL,           -- how many changes it carries; 0 for others'
    visits INTEGER NOT NULL,            -- how many of them are visits, for people
    first INTEGER, last INTEGER,        -- own ones: the part of the log they cover, other spaces' changes between
    position INTEGER,                   -- where the hub keeps it; NULL until its receipt was verified
    running BLOB, signature BLOB,       -- the rest of the receipt, where it is kept to be shown to others
    received INTEGER,                   -- when the receipt came, unix milliseconds; NULL once the bytes are gone
    voided INTEGER NOT NULL DEFAULT 0,  -- 1: a receipt proved void, none has come since
    refused INTEGER,                    -- the hub's verdict, if it refused
    carried INTEGER,                    -- when it was last handed to a file, unix milliseconds
    wanted INTEGER NOT NULL DEFAULT 0,  -- others': 1: came by file, and who carried it had no receipt
    seen INTEGER                        -- where the hub's log showed it when it was read
) STRICT;
INSERT INTO entry_5 (id, space, hash, own, changes, visits, position, received, refused)
    SELECT id, space, hash, 1, changes, visits, position,
           CASE WHEN position IS NULL THEN NULL ELSE 1000 * unixepoch() END, refused
    FROM entry;

-- A space's entries cover its changes in the order of the log, so counting says which.
CREATE TABLE mine_5 (space INTEGER, n INTEGER, id INTEGER, PRIMARY KEY (space, n)) WITHOUT ROWID;
INSERT INTO mine_5 (space, n, id)
    SELECT doc.space, row_number() OVER (PARTITION BY doc.space ORDER BY chunk.id), chunk.id
    FROM chunk JOIN doc ON doc.ord = chunk.doc WHERE chunk.mine = 1;
UPDATE entry_5 SET
    first = (SELECT mine_5.id FROM mine_5 WHERE mine_5.space = upto.space AND mine_5.n = upto.n - upto.changes + 1),
    last = (SELECT mine_5.id FROM mine_5 WHERE mine_5.space = upto.space AND mine_5.n = upto.n)
    FROM (SELECT id, space, changes, sum(changes) OVER (PARTITION BY space ORDER BY id) AS n FROM entry) AS upto
    WHERE upto.id = entry_5.id;
DROP TABLE mine_5;

DROP TABLE entry;
ALTER TABLE entry_5 RENAME TO entry;
CREATE INDEX entry_pending ON entry (id) WHERE own = 1 AND position IS NULL;
-- Others' entries that the hub is not known to have.
CREATE INDEX entry_to_bring ON entry (id)
    WHERE own = 0 AND position IS NULL AND (wanted = 1 OR seen IS NULL);
-- Finds receipts that the hub's log contradicts (rule R8).
CREATE INDEX entry_place ON entry (space, position) WHERE position IS NOT NULL;
-- Finds the entry that covers a change.
CREATE INDEX entry_covers ON entry (space, last) WHERE own = 1;
-- Finds receipts that are old enough for the bytes to be let go.
CREATE INDEX entry_received ON entry (received) WHERE received IS NOT NULL;

-- Others' changes that came by file; all further ones of others' came from the hub.
CREATE TABLE by_file (chunk INTEGER PRIMARY KEY) STRICT;
ALTER TABLE parked ADD COLUMN by_file INTEGER NOT NULL DEFAULT 0;
ALTER TABLE quarantine ADD COLUMN by_file INTEGER NOT NULL DEFAULT 0;
