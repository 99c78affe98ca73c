"""What comes out beside the product (联产品、副产品、拆卸件): how much of it the pieces of the order can have given."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import Problem, counted
from gongfang.kernel.money import ZERO, to_micro
from gongfang.production.rules.orders import Step, last_steps, limit, over_receipt, rounded_up


def pieces_through(steps: Sequence[Step], kind: str) -> Decimal | None:
    """Pieces, good and scrap, that can have given further output; None where the order has no operations.

    A co-product comes with the product, from the last operations; a by-product from whichever operation has worked most.
    """
    if not steps:
        return None
    if kind == "by":
        return max(step.worked for step in steps)
    return min(step.worked for step in last_steps(steps))


def output_for(planned: Decimal, of_pieces: Decimal, pieces: Decimal, precision: int) -> Decimal:
    """What so many pieces give of an output that is planned for the whole order; the last unit begun counts."""
    return rounded_up(to_micro(planned * pieces / of_pieces), precision)


@dataclass(frozen=True, slots=True)
class OutputCheck:
    """Further output about to be received. tolerance: the order's, for product and further output alike.

    through: pieces that can have given it, None where nothing is reported. ready: what these give without tolerance.
    """

    number: str
    item: str
    where: str
    planned: Decimal
    tolerance: Decimal
    received: Decimal
    through: Decimal | None
    ready: Decimal | None
    quantity: Decimal


def output_problems(check: OutputCheck) -> list[Problem]:
    """Refusals of a receipt of further output: more than planned with the tolerance, more than the pieces can have given."""
    if check.quantity <= 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where=f"{check.where}.quantity")]
    found = over_receipt(check.number, check.where, check.planned, check.tolerance, check.received, check.quantity)
    total = check.received + check.quantity
    if check.ready is not None and total > limit(check.ready, check.tolerance):
        found.append(
            Problem(
                "not_come", counted("{number}: {through} piece gives {ready} of {item}, {received} received; {quantity} more are not there.", "{number}: {through} pieces give {ready} of {item}, {received} are received; {quantity} more are not there.", "through"),
                where=f"{check.where}.quantity", number=check.number, through=check.through or ZERO, ready=check.ready,
                item=check.item, received=check.received, quantity=check.quantity,
            )
        )  # fmt: skip
    return found


def cartons(quantity: Decimal, pack: Decimal, most: int) -> list[Decimal]:
    """How much is in each carton: full ones, the rest in the last. pack 0: all in one. Empty where there would be more than `most`."""
    if quantity <= 0:
        return []
    full, rest = divmod(quantity, pack) if pack > 0 else (Decimal(0), quantity)
    if full + (rest > 0) > most:
        return []
    return [pack] * int(full) + ([rest] if rest else [])
