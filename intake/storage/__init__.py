"""What the server stores, and how it forgets. All SQL of `intake` lies here, and all slots.

Others ask in the product's words:

- `reading`: what the server gives out and how much lies here; `writer`: storing what sources send;
- `imports`: one transaction that takes a bundle in; `exports`: one snapshot for a recipient;
- `board`: a volume of the board as it is given out, and until when;
- `condition`: how a data folder stands, without touching it; `database`: the file as a whole;
- `folder`, `kinds`, `disk_room`, `disk_faults`, `file_systems`, `damage`: where it lies, what it
  is, what the disk allows, and what it has spoiled.

`export_number`, `rows`, `connections`, `slots` and `retention` are this room's own.

Envelopes and chunks, all of one size each, lie in files of equal slots, with an index beside them
(`slots`), written on a grid of time (`beat`). No file, record or slot tells in which order things
came, nor does any file's time (within the limits that the specification names), and what is deleted
is written over in place. An SQLite database holds what is public: the office, its keys and cards,
the reply board, and what came in bundles. `intake/decisions/0015` says why.

Several processes share a data folder: one `intake serve` and any command beside it. They take locks
in this order: `export.lock` keeps slots from being written over while an export reads them;
`slots.lock` is held by whoever changes what lies in slots; `turn.lock` keeps a busy writer of the
database from starving another; SQLite's own lock comes last.
"""
