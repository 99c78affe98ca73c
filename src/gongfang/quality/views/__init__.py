"""Hand-written pages of quality: the inspector's day, measuring with the chart beside it, recall, cost of quality."""
