-- The protocol's version 1: pair chains, batches of one size, nothing that ties a thread to a
-- place on the board. What a vault of the release before holds can be read and saved, and no more:
-- its sources have other keys now. Tables are made anew by the columns that stay.

-- 1 where the vault was made before version 1 of the protocol.
ALTER TABLE vault ADD COLUMN of_before INTEGER NOT NULL DEFAULT 0;
UPDATE vault SET of_before = 1;
-- How many indexes all chains were stepped on since the vault was restored, and the last week whose
-- chains may have been in use before that: SPEC 14.1.
ALTER TABLE vault ADD COLUMN chain_steps INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vault ADD COLUMN stepped_week INTEGER NOT NULL DEFAULT 0;
-- A vault that was restored moves on by itself.
ALTER TABLE vault DROP COLUMN behind;

-- Secrets that are overwritten where they lie, once they are used: caseworker/vault/passing_secrets.
-- Rows neither go nor change their size, and each is added behind the others: so no page of the
-- database is ever dealt anew, which could leave a copy of a secret behind.
CREATE TABLE passing_secrets (
    number INTEGER PRIMARY KEY,
    secret BLOB NOT NULL          -- secret; zeros where nothing follows it
) STRICT;

-- Pair chains, each between a source and this recipient: SPEC 6.2, 9.
CREATE TABLE chains (
    number INTEGER PRIMARY KEY,
    thread_id BLOB NOT NULL,      -- the source's public signing key
    name BLOB NOT NULL,           -- made one way from c_0: by this it is known when it comes again
    week INTEGER NOT NULL,        -- of the intake key of the slot that it came in
    message INTEGER NOT NULL,     -- the newest message that brought it; 0 before one came
    next_index INTEGER NOT NULL,  -- the lowest index that was never given out
    secret INTEGER NOT NULL REFERENCES passing_secrets, -- the chain key of that index
    UNIQUE (thread_id, name)
) STRICT;

CREATE TABLE messages_of_now (
    number INTEGER PRIMARY KEY,
    address BLOB NOT NULL UNIQUE REFERENCES envelopes,
    case_number INTEGER NOT NULL,
    thread_id BLOB NOT NULL,
    message_id BLOB NOT NULL,
    kind TEXT NOT NULL,           -- report, follow-up
    commitment BLOB NOT NULL,
    content_hash BLOB NOT NULL,   -- of what the source says, without how it was sealed
    payload BLOB NOT NULL,        -- this and the next two prove who wrote it
    slots_hash BLOB NOT NULL,
    signature BLOB NOT NULL,
    within_key_dates INTEGER NOT NULL, -- 0 where it was sealed to a key outside of its dates
    received_day INTEGER NOT NULL,
    language TEXT NOT NULL,       -- of the page on which it was written
    beginning TEXT NOT NULL       -- of its text, for lists
) STRICT;
INSERT INTO messages_of_now
    SELECT number, address, case_number, thread_id, message_id, kind, commitment, content_hash,
        payload, slots_hash, signature, within_key_dates, received_day, language, beginning
    FROM messages;
DROP TABLE messages;
ALTER TABLE messages_of_now RENAME TO messages;
CREATE INDEX messages_by_case ON messages (case_number);
CREATE INDEX messages_by_thread ON messages (thread_id, message_id);
CREATE INDEX messages_by_commitment ON messages (commitment);

-- What a slot held, of an envelope that is set aside: content key, thread; and its chain, which is
-- overwritten as it advances. Never c_0: whoever copies an envelope and spoils it would keep that
-- in the vault.
ALTER TABLE envelopes ADD COLUMN secret INTEGER REFERENCES passing_secrets;
ALTER TABLE envelopes ADD COLUMN chain INTEGER REFERENCES chains;
ALTER TABLE envelopes DROP COLUMN content_key;
UPDATE envelopes SET body = NULL, slot = NULL, key_week = NULL, key_hash = NULL;

-- Of the protocol before.
DELETE FROM directories;
DELETE FROM directory_key;
DELETE FROM cards;
DELETE FROM intake_keys;
DELETE FROM taken_lines;
DELETE FROM numbers;
DELETE FROM outgoing WHERE kind > 2;
UPDATE outgoing SET content = NULL;
DROP TABLE IF EXISTS reply_indexes;
DROP TABLE IF EXISTS records;
