"""`gongfang solve schedule`: read a problem file, print the plan."""

import json
import sys
from decimal import Decimal
from typing import TextIO

from gongfang.engines.formats import FormatError
from gongfang.engines.scheduling.problem import ScheduleResult, Status
from gongfang.engines.scheduling.reading import read_problem
from gongfang.engines.scheduling.solving import solve

FORMAT = "gongfang/schedule-result/1"


def main_solve_schedule(path: str, out: TextIO, seconds: float = 10.0, workers: int = 2) -> int:
    """Print the result to `out` and give the exit status: 0 a result, 2 a faulty file, 1 no plan found in the time given nor a proof that
    there is none (told on stderr, nothing out).
    """
    try:
        problem = read_problem(path)
    except FormatError as error:
        print(error, file=sys.stderr)
        return 2
    result = solve(problem, seconds=seconds, workers=workers)
    if result.status is Status.UNKNOWN:
        print(result.message, file=sys.stderr)
        return 1
    out.write(render(result))
    return 0


def render(result: ScheduleResult) -> str:
    """The result as JSON text, operations in the order of the problem."""
    document: dict[str, object] = {
        "format": FORMAT,
        "status": result.status.value,
        "objective": _number(result.objective),
        "bound": _number(result.bound),
        "seconds": round(result.seconds, 3),
    }
    if result.levels:
        document["levels"] = [
            {"name": level.name, "value": _number(level.value), "bound": _number(level.bound)}
            for level in result.levels
        ]
    if result.message:
        document["message"] = result.message
    head = json.dumps(document, ensure_ascii=False, indent=1)[:-2]
    rows = []
    for spot in result.operations:
        row: dict[str, object] = {"job": spot.ref.job, "operation": spot.ref.operation, "resource": spot.resource}
        if spot.also:
            row["also"] = list(spot.also)
        row |= {"start": spot.start, "end": spot.end}
        rows.append("  " + json.dumps(row, ensure_ascii=False))
    return head + ',\n "operations": [' + ("\n" + ",\n".join(rows) + "\n ]" if rows else "]") + "\n}\n"


def _number(value: Decimal | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value == value.to_integral_value() else float(value)
