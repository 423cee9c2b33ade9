"""What whoever runs the server types: arguments to options, a deed, and the words for what it did.

Only what a command itself needs is loaded when it runs: `serve` begins again as a new process
before anything of the server is there.
"""
