"""在途物资: a supplier's invoice that comes before its goods. Goods and invoice meet in either order and are settled by quantity.

What is invoiced of an order line and has not come stands on 1402, by supplier. A receipt of goods that are on the way is valued at the
invoice's price and credits 1402; an invoice for goods that are there takes their estimate back. Which of the two came later carries it in
its voucher, and can be taken back without the other. See docs/adr/0043.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.finance.models import OnWayMatch, PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import OfOrder
from gongfang.finance.services.drawing import days_of, draw, sources_of, sums
from gongfang.finance.services.estimates import estimate_entries, method_on, put_on_goods
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import to_cents
from gongfang.kernel.pricing import Amounts, summed
from gongfang.ledger import services as ledger
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.lifecycle import Effect
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb
from gongfang.purchasing import queries as purchasing_queries
from gongfang.purchasing import services as purchasing

ZERO = Decimal(0)
REASON = "finance.purchase_invoice"
KEPT = ["on_way_quantity", "on_way_amount"]


def waiting_lines(order_line_ids: Iterable[int], until: date | None = None) -> list[PurchaseInvoiceLine]:
    """Lines of approved invoices whose goods have not all come, oldest first. The order lines are locked. until: invoices of a day."""
    rows = PurchaseInvoiceLine.objects.filter(
        order_line__in=list(order_line_ids), on_way_quantity__gt=0, document__approval=ApprovalState.APPROVED
    )
    if until is not None:
        rows = rows.filter(document__business_date__lte=until)
    return list(rows.select_related("document").order_by("document__business_date", "pk"))


def _take(line: PurchaseInvoiceLine, quantity: Decimal, on: date, **of: object) -> OnWayMatch:
    """So much of a line is not on the way any more; the last of it takes all that stands for it."""
    net = to_cents(line.on_way_amount * quantity / line.on_way_quantity)
    line.on_way_quantity -= quantity
    line.on_way_amount -= net
    return OnWayMatch(invoice_line=line, quantity=quantity, net_amount=net, on=on, **of)


def find_receipts(lines: Sequence[PurchaseInvoiceLine], on: date | None = None) -> list[OnWayMatch]:
    """What has come of lines on the way and waits for its invoice, oldest first; one statement. on: the day, where it is not theirs."""
    there = purchasing_queries.invoiceable_lines(order_line_ids={line.order_line_id for line in lines})
    left = {one.line_id: one.open for one in there}
    found = []
    for line in lines:
        for one in there:
            quantity = min(line.on_way_quantity, left[one.line_id]) if one.order_line_id == line.order_line_id else ZERO
            if quantity > 0:
                left[one.line_id] -= quantity
                day = on or max(line.document.business_date, one.on)
                found.append(_take(line, quantity, day, receipt_line_id=one.line_id))
    return found


def lock(ordered: Sequence[PurchaseInvoiceLine]) -> None:
    """Hold the order lines of an invoice that is being approved; another may have been approved since it was checked."""
    if not ordered:
        return
    ids = {line.order_line_id for line in ordered if line.order_line_id}
    purchasing.lock_ordered(ids)
    sources, found = sources_of([OfOrder(pk) for pk in ids]), []
    for line in ordered:
        source = sources.get(OfOrder(line.order_line_id or 0))
        if source is None or not source.takes(line.quantity):
            text = N_("{item}: another invoice took what could be invoiced or credited of the order; look at it again.")
            found.append(Problem("taken_meanwhile", text, item=source.item if source else str(line)))
    refuse_if(found, Kind.CONFLICT)


def begin(invoice: PurchaseInvoice, ordered: Sequence[PurchaseInvoiceLine]) -> list[OnWayMatch]:
    """What lines of orders of an invoice that is being approved meet: goods that are there, and, red ones, invoices they credit.

    Their quantities are recorded already. Writes the credited lines; its own lines and the matches are the caller's to write.
    """
    if not ordered:
        return []
    for line in ordered:
        line.document = invoice
        if line.quantity > 0:
            line.on_way_quantity, line.on_way_amount = line.quantity, line.net_amount
    met = find_receipts([line for line in ordered if line.quantity > 0])
    if met:
        purchasing.record_invoiced(sums((one.receipt_line_id, one.quantity) for one in met), _freed(met))
    red = [line for line in ordered if line.quantity < 0]
    return [*met, *_credit(invoice, red)] if red else met


def _credit(invoice: PurchaseInvoice, red: Sequence[PurchaseInvoiceLine]) -> list[OnWayMatch]:
    waiting = waiting_lines({line.order_line_id for line in red if line.order_line_id})
    found = []
    for line in red:
        due = -line.quantity
        for one in waiting:
            quantity = min(due, one.on_way_quantity) if one.order_line_id == line.order_line_id else ZERO
            if quantity > 0:
                due -= quantity
                found.append(_take(one, quantity, invoice.business_date, red_line=line))
        assert not due, "more credited than is on the way"
    PurchaseInvoiceLine.objects.bulk_update(waiting, KEPT, batch_size=500)
    return found


def _freed(matches: Iterable[OnWayMatch]) -> dict[int, Decimal]:
    """Order line → what is not on the way any more, negative."""
    return sums((one.invoice_line.order_line_id, -one.quantity) for one in matches if one.invoice_line.order_line_id)


def post_later(actor: User, matches: Sequence[OnWayMatch]) -> None:
    """Vouchers of what invoices meet on another day than their own: the estimate leaves against 1402. One pass."""
    drafts = []
    for (_, on), some in sorted(days_of(matches).items()):
        invoice = some[0].invoice_line.document
        net = sum((one.net_amount for one in some), ZERO)
        entries = [
            *estimate_entries(invoice, some, method_on(on)),
            ledger.Entry("on_way", credit=net, partner_id=invoice.supplier_id),
            ledger.Entry("variance_price", debit=net - sum((one.estimate for one in some), ZERO)),
        ]
        entries = [entry for entry in entries if entry.debit or entry.credit]
        if entries:
            drafts.append(
                ledger.Draft(
                    REASON, on, invoice, (), entries, f"在途物资入库 {invoice.invoice_no}", invoice.supplier_id
                )
            )
    if drafts:
        ledger.post_all(actor=actor, drafts=drafts)


def settle(actor: User, lines: Sequence[PurchaseInvoiceLine], on: date | None = None) -> list[OnWayMatch]:
    """Let lines of approved invoices meet goods that are there and wait for their invoice. The order lines are locked."""
    met = find_receipts(lines, on)
    if not met:
        return []
    purchasing.record_invoiced(sums((one.receipt_line_id, one.quantity) for one in met), _freed(met))
    draw(met, max(one.on for one in met))
    PurchaseInvoiceLine.objects.bulk_update(lines, KEPT, batch_size=500)
    OnWayMatch.objects.bulk_create(met, batch_size=500)
    post_later(actor, met)
    for invoice in {one.invoice_line.document for one in met}:
        put_on_goods(actor, invoice, [one for one in met if one.invoice_line.document_id == invoice.pk])
    return met


@verb("finance.meet_on_way", N_("Match with receipts"), roles=("accountant", "cost_accountant"))
def meet_on_way(*, actor: User, request_id: uuid.UUID, line_ids: Sequence[int]) -> list[PurchaseInvoiceLine]:
    """Settle goods on the way with receipts of the same order lines that wait for an invoice, today.

    They meet by themselves; it is needed where another invoice of the receipts was taken back.
    """
    rows = PurchaseInvoiceLine.objects.filter(pk__in=list(line_ids))
    ordered = set(rows.exclude(order_line=None).values_list("order_line", flat=True))
    purchasing.lock_ordered(ordered)
    chosen = [line for line in waiting_lines(ordered) if line.pk in set(line_ids)]
    if not chosen or not settle(actor, chosen, timezone.localdate()):
        raise DomainError(
            Problem("nothing_came", "No receipt of these order lines waits for an invoice. Receive the goods first."),
            Kind.CONFLICT,
        )
    return chosen


# ---- taken back


def blockers(invoice: PurchaseInvoice) -> list[Problem]:
    """What was credited stays; a red invoice stays where what it credited was invoiced again."""
    credits = OnWayMatch.objects.filter(invoice_line__document=invoice).exclude(red_line=None)
    found = [
        Problem("credited", "{number} credits it; take that back first.", number=number)
        for number in sorted(set(credits.order_by().values_list("red_line__document__number", flat=True)))
    ]
    red = list(invoice.lines.filter(quantity__lt=0).exclude(order_line=None))
    sources = sources_of([OfOrder(line.order_line_id) for line in red]) if red else {}
    for line in red:
        source = sources.get(OfOrder(line.order_line_id))
        if source is None or source.open < -line.quantity:
            text = N_("{item}: what it credits is invoiced again; take that invoice back first.")
            found.append(Problem("invoiced_again", text, item=source.item if source else str(line)))
    return found


def effects(invoice: PurchaseInvoice) -> list[Effect]:
    """What is told before: goods that came since are estimated."""
    late = OnWayMatch.objects.filter(invoice_line__document=invoice, is_at_receipt=True)
    amount = sum(late.values_list("net_amount", flat=True), ZERO)
    return (
        [Effect(N_("Goods of {amount} that came since stand as estimates, at its price."), {"amount": amount})]
        if amount
        else []
    )


def take_back(actor: User, invoice: PurchaseInvoice, lines: Sequence[PurchaseInvoiceLine]) -> None:
    """Forget what an invoice that is taken back met. Goods that came after it keep their value, as an estimate; constant statements."""
    direct = sums((line.receipt_line_id, -line.quantity) for line in lines if line.receipt_line_id)
    ordered = [line for line in lines if line.order_line_id]
    if not ordered:
        if direct:
            purchasing.record_invoiced(direct)
        return
    purchasing.lock_ordered({line.order_line_id for line in ordered if line.order_line_id})
    refuse_if(blockers(invoice), Kind.CONFLICT)
    met = list(
        OnWayMatch.objects.filter(invoice_line__document=invoice)
        .exclude(receipt_line=None)
        .select_related("invoice_line", "receipt_line__document")
    )
    late = [one for one in met if one.is_at_receipt]
    back = [*direct.items(), *((one.receipt_line_id, -one.quantity) for one in met if one.receipt_line_id)]
    free = [(line.order_line_id, -line.quantity) for line in ordered if line.order_line_id]
    free += [(pk, -quantity) for pk, quantity in _freed(met).items()]
    purchasing.record_invoiced(
        sums(back), sums(free), sums((one.receipt_line_id, -one.quantity) for one in late if one.receipt_line_id)
    )
    _estimate(actor, invoice, late)
    credits = list(OnWayMatch.objects.filter(red_line__document=invoice).select_related("invoice_line"))
    _restore(credits)
    OnWayMatch.objects.filter(pk__in=[one.pk for one in (*met, *credits)]).delete()


def _restore(matches: Sequence[OnWayMatch]) -> None:
    """What matches took is on the way again."""
    lines: dict[int, PurchaseInvoiceLine] = {}
    for one in matches:
        line = lines.setdefault(one.invoice_line_id, one.invoice_line)
        line.on_way_quantity += one.quantity
        line.on_way_amount += one.net_amount
    PurchaseInvoiceLine.objects.bulk_update(list(lines.values()), KEPT, batch_size=500)


def _estimate(actor: User, invoice: PurchaseInvoice, late: Sequence[OnWayMatch]) -> None:
    """Receipts that were paid from 1402 are paid from the estimate. It is the receipts' own, and goes with them."""
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    receipts: dict[int, Any] = {}
    for one in late:
        assert one.receipt_line is not None
        document = receipts.setdefault(one.receipt_line.document_id, one.receipt_line.document)
        amounts[document.pk] += one.net_amount
    drafts = [
        ledger.Draft(
            REASON, receipt.business_date, receipt, (),
            [
                ledger.Entry("on_way", debit=amounts[pk], partner_id=invoice.supplier_id),
                ledger.Entry("grni", credit=amounts[pk], partner_id=invoice.supplier_id),
            ],
            f"在途发票撤回转暂估 {invoice.invoice_no}", invoice.supplier_id,
        )
        for pk, receipt in sorted(receipts.items())
        if amounts[pk]
    ]  # fmt: skip
    if drafts:
        ledger.post_all(actor=actor, drafts=drafts)


# ---- goods that come


class GoodsAwaited:
    """What purchasing asks when goods come, or are taken back, of which something is on the way."""

    def meet(self, receipt: Any, lines: Sequence[Any]) -> Mapping[int, purchasing.Met]:
        """As `Awaiting.meet`; three statements."""
        waiting = waiting_lines({line.order_line_id for line in lines}, receipt.business_date)
        found, met = {}, []
        for line in lines:
            left, parts = line.quantity, []
            for one in waiting:
                quantity = min(left, one.on_way_quantity) if one.order_line_id == line.order_line_id else ZERO
                if quantity > 0:
                    left -= quantity
                    match = _take(one, quantity, receipt.business_date, receipt_line_id=line.pk, is_at_receipt=True)
                    match.estimate = match.net_amount
                    met.append(match)
                    tax = to_cents(match.net_amount * one.tax_rate)
                    parts.append(Amounts(match.net_amount, tax, match.net_amount + tax))
            if parts:
                found[line.pk] = purchasing.Met(line.quantity - left, summed(parts))
        PurchaseInvoiceLine.objects.bulk_update(waiting, KEPT, batch_size=500)
        OnWayMatch.objects.bulk_create(met, batch_size=500)
        return found

    def follow(self, actor: User, order_line_ids: Iterable[int]) -> None:
        """As `Awaiting.follow`."""
        settle(actor, waiting_lines(order_line_ids))

    def give_back(self, receipt_line_ids: Iterable[int]) -> None:
        """As `Awaiting.give_back`; three statements."""
        met = OnWayMatch.objects.filter(receipt_line__in=list(receipt_line_ids), is_at_receipt=True)
        _restore(list(met.select_related("invoice_line")))
        met.delete()
