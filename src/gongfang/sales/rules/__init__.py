"""What sales checks and computes, without a database."""
