"""Packed files that people hand in may be damaged in many ways; the standard library has an error of its own for each."""

import zipfile
import zlib

# What opening or unpacking a damaged or locked zip raises; zlib.error: the packed bytes themselves are broken.
UNREADABLE = (
    zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, zlib.error
)  # fmt: skip
