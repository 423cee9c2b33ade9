"""Bundles from the server, taken in part by part."""
