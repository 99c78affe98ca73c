"""Work done outside: how much may go out and come back, what material it should take, and what is left to reckon (核销)."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from gongfang.kernel.errors import Problem, counted
from gongfang.kernel.money import ZERO, to_micro
from gongfang.production.rules.orders import limit


@dataclass(frozen=True, slots=True)
class Given:
    """A subcontract order of an operation, in pieces. sent: net of those returned unworked; returned: all that ever came back unworked."""

    quantity: Decimal
    sent: Decimal
    returned: Decimal
    good: Decimal
    lost: Decimal
    is_live: bool = True

    @property
    def worked(self) -> Decimal:
        return self.good + self.lost

    @property
    def claimed(self) -> Decimal:
        """What this subcontractor is to do, or has done: as ordered, less what came back unworked and was not sent again."""
        return max(self.quantity - self.returned, self.sent)

    @property
    def unworked(self) -> Decimal:
        """What came back unworked and is off the order: anybody may do it."""
        return self.quantity - self.claimed

    @property
    def away(self) -> Decimal:
        """Pieces at the subcontractor's; of a first operation none went out."""
        return max(self.sent - self.worked, ZERO)


@dataclass(frozen=True, slots=True)
class OutsideOperation:
    """Where the pieces of an outside operation are. there: that have come to it, None for the first operation; given: its subcontract
    orders, drafts too."""

    planned: Decimal
    there: Decimal | None
    worked: Decimal
    given: tuple[Given, ...] = ()

    @property
    def is_given(self) -> bool:
        return any(one.is_live for one in self.given)

    @property
    def away(self) -> Decimal:
        return sum((one.away for one in self.given), ZERO)

    @property
    def unworked(self) -> Decimal:
        """What came back unworked from subcontractors and was not sent to them again, also where it is done since."""
        return sum((one.unworked for one in self.given), ZERO)

    @property
    def without_order(self) -> Decimal:
        """Pieces that are through otherwise than by a subcontract order: done here. Below zero where inspection had some worked anew."""
        return self.worked - sum((one.worked for one in self.given), ZERO)

    @property
    def open(self) -> Decimal:
        """Pieces of the order that nobody outside is to do and nobody here has done."""
        return self.planned - sum((one.claimed for one in self.given), ZERO) - self.without_order

    @property
    def waiting(self) -> Decimal:
        """Pieces that lie here before the operation."""
        return max((self.planned if self.there is None else self.there) - self.worked - self.away, ZERO)

    @property
    def for_here(self) -> Decimal:
        """Pieces that came back unworked, are given to nobody else, and lie here: they may be done in-house."""
        return max(min(self.unworked - max(self.without_order, ZERO), self.open, self.waiting), ZERO)


@dataclass(frozen=True, slots=True)
class Outside:
    """One subcontract order. sent: pieces at the subcontractor's, net of those returned unworked; counts_pieces: False where
    nothing but material goes out, because the operation is the first. free: pieces that wait before the operation; claimed: what the
    order stands for still; open: what nobody has been given, so that pieces that came back may be sent once more."""

    number: str
    quantity: Decimal
    sent: Decimal
    good: Decimal
    lost: Decimal
    counts_pieces: bool
    free: Decimal = ZERO
    claimed: Decimal = ZERO
    open: Decimal = ZERO

    @property
    def usual(self) -> Decimal:
        """What goes out when nobody says how much: what waits and is to be done there; not what came back unworked."""
        return max(min(self.free, self.claimed - self.sent), ZERO) if self.counts_pieces else ZERO

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
    elif pieces > (most := max(outside.claimed - outside.sent + max(outside.open, ZERO), ZERO)):
        found.append(
            Problem("given_elsewhere", counted("{number}: {most} piece can still go there; what came back unworked is done here or given to others since.", "{number}: {most} pieces can still go there; what came back unworked is done here or given to others since.", "most"), where="pieces",
                    number=outside.number, most=most)
        )  # fmt: skip
    return found


def resize_problems(number: str, given: Given, operation: OutsideOperation, quantity: Decimal) -> list[Problem]:
    """Refusals of another ordered quantity: none, fewer than are sent, through or came back unworked, more than nobody has been given."""
    if quantity <= 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where="quantity")]
    least = max(given.sent, given.worked) + given.unworked
    if quantity < least:
        return [
            Problem("below_given", counted("{number}: {least} piece is sent, worked or came back unworked; the order is for no fewer.", "{number}: {least} pieces are sent, worked or came back unworked; the order is for no fewer.", "least"), where="quantity",
                    number=number, least=least)
        ]  # fmt: skip
    most = given.quantity + max(operation.open, ZERO)
    if quantity > most:
        return [
            Problem("above_open", counted("{number}: {most} piece at most; the rest is given out, or done here.", "{number}: {most} pieces at most; the rest is given out, or done here.", "most"), where="quantity",
                    number=number, most=most)
        ]  # fmt: skip
    return []


def outside_problems(outside: Outside, pieces: Decimal, tolerance: Decimal = ZERO) -> list[Problem]:
    """Refusals of taking pieces back, worked or not: more than are there; of a first operation, of which none went out, more than ordered
    and tolerated."""
    if pieces < 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where="good")]
    most = limit(outside.claimed, tolerance) - outside.good - outside.lost
    if not outside.counts_pieces and pieces > max(most, ZERO):
        return [
            Problem("over_ordered", counted("{number}: {most} more piece can come from there; the order is for no more. Order more there first.", "{number}: {most} more pieces can come from there; the order is for no more. Order more there first.", "most"), where="good",
                    number=outside.number, most=max(most, ZERO))
        ]  # fmt: skip
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


def moved_since(number: str, kind: str, pieces: Decimal, given: Given, operation: OutsideOperation) -> list[Problem]:
    """Why a delivery (kind: send, return) of pieces cannot be taken back: they came back, went out again, or are done or given away since."""
    if kind == "send":
        if given.sent - pieces >= given.worked:
            return []
        return [
            Problem("received_since", "{number}: pieces of this delivery have come back; take the receipt or the return back first.", number=number)
        ]  # fmt: skip
    there_again = Given(given.quantity, given.sent + pieces, given.returned - pieces, given.good, given.lost)
    more = there_again.claimed - given.claimed
    if there_again.sent > given.quantity:
        return [Problem("sent_again", "{number}: these pieces were sent out again; take that delivery back first.", number=number)]  # fmt: skip
    if (
        more > max(operation.open, ZERO) or pieces > operation.waiting or operation.without_order > operation.unworked - more
    ):  # fmt: skip
        return [
            Problem("given_since", "{number}: what came back is done here or given to another subcontractor since; take that back first.", number=number)
        ]  # fmt: skip
    return []


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
