"""L5: goods and money. Append-only moves and vouchers, written through one door: `ledger.services.post`."""
