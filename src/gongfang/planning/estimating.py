"""Where exact figures meet estimates: histories into the forecasting and stock-policy engines, their answers back as decimals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import stdev
from typing import Any

from gongfang.planning.rules import ZERO

INTERVAL = 0.8
WORKDAYS = 5
WEEK_DAYS = 7
LEAST_TOOK = 3


@dataclass(frozen=True, slots=True)
class Estimate:
    """An item's forecast: (value, low, high) per period, rounded to the unit's decimals; mase, rmsse, bias None: too little history.

    outliers: (place in the history, value, what was reckoned with instead).
    """

    item_id: int
    method: str
    periods: tuple[tuple[Decimal, Decimal, Decimal], ...]
    mase: Decimal | None
    rmsse: Decimal | None
    bias: Decimal | None
    outliers: tuple[tuple[int, Decimal, Decimal], ...] = ()


def estimate(
    histories: Mapping[int, Sequence[Decimal]], places: Mapping[int, int], ahead: int, season: int,
    alike: Mapping[int, tuple[int, Decimal | None]] | None = None,
) -> list[Estimate]:  # fmt: skip
    """Forecast so many periods of each item. histories: quantities by period, oldest first; places: decimals of the unit.

    alike: item → (an older item that it sells like while it is new, how much of that; None: by the little that is known).
    """
    from gongfang.engines.forecasting.forecasting import forecast
    from gongfang.engines.forecasting.problem import Analogue, ForecastProblem, Series

    known = {item: pair for item, pair in (alike or {}).items() if histories.get(pair[0])}
    series = tuple(
        Series(
            str(item), tuple(float(value) for value in values),
            (Analogue(str(known[item][0])),) if item in known else (), float(known[item][1]) if item in known and known[item][1] else None,
        )
        for item, values in sorted(histories.items())
        if values or item in known
    )  # fmt: skip
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
                _figure(answer.mase), _figure(answer.rmsse), _figure(answer.bias),
                tuple((one.place, _rounded(one.value, places[item]), _rounded(one.used, places[item])) for one in answer.outliers),
            )
        )  # fmt: skip
    return found


def _figure(value: float | None) -> Decimal | None:
    return None if value is None else Decimal(repr(round(value, 6)))


def _rounded(value: float, places: int) -> Decimal:
    return max(Decimal(repr(value)), ZERO).quantize(Decimal(1).scaleb(-places))


@dataclass(frozen=True, slots=True)
class Policy:
    """What an item's use asks for; cash None: unknown. lead_deviation: in weeks. price: per unit at the proposed lot.

    method: the one that was used; a price of shortage that is not known makes the service level decide.
    """

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
    method: str
    fill_rate: Decimal
    lead_deviation: Decimal
    price: Decimal
    yearly_cost: Decimal


@dataclass(frozen=True, slots=True)
class Wish:
    """How levels are to be found, and the company's figures. services: share by ABC class; fill: of demand served from stock, not of
    order cycles; review: weeks between looks at the stock; shortage: cost of a unit short as a share of its cost, where no margin is
    known; salvage: what a unit left over is still worth, as a share of its cost.
    """

    method: str
    fill: bool
    review: int
    services: Mapping[str, Decimal]
    order_cost: Decimal
    holding: Decimal
    shortage: Decimal
    salvage: Decimal


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an item beside its use. took: days that deliveries or orders really took; breaks: (from quantity, price)."""

    stock: Decimal = ZERO
    took: tuple[int, ...] = ()
    breaks: tuple[tuple[Decimal, Decimal], ...] = ()


def policies(
    items: Mapping[int, Any], used: Mapping[int, Mapping[date, Decimal]], weeks: Sequence[date], facts: Mapping[int, Facts], wish: Wish
) -> list[Policy]:  # fmt: skip
    """A policy per item from its use by week. Safety stock and lots are rounded up to the unit's decimals."""
    from gongfang.engines.stockpolicy.proposing import PolicyProblem, propose

    if not weeks:
        return []
    wanted = tuple(_wanted(item, used[pk], weeks, facts.get(pk, Facts()), wish) for pk, item in sorted(items.items()))
    problem = PolicyProblem(wanted, services=tuple((letter, float(share)) for letter, share in wish.services.items()))
    found = []
    for asked, answer in zip(wanted, propose(problem), strict=True):
        step = Decimal(1).scaleb(-items[int(answer.id)].unit.precision)
        levels = (answer.safety_stock, answer.minimum, answer.maximum, answer.lot)
        safety, minimum, maximum, lot = (max(Decimal(repr(level)), ZERO).quantize(step, "ROUND_UP") for level in levels)
        found.append(
            Policy(
                int(answer.id), answer.abc, answer.xyz, Decimal(repr(answer.mean)), Decimal(repr(answer.deviation)),
                wish.services[answer.abc], safety, minimum, maximum, lot, None if answer.cash is None else Decimal(repr(answer.cash)),
                str(asked.policy), Decimal(repr(round(answer.fill_rate, 6))), Decimal(repr(round(asked.lead_time_deviation, 6))),
                Decimal(repr(round(answer.price, 6))), Decimal(repr(answer.yearly_cost)),
            )
        )  # fmt: skip
    return found


def _wanted(item: Any, used: Mapping[date, Decimal], weeks: Sequence[date], facts: Facts, wish: Wish) -> Any:
    from gongfang.engines.stockpolicy.lots import PriceBreak
    from gongfang.engines.stockpolicy.proposing import Policy as Method
    from gongfang.engines.stockpolicy.proposing import PolicyItem

    cost = facts.breaks[0][1] if facts.breaks else item.standard_cost
    margin = item.sales_price - item.standard_cost
    shortage = margin if margin > 0 else cost * wish.shortage
    method = Method(wish.method)
    if shortage <= 0 or cost <= 0 or wish.order_cost <= 0:
        method = Method.SERVICE
    return PolicyItem(
        id=str(item.pk), demand=tuple(float(max(used.get(week, ZERO), ZERO)) for week in weeks),
        unit_cost=float(cost), lead_time=item.lead_time_days / WORKDAYS,
        lead_time_deviation=stdev(facts.took) / WEEK_DAYS if len(facts.took) >= LEAST_TOOK else 0.0,
        order_cost=float(wish.order_cost), holding_rate=float(wish.holding), policy=method, fill=wish.fill, review=float(wish.review),
        shortage_cost=float(shortage), salvage=float(cost * wish.salvage),
        breaks=tuple(PriceBreak(float(start), float(price)) for start, price in facts.breaks) if len(facts.breaks) > 1 else (),
        minimum_lot=float(item.lot_minimum), multiple=float(item.lot_multiple), current_stock=float(facts.stock),
    )  # fmt: skip
