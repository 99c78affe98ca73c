"""More than planned: forbidden, warned of, or allowed by somebody who may; what is allowed becomes the order's tolerance (超发、超报、超入)."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_CEILING, Decimal

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.tolerances import FORBID, mode_of, passes
from gongfang.platform.documents.editing import change
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verbs import note, verb
from gongfang.production.models import WorkOrder
from gongfang.production.rules import limit
from gongfang.production.services.holding import hold_orders

MICRO = Decimal("0.000001")
CHOICES = (
    ("approve", N_("A supervisor may allow it")), ("warn", N_("Warn; the person may go on")), ("forbid", N_("Forbidden")),
)  # fmt: skip
OVER_REPORT = company_settings.declare(
    "production.over_report", N_("Reporting or receiving more than tolerated"), "choice", "approve", CHOICES
)
OVER_ISSUE = company_settings.declare(
    "production.over_issue", N_("Issuing more than tolerated"), "choice", "approve", CHOICES
)
SETTING = {"over_report": OVER_REPORT, "over_issue": OVER_ISSUE}


def modes(item_ids: Collection[int], kind: str) -> dict[int, str]:
    """Item → what is done about more than tolerated: its own word, its category's, the company's. kind: over_report, over_issue.

    Two statements.
    """
    usual = str(company_settings.get(SETTING[kind]))
    items = WorkOrder._meta.get_field("item").related_model._default_manager.filter(pk__in=set(item_ids))
    return {pk: mode_of(*said, usual) for pk, *said in items.values_list("pk", "over_mode", "category__over_mode")}


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
    """Refuse `problems`, or where it is only warned of and the person has confirmed, widen the orders' tolerance instead.

    wanted: order → pieces that would be reported or received. The wider tolerance is kept on the order, for everybody to see.
    """
    over = [problem for problem in problems if problem.code in ("over_report", "over_receipt")]
    beyond = [pk for pk, quantity in wanted.items() if quantity > limit(orders[pk].quantity, orders[pk].over_report)]
    if not _may_go_on(problems, over, [orders[pk].item_id for pk in beyond or wanted], "over_report", confirm):
        return
    _widen(orders, {pk: ratio_for(orders[pk].quantity, quantity) for pk, quantity in wanted.items()}, "over_report")


def issue_or_refuse(
    orders: Mapping[int, WorkOrder], beyond: Collection[tuple[int, int, Decimal, Decimal]], problems: Sequence[Problem], confirm: Collection[str]
) -> None:  # fmt: skip
    """The same for components. beyond: (item, order, required, issued then) of what would go over the tolerance."""
    over = [problem for problem in problems if problem.code == "over_issue"]
    if not _may_go_on(problems, over, [item for item, *_ in beyond], "over_issue", confirm):
        return
    ratios: dict[int, Decimal] = {}
    for _, order, required, issued in beyond:
        ratios[order] = max(ratios.get(order, Decimal(0)), ratio_for(required, issued))
    _widen(orders, ratios, "over_issue")


def _may_go_on(
    problems: Sequence[Problem], over: Sequence[Problem], item_ids: Collection[int], kind: str, confirm: Collection[str]
) -> bool:  # fmt: skip
    """Whether there is more than tolerated and the person goes on with it; else nothing, or a refusal, or the question."""
    if not over or not all(passes(mode, confirmed=True) for mode in modes(item_ids, kind).values()):
        refuse_if(problems)
        return False
    refuse_if([problem for problem in problems if problem not in over])
    refuse_if([problem for problem in over if problem.code not in confirm], Kind.CONFIRM)
    return True


def _widen(orders: Mapping[int, WorkOrder], ratios: Mapping[int, Decimal], kind: str) -> None:
    for pk, ratio in ratios.items():
        order = orders[pk]
        before = getattr(order, kind)
        if ratio > before:
            note(order, **{kind: (before, ratio)})
            WorkOrder.objects.filter(pk=pk).update(**{kind: ratio})
            setattr(order, kind, ratio)


@verb("production.allow_over", N_("Allow more than planned"), roles=("supervisor", "planner"))
def allow_over(
    *, actor: User, request_id: uuid.UUID, document_id: int, reason: str, over_report: Decimal | None = None,
    over_issue: Decimal | None = None,
) -> WorkOrder:  # fmt: skip
    """Let an order have wider tolerances than its item: shares on top of the plan, with the reason."""
    order = hold_orders([document_id])[document_id]
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if over_report is not None and modes([order.item_id], "over_report")[order.item_id] == FORBID:
        raise DomainError(
            Problem("over_forbidden", "More than planned of {item} is forbidden; change the order instead.", where="over_report", item=str(order.item)),
            Kind.CONFLICT,
        )  # fmt: skip
    if over_issue is not None and over_issue > order.over_issue:
        items = dict(order.materials.values_list("item_id", "item__code"))
        shut = [items[pk] for pk, mode in modes(items, "over_issue").items() if mode == FORBID]
        refuse_if(
            [Problem("over_forbidden", "More than planned of {item} is forbidden; change the order instead.", where="over_issue", item=code) for code in shut],
            Kind.CONFLICT,
        )  # fmt: skip
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
                counted(
                    "{made} piece is already made; the quantity cannot be less.",
                    "{made} pieces are already made; the quantity cannot be less.",
                    "made",
                ),
                where="over_report",
                made=order.received_quantity,
            )
        )
    change(order, remark=f"{order.remark} {reason}".strip()[:500], **values)
    return order
