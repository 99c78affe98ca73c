"""The door of the forecasting engine: the method each item's own past prefers, with interval and error measures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from gongfang.engines.forecasting.candidates import Candidate, candidate, combined
from gongfang.engines.forecasting.cleaning import filled, tame
from gongfang.engines.forecasting.intermittent import OFTEN, intervals
from gongfang.engines.forecasting.problem import ForecastProblem, ItemForecast, Method, Outlier, Series

Floats = npt.NDArray[np.float64]
NEW = 8  # periods under which an item is forecast by analogy, if it names similar items
ORIGINS = 4  # moments in the past from which the back-test forecasts
MEDIAN_OF = (Method.SES, Method.HOLT, Method.WINTERS_ADDITIVE)


def forecast(problem: ForecastProblem) -> list[ItemForecast]:
    """Forecast all items, in the order of the problem. Deterministic. Cost: O(items x periods x candidates).

    Items are worked on together by length of history. The back-test forecasts from several past moments as far ahead as
    the problem asks (at most a quarter of the history); the method with the smallest error there is taken: absolute error
    against the naive one (MASE) for steady demand, squared (RMSSE) for intermittent demand, where an absolute error
    would favour forecasting nothing.
    """
    histories = {series.id: filled(series.values) for series in problem.series}
    results: dict[str, ItemForecast] = {}
    groups: dict[int, list[Series]] = defaultdict(list)
    new: list[Series] = []
    for series in problem.series:
        length = len(histories[series.id])
        if length < NEW and series.like:
            new.append(series)
        else:
            groups[length].append(series)
    for length, members in sorted(groups.items()):
        rows = np.array([histories[series.id] for series in members]).reshape(len(members), length)
        for result in _group(problem, members, rows):
            results[result.id] = result
    for series in new:
        results[series.id] = _by_analogy(problem, series, histories, results)
    return [results[series.id] for series in problem.series]


@dataclass(frozen=True, slots=True)
class _Backtest:
    """Measures by candidate and series, C x n."""

    mase: Floats
    rmsse: Floats
    bias: Floats


def _group(problem: ForecastProblem, members: Sequence[Series], raw: Floats) -> list[ItemForecast]:
    length = raw.shape[1]
    if length == 0:
        nothing = (0.0,) * problem.horizon
        return [ItemForecast(s.id, Method.NAIVE, nothing, nothing, nothing, None, None, None) for s in members]
    outliers: list[list[Outlier]] = [[] for _ in members]
    history = raw
    if problem.clean:
        history, outliers = tame(raw, problem.season)
    origins, ahead = _origins(length, problem.horizon)
    found = _candidates(problem, history, origins)
    if not origins:
        chosen = np.full(len(members), len(found) - 1)
        return [_item(problem, s, r, found[chosen[r]], None, {}, outliers[r], raw) for r, s in enumerate(members)]
    tests = _measure(raw, found, origins, ahead)
    chosen = _choose(history, found, tests, origins[0])
    return [
        _item(
            problem,
            series,
            row,
            found[chosen[row]],
            (tests.mase[chosen[row], row], tests.rmsse[chosen[row], row], tests.bias[chosen[row], row]),
            {part.method: round(float(tests.mase[number, row]), 6) for number, part in enumerate(found)},
            outliers[row],
            raw,
        )
        for row, series in enumerate(members)
    ]


def _origins(length: int, horizon: int) -> tuple[tuple[int, ...], int]:
    """(moments of the back-test, how far it looks ahead); no moments: the history is too short for one."""
    if length < NEW:
        return (), 0
    ahead = max(1, min(horizon, length // 4))
    step = max(1, ahead // 2)
    moments = [length - ahead - step * number for number in range(ORIGINS)]
    return tuple(sorted(moment for moment in moments if moment >= max(4, length // 2))), ahead


def _candidates(problem: ForecastProblem, history: Floats, origins: tuple[int, ...]) -> list[Candidate]:
    wanted = problem.methods or tuple(Method)
    found = []
    for method in Method:
        if method in wanted and method not in (Method.COMBINED, Method.ANALOGY):
            part = candidate(method, history, problem.season, origins, problem.horizon)
            if part is not None:
                found.append(part)
    parts = [part for part in found if part.method in MEDIAN_OF]
    if Method.COMBINED in wanted and len(parts) > 1:
        found.append(combined(parts))
    return found or [candidate(Method.NAIVE, history, 1, origins, problem.horizon)]  # type: ignore[list-item]  # always one


def _measure(actual: Floats, found: Sequence[Candidate], origins: tuple[int, ...], ahead: int) -> _Backtest:
    """Errors of the back-test against what really happened (outliers and all), scaled by the naive error before it."""
    truth = np.array([actual[:, origin : origin + ahead] for origin in origins])
    errors = np.array([np.maximum(part.tests[:, :, :ahead], 0) - truth for part in found])
    steps = np.diff(actual[:, : origins[0]], axis=1)
    scale = np.abs(steps).mean(axis=1)
    square_scale = (steps**2).mean(axis=1)
    level = np.abs(truth).mean(axis=(0, 2))
    tiny = 1e-9
    return _Backtest(
        mase=np.abs(errors).mean(axis=(1, 3)) / np.maximum(scale, tiny),
        rmsse=np.sqrt((errors**2).mean(axis=(1, 3)) / np.maximum(square_scale, tiny)),
        bias=errors.mean(axis=(1, 3)) / np.maximum(level, tiny),
    )


def _choose(history: Floats, found: Sequence[Candidate], tests: _Backtest, first: int) -> npt.NDArray[np.intp]:
    """By series the number of the candidate with the smallest error; nearly equal ones give way to a simpler one.

    Methods for intermittent demand compete only where demand is intermittent.
    """
    seldom = intervals(history[:, :first]) >= OFTEN
    special = np.array([part.method in (Method.CROSTON, Method.SBA, Method.TSB) for part in found])
    error = np.where(seldom, tests.rmsse, tests.mase)
    if not special.all():
        error = np.where(special[:, None] & ~seldom[None, :], np.inf, error)
    ratios = np.array([part.method is Method.WINTERS_MULTIPLICATIVE for part in found])
    if not ratios.all():  # what is nothing, or less, has no ratio to its season
        error = np.where(ratios[:, None] & (history.min(axis=1) <= 0)[None, :], np.inf, error)
    return np.asarray(np.argmax(error <= error.min(axis=0) * 1.001 + 1e-12, axis=0), np.intp)


def _item(
    problem: ForecastProblem,
    series: Series,
    row: int,
    part: Candidate,
    measures: tuple[float, float, float] | None,
    compared: dict[Method, float],
    outliers: Sequence[Outlier],
    raw: Floats,
) -> ItemForecast:
    lowest = 0.0 if raw[row].min() >= 0 else -np.inf  # demand that was never negative will not be
    values = np.maximum(part.values[row], lowest)
    reach = ndtri(0.5 + problem.interval / 2) * part.deviation[row]
    skipped = len(series.values) - raw.shape[1]
    return ItemForecast(
        id=series.id,
        method=part.method,
        values=_rounded(values),
        lower=_rounded(np.maximum(values - reach, lowest)),
        upper=_rounded(values + reach),
        mase=None if measures is None else round(float(measures[0]), 6),
        rmsse=None if measures is None else round(float(measures[1]), 6),
        bias=None if measures is None else round(float(measures[2]), 6),
        outliers=tuple(Outlier(o.place + skipped, o.value, round(o.used, 6)) for o in outliers),
        compared=compared,
        parameters={name: round(float(figures[row]), 6) for name, figures in part.parameters.items()},
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    return tuple(round(float(value), 6) + 0.0 for value in values)


def _by_analogy(
    problem: ForecastProblem, series: Series, histories: dict[str, Floats], results: dict[str, ItemForecast]
) -> ItemForecast:
    """The weighted forecast of similar items, brought to the size of the little that is known, else to `scale`."""
    own = histories[series.id]
    total = sum(similar.weight for similar in series.like)
    values, lower, upper, usual = (np.zeros(problem.horizon) for _ in range(4))
    for similar in series.like:
        other, share = results[similar.id], similar.weight / total
        values += share * np.array(other.values)
        lower += share * np.array(other.lower)
        upper += share * np.array(other.upper)
        past = histories[similar.id][-len(own) :] if len(own) else histories[similar.id][-1:]
        usual += share * (past.mean() if len(past) else 0.0)
    scale = 1.0 if series.scale is None else series.scale
    if series.scale is None and len(own) and usual[0] > 0:
        scale = float(own.mean() / usual[0])
    return ItemForecast(
        id=series.id,
        method=Method.ANALOGY,
        values=_rounded(values * scale),
        lower=_rounded(lower * scale),
        upper=_rounded(upper * scale),
        mase=None,
        rmsse=None,
        bias=None,
        parameters={"scale": round(scale, 6)},
    )
