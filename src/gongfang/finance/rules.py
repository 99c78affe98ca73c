"""What makes an invoice or a payment acceptable, and its arithmetic. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.money import to_cents, to_micro
from gongfang.kernel.pricing import Amounts, portion

LEEWAY = Decimal(
    "0.06"
)  # what rounding may make of one line, as the tax printed on an invoice against the computed one; in yuan


class OfOrder(NamedTuple):
    """A line of an order, invoiced whether its goods have come or not."""

    line_id: int


Source = int | OfOrder
"""What an invoice line is about: the id of a line of a receipt or shipment, or a line of an order."""


@dataclass(frozen=True, slots=True)
class InvoiceLineInput:
    """One line as entered. source_line_id: the receipt or shipment line; or order_line_id: the order's line, of goods that have not come.

    price: before tax, per base unit; None: as ordered. tax_amount: as printed on the invoice, where it differs from the computed one by
    rounding.
    """

    source_line_id: int | None
    quantity: Decimal
    price: Decimal | None = None
    tax_rate: Decimal | None = None
    tax_amount: Decimal | None = None
    id: int | None = None
    order_line_id: int | None = None

    @property
    def source(self) -> Source | None:
        return self.source_line_id if self.order_line_id is None else OfOrder(self.order_line_id)


@dataclass(frozen=True, slots=True)
class MatchInput:
    """How much settles which invoice."""

    invoice_id: int
    amount: Decimal
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Invoiceable:
    """A receipt or shipment line and what may still be invoiced of it (negative: a red invoice is due, goods went back).

    quantity: net of returns. value: what it was booked at; released: what earlier invoices took back of that; billed: their net amounts.
    is_mixed: a part of value is of invoices that came before the goods. on_way: of an order's line, what is invoiced and has not come;
    billed is what stands for it then.
    """

    line_id: int
    item_id: int
    item: str
    partner_id: int
    quantity: Decimal
    invoiced: Decimal
    price: Decimal
    tax_rate: Decimal
    value: Decimal = Decimal(0)
    released: Decimal = Decimal(0)
    document_id: int = 0
    billed: Decimal = Decimal(0)
    is_mixed: bool = False
    on_way: Decimal | None = None

    @property
    def open(self) -> Decimal:
        return self.quantity - self.invoiced

    @property
    def creditable(self) -> Decimal:
        """What `billed` is about, and a red invoice may credit."""
        return self.invoiced if self.on_way is None else self.on_way

    def takes(self, quantity: Decimal) -> bool:
        """Whether an invoice may be of so much: goods in full or red as they stand; what is on the way may be credited always."""
        if self.on_way is not None and quantity < 0:
            return -quantity <= self.on_way
        return quantity != 0 and (quantity > 0) == (self.open > 0) and abs(quantity) <= abs(self.open)


def amounts(quantity: Decimal, price: Decimal, tax_rate: Decimal, tax: Decimal | None = None) -> Amounts:
    """Net and tax of a line, each rounded once. price: before tax."""
    return _taxed(to_cents(quantity * price), tax_rate, tax)


def _taxed(net: Decimal, tax_rate: Decimal, tax: Decimal | None) -> Amounts:
    tax = to_cents(net * tax_rate) if tax is None else tax
    return Amounts(net, tax, net + tax)


def invoice_row(line: InvoiceLineInput, source: Invoiceable) -> dict[str, object]:
    """The values of an invoice line. Without a price of its own it takes its share of what was booked, so that shares add up; a red one
    of what was invoiced, for that is what is credited.
    """
    rate = source.tax_rate if line.tax_rate is None else line.tax_rate
    price = source.price if line.price is None else line.price
    if line.price is not None:
        sums = amounts(line.quantity, line.price, rate, line.tax_amount)
    elif line.quantity < 0 < source.creditable:
        price = to_micro(max(source.billed, Decimal(0)) / source.creditable)
        left = source.billed * (source.creditable + line.quantity) / source.creditable
        sums = _taxed(to_cents(left) - source.billed, rate, line.tax_amount)
    elif source.is_mixed:
        sums = _taxed(share_of_estimate(source, line.quantity), rate, line.tax_amount)
    else:
        net = portion(source.value, source.quantity, source.invoiced, line.quantity)
        sums = _taxed(net, rate, line.tax_amount)
    return {
        "id": line.id, "item_id": source.item_id, "quantity": line.quantity, "price": price, "tax_rate": rate,
        "net_amount": sums.net, "tax_amount": sums.tax, "total_amount": sums.total,
    }  # fmt: skip


def share_of_estimate(line: Invoiceable, quantity: Decimal) -> Decimal:
    """How much of what still stands booked at receipt an invoice for `quantity` takes back: all of it with the last of what is open."""
    return to_cents((line.value - line.released) * quantity / line.open)


def invoice_problems(
    lines: Sequence[InvoiceLineInput], sources: Mapping[Source, Invoiceable], partner_id: int
) -> list[Problem]:
    """Every reason against the lines of an invoice."""
    if not lines:
        return [Problem("no_lines", "Enter at least one line.", where="lines")]
    problems: list[Problem] = []
    seen: set[Source] = set()
    for index, line in enumerate(lines):
        where, source = f"lines.{index}", sources.get(line.source) if line.source is not None else None
        if line.source is None or (line.order_line_id is not None and line.source_line_id is not None):
            text = N_("Line {line}: name what came in, or the order's line of goods still to come; one of the two.")
            problems.append(Problem("one_source", text, where=where, line=index + 1))
            continue
        if source is None or source.partner_id != partner_id:
            problems.append(
                Problem(
                    "foreign_line", "Line {line} is not of this partner, or not posted.", where=where, line=index + 1
                )
            )
            continue
        if line.source in seen:
            problems.append(Problem("line_twice", "Line {line} repeats a line above.", where=where, line=index + 1))
        seen.add(line.source)
        if not source.takes(line.quantity):
            problems.append(_too_much(line, source, f"{where}.quantity"))
        problems += _price_problems(line, source, where)
    return problems


def _too_much(line: InvoiceLineInput, source: Invoiceable, where: str) -> Problem:
    about = {"item": source.item, "open": source.open, "quantity": line.quantity}
    if source.on_way is None:
        text = N_(
            "{item}: {open} can still be invoiced, not {quantity}. Check the receipt, or what was invoiced before."
        )
        return Problem("over_invoiced", text, where=where, **about)
    if line.quantity < 0:
        text = N_(
            "{item}: {on_way} is invoiced and has not come, {quantity} cannot be credited. What has come is credited by its receipt."
        )
        return Problem("over_credited_way", text, where=where, on_way=source.on_way, **about)
    text = N_(
        "{item}: {open} of the order can still be invoiced, not {quantity}. Check what was ordered, and invoiced before."
    )
    return Problem("over_invoiced", text, where=where, **about)


def _price_problems(line: InvoiceLineInput, source: Invoiceable, where: str) -> list[Problem]:
    problems = []
    price = source.price if line.price is None else line.price
    rate = source.tax_rate if line.tax_rate is None else line.tax_rate
    if price < 0:
        problems.append(
            Problem("bad_price", "{item}: a price is not negative.", where=f"{where}.price", item=source.item)
        )
    elif line.price is not None and -to_cents(line.quantity * price) > max(source.billed, Decimal(0)) + LEEWAY:
        problems.append(
            Problem(
                "over_credited", "{item}: {billed} before tax is invoiced of it, {amount} cannot be credited. Leave the price empty to credit what was invoiced.",
                where=f"{where}.price", item=source.item, billed=source.billed, amount=-to_cents(line.quantity * price),
            )
        )  # fmt: skip
    if not 0 <= rate < 1:
        problems.append(
            Problem(
                "bad_tax_rate",
                "{item}: a tax rate lies between 0 % and 100 %.",
                where=f"{where}.tax_rate",
                item=source.item,
            )
        )
    elif line.tax_amount is not None:
        computed = amounts(line.quantity, price, rate).tax
        if abs(computed - line.tax_amount) > LEEWAY:
            problems.append(
                Problem(
                    "tax_differs", "{item}: tax {tax} differs from the computed {computed} by more than {tolerance}.",
                    where=f"{where}.tax_amount", item=source.item, tax=line.tax_amount, computed=computed, tolerance=LEEWAY,
                )
            )  # fmt: skip
    return problems


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    id: int
    number: str
    partner_id: int
    open: Decimal
    is_approved: bool


def match_problems(
    amount: Decimal, lines: Sequence[MatchInput], invoices: dict[int, OpenInvoice], partner_id: int
) -> list[Problem]:
    """Every reason against matching a payment of `amount` to invoices."""
    problems: list[Problem] = []
    if amount <= 0:
        problems.append(Problem("bad_amount", "The amount must be more than 0.", where="amount"))
    seen: set[int] = set()
    for index, line in enumerate(lines):
        where, invoice = f"lines.{index}", invoices.get(line.invoice_id)
        if invoice is None or invoice.partner_id != partner_id or not invoice.is_approved:
            problems.append(
                Problem(
                    "foreign_invoice",
                    "Line {line}: this is not an approved invoice of the partner.",
                    where=f"{where}.invoice",
                    line=index + 1,
                )
            )
            continue
        if line.invoice_id in seen:
            problems.append(Problem("line_twice", "Line {line} repeats a line above.", where=where, line=index + 1))
        seen.add(line.invoice_id)
        fits = 0 < line.amount <= invoice.open or invoice.open <= line.amount < 0
        if not fits:
            problems.append(
                Problem(
                    "over_settled", "{number}: {open} is open, {amount} cannot be settled.",
                    where=f"{where}.amount", number=invoice.number, open=invoice.open, amount=line.amount,
                )
            )  # fmt: skip
    matched = sum((line.amount for line in lines), Decimal(0))
    if matched > amount > 0:
        problems.append(
            Problem(
                "over_matched",
                "{matched} is matched, but only {amount} is paid.",
                where="amount",
                matched=matched,
                amount=amount,
            )
        )
    return problems


def invoice_number_problem(number: str) -> Problem | None:
    """A 数电票 number has 20 digits; older paper ones 8. Others (abroad) are letters and digits."""
    text = number.strip()
    if not text or len(text) > 30 or not text.replace("-", "").isalnum():
        return Problem(
            "bad_invoice_no",
            "An invoice number has 1 to 30 letters or digits; a digital one has 20 digits.",
            where="invoice_no",
        )
    return None


@dataclass(frozen=True, slots=True)
class Matched:
    """One invoice line beside its order and receipt. prices: before tax per base unit; received: less returned.

    on_way: what of a line that names an order has not come; None: it names a receipt. received is what was ordered then.
    """

    line_no: int
    item: str
    order: str
    receipt: str
    ordered_price: Decimal
    price: Decimal
    received: Decimal
    invoiced_before: Decimal
    quantity: Decimal
    ordered_rate: Decimal
    rate: Decimal
    net: Decimal
    on_way: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference in words. kind: price, tax or quantity. amount: money it makes, before tax; is_beyond: of the tolerance."""

    line_no: int
    kind: str
    text: str
    data: Mapping[str, object]
    amount: Decimal
    is_beyond: bool


def differences(rows: Sequence[Matched], tolerance: Decimal) -> list[Difference]:
    """What an invoice says otherwise than order and receipt. tolerance: share of the order's price."""
    found = []
    for row in rows:
        about = {"item": row.item, "order": row.order, "receipt": row.receipt}
        expected = to_cents(row.quantity * row.ordered_price)
        more = row.net - expected
        if row.price != row.ordered_price:
            share = (row.price - row.ordered_price) / row.ordered_price if row.ordered_price else Decimal(1)
            text = (
                N_(
                    "{item}: {price} on the invoice, {ordered} on order {order}; {amount} more for {quantity} ({percent} %)."
                )
                if share > 0
                else N_(
                    "{item}: {price} on the invoice, {ordered} on order {order}; {amount} less for {quantity} ({percent} %)."
                )
            )
            data = about | {
                "price": row.price, "ordered": row.ordered_price, "amount": abs(more), "quantity": row.quantity,
                "percent": (abs(share) * 100).quantize(Decimal("0.1")),
            }  # fmt: skip
            found.append(Difference(row.line_no, "price", text, data, more, abs(share) > tolerance))
        if row.rate != row.ordered_rate:
            text = N_("{item}: tax rate {rate} % on the invoice, {ordered} % on order {order}.")
            data = about | {"rate": row.rate * 100, "ordered": row.ordered_rate * 100}
            found.append(Difference(row.line_no, "tax", text, data, to_cents(row.net * (row.rate - row.ordered_rate)), True))  # fmt: skip
        rest = row.received - row.invoiced_before - row.quantity
        if row.on_way and row.quantity > 0:
            text = N_("{item}: {quantity} on the invoice of {received} ordered on {order}; {on_way} has not come yet.")
            data = about | {"quantity": row.quantity, "received": row.received, "on_way": row.on_way}
            found.append(Difference(row.line_no, "coming", text, data, Decimal(0), rest < 0))
        elif rest:
            text = (
                N_(
                    "{item}: {quantity} on the invoice of {received} received on {receipt}; {rest} stays to be invoiced."
                )
                if row.on_way is None
                else N_(
                    "{item}: {quantity} on the invoice of {received} ordered on {order}; {rest} stays to be invoiced."
                )
            )
            data = about | {"quantity": row.quantity, "received": row.received, "rest": rest}
            found.append(Difference(row.line_no, "quantity", text, data, Decimal(0), rest < 0 < row.quantity))
    return found
