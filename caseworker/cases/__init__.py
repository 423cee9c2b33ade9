"""Cases, as the log of events tells them."""
