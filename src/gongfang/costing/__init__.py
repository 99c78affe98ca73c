"""Standard cost, the cost of orders, and their settlement."""
