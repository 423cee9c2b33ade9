"""A recipient's vault: keys and cases, encrypted on disk. All SQL of this room lives here."""
