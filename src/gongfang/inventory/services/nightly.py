"""What the store does every night: alerts of all stock, automatic replenishment, count sheets that are due."""

from datetime import datetime, time

from django.utils import timezone

from gongfang.inventory.models import CountPlan
from gongfang.inventory.services.acting import replenish_automatically
from gongfang.inventory.services.alerts import look
from gongfang.inventory.services.count_plans import run_count_plan
from gongfang.kernel.errors import N_, DomainError
from gongfang.platform.documents.editing import new_request_id
from gongfang.platform.identity.models import User
from gongfang.platform.tasks.schedules import scheduled


@scheduled("inventory.nightly", N_("Stock alerts, replenishment and counts"), at=time(2))
def nightly(*, actor: User, now: datetime) -> str:
    """Every night."""
    fresh = look()
    return f"{fresh} alerts, {replenish_automatically()} documents, {make_due_counts(now)} counts"


def make_due_counts(now: datetime) -> int:
    """Sheets of plans whose day has come, in the name of their first counter; a plan without people is run by hand."""
    made = 0
    today = timezone.localdate(now)
    for plan in CountPlan.objects.filter(is_active=True, next_on__lte=today).order_by("pk"):
        person = plan.people.select_related("user").order_by("pk").first()
        if person is None or not person.user.may("inventory.run_count_plan"):
            continue
        try:
            made += len(run_count_plan(actor=person.user, request_id=new_request_id(), pk=plan.pk, on=today))
        except DomainError:
            continue  # nothing is due: look again tomorrow
    return made
