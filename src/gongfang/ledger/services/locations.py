"""Make the locations that warehouses and subcontractors need."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger.models import Location
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

WAREHOUSE_KINDS: dict[str, tuple[str, str]] = {
    # kind: (suffix of the code, suffix of the name)
    "store": ("", ""),
    "inspection": ("-QC", "待检"),
    "blocked": ("-HOLD", "冻结"),
    "transit": ("-TR", "在途"),
}


def ensure_warehouse_locations(warehouses: Iterable[Any]) -> list[Location]:
    """The store, inspection and blocked locations of each warehouse, made where missing; two statements."""
    warehouses = list(warehouses)
    Location.objects.bulk_create(
        [
            Location(
                code=warehouse.code + code, name=f"{warehouse.name}{name}", warehouse=warehouse, kind=_kind(warehouse, kind),
                area=Location.Area.STOCK, path=warehouse.code + code,
            )
            for warehouse in warehouses
            for kind, (code, name) in WAREHOUSE_KINDS.items()
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return list(Location.objects.filter(warehouse__in=warehouses).order_by("code"))


OWNER_SUFFIX = {"consigned": ("-JS-", "寄售"), "customer": ("-KG-", "客供料")}


def ensure_owner_location(warehouse: Any, owner: Any, ownership: str) -> Location:
    """The place in a warehouse of goods that belong to a supplier (consigned) or a customer, made where missing; five statements.

    They stand beside ours, are counted and traced as ours are, and carry no value.
    """
    found = Location.objects.filter(warehouse=warehouse, partner=owner, ownership=ownership, is_active=True)
    if place := found.order_by("pk").first():
        return place
    suffix, name = OWNER_SUFFIX[ownership]
    ensure_warehouse_locations([warehouse])
    parent = main_place(warehouse.pk)
    code = f"{warehouse.code}{suffix}{owner.code}"[:60]
    Location.objects.bulk_create(
        [
            Location(
                code=code, name=f"{warehouse.name}{name}·{owner.name}"[:120], warehouse=warehouse, parent=parent, kind="store", partner=owner,
                ownership=ownership, area=Location.Area.NONE, path=parent.path_of(code),
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return found.order_by("pk")[0]


def main_place(warehouse_id: int) -> Location:
    """Where a warehouse keeps what is available; all its other places stand in it. Raises DomainError(warehouse_unknown)."""
    rows = Location.objects.filter(warehouse=warehouse_id, parent=None).order_by("pk")
    found = next((row for row in rows if row.kind in ("store", "line")), None)
    if found is None:
        raise DomainError(Problem("warehouse_unknown", "The warehouse has no locations yet.", where="warehouse"))
    return found


def _kind(warehouse: Any, kind: str) -> str:
    """The main location of a line-side warehouse is line-side stock."""
    return "line" if kind == "store" and warehouse.kind == "line" else kind


def ensure_subcontractor_locations(partners: Iterable[Any]) -> list[Location]:
    """The place of our goods at each subcontractor, made where missing; two statements."""
    partners = list(partners)
    Location.objects.bulk_create(
        [
            Location(
                code=f"SUB-{partner.code}", name=partner.short_name or partner.name, partner=partner, kind="subcontractor",
                area=Location.Area.SUBCONTRACT, path=f"SUB-{partner.code}",
            )
            for partner in partners
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return list(Location.objects.filter(partner__in=partners, kind="subcontractor").order_by("code"))


DEPTH = 6
"""Warehouse, zone, aisle, rack, shelf, bin, compartment."""
BIN_KINDS = ("store", "line", "inspection", "blocked")


@verb("ledger.create_location", N_("New location"), roles=("keeper",))
def create_location(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, warehouse: int, kind: str = "store", parent: int | None = None,
    ownership: str = "own", partner: int | None = None,
) -> Location:  # fmt: skip
    """Add a place within a warehouse: a zone, a rack, a bin, a line side. Its goods count to the stock of their kind.

    parent: the place it stands in, the warehouse's main place without one. ownership, partner: whose goods stand there; others' carry
    no value. Raises DomainError: location_kind, code_taken, code_has_slash, other_warehouse_place, too_deep, owner_needed …
    """
    problems = []
    if kind not in BIN_KINDS:
        problems.append(
            Problem(
                "location_kind", "A place in a warehouse is available, line side, to inspect or blocked.", where="kind"
            )
        )
    if Location.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "There is a location {code} already.", where="code", code=code))
    if "/" in code:
        problems.append(
            Problem(
                "code_has_slash", "A location code has no slash; choose the place it stands in instead.", where="code"
            )
        )
    problems += _owner_problems(ownership, partner)
    main = main_place(warehouse)
    above = main if parent is None else _above(parent, warehouse, problems)
    refuse_if(problems)
    return Location.objects.create(
        code=code, name=name, warehouse_id=warehouse, parent=above, kind=kind, ownership=ownership, partner_id=partner, path=above.path_of(code),
        area=Location.Area.STOCK if ownership == "own" else Location.Area.NONE,
    )  # fmt: skip


def _above(parent: int, warehouse: int, problems: list[Problem]) -> Location:
    """The place another is to stand in; what is wrong with it is added to the problems."""
    above = Location.objects.filter(pk=parent).first()
    if above is None or above.warehouse_id != warehouse or not above.is_physical:
        problems.append(Problem("other_warehouse_place", "Choose a place of the same warehouse.", where="parent"))
        return main_place(warehouse)
    if above.depth + 1 > DEPTH:
        problems.append(
            Problem("too_deep", "Places stand in each other at most {most} deep.", where="parent", most=DEPTH)
        )
    return above


def _owner_problems(ownership: str, partner: int | None) -> list[Problem]:
    if ownership == "own":
        return [Problem("owner_not_asked", "Our own goods have no other owner.", where="partner")] if partner else []
    if ownership not in OWNER_SUFFIX:
        return [Problem("bad_choice", "There is no such choice.", where="ownership")]
    owners: Any = Location._meta.get_field("partner").related_model
    role = {"is_supplier": True} if ownership == "consigned" else {"is_customer": True}
    if not partner or not owners._default_manager.filter(pk=partner, **role).exists():
        return [
            Problem("owner_needed", "Say which supplier the goods belong to.", where="partner")
            if ownership == "consigned"
            else Problem("owner_customer_needed", "Say which customer the goods belong to.", where="partner")
        ]
    return []


@verb("ledger.change_location", N_("Change location"), roles=("keeper",))
def change_location(
    *,
    actor: User,
    request_id: uuid.UUID,
    location_id: int,
    name: str,
    is_active: bool = True,
    parent: int | None = None,
) -> Location:
    """Rename a place, let it stand in another with all that stands in it, or take an empty one out of use.

    parent: None leaves it where it is. Raises DomainError: location_not_empty, places_in_it, main_place_stays, stands_in_itself …
    """
    location = Location.objects.select_for_update(of=("self",)).get(pk=location_id)
    problems: list[Problem] = []
    if not is_active and location.balances.exclude(quantity=0).exists():
        problems.append(
            Problem("location_not_empty", "{location} is not empty.", where="is_active", location=str(location))
        )
    if not is_active and location.children.filter(is_active=True).exists():
        problems.append(Problem("places_in_it", "Places in use stand in {location}; take them out of use first.", where="is_active", location=str(location)))  # fmt: skip
    above = location.parent
    if parent is not None and parent != location.parent_id:
        above = _moved_to(location, parent, problems)
    refuse_if(problems)
    note(
        location, name=(location.name, name), is_active=(location.is_active, is_active),
        parent=(str(location.parent or ""), str(above or "")),
    )  # fmt: skip
    location.name, location.is_active = name, is_active
    if above is not None and above.pk != location.parent_id:
        _move(location, above)
    location.save(update_fields=["name", "is_active", "parent", "path"])
    return location


def _moved_to(location: Location, parent: int, problems: list[Problem]) -> Location | None:
    if location.parent_id is None:
        problems.append(Problem("main_place_stays", "{location} is the main place of its kind; it stands in nothing.", where="parent", location=str(location)))  # fmt: skip
        return None
    above = _above(parent, location.warehouse_id or 0, problems)
    if above.pk == location.pk or above.path.startswith(location.beneath):
        problems.append(Problem("stands_in_itself", "A place cannot stand in itself.", where="parent"))
    lowest = max(row.depth for row in _within(location))
    if lowest - location.depth + above.depth + 1 > DEPTH:
        problems.append(
            Problem("too_deep", "Places stand in each other at most {most} deep.", where="parent", most=DEPTH)
        )
    return above


def _within(location: Location) -> Any:
    """A place and all that stands in it."""
    return Location.objects.filter(
        Q(pk=location.pk) | Q(path__startswith=location.beneath), warehouse=location.warehouse_id
    )


def _move(location: Location, above: Location) -> None:
    """Write the new paths of a place and of what stands in it."""
    before, after = location.path, above.path_of(location.code)
    rows = list(_within(location).exclude(pk=location.pk))
    for row in rows:
        row.path = after + row.path[len(before) :]
    Location.objects.bulk_update(rows, ["path"], batch_size=500)
    location.parent, location.path = above, after
