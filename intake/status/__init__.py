"""What waits on a server, and what runs out there."""
