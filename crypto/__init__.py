"""The protocol: bytes in, bytes out. It knows nothing of the intake or the caseworker."""
