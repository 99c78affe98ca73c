"""Make the locations that warehouses and subcontractors need."""

from collections.abc import Iterable
from typing import Any

from gongfang.ledger.models import Location

WAREHOUSE_KINDS: dict[str, tuple[str, str]] = {
    # kind: (suffix of the code, suffix of the name)
    "store": ("", ""),
    "inspection": ("-QC", "待检"),
    "blocked": ("-HOLD", "冻结"),
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
