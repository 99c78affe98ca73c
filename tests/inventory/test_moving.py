"""Goods in transit, conversions, freezing, bins, packages, accounts of purposes: goods, money, refusals, undo."""

from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from gongfang.inventory import services
from gongfang.inventory.rules.placing import Goods
from gongfang.inventory.services import (
    ArrivedInput,
    OutputInput,
    PackedInput,
    PutAwayInput,
    ReceiptLineInput,
    StockLineInput,
)
from gongfang.kernel.errors import DomainError
from gongfang.kernel.money import split
from gongfang.ledger.models import Account, Location
from gongfang.ledger.services import create_location
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


def refused(action, **values):
    with pytest.raises(DomainError) as refusal:
        action(**values)
    return refusal.value.codes


def sent(store, do, *lines, **header):
    document = do(
        services.create_transfer, source=store.at("W1").pk, target=store.at("W2").pk, in_two_steps=True,
        lines=[StockLineInput(store.items[item].pk, D(quantity), lot) for item, quantity, lot in lines], **header,
    )  # fmt: skip
    return do(services.approve_transfer, document_id=document.pk)


def transit(store, item):
    place = Location.objects.get(warehouse=store.warehouses["W2"], kind="transit")
    return sum(place.balances.filter(item=store.items[item]).values_list("quantity", flat=True), D(0))


def test_goods_are_in_transit_until_they_arrive(store, do):
    store.receive("shaft", "10", "100.00")
    books = store.books()
    document = sent(store, do, ("shaft", "6", None))
    assert (document.approval, document.execution) == ("approved", "open")
    assert (store.on_hand("shaft"), transit(store, "shaft"), store.on_hand("shaft", "W2")) == (4, 6, 0)
    (line,) = document.lines.all()
    document = do(services.receive_transfer, document_id=document.pk, lines=[ArrivedInput(line.pk, D(4))])
    assert (document.execution, transit(store, "shaft"), store.on_hand("shaft", "W2")) == ("partial", 2, 4)
    assert refused(
        do, verb=services.receive_transfer, document_id=document.pk, lines=[ArrivedInput(line.pk, D("2.000001"))]
    ) == ["more_than_in_transit"]
    document = do(services.receive_transfer, document_id=document.pk)
    assert (document.execution, transit(store, "shaft"), store.on_hand("shaft", "W2")) == ("done", 0, 6)
    assert refused(do, verb=services.receive_transfer, document_id=document.pk) == ["nothing_in_transit"]
    assert store.books() == books, "a transfer moves no money"
    do(services.unapprove_transfer, document_id=document.pk)
    assert (store.on_hand("shaft"), transit(store, "shaft"), store.on_hand("shaft", "W2")) == (10, 0, 0)


def test_what_arrived_days_later_is_taken_back_with_the_transfer(store, do):
    store.receive("shaft", "10", "100.00", on=store.today - timedelta(days=9))
    document = sent(store, do, ("shaft", "6", None), business_date=store.today - timedelta(days=5))
    (line,) = document.lines.all()
    arrived = [ArrivedInput(line.pk, D(4))]
    do(services.receive_transfer, document_id=document.pk, lines=arrived, on=store.today - timedelta(days=2))
    do(services.settle_transit, document_id=document.pk, how="lost", reason="fell off")
    assert store.worth("shaft") == (8, 80)
    do(services.unapprove_transfer, document_id=document.pk)
    assert (store.on_hand("shaft"), transit(store, "shaft"), store.on_hand("shaft", "W2")) == (10, 0, 0)
    assert store.worth("shaft") == (10, 100)


def test_the_lots_that_left_arrive(store, do):
    for lot, quantity in (("A", "3"), ("B", "3")):
        store.receive("casting", quantity, "30.00", lot=lot)
    document = sent(store, do, ("casting", "5", None))
    (line,) = document.lines.all()
    do(services.receive_transfer, document_id=document.pk, lines=[ArrivedInput(line.pk, D(4))])
    assert services.in_transit(document) == {line.pk: [(store.lot("casting", "B"), D(1))]}


@pytest.mark.parametrize(("how", "left", "value"), [("back", 6, "0"), ("lost", 4, "20.00")])
def test_what_never_arrives_goes_back_or_is_lost(store, do, how, left, value):
    store.receive("shaft", "6", "60.00")
    document = sent(store, do, ("shaft", "2", None))
    assert refused(do, verb=services.settle_transit, document_id=document.pk, how=how, reason=" ") == ["reason_needed"]
    assert refused(do, verb=services.settle_transit, document_id=document.pk, how="?", reason="x") == ["bad_choice"]
    document = do(services.settle_transit, document_id=document.pk, how=how, reason="掉了")
    assert (document.execution, store.on_hand("shaft"), transit(store, "shaft")) == ("done", left, 0)
    assert store.books().get(store.code("count_difference"), D(0)) == D(value)


def test_one_step_transfers_have_nothing_in_transit(store, do):
    store.receive("shaft", "1", "1.00")
    document = do(
        services.create_transfer,
        source=store.at("W1").pk,
        target=store.at("W2").pk,
        lines=[StockLineInput(store.items["shaft"].pk, D(1))],
    )
    assert refused(do, verb=services.receive_transfer, document_id=document.pk) == ["not_sent"]


def convert(store, do, lines, outputs, kind="conversion"):
    return do(
        services.create_conversion, warehouse=store.warehouses["W1"].pk, kind=kind,
        lines=[StockLineInput(store.items[item].pk, D(quantity)) for item, quantity in lines],
        outputs=[OutputInput(store.items[item].pk, D(quantity), lot, D(share)) for item, quantity, lot, share in outputs],
    )  # fmt: skip


def test_ten_yuan_over_three_pieces_leave_no_cent_behind(store, do):
    store.receive("shaft", "4", "13.33")
    store.item("a"), store.item("b"), store.item("c")
    document = convert(
        store, do, [("shaft", "3")], [("a", "1", "", "1"), ("b", "1", "", "1"), ("c", "1", "", "1")], "disassembly"
    )
    document = do(services.approve_conversion, document_id=document.pk)
    assert [line.amount for line in document.outputs.all()] == [D("3.33"), D("3.33"), D("3.34")]
    assert document.amount == D("10.00") and store.worth("shaft") == (1, D("3.33"))
    assert store.code("count_difference") not in store.books()
    do(services.unapprove_conversion, document_id=document.pk)
    assert store.worth("shaft") == (4, D("13.33")) and store.worth("a") == (0, 0)


def test_an_assembly_makes_a_serial_of_parts(store, do):
    store.receive("shaft", "2", "20.00")
    store.receive("wheel", "4", "10.00")
    document = convert(store, do, [("shaft", "1"), ("wheel", "4")], [("motor", "1", "SN1", "0")], "assembly")
    do(services.approve_conversion, document_id=document.pk)
    assert store.worth("motor") == (1, D("20.00")) and document.outputs.get().lot.code == "SN1"


@pytest.mark.parametrize(
    ("lines", "outputs", "kind", "code"),
    [
        ([], [("shaft", "1", "", "0")], "conversion", "no_lines"),
        ([("shaft", "1")], [], "conversion", "no_outputs"),
        ([("shaft", "0")], [("wheel", "1", "", "0")], "conversion", "quantity_not_positive"),
        ([("shaft", "1")], [("wheel", "0", "", "0")], "conversion", "quantity_not_positive"),
        ([("shaft", "1")], [("wheel", "1", "", "-1")], "conversion", "share_negative"),
        ([("shaft", "1")], [("motor", "1", "", "0")], "conversion", "lot_code_missing"),
        ([("shaft", "1")], [("wheel", "1", "", "0"), ("pump", "1", "", "0")], "assembly", "one_product"),
        ([("shaft", "1"), ("wheel", "1")], [("pump", "1", "", "0")], "disassembly", "one_source"),
        ([("shaft", "99")], [("wheel", "1", "", "0")], "conversion", "short_stock"),
    ],
)
def test_faulty_conversions_are_refused(store, do, lines, outputs, kind, code):
    store.receive("shaft", "5", "5.00")
    store.receive("wheel", "5", "5.00")
    books = store.books()
    if code == "share_negative":
        assert refused(convert, store=store, do=do, lines=lines, outputs=outputs, kind=kind) == [code]
    else:
        document = convert(store, do, lines, outputs, kind)
        assert code in refused(do, verb=services.approve_conversion, document_id=document.pk)
    assert store.books() == books and store.on_hand("shaft") == 5


def test_the_statements_of_a_conversion_do_not_depend_on_its_lines(store, do):
    counts = {}
    convert_one = convert(store, do, [("shaft", "1")], [("wheel", "1", "", "0")])
    store.receive("shaft", "1", "1.00")
    do(services.approve_conversion, document_id=convert_one.pk)
    for size in (3, 40):
        for n in range(size):
            store.item(f"in{size}-{n}"), store.item(f"out{size}-{n}")
            store.receive(f"in{size}-{n}", "2", "3.00")
        document = convert(
            store,
            do,
            [(f"in{size}-{n}", "1") for n in range(size)],
            [(f"out{size}-{n}", "1", "", "1") for n in range(size)],
        )
        with CaptureQueriesContext(connection) as seen:
            do(services.approve_conversion, document_id=document.pk)
        counts[size] = len(seen)
    assert counts[3] == counts[40], counts


def test_frozen_goods_cannot_be_shipped_and_come_back(store, do):
    store.receive("shaft", "5", "50.00")
    pk = store.items["shaft"].pk
    assert refused(do, verb=services.freeze_goods, location=store.at("W1").pk, item=pk, quantity=D(2), reason="") == [
        "reason_needed"
    ]
    document = do(services.freeze_goods, location=store.at("W1").pk, item=pk, quantity=D(2), reason="生锈")
    assert document.approval == "approved" and store.on_hand("shaft") == 3
    hold = document.target_id
    assert refused(do, verb=services.freeze_goods, location=hold, item=pk, quantity=D(1), reason="x") == [
        "already_frozen"
    ]
    assert refused(do, verb=services.free_goods, location=store.at("W1").pk, item=pk, quantity=D(1), reason="x") == [
        "not_frozen"
    ]
    do(services.free_goods, location=hold, item=pk, quantity=D(2), reason="已处理")
    assert store.on_hand("shaft") == 5


def test_goods_go_where_the_rules_say(store, do):
    w1 = store.at("W1").warehouse_id
    bins = {code: do(create_location, code=code, name=code, warehouse=w1).pk for code in ("A1", "A2", "A3")}
    for item in ("shaft", "wheel", "pump"):
        store.receive(item, "5", "5.00")
    do(services.create_put_away_rule, warehouse=w1, strategy="fixed", item=store.items["pump"].pk, location=bins["A3"])
    do(services.create_put_away_rule, warehouse=w1, strategy="same_item")
    wanted = [Goods(n, store.items[item].pk, D(2)) for n, item in enumerate(("shaft", "wheel", "pump", "shaft"))]
    proposed = services.propose_bins(w1, wanted)
    assert proposed == {0: bins["A1"], 1: bins["A2"], 2: bins["A3"], 3: bins["A1"]}
    made = do(
        services.put_away, source=store.at("W1").pk,
        lines=[PutAwayInput(one.item_id, one.quantity, proposed[one.key]) for one in wanted],
    )  # fmt: skip
    assert [len(document.lines.all()) for document in made] == [2, 1, 1]


@pytest.mark.parametrize(
    ("values", "code"),
    [({"strategy": "fixed"}, "bin_missing"), ({"category": "raw", "item": "shaft"}, "item_or_category"),
     ({"strategy": "fixed", "location": "W2"}, "other_warehouse_bin")],
)  # fmt: skip
def test_faulty_rules_are_refused(store, do, values, code):
    chosen = dict(values)
    if "category" in chosen:
        chosen |= {"category": store.categories["raw"].pk, "item": store.items["shaft"].pk}
    if "location" in chosen:
        chosen["location"] = store.at("W2").pk
    assert refused(do, verb=services.create_put_away_rule, warehouse=store.warehouses["W1"].pk, **chosen) == [code]


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**6), min_size=1, max_size=12))
def test_conversion_shares_add_up_to_the_cent(cents, weights):
    parts = split(D(cents) / 100, [D(weight) for weight in weights])
    assert sum(parts) == D(cents) / 100 and all(part >= 0 for part in parts)


def test_a_package_is_moved_by_its_code(store, do):
    store.receive("shaft", "5", "50.00")
    pk = store.items["shaft"].pk
    box = do(services.pack, location=store.at("W1").pk, lines=[PackedInput(pk, D(3))])
    assert box.code.startswith("BZ") and store.on_hand("shaft") == 5
    assert refused(do, verb=services.pack, location=store.at("W1").pk, lines=[PackedInput(pk, D(3))]) == [
        "not_there_to_pack"
    ]
    assert refused(do, verb=services.pack, location=store.at("W1").pk, lines=[]) == ["no_lines"]
    assert refused(
        do, verb=services.pack, location=store.at("W1").pk, code=box.code, lines=[PackedInput(pk, D(1))]
    ) == ["code_taken"]
    assert refused(do, verb=services.pack, location=store.at("W1").pk, lines=[PackedInput(pk, D(0))]) == [
        "quantity_not_positive"
    ]
    do(services.move_package, pk=box.pk, target=store.at("W2").pk)
    box.refresh_from_db()
    assert (store.on_hand("shaft"), store.on_hand("shaft", "W2"), box.location_id) == (2, 3, store.at("W2").pk)
    do(services.unpack, pk=box.pk)
    assert refused(do, verb=services.move_package, pk=box.pk, target=store.at("W1").pk) == ["package_empty"]


def test_a_purpose_is_booked_on_the_account_that_was_chosen(store, do):
    store.receive("shaft", "5", "50.00")
    chosen = Account.objects.get(code="560202")
    do(services.set_purpose_account, direction="issue", purpose="gift", account=chosen.pk)
    issue = do(
        services.create_other_issue,
        warehouse=store.warehouses["W1"].pk,
        purpose="gift",
        lines=[StockLineInput(store.items["shaft"].pk, D(1))],
    )
    do(services.approve_other_issue, document_id=issue.pk)
    assert store.books()["560202"] == D("10.00")
    receipt = do(
        services.create_other_receipt,
        warehouse=store.warehouses["W1"].pk,
        purpose="gift",
        lines=[ReceiptLineInput(store.items["shaft"].pk, D(1))],
    )
    do(services.approve_other_receipt, document_id=receipt.pk)
    assert store.books()[store.code("other_income")] == D("-10.00")
    controlled = Account.objects.get(code="140301")
    assert refused(do, verb=services.set_purpose_account, direction="issue", purpose="gift", account=controlled.pk) == [
        "account_controlled"
    ]
    assert refused(do, verb=services.set_purpose_account, direction="issue", purpose="found", account=chosen.pk) == [
        "bad_choice"
    ]
    assert refused(do, verb=services.set_purpose_account, direction="issue", purpose="gift", account=0) == [
        "account_unknown"
    ]


def test_a_conversion_that_was_re_costed_can_be_taken_back(store, do):
    """What it posted was even; later what went in was worth more. The proof looks at what stands."""
    day = store.today - timedelta(days=9)
    store.receive("shaft", "10", "100.00", on=day)
    document = do(
        services.create_conversion, warehouse=store.warehouses["W1"].pk, business_date=day + timedelta(days=5),
        lines=[StockLineInput(store.items["shaft"].pk, D(1))], outputs=[OutputInput(store.items["wheel"].pk, D(1))],
    )  # fmt: skip
    do(services.approve_conversion, document_id=document.pk)
    store.receive("shaft", "10", "200.00", on=day + timedelta(days=2))
    document.refresh_from_db()
    assert document.amount == 15 and run_all() == []
    do(services.unapprove_conversion, document_id=document.pk)
    assert run_all() == []
    do(services.approve_conversion, document_id=document.pk)
    assert store.worth("wheel") == (1, 15)
