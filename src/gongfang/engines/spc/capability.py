"""Process capability: how much of the tolerance the process needs."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.engines.spc.charts import deviation, mean


@dataclass(frozen=True, slots=True)
class Capability:
    """cp, cpk: from the spread within subgroups (short term); pp, ppk: from the spread of all values. None where not defined."""

    mean: Decimal
    within: Decimal
    overall: Decimal
    cp: Decimal | None
    cpk: Decimal | None
    pp: Decimal | None
    ppk: Decimal | None


def capability(values: Sequence[Decimal], within: Decimal, lower: Decimal | None, upper: Decimal | None) -> Capability:
    """Cp = (U − L) / 6σ, Cpk = min(U − x̄, x̄ − L) / 3σ; Pp, Ppk with the overall σ. One-sided limits give no Cp and Pp.

    within: sigma of the control chart. Source: ISO 22514-2. Raises ValueError without values.
    """
    if not values:
        raise ValueError("no values")
    middle, overall = mean(values), deviation(values)
    return Capability(
        middle, within, overall, _width(lower, upper, within), _nearest(middle, lower, upper, within), _width(lower, upper, overall),
        _nearest(middle, lower, upper, overall),
    )  # fmt: skip


def _width(lower: Decimal | None, upper: Decimal | None, sigma: Decimal) -> Decimal | None:
    if lower is None or upper is None or sigma <= 0:
        return None
    return (upper - lower) / (6 * sigma)


def _nearest(middle: Decimal, lower: Decimal | None, upper: Decimal | None, sigma: Decimal) -> Decimal | None:
    if sigma <= 0 or (lower is None and upper is None):
        return None
    sides = ([] if upper is None else [upper - middle]) + ([] if lower is None else [middle - lower])
    return min(sides) / (3 * sigma)
