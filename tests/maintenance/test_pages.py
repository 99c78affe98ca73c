"""The register on the page: a machine without what only moulds have, figures that begin as figures of their kind."""

import re

import pytest
from django.test import Client

from tests.maintenance.conftest import Workshop


@pytest.fixture
def client(shop: Workshop) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="zh-hans")
    client.force_login(shop.boss)
    return client


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def begins_with(page: str, name: str) -> str:
    (field,) = re.findall(rf'<input[^>]*name="{name}"[^>]*>', page)
    return "".join(re.findall(r'value="([^"]*)"', field))


def test_a_share_begins_as_a_share(client: Client) -> None:
    """0.9 of the life is 90 %, the limit of 0.01 is 1 %: what is saved untouched is what was meant."""
    assert begins_with(text_of(client, "/maintenance/moulds/new"), "warn_share") == "90"
    assert begins_with(text_of(client, "/quality/plans/new"), "aql") == "1"


def test_a_machine_shows_nothing_of_moulds(shop: Workshop, client: Client) -> None:
    mould = shop.equip("M1", "mould", life_strokes=1000)
    page = text_of(client, f"/maintenance/equipment/{shop.lathe.pk}/")
    assert "一模件数" not in page and "模具工装适用产品" not in page and "gf-stamp-green" in page
    page = text_of(client, f"/maintenance/equipment/{mould.pk}/")
    assert "一模件数" in page and "模具工装适用产品" in page and "校准周期" not in page


@pytest.mark.parametrize(("noun", "kind", "there", "absent"), [
    ("moulds", "mould", "一模件数", "校准周期"), ("instruments", "instrument", "校准周期", "一模件数"), ("equipment", "machine", "校准周期", "当前冲次"),
])  # fmt: skip
def test_a_new_one_is_of_the_kind_of_its_list(client: Client, noun: str, kind: str, there: str, absent: str) -> None:
    page = text_of(client, f"/maintenance/{noun}/new")
    assert re.search(rf'<option value="{kind}"[^>]* selected', page)
    assert there in page and absent not in page


def test_the_figures_of_the_last_year_are_no_amounts(shop: Workshop, client: Client) -> None:
    page = text_of(client, f"/maintenance/equipment/{shop.lathe.pk}/tab/repairs")
    assert "数值" in page and "金额" not in page
