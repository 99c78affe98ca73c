"""When lots were made and expire: entered where they come in, by scan too; corrected with a reason, and what leaves first follows."""

import json
from datetime import timedelta
from decimal import Decimal as D

import pytest
from django.test import Client

from gongfang.inventory import services
from gongfang.inventory.services import OutputInput, ReceiptLineInput, StockLineInput
from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Lot
from gongfang.ledger.services import change_lot
from gongfang.masterdata.models import Item
from gongfang.platform.audit.models import AuditRow
from gongfang.platform.verification import run_all


@pytest.fixture(autouse=True)
def proven(store):
    yield
    assert run_all() == []


def receive(store, do, *lines):
    receipt = do(services.create_other_receipt, warehouse=store.at("W1").warehouse_id, lines=list(lines))
    return do(services.OTHER_RECEIPTS.approve, document_id=receipt.pk)


def test_other_receipts_and_conversions_say_the_dates_of_new_lots(store, do):
    casting, today = store.items["casting"], store.today
    Item.objects.filter(pk=casting.pk).update(shelf_life_days=100)
    receive(
        store, do, ReceiptLineInput(casting.pk, D(5), "L1", D(9), made_on=today - timedelta(30)),
        ReceiptLineInput(casting.pk, D(5), "L2", D(9), made_on=today - timedelta(3), expires_on=today + timedelta(7)),
        ReceiptLineInput(casting.pk, D(5), "L3", D(9)),
    )  # fmt: skip
    dates = {lot.code: ((lot.made_on - today).days, (lot.expires_on - today).days) for lot in Lot.objects.all()}
    assert dates == {"L1": (-30, 70), "L2": (-3, 7), "L3": (0, 100)}
    conversion = do(
        services.create_conversion, warehouse=store.at("W1").warehouse_id, lines=[StockLineInput(casting.pk, D(2))],
        outputs=[OutputInput(casting.pk, D(2), "L4", expires_on=today + timedelta(40))],
    )  # fmt: skip
    do(services.CONVERSIONS.approve, document_id=conversion.pk)
    lot = Lot.objects.get(code="L4")
    assert (lot.made_on, (lot.expires_on - today).days) == (today, 40)


@pytest.mark.parametrize(
    ("values", "code", "where"),
    [
        ({"lot_code": "X", "made_on": 0, "expires_on": -1}, "dates_reversed", "lines.0.expires_on"),
        ({"lot_code": "X", "expires_on": -1}, "dates_reversed", "lines.0.expires_on"),
        ({"lot_code": "X", "made_on": 1}, "made_later", "lines.0.made_on"),
        ({"lot_code": "OLD", "expires_on": 9}, "lot_expires_otherwise", None),
    ],
)
def test_dates_that_cannot_be(store, do, values, code, where):
    today = store.today
    lot = Lot.objects.get(pk=store.lot("casting", "OLD"))
    Lot.objects.filter(pk=lot.pk).update(expires_on=today + timedelta(5))
    given = {name: today + timedelta(value) if isinstance(value, int) else value for name, value in values.items()}
    with pytest.raises(DomainError) as refusal:
        receive(store, do, ReceiptLineInput(store.items["casting"].pk, D(1), unit_cost=D(1), **given))
    assert refusal.value.code == code and (where is None or refusal.value.problems[0].where == where)
    with pytest.raises(DomainError) as refusal:
        receive(store, do, ReceiptLineInput(store.items["shaft"].pk, D(1), unit_cost=D(1), expires_on=today))
    assert refusal.value.code == "dates_need_lot"


def test_a_corrected_expiry_changes_what_leaves_first(store, do):
    casting, today = store.items["casting"], store.today
    receive(
        store, do, ReceiptLineInput(casting.pk, D(5), "A", D(9), expires_on=today + timedelta(10)),
        ReceiptLineInput(casting.pk, D(5), "B", D(9), expires_on=today + timedelta(20)),
    )  # fmt: skip

    def first():
        return ledger.picks([ledger.Want(1, casting.pk, D(1), store.at("W1"))], on=today)[0][0].lot_code

    assert first() == "A"
    wrong = Lot.objects.get(code="A")
    lot = do(change_lot, lot_id=wrong.pk, expires_on=today + timedelta(30), reason="标签看错")
    assert first() == "B" and lot.made_on == today and lot.version == 2
    entry = AuditRow.objects.filter(verb="ledger.change_lot").latest("pk")
    assert "标签看错" in json.dumps(entry.changes, ensure_ascii=False)
    do(change_lot, lot_id=wrong.pk, never_expires=True, reason="不过期")
    assert Lot.objects.get(code="A").expires_on is None
    cases = {
        "reason_needed": {"reason": " ", "expires_on": today}, "nothing_changed": {"reason": "x"},
        "lot_dates_reversed": {"reason": "x", "expires_on": today - timedelta(1)},
        "lot_dates_contradict": {"reason": "x", "expires_on": today, "never_expires": True},
    }  # fmt: skip
    for code, values in cases.items():
        with pytest.raises(DomainError) as refusal:
            do(change_lot, lot_id=wrong.pk, **values)
        assert refusal.value.code == code


def test_a_scanned_label_fills_lot_and_dates(store):
    Item.objects.filter(pk=store.items["casting"].pk).update(barcode="9521234543213")
    page = Client()
    page.force_login(store.user)
    body = {"code": "]C101095212345432131727053110N7", "header": {}, "rows": []}
    answer = page.post("/-/scan/inventory/other-receipts/lines", json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    filled = answer.json()["set"]
    assert {name: cell["value"] for name, cell in filled.items()} == {"lot_code": "N7", "expires_on": "2027-05-31"}
