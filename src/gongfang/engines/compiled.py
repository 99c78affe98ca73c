"""One way to compile a numeric kernel, typed for the checker: machine code, kept on disk between starts."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])
_WHOLE: dict[str, Any] = {"cache": True, "nogil": True, "error_model": "numpy"}
_PART: dict[str, Any] = {**_WHOLE, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def compiled(function: Function) -> Function:
    """Compile at first call (numba, no Python objects), keep the code beside the module, release the interpreter lock."""
    return cast(Function, numba.njit(**_WHOLE)(function))


def compiled_part(function: Function) -> Function:
    """Compile a function that only compiled ones call: no entry from Python, which saves half of its compile time."""
    return cast(Function, numba.njit(**_PART)(function))


def compiled_inside(function: Function) -> Function:
    """Compile a small function into each compiled one that calls it: a call with tuples of arrays costs more than what it does, since
    every array in them is counted in and out.
    """
    return cast(Function, numba.njit(inline="always", **_PART)(function))


def _forget_stale_code(engines: Path) -> None:
    """Drop kept machine code whose sources changed: a folder's by its own sources and those beside the folders.

    Numba looks at the file of a function only, but its code holds that of the functions it calls from other files too.
    """
    shared = _state(engines.glob("*.py"))
    for folder in (engines, *(path for path in engines.iterdir() if (path / "__init__.py").exists())):
        state = shared if folder == engines else shared + _state(folder.rglob("*.py"))
        record = folder / "__pycache__" / "sources.txt"
        try:
            if record.exists() and record.read_text(encoding="utf-8") == state:
                continue
            for kept in (folder / "__pycache__").glob("*.nb?") if folder == engines else folder.rglob("*.nb?"):
                kept.unlink(missing_ok=True)
            record.parent.mkdir(exist_ok=True)
            record.write_text(state, encoding="utf-8")
        except OSError:  # an installation that cannot be written to: its files do not change under way either
            continue


def _state(files: Iterable[Path]) -> str:
    """Describe files so that a change of any shows."""
    return "".join(f"{file} {file.stat().st_mtime_ns} {file.stat().st_size}\n" for file in sorted(files))


_forget_stale_code(Path(__file__).parent)
