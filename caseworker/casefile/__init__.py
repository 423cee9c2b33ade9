"""A case as files in a folder, as any tool can check them."""
