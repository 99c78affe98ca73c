"""Demand that is often nothing: Croston's method and its two repairs, for many series at once.

Sources: Croston (1972), Operational Research Quarterly 23; SBA: Syntetos & Boylan (2005), Int. J. of Forecasting 21;
TSB: Teunter, Syntetos & Babai (2011), EJOR 214. Shapes: n series x T periods, weights n x G. Cost: O(n x G x T).
"""

from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
OFTEN = 1.32  # mean interval from which demand is called intermittent (Syntetos, Boylan & Croston 2005)


@dataclass(frozen=True, slots=True)
class Rates:
    """squares: mean squared one-step error, n x G. ahead: by origin, demand per period from then on, n x G."""

    squares: Floats
    ahead: dict[int, Floats]


def intervals(history: Floats) -> Floats:
    """Mean periods from one demand to the next, by series; infinite where there is none."""
    with np.errstate(divide="ignore"):
        return np.asarray(history.shape[1] / np.count_nonzero(history, axis=1), np.float64)


def weights(method: str) -> list[tuple[float, float]]:
    """Candidate weights of size and interval (or probability)."""
    if method == "tsb":
        return list(product((0.05, 0.1, 0.2, 0.3), (0.02, 0.05, 0.1, 0.2)))
    return [(a, a) for a in (0.05, 0.1, 0.15, 0.2, 0.3)]


def run(history: Floats, method: str, of_size: Floats, of_gap: Floats, origins: tuple[int, ...]) -> Rates:
    """Go through the history; the rate at each origin is what the data before it say. `of_*`: n x G."""
    count, periods = history.shape
    some = history > 0
    sizes = np.where(some, history, 0).sum(axis=1) / np.maximum(1, some.sum(axis=1))
    shape = of_size.shape
    size = np.broadcast_to(sizes[:, None], shape).copy()
    gap = np.broadcast_to(np.minimum(intervals(history), periods)[:, None], shape).copy()
    chance = 1 / gap
    since = np.ones((count, 1))
    squares, ahead = np.zeros(shape), {}
    for t in range(periods + 1):
        if method == "tsb":
            rate = chance * size
        else:
            rate = size / gap * ((1 - of_gap / 2) if method == "sba" else 1.0)
        if t in origins:
            ahead[t] = rate.copy()
        if t == periods:
            break
        now, hit = history[:, t, None], some[:, t, None]
        squares += (now - rate) ** 2
        size = np.where(hit, size + of_size * (now - size), size)
        chance = chance + of_gap * (hit - chance)
        gap = np.where(hit, gap + of_gap * (since - gap), gap)
        since = np.where(hit, 1, since + 1)
    return Rates(squares / max(1, periods), ahead)
