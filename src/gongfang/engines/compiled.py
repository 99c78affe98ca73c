"""One way to compile a numeric kernel, typed for the checker: machine code, kept on disk between starts."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable[..., object])


def compiled(function: Function) -> Function:
    """Compile at first call (numba, no Python objects), keep the code beside the module, release the interpreter lock."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))


def compiled_part(function: Function) -> Function:
    """Compile a function that only compiled ones call: no entry from Python, which saves half of its compile time."""
    return cast(
        Function,
        numba.njit(
            cache=True, nogil=True, error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True
        )(function),
    )
