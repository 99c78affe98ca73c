"""Every noun that takes a sheet takes one: tried without a trace, loaded whole, in the words people know the rows by."""

import io
import re
from uuid import uuid4

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile

from gongfang.platform.models import User
from gongfang.ui.registry import model_of, registry
from gongfang.web.views.lists import importable
from tests.web.conftest import browser_of
from tests.web.importing import LINES, ROWS, Company

FAULT = re.compile(r'<td class="gf-num">(\d+)</td><td>(.*?)</td><td>(.*?)</td>')
IMPORTABLE = sorted(key for key, declared in registry().screens.items() if importable(declared))


def book(rows: list[dict[str, str]]) -> bytes:
    heads = list(dict.fromkeys(name for row in rows for name in row))
    target = io.BytesIO()
    made = xlsxwriter.Workbook(target)
    page = made.add_worksheet()
    page.write_row(0, 0, heads)
    for number, row in enumerate(rows, start=1):
        page.write_row(number, 0, [row.get(name, "") for name in heads])
    made.close()
    return target.getvalue()


def send(client, key: str, content: bytes, go: str = ""):
    return client.post(
        f"/{key}/import", {"request_id": uuid4(), "file": SimpleUploadedFile("x.xlsx", content), "go": go}
    )


@pytest.fixture(scope="module")
def company(kept) -> Company:
    made = Company()
    made.user("keeper")
    return made


@pytest.fixture
def desk(db, company):
    return browser_of(User.objects.get(pk=company.boss.pk))


def test_each_of_them_is_tried_here():
    assert set(ROWS) == set(IMPORTABLE)


@pytest.mark.parametrize("key", IMPORTABLE)
def test_a_sheet_is_tried_without_a_trace_and_loaded_whole(desk, company, key):
    declared = registry().screens[key]
    rows = model_of(declared)._default_manager
    before = set(rows.values_list("pk", flat=True))
    content = book(ROWS[key](company))
    tried = send(desk, key, content)
    page = tried.content.decode()
    assert tried.status_code == 200, FAULT.findall(page)
    assert set(rows.values_list("pk", flat=True)) == before
    assert "left out" not in page
    assert send(desk, key, content, go="1").status_code == 302
    made = rows.exclude(pk__in=before)
    assert made.count() == 1
    for relation, count in LINES.get(key, {}).items():
        assert getattr(made.get(), relation).count() == count, relation
