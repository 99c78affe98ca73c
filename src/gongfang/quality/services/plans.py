"""Inspection plans: which one holds for an item from a supplier, and how its series of lots moves on."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Q

from gongfang.engines.sampling import LEVELS, after_lot, resumed
from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, change_each, locked
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.platform.verbs import note, verb
from gongfang.quality.models import Inspection, InspectionPlan, InspectionResult, PlanCharacteristic, Severity
from gongfang.quality.rules.judging import lot_size, nearest_aql, sampling, series_of

DEFAULT_LEVEL = declare(
    "quality.level", N_("Usual inspection level"), "choice", "II", tuple((code, code) for code in LEVELS)
)
DEFAULT_AQL = declare("quality.aql", N_("Usual AQL (0.01 is AQL 1.0)"), "ratio", "0.01")
PLANNERS = ("inspector", "engineer")
SERIES = ("severity", "series_recent", "series_score", "series_refused", "is_stopped")


@dataclass(frozen=True, slots=True)
class Point:
    """One thing to look at, as entered."""

    characteristic: str
    requirement: str = ""
    method: str = ""
    is_measured: bool = False
    lower: Decimal | None = None
    upper: Decimal | None = None
    chart: str = ""
    subgroup: int = 1
    instrument: str = ""
    id: int | None = None


@dataclass(frozen=True, slots=True)
class Holding:
    """What holds for one series: the plan's figures, or the company's usual ones."""

    aql: Decimal
    level: str
    severity: str = "normal"
    characteristics: Sequence[PlanCharacteristic] = field(default_factory=tuple)
    is_stopped: bool = False

    def sample(self, quantity: Decimal) -> tuple[Decimal, int]:
        """How many to look at and how many may be bad. Where sampling is discontinued (clause 9.4) everything is looked at."""
        if self.is_stopped:
            return quantity, 0
        found = sampling(quantity, self.aql, self.level, self.severity)
        return min(Decimal(found.size), quantity), found.accept


def plans_for(kind: str, series: Iterable[tuple[int, int | None]]) -> Mapping[tuple[int, int | None], Holding]:
    """What holds for each (item, supplier): the item's plan for that supplier, the item's, the category's. Five statements."""
    series = list(dict.fromkeys(series))
    categories = masterdata.categories_of({item for item, _ in series})
    rows = InspectionPlan.objects.filter(
        Q(item__among=list(categories)) | Q(category__in=set(categories.values())), kind=kind, is_active=True
    ).prefetch_related("characteristics")
    by_key = {(row.item_id, row.category_id if row.item_id is None else None, row.supplier_id): row for row in rows}
    usual: Holding | None = None
    found: dict[tuple[int, int | None], Holding] = {}
    for item_id, supplier_id in series:
        category = categories[item_id]
        keys = (
            (item_id, None, supplier_id),
            (item_id, None, None),
            (None, category, supplier_id),
            (None, category, None),
        )
        plan = next((by_key[key] for key in keys if key in by_key), None)
        if plan is None:
            usual = usual or Holding(setting(DEFAULT_AQL), setting(DEFAULT_LEVEL))
            found[item_id, supplier_id] = usual
        else:
            found[item_id, supplier_id] = Holding(
                plan.aql, plan.level, plan.severity, tuple(plan.characteristics.all()), plan.is_stopped
            )
    return found


def remember(inspections: Sequence[Inspection]) -> None:
    """Carry the series of inspected items and suppliers on by their lots, under the switching rules, in the order given.

    Locks the plans; three statements, and five more where a series switches.
    """
    judged = [one for one in inspections if one.source_type != "quality.nonconformance"]
    rows = InspectionPlan.objects.select_for_update().filter(
        item__in={one.item_id for one in judged}, kind__in={one.kind for one in judged}, is_active=True, switches=True
    )
    by_key = {(row.kind, row.item_id, row.supplier_id): row for row in rows.order_by("pk")} if judged else {}
    moved: dict[int, InspectionPlan] = {}
    counted, switched = [], {}
    for inspection in judged:
        own = (inspection.kind, inspection.item_id)
        plan = by_key.get((*own, inspection.partner_id)) or by_key.get((*own, None))
        if plan is None or not _counts(plan, inspection):
            continue
        inspection.series_before = {"plan": plan.pk} | {name: getattr(plan, name) for name in SERIES}
        if _carry_on(plan, inspection):
            switched[plan.pk] = plan
        moved[plan.pk] = plan
        counted.append(inspection)
    if counted:
        Inspection.objects.bulk_update(counted, ["series_before"], batch_size=500)
        InspectionPlan.objects.bulk_update(moved.values(), SERIES, batch_size=500)
    redraw(switched.values())


def _is_refused(inspection: Inspection) -> bool:
    """Whether a lot did not pass: too many bad in its sample, or nothing of it accepted as it is."""
    return inspection.sample_defects > inspection.accept_limit or not inspection.accepted_quantity


def _counts(plan: InspectionPlan, inspection: Inspection) -> bool:
    """A lot counts where it was sampled as the series stands now; one refused otherwise ends reduced inspection all the same."""
    if plan.is_stopped:
        return False
    return inspection.severity == plan.severity or (plan.severity == Severity.REDUCED and _is_refused(inspection))


def _carry_on(plan: InspectionPlan, inspection: Inspection) -> bool:
    """Count one lot; whether the series switches by it."""
    series = series_of(plan.severity, plan.series_recent, plan.series_score, plan.series_refused, plan.is_stopped)
    found = after_lot(
        series, lot_size(inspection.quantity), nearest_aql(inspection.aql), int(inspection.sample_defects), level=inspection.level,
        is_refused=_is_refused(inspection),
    )  # fmt: skip
    switches = found.severity != plan.severity or found.stopped != plan.is_stopped
    if found.severity != plan.severity:
        note(plan, severity=(plan.severity, found.severity))
    plan.severity, plan.series_recent, plan.series_score = found.severity, list(found.recent), found.score
    plan.series_refused, plan.is_stopped = found.refused, found.stopped
    return switches


def redraw(plans: Iterable[InspectionPlan]) -> None:
    """Draw the samples of waiting lots anew after their series has switched: a switch holds from the next lot on. Lots that somebody has
    begun to look at stay as they are, and those that are just being decided. Five statements.
    """
    keys = {(plan.kind, plan.item_id) for plan in plans if plan.item_id}
    if not keys:
        return
    rows = Inspection.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        kind__in={kind for kind, _ in keys}, item__in={item for _, item in keys}, approval="draft",
        sample_defects=0, accepted_quantity=0, rejected_quantity=0, concession_quantity=0,
    )  # fmt: skip
    waiting = [row for row in rows.order_by("pk").prefetch_related("results") if (row.kind, row.item_id) in keys]
    fresh = [row for row in waiting if not any(one.defects or one.values for one in row.results.all())]
    changes, points = [], []
    for kind in {row.kind for row in fresh}:
        held = plans_for(kind, [(row.item_id, row.partner_id) for row in fresh if row.kind == kind])
        for row in (one for one in fresh if one.kind == kind):
            plan = held[row.item_id, row.partner_id]
            size, limit = plan.sample(row.quantity)
            if (row.severity, row.sample_size, row.accept_limit) != (plan.severity, size, limit):
                changes.append((row, {"severity": plan.severity, "sample_size": size, "accept_limit": limit}))
                points += row.results.all()
                for point in row.results.all():
                    point.sample_size = size
    change_each(changes)
    InspectionResult.objects.bulk_update(points, ["sample_size"], batch_size=500)


def forget(inspection: Inspection) -> None:
    """Set the series of a plan back to before a lot whose decision is taken back, unless a later lot was judged since. Locks the plan."""
    before = dict(inspection.series_before)
    plan = InspectionPlan.objects.select_for_update().filter(pk=before.pop("plan", None)).first()
    if plan is None:
        return
    rows = Inspection.objects.filter(series_before__plan=plan.pk, approval="approved").exclude(pk=inspection.pk)
    if not rows.filter(decided_on__gt=inspection.decided_on).exists() and not rows.filter(
        decided_on=inspection.decided_on, pk__gt=inspection.pk
    ).exists():  # fmt: skip
        change(plan, **before)
        redraw([plan])
    inspection.series_before = {}
    inspection.save(update_fields=["series_before"])


def _plan_problems(values: Mapping[str, object], points: Sequence[Point], pk: int | None = None) -> list[Problem]:
    found = []
    if not values.get("item_id") and not values.get("category_id"):
        found.append(Problem("object_missing", "Name an item or a category.", "item"))
    if values.get("level") not in LEVELS:
        found.append(Problem("bad_level", "There is no such inspection level.", "level"))
    aql = values.get("aql")
    if not isinstance(aql, Decimal) or not Decimal(0) < aql <= Decimal("0.1"):
        found.append(Problem("bad_aql", "An AQL lies between 0.010 and 10 (per cent nonconforming).", "aql"))
    rivals = InspectionPlan.objects.filter(
        kind=values.get("kind"), item_id=values.get("item_id"), category_id=values.get("category_id"),
        supplier_id=values.get("supplier_id"), is_active=True,
    ).exclude(pk=pk)  # fmt: skip
    if values.get("is_active", True) and rivals.exists():
        found.append(
            Problem("plan_twice", "There is a plan for this already: {plan}.", "item", plan=str(rivals.first()))
        )
    for index, point in enumerate(points):
        if not point.characteristic.strip():
            found.append(
                Problem("characteristic_missing", "Say what was looked at.", f"characteristics.{index}.characteristic")
            )
        if point.lower is not None and point.upper is not None and point.lower > point.upper:
            found.append(
                Problem("bad_limits", "The lower limit is above the upper one.", f"characteristics.{index}.upper")
            )
        if not 1 <= (point.subgroup or 1) <= 25 or (point.chart in ("xbar_r", "xbar_s") and (point.subgroup or 1) < 2):
            found.append(
                Problem(
                    "bad_subgroup",
                    "A subgroup has 2 to 25 values, 1 on an I-MR chart.",
                    f"characteristics.{index}.subgroup",
                )
            )
    return found


def _save_points(plan: InspectionPlan, points: Sequence[Point]) -> None:
    kept = {point.id for point in points if point.id}
    plan.characteristics.exclude(pk__in=kept).delete()
    for line_no, point in enumerate(points, start=1):
        PlanCharacteristic.objects.update_or_create(
            pk=point.id, document=plan,
            defaults={
                "line_no": line_no, "characteristic": point.characteristic.strip(), "requirement": point.requirement,
                "method": point.method, "is_measured": point.is_measured, "lower": point.lower, "upper": point.upper,
                "chart": point.chart or "", "instrument": point.instrument, "subgroup": point.subgroup or 1,
            },
        )  # fmt: skip


@verb("quality.create_plan", N_("Create inspection plan"), roles=PLANNERS)
def create_plan(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, kind: str = "incoming", item_id: int | None = None,
    category_id: int | None = None, supplier_id: int | None = None, level: str = "II", aql: Decimal = Decimal("0.01"),
    switches: bool = True, characteristics: Sequence[Point] = (), every_minutes: int | None = None,
) -> InspectionPlan:  # fmt: skip
    """Say what to look at on an item, or on a category, of all suppliers or one."""
    values = {
        "kind": kind, "item_id": item_id, "category_id": None if item_id else category_id, "supplier_id": supplier_id, "level": level,
        "aql": aql,
    }  # fmt: skip
    problems = _plan_problems(values, characteristics)
    if not code.strip() or InspectionPlan.objects.filter(code=code.strip()).exists():
        problems.append(Problem("taken", "The code “{code}” is taken.", "code", code=code))
    refuse_if(problems)
    plan = InspectionPlan.objects.create(
        code=code.strip(), name=name.strip() or code, switches=switches, every_minutes=every_minutes, **values
    )
    _save_points(plan, characteristics)
    return plan


@verb("quality.change_plan", N_("Change inspection plan"), roles=PLANNERS)
def change_plan(
    *, actor: User, request_id: uuid.UUID, plan_id: int, name: str | None = None, level: str | None = None,
    aql: Decimal | None = None, switches: bool | None = None, severity: str | None = None, is_active: bool | None = None,
    characteristics: Sequence[Point] | None = None, every_minutes: int | None = None, version: int | None = None,
) -> InspectionPlan:  # fmt: skip
    """Change a plan; a severity set by hand starts its series anew."""
    plan = locked(InspectionPlan, plan_id, version=version)
    entered = {
        "name": name,
        "level": level,
        "aql": aql,
        "switches": switches,
        "is_active": is_active,
        "severity": severity,
        "every_minutes": every_minutes,
    }
    entered = {key: value for key, value in entered.items() if value is not None}
    names = ("kind", "item_id", "category_id", "supplier_id", "level", "aql", "is_active")
    refuse_if(_plan_problems({key: getattr(plan, key) for key in names} | entered, characteristics or (), plan.pk))
    if severity and severity != plan.severity:
        entered |= {"series_recent": [], "series_score": 0, "series_refused": 0, "is_stopped": False}
    change(plan, **entered)
    if characteristics is not None:
        _save_points(plan, characteristics)
    if entered.keys() & {"severity", "level", "aql"}:
        redraw([plan])
    return plan


@verb("quality.resume_sampling", N_("Resume sampling"), roles=PLANNERS)
def resume_sampling(
    *, actor: User, request_id: uuid.UUID, plan_id: int, reason: str, version: int | None = None
) -> InspectionPlan:
    """Sample again, under tightened inspection, once the supplier has mended what stopped it (clause 9.4)."""
    plan = locked(InspectionPlan, plan_id, version=version)
    if not plan.is_stopped:
        raise DomainError(
            Problem("not_stopped", "Sampling of {plan} is not discontinued.", plan=str(plan)), Kind.CONFLICT
        )
    if not reason.strip():
        raise DomainError(Problem("reason_missing", "Give the reason.", where="reason"))
    series = resumed()
    note(plan, is_stopped=("True", f"False: {reason.strip()}"))
    change(plan, severity=series.severity, series_recent=[], series_score=0, series_refused=0, is_stopped=False)
    redraw([plan])
    return plan
