"""Who did what, when, to which rows: append-only and hash-chained."""
