"""The register: what there is, where it stands, what a mould makes and how long it lasts."""

import uuid
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.maintenance.models import Equipment, EquipmentState
from gongfang.masterdata.services.records import changed, created, save_children
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

KEEPERS = ("maintainer", "engineer")
FIELDS = (
    "code", "name", "kind", "parent", "work_centre", "model_no", "maker", "serial_no", "acquired_on", "place", "keeper", "cavities",
    "life_strokes", "warn_share", "calibration_days", "calibrated_until", "remark",
)  # fmt: skip
USE_FIELDS = ("item", "operation_no")


def _tree_problems(equipment: Equipment) -> list[Problem]:
    """A part may not contain what contains it; one statement per level."""
    seen = {equipment.pk}
    parent = equipment.parent
    while parent is not None:
        if parent.pk in seen:
            return [
                Problem("equipment_cycle", "{equipment} would be a part of itself.", "parent", equipment=equipment.code)
            ]
        seen.add(parent.pk)
        parent = parent.parent
    return []


@verb("maintenance.create_equipment", N_("Create equipment"), roles=KEEPERS)
def create_equipment(
    *, actor: User, request_id: uuid.UUID, uses: Sequence[Mapping[str, Any]] | None = None, **values: Any
) -> Equipment:
    """Put a machine, mould, tool, instrument or facility into the register. uses: what a mould or tool makes."""
    equipment = created(Equipment, values, FIELDS)
    save_children(equipment, "uses", uses, USE_FIELDS, key=("item_id", "operation_no"))
    return equipment


@verb("maintenance.change_equipment", N_("Change equipment"), roles=KEEPERS)
def change_equipment(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, uses: Sequence[Mapping[str, Any]] | None = None,
    version: int | None = None, **values: Any,
) -> Equipment:  # fmt: skip
    """Change the register."""
    equipment = locked(Equipment, equipment_id, version=version)
    changed(equipment, values, FIELDS)
    equipment.refresh_from_db()
    refuse_if(_tree_problems(equipment))
    save_children(equipment, "uses", uses, USE_FIELDS, key=("item_id", "operation_no"))
    return equipment


@verb("maintenance.retire_equipment", N_("Retire"), roles=(*KEEPERS, "owner"))
def retire_equipment(*, actor: User, request_id: uuid.UUID, equipment_id: int) -> Equipment:
    """Take equipment out of use for good; refused while an order on it is open."""
    equipment = locked(Equipment, equipment_id)
    waiting = equipment.orders.filter(stage__in=["reported", "in_repair", "finished"]).order_by("pk").first()
    if waiting is not None:
        raise DomainError(
            Problem("open_order", "{number} is still open; finish or cancel it first.", number=waiting.number),
            Kind.CONFLICT,
        )
    change(equipment, state=EquipmentState.RETIRED)
    return equipment


@verb("maintenance.return_equipment", N_("Put back into use"), roles=KEEPERS)
def return_equipment(*, actor: User, request_id: uuid.UUID, equipment_id: int) -> Equipment:
    """Use idle or retired equipment again."""
    equipment = locked(Equipment, equipment_id)
    if equipment.state == EquipmentState.IN_REPAIR:
        raise DomainError(
            Problem("under_repair", "{equipment} is under repair; finish its order.", equipment=equipment.code),
            Kind.CONFLICT,
        )
    change(equipment, state=EquipmentState.IN_USE)
    return equipment


@verb("maintenance.mount_tool", N_("Mount"), roles=(*KEEPERS, "supervisor", "operator"))
def mount_tool(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, work_centre_id: int | None = None
) -> Equipment:
    """Mount a mould or tool at a work centre; None takes it off and lays it aside."""
    equipment = locked(Equipment, equipment_id)
    refuse_if(_tool_needed(equipment))
    if equipment.state not in (EquipmentState.IN_USE, EquipmentState.IDLE):
        raise DomainError(
            Problem("tool_out_of_use", "{tool} is under repair or retired; mount another one.", tool=equipment.code),
            Kind.CONFLICT,
        )
    change(
        equipment, work_centre_id=work_centre_id,
        state=EquipmentState.IDLE if work_centre_id is None else EquipmentState.IN_USE,
    )  # fmt: skip
    return equipment


@verb("maintenance.overhaul_tool", N_("Overhauled"), roles=KEEPERS)
def overhaul_tool(
    *, actor: User, request_id: uuid.UUID, equipment_id: int, life_strokes: Decimal | None = None, remark: str = ""
) -> Equipment:
    """Begin a new life after an overhaul; life_strokes: a new limit, None keeps it."""
    equipment = locked(Equipment, equipment_id)
    refuse_if(_tool_needed(equipment))
    if life_strokes is not None and life_strokes <= 0:
        raise DomainError(Problem("not_positive", "Enter a quantity above 0.", where="life_strokes"))
    before = equipment.used_strokes
    change(equipment, life_start=equipment.strokes, **({} if life_strokes is None else {"life_strokes": life_strokes}))
    note(equipment, used_strokes=(before, Decimal(0)), remark=("", remark[:200]))
    return equipment


def _tool_needed(equipment: Equipment) -> list[Problem]:
    if equipment.kind in ("mould", "tool"):
        return []
    return [Problem("no_tool", "{equipment} is neither a mould nor a tool.", "equipment", equipment=equipment.code)]
