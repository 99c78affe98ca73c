"""The keeper's documents take what stands in the main place and in the bins of a warehouse."""

from decimal import Decimal as D

import pytest

from gongfang.inventory import services
from gongfang.inventory.services import ArrivedInput, OutputInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.platform.verification import run_all
from tests.bins import make_bins, put_into_bins, stands

FILLED = {"A": 6, "B": 3, "W1": 1}


@pytest.fixture(autouse=True)
def filled(store):
    make_bins(store.user, store.at("W1"))
    store.receive("shaft", "10", "100.00")
    store.receive("casting", "10", "100.00", lot="L1")
    goods = [(store.items["shaft"].pk, None), (store.items["casting"].pk, store.lot("casting", "L1"))]
    put_into_bins(store.user, store.at("W1"), *goods)
    yield
    assert run_all() == []


def made(store, do, noun, item, quantity):
    """A draft of a document that takes some of an item out of W1."""
    lines = [StockLineInput(store.items[item].pk, D(quantity))]
    if noun == "transfer":
        return do(services.create_transfer, source=store.at("W1").pk, target=store.at("W2").pk, lines=lines)
    if noun == "other_issue":
        return do(services.create_other_issue, warehouse=store.warehouses["W1"].pk, lines=lines)
    outputs = [OutputInput(store.items["wheel"].pk, D(1))]
    return do(
        services.create_conversion, warehouse=store.warehouses["W1"].pk, kind="assembly", lines=lines, outputs=outputs
    )


@pytest.mark.parametrize("item", ["shaft", "casting"])
@pytest.mark.parametrize("noun", ["transfer", "other_issue", "conversion"])
def test_eight_of_ten_leave_and_return_to_their_bins(store, do, noun, item):
    goods, books = store.items[item], store.books()
    assert stands(goods) == FILLED
    document = made(store, do, noun, item, "8")
    do(getattr(services, f"approve_{noun}"), document_id=document.pk)
    assert stands(goods) == {"B": 2} | ({"W2": 8} if noun == "transfer" else {})
    (line,) = document.lines.all()
    assert line.quantity == 8, "the document names the warehouse, the moves the bins"
    do(getattr(services, f"unapprove_{noun}"), document_id=document.pk)
    assert stands(goods) == FILLED and store.books() == books
    more = made(store, do, noun, item, "11")
    with pytest.raises(DomainError) as refusal:
        do(getattr(services, f"approve_{noun}"), document_id=more.pk)
    assert refusal.value.codes == ["short_stock"]
    assert f"{item} {item}: 11 needed in W1" in str(refusal.value)
    assert "10 free (W1 1 / A架 6 / B架 3; 0 reserved)" in str(refusal.value)
    assert stands(goods) == FILLED


def test_in_two_steps_from_bins(store, do):
    document = do(
        services.create_transfer, source=store.at("W1").pk, target=store.at("W2").pk, in_two_steps=True,
        lines=[StockLineInput(store.items["shaft"].pk, D(8))],
    )  # fmt: skip
    do(services.approve_transfer, document_id=document.pk)
    assert stands(store.items["shaft"]) == {"B": 2, "W2-TR": 8}
    (line,) = document.lines.all()
    do(services.receive_transfer, document_id=document.pk, lines=[ArrivedInput(line.pk, D(5))])
    do(services.receive_transfer, document_id=document.pk)
    assert stands(store.items["shaft"]) == {"B": 2, "W2": 8}
    do(services.unapprove_transfer, document_id=document.pk)
    assert stands(store.items["shaft"]) == FILLED


def test_putting_away_and_freezing_take_from_the_place_that_is_named(store, do):
    shaft = store.items["shaft"]
    with pytest.raises(DomainError) as refusal:
        put_into_bins(store.user, store.at("W1"), (shaft.pk, None))
    assert refusal.value.code == "short_stock"
    with pytest.raises(DomainError) as refusal:
        do(services.freeze_goods, location=store.at("W1").pk, item=shaft.pk, quantity=D(2), reason="?")
    assert refusal.value.code == "short_stock" and stands(shaft) == FILLED
