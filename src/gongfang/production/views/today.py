"""The supervisor's page: what calls, stands, slips or waits, with the button that moves it on."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError
from gongfang.people.queries import teams
from gongfang.platform.identity.models import User
from gongfang.production import day
from gongfang.production.live import forecast
from gongfang.production.queries import open_calls, orders_visible_to, received_on
from gongfang.production.rules import Stage
from gongfang.production.services import dispatch_operations
from gongfang.production.views.reading import integer_of, receiver_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

SHOWN = 30
TASKS_SHOWN = 4
RELEASE_DAYS = 3
FLOOR = (Stage.RELEASED, Stage.STARTED, Stage.PAUSED)
VERBS = ("release_order", "approve_order", "resume_order", "pause_order", "take_call", "solve_call", "dispatch_operation",
         "create_order", "report_work", "issue_materials", "create_subcontract_order")  # fmt: skip


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """One column on a phone, cards beside each other on a desk; work is given out on the page itself."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            count = _give_out(request)
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(
                request,
                ngettext("{count} operation is dispatched.", "{count} operations are dispatched.", count).format(
                    count=count
                ),
            )
            return redirect(request.path)
    context = _context(request) | {"problems": problems}
    return render(request, "production/today.html", context, status=422 if problems else 200)


def _give_out(request: HttpRequest) -> int:
    post = request.POST
    rows = dispatch_operations(
        actor=request.user, request_id=request_id_of(request), machine=post.get("machine", ""),
        operation_ids=[integer_of(pk, "operation") for pk in post.getlist("operation")],
        **receiver_of(post.get("person", "")),
    )  # fmt: skip
    return len(rows)


def _context(request: HttpRequest) -> dict[str, Any]:
    now = timezone.now()
    today = timezone.localdate(now)
    user = request.user
    orders = orders_visible_to(user).exclude(approval="void")
    floor = orders.filter(stage__in=FLOOR)
    slipping = day.slipping(orders.filter(stage__in=(Stage.PLANNED, *FLOOR)), forecast(now), today)
    open_tasks = day.tasks()
    to_release = orders.filter(
        approval="approved", stage=Stage.PLANNED, start__lte=today + timedelta(days=RELEASE_DAYS)
    ).select_related("item__unit")
    return {
        "today": today, "calls": list(open_calls()[:SHOWN]), "held": day.held(orders)[:SHOWN],
        "slipping": slipping[:SHOWN], "late": sum(one.days > 0 for one in slipping), "risky": sum(one.days <= 0 for one in slipping),
        "approving": day.to_approve(user, orders)[:SHOWN], "releasing": list(to_release.order_by("start", "priority", "pk")[:SHOWN]),
        "idle": [task for task in open_tasks if not task.is_given][:SHOWN], "fetching": day.fetching(floor, SHOWN),
        "outside": day.outside()[:SHOWN],
        "centres": day.centre_days(open_tasks, today), "tasks_shown": TASKS_SHOWN, "people": day.present(today), "on_floor": floor.count(), "made": received_on(today),
        "workers": User.objects.filter(is_active=True, roles__code__in=["operator", "supervisor"]).distinct().order_by("name"),
        "teams": teams(),
        "may": {verb: user.may(f"production.{verb}") for verb in VERBS},
    }  # fmt: skip
