"""When work comes back from subcontractors: agreed days of open orders, and how long and how late such work was before."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, timedelta

from gongfang.production.models import SubcontractOrder, SubcontractReceipt

HISTORY_DAYS = 365
LEAST = 3
"""Receipts of a subcontractor that say something; with fewer, those of all do."""


@dataclass(slots=True)
class OutsidePace:
    """Calendar days, by subcontractor (None: all of them): `taken` from the order to the receipt, `late` after the day agreed."""

    agreed: dict[int, date] = field(default_factory=dict)
    taken: dict[int | None, list[int]] = field(default_factory=lambda: defaultdict(list))
    late: dict[int | None, list[int]] = field(default_factory=lambda: defaultdict(list))

    def days(self, partner_id: int | None) -> tuple[int, ...]:
        return self._of(self.taken, partner_id)

    def delays(self, partner_id: int | None) -> tuple[int, ...]:
        return self._of(self.late, partner_id)

    @staticmethod
    def _of(seen: dict[int | None, list[int]], partner_id: int | None) -> tuple[int, ...]:
        own = seen.get(partner_id, [])
        return tuple(own if len(own) >= LEAST else everybody if len(everybody := seen.get(None, [])) >= LEAST else ())


def outside_pace(operation_ids: Collection[int], today: date) -> OutsidePace:
    """What is known of some operations that are done outside: the latest day agreed of each. Two statements, none without such."""
    pace = OutsidePace()
    if not operation_ids:
        return pace
    orders = SubcontractOrder.objects.filter(operation__in=list(operation_ids), approval="approved")
    for operation, due in orders.values_list("operation_id", "due"):
        pace.agreed[operation] = max(due, pace.agreed.get(operation, due))
    receipts = SubcontractReceipt.objects.filter(
        approval="approved", business_date__gt=today - timedelta(days=HISTORY_DAYS)
    )
    rows = receipts.order_by("-business_date", "-pk").values_list(
        "business_date", "subcontract__business_date", "subcontract__due", "subcontract__partner_id"
    )
    for came, given, due, partner in rows[:2000]:
        for key in (partner, None):
            pace.taken[key].append(max((came - given).days, 0))
            pace.late[key].append((came - due).days)
    return pace
