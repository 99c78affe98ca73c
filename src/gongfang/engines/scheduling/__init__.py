"""Finite scheduling: when each operation runs on which machine, with the proven distance to the best possible plan.

`solving.solve` is the door; `reading` and `writing` speak the JSON formats; `validating` checks any plan on its own.
"""
