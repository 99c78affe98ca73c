"""What the picking rules of warehouses say; `config/wiring.py` plugs it into the ledger's proposals."""

from collections import defaultdict
from collections.abc import Callable, Collection

from gongfang.inventory.models import PickingRule
from gongfang.inventory.rules.placing import rule_for
from gongfang.platform.prepared import Prepared

RULES = Prepared(lambda ids: PickingRule.objects.filter(warehouse__in=ids).order_by("rank", "pk"))


def picking_orders(warehouse_ids: Collection[int]) -> Callable[[int, int, int, int], str]:
    """(place, warehouse, item, category) → in which order lots and places are emptied, "" where no rule was made. One statement.

    A rule for the place goes before one for the whole warehouse.
    """
    rules: dict[tuple[int, int | None], list[PickingRule]] = defaultdict(list)
    for rule in RULES(sorted(warehouse_ids)):
        rules[rule.warehouse_id, rule.location_id].append(rule)

    def choose(place: int, warehouse: int, item: int, category: int) -> str:
        for where in (place, None):
            found = rule_for(rules.get((warehouse, where), ()), item, category)
            if found is not None:
                return str(found.strategy)
        return ""

    return choose
