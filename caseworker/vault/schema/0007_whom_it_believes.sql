-- Whom a vault believes of what is on the server: SPEC 14.1, caseworker/keys/servers.py.

-- Servers that a person compared. In the directory's vault alone, whose directories list them.
CREATE TABLE pinned_servers (
    place INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    since_day INTEGER NOT NULL
) STRICT;

-- The server's public key that signed the part; empty before parts were signed.
ALTER TABLE imports ADD COLUMN server BLOB;
-- The number of its export: of all of a server the highest counts.
ALTER TABLE imports ADD COLUMN number INTEGER NOT NULL DEFAULT 0;

-- What each server has taken, by its newest export: every valid line of it.
DROP TABLE taken_lines;
CREATE TABLE taken_lines (
    server BLOB NOT NULL,         -- the public key that signed the export
    kind INTEGER NOT NULL,        -- 1 batch, 2 confirmation: SPEC 13
    recipient TEXT NOT NULL,
    number INTEGER NOT NULL,
    count INTEGER NOT NULL,
    week INTEGER NOT NULL,        -- in which that server took it, as it says
    content_hash BLOB NOT NULL,
    PRIMARY KEY (server, kind, recipient, number, content_hash)
) STRICT;

-- The week in which an envelope came to the server, as one that is believed said it; else that in
-- which it came here.
ALTER TABLE envelopes ADD COLUMN came_week INTEGER;
UPDATE envelopes SET came_week = arrived_day / 7;

-- What sources are asked: files that directories name by their hash, SPEC 10.5.
CREATE TABLE forms (
    hash BLOB PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
