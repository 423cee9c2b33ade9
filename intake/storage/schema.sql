-- The database of an intake server, version 3: what is public. Every table is keyed by what is random or public;
-- there are no row numbers (WITHOUT ROWID), no times, and no days: a week is the finest there is
-- (days since 1970-01-01, UTC, divided by 7). After each column: what it reveals to whoever
-- seizes the file.

-- What there is once.
CREATE TABLE office (
    name    TEXT NOT NULL PRIMARY KEY,  -- 'genesis_id', 'directory', 'server_key', 'edition', 'week'
    value   BLOB NOT NULL               -- public: the office's identity, its signed directory, the
                                        -- public half of the key that bundles are signed with;
                                        -- 'edition' is random, drawn anew when what is served
                                        -- changes; 'week' that in which retention last ran
) WITHOUT ROWID;

-- Public intake keys, of the directory and of the cards.
CREATE TABLE intake_key (
    hash        BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),          -- public: SHA-256 of the key
    public_key  BLOB NOT NULL CHECK (length(public_key) = 1216)               -- public
) WITHOUT ROWID;

-- The form that the directory names.
CREATE TABLE form (
    hash  BLOB NOT NULL PRIMARY KEY CHECK (length(hash) = 32),          -- public: SHA-256 of the form
    form  BLOB NOT NULL CHECK (length(form) BETWEEN 1 AND 65536)        -- public: what sources are asked
) WITHOUT ROWID;

-- The newest card of each recipient, for each of its signing keys, to be passed on.
CREATE TABLE card (
    recipient    TEXT    NOT NULL,  -- public: the directory names it
    signing_key  BLOB    NOT NULL CHECK (length(signing_key) = 32),  -- public: likewise
    number       INTEGER NOT NULL,  -- how often this recipient made keys
    card         BLOB    NOT NULL,  -- public keys of the coming weeks, signed
    PRIMARY KEY (recipient, signing_key)
) WITHOUT ROWID;

-- The signed lines of what recipients sent: which batches live, what was confirmed in the last 90
-- days. Of a confirmation nothing else is kept.
CREATE TABLE taken (
    code         INTEGER NOT NULL,  -- 1 batch, 2 confirmation
    recipient    TEXT    NOT NULL,  -- who sent it: public
    number       INTEGER NOT NULL,  -- how many of these it has sent
    count        INTEGER NOT NULL,  -- records (full of decoys), or how many items it received
    week         INTEGER NOT NULL,  -- the week in which it came
    hash         BLOB    NOT NULL CHECK (length(hash) = 32),  -- nothing without the content
    signing_key  BLOB    NOT NULL CHECK (length(signing_key) = 32),  -- public
    signature    BLOB    NOT NULL CHECK (length(signature) = 64),  -- nothing more
    PRIMARY KEY (code, recipient, number)
) WITHOUT ROWID;

-- Numbers of lines that are over, so that an old bundle brings nothing back.
CREATE TABLE spent (
    code       INTEGER NOT NULL,  -- as in taken
    recipient  TEXT    NOT NULL,  -- as in taken
    number     INTEGER NOT NULL,  -- that there was one with this number
    PRIMARY KEY (code, recipient, number)
) WITHOUT ROWID;

-- The reply board: public, decoys and replies alike, the same for everybody. All batches of a week
-- are over on one day, so that no recipient decides over another's records by sending copies.
CREATE TABLE volume (
    week     INTEGER NOT NULL PRIMARY KEY,  -- public: the week in which its batches came
    hash     BLOB    NOT NULL CHECK (length(hash) = 32),  -- public: SHA-256 of the records
    records  BLOB    NOT NULL CHECK (length(records) % 1024 = 0)  -- public: ciphertext, by its SHA-256
) WITHOUT ROWID;
