"""The intake: takes ciphertext in, keeps it, gives it on. It cannot read any of it."""
