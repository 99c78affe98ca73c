"""Employees behind the users."""
