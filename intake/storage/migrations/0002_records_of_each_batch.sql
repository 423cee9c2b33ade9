-- A record belongs to each batch that holds it: no recipient decides over another's by sending a
-- copy first.
ALTER TABLE record RENAME TO record_before;
CREATE TABLE record (
    bits       INTEGER NOT NULL,
    value      INTEGER NOT NULL,
    hash       BLOB    NOT NULL CHECK (length(hash) = 32),
    recipient  TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    record     BLOB    NOT NULL CHECK (length(record) = 4096),
    PRIMARY KEY (bits, value, hash, recipient, number)
) WITHOUT ROWID;
INSERT INTO record (bits, value, hash, recipient, number, record)
    SELECT bits, value, hash, recipient, number, record FROM record_before;
DROP TABLE record_before;
CREATE INDEX record_by_hash ON record (hash);
CREATE INDEX record_by_batch ON record (recipient, number);
