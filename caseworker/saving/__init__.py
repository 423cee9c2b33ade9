"""Saving a case as files."""
