"""Company settings on a page: all that is declared, changed together or not at all, by the administrator."""

import uuid
from decimal import Decimal as D

import pytest
from django.test import Client

from gongfang.platform.models import AuditRow, Setting
from gongfang.platform.settings import services as settings
from tests.trading import Trade

URL = "/platform/settings/"


@pytest.fixture
def trade(db) -> Trade:
    return Trade()


def client(user) -> Client:
    given = Client()
    given.force_login(user)
    return given


def send(user, **values: str):
    shown = {f"has:{key}": "1" for key in values} | {"has:approvals.self": "1"}
    return client(user).post(URL, {"request_id": str(uuid.uuid4()), **shown, **values})


def test_every_declared_setting_is_shown_by_its_title(trade):
    page = client(trade.boss).get(URL).content.decode()
    assert all(f'name="{key}"' in page for key in settings.DECLARED)
    assert "platform.change_settings" in page  # the way to who changed what


def test_several_are_changed_in_one_verb_and_the_rest_stays(trade):
    rows = AuditRow.objects.count()
    answer = send(
        trade.boss, **{"company.name": "东海泵业", "planning.order_cost": "95.5", "planning.consume_backward": "1"}
    )
    assert (answer.status_code, answer["Location"]) == (302, URL)
    assert (settings.get("company.name"), settings.get("planning.order_cost")) == ("东海泵业", D("95.5"))
    assert settings.get("approvals.self") is False  # shown and not ticked
    assert not Setting.objects.filter(key="planning.consume_backward").exists()  # as it was
    assert AuditRow.objects.count() == rows + 1
    assert {change["row"] for change in AuditRow.objects.latest("id").changes} == {
        "approvals.self", "company.name", "planning.order_cost",
    }  # fmt: skip


def test_percentages_are_shown_and_entered_as_such(trade):
    assert 'id="s-planning.service_a" value="98"' in client(trade.boss).get(URL).content.decode()
    send(trade.boss, **{"planning.service_a": "97.5", "planning.service_b": "96 %", "planning.service_c": "90"})
    assert [settings.get(f"planning.service_{one}") for one in "abc"] == [D("0.975"), D("0.96"), D("0.9")]
    assert not Setting.objects.filter(key="planning.service_c").exists()  # as it was


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("planning.service_a", ""),
        ("planning.order_cost", "viel"), ("planning.order_cost", "-1"), ("planning.order_cost", "NaN"),
        ("planning.consume_backward", "1.5"), ("purchasing.certificates", "maybe"),
    ],
)  # fmt: skip
def test_one_bad_value_changes_nothing_and_stands_at_its_field(trade, key, value):
    answer = send(trade.boss, **{"company.name": "新", key: value})
    page = answer.content.decode()
    assert answer.status_code == 422 and page.count('class="gf-error"') == 1
    assert Setting.objects.count() == 0 and settings.get("company.name") == ""


def test_the_owner_looks_and_others_do_not(trade):
    owner, seller = trade.user("owner"), trade.user("sales")
    page = client(owner).get(URL).content.decode()
    assert 'name="has:company.name"' not in page and " disabled" in page
    assert send(owner, **{"company.name": "新"}).status_code == 403
    assert client(seller).get(URL).status_code == 403
    assert Setting.objects.count() == 0
