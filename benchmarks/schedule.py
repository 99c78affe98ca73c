"""Measure the scheduling engine: published instances, and large factories.

    python benchmarks/schedule.py ft10 ta01 mk01 --seconds 60 --workers 2
    python benchmarks/schedule.py --large --seconds 60

Prints a row per problem: value found, best known, gap, proven bound, time of the first answer, and the machine's load, which
says whether the times mean anything. The last figures stand in schedule.md.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter, process_time

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from gongfang.engines.scheduling.problem import Objective, ScheduleProblem  # noqa: E402
from gongfang.engines.scheduling.solving import solve  # noqa: E402
from tests.engines.scheduling.instances import CLASSIC, FLEXIBLE, TAILLARD, classic, flexible, taillard  # noqa: E402
from tests.engines.scheduling.workloads import factory  # noqa: E402


def named(name: str) -> tuple[int, ScheduleProblem]:
    """(best known value, problem) of a published instance."""
    if name in CLASSIC:
        return classic(name)
    if name in FLEXIBLE:
        return flexible(name)
    return taillard(name)


def large() -> Iterator[tuple[str, ScheduleProblem]]:
    """5,000 operations each: a plain job shop, a flexible one, and one with shifts and set-ups and due dates."""
    plain = {"alternatives": 1, "shifts": False, "setups": False}
    yield "5000-plain", factory(jobs=250, steps=20, machines=20, seed=1, **plain)
    yield "5000-flexible", factory(jobs=500, steps=10, machines=25, seed=2, alternatives=3, shifts=False, setups=False)
    late = Objective.TOTAL_WEIGHTED_TARDINESS
    yield "5000-everything", factory(jobs=500, steps=10, machines=25, seed=2, alternatives=3, objective=late)


def measure(name: str, problem: ScheduleProblem, best: int | None, seconds: float, workers: int) -> None:
    wall, processor = perf_counter(), process_time()
    first = solve(problem, seconds=0)
    wall, processor = perf_counter() - wall, process_time() - processor
    told: list[tuple[float, str]] = []
    result = solve(
        problem,
        seconds=seconds,
        workers=workers,
        progress=lambda value, bound, passed: bool(told.append((passed, str(value)))),
    )
    gap = "" if best is None or result.objective is None else f"{100 * (float(result.objective) / best - 1):.2f} %"
    print(
        f"| {name} | {sum(len(job.operations) for job in problem.jobs)} | {best or ''} | {first.objective} in {wall:.2f} s ({processor:.2f} cpu) "
        f"| {result.objective} | {gap} | {result.bound} | {result.status.value} | {result.seconds:.1f} "
        f"| {os.getloadavg()[0]:.1f} |",
        flush=True,
    )
    steps = told[:: max(1, len(told) // 6)]
    if best is None:
        print("|   | " + ", ".join(f"{value} at {passed:.0f} s" for passed, value in steps) + " |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help=", ".join([*CLASSIC, *FLEXIBLE, *TAILLARD]))
    parser.add_argument("--large", action="store_true", help="three factories of 5,000 operations")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    print("| problem | operations | best known | at once | found | gap | bound | status | seconds | load |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for name in args.names:
        best, problem = named(name)
        measure(name, problem, best, args.seconds, args.workers)
    if args.large:
        for name, problem in large():
            measure(name, problem, None, args.seconds, args.workers)


if __name__ == "__main__":
    main()
