"""How much may go out or come back, and whether the credit reaches."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.tolerances import passes


@dataclass(frozen=True, slots=True)
class Outgoing:
    """An order line and what is about to leave for it. net: shipped less returned so far. tolerance: share in excess."""

    where: str
    order: str
    line_no: int
    item: str
    ordered: Decimal
    net: Decimal
    wanted: Decimal
    tolerance: Decimal
    is_live: bool
    is_closed: bool
    is_of_customer: bool
    mode: str = "forbid"


EXCESS = {
    "forbid": (
        "over_delivery",
        N_("{order} line {line} ({item}): {ordered} ordered, {net} shipped; {wanted} more is beyond the tolerance of {percent} %."),
    ),
    "approve": (
        "excess_not_accepted",
        N_("{order} line {line} ({item}): {ordered} ordered, {net} shipped; {wanted} more is beyond the tolerance of {percent} % and has to be accepted by sales."),
    ),
}  # fmt: skip


def shipping_problems(lines: Iterable[Outgoing], *, accepted: bool = False, entering: bool = False) -> list[Problem]:
    """Reasons against shipping: one entry per order line, with all its lots summed.

    accepted: somebody lets more than the tolerance pass. entering: it is only written yet, nobody could have accepted it.
    """
    found = []
    for line in lines:
        about = {"order": line.order, "line": line.line_no, "item": line.item}
        if not line.is_of_customer:
            found.append(
                Problem("other_customer", "{order} line {line} is an order of another customer.", line.where, **about)
            )
        elif not line.is_live:
            found.append(Problem("order_not_approved", "{order} is not approved.", line.where, **about))
        elif line.is_closed:
            found.append(Problem("line_closed", "{order} line {line} ({item}) is closed.", line.where, **about))
        elif line.net + line.wanted > line.ordered * (1 + line.tolerance) and not passes(
            line.mode, confirmed=True, accepted=accepted or entering
        ):
            code, text = EXCESS[line.mode]
            found.append(
                Problem(
                    code, text, line.where, ordered=line.ordered, net=line.net, wanted=line.wanted, percent=line.tolerance * 100, **about,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class ComingBack:
    """A shipment line and what is about to come back of it."""

    where: str
    shipment: str
    line_no: int
    item: str
    shipped: Decimal
    returned: Decimal
    wanted: Decimal
    is_live: bool
    is_of_customer: bool


def return_problems(lines: Iterable[ComingBack]) -> list[Problem]:
    """Reasons against taking goods back: one entry per shipment line."""
    found = []
    for line in lines:
        about = {"shipment": line.shipment, "line": line.line_no, "item": line.item}
        if not line.is_of_customer:
            found.append(
                Problem("other_customer_shipment", "{shipment} went to another customer.", line.where, **about)
            )
        elif not line.is_live:
            found.append(Problem("shipment_not_approved", "{shipment} is not approved.", line.where, **about))
        elif line.returned + line.wanted > line.shipped:
            found.append(
                Problem(
                    "over_return", "{shipment} line {line} ({item}): {shipped} shipped, {returned} returned; {wanted} cannot come back.",
                    line.where, shipped=line.shipped, returned=line.returned, wanted=line.wanted, **about,
                )
            )  # fmt: skip
    return found


def credit_problem(customer: str, limit: Decimal | None, exposure: Decimal, order_total: Decimal) -> Problem | None:
    """Why an order goes beyond a customer's credit. limit None: no limit. exposure: all he owes or has on order already."""
    if limit is None or exposure + order_total <= limit:
        return None
    return Problem(
        "credit_exceeded",
        "{customer}: the credit limit is {limit}; {exposure} is open, this order adds {total}. Somebody with the right has to let it pass.",
        customer=customer, limit=limit, exposure=exposure, total=order_total,
    )  # fmt: skip
