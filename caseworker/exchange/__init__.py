"""Bundles in and out: all that crosses the air gap."""
