"""Workbooks made to hurt are refused before they are read; large ones run beside the pages and can be cancelled."""

import io
import uuid
import zipfile
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Item
from gongfang.platform.exchange import jobs, keeping
from gongfang.platform.exchange.guarding import guard
from gongfang.platform.exchange.reading import read_cells
from gongfang.platform.identity.services import register_first_admin
from gongfang.platform.tasks import marks
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress, cancel, perform
from tests.platform.test_exchange import BASE, workbook

TABLE = 'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'


def packed(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), content)
    return target.getvalue()


def ods(cells: str, rows: str = "") -> bytes:
    text = f"<office:document-content {TABLE}><table:table><table:table-row {rows}>{cells}</table:table-row></table:table></office:document-content>"
    return packed(content_xml=text.encode())


LONG = b"<sst><si><t>" + b"x" * 1_000_000 + b"</t></si></sst>"
BOMBS = {
    "far, single quotes": (packed(xl__worksheets__sheet1_xml=b"<row><c r='XFD1048576'><v>1</v></c></row>"), "sheet_too_large"),
    "far, under another name": (packed(xl__evil_xml=b'<row><c r="A9999999"><v>1</v></c></row>'), "sheet_too_large"),
    "far, spaces and small letters": (packed(xl__worksheets__sheet1_xml=b'<c r = " xfd1">'), "sheet_too_large"),
    "far row without places": (packed(xl__worksheets__sheet1_xml=b'<row spans="1:1" r="1048576"><c><v>1</v></c></row>'), "sheet_too_large"),
    "two-byte letters": (packed(xl__worksheets__sheet1_xml="<c r='XFD1048576'/>".encode("utf-16")), "not_a_workbook"),
    "binary cells": (packed(xl__workbook_bin=b"x"), "not_a_workbook"),
    "one text in every cell": (packed(xl__sharedStrings_xml=LONG, xl__worksheets__sheet1_xml=b"".join(b'<c r="A%d" t="s"><v>0</v></c>' % n for n in range(1, 1001))), "sheet_too_large"),
    "repeated columns and rows": (ods('<table:table-cell table:number-columns-repeated="9999" office:value="1"/>', 'table:number-rows-repeated="9999"'), "sheet_too_large"),
    "entities": (packed(content_xml=b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 10**6 + b'"><!ENTITY b "' + b"&a;" * 900 + b'">]><a>&b;&b;&b;&b;</a>'), "not_a_workbook"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_a_workbook"),
    "html": (b"<html><script>alert(1)</script></html>", "not_a_workbook"), "empty": (b"", "not_a_workbook"), "cut off": (workbook(BASE)[:-200], "not_a_workbook"),
    "unpacks beyond measure": (None, "file_too_large"),
}  # fmt: skip


def beyond_measure() -> bytes:
    """Packed by its own test: it takes seconds, and every worker reads this file."""
    return packed(a_xml=b"0" * (401 * 2**20))


@pytest.mark.parametrize("name", BOMBS)
def test_bombs_are_refused(name: str) -> None:
    content, code = BOMBS[name]
    with pytest.raises(DomainError) as refusal:
        guard(beyond_measure() if content is None else content)
    assert refusal.value.code == code


def test_honest_books_pass() -> None:
    guard(workbook(BASE))
    guard(
        ods(
            '<table:table-cell office:value="1"/><table:table-cell table:number-columns-repeated="16384"/>',
            'table:number-rows-repeated="1048576"',
        ).replace(b"", b"")
    )
    names, cells = read_cells(workbook(BASE))
    assert set(names) == set(BASE) and cells["units"].rows[1][0] == "PCS"


@pytest.fixture
def admin(db: None) -> Any:
    return register_first_admin(
        actor=None, request_id=uuid.uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


def started(admin: Any, content: bytes, act: str = "load") -> TaskRun:
    run = jobs.start_import(
        actor=admin, content=content, name="book.xlsx", act=act, start_on=None, request_id=uuid.uuid4()
    )
    perform.call(run.pk)
    run.refresh_from_db()
    return run


def test_a_book_is_loaded_beside_the_pages(admin: Any) -> None:
    run = started(admin, workbook(BASE), act="check")
    assert (run.state, run.result["loaded"], Item.objects.count()) == ("done", False, 0)
    run = started(admin, workbook(BASE))
    assert (run.state, run.result["loaded"], run.result["counts"]["items"], Item.objects.count()) == (
        "done",
        True,
        3,
        3,
    )
    faulty = {**BASE, "items": [BASE["items"][0], ["A", "", "77", "PCS"]]}
    run = started(admin, workbook(faulty))
    assert (run.result["loaded"], run.result["count"], len(run.result["faults"])) == (
        False,
        run.result["count"],
        run.result["count"],
    ) and run.result["count"] > 1
    assert list(keeping.folder().iterdir()) == [], "no file stays behind"


def test_cancelling_takes_all_of_it_back(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    plain = marks.mark

    def mark(run_id: int, percent: int, message: str) -> bool:
        told.append(percent)
        if percent >= 40 and len(told) > 8:
            cancel(SimpleNamespace(pk=run_id))  # type: ignore[arg-type]
        return plain(run_id, percent, message)

    monkeypatch.setattr(marks, "mark", mark)
    run = started(admin, workbook(BASE))
    assert run.state == "cancelled" and Item.objects.count() == 0 and max(told) >= 40
    assert marks.seen(run.pk) is None


def test_progress_is_seen_outside_the_transaction(admin: Any) -> None:
    run = TaskRun.objects.create(job="x", title="x", actor=admin, state="running")
    with Progress(run).inside() as progress:
        progress.tell(1, 4, "库存")
    if run.pk and marks.seen(run.pk) is not None:
        assert marks.seen(run.pk) == (25, "库存")
        client = Client()
        client.force_login(admin)
        assert "width:25%" in client.get(f"/-/task/{run.pk}").content.decode()
    marks.forget(run.pk)


def test_the_page_runs_large_books_behind(admin: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BEHIND_BYTES", 100)
    client = Client()
    client.force_login(admin)
    upload = SimpleUploadedFile("book.xlsx", workbook(BASE))
    answer = client.post(
        "/masterdata/import/",
        {"file": upload, "act": "load", "request_id": str(uuid.uuid4())},
        headers={"HX-Request": "true"},
    )
    run = TaskRun.objects.get(job=jobs.JOB)
    assert answer.headers["HX-Push-Url"] == f"?task={run.pk}" and f"/-/task/{run.pk}".encode() in answer.content
    if not run.is_over:
        perform.call(run.pk)
    shown = client.get(f"/masterdata/import/?task={run.pk}")
    assert shown.status_code == 200 and b"book.xlsx" in shown.content and Item.objects.count() == 3
    bomb = SimpleUploadedFile("book.xlsx", BOMBS["svg"][0] * 10)
    assert client.post("/masterdata/import/", {"file": bomb, "act": "check"}).status_code == 422
