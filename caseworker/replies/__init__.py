"""Writing to sources."""
