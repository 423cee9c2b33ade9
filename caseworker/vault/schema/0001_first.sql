-- A vault's database. It is encrypted as a whole; each comment says what a column is for.
-- Days are UTC days since 1970-01-01, weeks are floor(day / 7): crypto/SPEC.md, section 2.
-- What step 0006 leaves behind of a vault of the release before is no longer made here.

-- Whose vault this is. One row.
CREATE TABLE vault (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    genesis_id BLOB NOT NULL,     -- the office: SPEC 3
    recipient TEXT NOT NULL,      -- the recipient id
    seen_day INTEGER NOT NULL,    -- the day on which this vault was used last
    behind INTEGER NOT NULL       -- 1 once the server was seen to have more of it than it knows
) STRICT;

-- The next number of each row of numbers that this vault gives out, moved up before one is used.
CREATE TABLE numbers (
    kind TEXT PRIMARY KEY,        -- batch, confirmation, card, directory
    next INTEGER NOT NULL
) STRICT;

-- The recipient's own signing keys; the one of the highest place is in use.
CREATE TABLE signing_keys (
    place INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    seed BLOB NOT NULL,           -- secret
    since_day INTEGER NOT NULL
) STRICT;

-- The directory key that the root delegated to. Only in the directory's vault, at most one row.
CREATE TABLE directory_key (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seed BLOB NOT NULL,           -- secret
    head BLOB NOT NULL,           -- what stands before every directory that it signs: SPEC 10.1
    number INTEGER NOT NULL,      -- of the delegation, which holds for the days
    first_day INTEGER NOT NULL,   -- [first_day,
    end_day INTEGER NOT NULL      -- end_day)
) STRICT;

-- Every directory that this vault accepted or issued; the highest one counts.
CREATE TABLE directories (
    delegation INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    document BLOB NOT NULL,
    taken_day INTEGER NOT NULL,
    PRIMARY KEY (delegation, sequence)
) STRICT;

-- Cards of recipients, one's own among them: SPEC 12. The last one taken in of each counts.
CREATE TABLE cards (
    place INTEGER PRIMARY KEY,    -- in which order they were taken in
    recipient TEXT NOT NULL,
    signing_key BLOB NOT NULL,
    number INTEGER NOT NULL,
    document BLOB NOT NULL,
    taken_day INTEGER NOT NULL,
    UNIQUE (recipient, signing_key, number)
) STRICT;

-- Public intake keys that cards and directories name.
CREATE TABLE intake_keys (
    hash BLOB PRIMARY KEY,
    public_key BLOB NOT NULL
) STRICT;

-- Inbound bundles, or parts of them, that were imported.
CREATE TABLE imports (
    place INTEGER PRIMARY KEY,
    sha256 BLOB NOT NULL UNIQUE,  -- of the part
    export_id BLOB NOT NULL,
    part INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    day INTEGER NOT NULL,         -- of the export, as the bundle says it
    imported_day INTEGER NOT NULL,
    chunks_left INTEGER NOT NULL  -- chunks left out for want of space; 0 when it is done
) STRICT;

-- What the server has taken, by the last inbound bundle: every valid line of it, nobody else's word.
CREATE TABLE taken_lines (
    kind INTEGER NOT NULL,        -- 1 batch, 2 confirmation: SPEC 13
    recipient TEXT NOT NULL,
    number INTEGER NOT NULL,
    count INTEGER NOT NULL,
    week INTEGER NOT NULL,        -- in which the server took it, as it says
    content_hash BLOB NOT NULL,
    PRIMARY KEY (kind, recipient, number, content_hash)
) STRICT;

-- Every envelope that arrived, readable or not.
CREATE TABLE envelopes (
    address BLOB PRIMARY KEY,
    outcome TEXT NOT NULL,        -- message, duplicate, set-aside, unopened
    reason TEXT NOT NULL,         -- why it was set aside, else empty
    arrived_day INTEGER NOT NULL,
    confirmed_in INTEGER,         -- number of the confirmation that names it
    body BLOB,                    -- the envelope, kept while it is set aside with its content key
    slot INTEGER,                 -- the slot that opened,
    content_key BLOB,             -- to what (secret), while it is set aside,
    key_week INTEGER,             -- by the intake key of which week
    key_hash BLOB                 -- and hash
) STRICT;

-- Messages: envelopes that opened and passed every check, doubles left out.
CREATE TABLE messages (
    number INTEGER PRIMARY KEY,
    address BLOB NOT NULL UNIQUE REFERENCES envelopes,
    case_number INTEGER NOT NULL,
    thread_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    kind TEXT NOT NULL,           -- report, follow-up
    commitment BLOB NOT NULL,
    content_hash BLOB NOT NULL,   -- of what the source says, without how it was sealed
    payload BLOB NOT NULL,        -- this and the next three prove who wrote it
    slots_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    within_key_dates INTEGER NOT NULL, -- 0 where it was sealed to a key outside of its dates
    received_day INTEGER NOT NULL,
    language TEXT NOT NULL,       -- of the page on which it was written
    beginning TEXT NOT NULL       -- of its text, for lists
) STRICT;
CREATE INDEX messages_by_case ON messages (case_number);
CREATE INDEX messages_by_thread ON messages (thread_id, message_id);
CREATE INDEX messages_by_commitment ON messages (commitment);

-- Files of messages: attachments from place 0, the rest of a text at -1, fill at -2.
CREATE TABLE files (
    message INTEGER NOT NULL REFERENCES messages,
    place INTEGER NOT NULL,
    chunks INTEGER NOT NULL,      -- how many it has
    first_chunk BLOB NOT NULL,    -- ids of the first
    last_chunk BLOB NOT NULL,     -- and the last of them
    claimed INTEGER NOT NULL,     -- how many of them have arrived
    looked_to INTEGER NOT NULL,   -- up to which piece they were looked for, 0 before any was
    sha256 BLOB,                  -- the plain hash, once all of it was read and found whole
    PRIMARY KEY (message, place)
) STRICT;

-- Chunks that were looked for and had not arrived, each with the piece of the file that it is.
CREATE TABLE wanted_chunks (
    id BLOB NOT NULL,
    message INTEGER NOT NULL,
    place INTEGER NOT NULL,
    piece INTEGER NOT NULL,
    PRIMARY KEY (id, message, place, piece)
) STRICT, WITHOUT ROWID;

-- Chunks that arrived. Their bytes lie in files of their own: vault/chunk_files.py.
CREATE TABLE chunks (
    id BLOB NOT NULL,
    sha256 BLOB NOT NULL,         -- different bytes under one id are kept side by side
    arrived_day INTEGER NOT NULL,
    message INTEGER REFERENCES messages, -- whose file names it
    kept INTEGER NOT NULL,        -- 0 once its bytes were dropped
    confirmed_in INTEGER,         -- number of the confirmation that names it
    PRIMARY KEY (id, sha256)
) STRICT;
CREATE INDEX chunks_unclaimed ON chunks (arrived_day) WHERE message IS NULL AND kept = 1;

-- Batches and confirmations, signed: SPEC 13. The hash stays when the content goes.
CREATE TABLE outgoing (
    kind INTEGER NOT NULL,        -- as above
    number INTEGER NOT NULL,
    count INTEGER NOT NULL,
    content BLOB,                 -- empty once nothing needs it any more
    content_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    made_day INTEGER NOT NULL,
    week_taken INTEGER,           -- as the first taken line said, for its lifetime only
    PRIMARY KEY (kind, number)
) STRICT;

-- What caseworkers wrote. The log names a text by its id only, so that a text can go when its
-- time is over and the log still proves itself.
CREATE TABLE texts (
    id BLOB PRIMARY KEY,          -- SHA-256 of salt and text
    salt BLOB NOT NULL,
    text TEXT NOT NULL
) STRICT;

-- What happened, append-only, each event with the hash of the one before: log/chain.py.
CREATE TABLE events (
    number INTEGER PRIMARY KEY,
    case_number INTEGER,          -- empty where it is about the vault as a whole
    kind TEXT NOT NULL,
    content BLOB NOT NULL,        -- JSON; this is what is hashed
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX events_by_case ON events (case_number);
