"""Every writing endpoint, with what no honest program sends: a clear refusal each time, and nothing changes."""

import json
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client

from gongfang.platform.identity import services as identity
from gongfang.platform.models import AuditRow

WRONG: list[object] = [-1, 10**30, [], {}, "x" * 30_000, 0.1 + 0.2, "\x00"]
PLAUSIBLE: list[object] = [
    "abc",
    "NaN",
    "2026-02-30",
    "'; DROP TABLE x; --",
    True,
    None,
]  # good enough for a name or a tick
SHAPES: list[object] = [[], "text", None, 7, {"unknown_field": 1}]
REFUSED = (400, 403, 404, 409, 422)


def write_operations() -> list[tuple[str, str, list[str]]]:
    """Method, path and field names of every operation with a body, but for the counters, which ask for a device's token."""
    from gongfang.api.urls import api

    schema = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    found = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            body = operation.get("requestBody")
            if body is None or path.endswith("/counters"):
                continue
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            found.append((method.upper(), path, list(schema["components"]["schemas"][name].get("properties", {}))))
    return found


@pytest.fixture
def token(db) -> str:
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    return identity.create_token(actor=admin, name="hostile")[1]


def send(client: Client, method: str, path: str, text: str) -> tuple[int, bytes, bool]:
    """Status, answer, and whether anything was changed; what was changed is taken back."""
    before = AuditRow.objects.count()
    with transaction.atomic():
        answer = client.generic(method, path, text, "application/json")
        changed = AuditRow.objects.count() != before
        transaction.set_rollback(True)
    return answer.status_code, answer.content, changed


def test_wrong_values_are_refused_everywhere(token):
    client = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)
    operations, refused = write_operations(), 0
    assert operations
    for method, path, fields in operations:
        meant = [name for name in fields if name not in ("version", "confirm")]
        bodies = [json.dumps(body) for body in SHAPES]
        bodies += [json.dumps(dict.fromkeys(meant, wrong)) for wrong in WRONG + PLAUSIBLE if meant]
        for body in [*bodies, "{not json"]:
            status, content, changed = send(client, method, path.replace("{pk}", "1"), body)
            told = (method, path, body[:80], status, content[:300])
            assert status < 500, told
            if status == 200:
                assert json.loads(body) and next(iter(json.loads(body).values())) in PLAUSIBLE, told
                continue
            assert status in REFUSED and not changed, told
            problems = json.loads(content)["problems"]
            assert problems and all(problem["message"] for problem in problems), told
            refused += 1
    assert refused > 10 * len(operations)
