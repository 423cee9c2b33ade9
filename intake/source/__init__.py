"""The command-line client for sources: it writes to an office and reads its replies.

It needs of this project only `crypto`, and nothing of the server: a source installs neither
database nor page templates. Everything that leaves goes through `api`, everything that stays on the
device through `pinned` and `unsent`.
"""
