"""L12: demo people who work a factory's days through the same verbs as real ones, the same way for the same seed."""
