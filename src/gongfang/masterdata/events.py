"""What happened in the master data."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WarehousesAdded:
    """New warehouses; the ledger gives each its locations."""

    warehouse_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartnersAdded:
    """New partners; a subcontractor gets a location for the material at their place."""

    partner_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StructuresChanged:
    """Items whose bill of materials is new or different; plans and costs made before may be stale."""

    item_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class StandardCostsChanged:
    """Items whose standard cost was set anew, and by whom."""

    item_ids: tuple[int, ...]
    actor_id: int = 0


@dataclass(frozen=True, slots=True)
class EngineeringChanged:
    """An engineering change took effect on the bills of materials of these items."""

    change_id: int
    item_ids: tuple[int, ...]
