"""Documents and records in from one sheet: tried as a whole first, loaded only when every row is clean.

`columns` says what may stand in the sheet, `reading` makes documents of its rows, `loading` tries or loads them, `jobs` does so
beside the pages when there are many.
"""
