"""What the server keeps, and how it forgets. All SQL of this room lies here.

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
