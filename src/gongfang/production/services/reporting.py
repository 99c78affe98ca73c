"""Report work: pieces, people and time at operations, posted into the orders' work in process; one document, many orders."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.kernel.money import ZERO, to_cents, to_micro
from gongfang.ledger.services import Draft, Entry, open_period, post_all
from gongfang.platform.documents.links import Link, link
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.setwise import insert_rows, update_rows
from gongfang.platform.verbs import verb
from gongfang.production.events import WorkReported
from gongfang.production.models import (
    Report,
    ReportLine,
    WorkOrder,
    WorkOrderOperation,
)
from gongfang.production.models.orders import OperationState
from gongfang.production.ports import TOOLING
from gongfang.production.queries import steps_of
from gongfang.production.rules import (
    OutsideOperation,
    ReportCheck,
    Stage,
    arrived,
    default_minutes,
    overlap_missing,
    passed,
    posting_problem,
    report_problems,
)
from gongfang.production.services.backflushing import backflush_of
from gongfang.production.services.crews import (
    PersonInput,
    labour_minutes,
    named_people,
    people_problems,
    write_people,
)
from gongfang.production.services.holding import (
    finish_if_through,
    hold_operations,
    hold_orders_of,
    save_orders,
    set_stage,
)
from gongfang.production.services.inspecting import inspect_reported
from gongfang.production.services.issuing import Handover, hand_over, handover, numbered, posted_document
from gongfang.production.services.outside_work import (
    outside_report_problems,
    outside_reported,
    placed,
    refuse_outside_begin,
)
from gongfang.production.services.pointing import (
    ask_first_piece,
    count_tools,
    first_piece_problems,
    missing_operation,
    needs_first_piece,
    tool_works,
)
from gongfang.production.services.skills import certificate_problems
from gongfang.production.services.timing import (
    Clocked,
    by_clock,
    clocked,
    count_times,
    moment_at_work,
    moment_of,
    start_clock,
)
from gongfang.production.services.tolerating import widen_or_refuse

SHOP = ("operator", "supervisor")
HOUR = Decimal(60)
SEQUENCE = company_settings.declare(
    "production.sequence", N_("Operations must be reported in their order"), "bool", True
)
OPERATION_FIELDS = (
    "state", "started_at", "good_quantity", "scrap_material", "scrap_worker", "rework_quantity", "minutes", "labour_minutes",
    "labour_value", "machine_value", "overhead_value", "subcontract_value",
)  # fmt: skip
COUNTS = {
    "good": "good_quantity",
    "scrap_material": "scrap_material",
    "scrap_worker": "scrap_worker",
    "rework": "rework_quantity",
}
COSTS = ("labour", "machine", "overhead", "subcontract")
CREDIT_ROLE = {"labour": "wages", "machine": "overhead_applied", "overhead": "overhead_applied", "subcontract": "grni"}


@dataclass(frozen=True, slots=True)
class ReportInput:
    """What was done at one operation. minutes None: the standard time. people empty: the person who reports.

    machine empty: the one it was dispatched to. fee: of work done outside; None: by the price of the operation. subcontractor_id: who
    did it outside, and is owed the fee; None: people here, or at an outside operation without a subcontract order the routing's.
    """

    operation_id: int
    good: Decimal = ZERO
    scrap_material: Decimal = ZERO
    scrap_worker: Decimal = ZERO
    rework: Decimal = ZERO
    minutes: Decimal | None = None
    machine: str = ""
    cause: str = ""
    people: tuple[PersonInput, ...] = ()
    fee: Decimal | None = None
    subcontractor_id: int | None = None

    @property
    def scrap(self) -> Decimal:
        return self.scrap_material + self.scrap_worker


@verb("production.report_work", N_("Report work"), roles=SHOP)
def report_work(
    *, actor: User, request_id: uuid.UUID, lines: Sequence[ReportInput], on: date | None = None, shift: str = "",
    at: datetime | None = None, confirm: frozenset[str] = frozenset(),
) -> Report:  # fmt: skip
    """Report operations of one or many orders (BG): time goes into work in process, backflush material is issued.

    at: when it was entered at a terminal without network; day and shift are those of that moment.
    Locks orders, operations, components, then the ledger; so two reports at once never exceed the tolerance.
    Raises DomainError: over_report, out_of_sequence, order_paused, order_finished, short_material, period_closed,
    in_future, too_old, days_differ …
    """
    if on is not None and on > timezone.localdate():
        raise DomainError(Problem("in_future", "{moment} is in the future.", where="on", moment=on))
    return make_report(actor, lines, on, shift, confirm, at)


@verb("production.report_operation", N_("Report"), roles=SHOP)
def report_operation(
    *, actor: User, request_id: uuid.UUID, operation_id: int, good: Decimal = ZERO, scrap_material: Decimal = ZERO,
    scrap_worker: Decimal = ZERO, rework: Decimal = ZERO, minutes: Decimal | None = None, cause: str = "", machine: str = "",
    shift: str = "", on: date | None = None, people: Sequence[PersonInput] = (), at: datetime | None = None,
    confirm: frozenset[str] = frozenset(),
) -> Report:  # fmt: skip
    """Report one operation, as the terminal does; see `report_work`."""
    line = ReportInput(operation_id, good, scrap_material, scrap_worker, rework, minutes, machine, cause, tuple(people))
    return report_work(actor=actor, request_id=request_id, lines=[line], on=on, shift=shift, at=at, confirm=confirm)


def make_report(
    actor: User, lines: Sequence[ReportInput], on: date | None = None, shift: str = "", confirm: frozenset[str] = frozenset(),
    at: datetime | None = None,
) -> Report:  # fmt: skip
    """Check, write and post a report. Constant statements, whatever the number of lines.

    on: None is the business day of the shift that works at the moment `at` (now). confirm: codes of warnings accepted (over_report, no_certificate).
    """
    if not lines:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    orders = hold_orders_of(line.operation_id for line in lines)
    operations = hold_operations(orders)
    by_id = {row.pk: row for rows in operations.values() for row in rows}
    for row in by_id.values():
        row.document = orders[row.document_id]
    moment = moment_of(at)
    outside = outside_reported(orders, operations, by_id, lines)
    people, lines = named_people(actor, placed(by_id, lines, outside))
    refuse_if(people_problems(lines, people.keys() - {0}))
    has_tools = _refuse(orders, operations, by_id, lines, outside, confirm)
    if on is None:
        shift_then, on = moment_at_work([by_id[line.operation_id] for line in lines], moment)
        shift = shift or shift_then
    _refuse_uncertified(by_id, lines, people, on, confirm)
    here = [line.operation_id for line in lines if line.minutes is None and line.subcontractor_id is None]
    times = clocked(here, moment) if by_clock() else {}
    lines = [_by_clock(line, times.get(line.operation_id)) for line in lines]
    rows = [_row(line_no, by_id[line.operation_id], line) for line_no, line in enumerate(lines, start=1)]
    for row in rows:
        add_line(row, 1)
    settled = settle_states(operations, {row.operation_id for row in rows}, moment)
    _start(orders, moment)
    update_rows(settled, OPERATION_FIELDS)
    taken, materials = backflush_of(orders, operations, rows)
    touched = {pk: orders[pk] for pk in {row.document_id for row in materials.values()}}
    given = handover(touched, materials, taken, on, "backflush") if taken else None
    finish_if_through(orders.values())
    save_orders([order for pk, order in orders.items() if pk not in touched])
    # From here on locks are held that all reports share: the counter of numbers, stock, at last the month.
    document = posted_document(Report, actor, on, shift=shift[:20])
    for row in rows:
        row.document = document
    insert_rows(rows, key=["line_no"])
    write_people(people, rows, lines)
    count_times(rows, times)
    link([Link(order, document) for order in orders.values()])
    inspect_reported(actor, document.pk, orders, operations, rows, on)
    if has_tools:
        count_tools(rows, orders)
    _post(actor, document, given, rows)
    emit(WorkReported(document.pk, tuple(orders), on))
    return document


def _post(actor: User, document: Report, given: Handover | None, rows: Sequence[ReportLine]) -> None:
    """Post what the pieces cost, and the backflushed material as an issue of its own, in one pass."""
    drafts = [numbered(actor, given, report=document)] if given else []
    if entries := _entries(rows):
        drafts.append(Draft("production.report", document.business_date, document, (), entries, document.number))
    if not drafts:  # nothing is posted that would ask for the month; pieces and pay are counted in it all the same
        open_period(document.business_date)
    postings = post_all(actor=actor, drafts=drafts) if drafts else []
    if given:
        hand_over(given, postings[0])
    if entries:
        document.posting = postings[-1]
        update_rows([document], ["posting"])


def _refuse(
    orders: Mapping[int, WorkOrder], operations: Mapping[int, Sequence[WorkOrderOperation]],
    by_id: Mapping[int, WorkOrderOperation], lines: Sequence[ReportInput], outside: Mapping[int, OutsideOperation], confirm: frozenset[str],
) -> bool:  # fmt: skip
    """Raise all that is wrong with the lines. Returns whether moulds or tools are at work."""
    problems = [
        missing_operation(line.operation_id, f"lines.{index}")
        for index, line in enumerate(lines)
        if line.operation_id not in by_id
    ]
    refuse_if(problems, Kind.MISSING)
    refuse_if(
        [problem for order in orders.values() if (problem := posting_problem(order.number, order.stage))], Kind.CONFLICT
    )
    enforce = bool(company_settings.get(SEQUENCE))
    problems += _line_problems(by_id, lines)
    problems += outside_report_problems(orders, by_id, lines, outside)
    problems += first_piece_problems(orders, by_id, lines)
    tools = TOOLING.provider.look(tool_works(orders, by_id, lines))
    problems += filter(None, tools.values())
    pending = {line.operation_id: line for line in lines}
    good_after = {pk: by_id[pk].good_quantity + line.good for pk, line in pending.items()}
    for index, line in enumerate(lines):
        operation = by_id[line.operation_id]
        order = orders[operation.document_id]
        steps = {step.operation_no: step for step in steps_of(operations[order.pk])}
        for other in operations[order.pk]:
            if other.pk in good_after and not other.holds:  # an earlier operation reported in the same document counts
                step = steps[other.operation_no]
                is_through = is_full(other, operations[order.pk], pending[other.pk])
                steps[other.operation_no] = replace(
                    step, good=good_after[other.pk], overlap=ZERO if is_through else step.overlap
                )
        problems += report_problems(
            ReportCheck(
                order.number, str(operation), f"lines.{index}", order.quantity, order.over_report, operation.worked_quantity,
                arrived(steps[operation.operation_no], steps), line.good, line.scrap, line.rework,
                line.minutes if line.minutes is not None else ZERO, line.fee or ZERO,
                overlap_missing(steps[operation.operation_no], steps),
            ),
            enforce,
        )  # fmt: skip
    widen_or_refuse(orders, _worked_after(by_id, lines), problems, confirm)
    return bool(tools)


def _line_problems(by_id: Mapping[int, WorkOrderOperation], lines: Sequence[ReportInput]) -> list[Problem]:
    """An operation twice in one report."""
    problems, seen = [], set()
    for index, line in enumerate(lines):
        if line.operation_id in seen:
            problems.append(
                Problem("operation_twice", "This operation stands in the report twice.", where=f"lines.{index}")
            )
        seen.add(line.operation_id)
    return problems


def _worked_after(by_id: Mapping[int, WorkOrderOperation], lines: Sequence[ReportInput]) -> dict[int, Decimal]:
    """Order → pieces worked at its furthest operation once the lines are counted."""
    worked: dict[int, Decimal] = {}
    for line in lines:
        operation = by_id[line.operation_id]
        pieces = operation.worked_quantity + line.good + line.scrap
        worked[operation.document_id] = max(worked.get(operation.document_id, ZERO), pieces)
    return worked


def _refuse_uncertified(
    by_id: Mapping[int, WorkOrderOperation], lines: Sequence[ReportInput], people: Mapping[int, Any], on: date,
    confirm: frozenset[str],
) -> None:  # fmt: skip
    wanted = []
    for index, line in enumerate(lines):
        if (skill := by_id[line.operation_id].skill) and line.subcontractor_id is None:
            for pk in [person.employee_id for person in line.people] or [0]:
                if pk in people:
                    wanted.append((people[pk].pk, str(people[pk]), skill, f"lines.{index}.people"))
    refusals, warnings = certificate_problems(wanted, on, confirm)
    refuse_if(refusals)
    refuse_if(warnings, Kind.CONFIRM)


def _by_clock(line: ReportInput, times: Clocked | None) -> ReportInput:
    """A line without time takes what the clock says: each person's own minutes. Where nobody is named, those who were clocked
    share the pieces by their minutes."""
    if times is None or line.minutes is not None:
        return line
    clock = times.minutes
    people = line.people or tuple(PersonInput(pk, clock[pk] if times.elapsed else Decimal(1)) for pk in sorted(clock))
    own = tuple(replace(one, minutes=clock.get(one.employee_id)) if one.minutes is None else one for one in people)
    return replace(line, minutes=times.elapsed, people=own)


def _row(line_no: int, operation: WorkOrderOperation, line: ReportInput) -> ReportLine:
    """A report line with its time and what it costs: at the work centre's present rates, or the fee. Time spent outside is not ours."""
    minutes = ZERO if line.subcontractor_id else line.minutes
    if minutes is None:
        first = operation.minutes == 0
        minutes = default_minutes(operation.setup_minutes, operation.run_minutes, line.good + line.scrap, first)
    row = ReportLine(
        line_no=line_no, order=operation.document, operation=operation, good=to_micro(line.good),
        scrap_material=to_micro(line.scrap_material), scrap_worker=to_micro(line.scrap_worker), rework=to_micro(line.rework),
        minutes=to_micro(minutes), labour_minutes=to_micro(labour_minutes(line, minutes, operation.crew)), cause=line.cause[:100],
        machine=(line.machine.strip() or ("" if line.subcontractor_id else operation.machine))[:40], subcontractor_id=line.subcontractor_id,
    )  # fmt: skip
    if line.subcontractor_id:
        pieces = row.good + row.scrap_material + row.scrap_worker
        row.subcontract_value = to_cents(operation.subcontract_price * pieces) if line.fee is None else line.fee
        return row
    centre = operation.work_centre
    row.labour_value = to_cents(row.labour_minutes * centre.labour_rate / HOUR)
    row.machine_value = to_cents(row.minutes * centre.machine_rate / HOUR)
    row.overhead_value = to_cents(row.minutes * centre.overhead_rate / HOUR)
    return row


def add_line(row: ReportLine, sign: int) -> None:
    """Count a line on its operation and order, in memory."""
    operation, order = row.operation, row.order
    for given, kept in COUNTS.items():
        setattr(operation, kept, getattr(operation, kept) + sign * getattr(row, given))
    operation.minutes += sign * row.minutes
    operation.labour_minutes += sign * row.labour_minutes
    for cost in COSTS:
        value = sign * getattr(row, f"{cost}_value")
        setattr(operation, f"{cost}_value", getattr(operation, f"{cost}_value") + value)
        setattr(order, f"actual_{cost}", getattr(order, f"actual_{cost}") + value)
    order.scrap_quantity += sign * (row.scrap_material + row.scrap_worker)
    order.rework_quantity += sign * row.rework


def is_full(operation: WorkOrderOperation, rows: Sequence[WorkOrderOperation], line: ReportInput | None = None) -> bool:
    """Whether all pieces are through, with a line that is about to be counted: what earlier operations scrapped never arrives."""
    earlier = sum((row.scrap_quantity for row in rows if row.operation_no < operation.operation_no), ZERO)
    more = line.good + line.scrap if line else ZERO
    return operation.worked_quantity + more >= operation.document.quantity - earlier


def settle_states(
    operations: Mapping[int, Sequence[WorkOrderOperation]], touched: set[int], at: datetime | None = None
) -> list[WorkOrderOperation]:
    """Set the states that the pieces tell, in memory. at: when the work was done (now). Returns what is to be written: the operations
    touched, and those after them that are through because the rest was scrapped before it came to them, or no longer so."""
    changed = []
    for rows in operations.values():
        order = next((row.document for row in rows if row.pk in touched), None)
        if order is not None:
            changed += settle_states_of(order, rows, touched, at)
    return changed


def settle_states_of(
    order: WorkOrder, rows: Sequence[WorkOrderOperation], touched: Collection[int] = (), at: datetime | None = None
) -> list[WorkOrderOperation]:
    """The same for all operations of one order, also where it is its quantity that has changed."""
    changed = []
    scrapped = ZERO
    for operation in rows:
        full = operation.worked_quantity >= order.quantity - scrapped and not (
            scrapped and _more_has_come(operation, rows)
        )
        scrapped += operation.scrap_quantity
        here = operation.pk in touched
        if not here and full == (operation.state == OperationState.DONE):
            continue
        begun = operation.worked_quantity > 0 or operation.minutes > 0 or operation.rework_quantity > 0
        operation.state = OperationState.DONE if full else OperationState.STARTED if begun else OperationState.OPEN
        if here:
            operation.started_at = (operation.started_at or at or timezone.now()) if begun else None
        changed.append(operation)
    return changed


def _more_has_come(operation: WorkOrderOperation, rows: Sequence[WorkOrderOperation]) -> bool:
    """Whether good pieces wait at an operation: more than planned was made where some were scrapped."""
    steps = {step.operation_no: step for step in steps_of(rows, released=False)}
    come = passed(steps[operation.operation_no], steps)
    return come is not None and come > operation.worked_quantity


def _entries(rows: Sequence[ReportLine]) -> list[Entry]:
    """Labour, machine, overhead and outside work into work in process."""
    sums: dict[tuple[int, str, int | None], Decimal] = defaultdict(Decimal)
    for row in rows:
        for cost in COSTS:
            value = getattr(row, f"{cost}_value")
            if value:
                partner = row.subcontractor_id if cost == "subcontract" else None
                sums[row.order.cost_object_id, cost, partner] += value
    entries = []
    for (cost_object_id, cost, partner_id), value in sums.items():
        entries.append(Entry(f"wip_{cost}", debit=value, cost_object_id=cost_object_id, element=cost))
        if (
            cost == "subcontract" and value < 0
        ):  # a loss charged beyond the fee: no fee waits, the subcontractor owes it
            entries.append(Entry("claims", debit=-value, partner_id=partner_id))
        else:
            entries.append(Entry(CREDIT_ROLE[cost], credit=value, partner_id=partner_id))
    return entries


def _start(orders: Mapping[int, WorkOrder], at: datetime) -> None:
    for order in orders.values():
        if order.stage == Stage.RELEASED:
            set_stage(order, "start")
        order.actual_start = order.actual_start or at


def _refuse_uncertified_start(actor: User, operation: WorkOrderOperation, moment: datetime) -> None:
    """Where work without the certificate is forbidden it is not begun either; what is only warned of is asked with the report."""
    if not operation.skill:
        return
    people, _lines = named_people(actor, [ReportInput(operation.pk)])
    wanted = [(person.pk, str(person), operation.skill, "") for person in people.values()]
    refuse_if(certificate_problems(wanted, timezone.localdate(moment), ())[0])


@verb("production.begin_operation", N_("Begin the operation"), roles=SHOP)
def begin_operation(
    *, actor: User, request_id: uuid.UUID, operation_id: int, at: datetime | None = None
) -> WorkOrderOperation:
    """Start the person's clock at an operation (or let it go on); operation and order start with the first.

    at: when it was entered without network. Raises DomainError: missing, order_paused, order_finished, done_outside …
    """
    moment = moment_of(at)
    order = next(iter(hold_orders_of([operation_id]).values()), None)
    if order is None:
        raise DomainError(missing_operation(operation_id), Kind.MISSING)
    problem = posting_problem(order.number, order.stage)
    refuse_if([problem] if problem else [], Kind.CONFLICT)
    rows = hold_operations([order.pk])[order.pk]
    operation = next(row for row in rows if row.pk == operation_id)
    refuse_outside_begin(order, rows, operation)
    _refuse_uncertified_start(actor, operation, moment)
    works = tool_works({order.pk: order}, {operation_id: operation}, [ReportInput(operation_id)])
    refuse_if(filter(None, TOOLING.provider.look(works).values()))
    if operation.state == OperationState.OPEN:
        operation.state, operation.started_at = OperationState.STARTED, moment
        update_rows([operation], ["state", "started_at"])
    start_clock(actor, operation, moment)
    if order.stage == Stage.RELEASED:
        set_stage(order, "start")
        order.actual_start = moment
        save_orders([order])
    if needs_first_piece(operation):
        ask_first_piece(actor, order, operation, moment_at_work([operation], moment)[1])
    return operation
