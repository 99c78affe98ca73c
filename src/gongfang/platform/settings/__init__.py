"""What a company can set, with its history in the audit trail."""
