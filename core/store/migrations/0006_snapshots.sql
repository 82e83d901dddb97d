-- Version 6. Snapshots: what a new device reads in the place of a log's beginning. A document that came
-- with one has its history packed in one row of `chunk`, whose `seq` is 0 and which is the document's first.

-- One that is being taken in.
CREATE TABLE snapshot (
    space INTEGER PRIMARY KEY,
    manifest BLOB NOT NULL,             -- its hash
    maker INTEGER NOT NULL,             -- the author whose device made it
    epoch INTEGER NOT NULL,
    position INTEGER NOT NULL,          -- the place in the hub's log that it is of
    running BLOB NOT NULL
) STRICT;

CREATE TABLE snapshot_part (
    space INTEGER NOT NULL,
    place INTEGER NOT NULL,
    hash BLOB NOT NULL,
    size INTEGER NOT NULL,              -- bytes
    level INTEGER NOT NULL,             -- 0: for today's doors; 1: history
    taken INTEGER NOT NULL DEFAULT 0,   -- 1: its documents are in the log
    PRIMARY KEY (space, place)
) STRICT, WITHOUT ROWID;

-- What has come of a part so far, so that a session that is cut goes on where it was.
CREATE TABLE snapshot_piece (
    id INTEGER PRIMARY KEY,
    space INTEGER NOT NULL,
    place INTEGER NOT NULL,
    offset INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    UNIQUE (space, place, offset)
) STRICT;

-- Documents whose packed history was not built yet, to see that its hashes are those it names.
CREATE TABLE unbuilt (
    doc INTEGER PRIMARY KEY
) STRICT;
