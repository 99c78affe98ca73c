"""Skills of people: what holds on which day, the gate on the shop floor, warnings before a certificate ends, the matrix."""

from datetime import date, timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gongfang.kernel.errors import DomainError, Kind
from gongfang.people import queries, rules, services
from gongfang.people.models import Employee, EmployeeSkill, Skill
from gongfang.platform.exchange import services as exchange
from gongfang.platform.notifications.models import Notification
from gongfang.platform.settings import services as company_settings
from gongfang.production import services as production
from gongfang.production.models import Report
from tests.platform.test_exchange import workbook
from tests.production.shop import Shop

TODAY = date(2026, 11, 26)


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def learn(shop: Shop, person: Employee, skill: Skill, level: int, **values: Any) -> EmployeeSkill:
    return shop.do(services.record_skill, employee_id=person.pk, skill_id=skill.pk, level=level, **values)


def person(shop: Shop, code: str, user: Any = None) -> Employee:
    return shop.do(services.create_employee, code=code, name=code, user_id=user.pk if user else None)


def welding(shop: Shop, **values: Any) -> Skill:
    return shop.do(services.create_skill, code="welding", name="焊接", **values)


@pytest.mark.parametrize(
    ("issued", "months", "last"),
    [
        (date(2026, 1, 15), 0, None), (date(2026, 1, 15), 12, date(2027, 1, 14)), (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2026, 1, 1), 12, date(2026, 12, 31)), (date(2024, 2, 29), 12, date(2025, 2, 28)), (date(2026, 12, 1), 1, date(2026, 12, 31)),
    ],
)  # fmt: skip
def test_how_long_a_certificate_holds(issued: date, months: int, last: date | None) -> None:
    assert rules.until(issued, months) == last


@pytest.mark.parametrize(
    ("left", "told", "step"),
    [(91, None, None), (90, None, 90), (90, 90, None), (31, 90, None), (30, 90, 30), (7, 30, 7), (7, None, 7), (1, 7, None), (0, 7, 0), (-9, 0, None)],
)  # fmt: skip
def test_each_warning_is_given_once(left: int, told: int | None, step: int | None) -> None:
    assert rules.step_reached(left, told, queries.WARNING_DAYS) == step


def test_the_latest_judgement_holds_on_each_day(shop: Shop) -> None:
    skill, zhang = welding(shop), person(shop, "zhang")
    days = [shop.today - timedelta(days=n) for n in (400, 100, 10)]
    learn(shop, zhang, skill, 3, issued_on=days[0], expires_on=days[0] + timedelta(days=200))
    learn(shop, zhang, skill, 4, issued_on=days[1])
    learn(shop, zhang, skill, 2, issued_on=days[2])
    held = {
        on: queries.certified(on)
        for on in (
            days[0] - timedelta(1),
            days[0],
            days[0] + timedelta(200),
            days[0] + timedelta(201),
            days[1],
            days[2],
        )
    }
    who = {"welding": frozenset({zhang.pk})}
    assert list(held.values()) == [{}, who, who, {}, who, {}]
    assert queries.certified(days[1], ["turning"]) == {}
    assert queries.uncertified({(zhang.pk, "welding"), (zhang.pk, "unheard")}, days[1]) == {(zhang.pk, "unheard")}
    with CaptureQueriesContext(connection) as asked:
        queries.certified(days[1])
        queries.uncertified({(zhang.pk, "welding")}, days[2])
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"level": 5}, "level_out_of_range"), ({"level": 4}, ""), ({"issued_on": timezone.localdate() + timedelta(1)}, "in_the_future"),
        ({"expires_on": timezone.localdate() - timedelta(1)}, "ends_before_it_begins"), ({"expires_on": timezone.localdate()}, ""),
    ],
)  # fmt: skip
def test_what_may_be_recorded(shop: Shop, values: dict[str, Any], code: str) -> None:
    skill, zhang = welding(shop), person(shop, "zhang")
    values = {"level": 3, "issued_on": timezone.localdate(), **values}
    if not code:
        learn(shop, zhang, skill, **values)
        with pytest.raises(DomainError) as refusal:
            learn(shop, zhang, skill, **values)
        code = "same_day"
    else:
        with pytest.raises(DomainError) as refusal:
            learn(shop, zhang, skill, **values)
    assert refusal.value.codes == [code] and EmployeeSkill.objects.count() == (code == "same_day")


def test_work_is_reported_by_certified_people_only(shop: Shop) -> None:
    """The day before it ends, on the last day, and on the first day without: the first forbidden one."""
    skill, worker = welding(shop, valid_months=12), shop.person("zhang", "operator")
    zhang = person(shop, "zhang", worker)
    order = shop.order("10")
    step = shop.operation(order, 10)
    type(step).objects.filter(pk=step.pk).update(skill="welding")
    learned = learn(shop, zhang, skill, 3, issued_on=shop.today - timedelta(days=30), expires_on=shop.today)
    lines = [production.ReportInput(step.pk, D(1))]
    shop.do(production.report_work, actor=worker, lines=lines, on=shop.today)
    shop.do(
        services.correct_skill,
        employeeskill_id=learned.pk,
        level=3,
        issued_on=learned.issued_on,
        expires_on=shop.today - timedelta(1),
    )
    with pytest.raises(DomainError) as refusal:
        shop.do(production.report_work, actor=worker, lines=lines, on=shop.today)
    assert refusal.value.codes == ["no_certificate"] and Report.objects.count() == 1
    assert shop.operation(order, 10).good_quantity == 1
    with pytest.raises(DomainError) as refusal:  # naming somebody else does not help who has none either
        shop.do(
            production.report_work,
            lines=[production.ReportInput(step.pk, D(1), people=(production.PersonInput(person(shop, "li").pk),))],
        )
    assert refusal.value.codes == ["no_certificate"]
    shop.do(company_settings.change_setting, key="production.certificates", value="warn")
    with pytest.raises(DomainError) as refusal:
        shop.do(production.report_work, actor=worker, lines=lines)
    assert refusal.value.kind == Kind.CONFIRM
    shop.do(production.report_work, actor=worker, lines=lines, confirm=frozenset({"no_certificate"}))
    assert Report.objects.count() == 2


def test_a_warning_comes_90_30_and_7_days_before_and_once_each(shop: Shop) -> None:
    hr = shop.person("hr", "hr")
    skill, zhang = welding(shop, valid_months=12), person(shop, "zhang")
    row = learn(shop, zhang, skill, 3, issued_on=shop.today)
    assert row.expires_on == rules.until(shop.today, 12)
    now = timezone.now()
    told = []
    for before in (91, 90, 90, 60, 30, 7, 6, 0, -1):
        moment = now + (row.expires_on - shop.today) - timedelta(days=before)
        told.append((before, services.warn_of_expiry(actor=shop.boss, now=moment)))
    assert [before for before, count in told if count == "1"] == [90, 30, 7, 0]
    assert Notification.objects.filter(user=hr).count() == 4
    assert "zhang" in Notification.objects.filter(user=hr).first().text


def test_the_matrix_counts_who_is_missing(shop: Shop, client: Client) -> None:
    skill = welding(shop, people_needed=2)
    zhang, li = person(shop, "zhang"), person(shop, "li")
    learn(shop, zhang, skill, 3)
    learn(shop, li, skill, 2)
    shop.items["pump"].routings.get().operations.filter(operation_no=20).update(skill="painting")
    client.force_login(shop.boss)
    with CaptureQueriesContext(connection) as few:
        answer = client.get("/people/matrix/")
    (need,) = answer.context["needs"]
    assert (need.certified, need.gap, need.operations) == (1, 1, 0)
    assert answer.context["unknown"] == ["painting"]
    assert [[cell["tone"] for cell in line["cells"]] for line in answer.context["lines"]] == [
        ["learning"],
        ["certified"],
    ]
    for n in range(10):
        learn(shop, person(shop, f"p{n}"), skill, 3)
    with CaptureQueriesContext(connection) as many:
        client.get("/people/matrix/")
    assert len(many) <= len(few)
    assert client.get(f"/people/skill-records/new?employee={li.pk}&skill={skill.pk}").status_code == 200
    for address in (
        "/people/skills/",
        f"/people/skills/{skill.pk}/",
        "/people/skill-records/",
        f"/people/employees/{zhang.pk}/tab/skills",
    ):
        assert client.get(address).status_code == 200, address


def test_operators_neither_see_nor_change_skills(shop: Shop, client: Client) -> None:
    client.force_login(shop.person("zhang", "operator"))
    assert client.get("/people/matrix/").status_code == 403


def test_skills_come_by_workbook_or_not_at_all(shop: Shop) -> None:
    person(shop, "zhang")
    good: dict[str, Any] = {
        "skills": [["code", "name", "valid_months"], ["welding", "焊接", 12]],
        "employee_skills": [["employee", "skill", "level", "issued_on"], ["zhang", "welding", 3, date(2026, 1, 31)]],
    }
    bad = {
        **good,
        "employee_skills": [
            good["employee_skills"][0],
            ["zhang", "welding", 5, date(2026, 1, 31)],
            ["wu", "welding", 3, date(2026, 1, 31)],
        ],
    }
    checked = exchange.check_workbook(workbook(bad))
    assert sorted((fault.row, fault.column) for fault in checked.faults) == [(2, "level"), (3, "employee")]
    assert Skill.objects.count() == 0
    for _ in range(2):  # twice is the same
        shop.do(exchange.import_workbook, content=workbook(good))
    row = EmployeeSkill.objects.get()
    assert (row.level, row.expires_on) == (3, date(2027, 1, 30))
