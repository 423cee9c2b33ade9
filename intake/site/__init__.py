"""The static site: built once for an office and its directory, then only served."""
