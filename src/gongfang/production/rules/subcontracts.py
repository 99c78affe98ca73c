"""Work done outside: how much may go out and come back, what material it should take, and what is left to reckon (核销)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import Problem, counted
from gongfang.kernel.money import ZERO, to_micro


@dataclass(frozen=True, slots=True)
class Outside:
    """One subcontract order. sent: pieces at the subcontractor's, net of those returned unworked; counts_pieces: False where
    nothing but material goes out, because the operation is the first. free: pieces that wait before the operation."""

    number: str
    quantity: Decimal
    sent: Decimal
    good: Decimal
    lost: Decimal
    counts_pieces: bool
    free: Decimal = ZERO

    @property
    def pieces(self) -> Decimal:
        """Pieces that have neither come back nor been lost."""
        return self.sent - self.good - self.lost if self.counts_pieces else ZERO


def send_problems(outside: Outside, pieces: Decimal, has_material: bool) -> list[Problem]:
    """Refusals of sending: nothing, more pieces than wait or than were ordered."""
    if pieces < 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where="pieces")]
    if not pieces and not has_material:
        return [Problem("nothing_to_send", "{number}: nothing is left to send.", number=outside.number)]
    if pieces and not outside.counts_pieces:
        return [
            Problem("material_only", "{number}: this is the first operation; only its material is sent.", where="pieces", number=outside.number)
        ]  # fmt: skip
    found = []
    if pieces > outside.free:
        found.append(
            Problem("not_arrived", counted("{number}: {free} piece waits for this operation, not {pieces}.", "{number}: {free} pieces wait for this operation, not {pieces}.", "free"), where="pieces",
                    number=outside.number, free=outside.free, pieces=pieces)
        )  # fmt: skip
    if outside.sent + pieces > outside.quantity:
        found.append(
            Problem("over_sent", counted("{number}: {quantity} piece is ordered, {sent} sent; {pieces} more are too many.", "{number}: {quantity} pieces are ordered, {sent} are sent; {pieces} more are too many.", "quantity"), where="pieces",
                    number=outside.number, quantity=outside.quantity, sent=outside.sent, pieces=pieces)
        )  # fmt: skip
    return found


def outside_problems(outside: Outside, pieces: Decimal) -> list[Problem]:
    """Refusals of taking pieces back, worked or not: more than are there."""
    if pieces < 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where="good")]
    if outside.counts_pieces and pieces > outside.pieces:
        return [
            Problem("not_outside", counted("{number}: {outside} piece is at the subcontractor's; {pieces} cannot come back.", "{number}: {outside} pieces are at the subcontractor's; {pieces} cannot come back.", "outside"), where="good",
                    number=outside.number, outside=outside.pieces, pieces=pieces)
        ]  # fmt: skip
    return []


def unworked_problems(outside: Outside, pieces: Decimal) -> list[Problem]:
    """Refusals of taking pieces back unworked: of a first operation none went out, so none can come back."""
    if pieces > 0 and not outside.counts_pieces:
        return [
            Problem("no_pieces_out", "{number}: this is the first operation; no pieces went out, only unused material comes back.", where="pieces",
                    number=outside.number)
        ]  # fmt: skip
    return outside_problems(outside, pieces)


@dataclass(frozen=True, slots=True)
class MaterialUse:
    """One component at the subcontractor's. used: with what is about to be reckoned; standard: for the pieces that came back."""

    item: str
    sent: Decimal
    returned: Decimal
    used: Decimal
    standard: Decimal

    @property
    def left(self) -> Decimal:
        return self.sent - self.returned - self.used


def standard_use(fixed: Decimal, per_piece: Decimal, pieces: Decimal) -> Decimal:
    """What so many pieces should have taken; the fixed part goes with the first."""
    return to_micro(fixed + per_piece * pieces) if pieces > 0 else ZERO


def loss_problems(number: str, uses: Iterable[MaterialUse], tolerance: Decimal) -> tuple[list[Problem], list[Problem]]:
    """(refusals, warnings): more used than was sent; more lost than agreed (code `over_loss`, to be confirmed)."""
    refusals, warnings = [], []
    for use in uses:
        if use.left < 0:
            refusals.append(
                Problem("not_sent", "{number}: {sent} of {item} were sent and {returned} returned; {used} cannot have been used.",
                        where="lines", number=number, item=use.item, sent=use.sent, returned=use.returned, used=use.used)
            )  # fmt: skip
        elif use.used > to_micro(use.standard * (1 + tolerance)):
            warnings.append(
                Problem("over_loss", "{number}: {used} of {item} are used where {standard} should do; charge the loss or confirm it.",
                        where="lines", number=number, item=use.item, used=use.used, standard=use.standard)
            )  # fmt: skip
    return refusals, warnings
