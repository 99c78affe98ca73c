"""The doors and what every page carries."""

from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from gongfang.platform.audit.models import AuditRow
from gongfang.platform.identity.services import create_user
from gongfang.platform.models import ApprovalFlow, User
from gongfang.ui.registry import registry
from tests.addresses import routes
from tests.web.conftest import browser_of

CREATES = {f"/{key}/new": declared.create_verb for key, declared in registry().screens.items()}


def test_scripts_come_from_our_own_files_only(desk):
    policy = desk.get("/").headers["Content-Security-Policy"]
    # The barcode reader is WebAssembly; nothing else may be evaluated.
    assert "script-src 'self' 'wasm-unsafe-eval';" in policy
    assert "object-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "address", ["/", "/people/employees/", "/people/employees/new", "/platform/users/1/", "/me/tokens"]
)
def test_no_page_runs_inline_scripts(desk, address):
    body = desk.get(address).content.decode()
    assert "<script>" not in body
    assert " onclick=" not in body
    assert "javascript:" not in body


def test_nobody_is_led_to_the_log_in(admin):
    assert Client().get("/people/employees/").headers["Location"] == "/login?next=%2Fpeople%2Femployees%2F"
    assert Client().get("/-/palette", headers={"Accept": "application/json"}).status_code == 401


@pytest.mark.parametrize(
    ("language", "flow"), [("zh-hans", "采购订单大额：采购 → 老板"), ("en", "Large purchase orders: buyer → owner")]
)
def test_a_new_system_asks_for_its_administrator(db, language, flow):
    """The company starts in the language in which its administrator registers: screens, preset flows, later people."""
    client = Client()
    client.cookies["gongfang_language"] = language
    assert client.get("/").headers["Location"] == "/register"
    values = {"name": "王建国", "username": "wang", "password": "12345678", "again": "12345678", "request_id": uuid4()}
    assert client.post("/register", values).status_code == 422
    assert not User.objects.exists()
    assert (
        client.post("/register", {**values, "password": "gongfang-2026", "again": "gongfang-2027"}).status_code == 422
    )
    assert (
        client.post("/register", {**values, "password": "gongfang-2026", "again": "gongfang-2026"}).headers["Location"]
        == "/"
    )
    assert client.get("/").status_code == 200
    assert Client().get("/register").headers["Location"] == "/login"
    first = User.objects.get()
    assert first.language == language
    assert ApprovalFlow.objects.filter(doc_type="purchasing.order", name=flow).exists()
    later = create_user(
        actor=first, request_id=uuid4(), username="li", name="李", password="gongfang-2026", roles=["buyer"]
    )
    assert later.language == language


def test_log_in_and_throttling(admin):
    client = Client()
    assert (
        client.post(
            "/login", {"username": "admin", "password": "Gongfang-2026", "next": "https://evil.example/"}
        ).headers["Location"]
        == "/"
    )
    stranger = Client()
    for _attempt in range(7):
        assert stranger.post("/login", {"username": "admin", "password": "wrong"}).status_code == 422
    assert stranger.post("/login", {"username": "admin", "password": "wrong"}).status_code == 429
    assert stranger.post("/login", {"username": "admin", "password": "Gongfang-2026"}).status_code == 429


def test_whoever_only_asks_for_the_head_of_a_page_gets_it(desk, admin):
    """Monitors and proxies ask so; it does nothing that a press would do."""
    assert Client().head("/login").status_code == 200
    for path in ("/me/password", "/me/two-factor", "/me/sessions", "/me/tokens"):
        assert desk.head(path).status_code == 200, path


def test_the_language_is_switched_and_remembered(desk, admin):
    assert "My log-ins" in desk.get("/me/sessions").content.decode()
    desk.post("/-/language", {"language": "zh-hans", "next": "/me/sessions"})
    assert "我的登录" in desk.get("/me/sessions").content.decode()
    admin.refresh_from_db()
    assert admin.language == "zh-hans"
    assert desk.post("/-/language", {"language": "en", "next": "//evil.example"}).headers["Location"] == "/"


def test_an_unknown_address_says_so(desk):
    response = desk.get("/no/such/page")
    assert response.status_code == 404
    assert "There is no page at this address." in response.content.decode()


def test_a_slash_too_many_or_too_few_leads_to_the_page_that_is_meant(desk):
    """One rule for all addresses, those of the log-in too: a bookmark or a typed address never ends at "not found" for it."""
    known = {f"/{route}" for route in routes() if not {"<", "^", "?"} & set(route)} - {"/"}
    for address in sorted(known):
        other = address.rstrip("/") if address.endswith("/") else f"{address}/"
        if other not in known:
            assert desk.get(f"{other}?q=a%20b").headers["Location"] == f"{address}?q=a%20b"
    assert Client().get("/login/").headers["Location"] == "/login"
    assert desk.get("/platform/users/1").headers["Location"] == "/platform/users/1/"
    assert desk.get("/no/such/page/").status_code == desk.post("/me/tokens/").status_code == 404


def test_what_a_page_sends_is_told_to_be_no_page(desk):
    """Somebody kept the address of logging out as a bookmark."""
    answer = desk.get("/logout")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert "Open that page from the menu." in answer.content.decode()


def test_own_password_and_tokens(desk, admin):
    answer = desk.post(
        "/me/password", {"request_id": uuid4(), "old": "wrong", "new": "Another-2026", "again": "Another-2026"}
    )
    assert answer.status_code == 422
    assert (
        desk.post(
            "/me/password",
            {"request_id": uuid4(), "old": "Gongfang-2026", "new": "Another-2026", "again": "Another-2026"},
        ).status_code
        == 302
    )
    assert desk.get("/").status_code == 200
    body = desk.post("/me/tokens", {"name": "扫码枪", "read_only": "1"}).content.decode()
    assert "gf_" in body
    token = admin.tokens.get()
    desk.post("/me/tokens", {"revoke": token.pk})
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_palette_finds_pages_and_creates(desk):
    groups = {
        group["title"]: [row["url"] for row in group["rows"]]
        for group in desk.get("/-/palette?q=employ").json()["groups"]
    }
    assert groups["Pages"] == ["/people/employees/"]
    assert groups["Create"] == ["/people/employees/new"]


def test_the_menu_shows_what_the_person_may_open(person):
    body = browser_of(person("sales")).get("/").content.decode()
    assert "/platform/users/" not in body
    assert "/people/employees/" not in body


def test_the_home_page_leads_where_the_person_works(person):
    """An owner looks and decides: reports, and nothing to create; others see first what they created lately."""

    def offered(client):
        body = client.get("/").content.decode()
        return body.partition('class="gf-shortcuts"')[2].partition("</div>")[0].split('href="')[1:]

    owner = browser_of(person("owner"))
    assert 'href="/ledger/income-statement/"' in owner.get("/").content.decode().partition('class="gf-days"')[2]
    assert offered(owner) == []
    hr = person("hr")
    client = browser_of(hr)
    before = [one.partition('"')[0] for one in offered(client)]
    AuditRow.objects.create(id=10**9, at=timezone.now(), actor_id=hr.pk, verb=CREATES[before[-1]])
    assert next(one.partition('"')[0] for one in offered(client)) == before[-1] != before[0]


def test_what_is_kept_of_pages_knows_person_place_language_and_values(desk, person):
    """Menu, texts, filters and the form of columns are rendered once per what they depend on."""
    assert desk.get("/people/employees/").content.decode().count('aria-current="page"') == 1
    body = desk.get("/platform/users/").content.decode()
    assert '<a href="/platform/users/" class="active" aria-current="page">' in body
    assert body.count('aria-current="page"') == 1
    assert "/platform/users/" not in browser_of(person("sales")).get("/").content.decode()
    on = '<details class="gf-filter on">'
    assert [desk.get(f"/platform/users/{asked}").content.decode().count(on) for asked in ("", "?is_active=1", "")] == [
        0,
        1,
        0,
    ]
    chosen = desk.get("/platform/users/?cols=name").content.decode()
    assert chosen.count('" checked>') < desk.get("/platform/users/").content.decode().count('" checked>')
    assert "Keep in sight up to here" in chosen
    desk.post("/-/language", {"language": "zh-hans", "next": "/"})
    chinese = desk.get("/platform/users/").content.decode()
    assert "Keep in sight up to here" not in chinese
    assert "Command palette" not in chinese
    assert '<a href="/platform/users/" class="active" aria-current="page">' in chinese


def test_every_noun_is_mounted():
    known = set(routes())
    for key in [*registry().screens, *registry().pages]:
        assert f"{key}/" in known
