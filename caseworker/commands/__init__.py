"""The subcommands: what each takes, does and prints."""
