"""Count plans: what is due is found, cut into sheets and dealt out to the people of the plan."""

import random
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.utils import timezone

from gongfang.inventory.models import CountPlan, CountPlanPerson, StockCount, StockCountLine
from gongfang.inventory.rules import abc_classes, due_items, sheets_of
from gongfang.inventory.services.documents import may_work_in
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.numbering import next_numbers
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

PLANNERS = ("keeper", "cost_accountant", "owner")
YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class CounterInput:
    """Somebody who counts."""

    user: int
    id: int | None = None


@dataclass(frozen=True, slots=True)
class CountPlanInput:
    """A plan as entered."""

    name: str
    warehouse: int
    method: str = "full"
    location_prefix: str = ""
    mode: str = "moving"
    is_blind: bool = True
    tolerance: Decimal | None = None
    other_person: bool = False
    sample_size: int = 20
    a_days: int = 30
    b_days: int = 90
    c_days: int = 180
    lines_a_sheet: int = 200
    interval_days: int = 30
    days_to_count: int = 3
    next_on: date | None = None
    is_active: bool = True
    people: Sequence[CounterInput] = ()


def _problems(plan: CountPlanInput, pk: int | None) -> list[Problem]:
    problems = []
    if not plan.name.strip():
        problems.append(Problem("name_missing", "Enter a name.", where="name"))
    if CountPlan.objects.filter(name=plan.name.strip()).exclude(pk=pk).exists():
        problems.append(Problem("name_taken", "There is a plan “{name}” already.", where="name", name=plan.name))
    for field in ("sample_size", "lines_a_sheet", "interval_days"):
        if getattr(plan, field) < 1:
            problems.append(Problem("not_positive", "It must be at least 1.", where=field))
    if plan.tolerance is not None and not 0 <= plan.tolerance <= 1:
        problems.append(Problem("not_a_share", "A tolerance lies between 0 and 100 %.", where="tolerance"))
    users = [row.user for row in plan.people]
    if len(set(users)) < len(users):
        problems.append(Problem("counter_twice", "The same person stands there twice.", where="people"))
    return problems


def _write(plan: CountPlan, entered: CountPlanInput) -> None:
    values = {
        name: getattr(entered, name) for name in CountPlanInput.__slots__ if name not in ("people", "warehouse", "name")
    }
    values |= {"warehouse_id": entered.warehouse, "name": entered.name.strip()}
    if plan.pk:
        change(plan, **values)
    else:
        for name, value in values.items():
            setattr(plan, name, value)
        plan.save()
    plan.people.all().delete()
    CountPlanPerson.objects.bulk_create([CountPlanPerson(plan=plan, user_id=row.user) for row in entered.people])


@verb("inventory.create_count_plan", N_("New count plan"), roles=PLANNERS)
def create_count_plan(*, actor: User, request_id: uuid.UUID, plan: CountPlanInput) -> CountPlan:
    """Write down what is to be counted, how often and by whom."""
    refuse_if(_problems(plan, None))
    may_work_in(actor, ledger.store_at(plan.warehouse).warehouse)
    row = CountPlan()
    _write(row, plan)
    return row


@verb("inventory.edit_count_plan", N_("Change count plan"), roles=PLANNERS)
def edit_count_plan(
    *, actor: User, request_id: uuid.UUID, pk: int, plan: CountPlanInput, version: int | None = None
) -> CountPlan:
    """Change a plan; sheets made before stay as they are."""
    row = locked(CountPlan, pk, version=version)
    refuse_if(_problems(plan, pk))
    may_work_in(actor, ledger.store_at(plan.warehouse).warehouse)
    _write(row, plan)
    return row


@verb("inventory.run_count_plan", N_("Make count sheets"), roles=PLANNERS)
def run_count_plan(
    *, actor: User, request_id: uuid.UUID, pk: int, on: date | None = None, seed: int | None = None
) -> list[StockCount]:
    """Make the sheets of a plan: one or more per location, dealt out to its people in turn.

    seed: of the random sample, so that it can be drawn again. The number of statements does not grow with the lines.
    Raises DomainError(nothing_to_count) when nothing is due.
    """
    plan = locked(CountPlan, pk)
    may_work_in(actor, plan.warehouse)
    today = on or timezone.localdate()
    chosen = _chosen(plan, today, seed)
    if not chosen:
        raise DomainError(
            Problem("nothing_to_count", "By the books nothing is in {place}.", place=plan.name), Kind.CONFLICT
        )
    people = list(plan.people.order_by("pk").values_list("user_id", flat=True)) or [None]
    sheets = [
        (place, lines) for place, rows in chosen.items() for lines in sheets_of(rows, plan.lines_a_sheet)
    ]  # fmt: skip
    counts = StockCount.objects.bulk_create(
        [
            StockCount(
                number=number, business_date=today, created_by=actor, location_id=place, is_blind=plan.is_blind, plan=plan, mode=plan.mode,
                assignee_id=people[n % len(people)], due_on=today + timedelta(days=plan.days_to_count), tolerance=plan.tolerance,
                other_person=plan.other_person, remark=plan.name,
            )
            for n, (number, (place, _)) in enumerate(zip(next_numbers(StockCount, today, len(sheets)), sheets, strict=True))
        ]
    )  # fmt: skip
    StockCountLine.objects.bulk_create(
        [
            StockCountLine(
                document=count, line_no=line_no, item_id=row.item_id, lot_id=row.lot_id, quantity=row.quantity
            )
            for count, (_, lines) in zip(counts, sheets, strict=True)
            for line_no, row in enumerate(lines, start=1)
        ],
        batch_size=5000,
    )
    change(
        plan,
        last_on=today,
        next_on=None if plan.next_on is None else max(plan.next_on, today) + timedelta(days=plan.interval_days),
    )
    return counts


def _chosen(plan: CountPlan, today: date, seed: int | None) -> Mapping[int, list[Any]]:
    """Location → balances to be counted, without those that stand on a sheet that is not finished."""
    rows = ledger.stock_of_warehouse(plan.warehouse_id, plan.location_prefix)
    open_lines = set(
        StockCountLine.objects.filter(document__location__warehouse=plan.warehouse_id, document__approval__in=["draft", "submitted", "rejected"])
        .values_list("document__location_id", "item_id", "lot_id")
    )  # fmt: skip
    free = [row for row in rows if (row.location_id, row.item_id, row.lot_id) not in open_lines]
    if plan.method == CountPlan.Method.ABC:
        items = {row.item_id for row in free}
        classes = abc_classes(
            {item: Decimal(0) for item in items} | {i: v for i, v in used_values(today).items() if i in items}
        )
        every = {"A": plan.a_days, "B": plan.b_days, "C": plan.c_days}
        due = set(due_items(items, classes, counted_on(plan.warehouse_id), every, today))
        free = [row for row in free if row.item_id in due]
    elif plan.method == CountPlan.Method.LOCATION:
        places = {row.location_id for row in free}
        due_places = set(
            due_items(
                places,
                dict.fromkeys(places, "C"),
                places_counted_on(plan.warehouse_id),
                {"C": plan.interval_days},
                today,
            )[: plan.sample_size]
        )
        free = [row for row in free if row.location_id in due_places]
    elif plan.method == CountPlan.Method.RANDOM:
        luck = random.Random(today.toordinal() if seed is None else seed)
        free = luck.sample(free, min(plan.sample_size, len(free)))
    by_place: dict[int, list[Any]] = defaultdict(list)
    for row in sorted(free, key=lambda row: (row.location_id, row.item_id, row.lot_key)):
        by_place[row.location_id].append(row)
    return by_place


def used_values(today: date) -> Mapping[int, Decimal]:
    """Value of each item that went out within a year."""
    return {item: value for item, (_, value, _) in ledger.issued_since(today - YEAR).items()}


def counted_on(warehouse_id: int) -> Mapping[int, date]:
    """When each item of a warehouse was last counted; one statement."""
    rows = StockCountLine.objects.filter(document__approval="approved", document__location__warehouse=warehouse_id)
    return dict(rows.values_list("item_id").annotate(last=Max("document__business_date")))


def places_counted_on(warehouse_id: int) -> Mapping[int, date]:
    """When each place of a warehouse was last counted; one statement."""
    rows = StockCount.objects.filter(approval="approved", location__warehouse=warehouse_id)
    return dict(rows.values_list("location_id").annotate(last=Max("business_date")))
