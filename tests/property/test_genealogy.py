"""Whatever happens on the floor, a lot's line reads the same both ways, nothing is inside itself, and every lot's mass adds up.

The acts are those of `test_work_orders`, with output in lots of its own, conversions in the store, shipments and returns besides.
"""

from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongfang.inventory import services as inventory
from gongfang.inventory.models import Conversion
from gongfang.inventory.services import OutputInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance, Lot
from gongfang.ledger.services import Move, post
from gongfang.platform.verification import run_all
from gongfang.production.models import WorkOrder
from gongfang.production.queries import lot_steps
from gongfang.quality.services import trace
from tests.conftest import on_postgres
from tests.production.shop import D, Shop
from tests.property.test_work_orders import ACTS, Act, Steps, genealogy_is_sound, latest, workshop


def lots_in(shop: Shop, code: str) -> list[Balance]:
    item = shop.items[code]
    place = ledger.store_of(item.default_warehouse)
    return list(Balance.objects.filter(item=item, location=place, lot__isnull=False, quantity__gt=0).order_by("pk"))


def convert(shop: Shop, order: WorkOrder, a: int, b: int) -> Any:
    """Put some pumps of a lot into kits of a lot of their own."""
    rows = lots_in(shop, "pump")
    row = rows[a % len(rows)]
    document = shop.do(
        inventory.create_conversion, warehouse=shop.finished.pk, lines=[StockLineInput(row.item_id, D(b) / 2, row.lot_id)],
        outputs=[OutputInput(shop.items["kit"].pk, D(b), f"K{a % 2}")],
    )  # fmt: skip
    return shop.do(inventory.approve_conversion, document_id=document.pk)


def carry(shop: Shop, a: int, b: int, place: str, *, back: bool = False) -> Any:
    """Some of a lot to a place of the world outside, or back from there."""
    rows = lots_in(shop, ("pump", "kit", "casting")[b % 3])
    row = rows[a % len(rows)]
    ends = (row.location, ledger.location(place))
    move = Move(row.item_id, D(b) / 4, *(ends[::-1] if back else ends), row.lot_id)
    with transaction.atomic():
        return post(actor=shop.boss, reason="test", source=None, on=shop.today, moves=[move], partner_id=shop.supplier.pk)  # fmt: skip


LINES: dict[str, Act] = {
    **{name: ACTS[name] for name in ("pick", "turn", "assemble", "return", "split", "take apart", "rework", "receive beside", "undo receipt", "undo issue", "undo report", "undo all of a report", "release", "new order", "deburr", "give outside", "send outside", "take in")},
    "receive": lambda s, o, a, b: s.receive(o, str(b), lot_code=f"P{o.pk}-{a % 2}"),
    "convert": convert,
    "unconvert": lambda s, o, a, b: s.do(inventory.unapprove_conversion, document_id=latest(Conversion, a)),
    "ship": lambda s, o, a, b: carry(s, a, b, "CUSTOMER"),
    "customer returns": lambda s, o, a, b: carry(s, a, b, "CUSTOMER", back=True),
    "scrap": lambda s, o, a, b: carry(s, a, b, "SCRAP"),
}  # fmt: skip
STEP = st.tuples(st.sampled_from(sorted(LINES)), st.integers(0, 3), st.integers(0, 5), st.integers(1, 6))


def kits(shop: Shop) -> Shop:
    shop.item("kit", "finished", "0", tracking="lot", default_warehouse=shop.finished)
    return shop


def is_inverse(forward: dict[int, set[int]], backward: dict[int, set[int]]) -> bool:
    return {(a, b) for a, found in forward.items() for b in found} == {(a, b) for b, found in backward.items() for a in found}  # fmt: skip


def lines_are_sound() -> None:
    """Of every lot: the ledger's line and the floor's, both ways; what is before it is not after it; its recall is balanced."""
    lots = list(Lot.objects.values_list("pk", flat=True))
    down = {lot: {kin.lot_id for kin in ledger.descendants([lot])} - {lot} for lot in lots}
    up = {lot: {kin.lot_id for kin in ledger.ancestors([lot])} - {lot} for lot in lots}
    assert is_inverse(down, up), "the ledger's lines"
    assert not any(down[lot] & up[lot] for lot in lots), "a lot inside itself, by the ledger"
    forward = {lot: {step.go_lot for step in lot_steps(lot)} - {None, lot} for lot in lots}
    backward = {lot: {step.go_lot for step in lot_steps(lot, forward=False)} - {None, lot} for lot in lots}
    assert is_inverse(forward, backward), "the floor's lines"
    assert genealogy_is_sound()
    for lot in lots:
        found = trace(lot)
        assert found.is_balanced, [(str(mass.lot), mass.role, mass.difference) for mass in found.masses]


def play(shop: Shop, steps: Steps) -> dict[str, int]:
    """Run steps; refusals, and what is not there, are fine. Returns how often each verb acted."""
    acted: dict[str, int] = {}
    for name, which, a, b in steps:
        orders = list(WorkOrder.objects.order_by("pk"))
        try:
            with transaction.atomic():
                LINES[name](shop, orders[which % len(orders)], a, b)
        except (DomainError, ObjectDoesNotExist, IndexError, ZeroDivisionError):
            continue
        acted[name] = acted.get(name, 0) + 1
        try:
            lines_are_sound()
        except AssertionError as fault:
            raise AssertionError(f"after {(name, which, a, b)}: {fault}") from fault
    return acted


MADE = [
    ("pick", 0, 0, 1), ("undo issue", 0, 0, 1), ("pick", 0, 0, 1), ("turn", 0, 0, 6), ("assemble", 0, 0, 4), ("undo report", 0, 0, 1),
    ("assemble", 0, 0, 4), ("receive", 0, 0, 2), ("receive", 0, 1, 2), ("receive beside", 0, 0, 2), ("rework", 0, 1, 2), ("rework", 0, 0, 2),
    ("convert", 0, 1, 2), ("ship", 0, 0, 1), ("ship", 0, 0, 3), ("customer returns", 0, 0, 1), ("scrap", 0, 0, 2), ("unconvert", 0, 0, 1),
    ("convert", 0, 0, 1), ("pick", 1, 0, 1), ("return", 1, 1, 1), ("new order", 0, 1, 4), ("split", 0, 0, 2), ("pick", 1, 0, 1),
    ("turn", 1, 0, 5), ("assemble", 1, 0, 5), ("receive", 1, 0, 3), ("undo receipt", 0, 0, 1), ("receive", 1, 0, 3), ("take apart", 1, 0, 1),
]  # fmt: skip


@pytest.mark.django_db
def test_every_line_reads_the_same_both_ways() -> None:
    """A history in which all that makes lines of lots acts at least once."""
    shop = kits(workshop())
    acted = play(shop, MADE)
    assert {name for name, *_ in MADE} == acted.keys(), {name for name, *_ in MADE} - acted.keys()
    pump = Lot.objects.filter(item=shop.items["pump"]).order_by("pk")[0]
    casting, kit = Lot.objects.get(code="C1"), Lot.objects.get(code="K0")
    assert {pump.pk, kit.pk} <= {kin.lot_id for kin in ledger.descendants([casting.pk])}
    assert run_all() == []


BEGUN = [
    ("pick", 0, 0, 1), ("turn", 0, 0, 6), ("assemble", 0, 0, 4), ("receive", 0, 0, 2), ("receive", 0, 1, 2),
    ("pick", 1, 0, 1), ("turn", 1, 0, 5), ("assemble", 1, 0, 5), ("receive", 1, 1, 3),
]  # fmt: skip


@pytest.mark.django_db
@settings(
    max_examples=4 if on_postgres() else 15, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(st.lists(STEP, min_size=5, max_size=20))
def test_any_line_reads_the_same_both_ways(steps: Steps) -> None:
    with transaction.atomic():
        play(kits(workshop()), [*BEGUN, *steps])
        transaction.set_rollback(True)
