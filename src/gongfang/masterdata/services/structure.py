"""Bills of materials and routings."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import F
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata.events import StructuresChanged
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, Item, Routing
from gongfang.masterdata.rules.routing import OperationFacts, numbers_in, routing_problems
from gongfang.masterdata.rules.structure import LineFacts, bom_problems, cycle, output_problems, substitute_problems
from gongfang.masterdata.services.records import changed, cleaned, created, lock, save_children
from gongfang.platform.attachments.services import carry_over
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

BOM_FIELDS = (
    "item",
    "code",
    "is_default",
    "valid_from",
    "valid_to",
    "base_quantity",
    "yield_share",
    "kind",
    "serial_from",
    "status",
    "remark",
)
BOM_LINE_FIELDS = (
    "component", "quantity", "is_fixed", "scrap", "issue_method", "operation_no", "offset_days", "is_phantom", "designators", "remark",
)  # fmt: skip
BOM_OUTPUT_FIELDS = ("item", "quantity", "kind", "cost_share")
SUBSTITUTE_FIELDS = ("line_no", "item", "rank", "ratio", "use_up", "valid_from", "valid_to", "is_successor")
ALTERNATIVE_FIELDS = ("operation_no", "work_centre", "rank", "time_factor")
ROUTING_FIELDS = ("item", "code", "is_default", "valid_from", "valid_to", "serial_from", "status", "remark")
OPERATION_FIELDS = (
    "operation_no", "name", "work_centre", "setup_minutes", "run_minutes", "queue_minutes", "move_minutes", "crew", "piece_rate", "overlap_quantity", "skill",
    "setup_family", "inspection", "is_subcontracted", "subcontractor", "subcontract_price", "predecessors", "instruction",
)  # fmt: skip
Rows = Sequence[Mapping[str, Any]]


def lock_structure() -> None:
    """One change of any bill of materials at a time: two that close a circle together would each look harmless alone."""
    next_serials("masterdata.structure")


def refuse_cycles(item_ids: Iterable[int]) -> None:
    """Refuse when something is inside itself. Call under `lock_structure`, after writing. One statement per level."""
    tops = set(item_ids)
    edges: dict[int, set[int]] = {}
    wanted = set(tops)
    while wanted:
        rows = BomLine.objects.filter(bom__item__in=wanted).exclude(bom__status="retired")
        asked, wanted = wanted, set()
        for parent, component in rows.values_list("bom__item_id", "component_id"):
            edges.setdefault(parent, set()).add(component)
        for parent in asked:
            wanted |= edges.get(parent, set())
        wanted -= set(edges) | asked
    if circle := cycle(edges, sorted(tops)):
        names = dict(Item.objects.filter(pk__in=circle).values_list("pk", "code"))
        raise DomainError(
            Problem(
                "bom_cycle", "This would put an item inside itself: {circle}.", where="lines",
                circle=" → ".join(names[pk] for pk in circle),
            ),
            Kind.INVALID,
        )  # fmt: skip


def _pk(value: Any) -> int:
    return int(getattr(value, "pk", value) or 0)


def _line_facts(lines: Rows) -> list[LineFacts]:
    items = Item.objects.select_related("unit").in_bulk({_pk(row.get("component")) for row in lines})
    facts = []
    for row in lines:
        item = items.get(_pk(row.get("component")))
        if item is None:
            continue  # reported as a missing reference when the row is saved
        quantity, scrap = row.get("quantity"), row.get("scrap")
        facts.append(
            LineFacts(
                item.pk, Decimal(str(quantity or 0)), Decimal(str(scrap or 0)), item.unit.precision,
                bool(row.get("is_fixed")), item.status, item.code,
            )
        )  # fmt: skip
    return facts


def _plain(rows: Rows, name: str) -> list[dict[str, Any]]:
    """Entered rows with a reference as its key, as the rules read it."""
    return [{**row, name: _pk(row.get(name))} for row in rows]


def _default_problems(values: Mapping[str, Any]) -> list[Problem]:
    """An alternative, and a version from a serial number on, is never what holds by itself."""
    if values.get("is_default") and (values.get("kind") == "alternative" or values.get("serial_from")):
        return [
            Problem(
                "alternative_default",
                "An alternative, or a version from a serial number on, cannot be the default.",
                where="is_default",
            )
        ]
    return []


def _make_default(model: Any, row: Any) -> None:
    """Only one version of an item is its default: take it from the others."""
    model.objects.filter(item_id=row.item_id, is_default=True).exclude(pk=row.pk).update(is_default=False)


def _as_it_is(row: Any, *names: str) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _claim_for(model: Any, row: Any, *names: str) -> None:
    """Let a version that is in use take the place of the default; refused for one that never holds by itself."""
    if row.status != "active":
        raise DomainError(Problem("not_active", "Only an active version can be the default."), Kind.CONFLICT)
    refuse_if(_default_problems(_as_it_is(row, *names) | {"is_default": True}), Kind.CONFLICT)
    _make_default(model, row)


def _claim_default(model: Any, values: Mapping[str, Any], pk: int | None = None) -> None:
    if values.get("is_default", True):
        model.objects.filter(item_id=_pk(values.get("item")), is_default=True).exclude(pk=pk).update(is_default=False)


@verb("masterdata.create_bom", N_("Create bill of materials"), roles=("engineer",))
def create_bom(
    *, actor: User, request_id: uuid.UUID, lines: Rows, outputs: Rows | None = None, substitutes: Rows | None = None, **values: Any
) -> Bom:  # fmt: skip
    """Add a version of what goes into an item. A circle is refused; as the default it takes the place of the one before."""
    lock_structure()
    ready, faults = cleaned(Bom, {name: value for name, value in values.items() if name in BOM_FIELDS})
    refuse_if(
        faults
        + bom_problems(_pk(values.get("item")), ready.get("base_quantity") or Decimal(1), _line_facts(lines))
        + output_problems(_pk(values.get("item")), _plain(outputs or (), "item"))
        + substitute_problems([_pk(row.get("component")) for row in lines], _plain(substitutes or (), "item"))
        + _default_problems(values)
    )
    if values.get("kind") == "alternative":
        values = {**values, "is_default": False}
    _claim_default(Bom, values)
    bom = created(Bom, values, BOM_FIELDS)
    save_children(bom, "lines", lines, BOM_LINE_FIELDS, numbered="line_no")
    save_children(bom, "outputs", outputs, BOM_OUTPUT_FIELDS, key=("item_id",))
    save_children(bom, "substitutes", substitutes, SUBSTITUTE_FIELDS, key=("line_no", "item_id"))
    refuse_cycles([bom.item_id])
    emit(StructuresChanged((bom.item_id,)))
    return bom


@verb("masterdata.change_bom", N_("Change bill of materials"), roles=("engineer",))
def change_bom(
    *, actor: User, request_id: uuid.UUID, bom_id: int, version: int | None = None, lines: Rows | None = None,
    outputs: Rows | None = None, substitutes: Rows | None = None, **values: Any,
) -> Bom:  # fmt: skip
    """Change a version; work orders keep the copy they were made with."""
    lock_structure()
    bom = lock(Bom, bom_id, version)
    if values.get("item") is not None and _pk(values["item"]) != bom.item_id:
        raise DomainError(Problem("item_stays", "A version belongs to its item; make a new one.", where="item"))
    ready, faults = cleaned(Bom, {name: value for name, value in values.items() if name in BOM_FIELDS})
    if lines is not None:
        faults += bom_problems(bom.item_id, ready.get("base_quantity") or bom.base_quantity, _line_facts(lines))
    if outputs is not None:
        faults += output_problems(bom.item_id, _plain(outputs, "item"))
    if substitutes is not None:
        components = (
            bom.lines.order_by("line_no").values_list("component_id", flat=True)
            if lines is None
            else [_pk(row.get("component")) for row in lines]
        )
        faults += substitute_problems(list(components), _plain(substitutes, "item"))
    refuse_if(faults + _default_problems(_as_it_is(bom, "kind", "serial_from", "is_default") | values))
    if values.get("is_default"):
        _make_default(Bom, bom)
    changed(bom, values, BOM_FIELDS)
    save_children(bom, "lines", lines, BOM_LINE_FIELDS, numbered="line_no")
    save_children(bom, "outputs", outputs, BOM_OUTPUT_FIELDS, key=("item_id",))
    save_children(bom, "substitutes", substitutes, SUBSTITUTE_FIELDS, key=("line_no", "item_id"))
    refuse_cycles([bom.item_id])
    emit(StructuresChanged((bom.item_id,)))
    return bom


@verb("masterdata.make_default_bom", N_("Make default"), roles=("engineer",))
def make_default_bom(*, actor: User, request_id: uuid.UUID, bom_id: int, version: int | None = None) -> Bom:
    """Let this version hold for new work orders and plans."""
    bom = lock(Bom, bom_id, version)
    _claim_for(Bom, bom, "kind", "serial_from")
    changed(bom, {"is_default": True}, BOM_FIELDS)
    emit(StructuresChanged((bom.item_id,)))
    return bom


@verb("masterdata.copy_bom", N_("Copy as new version"), roles=("engineer",))
def copy_bom(*, actor: User, request_id: uuid.UUID, bom_id: int, code: str) -> Bom:
    """Make a draft version with the same lines, to work on."""
    source = lock(Bom, bom_id)
    values = {name: getattr(source, name) for name in BOM_FIELDS if name not in ("code", "is_default", "status")}
    bom = created(Bom, {**values, "code": code, "is_default": False, "status": "draft"}, BOM_FIELDS)
    lines = [
        {name: getattr(line, name) for name in BOM_LINE_FIELDS} for line in source.lines.select_related("component")
    ]
    outputs = [
        {name: getattr(row, name) for name in BOM_OUTPUT_FIELDS} for row in source.outputs.select_related("item")
    ]
    save_children(bom, "lines", lines, BOM_LINE_FIELDS, numbered="line_no")
    save_children(bom, "outputs", outputs, BOM_OUTPUT_FIELDS, key=("item_id",))
    others = [
        {name: getattr(row, name) for name in SUBSTITUTE_FIELDS} for row in source.substitutes.select_related("item")
    ]
    save_children(bom, "substitutes", others, SUBSTITUTE_FIELDS, key=("line_no", "item_id"))
    return bom


@verb("masterdata.replace_component", N_("Replace component everywhere"), roles=("engineer",))
def replace_component(*, actor: User, request_id: uuid.UUID, item_id: int, replacement_id: int) -> list[Bom]:
    """Put another item in the place of a component in every version that is not retired. Refused where it closes a circle.

    The history of each version tells it; what would then be a substitute for itself is taken off.
    """
    lock_structure()
    old, new = lock(Item, item_id), lock(Item, replacement_id)
    refuse_if(_replacement_problems(old, new))
    lines = list(BomLine.objects.filter(component=old).exclude(bom__status="retired").order_by("bom_id", "line_no"))
    if not lines:
        raise DomainError(Problem("used_nowhere", "No bill of materials uses {item}.", where="item_id", item=old.code))
    boms = list(Bom.objects.select_for_update().filter(pk__in={line.bom_id for line in lines}).order_by("pk"))
    for bom in boms:
        note(bom, lines__component=(str(old), str(new)))
    BomLine.objects.filter(pk__in=[line.pk for line in lines]).update(component=new)
    own = BomSubstitute.objects.filter(bom__in=boms, item=new)
    places = {(line.bom_id, line.line_no) for line in lines}
    BomSubstitute.objects.filter(pk__in=[row.pk for row in own if (row.bom_id, row.line_no) in places]).delete()
    Bom.objects.filter(pk__in=[bom.pk for bom in boms]).update(version=F("version") + 1, updated_at=timezone.now())
    refuse_cycles([bom.item_id for bom in boms])
    emit(StructuresChanged(tuple(bom.item_id for bom in boms)))
    return boms


def _replacement_problems(old: Item, new: Item) -> list[Problem]:
    if old.pk == new.pk:
        return [Problem("same_item", "Choose another item: {item} is there already.", "replacement_id", item=old.code)]
    if new.status in ("blocked", "retired"):
        return [Problem("item_blocked", "{item} is blocked or retired.", "replacement_id", item=new.code)]
    if old.unit_id != new.unit_id:
        text = N_("{old} and {new} are kept in different units.")
        return [Problem("unit_differs", text, "replacement_id", old=old.code, new=new.code)]
    return []


def _operations(rows: Rows) -> tuple[list[dict[str, Any]], list[OperationFacts]]:
    """Entered operations with predecessors as lists, and what the rules look at."""
    ready, facts = [], []
    for n, row in enumerate(rows):
        values = dict(row)
        try:
            values["predecessors"] = list(numbers_in(values.get("predecessors")))
            number = int(values.get("operation_no") or 0)
        except (TypeError, ValueError) as error:
            where = f"operations.{n}.predecessors"
            raise DomainError(
                Problem("bad_predecessors", "Predecessors are operation numbers, such as “10, 20”.", where=where)
            ) from error
        ready.append(values)
        minutes = [values.get(name) or 0 for name in ("setup_minutes", "run_minutes", "queue_minutes", "move_minutes")]
        facts.append(
            OperationFacts(
                number, tuple(values["predecessors"]), bool(values.get("is_subcontracted")), _pk(values.get("subcontractor")) or None,
                tuple(Decimal(str(m)) for m in minutes), int(values.get("crew") or 1),
            )
        )  # fmt: skip
    return ready, facts


def _alternative_problems(centres: Mapping[int, int], alternatives: Rows | None) -> list[Problem]:
    """What is wrong with other work centres. centres: operation → the work centre of the routing."""
    found = []
    for n, row in enumerate(alternatives or ()):
        number = int(row.get("operation_no") or 0)
        at = f"alternatives.{n}."
        if number not in centres:
            text = N_("There is no operation {number}.")
            found.append(Problem("predecessor_unknown", text, where=at + "operation_no", number=number))
        elif centres[number] == _pk(row.get("work_centre")):
            text = N_("This is the work centre of the operation itself.")
            found.append(Problem("same_centre", text, where=at + "work_centre"))
    return found


def _centres(rows: Rows) -> dict[int, int]:
    return {int(row.get("operation_no") or 0): _pk(row.get("work_centre")) for row in rows}


def _date_problems(values: Mapping[str, Any]) -> list[Problem]:
    """A last day before the first; the days as they were entered."""
    begin, end = (str(values.get(name) or "") for name in ("valid_from", "valid_to"))
    if begin and end and end < begin:
        return [Problem("dates_reversed", "The last day is before the first.", where="valid_to")]
    return []


@verb("masterdata.create_routing", N_("Create routing"), roles=("engineer",))
def create_routing(
    *, actor: User, request_id: uuid.UUID, operations: Rows, alternatives: Rows | None = None, **values: Any
) -> Routing:
    """Add a version of how an item is made; as the default it takes the place of the one before."""
    rows, facts = _operations(operations)
    found = routing_problems(facts) + _alternative_problems(_centres(rows), alternatives)
    refuse_if(found + _default_problems(values) + _date_problems(values))
    _claim_default(Routing, values)
    routing = created(Routing, values, ROUTING_FIELDS)
    save_children(routing, "operations", rows, OPERATION_FIELDS, numbered="operation_no")
    save_children(routing, "alternatives", alternatives, ALTERNATIVE_FIELDS, key=("operation_no", "work_centre_id"))
    return routing


@verb("masterdata.change_routing", N_("Change routing"), roles=("engineer",))
def change_routing(
    *, actor: User, request_id: uuid.UUID, routing_id: int, version: int | None = None, operations: Rows | None = None,
    alternatives: Rows | None = None, **values: Any,
) -> Routing:  # fmt: skip
    """Change a version; work orders keep the copy they were made with."""
    routing = lock(Routing, routing_id, version)
    if values.get("item") is not None and _pk(values["item"]) != routing.item_id:
        raise DomainError(Problem("item_stays", "A version belongs to its item; make a new one.", where="item"))
    rows, facts = _operations(operations) if operations is not None else (None, [])
    centres = _centres(routing.operations.values("operation_no", "work_centre") if rows is None else rows)
    found = (routing_problems(facts) if rows is not None else []) + _alternative_problems(centres, alternatives)
    after = _as_it_is(routing, "serial_from", "is_default", "valid_from", "valid_to") | values
    refuse_if(found + _default_problems(after) + _date_problems(after))
    if values.get("is_default"):
        _make_default(Routing, routing)
    changed(routing, values, ROUTING_FIELDS)
    save_children(routing, "operations", rows, OPERATION_FIELDS, numbered="operation_no")
    save_children(routing, "alternatives", alternatives, ALTERNATIVE_FIELDS, key=("operation_no", "work_centre_id"))
    return routing


@verb("masterdata.make_default_routing", N_("Make default"), roles=("engineer",))
def make_default_routing(*, actor: User, request_id: uuid.UUID, routing_id: int, version: int | None = None) -> Routing:
    """Let this version hold for new work orders and plans."""
    routing = lock(Routing, routing_id, version)
    _claim_for(Routing, routing, "serial_from")
    changed(routing, {"is_default": True}, ROUTING_FIELDS)
    return routing


@verb("masterdata.copy_routing", N_("Copy as new version"), roles=("engineer",))
def copy_routing(*, actor: User, request_id: uuid.UUID, routing_id: int, code: str) -> Routing:
    """Make a draft version with the same operations, other work centres and instructions, to work on."""
    source = lock(Routing, routing_id)
    values = {name: getattr(source, name) for name in ROUTING_FIELDS if name not in ("code", "is_default", "status")}
    routing = created(Routing, {**values, "code": code, "is_default": False, "status": "draft"}, ROUTING_FIELDS)
    steps = source.operations.select_related("work_centre", "subcontractor").order_by("operation_no")
    operations = [{name: getattr(step, name) for name in OPERATION_FIELDS} for step in steps]
    save_children(routing, "operations", operations, OPERATION_FIELDS, numbered="operation_no")
    others = source.alternatives.select_related("work_centre")
    alternatives = [{name: getattr(row, name) for name in ALTERNATIVE_FIELDS} for row in others]
    save_children(routing, "alternatives", alternatives, ALTERNATIVE_FIELDS, key=("operation_no", "work_centre_id"))
    carry_over(source, routing)
    return routing
