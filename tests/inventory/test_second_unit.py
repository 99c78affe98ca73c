"""Counted in pieces and weighed in kg: entered on documents, asked about when far from the factor, kept by the ledger, counted too."""

from decimal import Decimal as D

import pytest
from django.test import Client

from gongfang.inventory import services
from gongfang.inventory.services import CountLineInput, OutputInput, ReceiptLineInput, StockLineInput
from gongfang.kernel.errors import DomainError, Kind
from gongfang.ledger.models import Balance, StockMove
from gongfang.masterdata.models import Unit
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.platform.verification import run_all


@pytest.fixture
def bars(store):
    """Bars of 2 kg each by the factor: 1 kg is half a bar."""
    kg = Unit.objects.create(code="kg", name="千克", precision=2)
    assert not counts_in_two_units()
    item = store.item("bar", second_unit=kg)
    item.units.create(unit=kg, numerator=1, denominator=2)
    assert counts_in_two_units()
    yield store
    assert run_all() == []


def stands(store, place="W1"):
    row = Balance.objects.filter(item=store.items["bar"], location=store.at(place)).first()
    return (row.quantity, row.second_quantity) if row else (0, 0)


def received(store, do, quantity, second, item="bar", **more):
    receipt = do(
        services.create_other_receipt, warehouse=store.warehouses["W1"].pk, purpose="found",
        lines=[ReceiptLineInput(store.items[item].pk, D(quantity), unit_cost=D(5), second=second if second is None else D(second))],
    )  # fmt: skip
    return do(services.approve_other_receipt, document_id=receipt.pk, **more)


def test_what_is_weighed_stands_in_the_books_and_moves_on(bars, do):
    receipt = received(bars, do, "10", "20.4")
    assert stands(bars) == (10, D("20.4")) and receipt.lines.get().second_quantity == D("20.4")
    transfer = do(
        services.create_transfer, source=bars.at("W1").pk, target=bars.at("W2").pk,
        lines=[StockLineInput(bars.items["bar"].pk, D(4), second=D("8.5"))],
    )  # fmt: skip
    do(services.approve_transfer, document_id=transfer.pk)
    assert (stands(bars), stands(bars, "W2")) == ((6, D("11.9")), (4, D("8.5")))
    issue = do(
        services.create_other_issue,
        warehouse=bars.warehouses["W1"].pk,
        lines=[StockLineInput(bars.items["bar"].pk, D(3))],
    )
    do(services.approve_other_issue, document_id=issue.pk)
    assert stands(bars) == (3, D("5.95")), "left empty: its share"
    do(services.unapprove_other_issue, document_id=issue.pk)
    assert stands(bars) == (6, D("11.9"))


@pytest.mark.parametrize(("entered", "stands_after"), [("6.3", D("6.3")), (None, D(6))])
def test_what_comes_out_of_a_conversion_is_weighed_too(bars, do, entered, stands_after):
    """12 shafts become 3 bars, weighed or by the factor; taken back nothing is left."""
    bars.receive("shaft", "12", "24.00")
    conversion = do(
        services.create_conversion, warehouse=bars.warehouses["W1"].pk, lines=[StockLineInput(bars.items["shaft"].pk, D(12))],
        outputs=[OutputInput(bars.items["bar"].pk, D(3), second=D(entered) if entered else None)],
    )  # fmt: skip
    do(services.approve_conversion, document_id=conversion.pk)
    assert stands(bars) == (3, stands_after) and conversion.outputs.get().second_quantity == (entered and D(entered))
    client = Client()
    client.force_login(bars.user)
    page = client.get(f"/inventory/conversions/{conversion.pk}/print/outputs").content.decode()
    assert ("6.3" in page) == bool(entered) and "千克" in page
    do(services.unapprove_conversion, document_id=conversion.pk)
    assert stands(bars) == (0, 0) and bars.on_hand("shaft") == 12


@pytest.mark.parametrize(
    ("second", "asked"), [("21", False), ("21.01", True), ("19", False), ("18.99", True), (None, False)]
)
def test_far_from_the_factor_is_asked_about(bars, do, second, asked):
    if not asked:
        received(bars, do, "10", second, confirm=frozenset())
        assert stands(bars) == (10, D(second or 20))
        return
    with pytest.raises(DomainError) as refusal:
        received(bars, do, "10", second, confirm=frozenset())
    assert (refusal.value.code, refusal.value.kind) == ("second_off", Kind.CONFIRM) and stands(bars) == (0, 0)
    assert refusal.value.problems[0].data["usual"] == 20
    received(bars, do, "10", second, confirm=frozenset({"second_off"}))
    assert stands(bars) == (10, D(second))


def test_an_item_of_one_unit_takes_none(bars, do):
    with pytest.raises(DomainError) as refusal:
        received(bars, do, "10", "20", item="shaft")
    assert refusal.value.code == "second_not_kept" and bars.on_hand("shaft") == 0


@pytest.mark.parametrize(
    ("counted", "weighed", "expected"), [("8", "16.2", "16.2"), ("12", "24.6", "24.6"), ("8", None, "16.32")]
)
def test_counts_take_the_second_figure_too(bars, do, counted, weighed, expected):
    received(bars, do, "10", "20.4")
    count = do(services.open_count, location=bars.at("W1").pk)
    line = count.lines.get()
    do(
        services.edit_count, document_id=count.pk,
        lines=[CountLineInput(line.item_id, D(counted), id=line.pk, second=D(weighed) if weighed else None)],
    )  # fmt: skip
    do(services.approve_count, document_id=count.pk)
    assert stands(bars) == (D(counted), D(expected))


def weighed(bars, do, counted, second, approve=True):
    count = do(services.open_count, location=bars.at("W1").pk)
    line = count.lines.get()
    do(
        services.edit_count, document_id=count.pk,
        lines=[CountLineInput(line.item_id, D(counted), id=line.pk, second=D(second))],
    )  # fmt: skip
    if approve:
        do(services.approve_count, document_id=count.pk)
    return count


@pytest.mark.parametrize(
    ("counted", "second", "moved"),
    [
        ("10", "20.4", []),
        ("10", "21", [(0, D("0.6"))]),
        ("10", "19.9", [(0, D("0.5"))]),
        ("8", "20.5", [(2, D(0)), (0, D("0.1"))]),
        ("12", "20.3", [(2, D(0)), (0, D("0.1"))]),
    ],
)
def test_what_differs_in_the_second_unit_alone_is_posted_without_value(bars, do, counted, second, moved):
    received(bars, do, "10", "20.4")
    count = weighed(bars, do, counted, second)
    moves = StockMove.objects.filter(
        posting__source_type="inventory.count", posting__source_id=count.pk, reverses=None
    ).order_by("line_no")
    assert [(move.quantity, move.second_quantity) for move in moves] == moved
    assert stands(bars) == (D(counted), D(second)) and {move.value for move in moves if not move.quantity} <= {0}
    assert run_all() == []
    do(services.unapprove_count, document_id=count.pk)
    assert stands(bars) == (10, D("20.4"))


def test_what_left_after_the_weighing_is_no_difference(bars, do):
    received(bars, do, "10", "20.4")
    count = weighed(bars, do, "10", "20.6", approve=False)
    issue = do(
        services.create_other_issue, warehouse=bars.warehouses["W1"].pk,
        lines=[StockLineInput(bars.items["bar"].pk, D(3), second=D("6.1"))],
    )  # fmt: skip
    do(services.approve_other_issue, document_id=issue.pk)
    do(services.approve_count, document_id=count.pk)
    assert stands(bars) == (7, D("14.5"))


def test_weight_without_goods_is_refused(bars, do):
    count = do(
        services.create_count,
        location=bars.at("W1").pk,
        lines=[CountLineInput(bars.items["bar"].pk, D(0), second=D(3))],
    )
    with pytest.raises(DomainError) as refusal:
        do(services.approve_count, document_id=count.pk)
    assert refusal.value.code == "second_short" and stands(bars) == (0, 0)
    shaft = do(
        services.create_count,
        location=bars.at("W1").pk,
        lines=[CountLineInput(bars.items["shaft"].pk, D(0), second=D(3))],
    )
    with pytest.raises(DomainError) as refusal:
        do(services.approve_count, document_id=shaft.pk)
    assert refusal.value.code == "second_not_kept"
