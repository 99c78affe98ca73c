"""When work was done: a report made without network keeps its moment, a night shift its day, on the terminal and at the desk."""

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from gongfang.ledger.models import Period
from gongfang.masterdata.models import Calendar
from gongfang.platform.identity.models import User
from gongfang.production.models import Report
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of

SHIFTS = [{"name": "白班", "start": "08:00", "end": "20:00"}, {"name": "夜班", "start": "20:00", "end": "08:00"}]


@pytest.fixture
def worker(shop: Shop) -> User:
    return worker_of(shop)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, hour, minute))


def at_hour(monkeypatch: pytest.MonkeyPatch, moment: datetime) -> None:
    """What the server takes for now."""
    monkeypatch.setattr(timezone, "now", lambda: moment.astimezone(UTC))


def in_shifts(*centres: Any) -> None:
    calendar = Calendar.objects.create(code="2S", name="两班", weekdays=[1, 2, 3, 4, 5, 6, 7], shifts=SHIFTS)
    for centre in centres:
        type(centre).objects.filter(pk=centre.pk).update(calendar=calendar)


def test_offline_at_2350_sent_at_9_counts_for_the_evening_it_was_made(
    shop: Shop, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order("10")
    terminal, operation = Terminal(worker), shop.operation(order, 10).pk
    evening, morning = local(shop.today - timedelta(days=1), 23, 50), local(shop.today, 9)
    at_hour(monkeypatch, morning)
    same = str(uuid.uuid4())
    for _ in range(2):
        assert terminal.act("report", operation, evening, good="4", request_id=same).status_code == 200
    report = Report.objects.get()
    assert (report.business_date, report.posting.on) == (evening.date(), evening.date())
    assert shop.fresh(order).actual_start == evening and shop.operation(order, 10).started_at == evening
    assert terminal.get("today").json()["lines"] == [], "it is yesterday's"


def test_a_queued_beginning_keeps_its_moment(shop: Shop, worker: User, monkeypatch: pytest.MonkeyPatch) -> None:
    order = shop.order("10")
    terminal, operation = Terminal(worker), shop.operation(order, 10).pk
    begun = local(shop.today - timedelta(days=1), 23, 50)
    at_hour(monkeypatch, local(shop.today, 9))
    assert terminal.act("begin", operation, begun).status_code == 200
    assert shop.operation(order, 10).started_at == begun and shop.fresh(order).actual_start == begun


def test_at_two_in_the_morning_it_is_still_the_day_of_the_shift(
    shop: Shop, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_shifts(shop.turning)
    order = shop.order("10")
    terminal, operation = Terminal(worker), shop.operation(order, 10).pk
    yesterday = shop.today - timedelta(days=1)
    at_hour(monkeypatch, local(yesterday, 22))
    terminal.report(operation, "1")
    at_hour(monkeypatch, local(shop.today, 2))
    terminal.report(operation, "2")
    assert {(row.shift, row.business_date) for row in Report.objects.all()} == {("夜班", yesterday)}
    shown = terminal.get("today").json()
    assert shown["total"]["good"] == "3" and shown["undo"]["number"] == Report.objects.latest("pk").number
    answer = terminal.act("undo", report=shown["undo"]["id"])
    assert answer.status_code == 200 and shop.operation(order, 10).good_quantity == 1
    undone = Report.objects.get(pk=shown["undo"]["id"])
    assert undone.posting.reversed_by.on == yesterday
    at_hour(monkeypatch, local(shop.today, 9))
    assert terminal.get("today").json() == {"lines": [], "total": {"good": "0", "pay": ""}, "undo": None}


@pytest.mark.parametrize(
    ("away", "code"), [(timedelta(minutes=-11), "in_future"), (timedelta(days=7, minutes=1), "too_old")]
)
@pytest.mark.parametrize("name", ["report", "begin", "stop", "acknowledge"])
def test_a_moment_out_of_bounds_is_refused_in_words(
    shop: Shop, worker: User, name: str, away: timedelta, code: str
) -> None:
    operation = shop.operation(shop.order("10"), 10).pk
    answer = Terminal(worker).act(name, operation, timezone.now() - away, good="1")
    assert answer.status_code == 422 and answer.json()["code"] == code
    assert str(timezone.localdate(timezone.now() - away)) in answer.json()["problems"][0]["message"]
    assert Report.objects.count() == 0 and Terminal(worker).job(operation)["state"] == "open"


def test_a_clock_a_little_ahead_means_now(shop: Shop, worker: User) -> None:
    operation = shop.operation(shop.order("10"), 10)
    assert Terminal(worker).act("begin", operation.pk, timezone.now() + timedelta(minutes=5)).status_code == 200
    operation.refresh_from_db()
    assert operation.started_at <= timezone.now()


@pytest.mark.parametrize("value", ["yesterday", True, -1, 10**15, 1.5])
def test_a_moment_that_is_none_is_refused(shop: Shop, worker: User, value: Any) -> None:
    operation = shop.operation(shop.order("10"), 10).pk
    sent = {"act": "report", "operation": operation, "good": "1", "at": value, "request_id": str(uuid.uuid4())}
    assert Terminal(worker).post("act", sent).json()["code"] == "bad_request"


def test_a_month_closed_meanwhile_refuses_and_names_it(
    shop: Shop, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = shop.order("10")
    terminal, operation = Terminal(worker), shop.operation(order, 10).pk
    made = timezone.now() - timedelta(days=6)
    Period.objects.update_or_create(year=made.year, month=made.month, defaults={"state": Period.State.CLOSED})
    answer = terminal.act("report", operation, made, good="1").json()
    assert answer["code"] == "period_closed" and f"{made:%Y-%m}" in answer["problems"][0]["message"]
    assert Report.objects.count() == 0


def test_work_of_two_days_in_one_report_is_refused_unless_the_day_is_said(
    shop: Shop, worker: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_shifts(shop.turning)
    early = Calendar.objects.create(
        code="E", name="早", weekdays=[1], shifts=[{"name": "早班", "start": "00:00", "end": "08:00"}]
    )
    type(shop.assembly).objects.filter(pk=shop.assembly.pk).update(calendar=early)
    order = shop.order("10")
    first, second = (shop.operation(order, number).pk for number in (10, 20))
    at_hour(monkeypatch, local(shop.today, 2))
    lines = [{"operation": first, "good": "3"}, {"operation": second, "minutes": "15", "rework": "1"}]
    answer = Terminal(worker).act("report_many", lines=lines).json()
    assert answer["code"] == "days_differ" and "LATHE" in answer["problems"][0]["message"]
    type(shop.assembly).objects.filter(pk=shop.assembly.pk).update(calendar=None)
    assert Terminal(worker).act("report_many", lines=lines).status_code == 200, (
        "a centre without shifts goes by the other"
    )
    assert Report.objects.get().business_date == shop.today - timedelta(days=1)


def test_the_desk_reports_for_a_day(shop: Shop) -> None:
    order = shop.order("10")
    day = shop.today - timedelta(days=2)
    form = {
        "operation": [shop.operation(order, 10).pk], "good": ["6"], "on": day.isoformat(), "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    client = client_of(shop.boss)
    assert client.post("/production/report/", form).status_code == 302
    assert Report.objects.get().business_date == day
    for on, words in ((shop.today + timedelta(days=1), "in the future"), ("31/12", "not a date")):
        answer = client.post("/production/report/", {**form, "on": str(on), "request_id": str(uuid.uuid4())})
        assert answer.status_code == 422 and words in answer.content.decode()
    assert Report.objects.count() == 1
