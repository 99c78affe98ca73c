"""Every create form and every verb's dialog with what no honest person enters: told at the field, and nothing changes."""

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from gongfang.platform.models import AuditRow
from gongfang.sales.services import approve_order
from gongfang.ui import derive
from gongfang.ui.entry import questions
from gongfang.ui.listing import Listing
from gongfang.ui.registry import model_of, registry
from gongfang.ui.screens import Field
from tests.trading import Trade, busy
from tests.web.conftest import browser_of

REFUSED = (403, 404, 409, 422)
NUMBERS = ("number", "quantity", "price", "money", "percent", "progress")
HUGE = "9" * 40
CASES: dict[str, dict[str, str]] = {
    # name of the case: what stands in fields of a kind ("*" all others)
    "missing": {"*": ""},
    "not a number, no date, no choice": {
        **dict.fromkeys(NUMBERS, "abc"), "date": "2026-02-30", "datetime": "yesterday", "choice": "nothing", "ref": "abc", "*": "\x07",
    },
    "huge": {**dict.fromkeys(NUMBERS, HUGE), "date": "99999-01-01", "ref": HUGE, "choice": "y" * 500, "*": "x" * 30_000},
    "negative": {**dict.fromkeys(NUMBERS, "-1"), "ref": "-1", "date": "-1", "choice": "-1", "*": "\x00"},
    "not there": {**dict.fromkeys(NUMBERS, "1"), "ref": "9999999", "date": "2026-11-20", "choice": "nothing", "*": "x\u202e"},
    "other bases": {**dict.fromkeys(NUMBERS, "0x10"), "ref": "1.5", "date": "20.11.2026", "choice": "[]", "*": "x" * 30_000},
    "infinite": {**dict.fromkeys(NUMBERS, "Infinity"), "ref": "NaN", "date": "0000-00-00", "choice": "{}", "*": "\x00"},
}  # fmt: skip


def filled(fields: list[Field], case: dict[str, str]) -> dict[str, str]:
    return {one.name: case.get(one.kind, case["*"]) for one in fields if not one.readonly and one.kind != "file"}


def send(client: Client, address: str, values: dict[str, Any]) -> tuple[int, str, bool]:
    """Status, page, and whether anything changed; it is taken back."""
    before = AuditRow.objects.count()
    with transaction.atomic():
        answer = client.post(address, {"request_id": str(uuid4()), **values}, headers={"HX-Request": "true"})
        changed = AuditRow.objects.count() != before
        transaction.set_rollback(True)
    return answer.status_code, answer.content.decode(), changed


def told(page: str) -> bool:
    return "gf-error" in page or "gf-problems" in page


@pytest.fixture
def company(db) -> Trade:
    return busy()


@pytest.fixture
def desk(company) -> Client:
    return browser_of(company.boss)


def entry_forms(case: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    """Address and posted values of every create form."""
    for key, declared in sorted(registry().screens.items()):
        if not declared.create_verb:
            continue
        fields = [one for one in derive.header_fields(declared) if one.on_create]
        values: dict[str, Any] = filled(fields, case)
        for grid in declared.grids:
            if grid.on_create and not grid.readonly:
                row = filled(list(derive.line_fields(declared, grid)), case)
                values[grid.relation] = json.dumps([row] if any(row.values()) else [])
        yield f"/{key}/new", values


@pytest.mark.parametrize("name", CASES)
def test_create_forms_refuse(desk, name):
    refused = 0
    for address, values in entry_forms(CASES[name]):
        status, page, changed = send(desk, address, values)
        assert status in REFUSED and not changed, (name, address, status, values)
        assert told(page), (name, address, page[:300])
        refused += 1
    assert refused > 30


def test_forms_refuse_fields_that_are_not_theirs(desk):
    for address, values in entry_forms(CASES["missing"]):
        status, page, changed = send(desk, address, {**values, "is_superuser": "1"})
        assert (status, changed) == (422, False) and "is_superuser" in page, address
        lines = {name: json.dumps([{"approval": "approved"}]) for name, text in values.items() if text == "[]"}
        status, _page, changed = send(desk, address, {**values, **lines})
        assert (status, changed) == (422, False), address


@pytest.mark.parametrize("text", ["[", "{}", "[1]", "null", '"x"', "[[]]", '[{"item": {}}]'])
def test_lines_that_are_no_lines_are_refused(desk, text):
    base = {"supplier": "1", "business_date": "2026-11-20"}
    status, page, changed = send(desk, "/purchasing/orders/new", {**base, "lines": text})
    assert (status, changed, told(page)) == (422, False, True)


def dialogs(user: Any) -> Iterator[tuple[Any, Any, Any]]:
    """Noun, button and a row of every verb that asks something."""
    for declared in registry().screens.values():
        buttons = [one for one in declared.verbs if one.ask]
        row = Listing(declared, user).base().order_by("-pk").first() if buttons else None
        for button in buttons if row is not None else []:
            yield declared, button, row


@pytest.mark.parametrize("name", [name for name in CASES if name != "missing"])
def test_dialogs_refuse(desk, company, name):
    asked_at_all = 0
    for declared, button, row in dialogs(company.boss):
        asked = questions(declared, button, company.boss).fields
        address = f"/{declared.key}/{row.pk}/verb/{button.verb.rpartition('.')[2]}"
        status, page, changed = send(desk, address, {**filled(asked, CASES[name]), "is_superuser": "1"})
        assert status in REFUSED and not changed and told(page), (name, address, status)
        asked_at_all += 1
    assert asked_at_all > 15


def test_a_stale_version_changes_nothing(desk, company):
    tried = 0
    for declared in registry().screens.values():
        if not declared.edit_verb or not any(
            field.name == "version" for field in model_of(declared)._meta.concrete_fields
        ):
            continue
        row = Listing(declared, company.boss).base().order_by("-pk").first()
        if row is None or desk.get(f"/{declared.key}/{row.pk}/edit").status_code != 200:
            continue
        fields = [one for one in derive.header_fields(declared) if one.on_edit]
        values = {**filled(fields, CASES["not there"]), "version": "999999"}
        status, _page, changed = send(desk, f"/{declared.key}/{row.pk}/edit", values)
        assert status in REFUSED and not changed, declared.key
        tried += 1
    assert tried >= 2


def test_a_stale_page_is_told_who_was_faster(desk, company):
    order = company.sell(approved=False, pump=1)
    company.do(approve_order, document_id=order.pk)
    status, page, changed = send(desk, f"/sales/orders/{order.pk}/verb/approve_order", {"version": str(order.version)})
    assert (status, changed) == (409, False) and told(page)
