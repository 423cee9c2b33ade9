"""What is done with an open vault: a deed a module, values in and values out, never words."""
