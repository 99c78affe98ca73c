"""Approval flows as data, and who has to decide now."""
