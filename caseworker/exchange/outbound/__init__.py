"""Bundles for the server: full batches, confirmations, and all that it has not taken yet."""
