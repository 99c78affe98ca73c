"""Measure the forecasting engine: 1,000 series of 104 weeks of four kinds, season 52, 13 weeks ahead.

    python benchmarks/forecast.py

Prints the time (wall and processor), and by kind of series which methods were chosen and their mean error (MASE); then compares, on
the public series that statsmodels ships, with the naive methods and with ETS chosen by AICc.
Prints PASS or FAIL for each limit. The last figures stand in forecast.md.
"""

import os
import sys
import warnings
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src")]

from gongfang.engines.forecasting.forecasting import forecast  # noqa: E402
from gongfang.engines.forecasting.problem import ForecastProblem, Series  # noqa: E402

KINDS = ("level", "trend", "season", "intermittent")


def weekly(count: int, weeks: int) -> list[Series]:
    """Seeded demand, the four kinds in turn."""
    random = np.random.default_rng(1)
    week = np.arange(weeks)
    result = []
    for number in range(count):
        noise = random.normal(0, 10, weeks)
        values = (
            100 + noise,
            100 + week + noise,
            100 + 40 * np.sin(week / 52 * 2 * np.pi) + noise,
            np.where(random.random(weeks) < 0.2, random.integers(1, 10, weeks), 0),
        )[number % 4]
        result.append(Series(str(number), tuple(float(max(0, value)) for value in values)))
    return result


def speed() -> bool:
    problem = ForecastProblem(tuple(weekly(1000, 104)), 13, 52)
    wall, processor = perf_counter(), process_time()
    results = forecast(problem)
    wall, processor = perf_counter() - wall, process_time() - processor
    print(f"1,000 series x 104 weeks: {wall:.1f} s wall, {processor:.1f} s processor, load {os.getloadavg()[0]:.1f}")
    for number, kind in enumerate(KINDS):
        part = results[number::4]
        chosen = ", ".join(
            f"{method.value} {count}" for method, count in Counter(r.method for r in part).most_common(4)
        )
        print(f"  {kind}: MASE {np.mean([r.mase for r in part]):.3f} ({chosen})")
    return judge(f"1,000 series of 104 weeks in {processor:.1f} s of processor, limit 30 s", processor < 30)


def judge(text: str, good: bool) -> bool:
    print(f"{'PASS' if good else 'FAIL'}: {text}", flush=True)
    return good


def ets(history: np.ndarray, season: int, horizon: int) -> np.ndarray:
    """Exponential smoothing by maximum likelihood, form chosen by AICc."""
    from statsmodels.tsa.holtwinters import ExponentialSmoothing

    kinds = (None, "add", "mul") if season > 1 and history.min() > 0 else (None, "add") if season > 1 else (None,)
    fits = [
        ExponentialSmoothing(
            history,
            trend=trend,
            damped_trend=damped,
            seasonal=kind,
            seasonal_periods=season if kind else None,
            initialization_method="estimated",
        ).fit()
        for trend, damped in ((None, False), ("add", False), ("add", True))
        for kind in kinds
    ]
    return min(fits, key=lambda fit: fit.aicc).forecast(horizon)


def public_series() -> dict[str, tuple[np.ndarray, int, int]]:
    """Series that statsmodels ships: name → (values, season, how many of the last to forecast)."""
    from statsmodels import datasets

    carbon = datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    macro = datasets.macrodata.load_pandas().data
    series = {
        "nile": (datasets.nile.load_pandas().data["volume"], 1, 10),
        "sunspots": (datasets.sunspots.load_pandas().data["SUNACTIVITY"], 11, 11),
        "co2": (carbon, 12, 24),
        "elnino": (datasets.elnino.load_pandas().data.drop(columns="YEAR").stack(), 12, 12),
        "copper": (datasets.copper.load_pandas().data["WORLDCONSUMPTION"], 1, 4),
    }
    columns = ("realgdp", "realcons", "realinv", "cpi", "m1", "unemp", "tbilrate", "infl")
    series |= {name: (macro[name], 4, 8) for name in columns}
    return {name: (np.asarray(values, dtype=float), season, ahead) for name, (values, season, ahead) in series.items()}


def errors(values: np.ndarray, season: int, horizon: int) -> tuple[str, list[float]]:
    """The method we choose, and the MASE of ours, naive, seasonal naive and ETS on the values held out."""
    past, truth = values[:-horizon], values[-horizon:]
    scale = np.abs(np.diff(past)).mean()
    ours = forecast(ForecastProblem((Series("public", tuple(past)),), horizon, season))[0]
    rivals = (np.array(ours.values), past[-1], np.resize(past[-season:], horizon), ets(past, season, horizon))
    return ours.method.value, [float(np.abs(rival - truth).mean() / scale) for rival in rivals]


def public() -> bool:
    if find_spec("statsmodels") is None:
        return judge("statsmodels is not installed (requirements/dev.txt): no comparison on public series", good=False)
    warnings.simplefilter("ignore")
    print("| series | ours | method | naive | seasonal naive | ETS |\n| --- | --- | --- | --- | --- | --- |")
    rows = []
    for name, series in public_series().items():
        method, found = errors(*series)
        rows.append(found)
        print(f"| {name} | {found[0]:.3f} | {method} | " + " | ".join(f"{error:.3f}" for error in found[1:]) + " |")
    mean = np.mean(rows, axis=0)
    print("| mean | " + f"{mean[0]:.3f} | | " + " | ".join(f"{error:.3f}" for error in mean[1:]) + " |")
    best = float(mean[1:].min())
    return judge(f"mean MASE {mean[0]:.3f} on public series, limit 1.05 times {best:.3f}", mean[0] <= 1.05 * best)


if __name__ == "__main__":
    results = [speed(), public()]
    sys.exit(0 if all(results) else 1)
