"""Give materials to orders: 领料, 补料, 倒冲, for one or many orders in one document."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, split_if_given, to_micro
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Draft, Move, Used, post_all, reverse, use
from gongfang.platform import setwise
from gongfang.platform.bases import ApprovalState, Document, ExecutionState
from gongfang.platform.documents.editing import change, locked, new_document
from gongfang.platform.documents.links import Link, link
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import verb
from gongfang.production.events import MaterialsIssued
from gongfang.production.models import (
    Issue,
    IssueLine,
    LotUse,
    WorkOrder,
    WorkOrderMaterial,
)
from gongfang.production.rules import IssueCheck, Stage, issue_problems, limit, posting_problem
from gongfang.production.services import stocks
from gongfang.production.services.circles import refuse_circles
from gongfang.production.services.holding import (
    execution_now,
    hold_materials,
    hold_orders,
    hold_orders_with,
    save_orders,
    set_stage,
)
from gongfang.production.services.stocks import (
    Pick,
    allocate,
    customers_places,
    exact_places,
    partner_places,
    refuse_short,
    stores,
)
from gongfang.production.services.taking import within_named
from gongfang.production.services.tolerating import issue_or_refuse

KEEPERS = ("keeper", "supervisor")
MATERIAL_FIELDS = ("done_quantity", "staged_quantity", "issued_quantity", "returned_quantity", "value", "execution")


@dataclass(frozen=True, slots=True)
class IssueInput:
    """So much of a component out of a warehouse and lot. Without them stock is taken by the picking rules.

    location_id: out of exactly this place of the warehouse. owner_id: a customer's material, out of his place there. partner_id: out of this subcontractor's place instead. second: in the
    component's second unit.
    """

    material_id: int
    quantity: Decimal
    lot_id: int | None = None
    warehouse_id: int | None = None
    partner_id: int | None = None
    location_id: int | None = None
    second: Decimal | None = None
    owner_id: int | None = None


# ------------------------------------------------------------------------------------------------------------------ pick
TO_FETCH = Prepared(
    lambda ids: (
        WorkOrderMaterial.objects.filter(document__in=ids, issue_method="push")
        .exclude(stocks.goes_outside())
        .select_related("document", "item")
        .order_by("document__priority", "document__due", "document_id", "line_no")
    )
)


def propose_picks(
    order_ids: Sequence[int], on: date | None = None, *, share: Decimal | None = None, by_place: bool = False
) -> list[Pick]:
    """What to fetch for some orders, lots and places proposed by the picking rules; orders by priority compete. Constant statements.

    Components of an operation done outside are left out: they are sent to the subcontractor, but for pieces that came back unworked. share: for only this many pieces of
    each order instead of all. by_place: bin by bin, for those who walk.
    """
    wants = []
    for row in TO_FETCH(sorted(set(order_ids))):
        needed = row.quantity if share is None else min(row.quantity, to_micro(row.fixed + row.per_piece * share))
        there = row.done_quantity + row.outside_quantity
        if needed > there:
            wants.append((row.pk, row.item_id, row.warehouse_id, needed - there))
    for row, needed in stocks.needed_for_back(sorted(set(order_ids))):
        wants.append((row.pk, row.item_id, row.warehouse_id, needed))
    return allocate(wants, on or timezone.localdate(), by_place=by_place)


# ----------------------------------------------------------------------------------------------------------------- issue
@verb("production.issue_materials", N_("Issue materials"), roles=KEEPERS)
def issue_materials(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[IssueInput], on: date | None = None, reason: str = "",
    confirm: frozenset[str] = frozenset(),
) -> Issue:  # fmt: skip
    """Issue components to one or many released orders (LL). Locks orders, components, then the stock.

    reason: makes what goes beyond the need a supplement, as `supplement_materials` has it. confirm: codes of warnings accepted (over_issue). Raises DomainError: over_issue, bulk_material, order_paused, not_released, order_finished, short_stock, period_closed …
    """
    if reason.strip():
        from gongfang.production.services.supplementing import supplement_materials

        return supplement_materials(actor=actor, request_id=request_id, lines=lines, reason=reason, on=on)
    return issue(actor, lines, on or timezone.localdate(), "normal", confirm=confirm)


@verb("production.pick_orders", N_("Pick and issue"), roles=KEEPERS)
def pick_orders(
    *, actor: User, request_id: uuid.UUID, order_ids: Sequence[int], on: date | None = None
) -> Issue:  # fmt: skip
    """Issue everything that some orders still need, lots and places by the picking rules. Refused when anything is short."""
    on = on or timezone.localdate()
    picks = propose_picks(order_ids, on)
    if not picks:
        raise DomainError(Problem("nothing_to_issue", "Nothing is left to issue on these orders."), Kind.CONFLICT)
    refuse_short(picks)
    return issue(actor, [as_line(pick) for pick in picks], on, "normal")


def as_line(pick: Pick) -> IssueInput:
    """A proposal, taken as it is."""
    return IssueInput(pick.material_id, pick.quantity, pick.lot_id, pick.warehouse_id, location_id=pick.location_id)


@dataclass(slots=True)
class Handover:
    """An issue that may go on: checked, its places chosen; `numbered` makes its document."""

    kind: str
    on: date
    lines: Sequence[IssueInput]
    moves: Sequence[Move]
    orders: Mapping[int, WorkOrder]
    materials: Mapping[int, WorkOrderMaterial]
    document: Issue | None = None


def issue(
    actor: User, lines: Sequence[IssueInput], on: date, kind: str, *, reason: str = "", confirm: frozenset[str] = frozenset(), **header: Any
) -> Issue:  # fmt: skip
    """Post an issue: goods to production, their value into the orders' work in process. Constant statements."""
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    orders = hold_orders_with(line.material_id for line in lines)
    materials = hold_materials(line.material_id for line in lines)
    given = handover(orders, materials, lines, on, kind, confirm)
    return post_handover(actor, given, reason=reason, **header)


def handover(
    orders: Mapping[int, WorkOrder], materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput], on: date, kind: str,
    confirm: frozenset[str] = frozenset(),
) -> Handover:  # fmt: skip
    """Check an issue from held orders and components, and choose where its goods come from; what was kept for them is let go.

    Where nothing was kept it only reads, and nothing shared is locked.
    """
    for material in materials.values():
        material.document = orders[material.document_id]
    refuse_issue(orders, materials, lines, kind, confirm)
    lines = _placed(materials, lines, on)
    use(WorkOrder.doc_type, [Used(line.material_id, line.quantity, line.lot_id) for line in lines])
    return Handover(kind, on, lines, _issue_moves(materials, lines, on), orders, materials)


def numbered(actor: User, given: Handover, document: Issue | None = None, **header: Any) -> Draft:
    """Make the document of an issue (or take one that waited); what is returned is to be posted, alone or with what else is posted."""
    given.document = document or posted_document(Issue, actor, given.on, kind=given.kind, **header)
    return Draft(
        f"production.issue.{given.kind}", given.on, given.document, given.moves, (), summary_of(given.orders.values())
    )


def post_handover(actor: User, given: Handover, **header: Any) -> Issue:
    """Number, post and write an issue by itself."""
    return hand_over(given, post_all(actor=actor, drafts=[numbered(actor, given, **header)])[0])


def hand_over(given: Handover, posting: Any) -> Issue:
    """Write the lines of an issue whose goods have moved, at the value they had; count them on components and orders."""
    document, orders = given.document, given.orders
    assert document is not None, "an issue is numbered before it is posted"
    document.posting = posting
    update_rows([document], ["posting"])
    values = ledger.value_by_line(posting)
    rows = []
    for line_no, line in enumerate(given.lines, start=1):
        material = given.materials[line.material_id]
        rows.append(
            IssueLine(
                document=document, line_no=line_no, material=material, order_id=material.document_id, item_id=material.item_id,
                lot_id=line.lot_id, warehouse_id=line.warehouse_id, partner_id=line.partner_id, owner_id=line.owner_id,
                location_id=line.location_id, quantity=line.quantity,
                second_quantity=line.second, value=values.get(line_no, ZERO),
            )
        )  # fmt: skip
    insert_rows(rows)
    book_materials(orders, given.materials, rows, sign=1, is_issue=True)
    add_lot_uses(rows, 1)
    link([Link(order, document) for order in orders.values()])
    emit(MaterialsIssued(document.pk, tuple(orders), document.business_date))
    return document


def refuse_issue(
    orders: Mapping[int, WorkOrder], materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput], kind: str,
    confirm: frozenset[str],
) -> None:  # fmt: skip
    """Refuse lines that no order takes: its stage, quantities, bulk material, more than tolerated; what is warned of may be confirmed."""
    problems = [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))]
    refuse_if(problems, Kind.CONFLICT)
    totals: dict[int, tuple[int, Decimal]] = {}
    for index, line in enumerate(lines):
        first, total = totals.get(line.material_id, (index, ZERO))
        totals[line.material_id] = (first, total + line.quantity)
        if line.quantity <= 0:
            problems.append(Problem("not_positive", "Enter a quantity above 0.", where=f"lines.{index}.quantity"))
    problems += issue_problems(
        IssueCheck(
            orders[material.document_id].number, material.item.code, f"lines.{index}", material.quantity, material.done_quantity,
            total, orders[material.document_id].over_issue, material.issue_method == "bulk", kind != "normal",
        )
        for pk, (index, total) in totals.items()
        for material in [materials[pk]]
    )  # fmt: skip
    beyond = [
        (row.item_id, row.document_id, row.quantity, row.done_quantity + total)
        for pk, (_, total) in totals.items()
        if (row := materials[pk]).done_quantity + total > limit(row.quantity, orders[row.document_id].over_issue) and row.quantity
    ]  # fmt: skip
    issue_or_refuse(orders, beyond, list(dict.fromkeys(problems)), confirm)


def _placed(materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput], on: date) -> list[IssueInput]:
    """Lines with a warehouse each (and a lot where the item is kept by lot): those without are served by the picking rules, within the lot
    or the place that they name."""
    lines = within_named(materials, lines, on)
    open_lines = [
        line for line in lines
        if line.partner_id is None
        and (line.warehouse_id is None or (line.lot_id is None and materials[line.material_id].item.tracking != "none"))
    ]  # fmt: skip
    if not open_lines:
        return list(lines)
    picks = allocate(
        [
            (n, materials[line.material_id].item_id, line.warehouse_id or materials[line.material_id].warehouse_id, line.quantity)
            for n, line in enumerate(open_lines)
        ],
        on, materials=[line.material_id for line in open_lines],
    )  # fmt: skip
    refuse_short(picks)
    served: list[IssueInput] = []
    for n, of_line in groupby(sorted(picks, key=lambda pick: pick.material_id), lambda pick: pick.material_id):
        line, found = open_lines[n], list(of_line)
        seconds = split_if_given(line.second, [pick.quantity for pick in found])
        served += [
            replace(as_line(pick), material_id=line.material_id, second=second)
            for pick, second in zip(found, seconds, strict=True)
        ]
    known = {id(line) for line in open_lines}
    return [line for line in lines if id(line) not in known] + served


def _issue_moves(materials: Mapping[int, WorkOrderMaterial], lines: Sequence[IssueInput], on: date) -> list[Move]:
    places = stores(line.warehouse_id for line in lines if line.partner_id is None)
    exact = exact_places(line.location_id for line in lines if line.owner_id is None)
    theirs = customers_places((line.owner_id, line.location_id) for line in lines if line.owner_id is not None)
    outside = partner_places(line.partner_id for line in lines if line.partner_id is not None)
    production = ledger.location("PRODUCTION")
    moves = [
        Move(
            item_id=materials[line.material_id].item_id, quantity=line.quantity,
            source=outside[line.partner_id] if line.partner_id is not None
            else theirs[line.owner_id, line.location_id] if line.owner_id is not None
            else exact.get((line.location_id, line.warehouse_id)) or places[line.warehouse_id],  # type: ignore[arg-type, index]
            target=production, lot_id=line.lot_id, source_line=line_no, counter_role="wip_material",
            cost_object_id=materials[line.material_id].document.cost_object_id, element="material", second=line.second,
        )
        for line_no, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return ledger.spread(moves, on=on)


def posted_document(model: Any, actor: User, on: date, **header: Any) -> Any:
    """A document that acts when it is made: approved and done at once."""
    return new_document(
        model, actor=actor, on=on, approval=ApprovalState.APPROVED, execution=ExecutionState.DONE, approved_by=actor,
        approved_at=timezone.now(), **header,
    )  # fmt: skip


def summary_of(orders: Iterable[WorkOrder]) -> str:
    numbers = [order.number for order in orders]
    return ", ".join(numbers[:3]) + (f" … ({len(numbers)})" if len(numbers) > 3 else "")


def book_materials(
    orders: Mapping[int, WorkOrder], materials: Mapping[int, WorkOrderMaterial], rows: Sequence[Any], *, sign: int, is_issue: bool
) -> None:  # fmt: skip
    """Write what was issued (or came back) on components and orders; two statements. sign −1 takes lines back."""
    flow = sign if is_issue else -sign
    for row in rows:
        material, order = materials[row.material_id], orders[row.order_id]
        material.done_quantity += flow * row.quantity
        material.staged_quantity = max(material.staged_quantity - max(flow, 0) * row.quantity, ZERO)
        material.value += flow * row.value
        order.actual_material += flow * row.value
        if is_issue:
            material.issued_quantity += sign * row.quantity
        else:
            material.returned_quantity += sign * row.quantity
    for material in materials.values():
        material.execution = execution_now(material)
    for order in orders.values():
        if order.stage == Stage.RELEASED and flow > 0:
            set_stage(order, "start")
            order.actual_start = order.actual_start or timezone.now()
    update_rows(list(materials.values()), MATERIAL_FIELDS)
    save_orders(list(orders.values()))


def add_lot_uses(rows: Iterable[Any], sign: int, role: str = "consumed") -> None:
    """Add lots to what orders took in (or gave out), which puts no lot into itself; two statements. Raises DomainError(lot_circle)."""
    sums: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for row in rows:
        if row.lot_id:
            sums[row.order_id, row.lot_id] += sign * row.quantity
    setwise.add_up(
        LotUse._meta.db_table,
        [("order_id", setwise.INT), ("role", setwise.TEXT), ("lot_id", setwise.INT), ("quantity", setwise.INT)],
        ["order_id", "role", "lot_id"],
        ["quantity"],
        [(order_id, role, lot_id, int(quantity.scaleb(6))) for (order_id, lot_id), quantity in sorted(sums.items())],
    )
    if sign > 0:
        refuse_circles({order_id for order_id, _ in sums})


# ------------------------------------------------------------------------------------------------------------------ undo
RETURN_INSTEAD = Problem("instead", "Or return the material in an open month.")


def live_document(model: Any, document_id: int, version: int | None = None) -> Any:
    """Lock a posted document that has not been taken back. Raises DomainError(taken_back)."""
    document = locked(model, document_id, version=version)
    if document.approval != ApprovalState.APPROVED:
        raise DomainError(
            Problem("taken_back", "{number} was already taken back.", number=document.number), Kind.CONFLICT
        )
    return document


def take_back(actor: User, document: Document, reason: str, instead: Problem | None = None) -> None:
    """Take back what a document posted, on its own day, and mark it void. instead: what to do where the month is closed."""
    posting = document.posting  # type: ignore[attr-defined]
    if posting is not None:
        reverse(actor=actor, posting=posting, reason=reason or "undo", instead=instead)
    change(document, approval=ApprovalState.VOID, execution=ExecutionState.CLOSED)


@verb("production.undo_issue", N_("Take back the issue"), roles=KEEPERS)
def undo_issue(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str = "", version: int | None = None
) -> Issue:  # fmt: skip
    """Put everything of an issue back where it came from, at the value it had."""
    document = live_document(Issue, document_id, version)
    refuse_if(_by_another(document), Kind.CONFLICT)
    withdraw_issue(actor, document, reason)
    return document


def _by_another(document: Issue) -> list[Problem]:
    if document.report_id or document.receipt_id or document.kind == "outside":
        return [
            Problem(
                "backflushed", "{number} was issued by a report or a receipt; take that back.", number=document.number
            )
        ]
    return []


def why_not_undo_issue(document: Issue) -> list[Problem]:
    if document.approval != ApprovalState.APPROVED:
        return [Problem("taken_back", "{number} was already taken back.", number=document.number)]
    return _by_another(document) or stage_problems(
        {line.order_id: line.order for line in document.lines.select_related("order")}
    )


def stage_problems(orders: Mapping[int, WorkOrder]) -> list[Problem]:
    return [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))]


def withdraw_issue(actor: User, document: Issue, reason: str) -> None:
    """Reverse an issue; the document is locked. Refused where its materials have been returned since."""
    rows = list(document.lines.all())
    orders = hold_orders(row.order_id for row in rows)
    refuse_if(stage_problems(orders), Kind.CONFLICT)
    materials = hold_materials(row.material_id for row in rows)
    taken: dict[int, Decimal] = defaultdict(Decimal)
    value: dict[int, Decimal] = defaultdict(Decimal)
    for row in rows:
        taken[row.material_id] += row.quantity
        value[row.material_id] += row.value
    refuse_if(
        [
            Problem("returned_since", "{item} of this issue was returned since; take the return back first.", item=materials[pk].item.code)
            for pk in taken
            if taken[pk] > materials[pk].done_quantity or value[pk] > materials[pk].value
        ],
        Kind.CONFLICT,
    )  # fmt: skip
    take_back(actor, document, reason, RETURN_INSTEAD)
    book_materials(orders, materials, rows, sign=-1, is_issue=True)
    add_lot_uses(rows, -1)
    emit(MaterialsIssued(document.pk, tuple(orders), document.business_date))
