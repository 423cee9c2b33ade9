"""Reaching an office: its address, its server, the line there, and what this device knows of it."""
