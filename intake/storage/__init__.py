"""What the server stores, and how it forgets. All SQL of `intake` lies here.

Others ask in the product's words, each question one transaction:

- `reading`: what the server gives out and how much lies here; `writer`: storing what sources send;
- `imports`: one transaction that takes a bundle in; `exports`: one snapshot for a recipient;
- `board`: a volume of the board as it is given out, and until when;
- `condition`: how a data folder stands, without touching it; `database`: the file as a whole;
- `folder`, `kinds`, `disk_room`, `disk_faults`: where it lies, what it is, what the disk allows.

`rows`, `sqlite`, `container`, `wiping` and `retention` are this room's own.

Envelopes and chunks, all of one size each, lie in two files of equal slots ("containers"), where a
free slot is taken at random; an SQLite database holds the index of both, the reply board, and what
came in bundles. So no file, row or slot tells in which order things came (within the limits that
the specification names), and what is deleted is overwritten in place.

The order that makes an answer of 204 true, and needs no repair after a kill at any moment:

1. the bytes are written into free slots; 2. the container is synced; 3. the rows of the index are
committed and synced; 4. the answer is given.

A slot that no row names is free, whatever lies in it. Deletion goes the other way: the row moves to
the table `wipe` in the same transaction, the slot is overwritten and synced, then the row goes.

Measured (4,096 envelopes in groups of 64, medians of three): as rows of the database 1,630 a
second, in a container 5,320; and rewriting the database after an export (VACUUM) takes 15 ms
instead of 2 s, in which nothing could be accepted.

Several processes share a data folder: one `intake serve` and any command beside it. SQLite's own
lock orders writers; `turn.lock` keeps a busy server from starving a command; `export.lock` keeps
slots from being overwritten while an export reads them.
"""
