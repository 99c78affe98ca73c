"""What people attach: dangerous files are refused in words and leave nothing behind; what is kept comes back as a download only."""

import io
import zipfile
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from gongfang.kernel.errors import DomainError
from gongfang.masterdata.models import Partner
from gongfang.people.models import Employee
from gongfang.platform.attachments import services as attachments
from gongfang.platform.attachments.checking import SIZE_MAX, UNPACKED_MAX, check_file
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.tasks.models import TaskRun
from gongfang.purchasing.models import Certificate
from gongfang.ui.registry import registry
from gongfang.ui.sentences import sentence
from tests.web.conftest import browser_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 40
SCRIPT = b"<script>alert(1)</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'


def zipped(**parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for name, content in parts.items():
            packed.writestr(name.replace("__", "/"), content)
    return target.getvalue()


def bomb() -> bytes:
    """A few hundred kilobytes that unpack to more than is allowed, and claim in the directory to be small."""
    content = zipped(zeros=b"\x00" * (UNPACKED_MAX + 1))
    size = (UNPACKED_MAX + 1).to_bytes(4, "little")
    assert content.count(size) >= 1
    return content


WORKBOOK = zipped(**{"[Content_Types].xml": b"<Types/>", "xl__workbook.xml": b"<workbook/>"})
REFUSED = [
    ("a.svg", SVG, "file_kind"),
    ("a.html", SCRIPT, "file_kind"),
    ("a.xhtml", SCRIPT, "file_kind"),
    ("a", PNG, "file_kind"),
    ("a.exe", b"MZ", "file_kind"),
    ("a.html.png", PNG, "file_kind"),
    ("a.html.x.png", PNG, "file_kind"),
    ("a.SVG.pdf", b"%PDF-1.7", "file_kind"),
    ("a.html .png", PNG, "file_kind"),
    ("a.png.html", PNG, "file_kind"),
    ("a.png", SCRIPT, "file_content"),
    ("a.pdf", PNG, "file_content"),
    ("a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt ", "file_content"),
    ("a.txt", SVG, "file_content"),
    ("a.csv", b"\xef\xbb\xbf  <!DOCTYPE html>", "file_content"),
    ("a.txt", b"\xff\xfe" + "<html>".encode("utf-16-le"), "file_content"),
    ("a.txt", b"plain " * 2000 + SCRIPT, "file_content"),
    ("a.csv", b"MZ\x00\x00", "file_content"),
    ("a.dxf", PNG, "file_content"),
    ("a.xlsx", zipped(**{"evil.js": b"1"}), "file_content"),
    ("a.xlsx", zipped(**{"[Content_Types].xml": b"", "xl__workbook.xml": b"", "xl__vbaProject.bin": b"1"}), "file_macros"),
    ("a.zip", b"PK\x03\x04 broken", "file_damaged"),
    ("../../a.png", PNG, "file_name"),
    ("..\\a.png", PNG, "file_name"),
    ("/etc/a.png", PNG, "file_name"),
    ("a\x00.png", PNG, "file_name"),
    ("gpj.\u202eexe.png", PNG, "file_name"),
    ("  .", PNG, "file_name"),
    ("a.png", b"", "file_size"),
    ("a.pdf", b"%PDF-" + b"0" * (SIZE_MAX - 4), "file_size"),
]  # fmt: skip
KEPT = [
    ("图纸 V1.2.png", PNG),
    ("a.pdf", b"%PDF-1.7"),
    ("a.pdf", b"%PDF-" + b"0" * (SIZE_MAX - 5)),
    ("a.webp", b"RIFF\x00\x00\x00\x00WEBPVP8 "),
    ("a.csv", "编码,名称\n=1+1,轴".encode("gb18030")),
    ("a.txt", b"\xff\xfe" + "备注".encode("utf-16-le")),
    ("a.dxf", b"  0\r\nSECTION\r\n  2\r\nHEADER"),
    ("a.xlsx", WORKBOOK),
    ("a.zip", zipped(**{"drawings__a.pdf": b"%PDF-"})),
]


@pytest.fixture
def row(db) -> Employee:
    return Employee.objects.create(code="E1", name="张伟")


def files() -> set[Path]:
    return set(attachments.folder().rglob("*"))


@pytest.mark.parametrize(("name", "content", "code"), REFUSED, ids=lambda value: repr(value)[:24])
def test_what_could_hurt_is_refused_in_words_and_nothing_is_kept(admin, row, name, content, code):
    before = files()
    with pytest.raises(DomainError) as refusal:
        attachments.attach(actor=admin, request_id=uuid4(), doc_type="people.employee", document_id=row.pk, name=name, content=content)  # fmt: skip
    assert refusal.value.code == code
    words = sentence(refusal.value.problems[0])
    assert len(words) > 12
    assert not {"{", "\u202e", "\x00"} & set(words)
    assert files() == before
    assert not Attachment.objects.exists()


def test_a_packed_bomb_is_refused_whatever_size_it_claims():
    honest = bomb()
    claimed = (UNPACKED_MAX + 1).to_bytes(4, "little")
    for content in (honest, honest.replace(claimed, (10).to_bytes(4, "little"))):
        assert len(content) < 2 * 2**20
        with pytest.raises(DomainError) as refusal:
            check_file("a.zip", content)
        assert refusal.value.code in ("file_unpacked", "file_damaged")


@pytest.mark.parametrize(("name", "content"), KEPT, ids=lambda value: repr(value)[:24])
def test_what_people_work_with_is_kept_and_comes_back_whole_and_as_a_download(admin, desk, row, name, content):
    answer = desk.post(f"/people/employees/{row.pk}/attach", {"request_id": uuid4(), "file": SimpleUploadedFile(name, content)})  # fmt: skip
    assert answer.status_code == 302
    kept = Attachment.objects.get()
    assert kept.name == name
    assert (attachments.folder() / kept.stored_as).parent == attachments.folder()
    answer = desk.get(f"/-/file/{kept.pk}")
    assert b"".join(answer.streaming_content) == content
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert "html" not in answer.headers["Content-Type"]
    assert name in desk.get(f"/people/employees/{row.pk}/tab/files").content.decode()


@pytest.mark.parametrize(("name", "content"), [("a.svg", SVG), ("a.html.x.png", PNG), ("a.png", SCRIPT), ("b.pdf", b"%PDF-" + b"0" * SIZE_MAX)], ids=["svg", "double", "magic", "large"])  # fmt: skip
def test_the_page_says_what_is_wrong_with_a_file(desk, row, name, content):
    before = files()
    for noise in ({}, {"HX-Request": "true"}):
        answer = desk.post(f"/people/employees/{row.pk}/attach", {"request_id": uuid4(), "file": SimpleUploadedFile(name, content)}, headers=noise)  # fmt: skip
        assert answer.status_code in (409, 422)
        assert name in answer.content.decode()
    assert files() == before
    assert not Attachment.objects.exists()


def test_a_failing_save_leaves_no_file(admin, row, monkeypatch):
    from django.db import DatabaseError

    before = files()
    monkeypatch.setattr(
        Attachment.objects, "create", lambda **values: (_ for _ in ()).throw(DatabaseError("disk full"))
    )
    with pytest.raises(DatabaseError):
        attachments.attach(actor=admin, request_id=uuid4(), doc_type="people.employee", document_id=row.pk, name="a.png", content=PNG)  # fmt: skip
    assert files() == before


def test_the_scan_of_a_suppliers_certificate_is_kept_for_those_who_may_see_it(admin, desk, person):
    supplier = Partner.objects.create(code="S1", name="钢厂", pinyin="gc", is_supplier=True)
    certificate = Certificate.objects.create(supplier=supplier, title="ISO 9001", expires_on="2030-01-01")
    address = f"/purchasing/certificates/{certificate.pk}/"
    assert "tab/files" in desk.get(address).content.decode()
    desk.post(f"{address}attach", {"request_id": uuid4(), "file": SimpleUploadedFile("iso.pdf", b"%PDF-1.7")})
    kept = Attachment.objects.get()
    assert (kept.doc_type, kept.document_id) == ("purchasing.certificate", certificate.pk)
    assert browser_of(person("buyer")).get(f"/-/file/{kept.pk}").status_code == 200
    operator = browser_of(person("operator"))
    assert operator.get(f"/-/file/{kept.pk}").status_code == 403
    assert operator.post(f"{address}attach", {"request_id": uuid4(), "file": SimpleUploadedFile("x.pdf", b"%PDF-1.7")}).status_code == 403  # fmt: skip
    desk.post(f"{address}detach/{kept.pk}", {"request_id": uuid4()})
    assert desk.get(f"/-/file/{kept.pk}").status_code == 404


def test_rows_nobody_enters_take_no_files(desk, admin):
    task = TaskRun.objects.create(job="platform.import_workbook", title="导入", actor=admin)
    tasks = next(one for one in registry().screens.values() if one.model == "platform.TaskRun")
    page = f"/{tasks.key}/{task.pk}/"
    assert "tab/files" not in desk.get(page).content.decode()
    answer = desk.post(f"{page}attach", {"request_id": uuid4(), "file": SimpleUploadedFile("a.png", PNG)})
    assert answer.status_code == 404
    assert not Attachment.objects.exists()
