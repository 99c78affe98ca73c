"""Cost of quality by its four kinds: prevention, appraisal, internal and external failure; figures drill to their documents."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.kernel.errors import N_
from gongfang.kernel.money import to_cents
from gongfang.kernel.states import Approval
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.quality.models import Complaint, CorrectiveAction, Inspection, Nonconformance
from gongfang.quality.services import REWORK

MINUTES = declare("quality.inspection_minutes", N_("Minutes of an inspection (cost of quality)"), "int", 15)
RATE = declare("quality.inspection_rate", N_("Cost of an inspector per hour (cost of quality)"), "ratio", "60")
DAYS = 90


def _day(text: str) -> Any:
    """A date as typed; None for what is none."""
    try:
        return parse_date(text)
    except ValueError:
        return None


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """For a period, by default ninety days. People who may not see costs see counts only."""
    today = timezone.localdate()
    since = _day(request.GET.get("since", "")) or today - timedelta(days=DAYS)
    until = _day(request.GET.get("until", "")) or today
    span = {"business_date__gte": since, "business_date__lte": until}
    zero = Decimal(0)
    inspections = Inspection.objects.filter(approval=Approval.APPROVED, decided_on__gte=since, decided_on__lte=until)
    count = inspections.count()
    losses = Nonconformance.objects.filter(approval=Approval.APPROVED, **span)
    actions, complaints = CorrectiveAction.objects.filter(**span), Complaint.objects.filter(**span)
    rework = REWORK.provider(since, until)
    rows = [
        {"title": _("Prevention"), "what": _("Corrective actions"), "count": actions.count(), "url": "/quality/actions/",
         "money": actions.aggregate(total=Sum("cost"))["total"] or zero},
        {"title": _("Appraisal"), "what": _("Inspections"), "count": count, "url": "/quality/inspections/",
         "money": to_cents(Decimal(count) * Decimal(setting(MINUTES)) / 60 * Decimal(setting(RATE)))},
        {"title": _("Internal failure"), "what": _("Nonconformance reports"), "count": losses.count(), "url": "/quality/nonconformances/",
         "money": losses.aggregate(total=Sum("loss_amount"))["total"] or zero},
        {"title": _("Internal failure"), "what": _("Rework orders"), "count": rework[0], "url": "/production/orders/?kind=rework", "money": rework[1]},
        {"title": _("External failure"), "what": _("Complaints"), "count": complaints.count(), "url": "/quality/complaints/",
         "money": complaints.aggregate(total=Sum("cost"))["total"] or zero},
    ]  # fmt: skip
    causes = list(
        losses.values("item__code", "item__name", "disposition").annotate(times=Count("pk"), loss=Sum("loss_amount"), pieces=Sum("quantity"))
        .order_by("-loss", "-times")[:15]
    )  # fmt: skip
    context = {
        "rows": rows, "total": sum((row["money"] for row in rows), zero), "since": since, "until": until, "sees": request.user.sees("cost"),
        "causes": causes,
    }  # fmt: skip
    return render(request, "quality/costs.html", context)
