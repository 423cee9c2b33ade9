-- Keys that take the place of others.

-- 1 where the key before it signs this one's cards too, until a directory names it: SPEC 12.
ALTER TABLE signing_keys ADD COLUMN vouched INTEGER NOT NULL DEFAULT 0;

-- 1 where this vault issued the directory. One that came under its key and is not its own shows
-- that the vault came from a backup, or that somebody else has the directory key.
ALTER TABLE directories ADD COLUMN issued INTEGER NOT NULL DEFAULT 0;
