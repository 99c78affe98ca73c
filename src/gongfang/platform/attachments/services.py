"""Keep and remove files."""

import hashlib
import uuid
from pathlib import Path, PurePath

from django.conf import settings
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY
from gongfang.platform.verbs import verb

SIZE_MAX = 20 * 1024 * 1024
# extension → (content type, how such a file begins); a file whose content is something else is refused
KINDS: dict[str, tuple[str, tuple[bytes, ...]]] = {
    ".pdf": ("application/pdf", (b"%PDF-",)),
    ".png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    ".jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    ".webp": ("image/webp", (b"RIFF",)),
    ".xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", (b"PK\x03\x04",)),
    ".docx": ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", (b"PK\x03\x04",)),
    ".zip": ("application/zip", (b"PK\x03\x04", b"PK\x05\x06")),
    ".dwg": ("application/acad", (b"AC10",)),
    ".dxf": ("application/dxf", ()),
    ".step": ("application/step", (b"ISO-10303-21",)),
    ".stp": ("application/step", (b"ISO-10303-21",)),
    ".txt": ("text/plain", ()),
    ".csv": ("text/csv", ()),
}
ACTIVE_CONTENT = (b"<html", b"<script", b"<svg", b"<!doctype", b"<?xml")


def folder() -> Path:
    """Where files lie: the data folder's `files`."""
    path = Path(settings.DATA_DIR) / "files"
    path.mkdir(parents=True, exist_ok=True)
    return path


def check_file(name: str, content: bytes) -> str:
    """The content type of an acceptable file. Raises DomainError naming what is wrong with it."""
    suffixes = [suffix.lower() for suffix in PurePath(name).suffixes]
    kind = KINDS.get(suffixes[-1]) if suffixes else None
    problem = None
    if kind is None or (len(suffixes) > 1 and suffixes[-2] in {".html", ".htm", ".svg", ".exe", ".js", ".php", ".xml"}):
        problem = Problem(
            "file_kind",
            "“{name}”: this kind of file is not accepted ({kinds}).",
            where="file",
            name=name,
            kinds=" ".join(KINDS),
        )
    elif not content or len(content) > SIZE_MAX:
        problem = Problem(
            "file_size",
            "“{name}” must have between 1 byte and {limit} MB.",
            where="file",
            name=name,
            limit=SIZE_MAX // 2**20,
        )
    elif (kind[1] and not content.startswith(kind[1])) or any(
        mark in content[:1024].lower() for mark in ACTIVE_CONTENT
    ):
        problem = Problem(
            "file_content", "The content of “{name}” is not what its ending says.", where="file", name=name
        )
    if problem:
        raise DomainError(problem)
    assert kind is not None
    return kind[0]


@verb("platform.attach", N_("Attach file"), roles=EVERYBODY)
def attach(
    *, actor: User, request_id: uuid.UUID, doc_type: str, document_id: int, name: str, content: bytes
) -> Attachment:
    """Keep a file with a document."""
    if not document_model(doc_type)._default_manager.filter(pk=document_id).exists():
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=doc_type, id=document_id), Kind.MISSING)
    content_type = check_file(name, content)
    stored_as = f"{request_id.hex}{PurePath(name).suffix.lower()}"
    (folder() / stored_as).write_bytes(content)
    return Attachment.objects.create(
        doc_type=doc_type, document_id=document_id, name=PurePath(name).name[:200], stored_as=stored_as, content_type=content_type,
        size=len(content), sha256=hashlib.sha256(content).hexdigest(), uploaded_by=actor,
    )  # fmt: skip


@verb("platform.remove_attachment", N_("Remove file"), roles=EVERYBODY)
def remove_attachment(*, actor: User, request_id: uuid.UUID, attachment_id: int) -> Attachment:
    """Take a file off its document; its row stays for the history. Only the one who attached it, or an administrator."""
    row = Attachment.objects.select_for_update().filter(pk=attachment_id, removed_at=None).first()
    if row is None:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title="file", id=attachment_id), Kind.MISSING)
    if row.uploaded_by_id != actor.pk and "*" not in actor.grants():
        raise DomainError(
            Problem("not_yours", "Only {name} or an administrator may remove this file.", name=str(row.uploaded_by)),
            Kind.FORBIDDEN,
        )
    row.removed_at = timezone.now()
    row.save(update_fields=["removed_at"])
    return row
