"""Named reads of quality for screens and neighbours."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.states import Approval
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import view_permission
from gongfang.quality.models import Inspection, InspectionResult, Nonconformance

OFFICE = {"owner", "planner", "buyer", "keeper", "engineer", "supervisor", "inspector", "cost_accountant", "sales"}
VIEW_INSPECTIONS = view_permission("quality.view_inspections", OFFICE)
VIEW_PLANS = view_permission("quality.view_plans", {"inspector", "engineer", "owner", "buyer"})
ZERO = Decimal(0)


def accepted_of(source_type: str, source_ids: Collection[int], kind: str | None = None) -> Mapping[int, Decimal]:
    """Source document → what its decided inspections let pass (with concession included); one statement."""
    rows = Inspection.objects.filter(
        source_type=source_type, source_id__in=list(source_ids), approval=Approval.APPROVED
    )
    if kind:
        rows = rows.filter(kind=kind)
    sums = rows.values_list("source_id").annotate(Sum("accepted_quantity"), Sum("concession_quantity"))
    return dict.fromkeys(source_ids, ZERO) | {pk: accepted + concession for pk, accepted, concession in sums}


UNDECIDED: Prepared[int] = Prepared(
    lambda ids, source_type: (
        Inspection.objects.filter(source_type=source_type, source_id__in=ids)
        .exclude(approval__in=[Approval.APPROVED, Approval.VOID])
        .order_by()
        .values_list("source_id", flat=True)
    )
)


def open_inspections(source_type: str, source_ids: Collection[int]) -> Mapping[int, int]:
    """Source document → how many of its inspections wait for a decision; one statement."""
    return dict.fromkeys(source_ids, 0) | Counter(UNDECIDED(sorted(set(source_ids)), source_type))


def inspections_of(source_type: str, source_id: int) -> QuerySet[Inspection]:
    """The live inspections made for a document."""
    return (
        Inspection.objects.filter(source_type=source_type, source_id=source_id)
        .exclude(approval=Approval.VOID)
        .select_related("item", "lot")
        .order_by("pk")
    )


def inspections_for_line(source_type: str, source_ids: Collection[int], source_line: int) -> list[Inspection]:
    """The live inspections made for one line of some documents; one statement."""
    rows = Inspection.objects.filter(source_type=source_type, source_id__in=source_ids, source_line=source_line)
    return list(rows.exclude(approval=Approval.VOID).order_by("pk"))


def at_operations(operation_ids: Collection[int], kind: str) -> Mapping[int, list[Inspection]]:
    """Operation of a work order → its live inspections of a kind, oldest first; one statement."""
    found: dict[int, list[Inspection]] = {}
    rows = Inspection.objects.filter(operation_ref__in=list(operation_ids), kind=kind).exclude(approval=Approval.VOID)
    for row in rows.order_by("pk"):
        found.setdefault(row.operation_ref, []).append(row)
    return found


def waiting(kind: str | None = None) -> QuerySet[Inspection]:
    """Inspections that wait for a decision, oldest first."""
    rows = Inspection.objects.exclude(approval__in=[Approval.APPROVED, Approval.VOID]).order_by("business_date", "pk")
    return rows.filter(kind=kind) if kind else rows


def supplier_quality(since: date, until: date) -> Mapping[int, tuple[int, int, Decimal, Decimal]]:
    """Supplier → (lots judged, lots wholly accepted, quantity judged, quantity rejected) of a period; one statement."""
    rows = Inspection.objects.filter(
        kind="incoming", approval=Approval.APPROVED, decided_on__gte=since, decided_on__lte=until, partner__isnull=False
    ).exclude(source_type="quality.nonconformance")  # fmt: skip
    found = rows.values_list("partner_id").annotate(
        lots=Count("pk"),
        good=Count("pk", filter=Q(rejected_quantity=0)),
        judged=Sum("quantity"),
        bad=Sum("rejected_quantity"),
    )
    return {pk: (lots, good, quantity, bad) for pk, lots, good, quantity, bad in found}


def first_pieces_failed(since: date) -> QuerySet[Inspection]:
    """First pieces that were rejected since a day, and those that wait; what waits first."""
    rows = Inspection.objects.filter(kind="first").exclude(approval=Approval.VOID)
    rows = rows.filter(Q(decided_on__gte=since, rejected_quantity__gt=0) | ~Q(approval=Approval.APPROVED))
    return rows.select_related("item__unit").order_by("decided_on", "-business_date", "-pk")


def caused_by(causes: Collection[str], since: date) -> QuerySet[Nonconformance]:
    """Nonconformances of some kinds of cause since a day, the latest first."""
    rows = Nonconformance.objects.filter(cause__in=list(causes), business_date__gte=since)
    return rows.exclude(approval=Approval.VOID).select_related("item__unit").order_by("-business_date", "-pk")


def nonconformance(pk: int) -> Nonconformance:
    """A report with its item, lot and supplier. Raises DomainError(missing)."""
    return _one(Nonconformance, pk)


def inspection(pk: int) -> Inspection:
    """An inspection with its item, lot and supplier. Raises DomainError(missing)."""
    return _one(Inspection, pk)


def _one(model: Any, pk: int) -> Any:
    row = model.objects.select_related("item", "lot", "partner").filter(pk=pk).first()
    if row is None:
        raise DomainError(
            Problem("missing", "There is no {title} {id}.", title=str(model._meta.verbose_name), id=pk), Kind.MISSING
        )
    return row


def defects_in(inspection_id: int) -> str:
    """The bad characteristics of an inspection in words; one statement."""
    rows = InspectionResult.objects.filter(document=inspection_id, defects__gt=0).order_by("line_no")
    return "; ".join(
        f"{row.characteristic} {row.defects.normalize():f}/{row.sample_size.normalize():f}" for row in rows
    )
