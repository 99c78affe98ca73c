"""How much may come in or go back."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import N_, Problem
from gongfang.kernel.tolerances import passes

EXCESS = {
    "forbid": (
        "over_receipt",
        N_("{order} line {line} ({item}): {ordered} ordered, {net} received; {wanted} more is beyond the tolerance of {percent} %."),
    ),
    "approve": (
        "excess_not_accepted",
        N_("{order} line {line} ({item}): {ordered} ordered, {net} received; {wanted} more is beyond the tolerance of {percent} % and has to be accepted by the buyer."),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Incoming:
    """An order line and what is about to come in for it. net: received less returned so far. tolerance: share in excess."""

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
    is_of_supplier: bool
    mode: str = "forbid"


def receiving_problems(lines: Iterable[Incoming], *, accepted: bool = False, entering: bool = False) -> list[Problem]:
    """Reasons against taking goods in: one entry per order line, with all its lots summed.

    accepted: somebody lets more than the tolerance pass. entering: it is only written yet, nobody could have accepted it.
    """
    found = []
    for line in lines:
        about = {"order": line.order, "line": line.line_no, "item": line.item}
        if not line.is_of_supplier:
            found.append(
                Problem("other_supplier", "{order} line {line} is an order to another supplier.", line.where, **about)
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
                    code,
                    text,
                    line.where, ordered=line.ordered, net=line.net, wanted=line.wanted, percent=line.tolerance * 100, **about,
                )
            )  # fmt: skip
    return found


@dataclass(frozen=True, slots=True)
class GoingBack:
    """A receipt line and what is about to go back of it."""

    where: str
    receipt: str
    line_no: int
    item: str
    received: Decimal
    returned: Decimal
    wanted: Decimal
    is_live: bool
    is_of_supplier: bool


def return_problems(lines: Iterable[GoingBack]) -> list[Problem]:
    """Reasons against sending goods back: one entry per receipt line."""
    found = []
    for line in lines:
        about = {"receipt": line.receipt, "line": line.line_no, "item": line.item}
        if not line.is_of_supplier:
            found.append(
                Problem("other_supplier_receipt", "{receipt} came from another supplier.", line.where, **about)
            )
        elif not line.is_live:
            found.append(Problem("receipt_not_approved", "{receipt} is not approved.", line.where, **about))
        elif line.returned + line.wanted > line.received:
            found.append(
                Problem(
                    "over_return", "{receipt} line {line} ({item}): {received} received, {returned} returned; {wanted} cannot go back.",
                    line.where, received=line.received, returned=line.returned, wanted=line.wanted, **about,
                )
            )  # fmt: skip
    return found
