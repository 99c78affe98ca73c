"""A verb is one transaction: permitted, once per request id, with one audit row."""

import threading
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from gongfang.kernel.errors import DomainError, Kind
from gongfang.platform import verbs
from gongfang.platform.audit.services import broken_links
from gongfang.platform.identity import services as identity
from gongfang.platform.models import AuditRow, Request, Role, Setting, User
from gongfang.platform.settings import services as settings
from gongfang.ui.sentences import sentence

pytestmark = pytest.mark.both_databases


@pytest.fixture
def admin(db) -> User:
    return identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )


@pytest.fixture
def operator(admin) -> User:
    return identity.create_user(
        actor=admin, request_id=uuid4(), username="op", name="郑强", password="Gongfang-2026", roles=["operator"]
    )


def set_name(actor, value, request_id=None):
    return settings.change_setting(actor=actor, request_id=request_id or uuid4(), key="company.name", value=value)


def test_the_same_request_acts_once_and_answers_the_same(admin):
    request_id = uuid4()
    first = set_name(admin, "精工泵业", request_id)
    rows = AuditRow.objects.count()
    again = set_name(admin, "精工泵业", request_id)
    assert again == first
    assert Setting.objects.get(key="company.name").version == first.version
    assert AuditRow.objects.count() == rows


def test_another_payload_under_the_same_request_is_refused(admin):
    request_id = uuid4()
    set_name(admin, "精工泵业", request_id)
    with pytest.raises(DomainError) as refusal:
        set_name(admin, "别的名字", request_id)
    assert (refusal.value.code, refusal.value.kind) == ("request_reused", Kind.CONFLICT)
    assert settings.get("company.name") == "精工泵业"


def test_who_may_not_is_refused_before_anything_happens(operator):
    with pytest.raises(DomainError) as refusal:
        set_name(operator, "x")
    assert refusal.value.kind == Kind.FORBIDDEN
    assert not Setting.objects.exists()


def test_a_refused_verb_leaves_no_trace_and_can_be_sent_again(admin):
    request_id, rows = uuid4(), AuditRow.objects.count()
    with pytest.raises(DomainError):
        settings.change_setting(actor=admin, request_id=request_id, key="approvals.self", value="yes")
    assert not Request.objects.filter(pk=request_id).exists()
    assert AuditRow.objects.count() == rows
    settings.change_setting(actor=admin, request_id=request_id, key="approvals.self", value=False)
    assert settings.get("approvals.self") is False


def test_a_verb_within_a_verb_is_part_of_it(admin):
    @verbs.verb("platform.test_outer", "outer", roles=())
    def outer(*, actor, request_id):
        return set_name(actor, "里面")

    try:
        before = AuditRow.objects.count()
        outer(actor=admin, request_id=uuid4())
    finally:
        del verbs.REGISTRY["platform.test_outer"]
    assert AuditRow.objects.count() == before + 1
    assert AuditRow.objects.latest("id").verb == "platform.test_outer"
    assert AuditRow.objects.latest("id").changes[0]["to"] == "里面"


def test_the_audit_chain_holds_and_shows_a_forged_row(admin, operator):
    for name in ("甲", "乙", "丙"):
        set_name(admin, name)
    rows = list(AuditRow.objects.order_by("id"))
    assert broken_links(rows) == []
    forged = rows[2]
    forged.actor_name = "别人"
    assert broken_links(rows) == [forged.id]
    assert broken_links(rows[:1] + rows[2:]) != []


def test_a_refusal_names_the_permission_in_words(operator):
    with pytest.raises(DomainError) as refusal:
        identity.create_user(actor=operator, request_id=uuid4(), username="x", name="x", password="Gongfang-2026")
    with translation.override("zh-hans"):
        told = sentence(refusal.value.problems[0])
    assert told.startswith("您无权执行：") and "platform.create_user" not in told
    with pytest.raises(DomainError) as refusal:
        verbs.authorize(operator, "production.view_orders")
    with translation.override("zh-hans"):
        assert "production.view_orders" not in sentence(refusal.value.problems[0])


def test_the_database_itself_refuses_to_change_the_audit(admin):
    for forbidden in (
        lambda: AuditRow.objects.update(actor_name="别人"),
        lambda: connection.cursor().execute("DELETE FROM platform_auditrow"),
    ):
        with pytest.raises(Exception, match="never changed or deleted"), transaction.atomic():
            forbidden()


def test_presets_follow_the_verbs_until_somebody_edits_them(admin):
    keeper = Role.objects.get(code="keeper")
    assert keeper.permissions.filter(permission="platform.comment").exists()
    keeper.permissions.filter(permission="platform.comment").delete()
    identity.sync_preset_roles()
    assert keeper.permissions.filter(permission="platform.comment").exists()
    Role.objects.filter(pk=keeper.pk).update(is_preset=False)
    keeper.permissions.all().delete()
    identity.sync_preset_roles()
    assert not keeper.permissions.exists()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"username": "  "}, "required"),
        ({"username": "ADMIN"}, "taken"),
        ({"roles": ["wizard"]}, "unknown_role"),
    ],
)
def test_bad_users_are_refused(admin, changes, code):
    values = {"username": "new", "name": "新人", "password": "Gongfang-2026", "roles": ["sales"]} | changes
    with pytest.raises(DomainError) as refusal:
        identity.create_user(actor=admin, request_id=uuid4(), **values)
    assert code in refusal.value.codes
    assert User.objects.count() == 1


def test_the_second_first_administrator_is_refused(admin):
    with pytest.raises(DomainError) as refusal:
        identity.register_first_admin(actor=None, request_id=uuid4(), username="x", name="x", password="Gongfang-2026")
    assert refusal.value.code == "registered"


def test_nobody_grants_what_they_lack_and_an_administrator_stays(admin):
    hr = identity.create_user(
        actor=admin, request_id=uuid4(), username="hr", name="杨帆", password="Gongfang-2026", roles=["hr"]
    )
    role = Role.objects.get(code="hr")
    role.permissions.get_or_create(permission="platform.create_user")
    hr = User.objects.get(pk=hr.pk)
    with pytest.raises(DomainError) as refusal:
        identity.create_user(
            actor=hr, request_id=uuid4(), username="boss", name="x", password="Gongfang-2026", roles=["admin"]
        )
    assert refusal.value.code == "grant_exceeds"
    with pytest.raises(DomainError) as refusal:
        identity.change_user(actor=admin, request_id=uuid4(), user_id=admin.pk, roles=["sales"])
    assert refusal.value.code == "last_admin"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_request_sent_twice_at_once_acts_once():
    identity.sync_preset_roles()
    admin = identity.register_first_admin(
        actor=None, request_id=uuid4(), username="admin", name="管理员", password="Gongfang-2026"
    )
    barrier, failures = threading.Barrier(8), []

    def send(request_id):
        try:
            barrier.wait()
            set_name(User.objects.get(pk=admin.pk), "并发", request_id)
        except Exception as error:
            failures.append(error)
        finally:
            connection.close()

    for _ in range(5):
        before, request_id = AuditRow.objects.count(), uuid4()
        threads = [threading.Thread(target=send, args=(request_id,)) for _ in range(8)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert failures == []
        assert AuditRow.objects.count() == before + 1
    assert broken_links(AuditRow.objects.order_by("id")) == []


def test_a_running_verb_reads_the_settings_once_and_sees_its_own_change(db):
    seen = []

    @verbs.verb("platform.test_settings", "settings", public=True)
    def act(*, actor, request_id):
        with CaptureQueriesContext(connection) as statements:
            seen.append(settings.get(settings.COMPANY_NAME))
            seen.append(settings.get(settings.SELF_APPROVAL))
        seen.append(len(statements))
        settings.change_setting(actor=actor, request_id=request_id, key=settings.COMPANY_NAME, value="新名称")
        seen.append(settings.get(settings.COMPANY_NAME))

    act(actor=None, request_id=uuid4())
    assert seen == ["", True, 1, "新名称"]
