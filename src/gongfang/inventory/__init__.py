"""L6: the keeper's documents: transfers, counts, other receipts and issues."""
