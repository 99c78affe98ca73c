"""Exponential smoothing of many series at once: level, damped trend, additive or multiplicative season.

Error-correction form of Hyndman, Koehler, Ord & Snyder (2008), Forecasting with Exponential Smoothing, ch. 2 and 6.
Shapes: n series x T periods; parameters n x G candidates. Cost: O(n x G x T), all series and candidates in one step of numpy.
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
SMALL = 1e-9
OPENING = 10  # periods that show the slope a trend begins with
SEASONS = 2  # seasons that show what each place in them begins with
FITTED = 4  # figures of a method that were fitted to the history
FINER = (1.5, 1.2)  # how far the finer grids reach about the best of the coarse one


@dataclass(frozen=True, slots=True)
class Shape:
    """Which components a method has. season 1: none."""

    trend: bool = False
    season: int = 1
    multiplicative: bool = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """n x G each: weights of the error in level, trend and season, damping of the trend, and how much of the slope that the
    first periods show the trend begins with (0 or 1).
    """

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats
    slope: Floats

    def chosen(self, number: npt.NDArray[np.intp]) -> "Parameters":
        """One candidate per series: n x 1."""
        rows = np.arange(len(number))
        return Parameters(*(part[rows, number][:, None] for part in self.parts()))

    def parts(self) -> tuple[Floats, ...]:
        return self.alpha, self.beta, self.phi, self.gamma, self.slope


def grid(count: int, shape: Shape) -> Parameters:
    """The candidates, the same for all `count` series."""
    alphas = (0.05, 0.1, 0.2, 0.4, 0.7, 1.0) if shape.season > 1 or shape.trend else tuple(np.linspace(0.02, 1.0, 25))
    betas = (0.0, 0.02, 0.1, 0.3) if shape.trend else (0.0,)
    phis = (0.85, 0.95, 1.0) if shape.trend and shape.season == 1 else (0.9, 1.0) if shape.trend else (1.0,)
    gammas = (0.02, 0.1, 0.3) if shape.season > 1 else (0.0,)
    slopes = (0.0, 1.0) if shape.trend else (0.0,)
    rows = np.array(list(product(alphas, betas, phis, gammas, slopes)))
    rows[:, 1] *= rows[:, 0]  # the trend follows the level: beta is given as a share of alpha
    return Parameters(*(np.broadcast_to(rows[:, part], (count, len(rows))) for part in range(5)))


def around(chosen: Parameters, shape: Shape, factor: float) -> Parameters:
    """Candidates about those chosen (n x 1): each weight smaller, as it is, and greater by the factor."""
    steps = (1 / factor, 1.0, factor)
    weights = (steps, steps if shape.trend else (1.0,), steps if shape.season > 1 else (1.0,))
    rows = np.array(list(product(*weights)))
    same = np.ones(len(rows))
    alpha = np.minimum(chosen.alpha * rows[:, 0], 1.0)
    gamma = np.minimum(chosen.gamma * rows[:, 2], 1.0)
    return Parameters(alpha, np.minimum(chosen.beta * rows[:, 1], alpha), chosen.phi * same, gamma, chosen.slope * same)


def fitted(history: Floats, shape: Shape) -> Parameters:
    """The parameters with the smallest one-step errors, n x 1: the best of the grid, then of two finer ones about it."""
    options = grid(len(history), shape)
    for factor in FINER:
        chosen = options.chosen(best(run(history, options, shape, (), 0)))
        options = around(chosen, shape, factor)
    return options.chosen(best(run(history, options, shape, (), 0)))


@dataclass(frozen=True, slots=True)
class Run:
    """squares: mean squared one-step error, n x G, a little more than was seen because the weights were fitted to it.

    ahead: by origin, forecasts n x G x horizon from the data before it.
    """

    squares: Floats
    ahead: dict[int, Floats]


def run(history: Floats, p: Parameters, shape: Shape, origins: tuple[int, ...], horizon: int) -> Run:
    """Smooth through the history; forecast from each origin (a number of periods seen). History: n x T, T >= season + 2.

    What lies after the first origin does not touch any forecast from it.
    """
    periods = history.shape[1]
    level, trend, season = _beginning(history[:, : min((periods, *origins))], p, shape)
    first = shape.season if shape.season > 1 else 1
    least = np.maximum(history[:, :first].mean(axis=1, keepdims=True) / 1000, SMALL)  # a level of nothing has no ratio
    squares = np.zeros(p.alpha.shape)
    ahead: dict[int, Floats] = {}
    for t in range(first, periods + 1):
        if t in origins:
            ahead[t] = _ahead(level, trend, season, p.phi, shape, t, horizon)
        if t == periods:
            break
        base = level + p.phi * trend
        now = history[:, t, None]
        if shape.season == 1:
            error = now - base
            level = base + p.alpha * error
            trend = p.phi * trend + p.beta * error
        else:
            place = t % shape.season
            usual = season[:, :, place]
            if shape.multiplicative:
                error = now - base * usual
                step = error / np.maximum(usual, 0.05)
                level = np.maximum(base + p.alpha * step, least)
                trend = p.phi * trend + p.beta * step
                season[:, :, place] = np.clip(usual + p.gamma * error / np.maximum(base, least), 0.0, shape.season)
            else:
                error = now - base - usual
                level = base + p.alpha * error
                trend = p.phi * trend + p.beta * error
                season[:, :, place] = usual + p.gamma * error
        squares += error**2
    return Run(squares / max(1, periods - first) * (1 + FITTED / periods), ahead)


def _beginning(seen: Floats, p: Parameters, shape: Shape) -> tuple[Floats, Floats, Floats]:
    """Level, trend and season before the first smoothed period, from the first few (op. cit. ch. 2.6)."""
    if shape.season > 1:
        return _first_season(seen, p, shape)
    mean = seen[:, : min(4, seen.shape[1])].mean(axis=1, keepdims=True)
    level, trend = np.broadcast_to(mean, p.alpha.shape).copy(), np.zeros(p.alpha.shape)
    if shape.trend:
        some = min(OPENING, seen.shape[1])
        place = np.arange(some) - (some - 1) / 2
        slope = (seen[:, :some] @ place / (place @ place))[:, None]
        start = seen[:, :some].mean(axis=1, keepdims=True) - slope * (some - 1) / 2
        level, trend = np.where(p.slope > 0, start, level), p.slope * slope
    return level, trend, np.zeros((*p.alpha.shape, 1))


def _first_season(seen: Floats, p: Parameters, shape: Shape) -> tuple[Floats, Floats, Floats]:
    """From the first seasons that are known whole, at most two: their slope, and what each place is above it on average.

    With one season only, the slope is what changed from it to as much of the second as is known.
    """
    season = shape.season
    whole = min(SEASONS, seen.shape[1] // season)
    opening = seen[:, : whole * season]
    if whole > 1:
        means = opening.reshape(len(seen), whole, season).mean(axis=2)
        rise = (means[:, -1] - means[:, 0]) / (whole - 1)
    else:
        second = seen[:, season : 2 * season]
        rise = (second - opening[:, : second.shape[1]]).mean(axis=1) if second.shape[1] >= 2 else np.zeros(len(seen))
    slope = rise[:, None] / season * p.slope
    mean = opening.mean(axis=1, keepdims=True)
    line = mean[:, :, None] + slope[:, :, None] * (np.arange(whole * season) - (whole * season - 1) / 2)
    if shape.multiplicative:
        line = np.maximum(line, np.maximum(mean[:, :, None] / 10, SMALL))
        usual = opening[:, None, :] / line
    else:
        usual = opening[:, None, :] - line
    level = line[:, :, season - 1].copy()
    return level, slope, usual.reshape(*usual.shape[:2], whole, season).mean(axis=2)


def _ahead(
    level: Floats, trend: Floats, season: Floats, phi: Floats, shape: Shape, origin: int, horizon: int
) -> Floats:
    steps = np.arange(1, horizon + 1)
    growth = np.cumsum(phi[:, :, None] ** steps, axis=2)
    base = level[:, :, None] + growth * trend[:, :, None]
    if shape.season == 1:
        return base
    usual = season[:, :, (origin + steps - 1) % shape.season]
    return base * usual if shape.multiplicative else base + usual


def best(run_: Run) -> npt.NDArray[np.intp]:
    """The candidate with the smallest one-step error, by series."""
    return np.asarray(np.argmin(run_.squares, axis=1), np.intp)


def spread(p: Parameters, season: int, horizon: int) -> Floats:
    """Growth of the error's deviation with the steps ahead, n x horizon, 1 at the first step (op. cit. table 6.1)."""
    steps = np.arange(1, horizon)
    damping = np.cumsum(p.phi**steps, axis=1)
    weights = p.alpha + p.beta * damping + p.gamma * (steps % season == 0)
    variance = np.concatenate([np.ones((len(p.alpha), 1)), 1 + np.cumsum(weights**2, axis=1)], axis=1)
    return np.asarray(np.sqrt(variance[:, :horizon]), np.float64)
