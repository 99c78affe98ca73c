"""Opening stock as a sheet of the exchange workbook: what lies where, of whom, and what it is worth."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, counted
from gongfang.kernel.money import ZERO, split
from gongfang.kernel.units import fits
from gongfang.ledger.models import Balance, Location, ValueBalance
from gongfang.ledger.opening import evening_before, opened
from gongfang.ledger.opening_layers import Part, layers_over
from gongfang.ledger.queries.locations import location, stores_of
from gongfang.ledger.rules.moves import OPENINGS, Move
from gongfang.ledger.services.locations import ensure_owner_location
from gongfang.ledger.services.lots import NewLot, lots_for
from gongfang.ledger.services.posting import post
from gongfang.masterdata.queries import (
    costing_methods,
    inventory_roles,
    items_by_codes,
    partners_by_ids,
    warehouses_by_codes,
)
from gongfang.platform.exchange.reporting import advance
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

OPENING_STOCK = OPENINGS[0]
PART = 10_000  # rows of opening stock in one posting
OWNERS = {member.value: member.label._args[0] for member in Location.Ownership}  # type: ignore[attr-defined]


KEPT = ("store", "line", "inspection", "blocked")


def item_facts(codes: Iterable[str], context: Context) -> dict[str, dict[str, Any]]:
    """Tracking, decimals in both units, stock account and costing method of items, from the workbook where it has them, else from the database."""
    known = items_by_codes(codes)
    precisions = {row["code"]: row.get("precision", 0) for row in context.rows.get("units", ())}
    categories = context.rows.get("categories", ())
    roles = inventory_roles() | {row["code"]: row.get("inventory_role", "raw") for row in categories}
    methods = costing_methods() | {row["code"]: row.get("costing_method", "moving_average") for row in categories}
    facts = {}
    for code in set(codes):
        row, item = context.row_of("items", code) if "items" in context.rows else None, known.get(code)
        if row is not None:
            facts[code] = {
                "tracking": row.get("tracking", "none"),
                "precision": precisions.get(row["unit"], 6),
                "second": precisions.get(row["second_unit"], 6) if row.get("second_unit") else None,
                "role": roles.get(row["category"], "raw"),
                "method": row.get("costing_method") or methods.get(row["category"]),
            }
        elif item is not None:
            facts[code] = {
                "tracking": item.tracking,
                "precision": item.unit.precision,
                "second": item.second_unit.precision if item.second_unit else None,
                "role": item.category.inventory_role,
                "method": item.costing_method or item.category.costing_method,
            }
    return facts


def check_stock(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from opened("opening_stock", OPENING_STOCK, context)
    facts = item_facts([row["item"] for row in rows], context)
    serials: dict[tuple[str, str], int] = {}
    yield from _places(rows)
    yield from _repeated(rows, facts)
    for row in rows:
        yield from _owner(row)
        fact = facts.get(row["item"])
        if fact is None:
            continue
        lot = row.get("lot")
        if fact["tracking"] == "none" and lot:
            yield fault("opening_stock", row, "lot", "lot_not_kept", "{item} is not kept by lot.", item=row["item"])
        if fact["tracking"] != "none" and not lot:
            yield fault(
                "opening_stock", row, "lot", "lot_needed", "{item}: enter the lot or serial number.", item=row["item"]
            )
        if fact["tracking"] == "serial" and row["quantity"] != 1:
            yield fault("opening_stock", row, "quantity", "serial_is_one", "A serial number is one piece.")
        if fact["tracking"] == "serial" and lot and serials.setdefault((row["item"], lot), row.number) != row.number:
            yield fault(
                "opening_stock",
                row,
                "lot",
                "serial_twice",
                "The serial number is already in row {number}.",
                number=serials[row["item"], lot],
            )
        if not fits(row["quantity"], fact["precision"]):
            yield fault(
                "opening_stock",
                row,
                "quantity",
                "too_many_places",
                counted("At most {places} decimal is kept.", "At most {places} decimals are kept.", "places"),
                places=fact["precision"],
            )
        yield from _second(row, fact["second"])
        if row.get("expires_on") and row.get("made_on") and row["expires_on"] < row["made_on"]:
            yield fault("opening_stock", row, "expires_on", "dates_reversed", "It expires before it was made.")


def _repeated(rows: Sequence[Row], facts: Mapping[str, Mapping[str, Any]]) -> Iterable[Fault]:
    """One row for what lies in one place since one day; only what is costed first in, first out may have come twice on a day."""
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        key = (row["item"], *_where(row), row.get("lot", ""), row.get("came_on"))
        if first.setdefault(key, row.number) != row.number and facts.get(row["item"], {}).get("method") != "fifo":
            text = " / ".join(str(part) for part in key if part)
            yield fault(
                "opening_stock", row, "item", "repeated", "“{key}” is already in row {row}.", key=text, row=first[key]
            )


def _places(rows: Sequence[Row]) -> Iterable[Fault]:
    """A place that is there already belongs to the warehouse and holds our goods; one statement."""
    known = Location.objects.select_related("warehouse").in_bulk(
        {row["place"] for row in rows if row.get("place")}, field_name="code"
    )
    for row in rows:
        place = known.get(row.get("place", ""))
        if row.get("place") and row.get("owner"):
            yield fault(
                "opening_stock",
                row,
                "place",
                "owner_has_place",
                "Goods of others have a place of their own; leave the place empty.",
            )
        elif place is not None and (
            place.warehouse is None
            or place.warehouse.code != row.get("warehouse")
            or place.kind not in KEPT
            or place.ownership != "own"
        ):
            yield fault(
                "opening_stock",
                row,
                "place",
                "place_elsewhere",
                "{place} is no place for our goods in this warehouse.",
                place=place.code,
            )


def _owner(row: Row) -> Iterable[Fault]:
    others = row.get("ownership", "own") != "own"
    if others and not row.get("owner"):
        yield fault("opening_stock", row, "owner", "owner_needed", "Say whose goods they are.")
    if row.get("owner") and not others:
        yield fault(
            "opening_stock",
            row,
            "ownership",
            "ownership_needed",
            "Say whether they are consigned by the supplier or a customer's material.",
        )
    if others and row.get("value"):
        yield fault(
            "opening_stock", row, "value", "others_worth_nothing", "Goods of others carry no value here; enter 0."
        )


def _second(row: Row, precision: int | None) -> Iterable[Fault]:
    if row.get("second") is None:
        return
    if precision is None:
        yield fault(
            "opening_stock",
            row,
            "second",
            "second_not_kept",
            "{item} is not counted in a second unit: leave the second quantity empty.",
            item=row["item"],
        )
    elif not fits(row["second"], precision):
        yield fault(
            "opening_stock",
            row,
            "second",
            "too_many_places",
            counted("At most {places} decimal is kept.", "At most {places} decimals are kept.", "places"),
            places=precision,
        )


def _targets(rows: Sequence[Row], context: Context) -> dict[tuple[str, str, str, str], Location]:
    """Warehouse, place, ownership, owner → where the goods go. Bins that are not there are made; owners' places too."""
    stores = stores_of(warehouses_by_codes({row["warehouse"] for row in rows}).values())
    by_code = {store.warehouse.code: store for store in stores.values()}
    named = {row["place"]: by_code[row["warehouse"]] for row in rows if row.get("place")}
    there = set(Location.objects.filter(code__in=named).values_list("code", flat=True))
    Location.objects.bulk_create(
        Location(code=code, name=code, warehouse=main.warehouse, parent=main, kind=main.kind, area=main.area, path=main.path_of(code))
        for code, main in named.items()
        if code not in there
    )  # fmt: skip
    bins = Location.objects.in_bulk(named, field_name="code")
    partners = context.ids("partners")
    owners = partners_by_ids({partners[row["owner"]] for row in rows if row.get("owner")})
    found: dict[tuple[str, str, str, str], Location] = {}
    for row in rows:
        key = _where(row)
        if key not in found and row.get("owner"):
            found[key] = ensure_owner_location(
                by_code[row["warehouse"]].warehouse, owners[partners[row["owner"]]], row["ownership"]
            )
        elif key not in found:
            found[key] = bins[row["place"]] if row.get("place") else by_code[row["warehouse"]]
    return found


def _where(row: Row) -> tuple[str, str, str, str]:
    return row["warehouse"], row.get("place", ""), row.get("ownership", "own"), row.get("owner", "")


def load_stock(rows: Sequence[Row], context: Context) -> None:
    """From the location OPENING into the stores, at the values given; one posting for each PART rows, so that it can be stopped.

    In the order of the days on which the goods came, so that what is costed first in, first out leaves in that order.
    """
    items = items_by_codes(row["item"] for row in rows)
    partners = context.ids("partners")
    targets = _targets(rows, context)
    opening, on = location("OPENING"), evening_before(context)
    assert on is not None
    rows = sorted(rows, key=lambda row: row.get("came_on") or on)
    for start in range(0, len(rows), PART):
        part = rows[start : start + PART]
        lots = lots_for(
            NewLot(
                items[row["item"]].pk, row["lot"], row.get("made_on"), row.get("expires_on"),
                partners.get(row.get("supplier", "")), row.get("supplier_lot", ""),
            )
            for row in part
            if row.get("lot")
        )  # fmt: skip
        moves = [
            Move(
                items[row["item"]].pk, row["quantity"], opening, targets[_where(row)],
                lot_id=lots[items[row["item"]].pk, row["lot"].strip()].pk if row.get("lot") else None,
                value=None if row.get("owner") else row["value"], second=row.get("second"),
                came_on=day if (day := row.get("came_on")) and day < on else None,
            )
            for row in part
        ]  # fmt: skip
        post(actor=context.actor, reason=OPENING_STOCK, source=None, on=on, moves=moves, summary="期初库存")
        advance(len(part))


def export_stock(context: Context) -> Iterable[Mapping[str, Any]]:
    """What is in the warehouses now, ours and others'. The value of a pool is shared out over its rows by quantity, to the cent.

    An item whose lots each have their own cost has a pool for each. What is costed first in, first out has a row for each layer.
    Goods between two warehouses count to the one they left.
    """
    found = Balance.objects.filter(quantity__gt=0, location__kind__in=(*KEPT, "transit")).exclude(
        location__warehouse=None
    )
    found = found.select_related("item__second_unit", "lot__supplier", "location__warehouse", "location__partner")
    amounts: dict[tuple[str, str, str, str, str, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    rows: dict[tuple[str, str, str, str, str, str], Balance] = {}
    for row in found.order_by("item__code", "location__code", "lot__code"):
        key = _key(row)
        rows.setdefault(key, row)
        amounts[key][0] += row.quantity
        amounts[key][1] += row.second_quantity
    values = _values(rows, {key: quantity for key, (quantity, _second) in amounts.items()})
    layered = layers_over(rows, {key: quantity for key, (quantity, _second) in amounts.items()})
    for key in sorted(rows):
        row, (whole, second), lot = rows[key], amounts[key], rows[key].lot
        parts = layered.get(key) or [Part(whole, values[key])]
        unit = row.item.second_unit
        seconds = split(second, [part.quantity for part in parts], Decimal(1).scaleb(-unit.precision)) if unit else ()
        for n, part in enumerate(parts):
            yield {
                "item": key[0], "warehouse": key[1], "place": key[2] or None, "lot": key[3] or None, "quantity": part.quantity, "value": part.value,
                "came_on": part.on, "second": seconds[n] if unit else None, "ownership": key[4], "owner": key[5] or None,
                "made_on": lot.made_on if lot else None, "expires_on": lot.expires_on if lot else None,
                "supplier": lot.supplier.code if lot and lot.supplier else None, "supplier_lot": lot.supplier_code if lot else None,
            }  # fmt: skip


def _key(row: Balance) -> tuple[str, str, str, str, str, str]:
    """Item, warehouse, place (empty: the main one), lot, ownership, owner."""
    place = row.location
    assert place.warehouse is not None
    others = place.ownership != "own"
    main = others or place.kind == "transit" or (place.parent_id is None and place.kind in ("store", "line"))
    return (
        row.item.code, place.warehouse.code, "" if main else place.code, row.lot.code if row.lot else "", place.ownership,
        place.partner.code if others and place.partner else "",
    )  # fmt: skip


def _values(rows: Mapping[Any, Balance], quantities: Mapping[Any, Decimal]) -> dict[Any, Decimal]:
    """Row → its share of the pool its goods are in: of the lot where each lot has its own, else of the item."""
    pools = {(pool.item_id, pool.lot_key): pool.value for pool in ValueBalance.objects.filter(area="stock")}
    members: dict[tuple[int, int], list[Any]] = defaultdict(list)
    values = dict.fromkeys(rows, ZERO)
    for key, row in rows.items():
        if row.location.ownership == "own":
            members[row.item_id, row.lot_key if (row.item_id, row.lot_key) in pools else 0].append(key)
    for pool, keys in members.items():
        values |= dict(zip(keys, split(pools.get(pool, ZERO), [quantities[key] for key in keys]), strict=True))
    return values


STOCK = Sheet(
    "opening_stock", N_("Opening stock"),
    note=N_("Stock on the evening before the opening date, with its value; one row per item, place, lot, owner and day it came."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), Column("warehouse", N_("Warehouse code"), required=True, ref="warehouses"),
        Column("place", N_("Place code"), max_length=60, note=N_("Empty: the warehouse's main place. A code that is not there yet becomes a bin.")),
        Column("lot", N_("Lot or serial number"), max_length=60), Column("quantity", N_("Quantity"), kind="quantity", required=True, above=0),
        Column("value", N_("Value"), kind="money", required=True, minimum=0, scope="cost", note=N_("Of the whole row, without tax.")),
        Column("came_on", N_("Came on"), kind="date", shifts=True, note=N_("Stock ages from then; what is costed first in, first out leaves in this order. Empty, or later: the evening before the opening date.")),
        Column("second", N_("Second quantity"), kind="quantity", minimum=0, note=N_("Of items counted in two units. Empty: by the item's factor.")),
        Column("ownership", N_("Whose goods"), kind="choice", choices=OWNERS, default="own"),
        Column("owner", N_("Owner's partner code"), ref="partners", note=N_("Of consigned goods and customers' material; they carry no value.")),
        Column("made_on", N_("Made on"), kind="date", shifts=True), Column("expires_on", N_("Expires on"), kind="date", shifts=True),
        Column("supplier", N_("Supplier code"), ref="partners"), Column("supplier_lot", N_("Supplier's lot"), default="", max_length=60),
    ],
    check=check_stock, load=load_stock, export=export_stock,
)  # fmt: skip
