"""A recipient's keys: cards, signing keys, directories in force, destruction of what is old."""
