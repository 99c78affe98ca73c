"""What the ledgers hold to be right: pure arithmetic and checks on frozen data."""
