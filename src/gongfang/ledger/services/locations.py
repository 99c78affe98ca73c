"""Make the locations that warehouses and subcontractors need."""

import uuid
from collections.abc import Iterable
from typing import Any

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
                area=Location.Area.STOCK,
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
    code, name = OWNER_SUFFIX[ownership]
    ensure_warehouse_locations([warehouse])
    parent = Location.objects.filter(warehouse=warehouse, parent=None).order_by("pk").first()
    Location.objects.bulk_create(
        [
            Location(
                code=f"{warehouse.code}{code}{owner.code}"[:60], name=f"{warehouse.name}{name}·{owner.name}"[:120], warehouse=warehouse,
                parent=parent, kind="store", partner=owner, ownership=ownership, area=Location.Area.NONE,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return Location.objects.get(warehouse=warehouse, partner=owner, ownership=ownership)


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
                area=Location.Area.SUBCONTRACT,
            )
            for partner in partners
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return list(Location.objects.filter(partner__in=partners, kind="subcontractor").order_by("code"))


BIN_KINDS = ("store", "line", "inspection", "blocked")


@verb("ledger.create_location", N_("New location"), roles=("keeper",))
def create_location(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, warehouse: int, kind: str = "store"
) -> Location:
    """Add a place within a warehouse: a bin, a shelf, a line side. Its goods count to the stock of their kind."""
    problems = []
    if kind not in BIN_KINDS:
        problems.append(
            Problem(
                "location_kind", "A place in a warehouse is available, line side, to inspect or blocked.", where="kind"
            )
        )
    if Location.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "There is a location {code} already.", where="code", code=code))
    refuse_if(problems)
    parent = Location.objects.filter(warehouse=warehouse, parent=None).order_by("pk").first()
    if parent is None:
        raise DomainError(Problem("warehouse_unknown", "The warehouse has no locations yet.", where="warehouse"))
    return Location.objects.create(
        code=code, name=name, warehouse_id=warehouse, parent=parent, kind=kind, area=Location.Area.STOCK
    )


@verb("ledger.change_location", N_("Rename location"), roles=("keeper",))
def change_location(
    *, actor: User, request_id: uuid.UUID, location_id: int, name: str, is_active: bool = True
) -> Location:
    """Rename a place, or take an empty one out of use. Raises DomainError(location_not_empty)."""
    location = Location.objects.select_for_update(of=("self",)).get(pk=location_id)
    if not is_active and location.balances.exclude(quantity=0).exists():
        raise DomainError(
            Problem("location_not_empty", "{location} is not empty.", where="is_active", location=str(location))
        )
    note(location, name=(location.name, name), is_active=(location.is_active, is_active))
    location.name, location.is_active = name, is_active
    location.save(update_fields=["name", "is_active"])
    return location
