"""Stock policy: proposals from each item's own use, accepted one by one or all at once into the master data."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
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
from gongfang.production import queries as production
from gongfang.purchasing import queries as purchasing

JOB = "planning.propose_policy"
ROLES = ("planner", "supervisor", "owner", "buyer")
WEEKS = 52
SERVICES = {
    "A": declare("planning.service_a", N_("Service level of A items"), "percent", "0.98"),
    "B": declare("planning.service_b", N_("Service level of B items"), "percent", "0.95"),
    "C": declare("planning.service_c", N_("Service level of C items"), "percent", "0.9"),
}


SHORTAGE = declare(
    "planning.shortage_share", N_("Cost of a unit that is short, as a share of its cost (of what is sold: its margin)"), "percent", "0.3"
)  # fmt: skip
SALVAGE = declare(
    "planning.salvage_share", N_("What a unit left over is still worth, as a share of its cost"), "percent", "0.5"
)
SERVICE_KINDS = ("cycle", "fill")
REVIEW_MAX = 26


@verb("planning.propose_policy", N_("Propose stock policy"), roles=ROLES)
def start_policy(
    *, actor: User, request_id: uuid.UUID, method: str = PolicyProposal.Method.SERVICE, service_kind: str = "cycle", review_weeks: int = 0
) -> TaskRun:  # fmt: skip
    """Queue proposals for all items that were used in the past year.

    method: what decides the levels; service_kind: "cycle" promises order cycles without shortage, "fill" a share of the demand from
    stock; review_weeks: weeks between two looks at the stock. Raises DomainError(bad_choice, bad_review).
    """
    problems = []
    if method not in PolicyProposal.Method.values:
        problems.append(Problem("bad_choice", "Choose a method.", where="method"))
    if service_kind not in SERVICE_KINDS:
        problems.append(Problem("bad_choice", "Choose what the service level promises.", where="service_kind"))
    if not 0 <= review_weeks <= REVIEW_MAX:
        problems.append(Problem("bad_review", "Enter 0 to {most} weeks.", where="review_weeks", most=REVIEW_MAX))
    refuse_if(problems)
    return start(JOB, actor=actor, method=method, service_kind=service_kind, review_weeks=review_weeks)


@job(JOB, N_("Stock policy"))
def propose_policy(
    progress: Progress,
    *,
    actor: User | None,
    method: str = "service",
    service_kind: str = "cycle",
    review_weeks: int = 0,
) -> dict[str, Any]:
    """Work the proposals off."""
    return propose_now(timezone.localdate(), progress, method, service_kind, review_weeks)


def propose_now(
    today: date, progress: Progress, method: str = "service", service_kind: str = "cycle", review_weeks: int = 0
) -> dict[str, Any]:
    """Reckon and keep proposals; what was there before is replaced. Statements do not grow with the items."""
    from gongfang.planning.estimating import Wish, policies

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
    wish = Wish(
        method, service_kind == "fill", review_weeks, services, Decimal(get(ORDER_COST)), Decimal(get(HOLDING)),
        Decimal(get(SHORTAGE)), Decimal(get(SALVAGE)),
    )  # fmt: skip
    answers = policies(items, used, weeks, _facts(items, stock, today), wish)
    progress.tell(70, 100)
    with transaction.atomic():
        PolicyProposal.objects.all().delete()
        PolicyProposal.objects.bulk_create(
            [
                PolicyProposal(
                    item_id=one.item_id, abc=one.abc, xyz=one.xyz, mean=round(one.mean, 2), deviation=round(one.deviation, 2), service=one.service,
                    safety_stock=one.safety_stock, reorder_point=one.reorder_point, maximum=one.maximum, lot=one.lot,
                    stock_now=stock.get(one.item_id, ZERO), cash=one.cash, method=one.method, fill_rate=one.fill_rate,
                    lead_deviation=one.lead_deviation, lot_price=one.price, yearly_cost=one.yearly_cost,
                )
                for one in answers
            ],
            batch_size=2000,
        )  # fmt: skip
    progress.tell(100, 100)
    return {"items": len(answers)}


def _facts(items: Mapping[int, Any], stock: Mapping[int, Decimal], today: date) -> dict[int, Any]:
    """Stock, how long deliveries and orders took in the past year, and the price breaks of the usual supplier; three statements."""
    from gongfang.planning.estimating import Facts

    since = today - timedelta(weeks=WEEKS)
    took: dict[int, list[int]] = defaultdict(list)
    for row in purchasing.deliveries(since):
        if row.item_id in items and items[row.item_id].source != "make":
            took[row.item_id].append(row.took)
    for item, spans in production.cycles(since, [pk for pk, item in items.items() if item.source == "make"]).items():
        took[item] += [(last - first).days for first, last in spans]
    prices = masterdata.supplier_prices(items, today)
    return {
        pk: Facts(stock.get(pk, ZERO), tuple(took.get(pk, ())), _breaks(item, prices.get(pk, ())))
        for pk, item in items.items()
    }


def _breaks(item: Any, rows: Sequence[Any]) -> tuple[tuple[Decimal, Decimal], ...]:
    """(from quantity, price without tax) of the default supplier, else of the one with the biggest share; by base unit, rising."""
    if item.source == "make" or not rows:
        return ()
    usual = next((row for row in rows if row.supplier_id == item.default_supplier_id), rows[0]).supplier_id
    found = {
        row.min_quantity: row.price / (1 + item.tax_rate) if row.tax_included else row.price
        for row in reversed(rows)
        if row.supplier_id == usual
    }
    steps = sorted(found.items())
    return tuple((ZERO if place == 0 else start, price) for place, (start, price) in enumerate(steps) if price > 0)


@verb("planning.accept_policy", N_("Accept stock policy"), roles=ROLES)
def accept_policy(
    *, actor: User, request_id: uuid.UUID, proposal_ids: Sequence[int] | None = None
) -> list[PolicyProposal]:
    """Write proposals into the items' planning data; None: all that are open."""
    rows = PolicyProposal.objects.select_for_update().filter(state=PolicyProposal.State.OPEN).order_by("pk")
    chosen = list(rows if proposal_ids is None else rows.filter(pk__in=list(proposal_ids)))
    if not chosen:
        raise DomainError(Problem("nothing_chosen", "Choose at least one proposal that is open."), Kind.CONFLICT)
    data = [PlanningData(row.item_id, row.safety_stock, row.reorder_point, row.lot, row.maximum) for row in chosen]
    set_planning_data(actor=actor, request_id=request_id, data=data)
    for row in chosen:
        row.state = PolicyProposal.State.ACCEPTED
    update_rows(chosen, ["state"])
    return chosen
