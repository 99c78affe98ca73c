"""Measure the forecasting engine: 1,000 series of 104 weeks of four kinds, season 52, 13 weeks ahead.

    python benchmarks/forecast.py

Prints the time (wall and processor), and by kind of series which methods were chosen and their mean error (MASE); then compares, from
six moments of each public series that statsmodels ships, with the naive methods and with ETS chosen by AICc.
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
from gongfang.engines.forecasting.problem import ForecastProblem, ItemForecast, Series  # noqa: E402

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
    """Series that statsmodels ships: name → (values, season, how many periods to forecast)."""
    from statsmodels import datasets
    from statsmodels.datasets import elec_equip

    carbon = datasets.co2.load_pandas().data["co2"].resample("MS").mean().interpolate()
    series = {
        "nile": (datasets.nile.load_pandas().data["volume"], 1),
        "sunspots": (datasets.sunspots.load_pandas().data["SUNACTIVITY"], 11),
        "co2": (carbon, 12),
        "elnino": (datasets.elnino.load_pandas().data.drop(columns="YEAR").stack(), 12),
        "equipment": (elec_equip.load_pandas().data.iloc[:, -1], 12),
    }
    for folder, season in (
        (datasets.copper, 1),
        (datasets.macrodata, 4),
        (datasets.danish_data, 4),
        (datasets.interest_inflation, 4),
    ):
        table = folder.load_pandas().data
        columns = [name for name in table.columns if name.lower() not in ("year", "quarter", "period", "time")]
        series |= {name: (table[name], season) for name in columns}
    for firm, rows in datasets.grunfeld.load_pandas().data.groupby("firm"):
        series[f"investment of {firm}"] = (rows["invest"], 1)
    ahead = {1: 6, 4: 8, 11: 11, 12: 12}
    return {name: (np.asarray(values, dtype=float), season, ahead[season]) for name, (values, season) in series.items()}


def cuts(values: np.ndarray, season: int, ahead: int) -> list[int]:
    """Up to six moments in the second half of a series from which it is forecast."""
    last = len(values) - ahead
    first = max(len(values) // 2, min(last, 2 * season + 6))
    return sorted({round(float(cut)) for cut in np.linspace(first, last, 6)})


def errors(values: np.ndarray, season: int, ahead: int, cut: int) -> tuple[ItemForecast, list[float], float]:
    """Our forecast from what came before the cut; the MASE of ours, naive, seasonal naive and ETS after it; share in our interval."""
    past, truth = values[:cut], values[cut : cut + ahead]
    scale = np.abs(np.diff(past)).mean()
    ours = forecast(ForecastProblem((Series("public", tuple(past)),), ahead, season, interval=0.8))[0]
    rivals = (np.array(ours.values), past[-1], np.resize(past[-season:], ahead), ets(past, season, ahead))
    inside = float(((np.array(ours.lower) <= truth) & (truth <= np.array(ours.upper))).mean())
    return ours, [float(np.abs(rival - truth).mean() / scale) for rival in rivals], inside


def public() -> bool:
    """From six moments of every public series; the limit is on the mean of all."""
    if find_spec("statsmodels") is None:
        return judge("statsmodels is not installed (requirements/dev.txt): no comparison on public series", good=False)
    warnings.simplefilter("ignore")
    print("| series | ours | naive | seasonal naive | ETS | ours / best | chosen |\n|" + " --- |" * 7)
    rows, shares, beyond = [], [], 0
    for name, (values, season, ahead) in public_series().items():
        found = [errors(values, season, ahead, cut) for cut in cuts(values, season, ahead)]
        mean = np.mean([figures for _, figures, _ in found], axis=0)
        rows.append(mean)
        shares.append(float(np.mean([inside for *_, inside in found])))
        ratio = mean[0] / mean[1:].min()
        beyond += ratio > 1.05
        chosen = ", ".join(
            f"{method.value} {count}" for method, count in Counter(r.method for r, *_ in found).most_common(2)
        )
        print(
            f"| {name} | " + " | ".join(f"{error:.3f}" for error in mean) + f" | {ratio:.2f} | {chosen} |", flush=True
        )
    mean = np.mean(rows, axis=0)
    best = float(mean[1:].min())
    print("| mean | " + " | ".join(f"{error:.3f}" for error in mean) + f" | {mean[0] / best:.2f} | |")
    each = np.array(rows)
    wins = [int((each[:, 0] <= each[:, rival]).sum()) for rival in (1, 2, 3)]
    print(
        f"of {len(rows)} series ours is at least as good as naive in {wins[0]}, seasonal naive {wins[1]}, ETS {wins[2]};"
    )
    print(
        f"beyond 1.05 times the best of the three, known only afterwards: {beyond}; inside the 80 % interval: {np.mean(shares):.1%}"
    )
    return judge(f"mean MASE {mean[0]:.3f} on public series, limit 1.05 times {best:.3f}", mean[0] <= 1.05 * best)


if __name__ == "__main__":
    results = [speed(), public()]
    sys.exit(0 if all(results) else 1)
