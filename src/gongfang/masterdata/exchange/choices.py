"""What may stand in: substitutes of components, other work centres of operations, each as a sheet."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.events import StructuresChanged
from gongfang.masterdata.exchange.structure import VERSION
from gongfang.masterdata.models import Bom, BomLine, BomSubstitute, Routing, RoutingAlternative, RoutingOperation
from gongfang.platform.events import emit
from gongfang.platform.exchange.loading import replace_children
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, by_group, fault

Version = tuple[str, str]


def _versions(rows: Sequence[Row]) -> set[Version]:
    return {(row["item"], row["version"]) for row in rows}


def _components(rows: Sequence[Row], context: Context) -> dict[Version, set[str]]:
    """Component codes of the versions named: those of the workbook, else those of the database. Two statements at most."""
    found: dict[Version, set[str]] = defaultdict(set)
    for row in context.rows.get("boms", ()):
        found[row["item"], row["version"]].add(row["component"])
    for code, version in Bom.objects.filter(item__code__in={row["item"] for row in rows}).values_list(
        "item__code", "code"
    ):
        found.setdefault((code, version), set())
    given = _versions(context.rows.get("boms", ()))
    lines = BomLine.objects.filter(bom__item__code__in={row["item"] for row in rows})
    for code, version, component in lines.values_list("bom__item__code", "bom__code", "component__code"):
        if (code, version) not in given:
            found[code, version].add(component)
    return dict(found)


def check_substitutes(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    known = _components(rows, context)
    for row in rows:
        version = (row["item"], row["version"])
        if version not in known:
            yield fault("bom_substitutes", row, "version", "unknown_version", "There is no such BOM version.")
        elif row["component"] not in known[version]:
            yield fault(
                "bom_substitutes", row, "component", "component_absent", "{bom} has no such component.", bom=" ".join(version)
            )  # fmt: skip
        begin, end = row.get("valid_from"), row.get("valid_to")
        if begin and end and end < begin:
            yield fault("bom_substitutes", row, "valid_to", "dates_crossed", "The last day lies before the first.")
        if row.get("use_up") and row.get("is_successor"):
            yield fault(
                "bom_substitutes",
                row,
                "is_successor",
                "one_way",
                "What is used up first is not ordered too: choose one of both.",
            )
        if row["substitute"] == row["component"]:
            yield fault("bom_substitutes", row, "substitute", "own_substitute", "An item is no substitute of itself.")
        elif row["substitute"] == row["item"]:
            yield fault(
                "bom_substitutes", row, "substitute", "contains_itself", "{item} cannot be a component of itself.", item=row["item"]
            )  # fmt: skip


def load_substitutes(rows: Sequence[Row], context: Context) -> None:
    """Put these in the place of all substitutes of the versions named."""
    items = context.ids("items")
    boms = {(code, version): (pk, item) for pk, item, code, version in
            Bom.objects.filter(item__code__in={row["item"] for row in rows}).values_list("pk", "item_id", "item__code", "code")}  # fmt: skip
    named = {boms[version][0] for version in _versions(rows)}
    numbers: dict[tuple[int, int], list[int]] = defaultdict(list)
    for bom, component, line_no in BomLine.objects.filter(bom__in=named).values_list(
        "bom_id", "component_id", "line_no"
    ):
        numbers[bom, component].append(line_no)
    made = [
        BomSubstitute(bom_id=bom, line_no=line_no, item_id=items[row["substitute"]], rank=row["rank"], ratio=row["ratio"], use_up=bool(row.get("use_up")),
                      valid_from=row.get("valid_from"), valid_to=row.get("valid_to"), is_successor=bool(row.get("is_successor")))
        for row in rows
        for bom in [boms[row["item"], row["version"]][0]]
        for line_no in numbers[bom, items[row["component"]]]
    ]  # fmt: skip
    replace_children(BomSubstitute, "bom", sorted(named), made)
    emit(StructuresChanged(tuple(sorted({item for pk, item in boms.values() if pk in named}))))


def export_substitutes(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = BomSubstitute.objects.exclude(bom__status="retired").select_related("bom__item", "item")
    lines = BomLine.objects.filter(bom__in=rows.values("bom"))
    components = {
        (bom, line_no): code for bom, line_no, code in lines.values_list("bom_id", "line_no", "component__code")
    }
    told = set()
    for row in rows.order_by("bom__item__code", "bom__code", "line_no", "rank"):
        component = components.get((row.bom_id, row.line_no))
        key = (row.bom_id, component, row.item_id)
        if component is not None and key not in told:
            told.add(key)
            yield {
                "item": row.bom.item.code, "version": row.bom.code, "component": component, "substitute": row.item.code,
                "rank": row.rank, "ratio": row.ratio, "use_up": row.use_up,
                "valid_from": row.valid_from, "valid_to": row.valid_to, "is_successor": row.is_successor,
            }  # fmt: skip


BOM_SUBSTITUTES = Sheet(
    "bom_substitutes", N_("Substitutes"), unique=("item", "version", "component", "substitute"),
    note=N_("What may be taken in place of a component. The rows of a version replace all its substitutes."),
    columns=[
        Column("item", N_("Parent item code"), required=True, ref="items"), VERSION,
        Column("component", N_("Component code"), required=True, ref="items"), Column("substitute", N_("Substitute code"), required=True, ref="items"),
        Column("rank", N_("Rank"), kind="integer", minimum=1, maximum=99, default=1, note=N_("1 is taken first.")),
        Column("ratio", N_("Ratio"), kind="quantity", above=0, default=Decimal(1), note=N_("So much of it for one of the component.")),
        Column("use_up", N_("Use up first"), kind="bool", default=False, note=N_("Taken before the component while there is stock of it.")),
        Column("valid_from", N_("Stands in from"), kind="date"),
        Column("valid_to", N_("Stands in until"), kind="date", note=N_("The use-up date.")),
        Column("is_successor", N_("Ordered too (successor)"), kind="bool", default=False, note=N_("Planned for this use too, not only used as far as it is left over.")),
    ],
    check=check_substitutes, load=load_substitutes, export=export_substitutes,
)  # fmt: skip


def _operations(rows: Sequence[Row], context: Context) -> dict[Version, dict[int, str]]:
    """Work centre of each operation of the versions named; two statements at most."""
    found: dict[Version, dict[int, str]] = defaultdict(dict)
    given = _versions(context.rows.get("routings", ()))
    for row in context.rows.get("routings", ()):
        found[row["item"], row["version"]][row["operation_no"]] = row["work_centre"]
    steps = RoutingOperation.objects.filter(routing__item__code__in={row["item"] for row in rows})
    for code, version, number, centre in steps.values_list(
        "routing__item__code", "routing__code", "operation_no", "work_centre__code"
    ):
        if (code, version) not in given:
            found[code, version][number] = centre
    return dict(found)


def check_alternatives(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    known = _operations(rows, context)
    for row in rows:
        steps = known.get((row["item"], row["version"]))
        if steps is None:
            yield fault("routing_alternatives", row, "version", "unknown_version", "There is no such routing version.")
        elif row["operation_no"] not in steps:
            yield fault(
                "routing_alternatives", row, "operation_no", "operation_unknown", "There is no operation {number}.", number=row["operation_no"]
            )  # fmt: skip
        elif steps[row["operation_no"]] == row["work_centre"]:
            yield fault(
                "routing_alternatives", row, "work_centre", "same_centre", "This is the work centre of the operation itself."
            )  # fmt: skip


def load_alternatives(rows: Sequence[Row], context: Context) -> None:
    """Put these in the place of all alternatives of the versions named."""
    centres = context.ids("work_centres")
    routings = {(code, version): pk for pk, code, version in
                Routing.objects.filter(item__code__in={row["item"] for row in rows}).values_list("pk", "item__code", "code")}  # fmt: skip
    made = [
        RoutingAlternative(
            routing_id=routings[version], operation_no=row["operation_no"], work_centre_id=centres[row["work_centre"]], rank=row["rank"],
            time_factor=row["time_factor"],
        )
        for version, lines in by_group(rows, "item", "version")
        for row in lines
    ]  # fmt: skip
    replace_children(RoutingAlternative, "routing", sorted(routings[version] for version in _versions(rows)), made)


def export_alternatives(context: Context) -> Iterable[Mapping[str, Any]]:
    rows = RoutingAlternative.objects.select_related("routing__item", "work_centre")
    for row in rows.order_by("routing__item__code", "routing__code", "operation_no", "rank"):
        yield {
            "item": row.routing.item.code, "version": row.routing.code, "operation_no": row.operation_no, "work_centre": row.work_centre.code,
            "rank": row.rank, "time_factor": row.time_factor,
        }  # fmt: skip


ROUTING_ALTERNATIVES = Sheet(
    "routing_alternatives", N_("Alternative work centres"), unique=("item", "version", "operation_no", "work_centre"),
    note=N_("Where else an operation can be done. The rows of a version replace all its alternatives."),
    columns=[
        Column("item", N_("Item code"), required=True, ref="items"), VERSION,
        Column("operation_no", N_("Operation number"), kind="integer", required=True, minimum=1, maximum=9999),
        Column("work_centre", N_("Work centre code"), required=True, ref="work_centres"),
        Column("rank", N_("Rank"), kind="integer", minimum=1, maximum=99, default=1, note=N_("1 is taken first.")),
        Column("time_factor", N_("Time factor"), kind="ratio", above=0, maximum=100, default=Decimal(1), note=N_("Its time against that of the routing: 1.2 is a fifth longer.")),
    ],
    check=check_alternatives, load=load_alternatives, export=export_alternatives,
)  # fmt: skip
