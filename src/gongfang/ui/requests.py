"""What every form sends along."""

import uuid

from django.http import HttpRequest

from gongfang.kernel.errors import DomainError, Problem


def request_id_of(request: HttpRequest) -> uuid.UUID:
    """The id under which this form is done once. Raises DomainError for a form that lost it."""
    try:
        return uuid.UUID(request.POST.get("request_id", ""))
    except ValueError as error:
        raise DomainError(Problem("no_request_id", "This form is not complete; reload the page.")) from error
