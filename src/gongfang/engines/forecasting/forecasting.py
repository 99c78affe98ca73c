"""The door of the forecasting engine: the methods each item's own past prefers, with interval and error measures."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from gongfang.engines.forecasting.candidates import Candidate, candidate, combined
from gongfang.engines.forecasting.choosing import NEAR, NEW, Backtest, best, combination, measure, moments
from gongfang.engines.forecasting.cleaning import filled, tame
from gongfang.engines.forecasting.problem import ForecastProblem, ItemForecast, Method, Outlier, Series

Floats = npt.NDArray[np.float64]
AT_ONCE = 250  # series worked on together: more would only take memory
UNTESTED = (Method.SES, Method.HOLT, Method.THETA)  # their median where the history is too short for a back-test


def forecast(problem: ForecastProblem) -> list[ItemForecast]:
    """Forecast all items, in the order of the problem. Deterministic. Cost: O(items x periods x candidates).

    Items are worked on together by length of history. The back-test (choosing.py) forecasts from several past moments as far
    ahead as the problem asks, at most a quarter of the history. Taken is the method with the smallest error there, or the
    median of all that come within a tenth of it: the back-test cannot well tell them apart, and a median of forecasts is off
    by less than most of them (Makridakis, Spiliotis & Assimakopoulos 2020, Int. J. of Forecasting 36).
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
    for length, group in sorted(groups.items()):
        for begin in range(0, len(group), AT_ONCE):
            members = group[begin : begin + AT_ONCE]
            rows = np.array([histories[series.id] for series in members]).reshape(len(members), length)
            results |= {result.id: result for result in _group(problem, members, rows)}
    for series in new:
        results[series.id] = _by_analogy(problem, series, histories, results)
    return [results[series.id] for series in problem.series]


def _group(problem: ForecastProblem, members: Sequence[Series], raw: Floats) -> list[ItemForecast]:
    """Forecast items whose histories (raw: n x T) are of one length."""
    length = raw.shape[1]
    if length == 0:
        nothing = (0.0,) * problem.horizon
        return [ItemForecast(s.id, Method.NAIVE, nothing, nothing, nothing, None, None, None) for s in members]
    outliers: list[list[Outlier]] = [[] for _ in members]
    history = raw
    if problem.clean:
        history, outliers = tame(raw, problem.season)
    origins, ahead = moments(length, problem.horizon, problem.season)
    found = _candidates(problem, history, origins)
    if not origins:
        part = _untested(problem, found)
        return [_item(problem, s, r, part, None, raw, outliers[r]) for r, s in enumerate(members)]
    tests = measure(raw, history, found, origins, ahead)
    chosen = best(tests)
    if Method.COMBINED in (problem.methods or (Method.COMBINED,)):
        part, several = combination(found, tests)
        own = measure(raw, history, [part], origins, ahead)
        good = several & (own.error[0] <= tests.error[chosen, np.arange(len(members))] * NEAR)
        chosen = np.where(good | (problem.methods == (Method.COMBINED,)), len(found), chosen)
        found, tests = [*found, part], tests.joined(own)
    return [
        _item(problem, series, row, found[chosen[row]], _Tested(tests, found, int(chosen[row])), raw, outliers[row])
        for row, series in enumerate(members)
    ]


def _candidates(problem: ForecastProblem, history: Floats, origins: tuple[int, ...]) -> list[Candidate]:
    """All methods that may and can be used, the simplest first; at least one."""
    single = tuple(method for method in Method if method not in (Method.COMBINED, Method.ANALOGY))
    wanted = tuple(method for method in single if method in problem.methods) or single
    found = [candidate(method, history, problem.season, origins, problem.horizon) for method in wanted]
    possible = [part for part in found if part is not None]
    return possible or [candidate(Method.NAIVE, history, 1, origins, problem.horizon)]  # type: ignore[list-item]  # always one


def _untested(problem: ForecastProblem, found: list[Candidate]) -> Candidate:
    """Where the history is too short to tell which method is good."""
    parts = [part for part in found if part.method in UNTESTED]
    if len(parts) > 1 and Method.COMBINED in (problem.methods or (Method.COMBINED,)):
        return combined(parts, np.ones((len(parts), len(parts[0].values)), np.bool_))
    return found[-1]


@dataclass(frozen=True, slots=True)
class _Tested:
    """The back-test as one item needs it: the candidates, and the number of the one that was taken."""

    tests: Backtest
    found: Sequence[Candidate]
    chosen: int


def _item(
    problem: ForecastProblem,
    series: Series,
    row: int,
    part: Candidate,
    tested: _Tested | None,
    raw: Floats,
    outliers: Sequence[Outlier],
) -> ItemForecast:
    lowest = 0.0 if raw[row].min() >= 0 else -np.inf  # demand that was never negative will not be
    values = np.maximum(part.values[row], lowest)
    reach = ndtri(0.5 + problem.interval / 2) * part.deviation[row]
    mase = rmsse = bias = None
    compared: dict[Method, float] = {}
    if tested is not None:
        tests, chosen = tested.tests, tested.chosen
        mase, rmsse, bias = (round(float(of[chosen, row]), 6) for of in (tests.mase, tests.rmsse, tests.bias))
        compared = {one.method: round(float(tests.mase[n, row]), 6) for n, one in enumerate(tested.found)}
        reach = reach * tests.ratio[chosen, row]
    skipped = len(series.values) - raw.shape[1]
    return ItemForecast(
        id=series.id,
        method=part.method,
        values=_rounded(values),
        lower=_rounded(np.maximum(values - reach, lowest)),
        upper=_rounded(values + reach),
        mase=mase,
        rmsse=rmsse,
        bias=bias,
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
