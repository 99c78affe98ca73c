"""Bills of materials and routings."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata.events import StructuresChanged
from gongfang.masterdata.models import Bom, BomLine, Item, Routing
from gongfang.masterdata.rules.routing import OperationFacts, numbers_in, routing_problems
from gongfang.masterdata.rules.structure import LineFacts, bom_problems, cycle, substitute_problems
from gongfang.masterdata.services.records import changed, cleaned, created, lock, save_children
from gongfang.platform.documents.numbering import next_serials
from gongfang.platform.events import emit
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb

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
        + substitute_problems(len(lines), substitutes or ())
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
    if substitutes is not None:
        count = len(lines) if lines is not None else bom.lines.count()
        faults += substitute_problems(count, substitutes)
    refuse_if(faults + _default_problems({"kind": bom.kind, **values}))
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
    if bom.status != "active":
        raise DomainError(Problem("not_active", "Only an active version can be the default."), Kind.CONFLICT)
    _make_default(Bom, bom)
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
    """Put another item in the place of a component in every version that is not retired. Refused where it closes a circle."""
    lock_structure()
    old, new = lock(Item, item_id), lock(Item, replacement_id)
    if old.unit_id != new.unit_id:
        raise DomainError(
            Problem("unit_differs", "{old} and {new} are kept in different units.", old=old.code, new=new.code)
        )
    lines = BomLine.objects.filter(component=old).exclude(bom__status="retired")
    boms = list(Bom.objects.select_for_update().filter(pk__in=lines.values("bom_id")).order_by("pk"))
    lines.update(component=new)
    refuse_cycles([bom.item_id for bom in boms])
    emit(StructuresChanged(tuple(bom.item_id for bom in boms)))
    return boms


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


def _alternative_problems(facts: Sequence[OperationFacts], alternatives: Rows | None) -> list[Problem]:
    numbers = {fact.operation_no for fact in facts}
    return [
        Problem(
            "predecessor_unknown",
            "There is no operation {number}.",
            where=f"alternatives.{n}.operation_no",
            number=row.get("operation_no"),
        )
        for n, row in enumerate(alternatives or ())
        if int(row.get("operation_no") or 0) not in numbers
    ]


@verb("masterdata.create_routing", N_("Create routing"), roles=("engineer",))
def create_routing(
    *, actor: User, request_id: uuid.UUID, operations: Rows, alternatives: Rows | None = None, **values: Any
) -> Routing:
    """Add a version of how an item is made; as the default it takes the place of the one before."""
    rows, facts = _operations(operations)
    refuse_if(routing_problems(facts) + _alternative_problems(facts, alternatives) + _default_problems(values))
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
    if rows is not None:
        refuse_if(routing_problems(facts) + _alternative_problems(facts, alternatives))
    refuse_if(_default_problems(values))
    if values.get("is_default"):
        _make_default(Routing, routing)
    changed(routing, values, ROUTING_FIELDS)
    save_children(routing, "operations", rows, OPERATION_FIELDS, numbered="operation_no")
    save_children(routing, "alternatives", alternatives, ALTERNATIVE_FIELDS, key=("operation_no", "work_centre_id"))
    return routing
