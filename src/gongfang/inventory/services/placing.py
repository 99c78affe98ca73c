"""Where goods are put and where they are fetched from: rules, proposals, and the moves that follow them."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from gongfang.inventory.models import PickingRule, PutAwayRule, Transfer
from gongfang.inventory.rules.placing import Bin, Goods, choose_bins, rule_for
from gongfang.inventory.services.documents import WRITERS, StockLineInput, may_work_in
from gongfang.inventory.services.packages import carry
from gongfang.inventory.services.transfers import TRANSFERS, create_transfer
from gongfang.kernel.errors import N_, DomainError, Problem, refuse_if
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import Move
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import verb


@dataclass(frozen=True, slots=True)
class PutAwayInput:
    """Goods of one item (and lot) to one bin, in base units."""

    item: int
    quantity: Decimal
    location: int
    lot: int | None = None


def _rule_problems(
    warehouse: int, category: int | None, item: int | None, location: int | None = None, strategy: str = ""
) -> list[Problem]:
    problems = []
    if category and item:
        problems.append(Problem("item_or_category", "Name an item or a category, not both.", where="category"))
    if strategy == "fixed" and location is None:
        problems.append(Problem("bin_missing", "Say which bin.", where="location"))
    if location is not None and ledger.place(location).warehouse_id != warehouse:
        problems.append(Problem("other_warehouse_bin", "The bin belongs to another warehouse.", where="location"))
    return problems


@verb("inventory.create_put_away_rule", N_("New put-away rule"), roles=WRITERS)
def create_put_away_rule(
    *, actor: User, request_id: uuid.UUID, warehouse: int, strategy: str = "same_item", category: int | None = None, item: int | None = None,
    location: int | None = None, rank: int = 10,
) -> PutAwayRule:  # fmt: skip
    """Say where goods of an item, of a category or of all kinds go in a warehouse."""
    may_work_in(actor, ledger.store_at(warehouse).warehouse)
    refuse_if(_rule_problems(warehouse, category, item, location, strategy))
    return PutAwayRule.objects.create(
        warehouse_id=warehouse, strategy=strategy, category_id=category, item_id=item, location_id=location, rank=rank
    )


@verb("inventory.edit_put_away_rule", N_("Change put-away rule"), roles=WRITERS)
def edit_put_away_rule(
    *, actor: User, request_id: uuid.UUID, pk: int, warehouse: int, strategy: str = "same_item", category: int | None = None,
    item: int | None = None, location: int | None = None, rank: int = 10, version: int | None = None,
) -> PutAwayRule:  # fmt: skip
    """Change a rule."""
    rule = locked(PutAwayRule, pk, version=version)
    may_work_in(actor, rule.warehouse, ledger.store_at(warehouse).warehouse)
    refuse_if(_rule_problems(warehouse, category, item, location, strategy))
    change(
        rule,
        warehouse_id=warehouse,
        strategy=strategy,
        category_id=category,
        item_id=item,
        location_id=location,
        rank=rank,
    )
    return rule


@verb("inventory.create_picking_rule", N_("New picking rule"), roles=WRITERS)
def create_picking_rule(
    *, actor: User, request_id: uuid.UUID, warehouse: int, strategy: str = "fefo", category: int | None = None, item: int | None = None,
    location: int | None = None, rank: int = 10,
) -> PickingRule:  # fmt: skip
    """Say in which order lots and places are emptied in a warehouse. location: only what is asked for from this place of it."""
    may_work_in(actor, ledger.store_at(warehouse).warehouse)
    refuse_if(_rule_problems(warehouse, category, item, location))
    return PickingRule.objects.create(
        warehouse_id=warehouse, strategy=strategy, category_id=category, item_id=item, location_id=location, rank=rank
    )


@verb("inventory.edit_picking_rule", N_("Change picking rule"), roles=WRITERS)
def edit_picking_rule(
    *, actor: User, request_id: uuid.UUID, pk: int, warehouse: int, strategy: str = "fefo", category: int | None = None,
    item: int | None = None, location: int | None = None, rank: int = 10, version: int | None = None,
) -> PickingRule:  # fmt: skip
    """Change a rule."""
    rule = locked(PickingRule, pk, version=version)
    may_work_in(actor, rule.warehouse, ledger.store_at(warehouse).warehouse)
    refuse_if(_rule_problems(warehouse, category, item, location))
    change(
        rule,
        warehouse_id=warehouse,
        strategy=strategy,
        category_id=category,
        item_id=item,
        location_id=location,
        rank=rank,
    )
    return rule


@verb("inventory.delete_rule", N_("Delete rule"), roles=WRITERS)
def delete_rule(*, actor: User, request_id: uuid.UUID, pk: int, kind: str) -> None:
    """Take a put-away ("put_away") or picking ("picking") rule away."""
    model: Any = {"put_away": PutAwayRule, "picking": PickingRule}[kind]
    rule = locked(model, pk)
    may_work_in(actor, rule.warehouse)
    rule.delete()


def bins_of(warehouse_id: int) -> list[Any]:
    """The bins of a warehouse for usable goods, in the order of their codes."""
    return ledger.bins_of(warehouse_id)


def propose_bins(warehouse_id: int, goods: Sequence[Goods]) -> Mapping[int, int | None]:
    """Key of the goods → bin by the rules, None where no rule or no free bin fits. Four statements for any number of goods."""
    rules = list(PutAwayRule.objects.filter(warehouse=warehouse_id).select_related("location").order_by("rank", "pk"))
    there = ledger.stock_of_warehouse(warehouse_id)
    places = bins_of(warehouse_id)
    around = {place.parent_id for place in places}  # zones and racks: goods go into what stands in them
    bins = [Bin(place.pk, place.path) for place in places if place.pk not in around]
    contents: dict[int, set[int]] = {}
    for row in there:
        contents.setdefault(row.location_id, set()).add(row.item_id)
    items = masterdata.items_by_ids({one.item_id for one in goods})
    chosen = {one.key: rule_for(rules, one.item_id, items[one.item_id].category_id) for one in goods}
    return choose_bins(goods, chosen, bins, contents)


def into_bins(moves: Sequence[Move]) -> list[Move]:
    """Moves that bring usable goods to the main place of a warehouse, sent on to the bins that its put-away rules name; others as they are.

    A place that is named is meant. One statement where no warehouse concerned has a rule, seven more for each that has.
    """
    entering: dict[int, list[int]] = {}
    for n, move in enumerate(moves):
        if move.quantity > 0 and ledger.is_main(move.target) and move.source.warehouse_id != move.target.warehouse_id:  # type: ignore[attr-defined]
            entering.setdefault(move.target.warehouse_id, []).append(n)  # type: ignore[attr-defined]
    ruled = PutAwayRule.objects.filter(warehouse__in=list(entering)).values_list("warehouse_id", flat=True).distinct()
    sent = list(moves)
    for warehouse_id in sorted(ruled) if entering else ():
        goods = [Goods(n, moves[n].item_id, moves[n].quantity, moves[n].lot_id) for n in entering[warehouse_id]]
        chosen = propose_bins(warehouse_id, goods)
        places = {place.pk: place for place in ledger.usable_places({pk for pk in chosen.values() if pk})}
        for n, pk in chosen.items():
            if pk in places:
                sent[n] = replace(moves[n], target=places[pk])
    return sent


@verb("inventory.put_away", N_("Put away"), roles=WRITERS)
def put_away(
    *, actor: User, request_id: uuid.UUID, source: int, lines: Sequence[PutAwayInput], packages: Sequence[int] = ()
) -> list[Transfer]:
    """Bring goods from a place into bins, at once: one approved transfer per bin.

    packages: scanned whole; they stand in the bin then, or are unpacked where their goods went to several.
    """
    place = ledger.place(source)
    may_work_in(actor, place.warehouse)
    by_bin: dict[int, list[StockLineInput]] = {}
    problems = []
    for n, line in enumerate(lines):
        target = ledger.place(line.location) if line.location not in by_bin else None
        if target is not None and target.warehouse_id != place.warehouse_id:
            problems.append(
                Problem("other_warehouse_bin", "The bin belongs to another warehouse.", where=f"lines.{n}.location")
            )
        by_bin.setdefault(line.location, []).append(StockLineInput(line.item, line.quantity, line.lot))
    refuse_if(problems)
    if not by_bin:
        raise DomainError(Problem("no_lines", "Enter at least one line."))
    if packages:
        carry(packages, next(iter(by_bin)) if len(by_bin) == 1 else None)
    made = []
    for target_id, rows in sorted(by_bin.items()):
        transfer = create_transfer(actor=actor, request_id=request_id, source=source, target=target_id, lines=rows)
        made.append(TRANSFERS.approve(actor=actor, request_id=request_id, document_id=transfer.pk))
    return made
