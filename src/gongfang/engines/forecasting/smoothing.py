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


@dataclass(frozen=True, slots=True)
class Shape:
    """Which components a method has. season 1: none."""

    trend: bool = False
    season: int = 1
    multiplicative: bool = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """n x G each: weights of the error in level, trend and season, and the damping of the trend."""

    alpha: Floats
    beta: Floats
    phi: Floats
    gamma: Floats

    def chosen(self, number: npt.NDArray[np.intp]) -> "Parameters":
        """One candidate per series: n x 1."""
        rows = np.arange(len(number))
        return Parameters(*(part[rows, number][:, None] for part in (self.alpha, self.beta, self.phi, self.gamma)))


def grid(count: int, shape: Shape) -> Parameters:
    """The candidates, the same for all `count` series."""
    alphas = (0.05, 0.1, 0.2, 0.4, 0.7) if shape.season > 1 or shape.trend else tuple(np.linspace(0.02, 1.0, 25))
    betas = (0.0, 0.02, 0.1, 0.3) if shape.trend else (0.0,)
    phis = (0.85, 0.95, 1.0) if shape.trend and shape.season == 1 else (0.9, 1.0) if shape.trend else (1.0,)
    gammas = (0.02, 0.1, 0.3) if shape.season > 1 else (0.0,)
    rows = np.array(list(product(alphas, betas, phis, gammas)))
    rows[:, 1] *= rows[:, 0]  # the trend follows the level: beta is given as a share of alpha
    return Parameters(*(np.broadcast_to(rows[:, part], (count, len(rows))) for part in range(4)))


@dataclass(frozen=True, slots=True)
class Run:
    """squares: mean squared one-step error, n x G. ahead: by origin, forecasts n x G x horizon from the data before it."""

    squares: Floats
    ahead: dict[int, Floats]


def run(history: Floats, p: Parameters, shape: Shape, origins: tuple[int, ...], horizon: int) -> Run:
    """Smooth through the history; forecast from each origin (a number of periods seen). History: n x T, T >= season + 2."""
    periods = history.shape[1]
    level, trend, season = _beginning(history, p.alpha.shape, shape)
    first = shape.season if shape.season > 1 else 1
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
                level = np.maximum(base + p.alpha * step, SMALL)
                trend = p.phi * trend + p.beta * step
                season[:, :, place] = np.maximum(usual + p.gamma * error / np.maximum(base, SMALL), 0.0)
            else:
                error = now - base - usual
                level = base + p.alpha * error
                trend = p.phi * trend + p.beta * error
                season[:, :, place] = usual + p.gamma * error
        squares += error**2
    return Run(squares / max(1, periods - first), ahead)


def _beginning(history: Floats, size: tuple[int, ...], shape: Shape) -> tuple[Floats, Floats, Floats]:
    """State before the first smoothed period: from the first season, or the first few periods."""
    if shape.season > 1:
        opening = history[:, : shape.season]
        mean = opening.mean(axis=1, keepdims=True)
        usual = opening / np.maximum(mean, SMALL) if shape.multiplicative else opening - mean
        season = np.broadcast_to(usual[:, None, :], (*size, shape.season)).copy()
        return np.broadcast_to(mean, size).copy(), np.zeros(size), season
    few = min(4, history.shape[1])
    mean = history[:, :few].mean(axis=1, keepdims=True)
    return np.broadcast_to(mean, size).copy(), np.zeros(size), np.zeros((*size, 1))


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
