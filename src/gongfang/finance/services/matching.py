"""Three-way match of order, receipt and invoice: what differs, in words, and whether it may pass."""

import uuid
from decimal import Decimal

from gongfang.finance.models import PurchaseInvoice, PurchaseInvoiceLine
from gongfang.finance.rules import Difference, Matched, differences
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import verb

MODES = (
    ("warn", N_("show only")),
    ("approve", N_("somebody has to accept it")),
    ("forbid", N_("forbid")),
)
MATCH_TOLERANCE = declare("finance.match_tolerance", N_("Price on the invoice may differ from the order by"), "percent", "0.05")  # fmt: skip
MATCH_MODE = declare("finance.match_mode", N_("Invoice beyond that"), "choice", "approve", MODES)


def differences_of(invoice: PurchaseInvoice) -> list[Difference]:
    """What the invoice says otherwise than order and receipt, line by line; four statements. Fees have no receipt of goods."""
    lines = invoice.lines.filter(fee_receipt=None).select_related(
        "item", "receipt_line__order_line__document", "receipt_line__document", "order_line__document"
    )
    taken = invoice.approval == "approved"  # its own quantity stands on the receipt line already
    rows = []
    for line in lines:
        if line.order_line is not None:
            rows.append(_beside_order(line, taken))
            continue
        source = line.receipt_line
        rows.append(
            Matched(
                line.line_no, str(line.item), source.order_line.document.number, source.document.number, source.order_line.net_price,
                line.price, source.quantity - source.returned_quantity,
                source.done_quantity - (line.quantity if taken else 0), line.quantity, source.tax_rate, line.tax_rate, line.net_amount,
            )
        )  # fmt: skip
    own = invoice.supplier.match_tolerance
    return differences(rows, setting(MATCH_TOLERANCE) if own is None else own)


def _beside_order(line: PurchaseInvoiceLine, taken: bool) -> Matched:
    """A line that names the order: what was ordered stands for what was received, and what has not come is told."""
    ordered = line.order_line
    assert ordered is not None
    before = ordered.invoiced_quantity - (line.quantity if taken else 0)
    coming = (
        line.on_way_quantity
        if taken
        else max(min(line.quantity, before + line.quantity - ordered.received_quantity), Decimal(0))
    )
    return Matched(
        line.line_no, str(line.item), ordered.document.number, "", ordered.net_price, line.price, ordered.quantity, before, line.quantity,
        ordered.tax_rate, line.tax_rate, line.net_amount, coming,
    )  # fmt: skip


def differences_problems(invoice: PurchaseInvoice) -> list[Problem]:
    """Why an invoice may not be approved as it differs; none where that is only shown, or was accepted by somebody."""
    mode = setting(MATCH_MODE)
    if mode == "warn" or (mode == "approve" and invoice.accepted_by_id):
        return []
    return [
        Problem(f"match_{one.kind}", one.text, where=f"lines.{one.line_no - 1}.price", **one.data)
        for one in differences_of(invoice)
        if one.is_beyond
    ]


def advice_on(invoice: PurchaseInvoice, one: Difference) -> str:
    """What the clerk can do about a difference, as a sentence to translate."""
    if one.kind == "coming":
        return N_("Nothing: the goods are awaited, their receipt will take the invoice's price.") if not one.is_beyond else N_("More is invoiced than ordered; ask the supplier for a corrected invoice, or change the order.")  # fmt: skip
    if one.kind == "quantity":
        if one.is_beyond:
            return N_("Invoice no more than was received; look whether a receipt is missing.")
        return N_("Nothing: the rest waits for its invoice.")
    mode = setting(MATCH_MODE)
    if not one.is_beyond or mode == "warn" or invoice.approval == "approved" or invoice.accepted_by_id:
        return N_("Nothing: what differs is booked as the company wants price differences booked.") if one.kind == "price" else N_("Nothing: tax is booked as on the invoice.")  # fmt: skip
    if mode == "forbid":
        return N_("Ask the supplier for a corrected invoice; the company accepts none beyond the tolerance.")
    if one.kind == "tax":
        return N_("Ask the supplier for an invoice at the order's rate, or let a buyer accept the difference.")
    if one.amount > 0:
        return N_("Ask the supplier for a corrected invoice, or let a buyer accept the difference. If it is freight, enter the order's price here and the freight as added cost of the receipt.")  # fmt: skip
    return N_("Let a buyer accept the difference, or ask the supplier for a corrected invoice.")


@verb("finance.accept_differences", N_("Accept differences"), roles=("buyer", "owner"))
def accept_differences(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str, version: int | None = None
) -> PurchaseInvoice:
    """Let an invoice pass although it differs; who entered it cannot, where people may not approve their own documents."""
    invoice = locked(PurchaseInvoice, document_id, version=version)
    if not reason.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", where="reason"))
    if invoice.approval == "approved" or not any(one.is_beyond for one in differences_of(invoice)):
        raise DomainError(Problem("nothing_to_accept", "Nothing differs beyond the tolerance."), Kind.CONFLICT)
    change(invoice, accepted_by=actor, accepted_reason=reason.strip()[:200])
    return invoice
