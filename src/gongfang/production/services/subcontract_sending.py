"""Material and pieces to a subcontractor and back unused (委外发料、退料), and undo it."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_micro
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move, Used, post, use
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.links import Link, link
from gongfang.platform.documents.progress import execution_of
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import (
    SubcontractMaterial,
    SubcontractOrder,
    SubcontractTransfer,
    SubcontractTransferLine,
    WorkOrder,
)
from gongfang.production.queries import outside_operations
from gongfang.production.rules import (
    Outside,
    OutsideOperation,
    Stage,
    moved_since,
    posting_problem,
    send_problems,
    standard_use,
    unworked_problems,
)
from gongfang.production.services.holding import hold_materials, hold_operations, hold_orders, save_orders, set_stage
from gongfang.production.services.issuing import live_document, posted_document, take_back
from gongfang.production.services.stocks import allocate, partner_places, stores

KEEPERS = ("keeper", "supervisor")


@dataclass(frozen=True, slots=True)
class SendInput:
    """So much of an item to (or back from) the subcontractor. Without a lot first expired first out."""

    item_id: int
    quantity: Decimal
    lot_id: int | None = None
    warehouse_id: int | None = None


class Held:
    """A live subcontract order with its work order, operations and components, locked in the usual order."""

    def __init__(self, document_id: int, version: int | None = None) -> None:
        order_id = SubcontractOrder.objects.filter(pk=document_id).values_list("order_id", flat=True).first()
        self.orders = hold_orders([order_id] if order_id else [])
        self.operations = hold_operations(self.orders)
        self.document = locked(SubcontractOrder, document_id, version=version)
        if self.document.approval != "approved":
            raise DomainError(
                Problem("not_approved", "{number} is not approved yet.", number=self.document.number), Kind.CONFLICT
            )
        self.order = self.orders[self.document.order_id]
        problem = posting_problem(self.order.number, self.order.stage)
        refuse_if([problem] if problem else [], Kind.CONFLICT)
        rows = (
            SubcontractMaterial.objects.select_for_update(of=("self",))
            .select_related("item")
            .filter(document=document_id)
        )
        self.rows = {row.pk: row for row in rows.order_by("line_no")}
        self.materials = hold_materials(row.material_id for row in self.rows.values())
        for row in self.rows.values():
            row.material = self.materials[row.material_id]
        self.claimed = self.document.claimed_quantity

    @property
    def operation(self) -> OutsideOperation:
        """Where the pieces of the operation are, with this order as it is now. One statement."""
        rows = self.operations[self.order.pk]
        return outside_operations([rows], {self.order.pk: self.order.quantity})[self.document.operation_id]

    @property
    def outside(self) -> Outside:
        """How many pieces are out and how many more could go; the pieces of other subcontract orders of the operation are away."""
        document = self.document
        whole = self.operation
        counts_pieces = whole.there is not None
        return Outside(
            document.number, document.quantity, document.sent_quantity, document.received_quantity, document.lost_quantity,
            counts_pieces, whole.waiting if counts_pieces else ZERO, document.claimed_quantity, whole.open,
        )  # fmt: skip

    def row_of(self, item_id: int, where: str) -> SubcontractMaterial:
        for row in self.rows.values():
            if row.item_id == item_id:
                return row
        raise DomainError(
            Problem("not_a_component", "{number}: this item is not among the components.", where=where, number=self.document.number)
        )  # fmt: skip

    def save(self) -> None:
        self._follow_pieces()
        for row in self.rows.values():
            row.execution = execution_of(row.quantity, row.done_quantity)
        update_rows(
            list(self.rows.values()), ["quantity", "sent_quantity", "returned_quantity", "done_quantity", "execution"]
        )
        update_rows(list(self.materials.values()), ["outside_quantity"])
        document = self.document
        begun = (
            document.sent_quantity or document.worked_quantity or any(row.sent_quantity for row in self.rows.values())
        )
        done = document.worked_quantity >= document.claimed_quantity
        change(
            document, sent_quantity=document.sent_quantity, execution="done" if done else "partial" if begun else "open",
        )  # fmt: skip
        update_rows(
            [document], ["sent_quantity", "returned_quantity", "received_quantity", "lost_quantity", "fee_value"]
        )

    def _follow_pieces(self) -> None:
        """What came back unworked needs no material there any more; sent again it does."""
        pieces = self.document.claimed_quantity
        if pieces == self.claimed:
            return
        self.claimed = pieces
        for row in self.rows.values():
            if row.material.fixed or row.material.per_piece:
                row.quantity = standard_use(row.material.fixed, row.material.per_piece, pieces)


@verb("production.send_subcontract", N_("Send to the subcontractor"), roles=KEEPERS)
def send_subcontract(
    *, actor: User, request_id: uuid.UUID, subcontract_id: int, pieces: Decimal | None = None, lines: Sequence[SendInput] = (),
    on: date | None = None, remark: str = "",
) -> SubcontractTransfer:  # fmt: skip
    """Send pieces and material out (委外发料, WF); they stay ours, at the subcontractor's place.

    Without lines all material that is still needed goes, first expired first out; without pieces all that wait and are to be done there.
    What came back unworked goes again by naming the pieces, where nobody else was given them. Locks the work order, its operations,
    the subcontract order, components, then the stock. Raises DomainError: not_arrived, given_elsewhere, short_material …
    """
    held = Held(subcontract_id)
    outside = held.outside
    wanted = outside.usual if pieces is None and not lines else pieces or ZERO
    picks = _picks(held, lines, on or timezone.localdate(), all_of_it=pieces is None and not lines)
    refuse_if(send_problems(outside, wanted, bool(picks)))
    document = posted_document(
        SubcontractTransfer, actor, on or timezone.localdate(), subcontract=held.document, kind="send", pieces=to_micro(wanted), remark=remark
    )  # fmt: skip
    _transfer(actor, held, document, picks, 1)
    if held.order.stage == Stage.RELEASED:
        set_stage(held.order, "start")
        held.order.actual_start = held.order.actual_start or timezone.now()
        save_orders([held.order])
    return document


Picked = tuple[SubcontractMaterial, Decimal, int | None, int | None]


def _picks(held: Held, lines: Sequence[SendInput], on: date, *, all_of_it: bool) -> list[Picked]:
    """(row, quantity, lot, warehouse): what goes out, lots chosen where none is named."""
    rows = [(held.row_of(line.item_id, f"lines.{n}.item"), line) for n, line in enumerate(lines)]
    refuse_if(
        [
            Problem("not_positive", "Enter a quantity above 0.", where=f"lines.{n}.quantity")
            for n, (_, line) in enumerate(rows)
            if line.quantity <= 0
        ]
    )
    if all_of_it:
        rows = [
            (row, SendInput(row.item_id, row.quantity - row.sent_quantity + row.returned_quantity))
            for row in held.rows.values()
            if row.quantity > row.sent_quantity - row.returned_quantity
        ]
    named: list[Picked] = [
        (row, line.quantity, line.lot_id, line.warehouse_id) for row, line in rows if line.lot_id and line.warehouse_id
    ]
    wants = [
        (row.pk, row.item_id, line.warehouse_id or row.material.warehouse_id, line.quantity)
        for row, line in rows
        if not (line.lot_id and line.warehouse_id)
    ]
    served = allocate(wants, on, materials=[held.rows[pk].material_id for pk, *_ in wants])
    refuse_if(
        [
            Problem("short_material", "{item} {name}: {short} are missing in the stores.", item=held.rows[pick.material_id].item.code,
                    name=held.rows[pick.material_id].item.name, short=pick.short)
            for pick in served
            if pick.short
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    return named + [(held.rows[pick.material_id], pick.quantity, pick.lot_id, pick.warehouse_id) for pick in served]


def _transfer(actor: User, held: Held, document: SubcontractTransfer, picks: Sequence[Picked], sign: int) -> None:
    """Post goods to (sign 1) or from (−1) the subcontractor's place, and count them."""
    rows = [
        SubcontractTransferLine(
            document=document, line_no=n, row=row, material_id=row.material_id, order_id=held.order.pk, item_id=row.item_id,
            lot_id=lot_id, warehouse_id=warehouse_id, partner_id=held.document.partner_id, quantity=quantity,
        )
        for n, (row, quantity, lot_id, warehouse_id) in enumerate(picks, start=1)
    ]  # fmt: skip
    if sign > 0:
        use(WorkOrder.doc_type, [Used(row.material_id, row.quantity, row.lot_id) for row in rows])
    if rows:
        places = stores(row.warehouse_id for row in rows)
        outside = partner_places([held.document.partner_id])[held.document.partner_id]
        moves = [
            Move(
                row.item_id, row.quantity, *((places[row.warehouse_id], outside) if sign > 0 else (outside, places[row.warehouse_id])),
                row.lot_id, source_line=row.line_no, partner_id=held.document.partner_id,
            )
            for row in rows
        ]  # fmt: skip
        document.posting = post(
            actor=actor, reason=f"production.subcontract.{document.kind}", source=document, on=document.business_date,
            moves=ledger.spread(moves, on=document.business_date),
            summary=held.document.number, partner_id=held.document.partner_id,
        )  # fmt: skip
        document.save(update_fields=["posting"])
        values = ledger.value_by_line(document.posting)
        for row in rows:
            row.value = values.get(row.line_no, ZERO)
        insert_rows(rows)
    count_transfer(held, document, rows, 1)
    link([Link(held.document, document)])


def count_transfer(
    held: Held, document: SubcontractTransfer, rows: Iterable[SubcontractTransferLine], sign: int
) -> None:
    """Count a transfer on the subcontract order and its components (sign −1: take it off) and save."""
    name, flow = ("sent_quantity", sign) if document.kind == "send" else ("returned_quantity", -sign)
    held.document.sent_quantity += flow * document.pieces
    if document.kind == "return":
        held.document.returned_quantity += sign * document.pieces
    for line in rows:
        row = held.rows[line.row_id]
        setattr(row, name, getattr(row, name) + sign * line.quantity)
        held.materials[row.material_id].outside_quantity += flow * line.quantity
    held.save()


@verb("production.return_subcontract", N_("Take back unused"), roles=KEEPERS)
def return_subcontract(
    *, actor: User, request_id: uuid.UUID, subcontract_id: int, pieces: Decimal = ZERO, lines: Sequence[SendInput] = (),
    everything: bool = False, on: date | None = None, remark: str = "",
) -> SubcontractTransfer:  # fmt: skip
    """Take pieces back unworked (退回未加工) and material unused into our stores (委外退料). everything: all material that is left there.

    The pieces are off the order: they may be reported by people here, given to another subcontractor, or sent again.
    """
    held = Held(subcontract_id)
    if everything:
        lines = [SendInput(row.item_id, row.left) for row in held.rows.values() if row.left > 0]
    if not pieces and not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    refuse_if(unworked_problems(held.outside, pieces))
    picks: list[Picked] = []
    problems = []
    back: dict[int, Decimal] = defaultdict(Decimal)
    taken: dict[tuple[int, int | None], Decimal] = defaultdict(Decimal)
    for n, line in enumerate(lines):
        row = held.row_of(line.item_id, f"lines.{n}.item")
        back[row.pk] += line.quantity
        if line.quantity <= 0 or back[row.pk] > row.left:
            problems.append(
                Problem("over_return", "Only {issued} of {item} are on the order; {quantity} cannot come back.", where=f"lines.{n}.quantity",
                        issued=row.left, item=row.item.code, quantity=line.quantity)
            )  # fmt: skip
            continue
        warehouse_id = line.warehouse_id or row.material.warehouse_id or row.item.default_warehouse_id
        for lot_id, quantity in lots_left(row, line.quantity, line.lot_id, taken):
            picks.append((row, quantity, lot_id, warehouse_id))
            taken[row.pk, lot_id] += quantity
    refuse_if(problems)
    document = posted_document(
        SubcontractTransfer, actor, on or timezone.localdate(), subcontract=held.document, kind="return", pieces=to_micro(pieces), remark=remark
    )  # fmt: skip
    _transfer(actor, held, document, picks, -1)
    return document


def lots_left(
    row: SubcontractMaterial, quantity: Decimal, lot_id: int | None = None, taken: Mapping[tuple[int, int | None], Decimal] | None = None
) -> list[tuple[int | None, Decimal]]:  # fmt: skip
    """Which lots of a component to take at the subcontractor's: those sent on this order, earliest first. Two statements.

    taken: (component, lot) → what other lines of the same document take already.
    """
    left = {lot: there - (taken or {}).get((row.pk, lot), ZERO) for lot, there in lot_balances(row).items()}
    if lot_id is not None:
        left = {lot_id: left.get(lot_id, ZERO)}
    found, rest = [], quantity
    for lot, there in sorted(left.items(), key=lambda one: one[0] or 0):
        take = min(rest, there)
        if take > 0:
            found.append((lot, take))
            rest -= take
    if rest > 0:
        raise DomainError(
            Problem("lot_not_outside", "{item}: {short} of this lot are not at the subcontractor's.", item=row.item.code, short=rest)
        )  # fmt: skip
    return found


def lot_balances(row: SubcontractMaterial) -> dict[int | None, Decimal]:
    """Lot → sent less returned less used, of one component of a subcontract order."""
    left: dict[int | None, Decimal] = defaultdict(Decimal)
    live = {"document__approval": "approved"}
    sent = SubcontractTransferLine.objects.filter(row=row, **live).values_list("lot_id", "document__kind", "quantity")
    for lot, kind, quantity in sent:
        left[lot] += quantity if kind == "send" else -quantity
    used = row.material.issuelines.filter(document__subcontract_receipts__subcontract=row.document_id, **live)
    for lot, quantity in used.values_list("lot_id", "quantity"):
        left[lot] -= quantity
    return left


@verb("production.undo_subcontract_transfer", N_("Take back the delivery"), roles=KEEPERS)
def undo_subcontract_transfer(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None
) -> SubcontractTransfer:  # fmt: skip
    """Undo a delivery to (or return from) a subcontractor. Refused where its goods have been used or moved on since."""
    subcontract_id = SubcontractTransfer.objects.filter(pk=document_id).values_list("subcontract_id", flat=True).first()
    held = Held(subcontract_id or 0)
    document = live_document(SubcontractTransfer, document_id, version)
    if document.pieces:
        refuse_if(
            moved_since(held.document.number, document.kind, document.pieces, held.document.given, held.operation),
            Kind.CONFLICT,
        )
    take_back(actor, document, reason, Problem("instead", "Or send the material the other way in an open month."))
    count_transfer(held, document, list(document.lines.all()), -1)
    refuse_if(_used_since(held), Kind.CONFLICT)
    return document


def _used_since(held: Held) -> list[Problem]:
    return [
        Problem("used_since", "{item} of this delivery was used or returned since; take that back first.", item=row.item.code)
        for row in held.rows.values()
        if row.left < 0
    ]  # fmt: skip
