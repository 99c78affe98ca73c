"""Three-way match of order, receipt and invoice: what differs, in words, and whether it may pass."""

import uuid

from gongfang.finance.models import PurchaseInvoice
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
    """What the invoice says otherwise than order and receipt, line by line; three statements. Fees have no receipt of goods."""
    lines = invoice.lines.exclude(receipt_line=None).select_related(
        "item", "receipt_line__order_line__document", "receipt_line__document"
    )
    taken = invoice.approval == "approved"  # its own quantity stands on the receipt line already
    rows = []
    for line in lines:
        source = line.receipt_line
        rows.append(
            Matched(
                line.line_no, str(line.item), source.order_line.document.number, source.document.number, source.order_line.net_price,
                line.price, source.quantity - source.returned_quantity,
                source.done_quantity - (line.quantity if taken else 0), line.quantity, source.tax_rate, line.tax_rate, line.net_amount,
            )
        )  # fmt: skip
    return differences(rows, setting(MATCH_TOLERANCE))


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
