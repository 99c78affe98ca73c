"""Numbers on the command line: what is out of range is refused by name before anything begins."""

import argparse
from collections.abc import Callable
from math import isfinite

LONGEST_SEARCH = 10**6
"""Seconds, more than eleven days."""


def whole(low: int, high: int) -> Callable[[str], int]:
    """What argparse reads an option with: a whole number, both ends included."""

    def read(text: str) -> int:
        try:
            number = int(text) if len(text) <= 20 else None
        except ValueError:
            number = None
        if number is None or not low <= number <= high:
            raise argparse.ArgumentTypeError(f"must be a whole number from {low} to {high}, not {text:.40}")
        return number

    return read


def seconds(text: str) -> float:
    """What argparse reads a span of time with; `nan` and `inf` are numbers to Python, not to a clock."""
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not isfinite(number) or not 0 <= number <= LONGEST_SEARCH:
        raise argparse.ArgumentTypeError(f"must be a number of seconds from 0 to {LONGEST_SEARCH}, not {text:.40}")
    return number
