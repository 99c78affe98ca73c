"""Who may do what: every verb and every address, as nobody and as each role."""

import json
import re
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from gongfang.kernel.errors import DomainError, Kind
from gongfang.platform.identity import services as identity
from gongfang.platform.identity.presets import PRESET_ROLES
from gongfang.platform.models import AuditRow, Request, User
from gongfang.platform.verbs import REGISTRY
from gongfang.ui import derive
from gongfang.ui.registry import registry
from tests.addresses import routes

PUBLIC_VERBS = {
    "platform.register_first_admin", "platform.change_own_password", "platform.set_own_language", "platform.begin_two_factor",
    "platform.confirm_two_factor", "platform.stop_two_factor", "platform.delegate", "platform.end_delegation",
}  # fmt: skip

TABLE_ALONE = {"HX-Request": "true", "HX-Target": "gf-list"}  # whole pages are opened in tests/web


@pytest.fixture(scope="module")
def company(kept) -> dict[str, int]:
    """One person of every preset role, for all tests here."""
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    found = {"admin": admin.pk}
    for role in PRESET_ROLES:
        if role != "admin":
            found[role] = identity.create_user(
                actor=admin, request_id=uuid4(), username=role, name=role, password="Gongfang-2026", roles=[role]
            ).pk
    return found


@pytest.fixture
def people(db, company) -> dict[str, User]:
    return {role: User.objects.get(pk=pk) for role, pk in company.items()}


def test_every_verb_refuses_every_role_that_lacks_it(people):
    before = (AuditRow.objects.count(), Request.objects.count())
    refused = 0
    for role, user in people.items():
        for name, known in REGISTRY.items():
            if name in PUBLIC_VERBS or user.may(name):
                continue
            with pytest.raises(DomainError) as refusal:
                known.function(actor=user, request_id=uuid4())
            assert refusal.value.kind == Kind.FORBIDDEN, (role, name)
            refused += 1
    assert refused > len(REGISTRY)
    assert (AuditRow.objects.count(), Request.objects.count()) == before


def test_an_inactive_person_may_do_nothing(people):
    people["owner"].is_active = False
    for name, known in REGISTRY.items():
        if name in PUBLIC_VERBS:
            continue
        with pytest.raises(DomainError) as refusal:
            known.function(actor=people["owner"], request_id=uuid4())
        assert refusal.value.kind == Kind.FORBIDDEN


def test_every_verb_belongs_to_somebody_beside_the_administrator():
    """A verb that no preset role has is one that was forgotten; the administrator's own are listed here."""
    ours = {name: known for name, known in REGISTRY.items() if known.function.__module__.startswith("gongfang.")}
    nobodys = {name for name, known in ours.items() if not known.roles - {"admin"} and name not in PUBLIC_VERBS}
    assert all(name.startswith(("platform.", "masterdata.import", "ledger.", "planning.import")) for name in nobodys), (
        nobodys
    )


def addresses() -> list[str]:
    found = []
    for declared in registry().screens.values():
        found += [f"/{declared.key}/", f"/{declared.key}/999999/", f"/{declared.key}/export.xlsx"]
        found += [f"/{declared.key}/new"] if declared.create_verb else []
    found += [f"/{page.key}/" for page in registry().pages.values() if not page.public]
    return found


OPEN = {"/login", "/login/code", "/logout", "/register", "/-/language"}  # what a person without log-in may ask for


def every_address() -> list[str]:
    """All addresses of pages that the program knows, with numbers and names filled in."""
    known = []
    for route in routes():
        if route.startswith("api/") or route == "healthz" or not route.isprintable():
            continue
        if route.startswith("^"):
            route = "-/lookup/masterdata/items"
        route = re.sub(r"<int:\w+>", "1", route)
        route = re.sub(r"<uuid:\w+>", "00000000-0000-4000-8000-000000000000", route)
        known.append("/" + re.sub(r"<\w+:\w+>", "x", route))
    return sorted(set(known))


def test_nobody_gets_no_address_at_all(people):
    client, tried = Client(), 0
    public = {f"/{page.key}/" for page in registry().pages.values() if page.public} | OPEN
    for address in every_address():
        if address in public or any(
            address.startswith(f"/{page.key}/") for page in registry().pages.values() if page.public
        ):
            continue
        for method in (
            (client.get, client.post) if tried % 5 == 0 else (client.get,)
        ):  # what a page asks for is decided before its method
            answer = method(address)
            assert answer.status_code in (302, 401, 403, 405), (address, answer.status_code)
            if answer.status_code == 302:
                assert answer["Location"].startswith("/login"), (address, answer["Location"])
        tried += 1
    assert tried > 1000


@pytest.mark.parametrize("role", ["sales", "operator"])
def test_below_each_noun_a_role_gets_exactly_what_it_may(people, role):
    """Export, import, rows, tabs, prints and verbs: refused before anything is looked for."""
    user, client = people[role], Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for key, declared in registry().screens.items():
        may = not declared.view_permission or user.may(declared.view_permission)
        tails = (
            ["999999/", "999999/tab/history"]
            if may
            else ["export.xlsx", "999999/", "999999/tab/history", "999999/print/x.pdf"]
        )
        for tail in tails:
            status = client.get(f"/{key}/{tail}").status_code
            assert (status == 403) != may, (role, key, tail, status)
        if declared.create_verb:
            status = client.get(f"/{key}/import").status_code
            assert (status == 403) == (not may or not user.may(declared.create_verb)) or status == 404, (
                role,
                key,
                status,
            )
        for button in [*declared.verbs, *declared.list_verbs]:
            name = button.verb.rpartition(".")[2]
            tail = f"do/{name}" if button in declared.list_verbs else f"999999/verb/{name}"
            status = client.get(f"/{key}/{tail}").status_code
            if button.verb in REGISTRY and not user.may(button.verb):
                assert status == 403, (role, key, name, status)
            elif may:
                assert status in (200, 404), (role, key, name, status)


def test_nobody_sends_anything(db, people):
    client = Client()
    for address in addresses():
        assert client.post(address, {"request_id": str(uuid4())}).status_code in (302, 401, 403, 405), address


@pytest.mark.parametrize("role", [role for role in PRESET_ROLES])
def test_each_role_opens_exactly_what_it_may(people, role):
    user, client = people[role], Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    for declared in [*registry().screens.values(), *[page for page in registry().pages.values() if not page.public]]:
        may = not declared.view_permission or user.may(declared.view_permission)
        answer = client.get(f"/{declared.key}/", headers=TABLE_ALONE)  # a fragment's refusal travels as 422
        assert answer.status_code in ((200, 302) if may else (422,)), (role, declared.key, answer.status_code)
        assert may or escape(str(derive.title(declared))) in answer.content.decode(), (role, declared.key)
        if hasattr(declared, "create_verb") and declared.create_verb:
            status = client.get(f"/{declared.key}/new").status_code
            assert status == (200 if user.may(declared.create_verb) and may else 403), (
                role,
                declared.key,
                "new",
                status,
            )


@pytest.mark.parametrize("role", [role for role in PRESET_ROLES])
def test_the_api_gives_each_role_exactly_what_it_may(people, role):
    user, client = people[role], Client()
    headers = {"Authorization": f"Bearer {identity.create_token(actor=user, name='t')[1]}"}
    for declared in registry().screens.values():
        may = not declared.view_permission or user.may(declared.view_permission)
        answer = client.get(f"/api/v1/{declared.key}/", headers=headers)
        assert answer.status_code == (200 if may else 403), (role, declared.key, answer.content[:200])
        if declared.create_verb and not user.may(declared.create_verb):
            answer = client.post(f"/api/v1/{declared.key}/", json.dumps({}), "application/json", headers=headers)
            assert answer.status_code in (403, 422), (role, declared.key)
        for button in declared.verbs:
            if button.verb in REGISTRY and not user.may(button.verb):
                name = button.verb.rpartition(".")[2]
                answer = client.post(
                    f"/api/v1/{declared.key}/1/{name}", json.dumps({}), "application/json", headers=headers
                )
                assert answer.status_code in (403, 422), (role, declared.key, name, answer.content[:200])


def test_money_is_hidden_where_it_should_be(people):
    """Whoever lacks a scope gets no column of it, in the list or in the API schema of the answer."""
    from gongfang.ui.derive import allowed, columns

    for declared in registry().screens.values():
        for role, user in people.items():
            for column in allowed(user, columns(declared)):
                assert column.scope is None or user.sees(column.scope), (role, declared.key, column.path)
    assert (
        not people["operator"].sees("cost") and not people["keeper"].sees("cost") and not people["sales"].sees("cost")
    )
