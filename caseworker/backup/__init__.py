"""A whole vault in one file, and back, with its numbers moved on."""
