"""How an item is costed is fixed by its first posting: by its own field, its category's, its category, form and workbook."""

import uuid
from typing import Any

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.masterdata import services
from gongfang.masterdata.models import Item
from gongfang.platform.exchange import services as exchange
from gongfang.platform.verification import run_all
from tests.ledger.conftest import Store
from tests.platform.test_exchange import workbook


@pytest.fixture
def store(db: None) -> Store:
    """Shaft is posted, wheel is not; both are costed as their category says (moving average)."""
    store = Store()
    store.receive("shaft", "10", "100.00")
    return store


def do(store: Store, verb: Any, **values: Any) -> Any:
    return verb(actor=store.user, request_id=uuid.uuid4(), **values)


def refused(store: Store, verb: Any, **values: Any) -> list[tuple[str, str]]:
    with pytest.raises(DomainError) as refusal:
        do(store, verb, **values)
    return [(problem.code, problem.where) for problem in refusal.value.problems]


def change(store: Store, item: str, **values: Any) -> Any:
    return do(store, services.change_item, item_id=store.items[item].pk, **values)


def still(store: Store, item: str) -> str:
    """The method in force, and that the item goes on being posted by it."""
    store.receive(item, "1", "10.00")
    assert run_all() == []
    found = Item.objects.select_related("category").get(pk=store.items[item].pk)
    return found.costing_method or found.category.costing_method


@pytest.mark.parametrize("method", ["fifo", "standard", "month_average"])
def test_an_item_that_is_posted_keeps_its_method(store: Store, method: str) -> None:
    told = refused(store, services.change_item, item_id=store.items["shaft"].pk, costing_method=method)
    assert told == [("in_use", "costing_method")]
    assert still(store, "shaft") == "moving_average"
    change(store, "wheel", costing_method=method)
    assert still(store, "wheel") == method


def test_what_the_category_says_may_be_written_on_the_item(store: Store) -> None:
    change(store, "shaft", costing_method="moving_average")
    change(store, "shaft", costing_method="")
    assert still(store, "shaft") == "moving_average"


def test_it_keeps_its_method_when_it_moves_to_another_category(store: Store) -> None:
    other = do(store, services.create_category, code="fifo", name="fifo", costing_method="fifo", inventory_role="raw")
    pk = store.items["shaft"].pk
    assert ("in_use", "costing_method") in refused(store, services.change_item, item_id=pk, category=other.pk)
    change(store, "shaft", category=other.pk, costing_method="moving_average")  # the same method, now its own
    assert still(store, "shaft") == "moving_average"
    change(store, "wheel", category=other.pk)
    assert still(store, "wheel") == "fifo"


def test_a_category_keeps_its_method_once_one_of_its_items_is_posted(store: Store) -> None:
    raw = store.categories["raw"].pk
    told = refused(store, services.change_category, itemcategory_id=raw, costing_method="fifo")
    assert told == [("costing_method_fixed", "costing_method")]
    assert still(store, "shaft") == "moving_average"
    change(store, "shaft", costing_method="moving_average")  # it does not follow the category any more
    do(store, services.change_category, itemcategory_id=raw, costing_method="fifo")
    assert still(store, "shaft") == "moving_average" and still(store, "wheel") == "fifo"
    do(store, services.change_category, itemcategory_id=store.categories["finished"].pk, costing_method="standard")
    assert still(store, "pump") == "standard"


def test_a_workbook_is_held_to_the_same(store: Store) -> None:
    items = [["code", "name", "category", "unit", "costing_method"], ["shaft", "shaft", "raw", "pcs", "fifo"]]
    categories = [["code", "name", "costing_method"], ["raw", "raw", "standard"]]
    for sheet, rows in (("items", items), ("categories", categories)):
        faults = exchange.check_workbook(workbook({sheet: rows})).faults
        assert [(fault.sheet, fault.row, fault.column) for fault in faults] == [(sheet, 2, "costing_method")]
    assert still(store, "shaft") == "moving_average"
    unposted = [items[0], ["wheel", "wheel", "raw", "pcs", "fifo"]]
    do(store, exchange.import_workbook, content=workbook({"items": unposted}))
    assert still(store, "wheel") == "fifo"


def test_each_lot_at_its_own_cost_asks_for_lots(store: Store) -> None:
    told = refused(store, services.change_item, item_id=store.items["wheel"].pk, costing_method="specific")
    assert ("specific_needs_lots", "costing_method") in told
    change(store, "casting", costing_method="specific")
    assert Item.objects.get(code="casting").costing_method == "specific"
