"""Who calls: a bearer token, or the session of the browser (then with the CSRF token)."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer, SessionAuth

from gongfang.platform.identity.models import ApiToken, User
from gongfang.platform.identity.services import user_of_token

READING = ("GET", "HEAD", "OPTIONS")


class TokenAuth(HttpBearer):
    """`Authorization: Bearer gf_…`. A read-only token reads only."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        found = user_of_token(token)
        if found is None:
            return None
        user, api_token = found
        if api_token.read_only and request.method not in READING:
            return None
        ApiToken.objects.filter(pk=api_token.pk).update(last_used_at=timezone.now())
        request.user = user  # type: ignore[assignment]
        return user


class BrowserAuth(SessionAuth):
    """The logged-in person of the session; writes need the CSRF token, as pages do."""

    def authenticate(self, request: HttpRequest, key: str | None) -> Any | None:
        return request.user if request.user.is_authenticated and request.user.is_active else None
