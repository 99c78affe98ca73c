"""Checks and arithmetic of the master data. No Django."""
