"""Keep and remove files."""

import hashlib
import shutil
import uuid
from pathlib import Path, PurePath

from django.conf import settings
from django.db import DatabaseError, models
from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.attachments.checking import check_file
from gongfang.platform.attachments.holders import files_of, holder_model, holder_type
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import EVERYBODY
from gongfang.platform.verbs import verb


def folder() -> Path:
    """Where files lie: the data folder's `files`."""
    path = Path(settings.DATA_DIR) / "files"
    path.mkdir(parents=True, exist_ok=True)
    return path


@verb("platform.attach", N_("Attach file"), roles=EVERYBODY)
def attach(
    *, actor: User, request_id: uuid.UUID, doc_type: str, document_id: int, name: str, content: bytes
) -> Attachment:
    """Keep a file with a document or another row (`holders.holder_type`). Refused or failed, nothing stays in the folder."""
    if not holder_model(doc_type)._default_manager.filter(pk=document_id).exists():
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=doc_type, id=document_id), Kind.MISSING)
    content_type = check_file(name, content)
    stored_as = f"{request_id.hex}{PurePath(name).suffix.lower()}"
    path = folder() / stored_as
    path.write_bytes(content)
    try:
        return Attachment.objects.create(
            doc_type=doc_type, document_id=document_id, name=name[:200], stored_as=stored_as, content_type=content_type,
            size=len(content), sha256=hashlib.sha256(content).hexdigest(), uploaded_by=actor,
        )  # fmt: skip
    except DatabaseError:
        path.unlink(missing_ok=True)
        raise


def carry_over(source: models.Model, target: models.Model) -> int:
    """Give a row its own copies of another row's files, for a new version of the same thing; how many. Call inside a verb.

    A file that is gone from the folder is left out.
    """
    rows = []
    for row in files_of(source):
        stored_as = f"{uuid.uuid4().hex}{PurePath(row.stored_as).suffix}"
        try:
            shutil.copyfile(folder() / row.stored_as, folder() / stored_as)
        except FileNotFoundError:
            continue
        kept = {name: getattr(row, name) for name in ("name", "content_type", "size", "sha256", "uploaded_by_id")}
        rows.append(
            Attachment(doc_type=holder_type(target), document_id=target.pk, stored_as=stored_as, **kept)
        )  # fmt: skip
    return len(Attachment.objects.bulk_create(rows))


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
