"""Long work with progress, cancel and a log: rows that a worker runs."""
