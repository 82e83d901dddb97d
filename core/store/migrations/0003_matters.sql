-- Version 3. A matter in one row: its registers, and what follows from its steps, so that a list reads
-- no history. Folded from `cell`, a projection like the others.
CREATE TABLE matter_state (
    doc BLOB NOT NULL PRIMARY KEY, space INTEGER NOT NULL,
    title TEXT, door BLOB, person BLOB, matter_kind INTEGER, urgency INTEGER, source INTEGER,
    open INTEGER NOT NULL, stage INTEGER NOT NULL, place INTEGER NOT NULL,
    raised_at INTEGER, first_response INTEGER, ended_at INTEGER,
    due INTEGER,                        -- the matter's deadline, while it is open
    partner_due INTEGER,                -- the earliest of the partners awaited
    partners TEXT NOT NULL,             -- those awaited
    left_grid INTEGER NOT NULL, visit_by INTEGER,
    satisfaction INTEGER, percent INTEGER, reopened INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
