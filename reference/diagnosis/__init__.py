"""From wrong numbers to a cause: the correct code, changed in one place at a time."""
