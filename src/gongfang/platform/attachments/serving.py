"""A kept file as an answer; whoever calls has asked whether the person may see what it hangs on."""

from django.http import FileResponse

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.attachments.models import Attachment
from gongfang.platform.attachments.services import folder


def file_response(row: Attachment) -> FileResponse:
    """The file as a download that can run nothing. Raises DomainError(missing)."""
    path = folder() / row.stored_as
    if not path.exists():
        raise DomainError(
            Problem("missing", "The file “{name}” is not in the data folder.", name=row.name), Kind.MISSING
        )
    response = FileResponse(path.open("rb"), as_attachment=True, filename=row.name, content_type=row.content_type)
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response
