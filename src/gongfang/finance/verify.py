"""What must hold of invoices and payments."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.db.models import Sum

from gongfang.finance.models import (
    CustomerStatement,
    EstimateKind,
    EstimateRun,
    EstimateRunLine,
    OnWayMatch,
    Payment,
    PaymentLine,
    PaymentRequest,
    PaymentRequestLine,
    PurchaseInvoice,
    PurchaseInvoiceLine,
    Receipt,
    ReceiptLine,
    SalesInvoice,
    SalesInvoiceLine,
    SupplierStatement,
)
from gongfang.ledger.queries import documents_with_postings, lines_of_roles
from gongfang.platform.verification import Check, Fault
from gongfang.production import queries as production
from gongfang.purchasing.queries import invoiceable_lines, on_way_quantities

ON_WAY_SOURCES = ("purchasing.receipt", "finance.purchase_invoice")
ESTIMATE_SOURCES = ("purchasing.receipt", "purchasing.return", "finance.purchase_invoice", "finance.estimate_run")


def invoice_totals() -> Iterator[Fault]:
    """The head of an invoice is the sum of its lines."""
    pairs: tuple[tuple[Any, Any], ...] = ((PurchaseInvoice, PurchaseInvoiceLine), (SalesInvoice, SalesInvoiceLine))
    for model, line_model in pairs:
        sums = {
            pk: (net, tax, total)
            for pk, net, tax, total in line_model.objects.values_list("document").annotate(
                Sum("net_amount"), Sum("tax_amount"), Sum("total_amount")
            )
        }
        for invoice in model.objects.all().iterator():
            expected = sums.get(invoice.pk, (Decimal(0),) * 3)
            found = (invoice.net_amount, invoice.tax_amount, invoice.total_amount)
            if found != expected or found[0] + found[1] != found[2]:
                yield Fault(
                    "finance.invoice_totals", f"{model._meta.label} {invoice.number}", f"head {found}, lines {expected}"
                )


def settlements() -> Iterator[Fault]:
    """What an invoice says is settled is what approved payments match to it, and never more than its total."""
    pairs: tuple[tuple[Any, Any], ...] = ((PurchaseInvoice, PaymentLine), (SalesInvoice, ReceiptLine))
    for model, line_model in pairs:
        matched = dict(
            line_model.objects.filter(document__approval="approved").values_list("invoice").annotate(Sum("amount"))
        )
        for invoice in model.objects.all().iterator():
            expected = matched.get(invoice.pk, Decimal(0))
            if invoice.settled_amount != expected or abs(invoice.settled_amount) > abs(invoice.total_amount):
                yield Fault(
                    "finance.settlements",
                    f"{model._meta.label} {invoice.number}",
                    f"settled {invoice.settled_amount}, matched {expected}",
                )


def matched_amounts() -> Iterator[Fault]:
    """A payment never settles more than its amount."""
    pairs: tuple[tuple[Any, Any], ...] = ((Payment, PaymentLine), (Receipt, ReceiptLine))
    for model, line_model in pairs:
        sums = dict(line_model.objects.values_list("document").annotate(Sum("amount")))
        for document in model.objects.filter(approval="approved").iterator():
            if (
                document.matched_amount != sums.get(document.pk, Decimal(0))
                or document.matched_amount > document.amount
            ):
                yield Fault(
                    "finance.matched",
                    f"{model._meta.label} {document.number}",
                    f"matched {document.matched_amount} of {document.amount}",
                )


def postings() -> Iterator[Fault]:
    """Every approved document has its voucher, but an invoice that comes to nought need not."""
    for model in (PurchaseInvoice, SalesInvoice, Payment, Receipt):
        posted = documents_with_postings(model.doc_type)
        for document in model._default_manager.all().iterator():
            has = document.pk in posted
            is_nought = not getattr(document, "total_amount", 1)
            if has != (document.approval == "approved") and not (is_nought and not has):
                yield Fault(
                    "finance.postings",
                    f"{model._meta.label} {document.number}",
                    "approved without a voucher" if not has else "a voucher without approval",
                )


def estimates() -> Iterator[Fault]:
    """What stands on 220202 and 220203 with a supplier is what was received, less returned, less invoiced."""
    expected: dict[int, Decimal] = defaultdict(Decimal)
    for line in invoiceable_lines(only_open=False):
        expected[line.supplier_id] += line.net_amount
    rows = PurchaseInvoiceLine.objects.filter(document__approval="approved").order_by()
    for supplier, amount in rows.values_list("document__supplier").annotate(Sum("estimate")):
        expected[supplier] -= amount
    met = OnWayMatch.objects.exclude(receipt_line=None).order_by()
    for supplier, amount in met.values_list("invoice_line__document__supplier").annotate(Sum("estimate")):
        expected[supplier] -= amount
    posted = estimate_balances(ESTIMATE_SOURCES)
    for supplier in sorted(expected.keys() | posted.keys()):
        if expected[supplier] != posted.get(supplier, Decimal(0)):
            yield Fault(
                "finance.estimates",
                f"masterdata_partner {supplier}",
                f"{expected[supplier]} received and not invoiced, the books say {posted.get(supplier, Decimal(0))}",
            )


def fees() -> Iterator[Fault]:
    """The fees on 220202 are owed to those who did the work: what live reports say of each subcontractor."""
    expected = production.fees_by_subcontractor()
    posted = estimate_balances(("production.report",), ("grni",))
    for supplier in sorted(expected.keys() | posted.keys()):
        earned, booked = expected.get(supplier, Decimal(0)), posted.get(supplier, Decimal(0))
        if earned != booked:
            yield Fault(
                "finance.fees", f"masterdata_partner {supplier}", f"fees of {earned} earned, the books say {booked}"
            )


def heads() -> Iterator[Fault]:
    """The head of a payment request or an estimate run is the sum of its lines, and no more is asked for than an invoice says."""
    for model, line_model in ((PaymentRequest, PaymentRequestLine), (EstimateRun, EstimateRunLine)):
        sums = dict(line_model.objects.order_by().values_list("document").annotate(Sum("amount")))
        for pk, number, amount in model._default_manager.values_list("pk", "number", "amount"):
            if amount != sums.get(pk, Decimal(0)):
                yield Fault("finance.heads", f"{model._meta.label} {number}", f"head {amount}, lines {sums.get(pk)}")
    asked = PaymentRequestLine.objects.exclude(document__approval="void").order_by()
    for number, total, amount in asked.values_list("invoice__number", "invoice__total_amount").annotate(Sum("amount")):
        if amount > total:
            yield Fault("finance.heads", f"finance.PurchaseInvoice {number}", f"{amount} asked for, {total} invoiced")


def reversed_estimates() -> Iterator[Fault]:
    """What stands on 220203 with a supplier is what runs moved there, of goods and of fees, less what invoices drew."""
    expected: dict[int, Decimal] = defaultdict(Decimal)
    runs = EstimateRunLine.objects.filter(document__approval="approved").order_by()
    for supplier, kind, amount in runs.values_list("supplier", "document__kind").annotate(Sum("amount")):
        expected[supplier] += amount if kind == EstimateKind.REVERSE else -amount
    drawn = PurchaseInvoiceLine.objects.filter(document__approval="approved").order_by()
    for supplier, amount in drawn.values_list("document__supplier").annotate(Sum("estimate_reversed")):
        expected[supplier] -= amount
    met = OnWayMatch.objects.exclude(receipt_line=None).order_by()
    for supplier, amount in met.values_list("invoice_line__document__supplier").annotate(Sum("estimate_reversed")):
        expected[supplier] -= amount
    posted = estimate_balances(ESTIMATE_SOURCES, ("grni_reversed",))
    for supplier in sorted(expected.keys() | posted.keys()):
        if expected[supplier] != posted.get(supplier, Decimal(0)):
            yield Fault(
                "finance.reversed_estimates",
                f"masterdata_partner {supplier}",
                f"{expected[supplier]} reversed and not drawn, the books say {posted.get(supplier, Decimal(0))}",
            )


def estimate_balances(
    sources: tuple[str, ...], roles: tuple[str, ...] = ("grni", "grni_reversed")
) -> dict[int, Decimal]:
    """Supplier → credit less debit of 220202 and 220203, of the postings of some document types; one statement."""
    lines = lines_of_roles(roles).filter(voucher__posting__source_type__in=sources).order_by()
    sums = lines.values_list("partner").annotate(Sum("debit"), Sum("credit"))
    return {partner: credit - debit for partner, debit, credit in sums if debit != credit}


def on_way() -> Iterator[Fault]:
    """What stands on 1402 with a supplier is what approved invoices name of orders and has neither come nor been credited."""
    matched = dict(OnWayMatch.objects.values_list("invoice_line").order_by().annotate(Sum("quantity")))
    gone = dict(OnWayMatch.objects.values_list("invoice_line").order_by().annotate(Sum("net_amount")))
    owed: dict[int, Decimal] = defaultdict(Decimal)
    ordered: dict[int, Decimal] = defaultdict(Decimal)
    lines = PurchaseInvoiceLine.objects.exclude(order_line=None).select_related("document").order_by("pk")
    for line in lines.iterator():
        is_open = line.document.approval == "approved" and line.quantity > 0
        due = (
            (line.quantity - matched.get(line.pk, 0), line.net_amount - gone.get(line.pk, 0))
            if is_open
            else (Decimal(0), Decimal(0))
        )
        if (line.on_way_quantity, line.on_way_amount) != due:
            what = f"{line.on_way_quantity} worth {line.on_way_amount} on the way, the matches leave {due[0]} worth {due[1]}"
            yield Fault("finance.on_way", f"finance_purchaseinvoiceline {line.pk}", what)
        owed[line.document.supplier_id] += line.on_way_amount
        ordered[line.order_line_id] += line.on_way_quantity
    noted = on_way_quantities()
    for pk in sorted(ordered.keys() | noted.keys()):
        if ordered[pk] != noted.get(pk, 0):
            yield Fault(
                "finance.on_way",
                f"purchasing_purchaseorderline {pk}",
                f"{noted.get(pk, 0)} noted, {ordered[pk]} on the way",
            )
    posted = estimate_balances(ON_WAY_SOURCES, ("on_way",))
    for supplier in sorted(owed.keys() | posted.keys()):
        if owed[supplier] != -posted.get(supplier, Decimal(0)):
            what = f"{owed[supplier]} invoiced and not received, the books say {-posted.get(supplier, Decimal(0))}"
            yield Fault("finance.on_way", f"masterdata_partner {supplier}", what)


def statements() -> Iterator[Fault]:
    """The head of a statement of account is the sum of its lines, and its last balance is what it closes with."""
    for model in (CustomerStatement, SupplierStatement):
        lines = model._meta.get_field("lines").related_model._default_manager.order_by()
        sums = {pk: rest for pk, *rest in lines.values_list("document").annotate(Sum("charged"), Sum("settled"))}
        last = dict(lines.order_by("line_no").values_list("document", "balance"))
        for one in model._default_manager.all().iterator():
            charged, settled = sums.get(one.pk, (Decimal(0), Decimal(0)))
            closing = last.get(one.pk, one.opening)
            if (one.charged, one.settled, one.closing) != (charged, settled, closing):
                what = f"head {one.charged} {one.settled} {one.closing}, lines {charged} {settled} {closing}"
                yield Fault("finance.statements", f"{model._meta.label} {one.number}", what)


CHECKS = [
    Check("finance.statements", statements),
    Check("finance.on_way", on_way),
    Check("finance.estimates", estimates), Check("finance.fees", fees), Check("finance.reversed_estimates", reversed_estimates), Check("finance.heads", heads), Check("finance.invoice_totals", invoice_totals), Check("finance.settlements", settlements), Check("finance.matched", matched_amounts),
    Check("finance.postings", postings),
]  # fmt: skip
