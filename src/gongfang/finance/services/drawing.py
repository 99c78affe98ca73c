"""What a supplier's invoice may be about, and how much of what was booked at receipt it takes back."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from gongfang.finance.models import OnWayMatch, PurchaseInvoiceLine
from gongfang.finance.rules import Invoiceable, OfOrder, Source, share_of_estimate
from gongfang.finance.services.estimates import GOODS, Drawing, draw_reversed, drawable, hold_runs
from gongfang.platform.bases import ApprovalState
from gongfang.purchasing import queries as purchasing

ZERO = Decimal(0)


def sources_of(chosen: Sequence[Source]) -> dict[Source, Invoiceable]:
    """Lines of receipts and of orders with what may still be invoiced; five statements at most."""
    receipts = [key for key in chosen if not isinstance(key, OfOrder)]
    ordered = [key.line_id for key in chosen if isinstance(key, OfOrder)]
    found: dict[Source, Invoiceable] = {}
    if receipts or not ordered:
        found.update(receipt_sources(receipts))
    if ordered:
        found.update(_order_sources(ordered))
    return found


def receipt_sources(line_ids: Collection[int]) -> dict[int, Invoiceable]:
    """Receipt lines with what may still be invoiced; three statements."""
    taken: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    rows = PurchaseInvoiceLine.objects.filter(receipt_line__in=line_ids, document__approval=ApprovalState.APPROVED)
    met = OnWayMatch.objects.filter(receipt_line__in=line_ids)
    mixed = set()
    for one in (rows, met):
        for pk, estimate, net in (
            one.order_by().values_list("receipt_line").annotate(Sum("estimate"), Sum("net_amount"))
        ):
            taken[pk] = [taken[pk][0] + estimate, taken[pk][1] + net]
            mixed |= {pk} if one is met else set()
    return {
        line.line_id: Invoiceable(
            line.line_id, line.item_id, line.item, line.supplier_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, taken[line.line_id][0], line.receipt_id, taken[line.line_id][1], line.line_id in mixed,
        )
        for line in purchasing.invoiceable_lines(line_ids=line_ids, only_open=False)
    }  # fmt: skip


def _order_sources(line_ids: Collection[int]) -> dict[Source, Invoiceable]:
    waiting = PurchaseInvoiceLine.objects.filter(order_line__in=line_ids, on_way_quantity__gt=0).order_by()
    amounts = dict(waiting.values_list("order_line").annotate(Sum("on_way_amount")))
    return {
        OfOrder(line.line_id): Invoiceable(
            line.line_id, line.item_id, line.item, line.supplier_id, line.quantity, line.invoiced, line.price, line.tax_rate,
            line.net_amount, document_id=line.order_id, billed=amounts.get(line.line_id, ZERO), on_way=line.on_way,
        )
        for line in purchasing.ordered_lines(line_ids)
    }  # fmt: skip


def sums(pairs: Iterable[tuple[int, Decimal]]) -> dict[int, Decimal]:
    """Amounts or quantities added up by what they are of."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for key, amount in pairs:
        found[key] += amount
    return dict(found)


def draw(lines: Sequence[Drawing], on: date) -> None:
    """Say of each line what it takes of the estimate of its receipt line, whose invoiced quantity counts all of them already.

    Their own estimates must be nought as yet. Eight statements at most.
    """
    if not lines:
        return
    ids = {pk for line in lines if (pk := line.receipt_line_id)}
    sources = receipt_sources(ids)
    own = sums((line.receipt_line_id, line.quantity) for line in lines if line.receipt_line_id)
    at: dict[int, Invoiceable] = {
        pk: replace(source, invoiced=source.invoiced - own[pk]) for pk, source in sources.items()
    }
    for line in lines:
        pk = line.receipt_line_id
        assert pk is not None
        line.estimate = share_of_estimate(at[pk], line.quantity)
        at[pk] = replace(at[pk], invoiced=at[pk].invoiced + line.quantity, released=at[pk].released + line.estimate)
    hold_runs()
    draw_reversed(lines, drawable(ids, GOODS, on))


def draws(lines: Sequence[PurchaseInvoiceLine], matches: Sequence[OnWayMatch]) -> list[Drawing]:
    """What takes estimates back: lines of receipts, and the goods that met lines of orders."""
    return [*[line for line in lines if line.receipt_line_id], *[one for one in matches if one.receipt_line_id]]


def days_of(matches: Iterable[OnWayMatch]) -> Mapping[tuple[int, date], list[OnWayMatch]]:
    """Matches by the invoice and day whose voucher says them."""
    found: dict[tuple[int, date], list[OnWayMatch]] = defaultdict(list)
    for one in matches:
        found[one.invoice_line.document_id, one.on].append(one)
    return found
