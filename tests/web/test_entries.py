"""Create and edit: what is refused keeps what was typed and says why; what is sent twice is done once."""

import json
from uuid import uuid4

import pytest

from gongfang.people.models import Employee
from gongfang.platform.models import ApprovalFlow
from tests.web.conftest import browser_of

NEW = "/people/employees/new"
FLOW = "/platform/flows/new"
GOOD = {"code": "E1", "name": "张伟", "user": "", "department": "", "team": "", "job": "", "hourly_rate": "25"}


def send(desk, address, values, **more):
    return desk.post(address, {"request_id": uuid4(), **values}, headers={"HX-Request": "true"}, **more)


def test_a_new_row_is_opened(desk):
    response = send(desk, NEW, GOOD)
    row = Employee.objects.get()
    assert response.headers["HX-Redirect"] == f"/people/employees/{row.pk}/"
    assert (row.code, row.hourly_rate) == ("E1", 25)


def test_a_refused_form_keeps_what_was_typed(desk):
    response = send(desk, NEW, {**GOOD, "code": "", "hourly_rate": "abc", "job": "车工<b>"})
    body = response.content.decode()
    assert response.status_code == 422
    assert not Employee.objects.exists()
    assert 'value="abc"' in body
    assert 'value="车工&lt;b&gt;"' in body
    assert "“abc” is not a number." in body


def test_problems_of_the_verb_stand_at_their_field(desk):
    send(desk, NEW, GOOD)
    response = send(desk, NEW, GOOD)
    body = response.content.decode()
    assert response.status_code == 422
    assert 'id="f-code-e">The employee number “E1” is taken.' in body


def test_the_same_request_twice_is_done_once(desk):
    request_id = uuid4()
    first, second = (desk.post(NEW, {**GOOD, "request_id": request_id}) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert Employee.objects.count() == 1


@pytest.mark.parametrize(
    ("extra", "code"),
    [
        ({"is_superuser": "1"}, "is_superuser"),
        ({"lines": "[]"}, "lines"),
        ({"id": "7"}, "id"),
        ({"user": "999999"}, "999999"),
        ({"user": "?1"}, "“1” was not found."),
    ],
)
def test_extra_and_foreign_values_are_refused(desk, extra, code):
    response = send(desk, NEW, {**GOOD, **extra})
    assert response.status_code == 422
    assert code in response.content.decode()
    assert not Employee.objects.exists()


def test_a_stale_screen_is_told(desk):
    send(desk, NEW, GOOD)
    row = Employee.objects.get()
    address = f"/people/employees/{row.pk}/edit"
    values = {**GOOD, "is_active": "1"}
    assert send(desk, address, {**values, "version": row.version, "job": "车工"}).status_code == 200
    response = send(desk, address, {**values, "version": row.version, "job": "钳工"})
    assert response.status_code == 409
    assert "changed by somebody else" in response.content.decode()
    assert Employee.objects.get().job == "车工"


def test_a_field_the_person_may_not_see_is_neither_offered_nor_taken(desk, person):
    send(desk, NEW, GOOD)
    row = Employee.objects.get()
    blind = browser_of(person("supervisor"))
    assert "hourly_rate" not in blind.get(f"/people/employees/{row.pk}/").content.decode()


def test_without_the_verb_there_is_no_form(person):
    client = browser_of(person("supervisor"))
    assert client.get(NEW).status_code == 403
    assert send(client, NEW, GOOD).status_code == 422  # a fragment: the reason is shown in a dialog
    assert not Employee.objects.exists()


def flow(**changes):
    steps = [{"id": "", "order": "1", "role": "planner", "user": "", "needs_all": "", "is_active": "1"}]
    return {
        "doc_type": "",
        "name": "大额",
        "priority": "10",
        "is_active": "1",
        "field": "",
        "op": "",
        "value": "",
        "steps": json.dumps(steps),
        **changes,
    }


def test_lines_show_the_words_of_what_was_chosen(desk):
    steps = [{"id": "", "order": "1", "role": "keeper", "user": "", "needs_all": "", "is_active": "1"}]
    address = send(desk, FLOW, flow(doc_type="purchasing.order", steps=json.dumps(steps))).headers["HX-Redirect"]
    assert "<td>Warehouse keeper</td>" in desk.get(address).content.decode().replace(' class=""', "")


def test_a_faulty_cell_is_named_by_line_and_field(desk):
    steps = [{"id": "", "order": "one", "role": "planner", "user": "", "needs_all": "", "is_active": "1"}]
    response = send(desk, FLOW, flow(steps=json.dumps(steps)))
    body = response.content.decode()
    assert response.status_code == 422
    assert "Line 1: order: “one” is not a number." in body
    settings = json.loads(body.split('<script type="application/json">')[1].split("</script>")[0])
    assert settings["errors"] == [{"row": 0, "name": "order", "text": "“one” is not a number."}]
    assert settings["rows"][0]["values"]["order"] == "one"
    assert not ApprovalFlow.objects.filter(name="大额").exists()


@pytest.mark.parametrize(
    "steps",
    ["[]", "{", "[7]", '[{"id": "", "order": "1", "colour": "red"}]', '[{"id": "", "order": "1", "user": "424242"}]'],
)
def test_lines_that_do_not_fit_are_refused(desk, steps):
    response = send(desk, FLOW, flow(steps=steps))
    assert response.status_code == 422
    assert not ApprovalFlow.objects.filter(name="大额").exists()
