"""L10: invoices, payments, and what is owed on both sides."""
