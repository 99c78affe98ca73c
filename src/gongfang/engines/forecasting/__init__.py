"""Demand forecasts: several methods per item, the one that a back-test prefers, with its error and an interval."""
