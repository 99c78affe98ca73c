"""Stock policy: proposals from each item's own use, accepted one by one or all at once into the master data."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.ledger.queries.usage import usage_by_day
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.services import PlanningData, set_planning_data
from gongfang.planning.lotcosts import HOLDING, ORDER_COST
from gongfang.planning.models import PolicyProposal
from gongfang.planning.rules import WEEK, ZERO, period_start
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare, get
from gongfang.platform.setwise import update_rows
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, job, start
from gongfang.platform.verbs import verb

JOB = "planning.propose_policy"
ROLES = ("planner", "supervisor", "owner", "buyer")
WEEKS = 52
SERVICES = {
    "A": declare("planning.service_a", N_("Service level of A items"), "percent", "0.98"),
    "B": declare("planning.service_b", N_("Service level of B items"), "percent", "0.95"),
    "C": declare("planning.service_c", N_("Service level of C items"), "percent", "0.9"),
}


@verb("planning.propose_policy", N_("Propose stock policy"), roles=ROLES)
def start_policy(*, actor: User, request_id: uuid.UUID) -> TaskRun:
    """Queue proposals for all items that were used in the past year."""
    return start(JOB, actor=actor)


@job(JOB, N_("Stock policy"))
def propose_policy(progress: Progress, *, actor: User | None) -> dict[str, Any]:
    """Work the proposals off."""
    return propose_now(timezone.localdate(), progress)


def propose_now(today: date, progress: Progress) -> dict[str, Any]:
    """Reckon and keep proposals; what was there before is replaced. Statements do not grow with the items."""
    from gongfang.planning.estimating import policies

    end = period_start(today, WEEK)
    used: dict[int, dict[date, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for item, day, quantity in usage_by_day(end - timedelta(weeks=WEEKS), end - timedelta(days=1)):
        used[item][period_start(day, WEEK)] += quantity
    first = min((min(weeks) for weeks in used.values()), default=end)
    weeks = [first + timedelta(weeks=number) for number in range((end - first).days // 7)]
    items = {pk: item for pk, item in masterdata.items_by_ids(used).items() if item.kind not in ("service", "phantom")}
    stock = ledger.plannable_stock(list(items))
    progress.tell(30, 100)
    services = {letter: Decimal(get(key)) for letter, key in SERVICES.items()}
    answers = policies(items, used, weeks, stock, services, Decimal(get(ORDER_COST)), Decimal(get(HOLDING)))
    progress.tell(70, 100)
    with transaction.atomic():
        PolicyProposal.objects.all().delete()
        PolicyProposal.objects.bulk_create(
            [
                PolicyProposal(
                    item_id=one.item_id, abc=one.abc, xyz=one.xyz, mean=one.mean, deviation=one.deviation, service=one.service,
                    safety_stock=one.safety_stock, reorder_point=one.reorder_point, maximum=one.maximum, lot=one.lot,
                    stock_now=stock.get(one.item_id, ZERO), cash=one.cash,
                )
                for one in answers
            ],
            batch_size=2000,
        )  # fmt: skip
    progress.tell(100, 100)
    return {"items": len(answers)}


@verb("planning.accept_policy", N_("Accept stock policy"), roles=ROLES)
def accept_policy(
    *, actor: User, request_id: uuid.UUID, proposal_ids: Sequence[int] | None = None
) -> list[PolicyProposal]:
    """Write proposals into the items' planning data; None: all that are open."""
    rows = PolicyProposal.objects.select_for_update().filter(state=PolicyProposal.State.OPEN).order_by("pk")
    chosen = list(rows if proposal_ids is None else rows.filter(pk__in=list(proposal_ids)))
    if not chosen:
        raise DomainError(Problem("nothing_chosen", "Choose at least one proposal that is open."), Kind.CONFLICT)
    data = [PlanningData(row.item_id, row.safety_stock, row.reorder_point, row.lot) for row in chosen]
    set_planning_data(actor=actor, request_id=request_id, data=data)
    for row in chosen:
        row.state = PolicyProposal.State.ACCEPTED
    update_rows(chosen, ["state"])
    return chosen
