"""A message made ready: text, answers, files, and how all of it is cut."""
