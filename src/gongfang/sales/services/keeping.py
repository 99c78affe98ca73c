"""Goods kept for sales orders: when one is approved or somebody says so; let go when they leave or are not wanted any more."""

import uuid
from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.states import Approval
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.platform.documents.editing import locked
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import note, verb
from gongfang.sales.models import SalesOrder, SalesOrderLine
from gongfang.sales.services.outgoing import usual_warehouse

RESERVERS = ("sales", "keeper", "planner")
ON_APPROVAL = declare(
    "sales.reserve_on_approval", N_("Approving a sales order reserves"), "choice", "none", ledger.ON_APPROVAL
)
"""Planning counts the order as demand either way. Nothing by default: it costs nothing, and goods are given to who ships first."""


def _wants(order: SalesOrder, lines: Iterable[SalesOrderLine]) -> list[ledger_queries.Want]:
    """What is open of lines, from the place the order is shipped from."""
    known = {line.pk: line for line in lines if line.open_quantity > 0}
    if not known:
        return []
    store = ledger_queries.store_of(usual_warehouse(known, order.warehouse_id))
    return [ledger_queries.Want(line.pk, line.item_id, line.open_quantity, store) for line in known.values()]


def _lines_of(order: SalesOrder) -> list[SalesOrderLine]:
    """Lines with their order and item; the soonest promised first. One statement."""
    rows = order.lines.select_related("document", "item").order_by("promised_date", "line_no")
    return list(rows)


def reserve_approved(order: SalesOrder) -> None:
    """What the company wants approved orders to reserve; nothing is refused where goods are short."""

    def wants() -> list[tuple[SalesOrder, ledger_queries.Want]]:
        return [(order, want) for want in _wants(order, _lines_of(order))]

    ledger.reserve_approved(str(setting(ON_APPROVAL)), wants, wants)


@verb("sales.reserve_order", N_("Reserve goods"), roles=RESERVERS)
def reserve_order(*, actor: User, request_id: uuid.UUID, order_id: int) -> SalesOrder:
    """Keep goods firmly for what is open of an order: all of it or what is free, by the picking rules. Raises DomainError: not_approved_yet, nothing_free."""
    order = locked(SalesOrder, order_id)
    _keep(order, _lines_of(order))
    return order


@verb("sales.reserve_line", N_("Reserve goods"), roles=RESERVERS)
def reserve_line(
    *, actor: User, request_id: uuid.UUID, line_id: int, quantity: Decimal | None = None
) -> SalesOrderLine:
    """Keep goods firmly for one line: what is open, or so much more of it. Raises DomainError: nothing_free, too_much_to_keep …"""
    owner = SalesOrderLine.objects.filter(pk=line_id).values_list("document_id", flat=True).first()
    if owner is None:
        title = str(SalesOrderLine._meta.verbose_name)
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=title, id=line_id), Kind.MISSING)
    order = locked(SalesOrder, owner)
    lines = [line for line in _lines_of(order) if line.pk == line_id]
    most = lines[0].open_quantity
    if quantity is not None and not 0 < quantity <= most:
        raise DomainError(
            Problem("too_much_to_keep", "At most {most} are open.", where="quantity", most=most.normalize())
        )
    _keep(order, lines, quantity)
    return lines[0]


def _keep(order: SalesOrder, lines: Sequence[SalesOrderLine], at_most: Decimal | None = None) -> None:
    if order.approval != Approval.APPROVED:
        raise DomainError(
            Problem("not_approved_yet", "{number} is not approved yet.", number=order.number), Kind.CONFLICT
        )
    wants = _wants(order, lines)
    if not wants:
        raise DomainError(Problem("nothing_open_to_keep", "{number}: nothing is open that goods could be kept for.", number=order.number), Kind.CONFLICT)  # fmt: skip
    kept = ledger.keep([(order, want) for want in wants], on=timezone.localdate(), at_most=at_most)
    if not kept:
        refuse_if(_why_nothing(lines, wants), Kind.CONFLICT)
    note(order, reserved=(None, sum(kept.values())))


def _why_nothing(lines: Sequence[SalesOrderLine], wants: Sequence[ledger_queries.Want]) -> list[Problem]:
    """A sentence for each of the first ten lines: all is kept already, or nothing is free where it is shipped from."""
    items = {line.pk: line.item.code for line in lines}
    return [
        Problem(
            "nothing_free", "{item}: nothing more is free in {warehouse}. Buy, make or transfer it, or swap with another order.",
            item=items[want.key], warehouse=str(want.location),
        )
        for want in wants[:10]
    ]  # fmt: skip


@verb("sales.release_order", N_("Let go of reserved goods"), roles=RESERVERS)
def release_order(*, actor: User, request_id: uuid.UUID, order_id: int) -> SalesOrder:
    """Let go of everything that is kept for or promised to an order; others may take it at once."""
    order = locked(SalesOrder, order_id)
    ledger.release_kept(order)
    return order


def fit_to_open(lines: Iterable[SalesOrderLine]) -> None:
    """Nothing stays kept beyond what is open of lines whose quantity or state has changed."""
    ledger.trim(SalesOrder.doc_type, {line.pk: line.open_quantity for line in lines})
