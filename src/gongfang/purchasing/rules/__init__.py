"""What purchasing checks and computes, without a database."""
