"""Rows in from Excel, all or nothing; documents out on paper."""

import io
from uuid import uuid4

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from gongfang.people.models import Employee
from gongfang.platform.settings import services as settings

IMPORT = "/people/employees/import"
HEAD = ["Employee number*", "Name*", "Hourly pay", "Position"]


def sheet(*rows) -> SimpleUploadedFile:
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    for number, row in enumerate([HEAD, *rows]):
        page.write_row(number, 0, row)
    book.close()
    return SimpleUploadedFile("rows.xlsx", target.getvalue())


def send(desk, *rows, go=""):
    return desk.post(IMPORT, {"request_id": uuid4(), "file": sheet(*rows), "go": go})


def test_a_sheet_is_tried_first_and_changes_nothing(desk):
    response = send(desk, ["E1", "张伟", 25, "车工"], ["E2", "王芳", 30, "质检"])
    assert response.status_code == 200
    assert "2 would be created" in response.content.decode()
    assert not Employee.objects.exists()


def test_a_clean_sheet_creates_and_changes_by_code(desk):
    assert send(desk, ["E1", "张伟", 25, "车工"], go="1").status_code == 302
    assert send(desk, ["E1", "张伟", 26, "钳工"], ["E2", "王芳", 30, "质检"], go="1").status_code == 302
    rows = Employee.objects.order_by("code").values_list("code", "job", "hourly_rate")
    assert list(rows) == [("E1", "钳工", 26), ("E2", "质检", 30)]


@pytest.mark.parametrize(
    "bad", [["E2", "", 1, ""], ["E2", "王芳", "abc", ""], ["E1", "重复", 1, ""], ["E2", "王芳", -1, ""]]
)
def test_one_fault_holds_back_everything_and_is_named(desk, bad):
    response = send(desk, ["E1", "张伟", 25, "车工"], bad, go="1")
    assert response.status_code == 422
    assert "nothing was imported" in response.content.decode()
    assert '<td class="gf-num">3</td>' in response.content.decode()
    assert not Employee.objects.exists()


@pytest.mark.parametrize("content", [b"", b"not a workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_refused(desk, content):
    response = desk.post(IMPORT, {"request_id": uuid4(), "file": SimpleUploadedFile("x.xlsx", content or b" ")})
    assert response.status_code == 422
    assert not Employee.objects.exists()


def test_every_row_prints_with_a_code_that_phones_read(desk, employees):
    employees(1)
    address = f"/people/employees/{Employee.objects.get().pk}/print/document"
    page = desk.get(address).content.decode()
    code = page.partition("<svg")[2].partition(">")[0]
    assert "viewBox" in code  # it fills the place it is given
    assert page.count("<b>E00000</b>") == page.partition("<dl>")[2].partition("</dl>")[0].count("E00000") == 1
    assert "E00000" in page
    paper = desk.get(f"{address}.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF")
    assert desk.get(f"{address}-unknown").status_code == 404


def test_the_head_of_a_print_says_who_and_where_the_company_is(desk, admin, employees):
    said = {"company.name": "东海泵业", "company.address": "温岭市泵业园 18 号", "company.phone": "0576-86210000"}
    settings.change_settings(actor=admin, request_id=uuid4(), values=said)
    employees(1)
    page = desk.get(f"/people/employees/{Employee.objects.get().pk}/print/document").content.decode()
    head = page[page.index("<header>") : page.index("</header>")]
    assert "东海泵业" in head
    assert "温岭市泵业园 18 号 · Tel. 0576-86210000" in head


def test_a_print_hides_what_the_screen_hides(person, employees):
    from tests.web.conftest import browser_of

    employees(1)
    pk = Employee.objects.get().pk
    assert "Hourly pay" in browser_of(person("hr")).get(f"/people/employees/{pk}/print/document").content.decode()
    assert (
        "Hourly pay"
        not in browser_of(person("supervisor")).get(f"/people/employees/{pk}/print/document").content.decode()
    )
