"""What suppliers' and customers' invoices have in common: drafted from lines of receipts or shipments, checked, posted, taken back."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from gongfang.finance.rules import (
    Invoiceable,
    InvoiceLineInput,
    OfOrder,
    Source,
    invoice_number_problem,
    invoice_problems,
    invoice_row,
)
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger import queries as ledger_queries
from gongfang.ledger import services as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.bases import ApprovalState
from gongfang.platform.documents.editing import change, editable, new_document, save_lines
from gongfang.platform.documents.lifecycle import Effect
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class InvoiceSide:
    """What differs between an invoice that comes in and one that goes out.

    partner, source_line: names of the invoice's and its line's references. sources: what lines are about → what may be invoiced of it.
    order_type: the document type whose lines may be invoiced before the goods come; empty: none.
    record: writes down how much of each source line is invoiced. forgets: values of the invoice that a change makes void.
    number_needed: a supplier's invoice has a number, unique among the supplier's own; ours may get one later, unique among all.
    """

    model: Any
    line_model: Any
    partner: str
    source_line: str
    source_type: str
    reason: str
    summary: str
    sources: Callable[[Sequence[Source]], dict[Source, Invoiceable]]
    record: Callable[[dict[int, Decimal]], object]
    no_partner: Problem
    taken: str
    blocked: tuple[str, str]
    nothing: Problem
    number_needed: bool
    forgets: Mapping[str, Any] = field(default_factory=dict)
    order_type: str = ""

    def partner_id(self, invoice: Any) -> int:
        return int(getattr(invoice, f"{self.partner}_id"))

    def source_id(self, line: Any) -> int:
        return int(getattr(line, f"{self.source_line}_id"))

    def known(self, chosen: Sequence[Source]) -> dict[Source, Invoiceable]:
        """What may be invoiced of some sources; lines of orders are none where the side has no orders."""
        return self.sources([key for key in chosen if self.order_type or not isinstance(key, OfOrder)])

    def source_of(self, line: Any) -> Source:
        if self.order_type and line.order_line_id is not None:
            return OfOrder(line.order_line_id)
        return self.source_id(line)

    def columns(self, line: InvoiceLineInput) -> dict[str, int | None]:
        found: dict[str, int | None] = {f"{self.source_line}_id": line.source_line_id}
        return found | {"order_line_id": line.order_line_id} if self.order_type else found

    def input_of(self, line: Any) -> InvoiceLineInput:
        """A line as it would be entered."""
        ordered = line.order_line_id if self.order_type else None
        source = None if ordered else self.source_id(line)
        return InvoiceLineInput(source, line.quantity, line.price, line.tax_rate, line.tax_amount, None, ordered)


def create(
    side: InvoiceSide, actor: User, partner_id: int, invoice_no: str, lines: Sequence[InvoiceLineInput],
    business_date: date | None = None, due_date: date | None = None, remark: str = "",
) -> Any:  # fmt: skip
    """A draft. due_date: by the partner's payment days where left out."""
    partner = masterdata.partners_by_ids([partner_id]).get(partner_id)
    if partner is None or not getattr(partner, f"is_{side.partner}"):
        raise DomainError(side.no_partner)
    refuse_if(number_problems(side, partner_id, invoice_no.strip()))
    on = business_date or timezone.localdate()
    invoice = new_document(
        side.model, actor=actor, on=on, invoice_no=invoice_no.strip(), remark=remark,
        due_date=due_date or on + timedelta(days=partner.payment_days), **{side.partner: partner},
    )  # fmt: skip
    _fill(side, invoice, lines)
    return invoice


def edit(
    side: InvoiceSide, document_id: int, version: int | None, lines: Sequence[InvoiceLineInput], invoice_no: str,
    due_date: date, business_date: date, remark: str,
) -> Any:  # fmt: skip
    """Change a draft; the partner stays."""
    invoice = editable(side.model, document_id, version=version)
    refuse_if(number_problems(side, side.partner_id(invoice), invoice_no.strip(), invoice.pk))
    change(
        invoice,
        invoice_no=invoice_no.strip(),
        due_date=due_date,
        business_date=business_date,
        remark=remark,
        **side.forgets,
    )
    _fill(side, invoice, lines)
    return invoice


def create_of_lines(
    side: InvoiceSide, actor: User, line_ids: Iterable[int], invoice_no: str, business_date: date | None
) -> Any:
    """One draft for all that is not yet invoiced of some source lines, which must be of one partner."""
    return create_of_sources(side, actor, list(line_ids), invoice_no, business_date)


def create_of_sources(
    side: InvoiceSide, actor: User, chosen: Sequence[Source], invoice_no: str, business_date: date | None, nothing: Problem | None = None
) -> Any:  # fmt: skip
    """As `create_of_lines`, of lines of orders too. nothing: what is said where there is none, or of several partners."""
    sources = {key: source for key, source in side.known(chosen).items() if source.takes(source.open)}
    partners = {source.partner_id for source in sources.values()}
    if len(partners) != 1:
        raise DomainError(nothing or side.nothing)
    lines = [
        InvoiceLineInput(None, source.open, order_line_id=key.line_id)
        if isinstance(key, OfOrder)
        else InvoiceLineInput(key, source.open)
        for key, source in sources.items()
    ]
    return create(side, actor, partners.pop(), invoice_no, lines, business_date)


def sums_of(side: InvoiceSide, line_ids: Sequence[int], *fields: str) -> Mapping[int, list[Decimal]]:
    """Source line → sums of some fields over its lines of approved invoices; one statement."""
    rows = side.line_model.objects.filter(
        **{f"{side.source_line}__in": line_ids}, document__approval=ApprovalState.APPROVED
    )
    found = rows.order_by().values_list(side.source_line).annotate(*(Sum(name) for name in fields))
    return defaultdict(lambda: [ZERO] * len(fields), {pk: list(sums) for pk, *sums in found})


def number_problems(side: InvoiceSide, partner_id: int, invoice_no: str, but: int | None = None) -> list[Problem]:
    """Why an invoice number cannot be entered: its form, or that it is there already."""
    if not invoice_no and not side.number_needed:
        return []
    if problem := invoice_number_problem(invoice_no):
        return [problem]
    rows = side.model.objects.filter(invoice_no=invoice_no).exclude(approval="void").exclude(pk=but)
    if side.number_needed:  # two suppliers may use the same number
        rows = rows.filter(**{side.partner: partner_id})
    other = rows.first()
    if other is None:
        return []
    return [Problem("invoice_no_taken", side.taken, where="invoice_no", invoice_no=invoice_no, number=other.number)]


def _fill(side: InvoiceSide, invoice: Any, lines: Sequence[InvoiceLineInput]) -> None:
    """Check and write the lines and the totals of a locked draft."""
    sources = side.known([line.source for line in lines if line.source is not None])
    refuse_if(invoice_problems(lines, sources, side.partner_id(invoice)))
    rows = [
        {**side.columns(line), **invoice_row(line, sources[line.source])} for line in lines if line.source is not None
    ]
    write(side, invoice, rows, sources)


def write(
    side: InvoiceSide, invoice: Any, rows: Sequence[Mapping[str, Any]], sources: Mapping[Source, Invoiceable]
) -> None:
    """Write checked rows as the lines of a draft, its totals and its links. sources: by source line."""
    saved: list[Any] = save_lines(invoice, side.line_model, rows)
    change(
        invoice,
        net_amount=sum((line.net_amount for line in saved), ZERO),
        tax_amount=sum((line.tax_amount for line in saved), ZERO),
        total_amount=sum((line.total_amount for line in saved), ZERO),
    )
    unlink(invoice)
    documents = {
        is_order: document_model(side.order_type if is_order else side.source_type)._default_manager.in_bulk(
            [source.document_id for key, source in sources.items() if isinstance(key, OfOrder) == is_order]
        )
        for is_order in {isinstance(key, OfOrder) for key in sources}
    }
    ends = [(line, side.source_of(line)) for line in saved]
    link(
        Link(
            documents[isinstance(key, OfOrder)][sources[key].document_id],
            invoice,
            sources[key].line_id,
            line.pk,
            line.quantity,
        )
        for line, key in ends
    )


def problems(side: InvoiceSide, invoice: Any) -> list[Problem]:
    """What stands against an invoice as it is now."""
    lines = list(invoice.lines.all())
    inputs, keys = [side.input_of(line) for line in lines], [side.source_of(line) for line in lines]
    return invoice_problems(inputs, side.known(keys), side.partner_id(invoice))


def approve(
    side: InvoiceSide, actor: User, invoice: Any, entries_of: Callable[[Any, list[Any]], list[ledger.Entry]]
) -> None:
    """Record what is invoiced of each source line, then post the entries made of the locked lines."""
    lines = list(invoice.lines.select_for_update(of=("self",)).order_by("pk"))
    side.record({side.source_id(line): line.quantity for line in lines})
    post(side, actor, invoice, entries_of(invoice, lines))


def post(side: InvoiceSide, actor: User, invoice: Any, entries: Sequence[ledger.Entry], summary: str = "") -> None:
    """Post what is not nought; goods for nothing, or replaced ones against those that went back, leave no voucher."""
    entries = [entry for entry in entries if entry.debit or entry.credit]
    if entries:
        ledger.post(
            actor=actor, reason=side.reason, source=invoice, on=invoice.business_date, partner_id=side.partner_id(invoice),
            entries=entries, summary=f"{summary or side.summary} {invoice.invoice_no or invoice.number}",
        )  # fmt: skip


def unpost(side: InvoiceSide, actor: User, invoice: Any) -> None:
    """Reverse the invoice's postings in red, in one pass."""
    postings = ledger_queries.postings_of(invoice)
    if postings:
        ledger.reverse_all(actor=actor, postings=postings, reason=side.reason)


def unrecord(side: InvoiceSide, invoice: Any) -> None:
    """The source lines may be invoiced again."""
    lines = invoice.lines.select_for_update(of=("self",)).order_by("pk")
    side.record({side.source_id(line): -line.quantity for line in lines})


def blockers(side: InvoiceSide) -> Callable[[Any], list[Problem]]:
    """Money on an invoice keeps it from being taken back."""
    code, text = side.blocked

    def found(invoice: Any) -> list[Problem]:
        return [Problem(code, text, amount=invoice.settled_amount)] if invoice.settled_amount else []

    return found


def reversed_vouchers(invoice: Any) -> list[Effect]:
    """What taking an approval back does in the books."""
    return [
        Effect(
            N_("Voucher {voucher} of {amount} is reversed in red."),
            {"voucher": str(getattr(posting, "voucher", posting)), "amount": invoice.total_amount},
        )
        for posting in ledger_queries.postings_of(invoice)
    ]
