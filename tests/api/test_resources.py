"""The generated endpoints: the same verbs, permissions and refusals as the screens."""

import subprocess
import sys
from uuid import uuid4

import pytest

from gongfang.platform.models import AuditRow, User
from tests.api.conftest import Caller

NEW_USER = {"username": "lm", "name": "李梅", "password": "Gongfang-2026", "roles": ["sales"]}


def test_nobody_gets_401(client, db):
    for path in ("me", "platform/users/", "platform/users/1"):
        assert client.get(f"/api/v1/{path}").status_code == 401
    assert client.post("/api/v1/platform/users/", "{}", "application/json").status_code == 401
    assert client.get("/api/v1/me", headers={"Authorization": "Bearer gf_wrong"}).status_code == 401


def test_the_schema_and_its_page_are_found_though_the_api_loads_late(admin, client):
    client.force_login(admin, backend="django.contrib.auth.backends.ModelBackend")
    assert "/api/openapi.json" in client.get("/api/docs").content.decode()
    assert "/api/v1/platform/users/" in client.get("/api/openapi.json").json()["paths"]


LOADING = """
import sys
from concurrent.futures import ThreadPoolExecutor
from gongfang.cli.boot import boot
boot()
from django.shortcuts import redirect
redirect("/login")
print("gongfang.api.urls" in sys.modules)
from ninja import Schema
from gongfang.api.urls import Me
print(len(Schema.__subclasses__()), sum(one.__pydantic_complete__ for one in Schema.__subclasses__()))
with ThreadPoolExecutor(16) as many:
    told = many.map(lambda n: Me(username="a", name=str(n), roles=[], permissions=[]).name, range(64))
print(list(told) == [str(n) for n in range(64)])
"""


def test_no_page_waits_for_the_api_and_it_loads_what_it_uses():
    """Its thousands of models take seconds to load and to finish: a page's redirect asks for names, and must not load them;
    once loaded, a model is finished when it is first used, by however many at once."""
    done = subprocess.run([sys.executable, "-c", LOADING], capture_output=True, text=True, check=True)
    loaded, counts, right = done.stdout.splitlines()
    made, finished = map(int, counts.split())
    assert loaded == "False" and right == "True"
    assert made > 20 * finished


def test_create_read_edit_and_list(call):
    status, done = call("POST", "platform/users/", NEW_USER)
    assert status == 200, done
    pk = done["ids"][0]
    status, user = call("GET", f"platform/users/{pk}")
    assert (status, user["username"], user["name"]) == (200, "lm", "李梅")
    status, _ = call("PATCH", f"platform/users/{pk}", {"name": "李小梅"})
    assert status == 200
    assert call("GET", "platform/users/?q=小梅")[1]["count"] == 1
    assert call("GET", "platform/users/?is_active=false")[1]["items"] == []
    assert User.objects.get(pk=pk).role_codes() == {"sales"}


def test_an_idempotency_key_acts_once(call):
    key = uuid4()
    first = call("POST", "platform/users/", NEW_USER, key=key)
    assert call("POST", "platform/users/", NEW_USER, key=key) == first
    status, refusal = call("POST", "platform/users/", NEW_USER | {"name": "别人"}, key=key)
    assert (status, refusal["code"]) == (409, "request_reused")
    assert User.objects.filter(username="lm").count() == 1


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "username"),
        (NEW_USER | {"is_all": True}, "is_all"),
        (NEW_USER | {"username": ""}, "username"),
        (NEW_USER | {"username": "x" * 30_000}, "username"),
        (NEW_USER | {"roles": "sales"}, "roles"),
        (NEW_USER | {"roles": ["wizard"]}, "roles"),
        (NEW_USER | {"password": "1"}, "password"),
        (NEW_USER | {"username": 7}, "username"),
    ],
)
def test_bad_bodies_name_the_field_and_change_nothing(call, body, where):
    before = AuditRow.objects.count()
    status, refusal = call("POST", "platform/users/", body)
    assert status == 422, refusal
    assert any(problem["where"].startswith(where) and problem["message"] for problem in refusal["problems"]), refusal
    assert (User.objects.count(), AuditRow.objects.count()) == (1, before)


@pytest.mark.parametrize("path", ["platform/users/999", "platform/users/9223372036854775807"])
def test_what_is_not_there_is_404(call, path):
    assert call("GET", path)[0] == 404
    assert call("PATCH", path, {"name": "x"})[0] == 404


@pytest.mark.parametrize(
    "path", ["platform/users/0", "platform/users/-1", "platform/users/abc", "platform/users/99999999999999999999"]
)
def test_what_is_no_key_is_refused(call, path):
    assert call("GET", path)[0] in (404, 422)


@pytest.mark.parametrize(
    "query",
    [
        "sort=password",
        "after=zzz",
        "per=0",
        "per=9999",
        "where={",
        "is_active=perhaps",
        "created_at_from=soon",
        "colour=red",
    ],
)
def test_bad_queries_are_refused(call, query):
    status, refusal = call("GET", f"platform/users/?{query}")
    assert status == 422, (query, refusal)


def test_a_role_without_the_permission_is_refused(as_operator):
    assert as_operator("GET", "platform/users/")[0] == 403
    assert as_operator("GET", "platform/users/1")[0] == 403
    assert as_operator("POST", "platform/users/", NEW_USER)[0] == 403
    assert as_operator("POST", "platform/users/", {})[0] in (403, 422)
    assert not User.objects.filter(username="lm").exists()


def test_a_read_only_token_only_reads(admin):
    reader = Caller(admin, read_only=True)
    assert reader("GET", "platform/users/")[0] == 200
    assert reader("POST", "platform/users/", NEW_USER)[0] == 401


def test_pages_follow_one_another(call):
    for index in range(5):
        assert call("POST", "platform/users/", NEW_USER | {"username": f"u{index}"})[0] == 200
    names, token = [], ""
    while True:
        _, page = call("GET", f"platform/users/?per=2&after={token}")
        names += [row["username"] for row in page["items"]]
        if not (token := page["next"]):
            break
    assert names == ["admin", "u0", "u1", "u2", "u3", "u4"]
