-- Lists of cases and replies, folded from the log, so that a command need not read all of it:
-- caseworker/cases/lists.py. The log is the truth, and these tables are made anew from it.

-- As far as the lists were folded. One row, none before the first.
CREATE TABLE folded (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    shape INTEGER NOT NULL,       -- of the tables below: of another version's they are made anew
    event INTEGER NOT NULL,       -- the last event that they hold,
    hash BLOB NOT NULL            -- and its hash: of another log's they are made anew
) STRICT;

-- A row a case.
CREATE TABLE case_rows (
    number INTEGER PRIMARY KEY,
    received_day INTEGER NOT NULL, -- of the first message that came
    messages INTEGER NOT NULL,
    state TEXT NOT NULL,          -- caseworker/cases/states.py
    acknowledged INTEGER NOT NULL,
    waiting INTEGER NOT NULL      -- how many replies wait for the next export
) STRICT;

-- A row a reply or acknowledgement.
CREATE TABLE reply_rows (
    number INTEGER PRIMARY KEY,   -- of the event that tells of it
    reply_id BLOB NOT NULL,
    kind TEXT NOT NULL,           -- acknowledgement, reply
    case_number INTEGER NOT NULL,
    message INTEGER NOT NULL,     -- that it answers
    parts INTEGER NOT NULL,       -- how many records it takes
    text_id BLOB NOT NULL,
    author TEXT NOT NULL,
    written_day INTEGER NOT NULL,
    written_time TEXT NOT NULL,
    due_from INTEGER NOT NULL,    -- the day from which its order counts
    batch INTEGER,                -- empty while it waits for the next export
    first_index INTEGER,          -- the index of its first record in its pair chain: SPEC 9
    carried_day INTEGER,          -- when the bundle with it was written
    carried_time TEXT
) STRICT;
CREATE INDEX reply_rows_by_case ON reply_rows (case_number);
CREATE INDEX reply_rows_by_batch ON reply_rows (batch);

-- What a command asks about a case, without reading all others.
CREATE INDEX events_by_kind ON events (kind);
CREATE INDEX envelopes_unconfirmed ON envelopes (address) WHERE confirmed_in IS NULL;
CREATE INDEX chunks_unconfirmed ON chunks (id, sha256) WHERE confirmed_in IS NULL;
