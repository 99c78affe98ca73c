"""What is to be forecast and what came out. Figures are floats: a forecast is an estimate by nature."""

from dataclasses import dataclass, field
from enum import StrEnum


class Method(StrEnum):
    """Ways to forecast, the simplest first: of equally good ones the first is taken."""

    NAIVE = "naive"  # the last value
    SEASONAL_NAIVE = "seasonal_naive"  # the value one season ago
    SES = "ses"  # level
    HOLT = "holt"  # level and (damped) trend
    THETA = "theta"  # level and half the trend of the whole past, on top of a season of waves
    WAVES = "waves"  # level and damped trend on top of a season of waves
    WINTERS_ADDITIVE = "winters_additive"  # level, trend and season, which adds
    WINTERS_MULTIPLICATIVE = "winters_multiplicative"  # ... which multiplies
    CROSTON = "croston"  # intermittent demand: size / interval
    SBA = "sba"  # ... without Croston's bias
    TSB = "tsb"  # ... by probability, so that what dies out goes to zero
    COMBINED = "combined"  # the median of those that the back-test finds nearly best
    ANALOGY = "analogy"  # too new: as similar items, scaled


@dataclass(frozen=True, slots=True)
class Analogue:
    """An older item that a new one is expected to sell like."""

    id: str
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Series:
    """One item's demand by period, oldest first; the last value is that of the last period for all items.

    None: not known (not nothing). like, scale: for items with little history; scale is the expected size against them.
    """

    id: str
    values: tuple[float | None, ...]
    like: tuple[Analogue, ...] = ()
    scale: float | None = None


@dataclass(frozen=True, slots=True)
class ForecastProblem:
    """season: periods in a year (or other cycle), 1 none. horizon: periods ahead. interval: share of futures inside."""

    series: tuple[Series, ...]
    horizon: int
    season: int = 1
    interval: float = 0.9
    methods: tuple[Method, ...] = ()
    clean: bool = True  # tame outliers before fitting


@dataclass(frozen=True, slots=True)
class Outlier:
    """A value that was tamed. place: its number in the item's values."""

    place: int
    value: float
    used: float


@dataclass(frozen=True, slots=True)
class ItemForecast:
    """One item's forecast. mase, rmsse, bias: of the back-test (None: too little history).

    mase, rmsse: absolute and squared error against that of repeating the last value, under 1 is better (Hyndman & Koehler
    2006). bias: mean error as a share of mean demand, positive where the forecast was too high. compared: mase by method.
    """

    id: str
    method: Method
    values: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    mase: float | None
    rmsse: float | None
    bias: float | None
    outliers: tuple[Outlier, ...] = ()
    compared: dict[Method, float] = field(default_factory=dict)
    parameters: dict[str, float] = field(default_factory=dict)
