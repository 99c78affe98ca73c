"""Returns of customers: goods come in at the cost they left with."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.inventory.services import into_bins
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import Amounts, portion, portion_of, quantity_problems, summed
from gongfang.kernel.states import Approval
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect, Lifecycle
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.progress import execution_of, roll_up
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.quality import services as quality
from gongfang.sales.events import GoodsSentBack, ShippedLine
from gongfang.sales.models import ReturnHandling, ReturnPlace, SalesReturn, SalesReturnLine, Shipment, ShipmentLine
from gongfang.sales.rules.inputs import SentBack
from gongfang.sales.rules.shipping import ComingBack, return_problems
from gongfang.sales.services.outgoing import locked_lines, order_lines
from gongfang.sales.services.shipments import execute

KEEPERS = ("keeper", "sales")
REASON = "sales.return"
INSTEAD = Problem("instead", "Or ship the goods again in an open month.")
ZERO = Decimal(0)


def _shipment_lines(ids: Collection[int], *, lock: bool = False) -> dict[int, ShipmentLine]:
    rows = ShipmentLine.objects.filter(pk__in=set(ids)).select_related("document", "item__unit")
    if lock:
        shipments = ShipmentLine.objects.filter(pk__in=set(ids)).values("document_id")
        list(Shipment.objects.select_for_update().filter(pk__in=shipments).order_by("pk"))
        rows = rows.select_for_update(of=("self",)).order_by("pk")
    return {row.pk: row for row in rows}


def _rows(lines: Sequence[SentBack], customer_id: int) -> tuple[list[dict[str, Any]], dict[int, ShipmentLine]]:
    known = _shipment_lines({line.shipment_line_id for line in lines})
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    for index, line in enumerate(lines):
        source = known.get(line.shipment_line_id)
        if source is None:
            problems.append(
                Problem(
                    "line_unknown",
                    "Line {line} belongs to another document.",
                    f"lines.{index}.shipment_line",
                    line=index + 1,
                )
            )
        else:
            problems += quantity_problems(
                str(source.item), line.quantity, f"lines.{index}.quantity", source.item.unit.precision
            )
    refuse_if(problems)
    rows = [
        {
            "id": line.id, "shipment_line_id": line.shipment_line_id, "item_id": known[line.shipment_line_id].item_id,
            "lot_id": known[line.shipment_line_id].lot_id, "quantity": line.quantity, "remark": line.remark,
            "location_id": line.location_id,
        }
        for line in lines
    ]  # fmt: skip
    refuse_if(_check_rows(rows, known, customer_id))
    return rows, known


def _check_rows(rows: Sequence[dict[str, Any]], known: Mapping[int, ShipmentLine], customer_id: int) -> list[Problem]:
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, int] = {}
    for index, row in enumerate(rows):
        wanted[row["shipment_line_id"]] += row["quantity"]
        first.setdefault(row["shipment_line_id"], index)
    return return_problems(
        ComingBack(
            f"lines.{first[pk]}.quantity", source.document.number, source.line_no, source.item.code, source.quantity,
            source.returned_quantity, quantity, source.document.approval == Approval.APPROVED,
            source.document.customer_id == customer_id,
        )
        for pk, quantity in wanted.items()
        for source in (known[pk],)
    )  # fmt: skip


def _header_problems(reason: str, handling: str, place: str) -> list[Problem]:
    found = [] if reason.strip() else [Problem("reason_needed", "Say why.", "reason")]
    if handling not in ReturnHandling.values:
        found.append(Problem("bad_handling", "Say whether it is credited or replaced.", "handling"))
    if place not in ReturnPlace.values:
        found.append(Problem("bad_place_in", "Say where it is put.", "place"))
    return found


@verb("sales.create_return", N_("Create sales return"), roles=KEEPERS)
def create_return(
    *, actor: User, request_id: uuid.UUID, customer_id: int, warehouse_id: int, lines: Sequence[SentBack], reason: str,
    handling: str = "credit", place: str = "inspection", business_date: date | None = None, remark: str = "",
) -> SalesReturn:  # fmt: skip
    """Draft a return of goods that were shipped. handling: credit, or replace (the order line opens again)."""
    refuse_if(_header_problems(reason, handling, place))
    rows, known = _rows(lines, customer_id)
    document = new_document(
        SalesReturn, actor=actor, on=business_date, customer_id=customer_id, warehouse_id=warehouse_id, handling=handling,
        place=place, reason=reason.strip()[:200], remark=remark,
    )  # fmt: skip
    _save(document, rows, known)
    return document


@verb("sales.change_return", N_("Change sales return"), roles=KEEPERS)
def change_return(
    *, actor: User, request_id: uuid.UUID, return_id: int, lines: Sequence[SentBack] | None = None, reason: str | None = None,
    handling: str | None = None, place: str | None = None, business_date: date | None = None, remark: str | None = None,
    version: int | None = None,
) -> SalesReturn:  # fmt: skip
    """Change a draft; what is left out stays."""
    document = editable(SalesReturn, return_id, version=version)
    header = {"reason": reason, "handling": handling, "place": place, "business_date": business_date, "remark": remark}
    entered = {name: value for name, value in header.items() if value is not None}
    refuse_if(
        _header_problems(
            str(entered.get("reason", document.reason)), str(entered.get("handling", document.handling)),
            str(entered.get("place", document.place)),
        )
    )  # fmt: skip
    change(document, **entered)
    if lines is not None:
        rows, known = _rows(lines, document.customer_id)
        unlink(document)
        _save(document, rows, known)
    return document


def _save(document: SalesReturn, rows: Sequence[dict[str, Any]], known: Mapping[int, ShipmentLine]) -> None:
    saved: list[Any] = save_lines(document, SalesReturnLine, rows)
    link(
        Link(known[line.shipment_line_id].document, document, line.shipment_line_id, line.pk, line.quantity)
        for line in saved
    )


@verb("sales.return_shipment", N_("Take back"), roles=KEEPERS)
def return_shipment(
    *,
    actor: User,
    request_id: uuid.UUID,
    shipment_id: int,
    reason: str,
    handling: str = "credit",
    place: str = "inspection",
) -> SalesReturn:
    """Draft a return of everything that is left of a shipment."""
    shipment = Shipment.objects.filter(pk=shipment_id).first()
    lines = [line for line in shipment.lines.all() if line.quantity > line.returned_quantity] if shipment else []
    if shipment is None or not lines:
        raise DomainError(Problem("nothing_to_return", "Nothing is left to return."), Kind.CONFLICT)
    return create_return(
        actor=actor, request_id=request_id, customer_id=shipment.customer_id, warehouse_id=shipment.warehouse_id, reason=reason,
        handling=handling, place=place, lines=[SentBack(line.pk, line.quantity - line.returned_quantity) for line in lines],
    )  # fmt: skip


def _check(document: SalesReturn) -> list[Problem]:
    lines = list(document.lines.select_related("location").order_by("line_no"))
    rows = [{"shipment_line_id": line.shipment_line_id, "quantity": line.quantity} for line in lines]
    if not rows:
        return [Problem("no_lines", "Enter at least one line.", "lines")]
    return _place_problems(document, lines) + _check_rows(
        rows, _shipment_lines({row["shipment_line_id"] for row in rows}), document.customer_id
    )


def _place_problems(document: SalesReturn, lines: Sequence[SalesReturnLine]) -> list[Problem]:
    """Places that are named belong to the warehouse, and to the kind of place that the return says."""
    kinds = ("store", "line") if document.place == ReturnPlace.STORE else (document.place,)
    return [
        Problem(
            "bad_place_in", "{place} is no place of {warehouse} for “{kind}”.", f"lines.{n}.location", place=line.location.name,
            warehouse=str(document.warehouse), kind=document.get_place_display(),
        )
        for n, line in enumerate(lines)
        if line.location is not None and (line.location.warehouse_id != document.warehouse_id or line.location.kind not in kinds)
    ]  # fmt: skip


def _approved(actor: User, document: SalesReturn, request_id: uuid.UUID) -> None:
    """Post the goods in. Locks orders, shipments, their lines, then what the posting door locks. Constant statements."""
    lines = list(document.lines.select_related("shipment_line", "location").order_by("line_no"))
    refuse_if(_place_problems(document, lines))
    orders = locked_lines({line.shipment_line.order_line_id for line in lines})
    known = _shipment_lines({line.shipment_line_id for line in lines}, lock=True)
    refuse_if(_check_rows([vars(line) for line in lines], known, document.customer_id), Kind.CONFLICT)
    _value(lines, known)
    place = {
        ReturnPlace.STORE.value: ledger_queries.store_of, ReturnPlace.INSPECTION.value: ledger_queries.inspection_of,
        ReturnPlace.BLOCKED.value: ledger_queries.blocked_of,
    }[document.place](document.warehouse)  # fmt: skip
    customer = ledger_queries.location("CUSTOMER")
    ledger.post(
        actor=actor, reason=REASON, source=document, on=document.business_date, partner_id=document.customer_id,
        summary=f"销售退货 {document.number}",
        moves=into_bins([
            ledger.Move(
                line.item_id, line.quantity, customer, line.location or place, line.lot_id, line.cost_amount, source_line=line.pk,
                partner_id=document.customer_id,
            )
            for line in lines
        ]),
    )  # fmt: skip
    names = ["net_amount", "tax_amount", "total_amount", "cost_amount"]
    update_rows(lines, names)
    total = summed(Amounts(line.net_amount, line.tax_amount, line.total_amount) for line in lines)
    cost = sum((line.cost_amount for line in lines), ZERO)
    change(
        document,
        net_amount=total.net,
        tax_amount=total.tax,
        total_amount=total.total,
        cost_amount=cost,
        execution="done",
    )
    _apply(document, lines, known, orders, 1)
    if document.place == ReturnPlace.INSPECTION:
        quality.create_inspections(
            actor=actor, kind="incoming", source=document, on=document.business_date,
            wanted=[
                quality.NewInspection(line.item_id, line.quantity, line.pk, line.lot_id, None, document.warehouse_id, place.pk)
                for line in lines
            ],
        )  # fmt: skip
    emit(_event(document, lines))


def _value(lines: Sequence[SalesReturnLine], known: Mapping[int, ShipmentLine]) -> None:
    """Each line's share of what its shipment line cost and was sold at."""
    before = {pk: source.returned_quantity for pk, source in known.items()}
    for line in lines:
        source = known[line.shipment_line_id]
        whole = Amounts(source.net_amount, source.tax_amount, source.total_amount)
        part = portion_of(whole, source.quantity, before[source.pk], line.quantity)
        line.net_amount, line.tax_amount, line.total_amount = part.net, part.tax, part.total
        line.cost_amount = portion(source.cost_amount, source.quantity, before[source.pk], line.quantity)
        before[source.pk] += line.quantity


def _apply(
    document: SalesReturn,
    lines: Sequence[SalesReturnLine],
    known: Mapping[int, ShipmentLine],
    orders: Mapping[int, Any],
    sign: int,
) -> None:
    came: dict[int, Decimal] = defaultdict(Decimal)
    for line in lines:
        source = known[line.shipment_line_id]
        source.returned_quantity += sign * line.quantity
        source.returned_cost += sign * line.cost_amount
        source.execution = execution_of(source.quantity - source.returned_quantity, source.done_quantity)
        came[source.order_line_id] += sign * line.quantity
    update_rows(list(known.values()), ["returned_quantity", "returned_cost", "execution"])
    execute(orders, {}, came, reopens=document.handling == ReturnHandling.REPLACE)
    roll_up(list({source.document_id: source.document for source in known.values()}.values()))


def _unapproved(actor: User, document: SalesReturn, request_id: uuid.UUID) -> None:
    lines = list(document.lines.select_related("shipment_line").order_by("line_no"))
    orders = locked_lines({line.shipment_line.order_line_id for line in lines})
    known = _shipment_lines({line.shipment_line_id for line in lines}, lock=True)
    quality.drop_inspections(actor, document)
    ledger.reverse_all(
        actor=actor, postings=ledger_queries.postings_of(document, REASON), reason=REASON, instead=INSTEAD
    )
    _apply(document, lines, known, orders, -1)
    change(document, execution="open")
    emit(_event(document, lines, taken_back=True))


def _event(document: SalesReturn, lines: Sequence[SalesReturnLine], *, taken_back: bool = False) -> GoodsSentBack:
    return GoodsSentBack(
        document.pk, document.number, document.customer_id, document.business_date,
        tuple(
            ShippedLine(
                line.pk, line.shipment_line.order_line_id, line.item_id, line.quantity, line.net_amount, line.tax_amount, line.cost_amount
            )
            for line in lines
        ),
        taken_back,
    )  # fmt: skip


def _effects(document: SalesReturn) -> list[Effect]:
    return [
        Effect(N_("{item}: {quantity} leaves the stock again."), {"item": str(line.item), "quantity": line.quantity})
        for line in document.lines.select_related("item")[:20]
    ]


def _blockers(document: SalesReturn) -> list[Problem]:
    """Inspections already acted upon; and a return whose replacement has left cannot be taken back."""
    found = list(quality.why_kept(document))
    if document.handling != ReturnHandling.REPLACE:
        return found
    back: dict[int, Decimal] = defaultdict(Decimal)
    for line in document.lines.select_related("shipment_line"):
        back[line.shipment_line.order_line_id] += line.quantity
    return found + [
        Problem(
            "replaced_out", "{order} line {line}: the replacement has left already; take it back first.",
            order=known.document.number, line=known.line_no,
        )
        for pk, known in order_lines(back).items()
        if known.done_quantity + back[pk] > known.quantity * (1 + (known.over_delivery or 0))
    ]  # fmt: skip


LIFECYCLE = Lifecycle(
    SalesReturn, package="sales", noun="return", title=N_("sales return"), writers=KEEPERS, approvers=("keeper",), check=_check,
    on_approve=_approved, on_unapprove=_unapproved, blockers=_blockers, effects=_effects, cascades=("quality.inspection",),
    closable=False,
)  # fmt: skip
