"""Slots: where envelopes and chunks lie. No other room reads or writes these files.

For each kind there are a file of bodies, an index of 128 bytes a slot in two copies, and a file of
marks. `records` and `marks` are the formats, `container` and `index` the files, `shelf` all files
of one kind with what is known of them in memory, `dealing` and `growth` how they grow, `store` both
kinds under one lock, `survey` a look at them without one.

`intake/decisions/0015` says why it is so.
"""
