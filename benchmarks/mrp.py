"""Measure the planning engine: load, solve, write apart; processor seconds, memory, and how time grows with size.

    python benchmarks/mrp.py                     # 1,000, 10,000 and 100,000 items, unconstrained
    python benchmarks/mrp.py --capacity          # 1,000 and 10,000 items within weekly hours
    python benchmarks/mrp.py --sizes 2000 20000
    python benchmarks/mrp.py --problem a.json b.json [--capacity]   # files in the format of `gongfang solve mrp`
    python benchmarks/mrp.py --limits                               # both of the first two; PASS or FAIL for each limit

Each size runs in a process of its own, so that its peak memory is its own. The problems are made here (`problem_of`): five levels, a
tenth of the items finished, three levels of a fifth each, the rest bought; five components per made item; half the items lot for
lot, half minimum and multiple; one demand per finished item and week; fifty resources at a given load. The same arguments give
the same problem.
"""

import argparse
import itertools
import json
import math
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

TODAY = date(2026, 1, 5)
RESOURCES = 50
ROOT = str(Path(__file__).resolve().parents[1])


class Shape:
    """A random product structure and the demand on it, level by level."""

    def __init__(self, items: int, weeks: int, load: float, seed: int) -> None:
        self.random = random.Random(seed)
        self.weeks, self.load = weeks, load
        sizes = [items // 10, items // 5, items // 5, items // 5]
        sizes.append(items - sum(sizes))
        self.levels = [[f"B{level}{number:07d}" for number in range(size)] for level, size in enumerate(sizes)]
        self.parts = {item: self._parts(level) for level, ids in enumerate(self.levels[:-1]) for item in ids}
        self._use_all()

    def _parts(self, level: int) -> dict[str, int]:
        pool = self.levels[level + 1]
        return {pool[self.random.randrange(len(pool))]: 2 if self.random.random() < 0.25 else 1 for _ in range(5)}

    def _use_all(self) -> None:
        """Give every component at least one parent."""
        for above, below in itertools.pairwise(self.levels):
            used = {part for item in above for part in self.parts[item]}
            for part in below:
                if part not in used:
                    self.parts[self.random.choice(above)][part] = 1

    def problem(self) -> dict[str, object]:
        demands, gross = [], dict.fromkeys((item for ids in self.levels for item in ids), 0.0)
        for item in self.levels[0]:
            for week in range(1, self.weeks + 1):
                quantity = self.random.randint(5, 20)
                due = (TODAY + timedelta(weeks=week)).isoformat()
                demands.append({"id": f"D{item}-{week:02d}", "item": item, "qty": quantity, "due": due, "priority": 1})
                gross[item] += quantity
        items, work, hours = [], [], [0.0] * RESOURCES
        for level, ids in enumerate(self.levels):
            for item in ids:
                on_hand = self._item(item, level, gross[item], items)
                net = max(0.0, gross[item] - on_hand)
                if level < 4:
                    self._work(item, gross[item], net, work, hours)
                for part, quantity in self.parts.get(item, {}).items():
                    gross[part] += net * quantity
        return {
            "format": "gongfang/mrp-problem/1", "today": TODAY.isoformat(), "horizon_days": 7 * self.weeks + 7, "calendar": None,
            "items": items,
            "bom": [{"parent": p, "component": c, "qty": q} for p, parts in self.parts.items() for c, q in parts.items()],
            "byproducts": [], "demands": demands, "supplies": [], "work": work,
            "resources": [
                {"id": f"W{number:02d}", "hours_per_week": round(max(1.0, total / self.weeks / self.load), 2)}
                for number, total in enumerate(hours)
            ],
        }  # fmt: skip

    def _item(self, item: str, level: int, gross: float, items: list[dict[str, object]]) -> int:
        mean = gross / self.weeks
        on_hand = 0 if self.random.random() < 0.2 else int(self.random.random() * 4 * mean)
        lot: dict[str, object] = {"rule": "lot_for_lot"}
        if self.random.random() < 0.5:
            multiple = max(1, int(mean * self.random.uniform(0.1, 0.5)))
            lot = {"rule": "minimum_multiple", "min": multiple * self.random.randint(2, 5), "multiple": multiple}
        kind = "make" if level < 4 else "buy"
        lead = self.random.randint(1, 10)
        items.append({"id": item, "procurement": kind, "lead_time_days": lead, "on_hand": on_hand, "lot": lot})
        return on_hand

    def _work(
        self, item: str, gross: float, net: float, work: list[dict[str, object]], hours: list[float]
    ) -> None:  # fmt: skip
        number = self.random.randrange(RESOURCES)
        per_unit = round(self.random.uniform(0.5, 2.0) / max(1.0, gross / self.weeks), 5)
        work.append({"item": item, "resource": f"W{number:02d}", "hours_per_unit": per_unit})
        hours[number] += net * per_unit


WARM_RUNS = 3


def measure(size: int, capacity: bool, seed: int, given: str | None = None, check: bool = False) -> dict[str, object]:
    """Load, solve and write one problem in this process; the machine code is there already (a small problem goes first).

    `solve` is the fastest of three runs, `first` the first, which also fetches its memory from the system. check: hold the printed plan
    against the validator of the tests, which shares nothing with the engine.
    """
    from gongfang.engines.formats import parse_json
    from gongfang.engines.mrp import problem_from, read_problem, solve, solve_with_capacity, write_plan

    plan_of = solve_with_capacity if capacity else solve
    with tempfile.TemporaryDirectory() as folder:
        file, out = Path(folder) / "problem.json", Path(folder) / "plan.json"
        start = time.process_time()
        small = plan_of(problem_from(parse_json(json.dumps(Shape(200, 12, 0.85, seed).problem()))))
        with out.open("wb") as target:
            write_plan(small, target)
        cold = time.process_time() - start
        if given:
            file = Path(given)
        else:
            file.write_text(json.dumps(Shape(size, 12, 0.85, seed).problem()))
        marks = [time.process_time()]
        problem = read_problem(file)
        marks.append(time.process_time())
        solves = []
        for _ in range(1 if capacity else WARM_RUNS):
            plan = None
            began = time.process_time()
            plan = plan_of(problem)
            solves.append(time.process_time() - began)
        marks.append(time.process_time())
        with out.open("wb") as target:
            write_plan(plan, target)
        marks.append(time.process_time())
        load, _, write = (round(b - a, 3) for a, b in itertools.pairwise(marks))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
        result: dict[str, object] = {
            "items": len(problem.items.ids), "orders": len(plan.orders), "requirements": len(plan.requirements),
            "pegs": len(plan.pegging), "start": round(cold, 2), "load": load, "first": round(solves[0], 3),
            "solve": round(min(solves), 3), "write": write, "output_mb": out.stat().st_size // 10**6, "peak_gib": round(peak, 2),
        }  # fmt: skip
        if not capacity:
            result["net_change"] = round(_net_change(problem, plan), 3)
        if check:
            result["violations"] = _violations(file, out)
        if plan.promises is not None:
            late = plan.promises.late_days[plan.promises.late_days > 0]
            result |= {"demands": len(plan.promises), "late": len(late), "late_days": int(late.sum())}
    return result


def _violations(problem: Path, plan: Path) -> list[str]:
    """What an independent check finds wrong with a printed finite plan."""
    from decimal import Decimal

    sys.path.insert(0, ROOT)
    from tests.engines.mrp.validator import violations

    values = [json.loads(file.read_text("utf-8"), parse_float=Decimal) for file in (problem, plan)]
    return violations(*values)[:5]


def _net_change(problem, plan) -> float:  # type: ignore[no-untyped-def]
    """Processor seconds of a net-change run after one demand grew by a piece; the faster of two."""
    from dataclasses import replace

    from gongfang.engines.mrp import ONE, net_change

    demands = problem.demands
    quantity = demands.quantity.copy()
    quantity[len(quantity) // 2] += ONE
    changed = replace(problem, demands=replace(demands, quantity=quantity))
    times = []
    for _ in range(WARM_RUNS):
        began = time.process_time()
        net_change(plan, changed)
        times.append(time.process_time() - began)
    return min(times)


def exponent(rows: list[dict[str, object]]) -> float:
    """Fit solve time ~ (requirements + pegs)^e by least squares on logarithms."""
    points = [(math.log(int(r["requirements"]) + int(r["pegs"])), math.log(float(r["solve"]))) for r in rows]  # type: ignore[call-overload,arg-type]
    mean_x, mean_y = (sum(values) / len(points) for values in zip(*points, strict=True))
    above = sum((x - mean_x) * (y - mean_y) for x, y in points)
    return above / sum((x - mean_x) ** 2 for x, _ in points)


def limits(seed: int) -> bool:
    """Measure all sizes and hold them against what is asked of the engine (processor seconds, warm)."""
    sys.path.insert(0, ROOT)
    from benchmarks.judging import judge

    with tempfile.TemporaryDirectory() as empty:
        (cold,), (kept,) = (run_all([200], [], False, seed, {"NUMBA_CACHE_DIR": empty}) for _ in range(2))
    rows = run_all([1000, 10_000, 100_000], [], False, seed)
    small, middle, large = rows
    good = [
        judge(f"start with an empty cache, compilation included: {cold['start']} s, limit 15 s", cold["start"] <= 15),  # type: ignore[operator]
        judge(f"start with machine code kept: {kept['start']} s, limit 3 s", kept["start"] <= 3),  # type: ignore[operator]
        judge(f"10,000 items: {middle['solve']} s, limit 0.25 s", middle["solve"] <= 0.25),  # type: ignore[operator]
        judge(f"100,000 items: {large['solve']} s, limit 3 s", large["solve"] <= 3),  # type: ignore[operator]
        judge(f"100,000 items: {large['peak_gib']} GiB, limit 2 GiB", large["peak_gib"] < 2),  # type: ignore[operator]
        judge(f"exponent of time over rows: {exponent(rows):.2f}, limit 1.15", exponent(rows) <= 1.15),
        judge(
            f"net change of one demand of 100,000 items: {large['net_change']} s, less than the {large['solve']} s of all",
            large["net_change"] < large["solve"],  # type: ignore[operator]
        ),
    ]  # fmt: skip
    small, middle = run_all([1000, 10_000], [], True, seed, check=True)
    for row, seconds, late, days in ((small, 2, 831, 831 * 11), (middle, 30, 7055, 7055 * 11)):
        size = f"{row['items']:,} items within hours"
        good += [
            judge(f"{size}: {row['solve']} s, limit {seconds} s", row["solve"] < seconds),  # type: ignore[operator]
            judge(f"{size}: {row['late']} of {row['demands']} late, limit {late}", row["late"] < late),  # type: ignore[operator]
            judge(f"{size}: {row['late_days']} days late in all, limit {days}", row["late_days"] < days),  # type: ignore[operator]
            judge(f"{size}: the validator finds {row['violations'] or 'nothing wrong'}", not row["violations"]),
        ]
    return all(good)


def run_all(
    sizes: list[int], files: list[str], capacity: bool, seed: int, surroundings: dict[str, str] | None = None, check: bool = False
) -> list[dict[str, object]]:  # fmt: skip
    """Measure each in a process of its own, with further environment variables."""
    rows = []
    for what in [*map(str, sizes), *files]:
        command = [sys.executable, __file__, "--one", what, "--seed", str(seed)]
        command += ["--capacity"] * capacity + ["--check"] * check
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env=os.environ | (surroundings or {})
        )
        rows.append(json.loads(done.stdout))
        print(json.dumps(rows[-1]), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+")
    parser.add_argument("--problem", nargs="+", default=[], metavar="FILE")
    parser.add_argument("--capacity", action="store_true")
    parser.add_argument(
        "--check", action="store_true", help="of finite plans: hold each against the independent validator"
    )
    parser.add_argument("--limits", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.one:
        size = int(args.one) if args.one.isdigit() else 0
        print(json.dumps(measure(size, args.capacity, args.seed, None if size else args.one, args.check)))
        return
    if args.limits:
        sys.exit(0 if limits(args.seed) else 1)
    usual = [] if args.problem else [1000, 10_000] if args.capacity else [1000, 10_000, 100_000]
    rows = run_all(args.sizes or usual, args.problem, args.capacity, args.seed, check=args.check)
    if len(rows) > 1:
        print(f"exponent of solve time over rows: {exponent(rows):.2f}")


if __name__ == "__main__":
    main()
