"""What machines leave for each other: shared values, messages and tasks, in one SQLite file of this home."""
