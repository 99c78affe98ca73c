"""Shewhart charts: X̄-R, X̄-s, I-MR of measured values; p, np, c, u of counts. O(number of values)."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from gongfang.engines.spc.constants import CONSTANTS

ZERO = Decimal(0)
ONE = Decimal(1)
VARIABLE_CHARTS = ("xbar_r", "xbar_s", "i_mr")
ATTRIBUTE_CHARTS = ("p", "np", "c", "u")


@dataclass(frozen=True, slots=True)
class Track:
    """One plotted series: points with centre line and limits at each of them (they differ where sample sizes do)."""

    name: str
    points: tuple[Decimal, ...]
    centre: Decimal
    lower: tuple[Decimal, ...]
    upper: tuple[Decimal, ...]

    @property
    def sigmas(self) -> tuple[Decimal, ...]:
        """A third of the distance from the centre to the upper limit, at each point."""
        return tuple((upper - self.centre) / 3 for upper in self.upper)

    @property
    def outside(self) -> tuple[int, ...]:
        """Indexes of points beyond a limit."""
        rows = zip(self.points, self.lower, self.upper, strict=True)
        return tuple(index for index, (point, lower, upper) in enumerate(rows) if not lower <= point <= upper)


@dataclass(frozen=True, slots=True)
class Chart:
    """main: means, single values or counts; spread: ranges or standard deviations, none for counts. sigma: within subgroups."""

    kind: str
    main: Track
    spread: Track | None = None
    sigma: Decimal = field(default=ZERO)


def mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, ZERO) / len(values)


def deviation(values: Sequence[Decimal]) -> Decimal:
    """Sample standard deviation (n − 1); 0 for a single value."""
    if len(values) < 2:
        return ZERO
    middle = mean(values)
    return (sum(((value - middle) ** 2 for value in values), ZERO) / (len(values) - 1)).sqrt()


def _flat(name: str, points: Sequence[Decimal], centre: Decimal, lower: Decimal, upper: Decimal) -> Track:
    return Track(name, tuple(points), centre, (lower,) * len(points), (upper,) * len(points))


def _size(groups: Sequence[Sequence[Decimal]]) -> int:
    sizes = {len(group) for group in groups}
    if len(sizes) != 1 or next(iter(sizes)) not in CONSTANTS:
        raise ValueError("subgroups must be of one size between 2 and 25")
    return next(iter(sizes))


def ranges_chart(groups: Sequence[Sequence[Decimal]]) -> Chart:
    """X̄-R: means and ranges of subgroups of one size (2 to 25). Raises ValueError for other sizes."""
    factors = CONSTANTS[_size(groups)]
    means = [mean(group) for group in groups]
    ranges = [max(group) - min(group) for group in groups]
    centre, spread = mean(means), mean(ranges)
    reach = factors.a2 * spread
    return Chart(
        "xbar_r", _flat("mean", means, centre, centre - reach, centre + reach),
        _flat("range", ranges, spread, factors.d3 * spread, factors.d4 * spread), spread / factors.d2,
    )  # fmt: skip


def subgroup_chart(groups: Sequence[Sequence[Decimal]]) -> Chart:
    """X̄-s: means and standard deviations of subgroups of one size (2 to 25). Raises ValueError for other sizes."""
    factors = CONSTANTS[_size(groups)]
    means = [mean(group) for group in groups]
    deviations = [deviation(group) for group in groups]
    centre, spread = mean(means), mean(deviations)
    reach = factors.a3 * spread
    return Chart(
        "xbar_s", _flat("mean", means, centre, centre - reach, centre + reach),
        _flat("deviation", deviations, spread, factors.b3 * spread, factors.b4 * spread), spread / factors.c4,
    )  # fmt: skip


def individuals_chart(values: Sequence[Decimal]) -> Chart:
    """I-MR: single values and moving ranges of two. Raises ValueError for fewer than two values."""
    if len(values) < 2:
        raise ValueError("a moving range needs two values")
    factors = CONSTANTS[2]
    ranges = [abs(after - before) for before, after in pairwise(values)]
    centre, spread = mean(values), mean(ranges)
    sigma = spread / factors.d2
    return Chart(
        "i_mr", _flat("value", values, centre, centre - 3 * sigma, centre + 3 * sigma),
        _flat("moving_range", ranges, spread, ZERO, factors.d4 * spread), sigma,
    )  # fmt: skip


def attribute_chart(kind: str, counts: Sequence[Decimal], sizes: Sequence[Decimal]) -> Chart:
    """p, np (defective pieces of a sample) or c, u (defects, per unit). counts and sizes: one per sample, sizes above 0.

    np and c need samples of one size. Raises ValueError for other input.
    """
    if kind not in ATTRIBUTE_CHARTS or not counts or len(counts) != len(sizes) or min(sizes) <= 0 or min(counts) < 0:
        raise ValueError("counts and positive sizes of the same number of samples")
    if kind in ("np", "c") and len(set(sizes)) > 1:
        raise ValueError("np and c charts need samples of one size")
    share = sum(counts, ZERO) / sum(sizes, ZERO)
    if kind in ("p", "np"):
        if share > ONE or any(count > size for count, size in zip(counts, sizes, strict=True)):
            raise ValueError("more defective pieces than were looked at")
        sigmas = [(share * (ONE - share) / size).sqrt() for size in sizes]
    else:
        sigmas = [(share / size).sqrt() for size in sizes]
    scale = sizes[0] if kind in ("np", "c") else ONE
    points = counts if kind in ("np", "c") else [count / size for count, size in zip(counts, sizes, strict=True)]
    top = scale if kind in ("p", "np") else None
    upper = [scale * (share + 3 * sigma) for sigma in sigmas]
    track = Track(
        kind, tuple(points), scale * share, tuple(max(ZERO, scale * (share - 3 * sigma)) for sigma in sigmas),
        tuple(upper if top is None else (min(top, limit) for limit in upper)),
    )  # fmt: skip
    return Chart(kind, track, None, sigmas[0] * scale)
