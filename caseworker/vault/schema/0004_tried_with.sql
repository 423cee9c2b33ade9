-- With which version of this program all that was set aside was tried last.
ALTER TABLE vault ADD COLUMN tried_with TEXT NOT NULL DEFAULT '';
