"""Work centres, bills of materials and routings as sheets."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from gongfang.kernel.errors import N_
from gongfang.masterdata.events import StructuresChanged
from gongfang.masterdata.exchange.basics import code_column, titles
from gongfang.masterdata.models import (
    Bom,
    BomLine,
    BomOutput,
    BomSubstitute,
    IssueMethod,
    OperationInspection,
    Routing,
    RoutingOperation,
    SetupChange,
    WorkCentre,
    WorkCentreKind,
)
from gongfang.masterdata.models.bom import BomKind, BomStatus, OutputKind
from gongfang.masterdata.models.prices import FIRST_DAY
from gongfang.masterdata.rules.routing import OperationFacts, numbers_in, routing_problems
from gongfang.masterdata.rules.structure import cycle, output_problems
from gongfang.masterdata.services.structure import lock_structure
from gongfang.platform.events import emit
from gongfang.platform.exchange.loading import replace_children, upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, by_group, fault

ZERO = Decimal(0)
CENTRE_FIELDS = (
    "name", "workshop", "kind", "machines", "labour_rate", "machine_rate", "overhead_rate", "efficiency", "is_active",
)  # fmt: skip


def load_centres(rows: Sequence[Row], context: Context) -> None:
    plants, calendars = context.ids("plants"), context.ids("calendars")
    records = [
        {
            "code": row["code"], "plant_id": plants[row["plant"]],
            "calendar_id": calendars[row["calendar"]] if row.get("calendar") else None,
            **{name: row.values[name] for name in CENTRE_FIELDS},
        }
        for row in rows
    ]  # fmt: skip
    upsert(WorkCentre, records, columns=context.columns["work_centres"])


def export_centres(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in WorkCentre.objects.select_related("plant", "calendar"):
        yield {
            "code": row.code, "plant": row.plant.code, "calendar": row.calendar.code if row.calendar else None,
            **{name: getattr(row, name) for name in CENTRE_FIELDS},
        }  # fmt: skip


def check_setup_changes(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    for row in rows:
        if row["from_family"] == row["to_family"]:
            yield fault("setup_changes", row, "to_family", "same_family", "Both families are the same.")


def load_setup_changes(rows: Sequence[Row], context: Context) -> None:
    centres = context.ids("work_centres")
    records = [
        {"work_centre_id": centres[row["work_centre"]], **{name: row[name] for name in CHANGE_FIELDS}} for row in rows
    ]
    upsert(
        SetupChange,
        records,
        unique=("work_centre", "from_family", "to_family"),
        columns=context.columns["setup_changes"],
    )


def export_setup_changes(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in SetupChange.objects.select_related("work_centre").order_by(
        "work_centre__code", "from_family", "to_family"
    ):
        yield {"work_centre": row.work_centre.code, **{name: getattr(row, name) for name in CHANGE_FIELDS}}


CHANGE_FIELDS = ("from_family", "to_family", "minutes")
SETUP_CHANGES = Sheet(
    "setup_changes", N_("Set-up changes"), unique=("work_centre", "from_family", "to_family"),
    note=N_("Minutes to change a machine from one set-up family of the routings to another."),
    columns=[
        Column("work_centre", N_("Work centre code"), required=True, ref="work_centres"),
        Column("from_family", N_("From family"), required=True, max_length=40), Column("to_family", N_("To family"), required=True, max_length=40),
        Column("minutes", N_("Change (min)"), kind="quantity", required=True, minimum=0),
    ],
    check=check_setup_changes, load=load_setup_changes, export=export_setup_changes,
)  # fmt: skip


def _rate(key: str, title: str) -> Column:
    return Column(key, title, kind="price", minimum=0, default=ZERO, scope="cost", note=N_("Currency per hour."))


WORK_CENTRES = Sheet(
    "work_centres", N_("Work centres"), unique=("code",), note=N_("Groups of like machines or places, with their hourly rates."),
    columns=[
        code_column(N_("Work centre code")), Column("name", N_("Work centre name"), required=True, max_length=80),
        Column("plant", N_("Plant code"), required=True, ref="plants"), Column("workshop", N_("Workshop"), default="", max_length=40),
        Column("kind", N_("Work centre kind"), kind="choice", choices=titles(WorkCentreKind), default="machine"),
        Column("machines", N_("Machines"), kind="integer", minimum=1, maximum=10_000, default=1),
        _rate("labour_rate", N_("Labour rate")), _rate("machine_rate", N_("Machine rate")), _rate("overhead_rate", N_("Overhead rate")),
        Column("calendar", N_("Calendar code"), ref="calendars"),
        Column("efficiency", N_("Efficiency"), kind="ratio", above=0, maximum=10, default=Decimal(1)),
        Column("is_active", N_("Active"), kind="bool", default=True),
    ],
    load=load_centres, export=export_centres, ids=lambda: WorkCentre.objects.values_list("code", "pk"),
)  # fmt: skip

BOM_HEAD = ("is_default", "base_quantity", "yield_share", "valid_from", "valid_to", "kind", "serial_from", "status")
LINE_FIELDS = (
    "quantity",
    "is_fixed",
    "scrap",
    "issue_method",
    "operation_no",
    "offset_days",
    "is_phantom",
    "designators",
    "remark",
)


def check_boms(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from _heads(rows, "boms", BOM_HEAD)
    for row in rows:
        if row["component"] == row["item"]:
            yield fault(
                "boms", row, "component", "contains_itself", "{item} cannot be a component of itself.", item=row["item"]
            )
    yield from _reversed_days(rows, "boms")
    replaced = {(row["item"], row.get("version", "V1.0")) for row in rows}
    edges: dict[str, set[str]] = {}
    kept = BomLine.objects.exclude(bom__status="retired")
    for item, version, component in kept.values_list("bom__item__code", "bom__code", "component__code"):
        if (item, version) not in replaced:
            edges.setdefault(item, set()).add(component)
    first: dict[str, Row] = {}
    for row in rows:
        if row["component"] != row["item"]:
            edges.setdefault(row["item"], set()).add(row["component"])
            first.setdefault(row["item"], row)
    circle = cycle(edges, sorted(first))  # type: ignore[arg-type, type-var]
    if circle:
        at = next((first[code] for code in circle if code in first), rows[0])  # type: ignore[index]
        text = " → ".join(str(code) for code in circle)
        yield fault(
            "boms", at, "component", "bom_cycle", "This would put an item inside itself: {circle}.", circle=text
        )


def _reversed_days(rows: Sequence[Row], sheet: str) -> Iterable[Fault]:
    for row in rows:
        if row.get("valid_to") and row["valid_to"] < row["valid_from"]:
            yield fault(sheet, row, "valid_to", "dates_reversed", "The last day is before the first.")


def _is_default(row: Row) -> bool:
    """An alternative, and a version from a lot or serial number on, never holds by itself."""
    return bool(row.get("is_default")) and row.get("kind") != "alternative" and not row.get("serial_from")


def _without_alternatives(model: Any, heads: Sequence[dict[str, Any]], given: Collection[str]) -> None:
    """Versions that are there and never hold by themselves do not become defaults by a sheet that is silent about it."""
    if {"kind", "serial_from"} & set(given):
        return
    apart = ~Q(serial_from="") | (Q(kind="alternative") if model is Bom else Q())
    never = set(model.objects.filter(apart).values_list("item_id", "code"))
    for head in heads:
        head["is_default"] = head["is_default"] and (head["item_id"], head["code"]) not in never


def _heads(rows: Sequence[Row], sheet: str, names: Sequence[str]) -> Iterable[Fault]:
    """The head values of a version must be the same in all its rows, and one version of an item be its default."""
    defaults: dict[str, tuple[str, Row]] = {}
    for (item, version), lines in by_group(rows, "item", "version"):
        for line in lines[1:]:
            for name in names:
                if line.values[name] != lines[0].values[name]:
                    yield fault(
                        sheet,
                        line,
                        name,
                        "head_differs",
                        "It differs from row {row} of the same version.",
                        row=lines[0].number,
                    )
        if _is_default(lines[0]):
            other = defaults.setdefault(item, (version, lines[0]))
            if other[0] != version:
                yield fault(
                    sheet,
                    lines[0],
                    "is_default",
                    "two_defaults",
                    "Version {version} is the default already.",
                    version=other[0],
                )


def load_boms(rows: Sequence[Row], context: Context) -> None:
    """Replace the lines of every version named; other versions of these items stop being the default where one is named."""
    lock_structure()
    items = context.ids("items")
    groups = list(by_group(rows, "item", "version"))
    heads = [
        {
            "item_id": items[item], "code": version, "base_quantity": lines[0]["base_quantity"], "valid_from": lines[0]["valid_from"],
            "yield_share": lines[0]["yield_share"], "kind": lines[0]["kind"], "serial_from": lines[0]["serial_from"],
            "valid_to": lines[0].get("valid_to"), "is_default": _is_default(lines[0]), "status": lines[0]["status"],
        }
        for (item, version), lines in groups
    ]  # fmt: skip
    _without_alternatives(Bom, heads, context.columns["boms"])
    _drop_defaults(Bom, heads)
    made = upsert(
        Bom, heads, unique=("item", "code"), columns={*context.columns["boms"], "is_default"}, always=("status",)
    )
    lines = [
        BomLine(
            bom_id=bom.pk,
            line_no=n,
            component_id=items[row["component"]],
            **{name: row.values[name] for name in LINE_FIELDS},
        )
        for bom, (_, rows_of) in zip(made, groups, strict=True)
        for n, row in enumerate(rows_of, start=1)
    ]
    before = _substituted([bom.pk for bom in made])
    replace_children(BomLine, "bom", [bom.pk for bom in made], lines)
    _move_substitutes(before, lines)
    emit(StructuresChanged(tuple(sorted({bom.item_id for bom in made}))))


def _substituted(bom_ids: Sequence[int]) -> dict[BomSubstitute, int]:
    """Substitutes of some versions, each with the component of its line. Two statements; none are the rule."""
    found = list(BomSubstitute.objects.filter(bom__in=bom_ids))
    lines = BomLine.objects.filter(bom__in={row.bom_id for row in found})
    components = {(bom, no): pk for bom, no, pk in lines.values_list("bom_id", "line_no", "component_id")}
    return {row: components[row.bom_id, row.line_no] for row in found if (row.bom_id, row.line_no) in components}


def _move_substitutes(before: Mapping[BomSubstitute, int], lines: Sequence[BomLine]) -> None:
    """Substitutes go with their component to its new line; those of a component that is gone go too."""
    if not before:
        return
    numbers: dict[tuple[int, int], int] = {}
    for line in lines:
        numbers.setdefault((line.bom_id, line.component_id), line.line_no)
    kept = {
        (row.bom_id, numbers[row.bom_id, component], row.item_id): row
        for row, component in before.items()
        if (row.bom_id, component) in numbers
    }
    for (_bom, line_no, _item), row in kept.items():
        row.line_no, row.pk = line_no, None
    replace_children(BomSubstitute, "bom", sorted({row.bom_id for row in before}), list(kept.values()))


def _drop_defaults(model: Any, heads: Sequence[Mapping[str, Any]]) -> None:
    ids = [head["item_id"] for head in heads if head["is_default"]]
    for start in range(0, len(ids), 2000):
        model.objects.filter(item__in=ids[start : start + 2000], is_default=True).update(is_default=False)


def export_boms(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = BomLine.objects.exclude(bom__status="retired").select_related("bom__item", "component")
    for row in rows.order_by("bom__item__code", "bom__code", "line_no"):
        yield {
            "item": row.bom.item.code, "version": row.bom.code, **{name: getattr(row.bom, name) for name in BOM_HEAD},
            "component": row.component.code, **{name: getattr(row, name) for name in LINE_FIELDS},
        }  # fmt: skip


VERSION = Column("version", N_("Version"), default="V1.0", max_length=20)


def _holding() -> list[Column]:
    """When a version holds, and whether at all."""
    return [
        Column("valid_from", N_("Valid from"), kind="date", default=FIRST_DAY), Column("valid_to", N_("Valid to"), kind="date"),
        Column("serial_from", N_("From lot or serial number"), default="", max_length=60, note=N_("The version holds from this lot or serial number on.")),
        Column("status", N_("Status"), kind="choice", choices=titles(BomStatus), default="active"),
    ]  # fmt: skip


BOMS = Sheet(
    "boms", N_("BOM"), note=N_("One row per component. Rows with the same item and version make one bill of materials."),
    columns=[
        Column("item", N_("Parent item code"), required=True, ref="items"), VERSION,
        Column("is_default", N_("Default"), kind="bool", default=True, note=N_("The version that work orders and plans take.")),
        Column("base_quantity", N_("Per quantity"), kind="quantity", above=0, default=Decimal(1), note=N_("The quantities are for so many of the parent.")),
        Column("component", N_("Component code"), required=True, ref="items"),
        Column("quantity", N_("Quantity"), kind="quantity", required=True, above=0),
        Column("is_fixed", N_("Fixed quantity"), kind="bool", default=False, note=N_("Per order, whatever its size.")),
        Column("scrap", N_("Scrap share"), kind="ratio", minimum=0, maximum=Decimal("0.99"), default=ZERO),
        Column("issue_method", N_("Issue method"), kind="choice", choices=titles(IssueMethod), default="push"),
        Column("operation_no", N_("Operation"), kind="integer", minimum=1, maximum=9999, note=N_("The operation it is needed at.")),
        Column("offset_days", N_("Needed after (days)"), kind="integer", minimum=0, maximum=999, default=0, note=N_("Working days after the start of the order.")),
        Column("is_phantom", N_("Phantom"), kind="bool", default=False),
        Column("designators", N_("Reference designators"), default="", max_length=300, note=N_("Places on the board or drawing, such as “R1, R2, R7”.")),
        Column("yield_share", N_("Good share"), kind="ratio", above=0, maximum=1, default=Decimal(1), note=N_("Of what is begun; planning orders so much more.")),
        Column("kind", N_("Version kind"), kind="choice", choices=titles(BomKind), default="primary", note=N_("An alternative is taken only where it is asked for, and is never the default.")),
        *_holding(), Column("remark", N_("Remark"), default=""),
    ],
    check=check_boms, load=load_boms, export=export_boms,
)  # fmt: skip


def check_outputs(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    known = {(row["item"], row.get("version", "V1.0")) for row in context.rows.get("boms", ())}
    known |= set(Bom.objects.values_list("item__code", "code"))
    for row in rows:
        if (row["item"], row.get("version", "V1.0")) not in known:
            yield fault("bom_outputs", row, "version", "unknown_version", "There is no such BOM version.")
    for (item, _version), lines in by_group(rows, "item", "version"):
        given = [{"item": row["output"], "kind": row["kind"], "cost_share": row["cost_share"]} for row in lines]
        for problem in output_problems(item, given):
            parts = problem.where.split(".")
            at, column = (lines[int(parts[1])], parts[2]) if len(parts) > 1 else (lines[-1], "cost_share")
            yield Fault("bom_outputs", at.number, "output" if column == "item" else column, problem)


def load_outputs(rows: Sequence[Row], context: Context) -> None:
    items = context.ids("items")
    boms = {(code, version): pk for pk, code, version in Bom.objects.values_list("pk", "item__code", "code")}
    records = [
        {
            "bom_id": boms[row["item"], row["version"]], "item_id": items[row["output"]], "quantity": row["quantity"], "kind": row["kind"],
            "cost_share": row["cost_share"],
        }
        for row in rows
    ]  # fmt: skip
    upsert(BomOutput, records, unique=("bom", "item"), columns=context.columns["bom_outputs"])


def export_outputs(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in BomOutput.objects.exclude(bom__status="retired").select_related("bom__item", "item"):
        yield {
            "item": row.bom.item.code, "version": row.bom.code, "output": row.item.code, "quantity": row.quantity, "kind": row.kind,
            "cost_share": row.cost_share,
        }  # fmt: skip


BOM_OUTPUTS = Sheet(
    "bom_outputs", N_("Co- and by-products"), unique=("item", "version", "output"), note=N_("What else comes out of an order."),
    columns=[
        Column("item", N_("Parent item code"), required=True, ref="items"), VERSION,
        Column("output", N_("Output item code"), required=True, ref="items"), Column("quantity", N_("Quantity"), kind="quantity", required=True, above=0),
        Column("kind", N_("Output kind"), kind="choice", choices=titles(OutputKind), default="by"),
        Column("cost_share", N_("Cost share"), kind="ratio", minimum=0, maximum=Decimal("0.99"), default=ZERO),
    ],
    check=check_outputs, load=load_outputs, export=export_outputs,
)  # fmt: skip

OPERATION_FIELDS = (
    "operation_no", "name", "setup_minutes", "run_minutes", "queue_minutes", "move_minutes", "crew", "piece_rate", "inspection",
    "is_subcontracted", "subcontract_price", "overlap_quantity", "skill", "setup_family", "instruction",
)  # fmt: skip


ROUTING_HEAD = ("is_default", "valid_from", "valid_to", "serial_from", "status")


def _predecessors(row: Row) -> list[int]:
    return list(numbers_in(row.get("predecessors", "")))


def check_routings(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    yield from _heads(rows, "routings", ROUTING_HEAD)
    yield from _reversed_days(rows, "routings")
    for (_item, _version), lines in by_group(rows, "item", "version"):
        facts = []
        for line in lines:
            try:
                before = tuple(_predecessors(line))
            except ValueError:
                yield fault(
                    "routings",
                    line,
                    "predecessors",
                    "bad_predecessors",
                    "Predecessors are operation numbers, such as “10, 20”.",
                )
                before = ()
            facts.append(
                OperationFacts(
                    line["operation_no"],
                    before,
                    bool(line.get("is_subcontracted")),
                    1 if line.get("subcontractor") else None,
                )
            )
        for problem in routing_problems(facts):
            parts = problem.where.split(".")
            at = lines[int(parts[1])] if len(parts) > 1 else lines[0]
            yield Fault("routings", at.number, parts[2] if len(parts) > 2 else "", problem)


def load_routings(rows: Sequence[Row], context: Context) -> None:
    items, centres, partners = context.ids("items"), context.ids("work_centres"), context.ids("partners")
    groups = list(by_group(rows, "item", "version"))
    heads = [
        {
            "item_id": items[item], "code": version, "is_default": _is_default(lines[0]), "valid_to": lines[0].get("valid_to"),
            **{name: lines[0][name] for name in ("valid_from", "serial_from", "status")},
        }
        for (item, version), lines in groups
    ]  # fmt: skip
    _without_alternatives(Routing, heads, context.columns["routings"])
    _drop_defaults(Routing, heads)
    made = upsert(Routing, heads, unique=("item", "code"), columns={*context.columns["routings"], "is_default"})
    operations = [
        RoutingOperation(
            routing_id=routing.pk, work_centre_id=centres[row["work_centre"]], predecessors=_predecessors(row),
            subcontractor_id=partners[row["subcontractor"]] if row.get("subcontractor") else None,
            **{name: row.values[name] for name in OPERATION_FIELDS},
        )
        for routing, (_, lines) in zip(made, groups, strict=True)
        for row in lines
    ]  # fmt: skip
    replace_children(RoutingOperation, "routing", [routing.pk for routing in made], operations)


def export_routings(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = RoutingOperation.objects.exclude(routing__status="retired").select_related(
        "routing__item", "work_centre", "subcontractor"
    )
    for row in rows.order_by("routing__item__code", "routing__code", "operation_no"):
        yield {
            "item": row.routing.item.code, "version": row.routing.code, **{name: getattr(row.routing, name) for name in ROUTING_HEAD},
            "work_centre": row.work_centre.code, "subcontractor": row.subcontractor.code if row.subcontractor else None,
            "predecessors": ",".join(str(number) for number in row.predecessors) or None,
            **{name: getattr(row, name) for name in OPERATION_FIELDS},
        }  # fmt: skip


def _minutes(key: str, title: str, note: str = "") -> Column:
    return Column(key, title, kind="quantity", minimum=0, default=ZERO, note=note)


ROUTINGS = Sheet(
    "routings", N_("Routings"), unique=("item", "version", "operation_no"), note=N_("One row per operation."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), VERSION, Column("is_default", N_("Default"), kind="bool", default=True),
        Column("operation_no", N_("Operation number"), kind="integer", required=True, minimum=1, maximum=9999),
        Column("name", N_("Operation name"), required=True, max_length=60), Column("work_centre", N_("Work centre code"), required=True, ref="work_centres"),
        _minutes("setup_minutes", N_("Set-up (min)"), N_("Per order.")), _minutes("run_minutes", N_("Run (min per unit)")),
        _minutes("queue_minutes", N_("Queue (min)")), _minutes("move_minutes", N_("Move (min)")),
        Column("crew", N_("Crew"), kind="integer", minimum=1, maximum=1000, default=1),
        Column("piece_rate", N_("Piece rate"), kind="price", minimum=0, default=ZERO, scope="cost", note=N_("Pay per good unit.")),
        Column("inspection", N_("Inspection"), kind="choice", choices=titles(OperationInspection), default="none"),
        Column("is_subcontracted", N_("Subcontracted"), kind="bool", default=False), Column("subcontractor", N_("Subcontractor code"), ref="partners"),
        Column("subcontract_price", N_("Subcontract price"), kind="price", minimum=0, default=ZERO, scope="cost", note=N_("Per unit, without tax.")),
        Column("predecessors", N_("Predecessors"), note=N_("Operation numbers by comma; empty: the operation before.")),
        Column("overlap_quantity", N_("Overlap quantity"), kind="quantity", minimum=0, default=ZERO, note=N_("Good pieces after which the next operation may begin. 0: the first is enough.")),
        Column("skill", N_("Skill"), default="", max_length=40, note=N_("What a person must be certified for.")),
        Column("setup_family", N_("Set-up family"), default="", max_length=40, note=N_("What the machine is set up for, such as a colour.")),
        *_holding(), Column("instruction", N_("Instruction"), default="", max_length=4000, multiline=True, width=40),
    ],
    check=check_routings, load=load_routings, export=export_routings,
)  # fmt: skip
