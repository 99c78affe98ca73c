"""One movement of goods between value pools: what it is worth, and what each pool needs besides to stay sound."""

from dataclasses import dataclass

from gongfang.engines.valuation.pools import Pool


@dataclass(frozen=True, slots=True)
class Carried:
    """value: booked out of the source and into the target. residues: booked into a pool besides, cents.

    A pool changes by what is booked on it: source −value + source_residue, target value + target_residue.
    """

    value: int = 0
    source_residue: int = 0
    target_residue: int = 0

    def __neg__(self) -> "Carried":
        return Carried(-self.value, -self.source_residue, -self.target_residue)


NOTHING = Carried()


def carry(source: Pool | None, target: Pool | None, quantity: int, value: int | None, mark: object = None) -> Carried:
    """Move goods, or with quantity 0 value alone. source, target: None is a place without value.

    value None: the source's own cost. Raises Shortage.
    """
    source_residue = target_residue = 0
    if source is not None:
        if not quantity:
            value = value or 0
            source_residue = -source.revalue(-value)
        elif value is None:
            value = source.issue(quantity)
        else:
            source_residue = source.withdraw(quantity, value)
    assert value is not None, "goods from a place without value come with theirs"
    if target is not None:
        target_residue = -(target.receive(quantity, value, mark) if quantity else target.revalue(value))
    return Carried(value, source_residue, target_residue)


def undo(
    source: Pool | None, target: Pool | None, quantity: int, done: Carried, mark: object = None, own: object = None
) -> Carried:  # fmt: skip
    """Take an earlier movement back: the target gives what it took, the source gets what it gave.

    mark: of the earlier one; own: of this one.

    The result is booked as a movement of −quantity in the same direction.
    """
    kept, taken = done.value + done.target_residue, done.value - done.source_residue
    source_residue, target_residue = -done.source_residue, -done.target_residue
    if target is not None:
        target_residue += target.withdraw(quantity, kept, mark) if quantity else -target.revalue(-kept)
    if source is not None:
        source_residue -= source.receive(quantity, taken, own) if quantity else source.revalue(taken)
    return Carried(-done.value, source_residue, target_residue)
