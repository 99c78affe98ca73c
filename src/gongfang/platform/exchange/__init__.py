"""Excel in and out: declare a sheet once, read it with every fault named, write it back the same.

A package that takes part has an `exchange.py` (here: `people.py`) with `SHEETS = [Sheet(…), …]`. The book is the sheets of all
installed packages, lower packages first; it is checked as a whole and loaded as a whole or not at all.
"""
