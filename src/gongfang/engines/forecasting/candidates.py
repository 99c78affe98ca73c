"""Every method in one shape: forecasts from several origins, and from the end, for all series of one length."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from gongfang.engines.forecasting import intermittent, smoothing
from gongfang.engines.forecasting.problem import Method
from gongfang.engines.forecasting.smoothing import Shape

Floats = npt.NDArray[np.float64]


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
    options = smoothing.grid(count, shape)
    tests = np.zeros((0, count, horizon))
    if origins:
        early = smoothing.run(history[:, : origins[0]], options, shape, (), 0)
        chosen = options.chosen(smoothing.best(early))
        ahead = smoothing.run(history, chosen, shape, origins, horizon).ahead
        tests = np.array([ahead[origin][:, 0] for origin in origins])
    chosen = options.chosen(smoothing.best(smoothing.run(history, options, shape, (), 0)))
    final = smoothing.run(history, chosen, shape, (periods,), horizon)
    deviation = np.sqrt(final.squares) * smoothing.spread(chosen, shape.season, horizon)
    parameters = {"alpha": chosen.alpha[:, 0]}
    if shape.trend:
        parameters |= {"beta": chosen.beta[:, 0], "phi": chosen.phi[:, 0]}
    if shape.season > 1:
        parameters["gamma"] = chosen.gamma[:, 0]
    return Candidate(method, tests, final.ahead[periods][:, 0], deviation, parameters)


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


def combined(parts: list[Candidate]) -> Candidate:
    """The median of several methods: seldom the best, hardly ever bad."""
    return Candidate(
        Method.COMBINED,
        np.median(np.array([part.tests for part in parts]), axis=0),
        np.median(np.array([part.values for part in parts]), axis=0),
        np.median(np.array([part.deviation for part in parts]), axis=0),
        {},
    )
