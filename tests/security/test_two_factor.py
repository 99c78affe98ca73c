"""Two-factor log-in: the standard's own figures, codes good once, recovery codes, the throttle, the way back in."""

import base64
from uuid import uuid4

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.platform.identity import services as identity
from gongfang.platform.identity import two_factor
from gongfang.platform.models import TwoFactor, User

PASSWORD = "Gongfang-2026"
STEP = 33_333_333  # the step that is running in these tests
SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.fixture(autouse=True)
def clock(monkeypatch) -> None:
    monkeypatch.setattr(two_factor, "present_step", lambda: STEP)


@pytest.mark.parametrize(
    ("moment", "code"),  # RFC 6238, appendix B, SHA-1, the last six of eight digits
    [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037"), (20000000000, "353130")],
)  # fmt: skip
def test_codes_are_those_of_the_standard(moment, code):
    assert two_factor.one_time_code(SECRET, moment // 30) == code


@pytest.mark.parametrize(("drift", "good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_one_step_off(drift, good):
    code = two_factor.one_time_code(SECRET, STEP + drift)
    assert (two_factor._step_of(SECRET, code, 0) is not None) == good


@pytest.fixture
def admin(db) -> User:
    return identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password=PASSWORD
    )


@pytest.fixture
def factor(admin) -> TwoFactor:
    row = two_factor.begin_two_factor(actor=admin, request_id=uuid4())
    return two_factor.confirm_two_factor(actor=admin, request_id=uuid4(), code=now_code(row, -1))


def now_code(row: TwoFactor, drift: int = 0) -> str:
    return two_factor.one_time_code(row.secret, STEP + drift)


def knock(client: Client, code: str | None = None):
    answer = client.post("/login", {"username": "admin", "password": PASSWORD, "next": "/ledger/vouchers/"})
    assert answer["Location"] == "/login/code" and "_auth_user_id" not in client.session
    return client.post("/login/code", {"code": code}) if code is not None else answer


def test_a_password_alone_no_longer_opens(factor):
    client = Client()
    knock(client)
    assert "/login" in client.get("/")["Location"]
    wrong = client.post("/login/code", {"code": "000000"})
    assert wrong.status_code == 422 and "_auth_user_id" not in client.session
    right = client.post("/login/code", {"code": now_code(factor)})
    assert (right.status_code, right["Location"]) == (302, "/ledger/vouchers/")
    assert client.get("/me/two-factor").status_code == 200


def test_a_code_is_good_once(factor):
    assert knock(Client(), code=now_code(factor)).status_code == 302
    assert knock(Client(), code=now_code(factor)).status_code == 422


def test_a_recovery_code_is_good_once(factor):
    code = factor.fresh_codes[3]
    assert len(set(factor.fresh_codes)) == 10 and code not in str(TwoFactor.objects.values())
    assert knock(Client(), code=code.upper()).status_code == 302
    assert knock(Client(), code=code).status_code == 422
    assert len(TwoFactor.objects.get().recovery) == 9


def test_guessing_codes_is_throttled(factor):
    client = Client()
    knock(client)
    statuses = [client.post("/login/code", {"code": f"{guess:06}"}).status_code for guess in range(9)]
    assert statuses[-1] == 429 and 302 not in statuses
    assert client.post("/login/code", {"code": now_code(factor)}).status_code == 429, "the right code comes too late"


def test_without_a_password_there_is_no_second_step(factor):
    client = Client()
    assert client.get("/login/code")["Location"] == "/login"
    assert client.post("/login/code", {"code": now_code(factor)})["Location"] == "/login"


def test_set_up_and_off_on_the_page(admin):
    client = Client()
    client.force_login(admin, "django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    page = client.post("/me/two-factor", {"request_id": str(uuid4())})
    row = TwoFactor.objects.get()
    assert "<svg" in page.content.decode() and row.secret[:4] in page.content.decode()
    wrong = client.post("/me/two-factor", {"request_id": str(uuid4()), "act": "confirm", "code": "12345x"})
    assert wrong.status_code == 422 and TwoFactor.objects.get().confirmed_at is None
    done = client.post("/me/two-factor", {"request_id": str(uuid4()), "act": "confirm", "code": now_code(row)})
    assert "recovery codes" in done.content.decode()
    refused = client.post("/me/two-factor", {"request_id": str(uuid4()), "act": "stop", "password": "no"})
    assert refused.status_code == 422 and TwoFactor.objects.exists()
    client.post("/me/two-factor", {"request_id": str(uuid4()), "act": "stop", "password": PASSWORD})
    assert not TwoFactor.objects.exists()


def test_an_administrator_lets_somebody_back_in(factor, admin):
    other = identity.create_user(
        actor=admin, request_id=uuid4(), username="op", name="郑强", password=PASSWORD, roles=["operator"]
    )
    with pytest.raises(DomainError):
        two_factor.reset_two_factor(actor=other, request_id=uuid4(), user_id=admin.pk)
    two_factor.reset_two_factor(actor=admin, request_id=uuid4(), user_id=admin.pk)
    assert Client().post("/login", {"username": "admin", "password": PASSWORD})["Location"] == "/"
