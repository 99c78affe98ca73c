"""Measure the scheduling engine: published instances, and large factories.

    python benchmarks/schedule.py ft10 ta01 mk01 --seconds 60 --workers 2
    python benchmarks/schedule.py --large --seconds 60
    python benchmarks/schedule.py --limits                 # everything, about 50 minutes; PASS or FAIL for each limit
    python benchmarks/schedule.py --limits proved flexible # only these groups

Prints a row per problem: value found, best known, gap, proven bound, time of the first answer, and the machine's load, which
says whether the times mean anything. The last figures stand in schedule.md.
"""

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from gongfang.engines.scheduling.problem import Objective, ScheduleProblem, Status  # noqa: E402
from gongfang.engines.scheduling.solving import solve  # noqa: E402
from gongfang.engines.scheduling.validating import violations  # noqa: E402
from tests.engines.scheduling.instances import CLASSIC, FLEXIBLE, TAILLARD, classic, flexible, taillard  # noqa: E402
from tests.engines.scheduling.published import BRANDIMARTE, LAWRENCE  # noqa: E402
from tests.engines.scheduling.workloads import factory  # noqa: E402


def named(name: str) -> tuple[int, ScheduleProblem]:
    """(best known value, problem) of a published instance."""
    if name in CLASSIC or name in LAWRENCE:
        return classic(name)
    if name in FLEXIBLE or name in BRANDIMARTE:
        return flexible(name)
    return taillard(name)


def large() -> Iterator[tuple[str, ScheduleProblem]]:
    """5,000 operations each: a plain job shop, a flexible one, and one with shifts and set-ups and due dates."""
    plain = {"alternatives": 1, "shifts": False, "setups": False}
    yield "5000-plain", factory(jobs=250, steps=20, machines=20, seed=1, **plain)
    yield "5000-flexible", factory(jobs=500, steps=10, machines=25, seed=2, alternatives=3, shifts=False, setups=False)
    late = Objective.TOTAL_WEIGHTED_TARDINESS
    yield "5000-everything", factory(jobs=500, steps=10, machines=25, seed=2, alternatives=3, objective=late)


@dataclass(frozen=True)
class Measured:
    """What one problem gave: gap in percent (nan: no best known), processor seconds of the first plan, values as they fell."""

    name: str
    gap: float
    proved: bool
    seconds: float
    first: float
    told: list[tuple[float, float]]


def measure(name: str, problem: ScheduleProblem, best: int | None, seconds: float, workers: int) -> Measured:
    wall, processor = perf_counter(), process_time()
    first = solve(problem, seconds=0)
    wall, processor = perf_counter() - wall, process_time() - processor
    told: list[tuple[float, float]] = [(0.0, float(first.objective or 0))]
    result = solve(
        problem,
        seconds=seconds,
        workers=workers,
        progress=lambda value, bound, passed: bool(told.append((passed, float(value)))),
    )
    broken = violations(problem, result.operations)
    assert not broken, broken[:3]
    gap = math.nan if best is None or result.objective is None else 100 * (float(result.objective) / best - 1)
    print(
        f"| {name} | {sum(len(job.operations) for job in problem.jobs)} | {best or ''} | {first.objective} in {wall:.2f} s ({processor:.2f} cpu) "
        f"| {result.objective} | {'' if math.isnan(gap) else f'{gap:.2f} %'} | {result.bound} | {result.status.value} | {result.seconds:.1f} "
        f"| {os.getloadavg()[0]:.1f} |",
        flush=True,
    )
    steps = told[:: max(1, len(told) // 6)]
    if best is None:
        print("|   | " + ", ".join(f"{value:.0f} at {passed:.0f} s" for passed, value in steps) + " |")
    proved = result.status is Status.OPTIMAL
    return Measured(name, gap, proved, result.seconds, processor, told)


def value_at(one: Measured, seconds: float) -> float:
    """The best value that was known after so many seconds."""
    return min(value for passed, value in one.told if passed <= seconds)


def judge(text: str, good: bool) -> bool:
    print(f"{'PASS' if good else 'FAIL'}: {text}", flush=True)
    return good


def check_proved(workers: int) -> bool:
    rows = [measure(name, problem, best, 10, workers) for name in PROVED for best, problem in [named(name)]]
    slow = [row.name for row in rows if not row.proved or row.gap != 0 or row.seconds > 10]
    return judge(f"ft06, la01-la05 proved optimal in 10 s each (not: {', '.join(slow) or 'none'})", not slow)


def check_gaps(names: Iterable[str], limit: float, workers: int, *, mean: bool = False) -> bool:
    """Every gap within the limit, or only their mean; what is proved has none."""
    rows = [measure(name, problem, best, 60, workers) for name in names for best, problem in [named(name)]]
    over = [f"{row.name} {row.gap:.2f} %" for row in rows if not row.proved and row.gap > limit]
    average = sum(row.gap for row in rows) / len(rows)
    text = f"{rows[0].name}-{rows[-1].name} in 60 s: mean {average:.2f} %, "
    if mean:
        return judge(f"{text}limit {limit} % on average", average <= limit)
    return judge(f"{text}limit {limit} % or proved (over: {', '.join(over) or 'none'})", not over)


def check_large(workers: int) -> bool:
    good = True
    for name, problem in large():
        row = measure(name, problem, None, 30, workers)
        good &= judge(f"{name}: dispatching start in {row.first:.2f} s of processor, limit 1 s", row.first < 1)
        start, early, later = row.told[0][1], value_at(row, 5), value_at(row, 20)
        fell = later < early < start or (row.proved and later <= start)
        good &= judge(f"{name}: {start:.0f} at once, {early:.0f} after 5 s, {later:.0f} after 20 s: falling or proved", fell)  # fmt: skip
    return good


PROVED = ("ft06", "la01", "la02", "la03", "la04", "la05")
LIMITS: dict[str, Callable[[int], bool]] = {
    "proved": check_proved,
    "classic": lambda workers: check_gaps(("ft10", *LAWRENCE), 0.5, workers),
    "taillard15": lambda workers: check_gaps([name for name in TAILLARD if name <= "ta10"], 2, workers),
    "taillard30": lambda workers: check_gaps([name for name in TAILLARD if name > "ta10"], 8, workers),
    "flexible": lambda workers: check_gaps((*FLEXIBLE, *BRANDIMARTE), 3, workers, mean=True),
    "large": check_large,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = ", ".join([*CLASSIC, *LAWRENCE, *FLEXIBLE, *BRANDIMARTE, *TAILLARD])
    parser.add_argument("names", nargs="*", help=f"{names}; with --limits: {', '.join(LIMITS)}")
    parser.add_argument("--large", action="store_true", help="three factories of 5,000 operations")
    parser.add_argument("--limits", action="store_true", help="measure what is asked of the engine, and judge it")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    print("| problem | operations | best known | at once | found | gap | bound | status | seconds | load |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    if args.limits:
        results = [LIMITS[group](args.workers) for group in args.names or LIMITS]
        sys.exit(0 if all(results) else 1)
    for name in args.names:
        best, problem = named(name)
        measure(name, problem, best, args.seconds, args.workers)
    if args.large:
        for name, problem in large():
            measure(name, problem, None, args.seconds, args.workers)


if __name__ == "__main__":
    main()
