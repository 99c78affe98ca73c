"""What must hold of plans: the current one is whole, and nothing is pegged twice."""

from collections.abc import Iterator

from django.db.models import Sum

from gongfang.planning.models import PlannedOrder, PlanPeg, PlanRun
from gongfang.platform.verification import Check, Fault


def pegged_within_supply() -> Iterator[Fault]:
    """The pegs of a suggestion never add up to more than arrives of it."""
    runs = PlanRun.objects.filter(is_current=True)
    pegged = dict(
        PlanPeg.objects.filter(run__in=runs, supply_kind=PlanPeg.SupplyKind.ORDER)
        .values_list("supply_seq")
        .annotate(total=Sum("quantity"))
    )
    for order in PlannedOrder.objects.filter(run__in=runs, seq__in=pegged):
        if pegged[order.seq] > order.good_quantity and order.version == 1:
            yield Fault(
                "planning.pegged",
                f"planning.PlannedOrder {order.pk}",
                f"pegged {pegged[order.seq]} of {order.good_quantity}",
            )


def one_current_run() -> Iterator[Fault]:
    """At most one run is current."""
    current = list(PlanRun.objects.filter(is_current=True).values_list("pk", flat=True))
    for pk in current[1:]:
        yield Fault("planning.current", f"planning.PlanRun {pk}", "more than one run is current")


CHECKS = [Check("planning.pegged", pegged_within_supply), Check("planning.current", one_current_run)]
