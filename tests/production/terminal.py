"""A terminal of the shop floor and a desk, as tests use them: calls with the person's token, pages with a session."""

import json
import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.test import Client

from gongfang.platform.identity.models import User
from tests.production.shop import Shop


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    return client


def worker_of(shop: Shop, name: str = "worker") -> User:
    """An operator with badge and PIN 1234."""
    user = shop.person(name, "operator")
    user.pin = make_password("1234")
    user.save()
    return user


def milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


class Terminal:
    def __init__(self, user: User) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.token = self.post("login", {"badge": user.username, "pin": "1234"}).json()["token"]

    def post(self, path: str, data: Any, token: str | None = None) -> Any:
        headers = {
            "Authorization": f"Shop {token or getattr(self, 'token', '')}",
            "Accept": "application/json",
            "Accept-Language": "en",
        }
        return self.client.post(f"/shop/{path}", json.dumps(data), content_type="application/json", headers=headers)

    def get(self, path: str) -> Any:
        return self.client.get(
            f"/shop/{path}", headers={"Authorization": f"Shop {self.token}", "Accept-Language": "en"}
        )

    def act(self, name: str, operation: int | None = None, at: datetime | None = None, **data: Any) -> Any:
        """One act. at: the moment at which it was entered without network."""
        sent = {"act": name, "operation": operation, "request_id": str(uuid.uuid4()), **data}
        return self.post("act", sent if at is None else {**sent, "at": milliseconds(at)})

    def report(self, operation: int, good: str, request_id: str | None = None) -> Any:
        return self.act("report", operation, good=good, request_id=request_id or str(uuid.uuid4()))

    def job(self, operation: int) -> dict[str, Any]:
        """An operation as the terminal's list shows it."""
        return next(job for job in self.get("jobs").json()["jobs"] if job["id"] == operation)
