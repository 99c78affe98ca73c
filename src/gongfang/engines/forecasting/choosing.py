"""The back-test: how far each method would have been off from several moments of the past, and what follows from it."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
import numpy.typing as npt

from gongfang.engines.forecasting.candidates import Candidate, combined
from gongfang.engines.forecasting.intermittent import OFTEN, intervals
from gongfang.engines.forecasting.problem import Method

Floats = npt.NDArray[np.float64]
NEW = 8  # periods under which nothing can be tested
ORIGINS = 12  # moments of the past from which the back-test forecasts
NEAR = 1.1  # methods whose error is at most so many times the smallest one are as good as the best
PRIOR = 2.0  # stretches of the past that the model's own spread counts for beside those that were tested
TINY = 1e-9
SELDOM = (Method.CROSTON, Method.SBA, Method.TSB)


@dataclass(frozen=True, slots=True)
class Backtest:
    """Measures by candidate and series, C x n, scaled by the error of repeating the last value; error: the one that decides.

    allowed: where the method may be taken. ratio: by how much errors exceeded the deviation that the method expects.
    """

    mase: Floats
    rmsse: Floats
    bias: Floats
    error: Floats
    ratio: Floats
    allowed: npt.NDArray[np.bool_]

    def joined(self, other: "Backtest") -> "Backtest":
        """The candidates of both."""
        mine, others = astuple(self), astuple(other)
        return Backtest(*(np.concatenate(pair) for pair in zip(mine, others, strict=True)))


def moments(length: int, horizon: int, season: int) -> tuple[tuple[int, ...], int]:
    """(moments of the back-test, how far it looks ahead), spread over the second half of the history.

    The first lies where a season can be known already, if that leaves any. No moments: the history is too short.
    """
    if length < NEW:
        return (), 0
    ahead = max(1, min(horizon, length // 4))
    last = length - ahead
    first = max(4, length // 2)
    if season > 1 and season + season // 4 + 2 <= last:
        first = max(first, season + season // 4 + 2)
    spread = np.linspace(first, last, min(ORIGINS, last - first + 1))
    return tuple(sorted({round(float(moment)) for moment in spread})), ahead


def measure(
    actual: Floats, history: Floats, found: Sequence[Candidate], origins: tuple[int, ...], ahead: int
) -> Backtest:
    """Errors of the back-test against what really happened (`actual`, n x T, outliers and all; `history`: without them).

    Absolute error decides (MASE), but squared (RMSSE) for intermittent demand, where an absolute error would favour forecasting
    nothing. Methods for intermittent demand compete only there, ratios to a season only where nothing is zero or less.
    """
    truth = np.array([actual[:, origin : origin + ahead] for origin in origins])
    usual = np.array([history[:, origin : origin + ahead] for origin in origins])
    lowest = np.where(actual.min(axis=1) >= 0, 0.0, -np.inf)[None, :, None]  # as forecasts of demand are kept
    errors = np.array([np.maximum(part.tests[:, :, :ahead], lowest) - truth for part in found])
    steps = np.diff(actual[:, : origins[0]], axis=1)
    mase = np.abs(errors).mean(axis=(1, 3)) / np.maximum(np.abs(steps).mean(axis=1), TINY)
    rmsse = np.sqrt((errors**2).mean(axis=(1, 3)) / np.maximum((steps**2).mean(axis=1), TINY))
    seldom = intervals(history[:, : origins[0]]) >= OFTEN
    special = np.array([part.method in SELDOM for part in found])
    allowed = ~special[:, None] | seldom[None, :] | special.all()
    ratios = np.array([part.method is Method.WINTERS_MULTIPLICATIVE for part in found])
    if not ratios.all():
        allowed &= ~(ratios[:, None] & (history.min(axis=1) <= 0)[None, :])
    return Backtest(
        mase=mase,
        rmsse=rmsse,
        bias=errors.mean(axis=(1, 3)) / np.maximum(np.abs(truth).mean(axis=(0, 2)), TINY),
        error=np.where(seldom, rmsse, mase),
        ratio=_ratio(found, errors + truth - usual, (actual.shape[1] - origins[0]) / ahead),
        allowed=allowed,
    )


def _ratio(found: Sequence[Candidate], errors: Floats, stretches: float) -> Floats:
    """C x n: errors against the expected deviation, never under 1, drawn towards 1 where little was tested."""
    expected = np.array([part.deviation[:, : errors.shape[3]] for part in found])[:, None]
    squares = np.where(expected > TINY, (errors / np.maximum(expected, TINY)) ** 2, 1.0).mean(axis=(1, 3))
    return np.asarray(np.sqrt(np.maximum((stretches * squares + PRIOR) / (stretches + PRIOR), 1.0)), np.float64)


def best(tests: Backtest) -> npt.NDArray[np.intp]:
    """By series the number of the candidate with the smallest error; nearly equal ones give way to a simpler one."""
    error = np.where(tests.allowed, tests.error, np.inf)
    return np.asarray(np.argmax(error <= error.min(axis=0) * 1.001 + 1e-12, axis=0), np.intp)


def combination(parts: list[Candidate], tests: Backtest) -> tuple[Candidate, npt.NDArray[np.bool_]]:
    """The median of those methods that the back-test cannot well tell from the best, and, by series, whether they are several."""
    error = np.where(tests.allowed, tests.error, np.inf)
    near = error <= error.min(axis=0) * NEAR + TINY
    return combined(parts, near), near.sum(axis=0) > 1
