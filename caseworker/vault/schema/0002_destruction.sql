-- What the destruction of intake secrets and backups need to know: caseworker/keys/destruction.py.

-- Set while the vault came from a backup and nobody has said that all bundles kept since then are
-- imported again.
ALTER TABLE vault ADD COLUMN restored_day INTEGER;
-- Set until a bundle that the server wrote on this day or later tells what it has of this vault.
ALTER TABLE vault ADD COLUMN awaits_bundle_of INTEGER;
-- The last backup: its day, and the place of the own card that was newest in it.
ALTER TABLE vault ADD COLUMN backup_day INTEGER;
ALTER TABLE vault ADD COLUMN backup_card INTEGER;

-- How many envelopes the part brought, new or known.
ALTER TABLE imports ADD COLUMN envelopes INTEGER NOT NULL DEFAULT 0;
-- The export's day as far as it was believed: not later than this vault's clock, as far as that was.
ALTER TABLE imports ADD COLUMN believed_day INTEGER NOT NULL DEFAULT 0;
