"""Every method in one shape: forecasts from several origins, and from the end, for all series of one length."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gongfang.engines.forecasting import intermittent, seasons, smoothing
from gongfang.engines.forecasting.problem import Method
from gongfang.engines.forecasting.smoothing import Shape

Floats = npt.NDArray[np.float64]
LARGEST = 50.0  # logarithm above which no forecast goes


@dataclass(frozen=True, slots=True)
class Candidate:
    """One method on n series. tests: origins x n x horizon of the back-test, each from the data before its origin.

    values: n x horizon from the end. deviation: n x horizon, of the error so many steps ahead. parameters: by name, n.
    """

    method: Method
    tests: Floats
    values: Floats
    deviation: Floats
    parameters: dict[str, Floats]


def candidate(method: Method, history: Floats, season: int, origins: tuple[int, ...], horizon: int) -> Candidate | None:
    """Fit and run a method; None: the history (n x T) is too short for it, or not of its kind.

    Parameters for the back-test come from the data before the first origin; those of the forecast from all of it.
    """
    first = origins[0] if origins else history.shape[1]
    if method is Method.NAIVE:
        return _naive(method, history, 1, origins, horizon)
    if method is Method.SEASONAL_NAIVE:
        return _naive(method, history, season, origins, horizon) if season > 1 and first >= season else None
    if method in (Method.THETA, Method.WAVES):
        return _on_waves(method, history, season, origins, horizon) if first >= 4 else None
    if method in _SHAPES:
        shape = _SHAPES[method](season)
        if first < 4 or (shape.season > 1 and first < shape.season * 5 // 4 + 2):
            return None
        if method in (Method.WINTERS_ADDITIVE, Method.WINTERS_MULTIPLICATIVE) and season == 1:
            return None
        kept = np.maximum(history, smoothing.SMALL) if shape.multiplicative else history
        return _smoothing(method, kept, shape, origins, horizon)
    if method in (Method.CROSTON, Method.SBA, Method.TSB) and first >= 4:
        return _intermittent(method, history, origins, horizon)
    return None


_SHAPES: dict[Method, Callable[[int], Shape]] = {
    Method.SES: lambda season: Shape(),
    Method.HOLT: lambda season: Shape(trend=True),
    Method.WINTERS_ADDITIVE: lambda season: Shape(True, season),
    Method.WINTERS_MULTIPLICATIVE: lambda season: Shape(True, season, True),
}


def _naive(method: Method, history: Floats, season: int, origins: tuple[int, ...], horizon: int) -> Candidate:
    steps = np.arange(horizon) % season
    tests = np.array([history[:, origin - season + steps] for origin in origins])
    values = history[:, history.shape[1] - season + steps]
    apart = history[:, season:] - history[:, :-season]
    deviation = np.sqrt((apart**2).mean(axis=1)) if apart.shape[1] else np.abs(history).mean(axis=1)
    growth = np.sqrt(1 + np.arange(horizon) // season)
    return Candidate(method, tests, values, deviation[:, None] * growth, {})


def _smoothing(method: Method, history: Floats, shape: Shape, origins: tuple[int, ...], horizon: int) -> Candidate:
    count, periods = history.shape
    tests = np.zeros((0, count, horizon))
    if origins:
        early = smoothing.fitted(history[:, : origins[0]], shape)
        ahead = smoothing.run(history, early, shape, origins, horizon).ahead
        tests = np.array([ahead[origin][:, 0] for origin in origins])
    chosen = smoothing.fitted(history, shape)
    final = smoothing.run(history, chosen, shape, (periods,), horizon)
    deviation = np.sqrt(final.squares) * smoothing.spread(chosen, shape.season, horizon)
    parameters = {"alpha": chosen.alpha[:, 0]}
    if shape.trend:
        parameters |= {"beta": chosen.beta[:, 0], "phi": chosen.phi[:, 0]}
    if shape.season > 1:
        parameters["gamma"] = chosen.gamma[:, 0]
    return Candidate(method, tests, final.ahead[periods][:, 0], deviation, parameters)


def _on_waves(method: Method, history: Floats, season: int, origins: tuple[int, ...], horizon: int) -> Candidate:
    """Take the season off as it is known at each origin, go on with what is left, put the season back.

    Theta (Assimakopoulos & Nikolopoulos 2000, Int. J. of Forecasting 16) works on logarithms where nothing is zero or less, so that
    season and trend multiply. Weights are fitted before the first origin, and once more for the forecast.
    """
    count, periods = history.shape
    shape = Shape(trend=method is Method.WAVES)
    ratio = np.full((count, 1), method is Method.THETA) & (history.min(axis=1, keepdims=True) > 0)
    kept = np.where(ratio, np.log(np.where(ratio, history, 1.0)), history)
    early: smoothing.Parameters | None = None

    def ahead(origin: int, chosen: smoothing.Parameters | None) -> tuple[Floats, smoothing.Parameters, Floats]:
        profile = seasons.profile(kept[:, :origin], season)
        rest = kept[:, :origin] - profile[:, np.arange(origin) % season]
        chosen = chosen or smoothing.fitted(rest, shape)
        run = smoothing.run(rest, chosen, shape, (origin,), horizon)
        values = run.ahead[origin][:, 0] + profile[:, (origin + np.arange(horizon)) % season]
        if method is Method.THETA:
            further = np.where(ratio, origin // 2, origin)
            values = values + _half_trend(rest)[:, None] * _theta_steps(chosen.alpha, origin, horizon, further)
        # the mean of what was normal as a logarithm lies half its variance higher
        raised = np.exp(np.minimum(np.where(ratio, values + run.squares / 2, 0.0), LARGEST))
        return np.where(ratio, raised, values), chosen, run.squares

    tests = np.zeros((len(origins), count, horizon))
    for number, origin in enumerate(origins):
        tests[number], early, _ = ahead(origin, early)
    values, chosen, squares = ahead(periods, None)
    deviation = np.sqrt(squares) * smoothing.spread(chosen, 1, horizon) * np.where(ratio, values, 1.0)
    return Candidate(method, tests, values, deviation, {"alpha": chosen.alpha[:, 0]})


def _half_trend(rest: Floats) -> Floats:
    """Half the slope of the straight line through the whole past (least squares), by series."""
    place = np.arange(rest.shape[1]) - (rest.shape[1] - 1) / 2
    return np.asarray(rest @ place / (place @ place) / 2, np.float64)


def _theta_steps(alpha: Floats, periods: int, horizon: int, further: npt.NDArray[np.int64]) -> Floats:
    """How many steps of the half trend stand above the level so far ahead, n x horizon (Hyndman & Billah 2003).

    further: steps (n x 1) after which the trend ends. A line is not carried further than the past was long, growth that multiplies
    only half as far: what doubles every month does not go on doing so.
    """
    return np.minimum(np.arange(horizon), further) + (1 - (1 - alpha) ** periods) / alpha


def _intermittent(method: Method, history: Floats, origins: tuple[int, ...], horizon: int) -> Candidate:
    count, periods = history.shape
    pairs = np.array(intermittent.weights(method.value))
    of_size, of_gap = (np.broadcast_to(pairs[:, part], (count, len(pairs))) for part in (0, 1))

    def chosen(seen: Floats) -> tuple[Floats, Floats]:
        number = np.argmin(intermittent.run(seen, method.value, of_size, of_gap, ()).squares, axis=1)
        rows = np.arange(count)
        return of_size[rows, number][:, None], of_gap[rows, number][:, None]

    tests = np.zeros((0, count, horizon))
    if origins:
        # each origin starts afresh, because the beginning of the method looks at the whole of what it is given
        early = chosen(history[:, : origins[0]])
        rates = [intermittent.run(history[:, :o], method.value, *early, (o,)).ahead[o][:, 0] for o in origins]
        tests = np.repeat(np.array(rates)[:, :, None], horizon, axis=2)
    pair = chosen(history)
    final = intermittent.run(history, method.value, *pair, (periods,))
    values = np.repeat(final.ahead[periods], horizon, axis=1)
    deviation = np.repeat(np.sqrt(final.squares), horizon, axis=1)
    return Candidate(method, tests, values, deviation, {"alpha": pair[0][:, 0], "beta": pair[1][:, 0]})


def combined(parts: list[Candidate], near: npt.NDArray[np.bool_]) -> Candidate:
    """The median of several methods, by series of those that `near` (parts x n) names, at least one: seldom the best, hardly ever bad."""
    number = np.maximum(near.sum(axis=0), 1)
    low, high = (number - 1) // 2, number // 2

    def median(figures: Floats) -> Floats:  # parts x n x horizon
        ordered = np.sort(np.where(near[:, :, None], figures, np.inf), axis=0)
        rows = np.arange(len(number))
        return np.asarray((ordered[low, rows] + ordered[high, rows]) / 2, np.float64)

    tests = [median(np.array(moment)) for moment in zip(*(part.tests for part in parts))]
    return Candidate(
        Method.COMBINED,
        np.array(tests).reshape(parts[0].tests.shape),
        median(np.array([part.values for part in parts])),
        median(np.array([part.deviation for part in parts])),
        {},
    )
