"""The office itself: its root, its directory, its recipients' cards, and how they are renewed."""
