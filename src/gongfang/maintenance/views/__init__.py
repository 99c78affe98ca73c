"""Hand-written pages of maintenance: the maintainer's day, the spot check on a phone."""
