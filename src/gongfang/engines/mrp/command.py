"""What `gongfang solve mrp FILE` does: read a problem, plan, print; or name the faults."""

import sys
from pathlib import Path
from typing import IO

from ..formats import FormatError
from .reading import read_problem
from .writing import write_plan

DONE, REFUSED = 0, 2


def main_solve_mrp(path: str | Path, out: IO[bytes], capacity: bool = False, errors: IO[str] | None = None) -> int:
    """Plan the problem file and write the plan to `out`; give the exit status.

    0: planned. 2: refused, every fault on `errors` (standard error) as `path: reason`, nothing on `out`.
    """
    from . import solve, solve_with_capacity

    try:
        problem = read_problem(path)
        plan = solve_with_capacity(problem) if capacity else solve(problem)
    except FormatError as refusal:
        for fault in refusal.faults:
            print(fault, file=errors or sys.stderr)
        return REFUSED
    write_plan(plan, out)
    return DONE
