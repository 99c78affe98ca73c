"""What quality checks and computes, without a database."""
