"""The server that sources talk to: takes ciphertext in, gives out what is public."""
