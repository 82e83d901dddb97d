-- Snapshots: what a space held at a position, sealed, so that new phones need not read its whole log. They can be
-- thrown away at any time: the log has everything.

CREATE TABLE snapshots (
    snapshot  INTEGER PRIMARY KEY,
    community INTEGER NOT NULL REFERENCES communities,
    space     BLOB NOT NULL CHECK (length(space) = 16),
    -- The signed manifest and its hash.
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    manifest  BLOB NOT NULL,
    -- The place in the space's log.
    position  INTEGER NOT NULL,
    running   BLOB NOT NULL CHECK (length(running) = 32),
    -- Whether every part is here; until then it is only offered.
    complete  INTEGER NOT NULL,
    UNIQUE (community, space, hash)
) STRICT;

-- Which parts a snapshot has; several snapshots may share one.
CREATE TABLE snapshot_parts (
    snapshot INTEGER NOT NULL REFERENCES snapshots ON DELETE CASCADE,
    place    INTEGER NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    size     INTEGER NOT NULL,
    PRIMARY KEY (snapshot, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE parts (
    part      INTEGER PRIMARY KEY,
    community INTEGER NOT NULL REFERENCES communities,
    space     BLOB NOT NULL CHECK (length(space) = 16),
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    size      INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    UNIQUE (community, space, hash)
) STRICT;
