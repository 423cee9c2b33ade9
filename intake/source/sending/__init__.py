"""A message on its way, until it is stored, or sealed into a file."""
