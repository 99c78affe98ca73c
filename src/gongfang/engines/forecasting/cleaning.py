"""Gaps and outliers: what is not known is filled in, what stands out once is tamed, and both are told."""

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from gongfang.engines.forecasting.problem import Outlier

Floats = npt.NDArray[np.float64]
WINDOW = 9  # periods around a value that say what is usual there
LIMIT = 5.0  # robust deviations from the usual at which a value is an outlier
RECURS = 2.5  # a value one season away that deviates as much as this makes it a season, not an outlier


def filled(values: tuple[float | None, ...]) -> Floats:
    """History from the first known value on; a gap is filled on a straight line between its neighbours."""
    known = np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    places = np.flatnonzero(~np.isnan(known))
    if len(places) == 0:
        return np.zeros(0)
    history = known[places[0] :]
    return np.interp(np.arange(len(history)), places - places[0], known[places])


def tame(history: Floats, season: int) -> tuple[Floats, list[list[Outlier]]]:
    """Pull outliers of n x T back to the limit (Hampel's filter); returns the tamed history and what was changed.

    A deviation that comes back a season later or earlier is left alone, so are series that are mostly zero.
    """
    count, periods = history.shape
    found: list[list[Outlier]] = [[] for _ in range(count)]
    if periods < WINDOW + 3:
        return history, found
    side = WINDOW // 2
    padded = np.pad(history, ((0, 0), (side, side)), mode="reflect")
    usual = np.median(sliding_window_view(padded, WINDOW, axis=1), axis=2)
    apart = history - usual
    scale = 1.4826 * np.median(np.abs(apart), axis=1, keepdims=True)
    steady = (scale > 0) & (np.median(history, axis=1, keepdims=True) != 0)
    strange = steady & (np.abs(apart) > LIMIT * scale)
    if season > 1:
        also = np.abs(apart) > RECURS * scale
        back = np.zeros_like(also)
        back[:, season:] |= also[:, :-season] if periods > season else False
        back[:, :-season] |= also[:, season:] if periods > season else False
        strange &= ~back
    tamed = np.where(strange, usual + np.sign(apart) * LIMIT * scale, history)
    for row, place in np.argwhere(strange):
        found[row].append(Outlier(int(place), float(history[row, place]), float(tamed[row, place])))
    return tamed, found
