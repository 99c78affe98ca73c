"""What an order may do when, how much, and why not. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from gongfang.kernel.errors import N_, Problem, counted
from gongfang.kernel.money import ZERO, to_micro
from gongfang.kernel.states import Execution, StateMachine


class Stage(StrEnum):
    """Where an approved order stands on the shop floor."""

    PLANNED = "planned"
    RELEASED = "released"
    STARTED = "started"
    PAUSED = "paused"
    COMPLETED = "completed"
    CLOSED = "closed"
    SETTLED = "settled"
    CANCELLED = "cancelled"


STAGE_LABELS = {
    Stage.PLANNED: N_("Planned"), Stage.RELEASED: N_("Released to shop"), Stage.STARTED: N_("Started"), Stage.PAUSED: N_("Paused"),
    Stage.COMPLETED: N_("Completed"), Stage.CLOSED: N_("Order closed"), Stage.SETTLED: N_("Cost settled"), Stage.CANCELLED: N_("Cancelled"),
}  # fmt: skip

LONGEST = Decimal(31 * 24 * 60)
"""Minutes that one line of a report may have taken: whoever enters more has slipped."""

LIVE = frozenset({Stage.RELEASED, Stage.STARTED, Stage.COMPLETED})
"""Stages in which materials, reports and receipts may be posted."""

STAGES = StateMachine(
    "stage",
    release=({Stage.PLANNED}, Stage.RELEASED),
    unrelease=({Stage.RELEASED}, Stage.PLANNED),
    start=({Stage.RELEASED}, Stage.STARTED),
    pause=({Stage.RELEASED, Stage.STARTED}, Stage.PAUSED),
    resume=({Stage.PAUSED}, Stage.STARTED),
    complete=({Stage.RELEASED, Stage.STARTED}, Stage.COMPLETED),
    uncomplete=({Stage.COMPLETED}, Stage.STARTED),
    close=({Stage.COMPLETED}, Stage.CLOSED),
    reopen=({Stage.CLOSED}, Stage.COMPLETED),
    settle=({Stage.CLOSED}, Stage.SETTLED),
    unsettle=({Stage.SETTLED}, Stage.CLOSED),
    cancel=({Stage.PLANNED, Stage.RELEASED}, Stage.CANCELLED),
)
ACTIONS = {
    "release": N_("Release"), "unrelease": N_("Take back the release"), "start": N_("Start"), "pause": N_("Pause"),
    "resume": N_("Resume"), "complete": N_("Complete"), "uncomplete": N_("Take back the completion"), "close": N_("Close"),
    "reopen": N_("Reopen"), "settle": N_("Settle"), "unsettle": N_("Take back the settlement"), "cancel": N_("Cancel the order"),
}  # fmt: skip
EXECUTION_OF = {
    Stage.PLANNED: Execution.OPEN, Stage.RELEASED: Execution.OPEN, Stage.STARTED: Execution.PARTIAL,
    Stage.PAUSED: Execution.PARTIAL, Stage.COMPLETED: Execution.DONE, Stage.CLOSED: Execution.CLOSED,
    Stage.SETTLED: Execution.CLOSED, Stage.CANCELLED: Execution.CLOSED,
}  # fmt: skip


def stage_problem(number: str, stage: str, action: str) -> Problem | None:
    """Why the action is not possible in this stage, or None."""
    sources, _ = STAGES.transitions[action]
    if stage in sources:
        return None
    return Problem(
        "illegal_stage", "{number} is “{stage}”; “{action}” is possible only from: {stages}.",
        number=number, stage=STAGE_LABELS[Stage(stage)], action=ACTIONS[action],
        stages=[STAGE_LABELS[Stage(source)] for source in sorted(sources)],
    )  # fmt: skip


def posting_problem(number: str, stage: str) -> Problem | None:
    """Why nothing may be issued, reported or received on the order now, or None."""
    if stage in LIVE:
        return None
    if stage == Stage.PAUSED:
        return Problem("order_paused", "{number} is paused; resume it first.", number=number)
    if stage == Stage.PLANNED:
        return Problem("not_released", "{number} is not released yet.", number=number)
    label = STAGE_LABELS[Stage(stage)]
    if stage == Stage.CLOSED:
        return Problem(
            "order_finished",
            "{number} is “{stage}”; nothing more can be posted on it. Reopen it first, or choose another order.",
            number=number,
            stage=label,
        )
    if stage == Stage.SETTLED:
        return Problem(
            "order_finished",
            "{number} is “{stage}”; nothing more can be posted on it. Take back its settlement and reopen it first, or choose another order.",
            number=number,
            stage=label,
        )
    return Problem(
        "order_finished",
        "{number} is “{stage}”; nothing more can be posted on it. Choose another order.",
        number=number,
        stage=label,
    )


# ------------------------------------------------------------------------------------------------------------ quantities
def need(per: Decimal, base: Decimal, scrap: Decimal, fixed: bool, order_quantity: Decimal) -> Decimal:
    """Quantity of a component for an order: scrap is on top; fixed lines do not scale. Six decimals."""
    return to_micro(per * (1 + scrap)) if fixed else to_micro(order_quantity * per * (1 + scrap) / base)


def rounded_up(quantity: Decimal, precision: int) -> Decimal:
    """The next quantity that the unit's decimals can show: nobody issues 10.3 screws."""
    return quantity.quantize(Decimal(1).scaleb(-precision), ROUND_CEILING)


def limit(quantity: Decimal, tolerance: Decimal) -> Decimal:
    """The most that is still tolerated."""
    return to_micro(quantity * (1 + tolerance))


def first_given(*values: Decimal | None) -> Decimal:
    """The first tolerance that is set: of the item, its category, the company."""
    return next((value for value in values if value is not None), ZERO)


# ------------------------------------------------------------------------------------------------------------- materials
@dataclass(frozen=True, slots=True)
class IssueCheck:
    """One component about to be issued, summed over the lines of the request."""

    number: str
    item: str
    where: str
    required: Decimal
    issued: Decimal
    quantity: Decimal
    tolerance: Decimal
    is_bulk: bool = False
    is_supplement: bool = False


def issue_problems(checks: Iterable[IssueCheck]) -> list[Problem]:
    """Refusals of an issue: not positive, bulk material, more than tolerated without a supplement."""
    found = []
    for check in checks:
        if check.quantity <= 0:
            found.append(Problem("not_positive", "Enter a quantity above 0.", where=f"{check.where}.quantity"))
        elif check.is_bulk:
            found.append(
                Problem("bulk_material", "{item} is bulk material: it is not issued to orders.", where=check.where, item=check.item)
            )  # fmt: skip
        elif not check.is_supplement and check.issued + check.quantity > limit(check.required, check.tolerance):
            found.append(
                Problem(
                    "over_issue",
                    "{number}: {item} needs {required}, issued {issued}; {quantity} more is over the tolerance. Use a supplement with a reason.",
                    where=f"{check.where}.quantity", number=check.number, item=check.item, required=check.required,
                    issued=check.issued, quantity=check.quantity,
                )
            )  # fmt: skip
    return found


def return_problem(item: str, where: str, issued: Decimal, quantity: Decimal) -> Problem | None:
    """Why a return of a component is refused, or None."""
    if quantity <= 0:
        return Problem("not_positive", "Enter a quantity above 0.", where=f"{where}.quantity")
    if quantity > issued:
        return Problem(
            "over_return", "Only {issued} of {item} are on the order; {quantity} cannot come back.",
            where=f"{where}.quantity", issued=issued, item=item, quantity=quantity,
        )  # fmt: skip
    return None


# --------------------------------------------------------------------------------------------------------------- reports
@dataclass(frozen=True, slots=True)
class Step:
    """An operation as the sequence rule sees it. worked: good and scrap; predecessors: operation numbers.

    overlap: good pieces that must be there before the next operation begins; 0 once the operation is through.
    """

    operation_no: int
    predecessors: tuple[int, ...]
    good: Decimal
    worked: Decimal
    overlap: Decimal = ZERO


def predecessors_of(operation_no: int, given: Sequence[int], all_numbers: Sequence[int]) -> tuple[int, ...]:
    """The operations before one: those named, else the one with the next smaller number."""
    if given:
        return tuple(given)
    before = [number for number in all_numbers if number < operation_no]
    return (max(before),) if before else ()


def last_steps(steps: Sequence[Step]) -> list[Step]:
    """The operations that nothing follows: what they report good may be received."""
    followed = {number for step in steps for number in step.predecessors}
    return [step for step in steps if step.operation_no not in followed]


def passed(step: Step, by_number: Mapping[int, Step]) -> Decimal | None:
    """Good pieces that came out of all operations before one, None where nothing comes before it."""
    before = [by_number[number].good for number in step.predecessors if number in by_number]
    return min(before) if before else None


def overlap_missing(step: Step, by_number: Mapping[int, Step]) -> Decimal:
    """The overlap quantity that an operation before one has not reached, so that it may not begin; 0: it may, or it has."""
    if step.worked > 0:
        return ZERO
    before = (by_number[number] for number in step.predecessors if number in by_number)
    return max((one.overlap for one in before if one.good < one.overlap), default=ZERO)


def arrived(step: Step, by_number: Mapping[int, Step]) -> Decimal | None:
    """Good pieces that an operation may work on, None where nothing comes before it; 0 until the overlap quantity is reached."""
    return ZERO if overlap_missing(step, by_number) else passed(step, by_number)


@dataclass(frozen=True, slots=True)
class ReportCheck:
    """One operation about to be reported, with what it was before. overlap: what is still awaited before it may begin."""

    number: str
    operation: str
    where: str
    planned: Decimal
    tolerance: Decimal
    worked: Decimal
    arrived: Decimal | None
    good: Decimal
    scrap: Decimal
    rework: Decimal
    minutes: Decimal
    fee: Decimal = ZERO
    overlap: Decimal = ZERO


def report_problems(check: ReportCheck, enforce_sequence: bool = True) -> list[Problem]:
    """Refusals of one report line: nothing or negative, more than planned and tolerated, more than has arrived."""
    where = check.where
    if min(check.good, check.scrap, check.rework, check.minutes) < 0:
        return [Problem("negative", "Quantities and times cannot be negative.", where=where)]
    if check.minutes > LONGEST:
        return [
            Problem("too_long", "{number}, {operation}: {minutes} minutes are more than a month. Enter the time in minutes.",
                    where=f"{where}.minutes", number=check.number, operation=check.operation, minutes=check.minutes)
        ]  # fmt: skip
    if check.good + check.scrap + check.rework + check.minutes == 0 and not check.fee:
        return [
            Problem("nothing_reported", "Enter what was made: good, scrap or rework pieces.", where=f"{where}.good")
        ]
    worked = check.worked + check.good + check.scrap
    found = []
    if worked > limit(check.planned, check.tolerance):
        found.append(
            Problem(
                "over_report",
                "{number}, {operation}: planned {planned}, reported {worked}; {quantity} more is over the tolerance. At most {most} more fit: correct the figure, or change the order or its tolerance.",
                where=f"{where}.good", number=check.number, operation=check.operation, planned=check.planned,
                worked=check.worked, quantity=check.good + check.scrap, most=max(limit(check.planned, check.tolerance) - check.worked, ZERO),
            )
        )  # fmt: skip
    if enforce_sequence and check.overlap and check.good + check.scrap + check.rework > 0:
        found.append(
            Problem(
                "overlap_not_reached",
                counted("{number}, {operation}: it may begin when the operation before has reported {overlap} good piece. Report it first.", "{number}, {operation}: it may begin when the operation before has reported {overlap} good pieces. Report them first.", "overlap"),
                where=f"{where}.good", number=check.number, operation=check.operation, overlap=check.overlap,
            )
        )  # fmt: skip
    elif enforce_sequence and check.arrived is not None and worked + check.rework > check.arrived:
        found.append(
            Problem(
                "out_of_sequence",
                counted("{number}, {operation}: only {arrived} good piece has come from the operation before; {worked} would be reported. Report that operation first.", "{number}, {operation}: only {arrived} good pieces have come from the operation before; {worked} would be reported. Report that operation first.", "arrived"),
                where=f"{where}.good", number=check.number, operation=check.operation, arrived=check.arrived,
                worked=worked + check.rework,
            )
        )  # fmt: skip
    return found


def undo_report_problems(
    number: str, steps: Sequence[Step], received: Decimal, away: Mapping[int, Decimal] | None = None
) -> list[Problem]:
    """What stands on a report that is being taken back: steps are as they would be without it. away: operation number → pieces that are
    at subcontractors' for it."""
    by_number = {step.operation_no: step for step in steps}
    found = []
    for step in steps:
        before = passed(step, by_number)
        if before is not None and step.worked > before:
            found.append(
                Problem(
                    "later_report", "{number}: operation {operation} has already worked on these pieces; take its reports back first.",
                    number=number, operation=step.operation_no,
                )
            )  # fmt: skip
        elif before is not None and (out := (away or {}).get(step.operation_no, ZERO)) and step.worked + out > before:
            found.append(
                Problem(
                    "sent_since",
                    counted("{number}, operation {step}: {out} piece is at the subcontractor; take the delivery back or receive it first.", "{number}, operation {step}: {out} pieces are at the subcontractor; take the delivery back or receive them first.", "out"),
                    number=number, step=step.operation_no, out=out,
                )
            )  # fmt: skip
    last = last_steps(steps)
    if last and received > min(step.good for step in last):
        found.append(
            Problem(
                "already_received", counted("{number}: {received} piece has been received; take the receipt back first.", "{number}: {received} pieces have been received; take the receipts back first.", "received"),
                number=number, received=received,
            )
        )  # fmt: skip
    return found


# -------------------------------------------------------------------------------------------------------------- receipts
@dataclass(frozen=True, slots=True)
class ReceiptCheck:
    """Output about to be received. ready: good pieces of the last operations, None without operations."""

    number: str
    where: str
    planned: Decimal
    tolerance: Decimal
    received: Decimal
    ready: Decimal | None
    quantity: Decimal
    accepted: Decimal | None = None


def over_receipt(
    number: str, where: str, planned: Decimal, tolerance: Decimal, received: Decimal, quantity: Decimal
) -> list[Problem]:
    """Refusal of product or further output beyond what is planned and tolerated."""
    if received + quantity <= limit(planned, tolerance):
        return []
    return [
        Problem(
            "over_receipt", "{number}: planned {planned}, received {received}; {quantity} more is over the tolerance.",
            where=f"{where}.quantity", number=number, planned=planned, received=received, quantity=quantity,
        )
    ]  # fmt: skip


def receipt_problems(check: ReceiptCheck) -> list[Problem]:
    """Refusals of a receipt. accepted: pieces that final inspection let pass so far, None where none is needed."""
    if check.quantity <= 0:
        return [Problem("not_positive", "Enter a quantity above 0.", where=f"{check.where}.quantity")]
    found = over_receipt(check.number, check.where, check.planned, check.tolerance, check.received, check.quantity)
    total = check.received + check.quantity
    if check.ready is not None and total > check.ready:
        found.append(
            Problem(
                "not_reported", counted("{number}: the last operation has reported {ready} good piece, {received} received; {quantity} more are not there.", "{number}: the last operation has reported {ready} good pieces, {received} are received; {quantity} more are not there.", "ready"),
                where=f"{check.where}.quantity", number=check.number, ready=check.ready, received=check.received,
                quantity=check.quantity,
            )
        )  # fmt: skip
    if check.accepted is not None and total > check.accepted:
        found.append(
            Problem(
                "not_inspected", counted("{number}: final inspection has passed {accepted} piece, {received} received; inspect {quantity} more first.", "{number}: final inspection has passed {accepted} pieces, {received} are received; inspect {quantity} more first.", "accepted"),
                where=f"{check.where}.quantity", number=check.number, accepted=check.accepted, received=check.received,
                quantity=check.quantity,
            )
        )  # fmt: skip
    return found


# --------------------------------------------------------------------------------------------------------------- closing
@dataclass(frozen=True, slots=True)
class Closing:
    """What the check list looks at before an order is closed.

    waiting: pieces per operation that came there and are neither good nor scrap. papers: supplements and changes not decided yet.
    """

    number: str
    planned: Decimal
    received: Decimal
    scrapped: Decimal
    ready: Decimal | None
    short_items: tuple[str, ...]
    open_inspections: int
    outside: Decimal
    outside_items: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    at_line: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


CLOSING_WARNINGS = frozenset({"short_output", "not_yet_received", "in_process", "short_issue", "left_at_line"})


def closing_warnings(order: Closing) -> list[Problem]:
    """Oddities that a person has to confirm (code = confirm code) before the order is closed."""
    found = []
    if order.received + order.scrapped < order.planned:
        found.append(
            Problem(
                "short_output", "{number}: planned {planned}, received {received}, scrapped {scrapped}. The rest will not be made.",
                number=order.number, planned=order.planned, received=order.received, scrapped=order.scrapped,
            )
        )  # fmt: skip
    if order.ready is not None and order.ready > order.received:
        found.append(
            Problem(
                "not_yet_received", counted("{number}: {quantity} good piece is reported but not received.", "{number}: {quantity} good pieces are reported but not received.", "quantity"),
                number=order.number, quantity=order.ready - order.received,
            )
        )  # fmt: skip
    if order.waiting:
        found.append(
            Problem(
                "in_process", "{number}: pieces came to an operation and are neither good nor scrap there: {places}. Report them, or they stay in its cost.",
                number=order.number, places=list(order.waiting),
            )
        )  # fmt: skip
    if order.short_items:
        found.append(
            Problem(
                "short_issue", "{number}: less issued than needed for what was received: {items}.",
                number=order.number, items=list(order.short_items),
            )
        )  # fmt: skip
    if order.at_line:
        found.append(
            Problem(
                "left_at_line", "{number}: still at the line: {items}. Bring it back from there, or it stays as stock of the line.",
                number=order.number, items=list(order.at_line),
            )
        )  # fmt: skip
    return found


def closing_problems(order: Closing) -> list[Problem]:
    """What forbids closing, confirmed or not."""
    found = []
    if order.open_inspections:
        found.append(
            Problem("open_inspections", counted("{number}: {count} inspection is not decided.", "{number}: {count} inspections are not decided.", "count"), number=order.number, count=order.open_inspections)
        )  # fmt: skip
    if order.outside > 0:
        found.append(
            Problem("still_outside", counted("{number}: {quantity} piece is still at the subcontractor.", "{number}: {quantity} pieces are still at the subcontractor.", "quantity"), number=order.number, quantity=order.outside)
        )  # fmt: skip
    if order.outside_items:
        found.append(
            Problem("material_outside", "{number}: material is still at the subcontractor's: {items}. Take it back or reckon it as used.",
                    number=order.number, items=list(order.outside_items))
        )  # fmt: skip
    if order.papers:
        found.append(
            Problem("not_decided", "{number}: not approved yet: {papers}. Approve or reject them first.", number=order.number, papers=list(order.papers))
        )  # fmt: skip
    return found


# ------------------------------------------------------------------------------------------------------------- time used
def default_minutes(setup: Decimal, run: Decimal, worked: Decimal, is_first: bool) -> Decimal:
    """Standard time of a report where none was entered; set-up counts in the first report of an operation."""
    return to_micro((setup if is_first else ZERO) + run * worked)
