"""The office's half of the protocol: opening messages, sealing replies, signing."""
