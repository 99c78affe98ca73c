"""Standard costs from the bottom up: BOM × component cost + routing × rates, level by level."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.costing.models import CostVersion, StandardCost
from gongfang.engines.wip import ELEMENTS
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.kernel.money import ZERO, to_micro
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.masterdata.services import set_standard_costs
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import insert_rows
from gongfang.platform.verbs import note, verb

HOUR = Decimal(60)
LOT = Decimal(1)
Costs = dict[str, Decimal]


@verb("costing.roll_up", N_("Roll up standard costs"), roles=("cost_accountant", "engineer"))
def roll_up(*, actor: User, request_id: uuid.UUID, code: str) -> CostVersion:
    """Reckon a version of standard costs for everything that is made, from what components cost now. Constant statements.

    A bought item costs its standard cost, else its average, else its supplier's price. Set-up is spread over the usual lot. Of what
    an order costs, co-products take their share and by-products their standard cost; what is not good is borne by what is.
    """
    if not code.strip() or CostVersion.objects.filter(code=code.strip()).exists():
        raise DomainError(Problem("taken", "Give the version a new name.", where="code"))
    structure = masterdata.whole_structure()
    names = set(structure) | {use.component_id for uses in structure.values() for use in uses}
    items = masterdata.items_by_ids(names)
    routings = masterdata.default_routings(structure.keys())
    bearers, good = masterdata.whole_bearers(), masterdata.whole_yields()
    levels = _levels(structure)
    averages = ledger.unit_costs(names)
    version = CostVersion.objects.create(code=code.strip()[:40])
    costs: dict[int, Costs] = {}
    rows = []
    begun: dict[int, Costs] = {}
    for pk in sorted(names, key=lambda pk: -levels.get(pk, 0)):
        if pk in structure:
            begun[pk] = _made(items[pk], structure[pk], routings.get(pk), costs)
            costs[pk] = _of_good_piece(begun[pk], [one for _co, one in bearers.get(pk, ())], good.get(pk, LOT))
            rows.append(_row(version, items[pk], levels.get(pk, 0), costs[pk]))
        else:
            costs[pk] = {"material": items[pk].standard_cost or averages.get(pk, ZERO)}
    insert_rows([*rows, *_co_products(version, {pk: own for pk, own in bearers.items() if pk in begun}, begun, names)])
    return version


def _co_products(
    version: CostVersion, bearers: Mapping[int, Sequence[tuple[int, Any]]], begun: Mapping[int, Costs], known: set[int]
) -> list[StandardCost]:
    """Costs of co-products that are made in no other way and go into nothing: their share of what they come out beside."""
    shared = {co: (main, one) for main, rows in bearers.items() for co, one in rows if one.share and co not in known}
    items = masterdata.items_by_ids(shared) if shared else {}
    return [
        _row(version, items[co], 0, {name: to_micro(value * one.share / one.quantity) for name, value in begun[main].items()})
        for co, (main, one) in sorted(shared.items())
    ]  # fmt: skip


def _of_good_piece(begun: Costs, outputs: Sequence[Any], good_share: Decimal) -> Costs:
    """The elements of what is begun, each in its part of what one good piece costs."""
    total = sum(begun.values(), ZERO)
    if (not outputs and good_share == LOT) or not total:
        return begun
    part = masterdata.cost_of_good_piece(total, outputs, good_share) / total
    return {element: to_micro(value * part) for element, value in begun.items()}


def _levels(structure: Mapping[int, Any]) -> dict[int, int]:
    """Deepest level at which each item is used; components are deeper than what they go into."""
    level: dict[int, int] = defaultdict(int)
    frontier = set(structure)
    for _ in range(len(structure) + 1):
        following = set()
        for parent in frontier:
            for use in structure.get(parent, ()):
                if level[use.component_id] < level[parent] + 1:
                    level[use.component_id] = level[parent] + 1
                    following.add(use.component_id)
        if not following:
            break
        frontier = following
    return level


def _made(item: Any, uses: Any, routing: Any, costs: Mapping[int, Costs]) -> Costs:
    lot = item.lot_quantity or item.lot_minimum or LOT
    found: Costs = defaultdict(Decimal)  # type: ignore[assignment]
    for use in uses:
        per_piece = use.needed(lot) / lot
        for element, price in costs[use.component_id].items():
            found[element] += per_piece * price
    for step in routing.operations.all() if routing else ():
        if step.is_subcontracted:
            found["subcontract"] += step.subcontract_price
            continue
        hours = (step.setup_minutes / lot + step.run_minutes) / HOUR
        found["labour"] += hours * step.crew * step.work_centre.labour_rate
        found["machine"] += hours * step.work_centre.machine_rate
        found["overhead"] += hours * step.work_centre.overhead_rate
    return {element: to_micro(value) for element, value in found.items()}


def _row(version: CostVersion, item: Any, level: int, costs: Costs) -> StandardCost:
    return StandardCost(
        version=version, item=item, level=level, total=sum(costs.values(), ZERO), previous=item.standard_cost,
        **{element: costs.get(element, ZERO) for element in ELEMENTS},
    )  # fmt: skip


@verb("costing.apply_version", N_("Put into force"), roles=("cost_accountant",))
def apply_version(*, actor: User, request_id: uuid.UUID, version_id: int) -> CostVersion:
    """Make the costs of a version the standard costs of its items. Orders made from now on use them."""
    version = CostVersion.objects.select_for_update().filter(pk=version_id).first()
    if version is None:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title="version", id=version_id), Kind.MISSING)
    if version.applied_at is not None:
        raise DomainError(Problem("applied", "This version is already in force."), Kind.CONFLICT)
    set_standard_costs(actor=actor, request_id=request_id, costs=dict(version.costs.values_list("item_id", "total")))
    version.applied_at = timezone.now()
    version.version += 1
    version.save(update_fields=["applied_at", "version"])
    note(version, applied_at=(None, version.applied_at))
    return version
