"""Where exact figures meet estimates: histories into the forecasting and stock-policy engines, their answers back as decimals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.planning.rules import ZERO

INTERVAL = 0.8
WORKDAYS = 5


@dataclass(frozen=True, slots=True)
class Estimate:
    """An item's forecast: (value, low, high) per period, rounded to the unit's decimals; mase, bias None: too little history."""

    item_id: int
    method: str
    periods: tuple[tuple[Decimal, Decimal, Decimal], ...]
    mase: Decimal | None
    bias: Decimal | None


def estimate(
    histories: Mapping[int, Sequence[Decimal]], places: Mapping[int, int], ahead: int, season: int
) -> list[Estimate]:
    """Forecast so many periods of each item. histories: quantities by period, oldest first; places: decimals of the unit."""
    from gongfang.engines.forecasting.forecasting import forecast
    from gongfang.engines.forecasting.problem import ForecastProblem, Series

    series = tuple(
        Series(str(item), tuple(float(value) for value in values)) for item, values in sorted(histories.items())
    )
    if not series:
        return []
    longest = max(len(one.values) for one in series)
    problem = ForecastProblem(series, ahead, season=season if longest >= 2 * season else 1, interval=INTERVAL)
    found = []
    for answer in forecast(problem):
        item = int(answer.id)
        rows = zip(answer.values, answer.lower, answer.upper, strict=True)
        found.append(
            Estimate(
                item, str(answer.method),
                tuple((_rounded(a, places[item]), _rounded(b, places[item]), _rounded(c, places[item])) for a, b, c in rows),
                _figure(answer.mase), _figure(answer.bias),
            )
        )  # fmt: skip
    return found


def _figure(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(round(value, 6)))


def _rounded(value: float, places: int) -> Decimal:
    return max(Decimal(repr(value)), ZERO).quantize(Decimal(1).scaleb(-places))


@dataclass(frozen=True, slots=True)
class Policy:
    """What an item's use asks for; cash None: unknown."""

    item_id: int
    abc: str
    xyz: str
    mean: Decimal
    deviation: Decimal
    service: Decimal
    safety_stock: Decimal
    reorder_point: Decimal
    maximum: Decimal
    lot: Decimal
    cash: Decimal | None


def policies(
    items: Mapping[int, Any], used: Mapping[int, Mapping[date, Decimal]], weeks: Sequence[date], stock: Mapping[int, Decimal],
    services: Mapping[str, Decimal], order_cost: Decimal, holding: Decimal,
) -> list[Policy]:  # fmt: skip
    """A policy per item from its use by week. Safety stock and lots are rounded up to the unit's decimals."""
    from gongfang.engines.stockpolicy.proposing import PolicyItem, PolicyProblem, propose

    if not weeks:
        return []
    wanted = tuple(
        PolicyItem(
            id=str(pk), demand=tuple(float(max(used[pk].get(week, ZERO), ZERO)) for week in weeks),
            unit_cost=float(item.standard_cost), lead_time=item.lead_time_days / WORKDAYS, order_cost=float(order_cost),
            holding_rate=float(holding), minimum_lot=float(item.lot_minimum), multiple=float(item.lot_multiple),
            current_stock=float(stock.get(pk, ZERO)),
        )
        for pk, item in sorted(items.items())
    )  # fmt: skip
    problem = PolicyProblem(wanted, services=tuple((letter, float(share)) for letter, share in services.items()))
    found = []
    for answer in propose(problem):
        step = Decimal(1).scaleb(-items[int(answer.id)].unit.precision)
        levels = (answer.safety_stock, answer.minimum, answer.maximum, answer.lot)
        safety, minimum, maximum, lot = (max(Decimal(repr(level)), ZERO).quantize(step, "ROUND_UP") for level in levels)
        found.append(
            Policy(
                int(answer.id), answer.abc, answer.xyz, Decimal(repr(answer.mean)), Decimal(repr(answer.deviation)),
                services[answer.abc], safety, minimum, maximum, lot, None if answer.cash is None else Decimal(repr(answer.cash)),
            )
        )  # fmt: skip
    return found
