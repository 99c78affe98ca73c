"""Changes to lines of an order that is approved already: which lines, what speaks against it, what they cost then.

Of sales and purchase orders alike: their lines have unit_quantity, quantity, done_quantity, price, discount, tax_rate and the
amounts, and each wanted change has id, quantity and price (None: as it is) beside its dates.
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import line_amounts, net_price, quantity_problems
from gongfang.kernel.states import Approval
from gongfang.platform.bases import Document
from gongfang.platform.documents.progress import execution_of
from gongfang.platform.verbs import note

SIX_PLACES = Decimal("0.000001")
FIELDS = ("unit_quantity", "quantity", "price", "net_price", "net_amount", "tax_amount", "total_amount", "execution")
"""What `revise` sets, beside the dates."""


def refuse_unapproved(order: Document) -> None:
    """Only what is approved is revised; a draft is changed. Raises DomainError(not_approved)."""
    if order.approval != Approval.APPROVED:
        raise DomainError(
            Problem("not_approved", "{number} is not approved; change it directly.", number=order.number), Kind.CONFLICT
        )


def rows_to_revise(
    order: Any, lines: Sequence[Any], why_not: Callable[[Any, Any, str], list[Problem]]
) -> dict[int, Any]:
    """All lines of a locked order by key, locked too, the wanted ones checked. Raises DomainError with every problem at its line."""
    found = order.lines.select_for_update(of=("self",)).select_related("item__unit").order_by("pk")
    rows = {row.pk: row for row in found}
    problems: list[Problem] = []
    for index, wanted in enumerate(lines):
        row = rows.get(wanted.id)
        if row is None:
            problems.append(
                Problem("line_unknown", "Line {line} belongs to another document.", f"lines.{index}", line=index + 1)
            )
        else:
            problems += why_not(row, wanted, f"lines.{index}")
    refuse_if(problems)
    return rows


def revision_problems(row: Any, wanted: Any, where: str, *, below_done: str, price_used: str | None) -> list[Problem]:
    """Reasons against changing one line. below_done: told with {item} and {done}; price_used: told if the old price was used."""
    about = {"item": str(row.item)}
    found: list[Problem] = []
    if wanted.quantity is not None:
        precision = row.item.unit.precision if row.unit_id == row.item.unit_id else 6
        found = quantity_problems(str(row.item), wanted.quantity, f"{where}.quantity", precision)
        if not found and wanted.quantity * row.quantity < row.done_quantity * row.unit_quantity:
            found.append(Problem("below_done", below_done, f"{where}.quantity", done=row.done_quantity, **about))
    if wanted.price is not None and wanted.price < 0:
        found.append(Problem("bad_price", "{item}: a price is not negative.", f"{where}.price", **about))
    if price_used and wanted.price is not None and wanted.price != row.price:
        found.append(Problem("price_used", price_used, f"{where}.price", **about))
    return found


def revise(row: Any, wanted: Any, dates: Sequence[str], *, includes_tax: bool) -> None:
    """Set on a locked line what was wanted, and what it costs then; note the differences. Saving is the caller's (FIELDS, dates)."""
    names = ("unit_quantity", "price", *dates)
    before = [getattr(row, name) for name in names]
    if wanted.quantity is not None and wanted.quantity != row.unit_quantity:
        row.quantity = (row.quantity * wanted.quantity / row.unit_quantity).quantize(SIX_PLACES)
        row.unit_quantity = wanted.quantity
    row.price = row.price if wanted.price is None else wanted.price
    for name in dates:
        setattr(row, name, getattr(wanted, name) or getattr(row, name))
    reckon(row, includes_tax=includes_tax)
    row.execution = execution_of(row.quantity, row.done_quantity, row.execution == "closed")
    after = [getattr(row, name) for name in names]
    told = ("quantity", *names[1:])
    note(row, **{name: (old, new) for name, old, new in zip(told, before, after, strict=True) if old != new})


def reckon(row: Any, *, includes_tax: bool) -> None:
    """The amounts of a line out of its quantity, price, discount and tax rate."""
    amounts = line_amounts(row.unit_quantity, row.price, row.discount, row.tax_rate, includes_tax=includes_tax)
    row.net_amount, row.tax_amount, row.total_amount = amounts.net, amounts.tax, amounts.total
    row.net_price = net_price(amounts.net, row.quantity)
