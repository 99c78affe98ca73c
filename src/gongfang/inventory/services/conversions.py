"""Assembly, disassembly, change of form: what goes in is worth to the cent what comes out. Posted when approved."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import Conversion, ConversionLine, ConversionOutput
from gongfang.inventory.rules import CONVERSION_ROLE, conversion_problems, lot_date_problems
from gongfang.inventory.services.documents import (
    APPROVERS,
    WRITERS,
    Grids,
    StockLineInput,
    change_warehouse_draft,
    entered_rows,
    line_rows,
    lines_of,
    lots_of_lines,
    mark_done,
    of_new_lot,
    outgoing,
    outputs_of,
    reversal_effects,
    take_back,
    warehouse_draft,
)
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import split
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, post
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb


@dataclass(frozen=True, slots=True)
class OutputInput:
    """One item that comes out, in base units or in the `unit` named. share: weight of its part of the value; all zero: by quantity.

    second: in the item's second unit.
    """

    item: int
    quantity: Decimal
    lot_code: str = ""
    share: Decimal | None = None
    remark: str = ""
    id: int | None = None
    second: Decimal | None = None
    made_on: date | None = None
    expires_on: date | None = None
    unit: int | None = None


def _output_rows(lines: Sequence[OutputInput]) -> list[dict[str, Any]]:
    return entered_rows(lines, lambda line: of_new_lot(line) | {"share": line.share or Decimal(0)}, grid="outputs")


def _grids(lines: Sequence[StockLineInput], outputs: Sequence[OutputInput]) -> Grids:
    refuse_if(
        Problem("share_negative", "The cost share cannot be negative.", where=f"outputs.{n}.share")
        for n, line in enumerate(outputs)
        if line.share is not None and line.share < 0
    )
    return {ConversionLine: line_rows(lines), ConversionOutput: _output_rows(outputs)}


@verb("inventory.create_conversion", N_("New conversion"), roles=WRITERS)
def create_conversion(
    *, actor: User, request_id: uuid.UUID, warehouse: int, lines: Sequence[StockLineInput], outputs: Sequence[OutputInput],
    kind: str = "conversion", business_date: date | None = None, remark: str = "",
) -> Conversion:  # fmt: skip
    """Write a conversion as a draft. lines: what goes in; outputs: what comes out."""
    grids = _grids(lines, outputs)
    return warehouse_draft(Conversion, actor, grids, warehouse=warehouse, on=business_date, kind=kind, remark=remark)


@verb("inventory.edit_conversion", N_("Change conversion"), roles=WRITERS)
def edit_conversion(
    *, actor: User, request_id: uuid.UUID, document_id: int, warehouse: int, lines: Sequence[StockLineInput],
    outputs: Sequence[OutputInput], kind: str = "conversion", business_date: date | None = None, remark: str = "",
    version: int | None = None,
) -> Conversion:  # fmt: skip
    """Change a draft."""
    return change_warehouse_draft(
        Conversion, actor, _grids(lines, outputs), document_id=document_id, version=version, warehouse=warehouse, on=business_date,
        kind=kind, remark=remark,
    )  # fmt: skip


@verb("inventory.convert_by_bom", N_("By bill of materials"), roles=WRITERS)
def convert_by_bom(
    *,
    actor: User,
    request_id: uuid.UUID,
    warehouse: int,
    item: int,
    quantity: Decimal,
    kind: str = "assembly",
    lot_code: str = "",
) -> Conversion:
    """Write an assembly (or disassembly) of some pieces of an item as a draft, its parts by the bill of materials.

    What a disassembly gives is weighted by standard cost. Raises DomainError(no_bom).
    """
    goods = masterdata.items_by_ids({item}).get(item)
    if goods is None:
        raise DomainError(Problem("item_unknown", "There is no item {id}.", id=item), Kind.MISSING)
    if quantity <= 0:
        raise DomainError(
            Problem(
                "quantity_not_positive",
                "{item}: the quantity must be greater than zero.",
                where="quantity",
                item=goods.code,
            )
        )
    if masterdata.default_bom(goods) is None:
        raise DomainError(
            Problem("no_bom", "{item} has no bill of materials.", where="item", item=goods.code), Kind.CONFLICT
        )
    parts = [(line.component, part) for line, part in masterdata.issue_list(goods, quantity)]
    if kind == "assembly":
        lines = [StockLineInput(part.pk, need) for part, need in parts]
        outputs = [OutputInput(item, quantity, lot_code)]
    else:
        lines = [StockLineInput(item, quantity)]
        outputs = [
            OutputInput(part.pk, need, share=(need * part.standard_cost).quantize(Decimal("0.000001"))) for part, need in parts
        ]  # fmt: skip
    return create_conversion(
        actor=actor, request_id=request_id, warehouse=warehouse, lines=lines, outputs=outputs, kind=kind
    )


def problems_of(conversion: Conversion) -> list[Problem]:
    """What is missing before a conversion may be posted."""
    outputs = outputs_of(conversion)
    found = conversion_problems(lines_of(conversion), outputs, conversion.kind)
    return found + lot_date_problems(outputs, "outputs", conversion.business_date)


def _approved(actor: User, conversion: Conversion, request_id: uuid.UUID) -> None:
    """Two postings: everything in, then everything out at the value that went in, split by weight to the cent."""
    lines, outputs = lines_of(conversion), outputs_of(conversion)
    store, between = ledger.store_of(conversion.warehouse), ledger.location("ADJUST")
    summary = f"{conversion.get_kind_display()} {conversion.number}"
    going_in = post(
        actor=actor, reason="inventory.conversion_in", source=conversion, on=conversion.business_date,
        moves=outgoing(lines, store, between, conversion.business_date, counter_role=CONVERSION_ROLE), summary=summary,
    )  # fmt: skip
    values = ledger.value_by_line(going_in)
    total = sum(values.values(), Decimal(0))
    weights = [line.share for line in outputs]
    parts = split(total, weights if any(weights) else [line.quantity for line in outputs])
    lots_of_lines(conversion, outputs)
    for line, value in zip(outputs, parts, strict=True):
        line.amount = value
    post(
        actor=actor, reason="inventory.conversion_out", source=conversion, on=conversion.business_date, summary=summary,
        moves=[
            Move(
                line.item_id, line.quantity, between, store, line.lot_id, line.amount, source_line=-line.pk, counter_role=CONVERSION_ROLE,
                second=line.second_quantity,
            )
            for line in outputs
        ],
    )  # fmt: skip
    for line in lines:
        line.amount = values.get(line.pk, Decimal(0))
    update_rows(outputs, ["amount", "lot"])
    change(conversion, amount=total)
    mark_done(conversion, lines, also=["amount"])


def _unapproved(actor: User, conversion: Conversion, request_id: uuid.UUID) -> None:
    take_back(actor, conversion, request_id)
    conversion.lines.update(amount=None)
    conversion.outputs.update(amount=None)
    change(conversion, amount=Decimal(0))


CONVERSIONS = Lifecycle(
    Conversion, package="inventory", noun="conversion", title=N_("conversion"), writers=WRITERS, approvers=APPROVERS, check=problems_of,
    on_approve=_approved, on_unapprove=_unapproved, effects=reversal_effects, closable=False,
)  # fmt: skip
submit_conversion, withdraw_conversion, approve_conversion = (
    CONVERSIONS.submit,
    CONVERSIONS.withdraw,
    CONVERSIONS.approve,
)
reject_conversion, unapprove_conversion, void_conversion = CONVERSIONS.reject, CONVERSIONS.unapprove, CONVERSIONS.void
