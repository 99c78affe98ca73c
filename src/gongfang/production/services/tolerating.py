"""More than planned: forbidden, warned of, or allowed by somebody who may; what is allowed becomes the order's tolerance (超发、超报、超入)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verbs import note, verb
from gongfang.production.models import WorkOrder
from gongfang.production.rules import limit
from gongfang.production.services.holding import hold_orders

MICRO = Decimal("0.000001")
CHOICES = (("forbid", N_("Forbidden; a supervisor may allow it")), ("warn", N_("Warn; the person may go on")))
OVER_REPORT = company_settings.declare(
    "production.over_report", N_("Reporting or receiving more than tolerated"), "choice", "forbid", CHOICES
)


def ratio_for(planned: Decimal, wanted: Decimal) -> Decimal:
    """The smallest tolerance under which `wanted` is no longer too much."""
    ratio = max((wanted / planned - 1).quantize(MICRO, ROUND_CEILING), Decimal(0))
    while limit(planned, ratio) < wanted:
        ratio += MICRO
    return ratio


def widen_or_refuse(
    orders: Mapping[int, WorkOrder],
    wanted: Mapping[int, Decimal],
    problems: Sequence[Problem],
    confirm: Collection[str],
) -> None:
    """Refuse `problems`, or where the company only warns and the person has confirmed, widen the orders' tolerance instead.

    wanted: order → pieces that would be reported or received. The wider tolerance is kept on the order, for everybody to see.
    """
    over = [problem for problem in problems if problem.code in ("over_report", "over_receipt")]
    if not over or company_settings.get(OVER_REPORT) != "warn":
        return refuse_if(problems)
    refuse_if([problem for problem in problems if problem not in over])
    refuse_if([problem for problem in over if problem.code not in confirm], Kind.CONFIRM)
    for pk, quantity in wanted.items():
        order = orders[pk]
        ratio = ratio_for(order.quantity, quantity)
        if ratio > order.over_report:
            note(order, over_report=(order.over_report, ratio))
            WorkOrder.objects.filter(pk=pk).update(over_report=ratio)
            order.over_report = ratio
    return None


@verb("production.allow_over", N_("Allow more than planned"), roles=("supervisor", "planner"))
def allow_over(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str, over_report: Decimal | None = None,
    over_issue: Decimal | None = None,
) -> WorkOrder:  # fmt: skip
    """Let an order have wider tolerances than its item: shares on top of the plan, with the reason."""
    order = hold_orders([document_id])[document_id]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    given = {"over_report": over_report, "over_issue": over_issue}
    values = {name: value for name, value in given.items() if value is not None}
    refuse_if(
        [
            Problem("bad_share", "A tolerance lies between 0 % and 100 %.", where=name)
            for name, value in values.items()
            if not 0 <= value <= 1
        ]
    )
    if order.received_quantity > limit(order.quantity, values.get("over_report", order.over_report)):
        raise DomainError(
            Problem(
                "below_made",
                "{made} pieces are already made; the quantity cannot be less.",
                where="over_report",
                made=order.received_quantity,
            )
        )
    change(order, remark=f"{order.remark} {reason}".strip()[:500], **values)
    return order
