"""What planning counts on beside documents: forecasts left after orders, firm planned orders, and the changes of a what-if."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from gongfang.kernel.errors import N_
from gongfang.masterdata.queries import Spell, Spells, spell_on, through_phantoms, working_calendar
from gongfang.planning.models import FirmOrder, ForecastPeriod, MasterItem, ScenarioChange
from gongfang.planning.rules import consumed, next_period, period_start
from gongfang.platform.settings.services import declare, get

BACKWARD = declare("planning.consume_backward", N_("Orders use up the forecast of so many earlier periods"), "int", 1)
FORWARD = declare("planning.consume_forward", N_("Orders use up the forecast of so many later periods"), "int", 1)
FORECAST, FIRM, SCENARIO = "planning.forecast", "planning.firm_order", "planning.scenario"
FORECAST_PRIORITY = 9


@dataclass(frozen=True, slots=True)
class Source:
    """A demand or supply with the line it comes from. plant: where; 0 where there is one plant, or none is named."""

    doc_type: str
    document_id: int
    line_id: int
    number: str
    item_id: int
    quantity: Decimal
    on: date
    partner: str = ""
    priority: int = 1
    plant: int = 0


@dataclass(slots=True)
class Changes:
    """A what-if as planning applies it. Item 0 stands for all items; shares in percent."""

    demands: list[Source] = field(default_factory=list)
    demand_share: dict[int, int] = field(default_factory=dict)
    stock: dict[int, Decimal] = field(default_factory=dict)
    lead_time: dict[int, int] = field(default_factory=dict)
    capacity: dict[int, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[ScenarioChange]) -> "Changes":
        """The changes of a scenario."""
        found = cls()
        for row in rows:
            item = row.item_id or 0
            if row.kind == ScenarioChange.Kind.DEMAND:
                found.demands.append(
                    Source(SCENARIO, row.scenario_id, row.pk, str(row.scenario), item, row.quantity, row.on, "", 1)
                )
            elif row.kind == ScenarioChange.Kind.DEMAND_SHARE:
                found.demand_share[item] = row.percent
            elif row.kind == ScenarioChange.Kind.STOCK:
                found.stock[item] = found.stock.get(item, Decimal(0)) + row.quantity
            elif row.kind == ScenarioChange.Kind.LEAD_TIME:
                found.lead_time[item] = row.days
            else:
                found.capacity[row.work_centre_id or 0] = row.percent
        return found

    def demand(self, rows: Sequence[Source]) -> list[Source]:
        """Demands of customers and forecasts as the what-if has them."""
        if not self.demand_share:
            return [*rows, *self.demands]
        everything = self.demand_share.get(0, 100)
        scaled = []
        for row in rows:
            share = self.demand_share.get(row.item_id, everything)
            quantity = (row.quantity * share / 100).quantize(Decimal("0.000001"))
            scaled.append(replace(row, quantity=quantity))
        return [*scaled, *self.demands]


@dataclass(frozen=True, slots=True)
class Fences:
    """Days from today; see `MasterItem`."""

    demand: int = 0
    planning: int = 0


def fences() -> dict[int, Fences]:
    """Item → its fences; one statement."""
    rows = MasterItem.objects.values_list("item_id", "demand_fence_days", "planning_fence_days")
    return {item: Fences(demand, planning) for item, demand, planning in rows}


def forecast_left(
    orders: Sequence[Source], today: date, horizon_days: int, fenced: Mapping[int, Fences], item_ids: Iterable[int] | None = None,
) -> list[Source]:  # fmt: skip
    """The accepted forecast that orders have not used up, one demand per period, due on the period's first day (today for the
    present one). Nothing within the demand fence. Three statements."""
    cells = ForecastPeriod.objects.filter(quantity__gt=0, start__lte=today + timedelta(days=horizon_days))
    if item_ids is not None:
        cells = cells.filter(forecast__item__in=list(item_ids))
    by_item: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    buckets: dict[int, str] = {}
    ids: dict[tuple[int, date], tuple[int, int]] = {}
    for forecast, pk, item, bucket, start, quantity in cells.order_by("forecast__item", "start").values_list(
        "forecast_id", "pk", "forecast__item_id", "forecast__bucket", "start", "quantity"
    ):
        by_item[item].append((start, quantity))
        buckets[item] = bucket
        ids[item, start] = (forecast, pk)
    asked: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for order in orders:
        if order.item_id in by_item:
            asked[order.item_id].append((order.on, order.quantity))
    backward, forward = int(get(BACKWARD)), int(get(FORWARD))
    found = []
    for item, cells_of in by_item.items():
        present = period_start(today, buckets[item])
        fence = today + timedelta(days=fenced.get(item, Fences()).demand)
        for start, left in consumed(cells_of, asked[item], buckets[item], backward, forward):
            end = next_period(start, buckets[item])
            if left <= 0 or start < present or end <= fence:
                continue
            forecast, pk = ids[item, start]
            found.append(
                Source(
                    FORECAST, forecast, pk, f"{start:%Y-%m-%d}", item, left, max(start, today), "", FORECAST_PRIORITY
                )
            )
    return found


def firm_orders() -> list[FirmOrder]:
    """Firm planned orders that are not released; one statement."""
    return list(FirmOrder.objects.filter(state=FirmOrder.State.OPEN).order_by("pk"))


def _version(row: FirmOrder, structure: Spells) -> Spell | None:
    """The version of the BOM that a firm order takes, by the day on which it starts; none where nothing is made."""
    return None if row.kind in ("buy", "transfer") else spell_on(structure.get(row.item_id, ()), row.release_on)


def firm_supply(orders: Iterable[FirmOrder], structure: Spells) -> list[Source]:
    """What firm orders will bring: of what is made the good share."""
    return [
        Source(
            FIRM, row.pk, 0, str(row), row.item_id,
            good(row.quantity, version.share if (version := _version(row, structure)) else None), row.due_on, plant=row.plant_id or 0,
        )
        for row in orders
    ]  # fmt: skip


def good(quantity: Decimal, share: Decimal | None) -> Decimal:
    """What is good of a quantity, rounded down; None: all of it."""
    return quantity if share is None else (quantity * share).quantize(Decimal("0.000001"), rounding="ROUND_DOWN")


def firm_outputs(orders: Iterable[FirmOrder], structure: Spells) -> list[Source]:
    """What firm orders will bring besides."""
    return [
        Source(
            FIRM, row.pk, one.item_id, str(row), one.item_id,
            (row.quantity * one.quantity / one.base).quantize(Decimal("0.000001"), rounding="ROUND_DOWN"), row.due_on,
            plant=row.plant_id or 0,
        )
        for row in orders
        if (version := _version(row, structure))
        for one in version.outputs
    ]  # fmt: skip


def firm_demand(orders: Sequence[FirmOrder], structure: Spells) -> list[Source]:
    """What firm orders need of their components, by the version that holds when they start, on that day or so many days after; a
    transfer needs what it moves."""
    found = [
        Source(FIRM, row.pk, row.item_id, str(row), row.item_id, row.quantity, row.release_on, plant=row.source_plant_id)
        for row in orders
        if row.kind == "transfer" and row.source_plant_id
    ]  # fmt: skip
    rows = [row for row in orders if row.kind not in ("buy", "transfer")]
    calendar = working_calendar() if rows else None
    for row in rows:
        version = _version(row, structure)
        day = row.release_on
        for use, _, _ in through_phantoms(structure, version, day, day, (row.item_id,)) if version else ():
            need = use.quantity if use.is_fixed else row.quantity * use.quantity / use.base
            on = day
            if calendar and use.offset_days:
                on = calendar.add_working_days(on, use.offset_days)
            quantity = (need * (1 + use.scrap)).quantize(Decimal("0.000001"), rounding="ROUND_UP")
            found.append(
                Source(
                    FIRM,
                    row.pk,
                    use.component_id,
                    str(row),
                    use.component_id,
                    quantity,
                    on,
                    plant=row.plant_id or 0,
                )
            )
    return found
