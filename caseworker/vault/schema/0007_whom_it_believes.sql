-- Whom a vault believes of what is on the server: SPEC 14.1, caseworker/keys/servers.py.

-- Servers that a person compared. In the directory's vault alone, whose directories list them.
CREATE TABLE pinned_servers (
    place INTEGER PRIMARY KEY,
    public_key BLOB NOT NULL UNIQUE,
    since_day INTEGER NOT NULL
) STRICT;

-- The server's public key that signed the part; empty before parts were signed.
ALTER TABLE imports ADD COLUMN server BLOB;
-- The number of its export: of all that are believed the highest counts.
ALTER TABLE imports ADD COLUMN number INTEGER NOT NULL DEFAULT 0;

-- The week in which an envelope came to the server, as one that is believed said it; else that in
-- which it came here.
ALTER TABLE envelopes ADD COLUMN came_week INTEGER;
UPDATE envelopes SET came_week = arrived_day / 7;

-- What sources are asked: files that directories name by their hash, SPEC 10.5.
CREATE TABLE forms (
    hash BLOB PRIMARY KEY,
    content BLOB NOT NULL
) STRICT;
