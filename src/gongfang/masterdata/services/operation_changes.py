"""The part of an engineering change that is about routings: operations added, changed, removed."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import Problem, refuse_if
from gongfang.masterdata.models import (
    EngineeringChange,
    EngineeringChangeOperation,
    Routing,
    RoutingAlternative,
    RoutingOperation,
    WorkCentre,
)
from gongfang.masterdata.queries.changes import FIGURES, WORDS, operation_changes
from gongfang.masterdata.rules.changes import next_version
from gongfang.masterdata.rules.operations import OperationChange, changed_operations, operation_problems
from gongfang.masterdata.services.structure import OPERATION_FIELDS
from gongfang.platform.attachments.services import carry_over
from gongfang.platform.documents.editing import save_lines

COLUMNS = [RoutingOperation._meta.get_field(name).attname for name in OPERATION_FIELDS]


@dataclass(frozen=True, slots=True)
class OperationInput:
    """One change of one operation of a routing; what is left empty stays. See `EngineeringChangeOperation`."""

    routing_id: int
    operation_no: int
    action: str = "change"
    name: str = ""
    work_centre_id: int | None = None
    setup_minutes: Decimal | None = None
    run_minutes: Decimal | None = None
    crew: int | None = None
    piece_rate: Decimal | None = None
    inspection: str = ""
    predecessors: str = ""
    instruction: str = ""
    id: int | None = None


def save_operations(document: EngineeringChange, lines: Sequence[OperationInput]) -> None:
    """Bring the operations of a draft to what was entered. Raises DomainError(missing) for a routing or work centre that is not there."""
    problems = []
    for model, name in ((Routing, "routing"), (WorkCentre, "work_centre")):
        ids = [getattr(line, f"{name}_id") for line in lines]
        known = set(model.objects.filter(pk__in=[pk for pk in ids if pk]).values_list("pk", flat=True))
        problems += [
            Problem("missing", "There is no {title} {id}.", where=f"operations.{n}.{name}", title=str(model._meta.verbose_name), id=pk)
            for n, pk in enumerate(ids)
            if pk and pk not in known
        ]  # fmt: skip
    refuse_if(problems)
    names = ("id", "routing_id", "action", "operation_no", *FIGURES, *WORDS)
    rows = [{name: getattr(line, name) for name in names} for line in lines]
    save_lines(document, EngineeringChangeOperation, rows)


def _operations_of(routing_ids: Collection[int]) -> dict[int, list[dict[str, Any]]]:
    """Routing → its operations as they are; one statement."""
    found: dict[int, list[dict[str, Any]]] = {pk: [] for pk in routing_ids}
    rows = RoutingOperation.objects.filter(routing__in=list(routing_ids)).order_by("routing_id", "operation_no")
    for row in rows.values("routing_id", *COLUMNS):
        found[row.pop("routing_id")].append(row)
    return found


def problems_of_operations(lines: Sequence[OperationChange]) -> list[Problem]:
    """What forbids these changes of operations; one statement."""
    return operation_problems(lines, _operations_of({line.routing_id for line in lines})) if lines else []


def new_routings(document: EngineeringChange) -> None:
    """Make the new versions of the routings that a change names, as drafts, and put them on its lines."""
    rows = list(document.operations.select_related("routing__item"))
    changes: dict[int, list[OperationChange]] = defaultdict(list)
    for one in operation_changes([document])[document.pk]:
        changes[one.routing_id].append(one)
    operations = _operations_of(changes)
    olds = {row.routing_id: row.routing for row in rows}
    made = {pk: _new_routing(document, olds[pk], operations[pk], own) for pk, own in changes.items()}
    for row in rows:
        row.made = made[row.routing_id]
    EngineeringChangeOperation.objects.bulk_update(rows, ["made"], batch_size=500)


def _new_routing(
    document: EngineeringChange, old: Routing, rows: Sequence[Mapping[str, Any]], changes: Sequence[OperationChange]
) -> Routing:
    taken = list(Routing.objects.filter(item=old.item).values_list("code", flat=True))
    start = document.effective_on if document.effect == "date" and document.effective_on else old.valid_from
    new = Routing.objects.create(
        item=old.item, code=next_version(old.code, taken), is_default=False, valid_from=max(start, old.valid_from), valid_to=old.valid_to,
        status="draft", remark=document.number, serial_from=document.serial_from if document.effect == "serial" else "",
    )  # fmt: skip
    after = changed_operations(rows, changes)
    RoutingOperation.objects.bulk_create([RoutingOperation(routing=new, **row) for row in after], batch_size=500)
    kept = {row["operation_no"]: row["work_centre_id"] for row in after}
    others = [
        row
        for row in old.alternatives.all()
        if row.operation_no in kept and row.work_centre_id != kept[row.operation_no]
    ]
    for row in others:
        row.pk, row.routing = None, new
    RoutingAlternative.objects.bulk_create(others, batch_size=500)
    carry_over(old, new)
    return new


def changed_numbers(lines: Sequence[OperationChange]) -> dict[int, set[int]]:
    """Item → numbers of its operations that are changed, added or removed."""
    found: dict[int, set[int]] = defaultdict(set)
    for line in lines:
        found[line.item_id].add(line.operation_no)
    return dict(found)
