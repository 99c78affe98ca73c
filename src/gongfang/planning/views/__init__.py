"""Hand-written pages of planning, one file per page."""
