"""What must hold of the master data."""

from collections.abc import Iterator

from gongfang.kernel.errors import N_
from gongfang.masterdata.models import Bom, BomLine, Calendar, Item, Partner, Routing, RoutingOperation
from gongfang.masterdata.rules.routing import OperationFacts, calendar_problems, routing_problems
from gongfang.masterdata.rules.structure import cycle
from gongfang.masterdata.services.pinyin import initials
from gongfang.platform.verification import Check, Fault, sql_check

_FACTORS = """
SELECT 'masterdata_itemunit ' || u.id, u.numerator, u.denominator
FROM masterdata_itemunit u JOIN masterdata_item i ON i.id = u.item_id
WHERE u.numerator <= 0 OR u.denominator <= 0 OR u.unit_id = i.unit_id"""

_SIDES = """
SELECT 'masterdata_supplierprice ' || p.id, s.code
FROM masterdata_supplierprice p JOIN masterdata_partner s ON s.id = p.supplier_id
WHERE NOT s.is_supplier AND NOT s.is_subcontractor
UNION ALL
SELECT 'masterdata_customerprice ' || p.id, c.code
FROM masterdata_customerprice p JOIN masterdata_partner c ON c.id = p.customer_id WHERE NOT c.is_customer"""


def _cycles() -> Iterator[Fault]:
    edges: dict[int, list[int]] = {}
    rows = BomLine.objects.exclude(bom__status="retired").order_by("bom_id", "line_no")
    for parent, component in rows.values_list("bom__item_id", "component_id"):
        edges.setdefault(parent, []).append(component)
    if circle := cycle(edges, sorted(edges)):
        codes = dict(Item.objects.filter(pk__in=circle).values_list("pk", "code"))
        yield Fault("masterdata.cycles", f"masterdata_item {circle[0]}", " → ".join(codes[pk] for pk in circle))


def _boms() -> Iterator[Fault]:
    for bom in Bom.objects.filter(status="active", lines=None).select_related("item"):
        yield Fault("masterdata.boms", f"masterdata_bom {bom.pk}", f"{bom} has no component")
    twice = Bom.objects.filter(is_default=True).order_by("item_id").values_list("item_id", "pk")
    seen: dict[int, int] = {}
    for item, pk in twice:
        if seen.setdefault(item, pk) != pk:
            yield Fault("masterdata.boms", f"masterdata_bom {pk}", f"item {item} has another default, {seen[item]}")


def _routings() -> Iterator[Fault]:
    facts: dict[int, list[OperationFacts]] = {pk: [] for pk in Routing.objects.values_list("pk", flat=True)}
    rows = RoutingOperation.objects.values_list(
        "routing_id", "operation_no", "predecessors", "is_subcontracted", "subcontractor_id"
    )
    for routing, number, before, outside, partner in rows:
        facts[routing].append(OperationFacts(number, tuple(before), outside, partner))
    for routing, operations in facts.items():
        for problem in routing_problems(operations):
            yield Fault("masterdata.routings", f"masterdata_routing {routing}", str(problem))
    for calendar in Calendar.objects.all():
        for problem in calendar_problems(calendar.weekdays, calendar.hours_per_day, calendar.shifts):
            yield Fault("masterdata.routings", f"masterdata_calendar {calendar.pk}", str(problem))


def _pinyin() -> Iterator[Fault]:
    for pk, name, kept in Item.objects.values_list("pk", "name", "pinyin"):
        if kept != initials(name):
            yield Fault("masterdata.pinyin", f"masterdata_item {pk}", f"{kept} instead of {initials(name)}")
    for pk, name, short, kept in Partner.objects.values_list("pk", "name", "short_name", "pinyin"):
        if kept != initials(name, short):
            yield Fault("masterdata.pinyin", f"masterdata_partner {pk}", f"{kept} instead of {initials(name, short)}")


CHECKS = [
    Check("masterdata.cycles", _cycles, N_("No item is inside itself")),
    Check("masterdata.boms", _boms, N_("Default versions and lines of bills of materials are sound")),
    Check("masterdata.routings", _routings, N_("Routing operations wait for operations that exist")),
    Check("masterdata.pinyin", _pinyin, N_("Pinyin initials fit the names")),
    sql_check(
        "masterdata.units",
        N_("Unit factors are positive and differ from the base unit"),
        _FACTORS,
        "{0}/{1} base units",
    ),
    sql_check("masterdata.prices", N_("Prices name a partner of the right side"), _SIDES, "{0} is not on that side"),
]
