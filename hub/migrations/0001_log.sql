-- The hub's whole state: charters, key wraps and logs of sealed entries.
-- Nothing here can be read without keys that the hub does not have; what can
-- be seen is which device wrote how much into which space, and when it came.
-- Numbers that the protocol calls positions are integers from 1 (entries) or
-- from 0 (statements); hashes are 32 bytes, ids 16.

CREATE TABLE communities (
    community     INTEGER PRIMARY KEY,
    id            BLOB NOT NULL UNIQUE CHECK (length(id) = 16),
    -- How many statements the charter has; the next one gets this position.
    length        INTEGER NOT NULL DEFAULT 0,
    -- Bytes of statements with their wraps, and of entries: what quotas count.
    charter_bytes INTEGER NOT NULL DEFAULT 0,
    entry_bytes   INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE statements (
    community INTEGER NOT NULL REFERENCES communities,
    position  INTEGER NOT NULL,
    hash      BLOB NOT NULL CHECK (length(hash) = 32),
    -- The exact bytes that were signed.
    bytes     BLOB NOT NULL,
    PRIMARY KEY (community, position),
    -- Finds the statement that a retry brings again.
    UNIQUE (community, hash)
) STRICT;

-- A wrap gives one recipient (a device or an invitation) a space's key. It
-- came with the statement at `position`, as number `place` of its set.
CREATE TABLE wraps (
    community INTEGER NOT NULL REFERENCES communities,
    recipient BLOB NOT NULL CHECK (length(recipient) = 16),
    position  INTEGER NOT NULL,
    place     INTEGER NOT NULL,
    bytes     BLOB NOT NULL,
    PRIMARY KEY (community, recipient, position, place)
) STRICT, WITHOUT ROWID;

-- One log for each space; a row appears with its first entry.
CREATE TABLE spaces (
    space     INTEGER PRIMARY KEY,
    community INTEGER NOT NULL REFERENCES communities,
    id        BLOB NOT NULL CHECK (length(id) = 16),
    -- The last entry's position and the running hash there.
    head      INTEGER NOT NULL DEFAULT 0,
    running   BLOB NOT NULL CHECK (length(running) = 32),
    UNIQUE (community, id)
) STRICT;

CREATE TABLE entries (
    space    INTEGER NOT NULL REFERENCES spaces,
    position INTEGER NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    device   BLOB NOT NULL CHECK (length(device) = 16),
    -- SHA-256(running at position - 1, hash): any prefix of the log in 32 bytes.
    running  BLOB NOT NULL CHECK (length(running) = 32),
    -- Last, so that reading the columns above does not walk through it.
    bytes    BLOB NOT NULL,
    PRIMARY KEY (space, position),
    -- Makes an append of the same entry find its position.
    UNIQUE (space, hash)
) STRICT;
