"""The season of many series as a few waves: what comes back every year, told apart from trend and chance.

A free figure for each of 52 weeks cannot be learnt from two years; a few harmonics can. How many: Hurvich & Tsai (1989), AICc,
Biometrika 76. The trend is taken off by a centred moving average over one season, or, where less than two seasons are known, as a line.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
WAVES = (1, 2, 3, 4, 6)  # numbers of harmonics that are tried


def profile(seen: Floats, season: int) -> Floats:
    """What each place in the season adds, n x season, adding up to nothing; all zero where no season shows.

    seen: n x T from the first period on; its first value has place 0. Cost: O(n x T x season).
    """
    count, periods = seen.shape
    if season < 2 or periods < season + season // 4 + 2:
        return np.zeros((count, season))
    times = np.arange(periods, dtype=np.float64)
    if periods >= 2 * season + 2:
        usual = _mean(seen, season)
        if season % 2 == 0:
            usual = _mean(usual, 2)
        side = season // 2
        rest, times = seen[:, side : periods - side] - usual, times[side : periods - side]
        base = np.zeros((len(times), 0))
    else:
        base = np.stack([np.ones(periods), times], axis=1)
        rest = seen
    places = np.arange(season, dtype=np.float64)
    floor = 1e-12 * (seen**2).sum(axis=1) + 1e-300  # what is left of an exact fit is chance of rounding
    least, chosen = np.full(count, np.inf), np.zeros((count, season))
    for waves in (0, *(number for number in WAVES if 2 * number <= season)):
        angles = 2 * np.pi * np.arange(1, waves + 1) / season
        design, wave = _waves(times, angles), _waves(places, angles)
        columns = np.concatenate([base, design], axis=1)
        free = len(times) - columns.shape[1] - 2
        if free < 2 or 3 * columns.shape[1] > 2 * len(times):
            break
        factors = np.linalg.pinv(columns) @ rest.T
        squares = ((rest.T - columns @ factors) ** 2).sum(axis=0)
        size = columns.shape[1] + 1
        score = len(times) * np.log(squares + floor) + 2 * size * len(times) / free
        better = score < least
        least = np.where(better, score, least)
        found = (wave @ factors[base.shape[1] :]).T
        chosen = np.where(better[:, None], found - found.mean(axis=1, keepdims=True), chosen)
    return chosen


def _waves(times: Floats, angles: Floats) -> Floats:
    """Sines and cosines, T x 2K; the sine that is always zero is left out."""
    turns = times[:, None] * angles
    sines = np.sin(turns)[:, angles < np.pi - 1e-9]
    return np.concatenate([np.cos(turns), sines], axis=1)


def _mean(history: Floats, span: int) -> Floats:
    """Moving average over `span` periods, where all of them are known."""
    total = np.cumsum(np.pad(history, ((0, 0), (1, 0))), axis=1)
    return np.asarray((total[:, span:] - total[:, :-span]) / span, np.float64)
