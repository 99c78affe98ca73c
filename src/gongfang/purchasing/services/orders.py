"""Purchase orders: create, change, revise, approve, close; in bulk for planning."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import line_amounts, net_price
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.approvals import services as approvals
from gongfang.platform.documents.editing import change, editable, locked, new_document, save_lines
from gongfang.platform.documents.lifecycle import Lifecycle
from gongfang.platform.documents.models import LineLink
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.documents.progress import roll_up
from gongfang.platform.documents.revising import (
    FIELDS,
    reckon,
    refuse_unapproved,
    revise,
    revision_problems,
    rows_to_revise,
)
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import note, verb
from gongfang.purchasing.events import OrderApproved
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine
from gongfang.purchasing.queries.supply import ordered_this_year
from gongfang.purchasing.rules.inputs import NewPurchase, OrderLine, Promise, Revision
from gongfang.purchasing.rules.sharing import by_share
from gongfang.purchasing.services.gate import blocked_suppliers, supplier_problems, why_not_order
from gongfang.purchasing.services.lines import foot, order_rows
from gongfang.purchasing.services.requisitions import unordered

BUYERS = ("buyer",)
DATES = ("due_date", "promised_date")
COMPANY_CURRENCY = "CNY"


def supplier_of(supplier_id: int) -> Any:
    """The supplier, if it may be ordered from. Raises DomainError: supplier_unknown, supplier_blocked."""
    supplier = (
        masterdata.suppliers().filter(pk=supplier_id).first()
        or masterdata.subcontractors().filter(pk=supplier_id).first()
    )
    if supplier is None:
        raise DomainError(Problem("supplier_unknown", "There is no such supplier.", "supplier"), Kind.MISSING)
    refuse_if([*status_problems(supplier), *supplier_problems(supplier.pk, timezone.localdate())])
    return supplier


def status_problems(supplier: Any) -> list[Problem]:
    """Whether the partner's own record forbids ordering."""
    if supplier.status == "active":
        return []
    return [Problem("supplier_blocked", "{supplier} is blocked; nothing can be ordered there.", "supplier", supplier=supplier.name)]  # fmt: skip


def currency_problems(supplier: Any) -> list[Problem]:
    """The books know one currency: prices in another would be booked as if they were in it."""
    if supplier.currency in ("", COMPANY_CURRENCY):
        return []
    return [
        Problem(
            "foreign_currency", "{supplier} is kept in {currency}, and the books know {own} only: enter the order's prices in {own}, and {own} at the supplier.",
            "supplier", supplier=supplier.name, currency=supplier.currency, own=COMPANY_CURRENCY,
        )
    ]  # fmt: skip


@verb("purchasing.create_order", N_("Create purchase order"), roles=BUYERS)
def create_order(
    *, actor: User, request_id: uuid.UUID, supplier_id: int, lines: Sequence[OrderLine], business_date: date | None = None,
    warehouse_id: int | None = None, due_date: date | None = None, buyer_id: int | None = None,
    price_includes_tax: bool | None = None, payment_days: int | None = None, supplier_reference: str = "", remark: str = "",
) -> PurchaseOrder:  # fmt: skip
    """Draft an order; prices left out are the agreed ones, terms left out the supplier's."""
    supplier = supplier_of(supplier_id)
    on = business_date or timezone.localdate()
    includes = supplier.price_includes_tax if price_includes_tax is None else price_includes_tax
    rows = order_rows(lines, supplier=supplier, includes_tax=includes, on=on, due=due_date)
    order = new_document(
        PurchaseOrder, actor=actor, on=on, supplier=supplier, warehouse_id=warehouse_id, due_date=due_date,
        buyer_id=buyer_id or actor.pk, price_includes_tax=includes, supplier_reference=supplier_reference, remark=remark,
        payment_days=supplier.payment_days if payment_days is None else payment_days, currency=supplier.currency, **foot(rows),
    )  # fmt: skip
    save_lines(order, PurchaseOrderLine, rows)
    return order


@verb("purchasing.change_order", N_("Change purchase order"), roles=BUYERS)
def change_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[OrderLine] | None = None,
    supplier_id: int | None = None, business_date: date | None = None, warehouse_id: int | None = None,
    due_date: date | None = None, buyer_id: int | None = None, price_includes_tax: bool | None = None,
    payment_days: int | None = None, supplier_reference: str | None = None, remark: str | None = None,
    version: int | None = None,
) -> PurchaseOrder:  # fmt: skip
    """Change a draft; what is left out stays."""
    order = editable(PurchaseOrder, order_id, version=version)
    supplier = supplier_of(supplier_id or order.supplier_id)
    header = {
        "supplier_id": supplier.pk, "currency": supplier.currency, "business_date": business_date, "warehouse_id": warehouse_id, "due_date": due_date,
        "buyer_id": buyer_id, "price_includes_tax": price_includes_tax, "payment_days": payment_days,
        "supplier_reference": supplier_reference, "remark": remark,
    }  # fmt: skip
    change(order, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        rows = order_rows(
            lines, supplier=supplier, includes_tax=order.price_includes_tax, on=order.business_date, due=order.due_date
        )
        save_lines(order, PurchaseOrderLine, rows)
        change(order, **foot(rows))
    elif price_includes_tax is not None:
        _reprice(order)
    return order


def _reprice(order: PurchaseOrder) -> None:
    """Compute the amounts anew from the entered prices, as after a switch between with and without tax."""
    rows = list(order.lines.all())
    for row in rows:
        reckon(row, includes_tax=order.price_includes_tax)
    update_rows(rows, ["net_amount", "tax_amount", "total_amount", "net_price"])
    change(order, **foot([vars(row) for row in rows]))


@verb("purchasing.revise_order", N_("Revise purchase order"), roles=BUYERS)
def revise_order(
    *, actor: User, request_id: uuid.UUID, order_id: int, lines: Sequence[Revision], version: int | None = None
) -> PurchaseOrder:
    """Change an approved order: quantities not below what has come, dates, and prices of lines of which nothing has come."""
    order = locked(PurchaseOrder, order_id, version=version)
    refuse_unapproved(order)
    before = order.total_amount
    carry_out(order, lines)
    if order.total_amount > before and approvals.flow_for(order) is not None:
        raise DomainError(
            Problem("needs_change_order", "{number} now costs {amount}; such an order has to be approved: make a change order.", number=order.number, amount=order.total_amount)
        )  # fmt: skip
    return order


def carry_out(order: PurchaseOrder, lines: Sequence[Revision]) -> None:
    """Change lines of a locked approved order and count the revision up. Raises DomainError with every problem at its line."""
    rows = rows_to_revise(order, lines, why_not_revise)
    for wanted in lines:
        revise(rows[wanted.id], wanted, DATES, includes_tax=order.price_includes_tax)
    refuse_if(called_problems(order, list(rows.values())), Kind.CONFLICT)
    update_rows([rows[wanted.id] for wanted in lines], [*FIELDS, *DATES])
    roll_up([order])
    change(order, revision=order.revision + 1, **foot([vars(row) for row in rows.values()]))


def why_not_revise(row: PurchaseOrderLine, wanted: Revision, where: str) -> list[Problem]:
    """Reasons against changing one line of an approved order."""
    used = N_("{item}: goods have come at the old price; close the line and order anew.")
    found = revision_problems(
        row, wanted, where, below_done=N_("{item}: {done} has come already."), price_used=used if row.received_quantity else None
    )  # fmt: skip
    due = row.done_quantity + row.on_way_quantity
    if (
        not found
        and wanted.quantity is not None
        and wanted.quantity * row.quantity < due * row.unit_quantity
        and row.on_way_quantity
    ):
        text = N_("{item}: {on_way} more is invoiced already; have the supplier credit it first.")
        found.append(
            Problem("below_invoiced", text, f"{where}.quantity", item=str(row.item), on_way=row.on_way_quantity)
        )
    return found


@verb("purchasing.confirm_order", N_("Confirm by supplier"), roles=BUYERS)
def confirm_order(
    *,
    actor: User,
    request_id: uuid.UUID,
    order_id: int,
    promised_date: date | None = None,
    lines: Sequence[Promise] = (),
    supplier_reference: str = "",
) -> PurchaseOrder:
    """Note that the supplier has confirmed, the date he promises for the open lines, and for single lines another one."""
    order = locked(PurchaseOrder, order_id)
    refuse_unapproved(order)
    if promised_date is not None:
        order.lines.filter(execution__in=["open", "partial"]).update(promised_date=promised_date)
    known = {row.pk: row for row in order.lines.select_for_update().filter(pk__in=[one.id for one in lines])}
    refuse_if(
        Problem("line_unknown", "Line {line} belongs to another document.", f"lines.{index}", line=index + 1)
        for index, one in enumerate(lines)
        if one.id not in known
    )
    for one in lines:
        note(known[one.id], promised_date=(known[one.id].promised_date, one.promised_date))
        known[one.id].promised_date = one.promised_date
    update_rows(list(known.values()), ["promised_date"])
    change(order, confirmed_on=timezone.localdate(), supplier_reference=supplier_reference or order.supplier_reference)
    return order


@verb("purchasing.close_order_line", N_("Close line"), roles=BUYERS)
def close_order_line(*, actor: User, request_id: uuid.UUID, order_id: int, line_id: int) -> PurchaseOrder:
    """Expect nothing more of one line."""
    order = locked(PurchaseOrder, order_id)
    line = order.lines.select_for_update().filter(pk=line_id).first()
    if line is None or order.approval != Approval.APPROVED or line.execution in ("done", "closed"):
        raise DomainError(
            Problem("cannot_close", "Only an approved document with open lines can be closed."), Kind.CONFLICT
        )
    note(line, execution=(line.execution, "closed"))
    line.execution = "closed"
    line.save(update_fields=["execution"])
    roll_up([order])
    return order


def create_orders(actor: User, wanted: Sequence[NewPurchase]) -> list[PurchaseOrderLine]:
    """Draft orders, one per supplier and warehouse, and return the line of each wish, in the same order. Constant statements.

    Call it inside a verb. Prices are the agreed ones, else the item's standard cost. Raises DomainError: no_supplier,
    supplier_blocked, item_not_bought.
    """
    today = timezone.localdate()
    items = masterdata.items_by_ids({one.item_id for one in wanted})
    prices = masterdata.supplier_prices(items, today)
    chosen, problems = _suppliers_of(wanted, items, prices)
    refuse_if(problems)
    partners = masterdata.partners_by_ids(set(chosen))
    refuse_if(problem for row in partners.values() for problem in status_problems(row))
    refuse_if(why_not_order(((chosen[n], one.item_id, "") for n, one in enumerate(wanted)), today, supplier_where=""))
    groups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, supplier_id in enumerate(chosen):
        groups[supplier_id, wanted[index].warehouse_id or 0].append(index)
    numbers = next_numbers(PurchaseOrder, today, len(groups))
    orders, rows_of = [], {}
    for number, (supplier_id, warehouse_id) in zip(numbers, sorted(groups), strict=True):
        supplier, own = partners[supplier_id], groups[supplier_id, warehouse_id]
        rows_of[number] = [
            (index, _planned_row(wanted[index], items[wanted[index].item_id], prices, supplier)) for index in own
        ]
        orders.append(
            PurchaseOrder(
                number=number, business_date=today, created_by=actor, buyer=actor, supplier=supplier, currency=supplier.currency,
                price_includes_tax=supplier.price_includes_tax, payment_days=supplier.payment_days, warehouse_id=warehouse_id or None,
                due_date=min(wanted[index].due for index in own), **foot([row for _, row in rows_of[number]]),
            )
        )  # fmt: skip
    orders = PurchaseOrder.objects.bulk_create(orders, batch_size=2000)
    lines: dict[int, PurchaseOrderLine] = {}
    for order in orders:
        for line_no, (index, row) in enumerate(rows_of[order.number], start=1):
            lines[index] = PurchaseOrderLine(document=order, line_no=line_no, **row)
    return PurchaseOrderLine.objects.bulk_create([lines[index] for index in range(len(wanted))], batch_size=2000)


def _suppliers_of(wanted: Sequence[NewPurchase], items: dict[int, Any], prices: dict[int, list[Any]]) -> tuple[list[int], list[Problem]]:  # fmt: skip
    """The supplier of each wish: named, by agreed shares where several suppliers have one, the item's own, or the only offer."""
    chosen, problems = [], []
    quotas = _quotas(wanted, prices)
    for index, one in enumerate(wanted):
        item = items.get(one.item_id)
        if item is None or item.status in ("blocked", "retired") or item.kind == "phantom":
            problems.append(
                Problem(
                    "item_not_bought",
                    "{item} cannot be bought: it is blocked, retired or a phantom.",
                    item=str(item or one.item_id),
                )
            )
            continue
        offers = prices.get(one.item_id, [])
        usual = item.default_supplier_id or (offers[0].supplier_id if offers else None)
        supplier_id = one.supplier_id or quotas[index] or usual
        if supplier_id is None:
            problems.append(
                Problem(
                    "no_supplier",
                    "{item} has no supplier; name one on the item or enter a supplier price.",
                    item=str(item),
                )
            )
            continue
        chosen.append(supplier_id)
    return chosen, problems


def _quotas(wanted: Sequence[NewPurchase], prices: dict[int, list[Any]]) -> list[int | None]:
    """The supplier that shares give each wish; None where the item has not several suppliers with a share. Two statements at most."""
    blocked = blocked_suppliers()
    shares: dict[int, dict[int, Decimal]] = {}
    for item_id, rows in prices.items():
        agreed: dict[int, Decimal] = {}
        for row in rows:  # the biggest first, where the steps of one supplier differ
            if 0 < row.share < 1 and row.supplier.status == "active" and row.supplier_id not in blocked:
                agreed.setdefault(row.supplier_id, row.share)
        if len(agreed) > 1:
            shares[item_id] = agreed
    open_wishes = [(0 if one.supplier_id else one.item_id, one.quantity) for one in wanted]
    return by_share(open_wishes, shares, ordered_this_year(shares) if shares else {})


def _planned_row(one: NewPurchase, item: Any, prices: dict[int, list[Any]], supplier: Any) -> dict[str, Any]:
    offers = prices.get(item.pk, [])
    offer = masterdata.best_supplier_price(offers, supplier.pk, one.quantity, only=True) if offers else None
    quantity, rate, includes = one.quantity, supplier.tax_rate, supplier.price_includes_tax
    if offer is not None and one.price is None:
        quantity = max(quantity, offer.min_quantity)
        if offer.multiple and quantity % offer.multiple:
            quantity += offer.multiple - quantity % offer.multiple
        offer = masterdata.best_supplier_price(
            offers, supplier.pk, quantity, only=True
        )  # it may reach the next step now
    if one.price is not None:
        price, with_tax = one.price, one.tax_included
    else:
        price, with_tax = (offer.price, offer.tax_included) if offer is not None else (item.standard_cost, False)
    if with_tax != includes:
        price = (price * (1 + rate) if includes else price / (1 + rate)).quantize(Decimal("0.000001"))
    amounts = line_amounts(quantity, price, Decimal(0), rate, includes_tax=includes)
    return {
        "item": item, "unit_id": item.unit_id, "unit_quantity": quantity, "quantity": quantity, "price": price, "tax_rate": rate,
        "net_price": net_price(amounts.net, quantity), "net_amount": amounts.net, "tax_amount": amounts.tax,
        "total_amount": amounts.total, "due_date": one.due, "need": one.need[:200],
    }  # fmt: skip


def _check(order: PurchaseOrder) -> list[Problem]:
    """What is missing before an order may be sent; nine statements at most."""
    found: list[Problem] = []
    found += status_problems(order.supplier) + currency_problems(order.supplier)
    lines = list(order.lines.select_related("item"))
    wanted = [(order.supplier_id, line.item_id, f"lines.{index}.item") for index, line in enumerate(lines)]
    found += why_not_order(wanted, timezone.localdate())
    found += called_problems(order, lines)
    if not lines:
        found.append(Problem("no_lines", "Enter at least one line.", "lines"))
    for index, line in enumerate(lines):
        if not line.price and line.discount < 1:
            found.append(
                Problem(
                    "price_missing",
                    "{item}: enter the price (a gift is a discount of 100 %).",
                    f"lines.{index}.price",
                    item=str(line.item),
                )
            )
    return found


def called_problems(order: PurchaseOrder, lines: Sequence[PurchaseOrderLine]) -> list[Problem]:
    """A line that calls off a blanket order keeps to what was called; one statement."""
    rows = LineLink.objects.filter(
        source_type="purchasing.blanket", target_type=PurchaseOrder.doc_type, target_id=order.pk
    )
    called = dict(rows.values_list("target_line", "quantity"))
    return [
        Problem("beyond_call", "{item}: {called} was called off, not {wanted}; call the rest off or order it separately.", f"lines.{index}.quantity", item=str(line.item), called=called[line.pk], wanted=line.quantity)
        for index, line in enumerate(lines)
        if line.pk in called and line.quantity > called[line.pk]
    ]  # fmt: skip


def _approved(actor: User, order: PurchaseOrder, request_id: uuid.UUID) -> None:
    emit(OrderApproved(order.pk, order.number, order.supplier_id))


def _voided(actor: User, order: PurchaseOrder, request_id: uuid.UUID) -> None:
    unordered(order)


LIFECYCLE = Lifecycle(
    PurchaseOrder, package="purchasing", noun="order", title=N_("purchase order"), writers=BUYERS, approvers=("buyer", "owner"),
    check=_check, on_approve=_approved, on_void=_voided,
)  # fmt: skip
