"""Control charts of what is measured: the series of a characteristic, its limits, the run rules a new point completes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from gongfang.engines.spc import (  # fmt: skip
    Capability,
    Chart,
    Signal,
    attribute_chart,
    capability,
    individuals_chart,
    ranges_chart,
    signals,
    subgroup_chart,
)
from gongfang.kernel.errors import Problem
from gongfang.kernel.states import Approval
from gongfang.platform.ports import Port
from gongfang.quality.models import Inspection, InspectionResult, PlanCharacteristic
from gongfang.quality.rules.judging import ResultLine, measured

SERIES_MAX = 60
SERIES_LEAST = 8
Unfit = Callable[[Collection[str], date], Sequence[Any]]
INSTRUMENTS: Port[Unfit] = Port("quality.instruments", lambda codes, today: [])
"""Instruments among these codes whose calibration does not hold today; answered by maintenance."""


@dataclass(frozen=True, slots=True)
class Subgroup:
    """One inspection's part of a series. defects, size: of an attribute chart."""

    inspection_id: int
    number: str
    on: date
    values: tuple[Decimal, ...] = ()
    defects: Decimal = Decimal(0)
    size: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Series:
    """A characteristic of an item over its inspections, oldest first, with its chart; None where there is too little for one."""

    characteristic: str
    kind: str
    lower: Decimal | None
    upper: Decimal | None
    subgroups: tuple[Subgroup, ...]
    chart: Chart | None = None
    found: tuple[Signal, ...] = ()
    spread_found: tuple[Signal, ...] = ()
    ability: Capability | None = None
    shown: tuple[Subgroup, ...] = field(default_factory=tuple)


def instrument_problems(results: Sequence[ResultLine]) -> list[Problem]:
    """Results measured with an instrument whose calibration is over are refused; one statement where instruments are named."""
    codes = {line.instrument.strip() for line in results if line.instrument.strip()}
    unfit = {str(row.code) for row in INSTRUMENTS.provider(codes, timezone.localdate())} if codes else set()
    return [
        Problem("uncalibrated", "The calibration of {instrument} is over; measure with another one.", f"results.{index}.instrument",
                instrument=line.instrument.strip())
        for index, line in enumerate(results)
        if line.instrument.strip() in unfit
    ]  # fmt: skip


def series_for(
    item_id: int, characteristic: str, *, kind: str, subgroup: int = 1, lower: Decimal | None = None, upper: Decimal | None = None,
    more: Subgroup | None = None, leave_out: int = 0,
) -> Series:  # fmt: skip
    """The latest subgroups of a characteristic with limits and signals. more: a new one not yet saved. One statement."""
    rows = (
        InspectionResult.objects.filter(document__item=item_id, characteristic=characteristic)
        .exclude(document__approval=Approval.VOID).exclude(document=leave_out).select_related("document").order_by("-pk")[:SERIES_MAX]
    )  # fmt: skip
    past = [_subgroup(row) for row in reversed(rows)] + ([more] if more else [])
    return charted(characteristic, kind, subgroup, lower, upper, past)


def charted(
    characteristic: str,
    kind: str,
    subgroup: int,
    lower: Decimal | None,
    upper: Decimal | None,
    past: Sequence[Subgroup],
) -> Series:
    """The chart of subgroups: those that fit the kind are drawn, the others left out."""
    if kind in ("p", "np", "c", "u"):
        shown = [one for one in past if one.size > 0]
        if kind in ("np", "c") and shown:
            shown = [one for one in shown if one.size == shown[-1].size]
        if kind in ("p", "np"):
            shown = [one for one in shown if one.defects <= one.size]
    elif kind == "i_mr":
        shown = [Subgroup(one.inspection_id, one.number, one.on, (value,)) for one in past for value in one.values][
            -SERIES_MAX:
        ]
    else:
        shown = [one for one in past if len(one.values) == subgroup]
    base = Series(characteristic, kind, lower, upper, tuple(past), shown=tuple(shown))
    if len(shown) < SERIES_LEAST:
        return base
    chart = _chart(kind, shown)
    found = signals(chart.main.points, chart.main.centre, chart.main.sigmas)
    spread = ()
    if chart.spread is not None:
        spread = tuple(Signal("N1", index + len(shown) - len(chart.spread.points)) for index in chart.spread.outside)
    ability = None
    values = [value for one in shown for value in one.values]
    if values and (lower is not None or upper is not None):
        ability = capability(values, chart.sigma, lower, upper)
    return Series(characteristic, kind, lower, upper, tuple(past), chart, tuple(found), spread, ability, tuple(shown))


def _chart(kind: str, shown: Sequence[Subgroup]) -> Chart:
    if kind == "xbar_r":
        return ranges_chart([one.values for one in shown])
    if kind == "xbar_s":
        return subgroup_chart([one.values for one in shown])
    if kind == "i_mr":
        return individuals_chart([one.values[0] for one in shown])
    return attribute_chart(kind, [one.defects for one in shown], [one.size for one in shown])


def _subgroup(row: InspectionResult) -> Subgroup:
    document = row.document
    return Subgroup(
        document.pk, document.number, document.decided_on or document.business_date, tuple(_numbers(row.values)), row.defects,
        row.sample_size,
    )  # fmt: skip


def _numbers(values: Sequence[Any]) -> list[Decimal]:
    found = []
    for value in values:
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            continue
        if number.is_finite():
            found.append(number)
    return found


def charts_of(item_id: int) -> Mapping[str, PlanCharacteristic]:
    """Characteristic → how the plans of an item (or its category) chart it; those without a chart are left out. One statement."""
    rows = PlanCharacteristic.objects.filter(document__is_active=True).exclude(chart="")
    own = rows.filter(document__item=item_id) | rows.filter(document__category__items=item_id, document__item=None)
    return {row.characteristic: row for row in own.order_by("document__item", "pk")}


def signals_of(document: Inspection, results: Sequence[ResultLine]) -> dict[int, list[str]]:
    """Index of a result line → the run rules that its values complete. Two statements, one more per charted characteristic."""
    charts = charts_of(document.item_id) if any(line.values or line.sample_size for line in results) else {}
    found: dict[int, list[str]] = {}
    for index, line in enumerate(results):
        plan = charts.get(line.characteristic.strip())
        if plan is None:
            continue
        more = Subgroup(
            document.pk,
            document.number,
            document.business_date,
            tuple(measured(line.values)),
            line.defects,
            line.sample_size,
        )
        series = series_for(
            document.item_id, plan.characteristic, kind=plan.chart, subgroup=plan.subgroup, lower=line.lower, upper=line.upper,
            more=more, leave_out=document.pk,
        )  # fmt: skip
        own = {place for place, one in enumerate(series.shown) if one.inspection_id == document.pk}
        rules = [one.rule for one in (*series.found, *series.spread_found) if one.index in own]
        found[index] = list(dict.fromkeys(rules))
    return found
