"""Work in process: what finished pieces take out of an order, and what unfinished ones are worth.

Source: the element-wise job order costing of Horngren, Cost Accounting, ch. 4 and 17; 约当产量法 as in 小企业 cost practice.
Money has two decimals, quantities six; every split adds up to what was split.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.money import ZERO, split, to_cents

ELEMENTS = ("material", "labour", "machine", "overhead", "subcontract")


def output_value(unit_cost: Decimal, come: Decimal, taken: Decimal) -> Decimal:
    """Value of the pieces that came last, when `come` pieces have come in all and `taken` was taken out for those before.

    Rounded on the running total, so that three receipts of a third add up to one receipt of the whole, whichever were taken back
    in between.
    """
    return max(to_cents(unit_cost * come) - taken, ZERO)


def by_element(value: Decimal, weights: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Divide a value over the cost elements in the ratio of the standard; without any, it is all material."""
    used = [element for element in ELEMENTS if weights.get(element, ZERO) > 0]
    if not used:
        return {"material": value}
    return dict(zip(used, split(value, [weights[element] for element in used]), strict=True))


@dataclass(frozen=True, slots=True)
class Flow:
    """What moved on one order: put in, taken out by output, written to variances. All per element."""

    put_in: Mapping[str, Decimal]
    taken_out: Mapping[str, Decimal]
    variance: Mapping[str, Decimal]


def balance(flow: Flow) -> dict[str, Decimal]:
    """What is still in process, per element: put in − taken out − variance. An order is settled when all are 0.00."""
    return {
        element: flow.put_in.get(element, ZERO) - flow.taken_out.get(element, ZERO) - flow.variance.get(element, ZERO)
        for element in ELEMENTS
    }


@dataclass(frozen=True, slots=True)
class Degree:
    """How far the unfinished pieces are in one element: opening + period cost, share of the work done (0 to 1)."""

    element: str
    cost: Decimal
    done: Decimal


def equivalent_units(
    finished: Decimal, unfinished: Decimal, degrees: Sequence[Degree]
) -> tuple[dict[str, Decimal], dict[str, Decimal]]:
    """约当产量法, weighted average: (cost of the finished, cost of the unfinished) per element; each pair adds up to its cost.

    finished, unfinished: pieces. Without any equivalent piece the cost stays with the unfinished.
    """
    done: dict[str, Decimal] = {}
    left: dict[str, Decimal] = {}
    for degree in degrees:
        equivalents = finished + unfinished * degree.done
        done[degree.element] = to_cents(degree.cost * finished / equivalents) if equivalents else ZERO
        left[degree.element] = degree.cost - done[degree.element]
    return done, left
