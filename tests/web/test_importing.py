"""How a sheet names rows, where its faults stand, and long sheets beside the pages."""

import io
import re
from uuid import uuid4

import pytest
from python_calamine import load_workbook

from gongfang.inventory.models import Conversion, Transfer
from gongfang.people.models import Employee
from gongfang.platform.exchange import keeping
from gongfang.platform.models import User
from gongfang.platform.tasks import marks
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import cancel, perform
from gongfang.purchasing.models import Arrival
from gongfang.web.importing import jobs
from tests.web.conftest import browser_of
from tests.web.importing import Company, day
from tests.web.test_every_import import FAULT, book, send


@pytest.fixture(scope="module")
def company(kept) -> Company:
    return Company()


@pytest.fixture
def desk(db, company):
    return browser_of(User.objects.get(pk=company.boss.pk))


def faults(answer) -> list[tuple[str, str, str]]:
    return FAULT.findall(answer.content.decode())


@pytest.mark.parametrize("item", ["plate", "casting"])
def test_a_lot_code_that_two_items_share_is_that_of_the_rows_item(desk, company, item):
    row = {"source": "W1", "target": "W2", "lines.item": item, "lines.lot": "L1", "lines.quantity": "2"}
    assert send(desk, "inventory/transfers", book([row]), go="1").status_code == 302
    line = Transfer.objects.latest("pk").lines.get()
    assert (line.item.code, line.lot.item.code) == (item, item)


def test_a_lot_of_another_item_is_not_found(desk, company):
    row = {"source": "W1", "target": "W2", "lines.item": "shaft", "lines.lot": "L1", "lines.quantity": "2"}
    assert faults(send(desk, "inventory/transfers", book([row]))) == [("2", "Lot / serial", "“L1” was not found.")]


def test_a_name_of_several_rows_is_not_guessed(desk, company):
    for code in ("T1", "T2"):
        company.item(code)
    type(company.items["T1"]).objects.filter(code__in=["T1", "T2"]).update(name="螺栓")
    rows = [{"lines.item": name, "lines.quantity": "5", "lines.due_date": day(company, 9)} for name in ("螺栓", "T2")]
    found = faults(send(desk, "purchasing/requisitions", book(rows)))
    assert [(row, column) for row, column, _text in found] == [("2", "Item")]
    assert "stands for 2 rows" in found[0][2]


def test_a_line_is_named_by_number_and_place_and_nothing_else(desk, company):
    number = company.numbers["order"]
    rows = [{"supplier": "S1", "lines.order_line": f"{number}-2", "lines.quantity": "3"}]
    assert send(desk, "purchasing/arrivals", book(rows), go="1").status_code == 302
    line = Arrival.objects.latest("pk").lines.get()
    assert (line.order_line.document.number, line.order_line.line_no, line.item.code) == (number, 2, "wheel")
    shown = {**rows[0], "lines.order_line": f"{number}-2 wheel"}  # as the look-up shows it
    assert send(desk, "purchasing/arrivals", book([shown])).status_code == 200
    for text in (f"{number}-9", number, f"{number}-", str(line.order_line_id)):
        found = faults(send(desk, "purchasing/arrivals", book([{**rows[0], "lines.order_line": text}])))
        assert found == [("2", "Order line", f"“{text}” was not found.")]


def test_a_fault_in_the_second_grid_stands_at_its_row_and_column(desk, company):
    rows = [
        {"warehouse": "W1", "lines.item": "shaft", "lines.quantity": "2", "outputs.item": "wheel", "outputs.quantity": "3"},
        {"outputs.item": "seal", "outputs.quantity": "1", "outputs.share": "-1"},
    ]  # fmt: skip
    before = Conversion.objects.count()
    found = faults(send(desk, "inventory/conversions", book(rows), go="1"))
    assert [row for row, _column, _text in found] == ["3"]
    assert found[0][1].endswith(": Cost share")
    assert Conversion.objects.count() == before


def test_faults_stand_in_the_order_of_the_rows(desk, company):
    rows = [
        {"warehouse": "W1", "lines.item": "shaft", "lines.quantity": "2"},
        {"lines.item": "nothing", "lines.quantity": "2"},
        {"warehouse": "W9", "lines.item": "none", "lines.quantity": "x"},
    ]  # fmt: skip
    found = faults(send(desk, "inventory/other-issues", book(rows)))
    assert [row for row, _column, _text in found] == ["3", "4", "4", "4"]


def test_the_template_names_every_column_once_and_comes_back(desk, company):
    for key in ("inventory/conversions", "masterdata/items", "purchasing/rfqs"):
        answer = desk.get(f"/{key}/import/template.xlsx")
        (sheet,) = (load_workbook(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0),)
        heads = [str(cell).rstrip("*") for cell in sheet.to_python()[0]]
        assert len(heads) == len(set(heads))
        assert "left out" not in send(desk, key, book([dict.fromkeys(heads, "x")])).content.decode()


def people(count: int) -> bytes:
    return book([{"code": f"E{n:05}", "name": f"员工{n}"} for n in range(count)])


def run_of(answer) -> TaskRun:
    assert answer.status_code == 302
    run = TaskRun.objects.get(pk=int(re.search(r"task=(\d+)$", answer.url)[1]))
    if not run.is_over:
        perform.call(run.pk)
        run.refresh_from_db()
    return run


def test_many_documents_are_tried_and_loaded_beside_the_pages(desk, company):
    content = people(jobs.AT_ONCE + 1)
    before = Employee.objects.count()
    run = run_of(send(desk, "people/employees", content))
    page = desk.get(f"/people/employees/import?task={run.pk}").content.decode()
    assert f"{jobs.AT_ONCE + 1} would be created" in page
    assert Employee.objects.count() == before
    loaded = run_of(desk.post("/people/employees/import", {"request_id": uuid4(), "go": "1", "task": run.pk}))
    assert "created" in desk.get(f"/people/employees/import?task={loaded.pk}").content.decode()
    assert Employee.objects.count() == before + jobs.AT_ONCE + 1
    assert not list(keeping.folder().iterdir()), "no file stays behind"
    again = desk.post("/people/employees/import", {"request_id": uuid4(), "go": "1", "task": run.pk})
    assert again.status_code == 422, "what was loaded is not loaded twice"


def test_a_fault_in_a_long_sheet_is_told_and_nothing_is_loaded(desk, company):
    rows = [{"code": f"F{n:05}", "name": f"员工{n}" if n != 7 else ""} for n in range(jobs.AT_ONCE + 1)]
    run = run_of(send(desk, "people/employees", book(rows), go="1"))
    answer = desk.get(f"/people/employees/import?task={run.pk}")
    assert [(row, column) for row, column, _text in faults(answer)] == [("9", "Employee name")]
    assert not Employee.objects.filter(code__startswith="F").exists()
    assert not list(keeping.folder().iterdir())


def test_a_long_import_says_how_far_it_is_and_can_be_stopped(desk, company, monkeypatch):
    told = []

    def mark(pk: int, percent: int, message: str) -> bool:
        told.append(message)
        return len(told) == 100

    monkeypatch.setattr(jobs, "AT_ONCE", 150)
    monkeypatch.setattr(marks, "mark", mark)
    content = book([{"code": f"G{n:05}", "name": f"员工{n}"} for n in range(200)])
    run = run_of(send(desk, "people/employees", content, go="1"))
    assert run.state == "cancelled"
    assert told[50] == "50 / 200"
    assert len(told) == 100
    assert not Employee.objects.filter(code__startswith="G").exists()
    assert not list(keeping.folder().iterdir())
    cancel(run)


def test_somebody_elses_task_is_not_shown(desk, company):
    run = TaskRun.objects.create(
        job=jobs.JOB, title="x", arguments={"key": "people/employees", "file": "x"}, actor=company.user("keeper")
    )
    assert f"task/{run.pk}" not in desk.get(f"/people/employees/import?task={run.pk}").content.decode()
