"""The shop-floor terminal: its page, its own log-in by badge and PIN, and the few calls that its script makes."""
