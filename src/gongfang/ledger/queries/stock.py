"""What is there, what it is worth, and what moved."""

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F, Max, Q, QuerySet, Sum

from gongfang.ledger.models import Balance, Location, Lot, Posting, Reservation, StockMove, ValueBalance
from gongfang.ledger.queries.dated import quantities_at
from gongfang.platform.bases import Document
from gongfang.platform.setwise import INT, TIME, select

ZERO = Decimal(0)
OWN = Q(location__ownership="own")
"""Goods of suppliers and customers that stand with us are no supply of ours."""


def on_hand(
    item_ids: Collection[int],
    *,
    at: date | None = None,
    locations: Iterable[Location] | None = None,
    kinds: Collection[str] = ("store",),
) -> Mapping[int, Decimal]:
    """Quantity per item, now (one statement) or at the end of a past day. kinds: which locations count (available ones only).

    locations: only these, whatever their kind. Items without stock are 0.
    """
    chosen = Q(location__in=list(locations)) if locations is not None else Q(location__kind__in=list(kinds)) & OWN
    if at is None:
        rows = (
            Balance.objects.filter(chosen, item__among=list(item_ids))
            .values_list("item")
            .annotate(total=Sum("quantity"))
        )
        return dict.fromkeys(item_ids, ZERO) | dict(rows)
    places = list(
        locations if locations is not None else Location.objects.filter(kind__in=list(kinds), ownership="own")
    )
    return dict.fromkeys(item_ids, ZERO) | quantities_at(at, places, item_ids)


def available(
    item_ids: Collection[int], *, locations: Iterable[Location] | None = None, warehouse_id: int | None = None,
    demand_of: str = "",
) -> Mapping[int, Decimal]:  # fmt: skip
    """On hand in available locations less what is reserved; one statement.

    warehouse_id: what may be taken from this warehouse: in its main place and its bins, frozen lots left out. demand_of: document
    type whose open demand the caller takes off by itself, so that what is kept for it counts as there; one more statement.
    """
    chosen = Q(location__in=list(locations)) if locations is not None else Q(location__kind__in=("store", "line")) & OWN
    rows = Balance.objects.filter(chosen, item__among=list(item_ids))
    if warehouse_id is not None:
        rows = rows.filter(location__warehouse=warehouse_id).exclude(lot__status="frozen")
    found = rows.values_list("item").annotate(total=Sum("quantity"), kept=Sum("reserved"))
    free = dict.fromkeys(item_ids, ZERO) | {item: total - kept for item, total, kept in found}
    for item, quantity in _kept_for(item_ids, demand_of).items():
        free[item] += quantity
    return free


def _kept_for(item_ids: Collection[int], doc_type: str) -> Mapping[int, Decimal]:
    """Item → what is kept firmly for documents of a type; no statement without one."""
    if not doc_type:
        return {}
    rows = Reservation.objects.filter(source_type=doc_type, kind="hard", item__among=list(item_ids)).order_by()
    return dict(rows.values_list("item").annotate(total=Sum("quantity")))


PLANNABLE = ("store", "inspection", "transit")


def plannable_stock(item_ids: Collection[int] | None = None) -> Mapping[int, Decimal]:
    """What planning may count on, per item: in stores, at inspection and on the way between stores; one statement. None: all items."""
    rows = Balance.objects.filter(OWN, location__kind__in=PLANNABLE)
    if item_ids is not None:
        rows = rows.filter(item__among=list(item_ids))
    return dict(rows.values_list("item").annotate(total=Sum("quantity")))


def plannable_stock_by_warehouse(item_ids: Collection[int] | None = None) -> Mapping[tuple[int, int], Decimal]:
    """The same by (item, warehouse); what is on the way stands with the warehouse it goes to; one statement."""
    rows = Balance.objects.filter(OWN, location__kind__in=PLANNABLE)
    if item_ids is not None:
        rows = rows.filter(item__among=list(item_ids))
    found = rows.values_list("item", "location__warehouse").annotate(total=Sum("quantity"))
    return {(item, warehouse or 0): total for item, warehouse, total in found}


def balances_for_items(
    item_ids: Collection[int], *, kinds: Collection[str] = ("store",), warehouse_id: int | None = None
) -> QuerySet[Balance]:
    """Balances that hold something, with location and lot; earliest expiry first, then oldest lot (FEFO / FIFO)."""
    rows = Balance.objects.filter(OWN, item__among=list(item_ids), location__kind__in=list(kinds), quantity__gt=0)
    if warehouse_id is not None:
        rows = rows.filter(location__warehouse=warehouse_id)
    return rows.select_related("location", "lot").order_by(
        "item", F("lot__expires_on").asc(nulls_last=True), F("lot__made_on").asc(nulls_last=True), "lot_key", "pk"
    )


def standing_of(item_id: int, warehouse_id: int | None = None) -> list[Balance]:
    """How our own goods of an item stand place by place, below zero too; one statement."""
    rows = Balance.objects.filter(OWN, item=item_id, location__warehouse__isnull=False).exclude(quantity=0)
    if warehouse_id is not None:
        rows = rows.filter(location__warehouse=warehouse_id)
    return list(rows.select_related("location", "lot").order_by("location", "lot_key"))


def value_of(item_ids: Collection[int] | None = None, area: str | None = None) -> Mapping[int, tuple[Decimal, Decimal]]:
    """Item → (quantity, value) of its pools; one statement."""
    rows = ValueBalance.objects.all()
    if item_ids is not None:
        rows = rows.filter(item__among=list(item_ids))
    if area is not None:
        rows = rows.filter(area=area)
    return {
        item: (quantity, value)
        for item, quantity, value in rows.values_list("item").annotate(Sum("quantity"), Sum("value"))
    }


def unit_costs(item_ids: Collection[int]) -> Mapping[int, Decimal]:
    """Present average cost per base unit (six decimals) of items that are in stock; one statement."""
    return {
        item: (value / quantity).quantize(Decimal("0.000001"))
        for item, (quantity, value) in value_of(item_ids, "stock").items()
        if quantity
    }


def moves_of(document: Document) -> QuerySet[StockMove]:
    """All moves that a document made, its reversals included, in order."""
    return (
        StockMove.objects.filter(posting__source_type=document.doc_type, posting__source_id=document.pk)
        .select_related("item", "lot", "source", "target", "posting", "reversed_by")
        .order_by("pk")
    )


def postings_of(document: Document, reason: str = "") -> list[Posting]:
    """The postings of a document that still stand (neither reversals nor reversed), in order.

    Re-costing that it caused is left out: that follows by itself when the document is taken back.
    """
    rows = (
        Posting.objects.filter(source_type=document.doc_type, source_id=document.pk, reverses=None, reversed_by=None)
        .exclude(reason="ledger.recost")
        .select_related("voucher")
        .order_by("pk")
    )
    return list(rows.filter(reason=reason) if reason else rows)


def postings_of_many(doc_type: str, document_ids: Collection[int]) -> list[Posting]:
    """The postings of several documents of one type that still stand, in order; one statement."""
    rows = Posting.objects.filter(
        source_type=doc_type, source_id__in=list(document_ids), reverses=None, reversed_by=None
    ).exclude(reason="ledger.recost")
    return list(rows.order_by("pk"))


def receipt_moves(doc_type: str, line_ids: Collection[int]) -> Mapping[int, tuple[int, date]]:
    """Document line → (its move into stock that still stands, the move's day); one statement."""
    rows = StockMove.objects.filter(
        posting__source_type=doc_type, source_line__in=list(line_ids), quantity__gt=0, reverses=None, reversed_by=None
    )
    return {line: (pk, on) for line, pk, on in rows.values_list("source_line", "pk", "on")}


def value_by_line(posting: Posting) -> Mapping[int, Decimal]:
    """Value moved per document line of one posting, value adjustments left out; one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT source_line, SUM(value) FROM ledger_stockmove WHERE posting_id = %s AND quantity <> 0 GROUP BY source_line",
            [posting.pk],
        )
        return {line: Decimal(int(cents)).scaleb(-2) for line, cents in cursor.fetchall()}


def stock_in(location: Location, categories: Collection[int] = ()) -> QuerySet[Balance]:
    """Everything in a location, by item and lot. categories: only items of these."""
    rows = Balance.objects.filter(location=location).exclude(quantity=0).order_by("item__code", "lot__code")
    return rows.filter(item__category__in=list(categories)) if categories else rows


def stock_of_warehouse(warehouse_id: int, prefix: str = "") -> list[Balance]:
    """Everything in the places of a warehouse, by place, item and lot. prefix: of the locations' codes; one statement."""
    rows = Balance.objects.filter(location__warehouse=warehouse_id, location__code__startswith=prefix).exclude(
        quantity=0
    )
    return list(rows.exclude(location__kind="transit").order_by("location__code", "item__code", "lot__code"))


def issued_since(since: date, item_ids: Collection[int] | None = None) -> Mapping[int, tuple[Decimal, Decimal, date]]:
    """Item → quantity and value that left the house or went into production since a day, and the last day; one statement.

    Moves between places of the house and count differences are not use. What was taken back is taken off.
    """
    rows = StockMove.objects.filter(
        on__gte=since,
        source__area="stock",
        target__kind__in=("customer", "production", "subcontractor", "adjust", "scrap"),
    )
    if item_ids is not None:
        rows = rows.filter(item__among=list(item_ids))
    found = rows.values_list("item").annotate(Sum("quantity"), Sum("value"), Max("on"))
    return {item: (quantity, value, last) for item, quantity, value, last in found}


def book_quantities(location_id: int, item_ids: Collection[int]) -> Mapping[tuple[int, int | None], Decimal]:
    """(item, lot or None) → quantity in a location; one statement."""
    rows = Balance.objects.filter(location=location_id, item__among=list(item_ids))
    return {(item, lot): quantity for item, lot, quantity in rows.values_list("item_id", "lot_id", "quantity")}


def book_quantities_at(
    location_id: int, moments: Collection[tuple[int, int | None, datetime | None]], *, second: bool = False
) -> Mapping[tuple[int, int | None], Decimal]:
    """(item, lot or None) → what the books said was in a location at a moment; one statement.

    moments: (item, lot, moment or None for now) for each. second: in the items' second unit. It is what is there now less what was
    recorded after the moment, so that goods may move while they are counted.
    """
    column = "second_quantity" if second else "quantity"
    later = (
        "COALESCE((SELECT SUM({sign}m.{column}) FROM ledger_stockmove m JOIN ledger_posting p ON p.id = m.posting_id"
        " WHERE m.item_id = given.item AND COALESCE(m.lot_id, 0) = given.lot AND m.{side}_id = given.place AND p.recorded_at > given.moment), 0)"
    )
    sql = (
        f"SELECT given.item, given.lot, COALESCE(b.{column}, 0)"
        f" - {later.format(sign='', side='target', column=column)} + {later.format(sign='', side='source', column=column)}"
        " FROM given LEFT JOIN ledger_balance b ON b.item_id = given.item AND b.location_id = given.place AND b.lot_key = given.lot"
    )
    rows = [
        (item, lot or 0, location_id, moment and moment.astimezone(UTC).replace(tzinfo=None))
        for item, lot, moment in moments
    ]
    found = select(sql, [("item", INT), ("lot", INT), ("place", INT), ("moment", TIME)], rows)
    return {(item, lot or None): Decimal(int(quantity)).scaleb(-6) for item, lot, quantity in found}


def lot_codes(ids: Collection[int]) -> Mapping[int, str]:
    """Lot id → its code; one statement."""
    return dict(Lot.objects.filter(pk__in=list(ids)).values_list("pk", "code"))


def lots_by_code(code: str, item_ids: Collection[int] | None = None) -> list[Lot]:
    """Lots and serials of a code, of some items or of all, with their items; one statement."""
    rows = Lot.objects.filter(code=code).select_related("item__unit")
    return list(rows if item_ids is None else rows.filter(item__among=list(item_ids)))


def quantities_in(places: Collection[tuple[int, int]]) -> Mapping[tuple[int, int, int], Decimal]:
    """(item, place) → what is there, as (item, place, lot or 0) → quantity; one statement."""
    items, locations = {item for item, _ in places}, {place for _, place in places}
    rows = Balance.objects.filter(item__among=list(items), location__in=locations)
    return {
        (item, place, lot): quantity
        for item, place, lot, quantity in rows.values_list("item_id", "location_id", "lot_key", "quantity")
    }


def lots_of_items(keys: Iterable[tuple[int, str]]) -> Mapping[tuple[int, str], Lot]:
    """Lots by item and code; one statement."""
    wanted = set(keys)
    rows = Lot.objects.filter(item__among=list({item for item, _ in wanted}), code__in={code for _, code in wanted})
    return {(lot.item_id, lot.code): lot for lot in rows if (lot.item_id, lot.code) in wanted}


def stock_facts(item_ids: Collection[int]) -> Iterable[tuple[Any, ...]]:
    """Balances of our own goods as (item, warehouse, kind, lot, lot code, quantity, reserved, last move, expires, lot status).

    One statement for each 20,000 items.
    """
    chosen = sorted(set(item_ids))
    for start in range(0, len(chosen), 20_000):
        rows = Balance.objects.filter(OWN, item__in=chosen[start : start + 20_000]).exclude(quantity=0)
        yield from rows.values_list(
            "item_id", "location__warehouse_id", "location__kind", "lot_id", "lot__code", "quantity", "reserved", "last_on",
            "lot__expires_on", "lot__status",
        )  # fmt: skip


def unit_costs_of_all() -> Mapping[int, Decimal]:
    """Present average cost per base unit of everything in stock; one statement."""
    return {
        item: (value / quantity).quantize(Decimal("0.000001"))
        for item, (quantity, value) in value_of(None, "stock").items()
        if quantity
    }


def goods_without_bin(place_ids: Collection[int]) -> list[Balance]:
    """Goods that lie at the main place of a warehouse which has bins for usable goods; one statement."""
    rows = Balance.objects.filter(
        location__in=list(place_ids), quantity__gt=0, location__children__kind__in=("store", "line")
    )
    return list(
        rows.select_related("item__unit", "lot", "location")
        .distinct()
        .order_by("location__code", "item__code", "lot__code")
    )
