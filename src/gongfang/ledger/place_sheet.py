"""Places of warehouses as a sheet of the exchange workbook: zones, racks and bins, each under the place it stands in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.ledger.models import Location
from gongfang.ledger.queries.locations import stores_of
from gongfang.ledger.services.locations import BIN_KINDS, DEPTH
from gongfang.masterdata.queries import warehouses_by_codes
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault

KINDS = {kind: Location.Kind(kind).label._args[0] for kind in BIN_KINDS}  # type: ignore[attr-defined]
OWNERSHIPS = {one.value: one.label._args[0] for one in Location.Ownership}  # type: ignore[attr-defined]


def check_places(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    known = {
        code: (warehouse, above)
        for code, warehouse, above in Location.objects.exclude(warehouse=None).values_list(
            "code", "warehouse__code", "parent__code"
        )
    }
    mains = {code for code, (_, above) in known.items() if above is None}
    tree = known | {row["code"]: (row["warehouse"], row.get("parent")) for row in rows}
    strange = set(Location.objects.filter(warehouse=None).values_list("code", flat=True))
    for row in rows:
        code, above = row["code"], row.get("parent")
        if "/" in code:
            yield fault(
                "locations",
                row,
                "code",
                "code_has_slash",
                "A location code has no slash; name the place it stands in instead.",
            )
        if code in mains or code in strange or code.upper() == row["warehouse"].upper():
            yield fault(
                "locations",
                row,
                "code",
                "main_place",
                "The main places of warehouses are there already; leave {code} out.",
                code=code,
            )
        elif code in known and known[code][0] != row["warehouse"]:
            yield fault(
                "locations",
                row,
                "warehouse",
                "other_warehouse",
                "{code} is in warehouse {warehouse}.",
                code=code,
                warehouse=known[code][0],
            )
        if above and tree.get(above, ("", None))[0] != row["warehouse"]:
            yield fault("locations", row, "parent", "other_warehouse_place", "Name a place of the same warehouse.")
        elif (depth := _depth(code, tree)) is None:
            yield fault("locations", row, "parent", "stands_in_itself", "A place cannot stand in itself.")
        elif depth > DEPTH:
            yield fault(
                "locations", row, "parent", "too_deep", "Places stand in each other at most {most} deep.", most=DEPTH
            )
        if (row.get("ownership", "own") != "own") != bool(row.get("owner")):
            yield fault("locations", row, "owner", "owner_or_not", "Goods of others have an owner, our own have none.")


def _depth(code: str, tree: Mapping[str, tuple[str, str | None]]) -> int | None:
    """How many places a place stands in, the main place among them; None where it stands in itself."""
    seen: set[str] = set()
    at: str | None = code
    while at is not None:
        if at in seen:
            return None
        seen.add(at)
        at = tree[at][1] if at in tree else None
    return len(seen)


def places_known(context: Context) -> dict[str, tuple[str, str]]:
    """Code of a place → its warehouse and whose goods stand there, of those that are there and those of the workbook."""
    rows = Location.objects.exclude(warehouse=None).values_list("code", "warehouse__code", "ownership")
    found = {code: (warehouse, ownership) for code, warehouse, ownership in rows}
    for row in context.rows.get("locations", ()):
        found.setdefault(row["code"], (row["warehouse"], row.get("ownership", "own")))
    return found


def load_places(rows: Sequence[Row], context: Context) -> None:
    """Level by level, so that each finds the place it stands in; a fixed number of statements for each level."""
    warehouses = warehouses_by_codes({row["warehouse"] for row in rows})
    mains = stores_of(warehouses.values())
    partners = context.ids("partners")
    places = {row.code: row for row in Location.objects.exclude(warehouse=None)}
    waiting = {row["code"]: row for row in rows}
    columns = context.columns["locations"]
    while waiting:
        ready = [row for row in waiting.values() if (row.get("parent") or "") not in waiting]
        records = []
        for row in ready:
            own, warehouse = places.get(row["code"]), warehouses[row["warehouse"]]
            kept = own.parent if own is not None and "parent" not in columns else None
            above = kept or places.get(row.get("parent") or "") or mains[warehouse.pk]
            ownership = row.get("ownership", "own") if "ownership" in columns or own is None else own.ownership
            records.append(
                {
                    "code": row["code"], "name": row["name"], "warehouse_id": warehouse.pk, "parent_id": above.pk, "path": above.path_of(row["code"]),
                    "kind": own.kind if own is not None else row.get("kind", "store"), "ownership": own.ownership if own is not None else ownership,
                    "partner_id": own.partner_id if own is not None else partners.get(row.get("owner") or ""),
                    "area": own.area if own is not None else ("stock" if ownership == "own" else ""), "is_active": row.get("is_active", True),
                }
            )  # fmt: skip
        upsert(Location, records, columns=columns, always=("path",))
        for place in Location.objects.filter(code__in=[row["code"] for row in ready]):
            places[place.code] = place
        for row in ready:
            del waiting[row["code"]]
    _paths_below(places)


def _paths_below(places: dict[str, Location]) -> None:
    """Bring the paths of places in line whose place above moved, though they are not in the sheet."""
    by_id = {place.pk: place for place in places.values()}
    wrong = []
    for place in sorted(by_id.values(), key=lambda one: one.depth):
        above = by_id.get(place.parent_id or 0)
        right = above.path_of(place.code) if above is not None else place.code
        if place.path != right:
            place.path = right
            wrong.append(place)
    Location.objects.bulk_update(wrong, ["path"], batch_size=500)


def export_places(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = (
        Location.objects.exclude(warehouse=None).exclude(parent=None).select_related("warehouse", "parent", "partner")
    )
    for row in rows.order_by("path"):
        yield {
            "code": row.code, "name": row.name, "warehouse": row.warehouse.code, "parent": row.parent.code if row.parent.parent_id else None,  # type: ignore[union-attr]
            "kind": row.kind, "ownership": row.ownership, "owner": row.partner.code if row.partner else None, "is_active": row.is_active,
        }  # fmt: skip


def _ids() -> Iterable[tuple[str, int]]:
    return Location.objects.exclude(warehouse=None).values_list("code", "pk")


LOCATIONS = Sheet(
    "locations", N_("Locations"), unique=("code",), note=N_("Zones, racks and bins of warehouses. The main places are there already."),
    columns=[
        Column("code", N_("Location code"), required=True, max_length=60), Column("name", N_("Location name"), required=True, max_length=120, width=28),
        Column("warehouse", N_("Warehouse code"), required=True, ref="warehouses"),
        Column("parent", N_("Stands in"), ref="locations", note=N_("Empty: the warehouse itself.")),
        Column("kind", N_("Stock status"), kind="choice", choices=KINDS, default="store", note=N_("Of new places.")),
        Column("ownership", N_("Ownership"), kind="choice", choices=OWNERSHIPS, default="own", note=N_("Of new places.")),
        Column("owner", N_("Belongs to"), ref="partners", note=N_("Supplier or customer, of goods that are not ours.")),
        Column("is_active", N_("Active"), kind="bool", default=True),
    ],
    check=check_places, load=load_places, export=export_places, ids=_ids,
)  # fmt: skip
