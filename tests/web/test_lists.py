"""Lists: the same number of queries at any size, money hidden everywhere, every row reached once."""

import io
import json
import re
from uuid import uuid4

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.people.models import Employee
from gongfang.platform.identity import services as identity
from gongfang.web.models import SavedView
from tests.web.conftest import browser_of

LIST = "/people/employees/"


def rows_of(response) -> list[str]:
    return re.findall(r'<td class="gf-first[^>]*><a[^>]*>([^<]+)</a>', response.content.decode())


def queries(desk, address) -> int:
    with CaptureQueriesContext(
        connection,
    ) as caught:
        assert desk.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("address", [LIST, f"{LIST}?q=员工&sort=-team&team=1组", f"{LIST}?sort=user__username"])
def test_the_number_of_queries_does_not_grow(desk, employees, address):
    employees(3)
    few = queries(desk, address)
    employees(200, start=3)
    many = queries(desk, address)
    assert many <= 8 + 2 * ("q=" in address)  # what was found, and whether the table has grown past what is searched
    assert abs(many - few) <= 1  # a second page may need nothing more


def test_every_row_is_reached_once_in_order(desk, employees):
    employees(23)
    Employee.objects.filter(code__in=["E00003", "E00007"]).update(name="同名")
    for sort in ("code", "-name", "hourly_rate", "user__username"):
        seen, address = [], f"{LIST}?per=5&sort={sort}"
        while address:
            body = desk.get(address)
            seen += rows_of(body)
            onward = re.search(r'href="(\?[^"]*after=[^"]*)"', body.content.decode())
            address = LIST + onward.group(1).replace("&amp;", "&") if onward else ""
        assert len(seen) == 23
        assert len(set(seen)) == 23, sort


def test_back_leads_to_the_page_before(desk, employees):
    employees(12)
    first = desk.get(f"{LIST}?per=5&sort=code").content.decode()
    onward = re.search(r'href="(\?[^"]*after=[^"]*)"', first).group(1).replace("&amp;", "&")
    second = desk.get(LIST + onward).content.decode()
    back = re.search(r'href="(\?[^"]*before=[^"]*)"', second).group(1).replace("&amp;", "&")
    assert rows_of(desk.get(LIST + back)) == [f"E{n:05}" for n in range(5)]


def test_money_vanishes_for_those_who_may_not_see_it(person, employees):
    employees(3)
    supervisor, hr = browser_of(person("supervisor")), browser_of(person("hr"))
    assert "Hourly pay" in hr.get(LIST).content.decode()
    for address in (LIST, f"{LIST}?cols=code,hourly_rate", f"/people/employees/{Employee.objects.first().pk}/"):
        assert "Hourly pay" not in supervisor.get(address).content.decode()
    sheet = b"".join(supervisor.get("/people/employees/export.xlsx?cols=code,hourly_rate").streaming_content)
    assert python_calamine.load_workbook(io.BytesIO(sheet)).get_sheet_by_index(0).to_python()[0] == ["Employee number"]


@pytest.mark.parametrize(
    "query",
    [
        "sort=hourly_rate",
        'where={"path":"hourly_rate","op":"gt","value":"1"}',
        "sort=password",
        'where={"path":"user__password","op":"has","value":"a"}',
    ],
)
def test_hidden_figures_cannot_be_asked_for_either(person, employees, query):
    employees(3)
    response = browser_of(person("supervisor")).get(f"{LIST}?{query}")
    assert response.status_code == 422


@pytest.mark.parametrize(
    "query", ["after=xxx", "where={", "where=[]", "where=7", "sort=nonsense", "after=WyJhIiwgImIiXQ"]
)
def test_what_cannot_be_understood_is_refused_in_words(desk, employees, query):
    employees(1)
    response = desk.get(f"{LIST}?{query}")
    assert response.status_code == 422
    assert "gf-fault" in response.content.decode()


def test_very_many_rows_are_sorted_by_an_index_or_after_filtering(desk, employees, monkeypatch):
    monkeypatch.setattr("gongfang.ui.listing.COUNT_CAP", 10)
    employees(12)
    assert "more than" in desk.get(LIST).content.decode()
    assert desk.get(f"{LIST}?sort=-code").status_code == 200
    assert desk.get(f"{LIST}?sort=hourly_rate").status_code == 422
    assert desk.get(f"{LIST}?sort=hourly_rate&team=1组").status_code == 200


def test_conditions_with_and_and_or(desk, employees):
    employees(9)
    tree = {
        "all": [
            {"path": "team", "op": "is", "value": "1组"},
            {"any": [{"path": "code", "op": "is", "value": "E00001"}, {"path": "name", "op": "has", "value": "员工7"}]},
        ]
    }
    assert rows_of(desk.get(LIST, {"where": json.dumps(tree)})) == ["E00001", "E00007"]


def test_a_view_is_kept_shared_and_opened_by_default(desk, person, employees, admin):
    employees(6)
    desk.post(
        f"{LIST}views/save",
        {
            "request_id": uuid4(),
            "name": "一组",
            "params": json.dumps({"team": ["1组"]}),
            "is_shared": "1",
            "is_default": "1",
        },
    )
    assert rows_of(desk.get(LIST)) == ["E00001", "E00004"]
    assert len(rows_of(desk.get(f"{LIST}?view="))) == 6
    view = SavedView.objects.get()
    other = browser_of(person("hr"))
    assert len(rows_of(other.get(LIST))) == 6  # shared views are offered, not forced
    assert rows_of(other.get(f"{LIST}?view={view.pk}")) == ["E00001", "E00004"]
    assert other.post(f"{LIST}views/{view.pk}/remove", {"request_id": uuid4()}).status_code == 404
    assert desk.post(f"{LIST}views/{view.pk}/remove", {"request_id": uuid4()}).status_code == 302
    assert not SavedView.objects.exists()


def test_columns_are_kept_for_the_person(desk, employees):
    employees(2)
    desk.post(f"{LIST}views/save", {"request_id": uuid4(), "name": "", "cols": "name,code"})
    assert rows_of(desk.get(LIST)) == ["员工0", "员工1"]


def test_without_the_permission_there_is_no_list(person):
    response = browser_of(person("sales")).get(LIST)
    assert response.status_code == 403
    assert "You may not see “Employees”." in response.content.decode()


def test_a_look_up_answers_codes_names_and_pasted_blocks(desk, admin):
    for username in ("li", "liu"):
        identity.create_user(
            actor=admin,
            request_id=uuid4(),
            username=username,
            name=username.upper(),
            password="Gongfang-2026",
            roles=[],
        )
    address = "/-/lookup/platform/users?for=people/employees&field=user"
    assert desk.get(f"{address}&q=li").json()["rows"][0]["code"] == "LI"
    found = desk.post(address, json.dumps({"codes": ["LIU", "nobody"]}), content_type="application/json").json()[
        "found"
    ]
    assert set(found) == {"LIU"}


@pytest.mark.parametrize(
    ("cols", "paths", "widths", "frozen"),
    [
        ("name:180,|,code", ["name", "code"], [180, None], 1),
        ("code,name,|", ["code", "name"], [None, None], 2),
        ("|,code", ["code"], [None], 0),
        ("code:5,name:99999", ["code", "name"], [40, 900], 0),
        ("code:x,name:-7,nothing,|", ["code", "name"], [None, None], 2),
    ],
)
def test_columns_are_chosen_widened_and_kept_in_sight(admin, cols, paths, widths, frozen):
    from gongfang.ui.listing import Listing, Request
    from gongfang.ui.registry import screen

    listing = Listing(screen("people/employees"), admin, Request({"cols": [cols]}))
    assert [column.path for column in listing.columns] == paths
    assert ([column.width for column in listing.columns], listing.frozen) == (widths, frozen)
