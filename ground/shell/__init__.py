"""How a command meets a person: its frame, its words' safety, its figures, its questions."""
