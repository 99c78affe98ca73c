"""Counting on the spot: one scan at a time, one person beside another, then the recount of what differs too much."""

import uuid
from datetime import datetime
from decimal import Decimal

from django.utils import timezone

from gongfang.inventory.models import Package, StockCount, StockCountLine
from gongfang.inventory.rules import beyond_tolerance
from gongfang.inventory.services.counts import COUNTERS, COUNTS
from gongfang.inventory.services.documents import may_work_in
from gongfang.inventory.services.packages import contents_of
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, editable
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb

ZERO = Decimal(0)


@verb("inventory.tally_count", N_("Count by scanning"), roles=COUNTERS)
def tally_count(
    *, actor: User, request_id: uuid.UUID, document_id: int, item: int, quantity: Decimal, lot: int | None = None, adds: bool = True,
    at: datetime | None = None,
) -> StockCountLine:  # fmt: skip
    """Count one item (and lot): `quantity` more of it, or (adds false) this many in all.

    The line is made where the books know nothing of it. In the second round only lines that are counted again take figures.
    Several people may count the same sheet: the line is locked. The books are looked up as they stood at that moment.
    """
    count = editable(StockCount, document_id)
    may_work_in(actor, count.location.warehouse)
    goods = masterdata.items_by_ids({item}).get(item)
    if goods is None:
        raise DomainError(Problem("item_unknown", "There is no item {id}.", id=item), Kind.MISSING)
    if goods.tracking != "none" and lot is None:
        raise DomainError(
            Problem("lot_needed", "{item} is kept by lot or serial number: say which.", where="lot", item=goods.code)
        )
    moment = min(at or timezone.now(), timezone.now())
    line = StockCountLine.objects.select_for_update(of=("self",)).filter(document=count, item=item, lot=lot).first()
    if line is None:
        line = _new_line(count, item, lot)
    again = count.round > 1
    _refuse_recount(count, line, actor, goods.code, again)
    before = (line.recounted if again else line.counted) or ZERO
    now = before + quantity if adds else quantity
    if now < 0:
        raise DomainError(
            Problem("quantity_negative", "{item}: the quantity cannot be negative.", where="quantity", item=goods.code)
        )
    if goods.tracking == "serial" and now > 1:
        raise DomainError(
            Problem("serial_is_one", "{item}: a serial number is one piece.", where="quantity", item=goods.code)
        )
    name = "recounted" if again else "counted"
    was = getattr(line, name)
    setattr(line, name, now)
    setattr(line, f"{name}_by", actor)
    line.quantity = ledger.book_quantities_at(count.location_id, [(item, lot, at and moment)])[item, lot]
    line.counted_at = moment
    line.unit_cost = ledger.unit_costs([item]).get(item, ZERO)
    line.save()
    note(line, **{name: (was, now)})
    return line


@verb("inventory.tally_package", N_("Count a package by scanning"), roles=COUNTERS)
def tally_package(
    *, actor: User, request_id: uuid.UUID, document_id: int, package: int, at: datetime | None = None
) -> list[StockCountLine]:
    """Count everything that is in a package, and in what stands in it, as if each were scanned. Raises DomainError: package_not_here …"""
    count = editable(StockCount, document_id)
    row = Package.objects.filter(pk=package).first()
    if row is None or row.location_id != count.location_id:
        raise DomainError(
            Problem("package_not_here", "{package} does not stand in {place}.", where="code", package=str(row or package), place=str(count.location)),
            Kind.CONFLICT,
        )  # fmt: skip
    goods = contents_of(row)
    if not goods:
        raise DomainError(Problem("package_empty", "{package} is empty.", package=row.code), Kind.CONFLICT)
    return [
        tally_count(
            actor=actor, request_id=request_id, document_id=document_id, item=line.item_id, lot=line.lot_id, quantity=line.quantity, at=at
        )
        for line in goods
    ]  # fmt: skip


def _new_line(count: StockCount, item: int, lot: int | None) -> StockCountLine:
    last = StockCountLine.objects.filter(document=count).order_by("-line_no").values_list("line_no", flat=True).first()
    return StockCountLine(document=count, line_no=(last or 0) + 1, item_id=item, lot_id=lot, quantity=ZERO)


def _refuse_recount(count: StockCount, line: StockCountLine, actor: User, code: str, again: bool) -> None:
    if again and not line.needs_recount and line.pk:
        raise DomainError(
            Problem("not_recounted", "{item} was counted well enough; only what differs is counted again.", item=code),
            Kind.CONFLICT,
        )
    if again and count.other_person and line.counted_by_id == actor.pk:
        raise DomainError(Problem("same_person", "Somebody else than the first counter counts again."), Kind.FORBIDDEN)


@verb("inventory.finish_count", N_("Counted"), roles=COUNTERS)
def finish_count(
    *, actor: User, request_id: uuid.UUID, document_id: int, version: int | None = None, rest_is_zero: bool = False
) -> StockCount:
    """This round is over. What differs beyond the tolerance is counted again; where nothing does, the count is submitted.

    rest_is_zero: what was not counted is not there. Raises DomainError(not_counted) for such lines otherwise.
    """
    count = editable(StockCount, document_id, version=version)
    may_work_in(actor, count.location.warehouse)
    lines = list(count.lines.select_for_update(of=("self",)).order_by("pk"))
    if rest_is_zero and count.round == 1:
        _take_rest_as_zero(count, lines, actor)
    if count.round == 1 and all(line.counted is not None for line in lines):
        wrong = [line for line in lines if beyond_tolerance(line.quantity, line.counted, count.tolerance)]  # type: ignore[arg-type]
        if wrong:
            for line in wrong:
                line.needs_recount = True
            update_rows(wrong, ["needs_recount"])
            change(count, round=2)
            return count
    return COUNTS.submit(actor=actor, request_id=request_id, document_id=document_id)


def _take_rest_as_zero(count: StockCount, lines: list[StockCountLine], actor: User) -> None:
    rest = [line for line in lines if line.counted is None]
    if not rest:
        return
    moment = timezone.now()
    book = ledger.book_quantities_at(count.location_id, [(line.item_id, line.lot_id, None) for line in rest])
    costs = ledger.unit_costs({line.item_id for line in rest})
    for line in rest:
        line.counted, line.counted_at, line.counted_by = ZERO, moment, actor
        line.quantity = book[line.item_id, line.lot_id]
        line.unit_cost = costs.get(line.item_id, ZERO)
    update_rows(rest, ["counted", "counted_at", "counted_by", "quantity", "unit_cost"])
