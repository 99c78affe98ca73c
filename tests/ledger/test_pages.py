"""The pages of figures open for whoever may see them, hide money from others, and lead on."""

import uuid
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import Account, AccountRole, Lot, Period, Voucher
from gongfang.ledger.services import Entry
from gongfang.platform.identity.models import DataScope, Role, RolePermission, User

PAGES = [
    "/ledger/trial-balance/", "/ledger/balance-sheet/", "/ledger/income-statement/", "/ledger/cash-flow/", "/ledger/account-lines/?accounts=1403",
    "/inventory/summary/", "/inventory/card/", "/inventory/stock/", "/inventory/moves/", "/inventory/lots/", "/inventory/locations/",
    "/inventory/reservations/", "/inventory/transfers/", "/inventory/counts/", "/inventory/other-receipts/", "/inventory/other-issues/",
    "/ledger/vouchers/", "/ledger/journals/", "/ledger/accounts/", "/ledger/roles/", "/ledger/periods/",
]  # fmt: skip


@pytest.fixture
def busy(store):
    store.receive("shaft", "10", "1234.56")
    store.ship("shaft", "4")
    store.receive("casting", "5", "50.00", lot="L1", to="W2")
    store.post(entries=[Entry("cash", debit=D("77.00")), Entry("revenue", credit=D("77.00"))])
    return store


def person(*permissions):
    role = Role.objects.create(code="-".join(permissions) or "none", name="x")
    RolePermission.objects.bulk_create([RolePermission(role=role, permission=name) for name in permissions])
    user = User.objects.create(username=f"u{role.pk}", name="u", language="en")
    user.roles.add(role)
    return user


@pytest.mark.parametrize("path", PAGES)
def test_every_page_opens(busy, client, path):
    client.force_login(busy.user)
    assert client.get(path).status_code == 200
    nonsense = ("&" if "?" in path else "?") + "month=x&since=x&until=&item=x&warehouse=-1&q=%25"
    assert client.get(path + nonsense).status_code in (200, 422)


@pytest.mark.parametrize("path", PAGES)
def test_nobody_opens_them_without_permission(busy, client, path):
    assert client.get(path).status_code in (302, 401)
    client.force_login(person())
    assert client.get(path).status_code == 403


def test_value_is_hidden_from_who_may_not_see_cost(busy, client):
    client.force_login(person("ledger.view_stock"))
    item = busy.items["shaft"].pk
    for path in ("/inventory/summary/", f"/inventory/card/?item={item}", "/inventory/stock/", "/inventory/moves/"):
        assert (
            "740.74" not in client.get(path).content.decode() and "1,234.56" not in client.get(path).content.decode()
        ), path
    client.force_login(person("ledger.view_stock", "see.cost"))
    for path in ("/inventory/summary/", f"/inventory/card/?item={item}", "/inventory/stock/"):
        assert "740.74" in client.get(path).content.decode(), path


def test_a_keeper_of_one_warehouse_sees_only_that_one(busy, client):
    user = person("ledger.view_stock")
    DataScope.objects.create(user=user, kind="warehouse", code="W2")
    client.force_login(user)
    for path in ("/inventory/stock/", "/inventory/summary/"):
        page = client.get(path).content.decode()
        assert "casting" in page and "shaft" not in page, path
    w1 = busy.warehouses["W1"].pk
    assert "shaft" not in client.get(f"/inventory/summary/?warehouse={w1}").content.decode()


def test_a_figure_leads_to_its_voucher_and_its_moves(busy, client):
    client.force_login(busy.user)
    page = client.get("/ledger/account-lines/?accounts=140301").content.decode()
    voucher = Voucher.objects.order_by("number").first()
    assert f"/ledger/vouchers/{voucher.pk}/" in page and "1,234.56" in page
    assert "记-0001" in client.get(f"/ledger/vouchers/{voucher.pk}/").content.decode()
    assert "shaft" in client.get(f"/ledger/vouchers/{voucher.pk}/tab/source").content.decode()


def test_the_card_adds_up(busy, client):
    client.force_login(busy.user)
    page = client.get(f"/inventory/card/?item={busy.items['shaft'].pk}").content.decode()
    for figure in ("1,234.56", "493.82", "740.74"):
        assert figure in page


def press(client, path, verb, **answers):
    return client.post(f"{path}verb/{verb}", {"request_id": str(uuid.uuid4()), **answers})


def test_a_month_is_closed_after_its_warnings_were_accepted(busy, client):
    client.force_login(busy.user)
    busy.post(entries=[Entry("overhead", debit=D("9.37")), Entry("cash", credit=D("9.37"))])
    period = Period.objects.get()
    path = f"/ledger/periods/{period.pk}/"
    assert "9.37" in client.get(f"{path}tab/check").content.decode()
    warned = press(client, path, "ledger.close_period")
    assert warned.status_code == 409 and "overhead_left" in warned.content.decode()
    assert press(client, path, "ledger.close_period", confirm="overhead_left").status_code == 302
    period.refresh_from_db()
    assert period.state == "closed"
    assert press(client, path, "ledger.reopen_period", reason="发票晚到").status_code == 302
    period.refresh_from_db()
    assert period.state == "open"


def test_a_lot_is_frozen_and_freed(busy, client):
    client.force_login(busy.user)
    lot = Lot.objects.get()
    path = f"/inventory/lots/{lot.pk}/"
    assert press(client, path, "ledger.freeze_lot", reason="开裂").status_code == 302
    with pytest.raises(DomainError) as refusal:
        busy.ship("casting", "1", "W2", lot="L1")
    assert refusal.value.code == "blocked_lot"
    assert press(client, path, "ledger.free_lot", reason="复检合格").status_code == 302
    busy.ship("casting", "1", "W2", lot="L1")


def test_an_account_role_is_given_to_another_account(busy, client):
    client.force_login(busy.user)
    role = AccountRole.objects.get(role="scrap")
    other = Account.objects.get(code="571199")
    assert press(client, f"/ledger/roles/{role.pk}/", "ledger.assign_role", account=str(other.pk)).status_code == 302
    role.refresh_from_db()
    assert role.account == other


def test_a_sub_account_is_added_and_used(busy, client):
    client.force_login(busy.user)
    bank = Account.objects.get(code="1002")
    made = client.post(
        "/ledger/accounts/new",
        {"request_id": str(uuid.uuid4()), "parent": str(bank.pk), "code": "100209", "name": "农业银行", "dims": ""},
    )
    assert made.status_code == 302, made.content.decode()[:2000]
    busy.post(entries=[Entry("100209", debit=D("1.00")), Entry("capital", credit=D("1.00"))])
    assert busy.books()["100209"] == D("1.00")
