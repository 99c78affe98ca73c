"""What a terminal and the desk do beyond pieces: warnings gone on with, clocks, work acknowledged, people with shares, machines."""

import uuid
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

import pytest
from django.utils import timezone

from gongfang.people.models import Employee
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as company_settings
from gongfang.platform.turns import Turns
from gongfang.production import services
from gongfang.production.models import OperationTime, Report, ReportLine, ReportPerson, WorkOrder
from gongfang.production.shop import views
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    return shop.order("10")


@pytest.fixture
def worker(shop: Shop) -> User:
    return worker_of(shop)


@pytest.fixture
def terminal(worker: User) -> Terminal:
    return Terminal(worker)


def setting(shop: Shop, key: str, value: str) -> None:
    shop.do(company_settings.change_setting, key=f"production.{key}", value=value)


def employee(code: str, name: str) -> Employee:
    return Employee.objects.create(code=code, name=name)


# ---- warnings that the person may go on with


def warned(shop: Shop, order: WorkOrder, what: str, monkeypatch: pytest.MonkeyPatch) -> tuple[str, str]:
    """Set up a warning on the first operation; the code that has to be confirmed and the pieces that raise it."""
    if what == "over_report":
        setting(shop, "over_report", "warn")
        return "over_report", "12"
    setting(shop, "certificates", "warn")
    monkeypatch.setattr(services.UNCERTIFIED, "_provider", lambda wanted, on: set(wanted))
    order.operations.filter(operation_no=10).update(skill="welding")
    return "no_certificate", "3"


@pytest.mark.parametrize("what", ["over_report", "certificates"])
@pytest.mark.parametrize("act", ["report", "report_many"])
def test_the_terminal_goes_on_after_a_warning(
    shop: Shop, order: WorkOrder, terminal: Terminal, monkeypatch: pytest.MonkeyPatch, what: str, act: str
) -> None:
    (code, good), operation = warned(shop, order, what, monkeypatch), shop.operation(order, 10).pk
    data: dict[str, Any] = {"operation": operation, "good": good}
    sent = {"request_id": str(uuid.uuid4()), **(data if act == "report" else {"lines": [data]})}
    asked = terminal.act(act, **{"operation": None, **sent})
    assert asked.status_code == 409 and (asked.json()["kind"], asked.json()["code"]) == ("confirm", code)
    assert Report.objects.count() == 0
    for _ in range(2):  # the same request goes on, once
        assert terminal.act(act, **{"operation": None, **sent}, confirm=[code]).status_code == 200
    assert Report.objects.count() == 1 and shop.operation(order, 10).good_quantity == D(good)


@pytest.mark.parametrize("what", ["over_report", "certificates"])
def test_the_desk_goes_on_after_a_warning(
    shop: Shop, order: WorkOrder, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    (code, good), client = warned(shop, order, what, monkeypatch), client_of(shop.boss)
    form = {"operation": [shop.operation(order, 10).pk], "good": [good], "on": shop.today.isoformat(), "shift": "A"}
    asked = client.post("/production/report/", {**form, "request_id": str(uuid.uuid4())})
    page = asked.content.decode()
    assert asked.status_code == 422 and f'name="confirm" value="{code}"' in page and "Report all the same" in page
    assert f'value="{good}"' in page and f'value="{shop.today}"' in page, "what was typed stays"
    assert (
        client.post("/production/report/", {**form, "confirm": [code], "request_id": str(uuid.uuid4())}).status_code
        == 302
    )
    assert shop.operation(order, 10).good_quantity == D(good)


# ---- the clock


def test_two_people_start_stop_and_go_on_each_for_themselves(shop: Shop, order: WorkOrder, terminal: Terminal) -> None:
    """One works 50 minutes with a break, the other 30: they share 8 pieces 5 to 3; labour is 80 minutes at 40.00 an hour."""
    setting(shop, "time_source", "clock")
    other, operation = Terminal(worker_of(shop, "other")), shop.operation(order, 10).pk
    now = timezone.now()

    def at(minutes: int) -> Any:
        return now - timedelta(minutes=minutes)

    assert terminal.job(operation)["clock"] == {"minutes": "0", "since": None}
    for one, act, ago in (
        (terminal, "begin", 90), (other, "begin", 80), (terminal, "stop", 70), (terminal, "begin", 60), (other, "stop", 50), (terminal, "stop", 30),
    ):  # fmt: skip
        assert one.act(act, operation, at(ago)).status_code == 200, (act, ago)
    job = terminal.job(operation)
    assert (job["state"], job["clock"]) == ("started", {"minutes": "50", "since": None})
    assert other.job(operation)["clock"]["minutes"] == "30"
    assert terminal.act("stop", operation).json()["code"] == "clock_not_running"
    assert terminal.report(operation, "8").status_code == 200
    line = ReportLine.objects.get()
    assert (line.minutes, line.labour_minutes, line.labour_value) == (50, 80, D("53.33"))
    shares = {row.employee.name: (row.minutes, row.good) for row in line.people.all()}
    assert shares == {"worker": (50, 5), "other": (30, 3)}
    assert terminal.job(operation)["clock"] == {"minutes": "0", "since": None}


def test_a_report_made_before_a_clock_began_leaves_it_running(shop: Shop, order: WorkOrder, terminal: Terminal) -> None:
    """Made at 10:00 without network, it arrives while another person works since 10:30: that clock is not counted."""
    setting(shop, "time_source", "clock")
    other, operation, now = Terminal(worker_of(shop, "other")), shop.operation(order, 10).pk, timezone.now()
    other.act("begin", operation, now - timedelta(minutes=30))
    assert terminal.act("report", operation, now - timedelta(hours=1), good="2").status_code == 200
    clock = OperationTime.objects.get()
    assert (clock.ended_at, clock.line) == (None, None)
    assert ReportLine.objects.get().people.get().employee.name == "worker"


def test_without_the_clock_nothing_of_it_is_shown(order: WorkOrder, terminal: Terminal, shop: Shop) -> None:
    assert terminal.job(shop.operation(order, 10).pk)["clock"] is None


def test_an_operation_that_is_gone_is_refused_and_blocks_no_queue(terminal: Terminal) -> None:
    for act in ("begin", "acknowledge", "first", "report"):
        answer = terminal.act(act, 10**9, good="1")
        assert answer.status_code == 404 and answer.json()["code"] == "missing", act


# ---- dispatch


def test_work_that_is_given_to_a_person_is_acknowledged_at_the_terminal(
    shop: Shop, order: WorkOrder, terminal: Terminal, worker: User
) -> None:
    operation = shop.operation(order, 10).pk
    assert terminal.job(operation)["ack"] is False
    shop.do(services.dispatch_operations, operation_ids=[operation], user_id=worker.pk)
    assert terminal.job(operation)["ack"] is True
    seen = timezone.now() - timedelta(hours=2)
    assert terminal.act("acknowledge", operation, seen).status_code == 200
    assert abs(shop.operation(order, 10).acknowledged_at - seen) < timedelta(milliseconds=1)
    assert terminal.job(operation)["ack"] is False
    assert "ti-check" in client_of(shop.boss).get("/production/dispatch/").content.decode()
    stranger = Terminal(worker_of(shop, "stranger"))
    assert stranger.act("acknowledge", operation).json()["code"] == "not_yours"


def test_the_dispatch_page_moves_work_to_an_alternative_centre(shop: Shop, worker: User) -> None:
    other = shop.centre("LATHE2", "50", "30", "20")
    shop.items["pump"].routings.get().alternatives.create(operation_no=10, work_centre=other)
    order = shop.order("10")
    client = client_of(shop.boss)
    page = client.get("/production/dispatch/").content.decode()
    assert f'<option value="{other.pk}">LATHE2' in page
    form = {"operation": [shop.operation(order, 10).pk], "person": worker.pk, "machine": "L1", "work_centre": other.pk}
    assert client.post("/production/dispatch/", {**form, "request_id": str(uuid.uuid4())}).status_code == 302
    operation = shop.operation(order, 10)
    assert (operation.work_centre, operation.alternatives, operation.machine) == (other, [shop.turning.pk], "L1")
    form |= {"work_centre": shop.assembly.pk, "request_id": str(uuid.uuid4())}
    refused = client.post("/production/dispatch/", form)
    assert refused.status_code == 422 and "no such alternative" in refused.content.decode()


# ---- people with shares


def test_three_people_share_a_report_50_30_20_to_the_cent(shop: Shop, worker: User, terminal: Terminal) -> None:
    """9 good and 1 scrapped by the material's fault at 0.37 each: 3.70 of piece pay, 1.85 + 1.11 + 0.74."""
    shop.items["pump"].routings.get().operations.update(piece_rate=D("0.37"))
    order = shop.order("10")
    li, wang = employee("E1", "李"), employee("E2", "王")
    lists = terminal.get("lists").json()["people"]
    assert lists[0] == {"id": 0, "code": "", "name": "worker"} and {one["name"] for one in lists} >= {"李", "王"}
    people = [
        {"employee": 0, "share": "50"}, {"employee": li.pk, "share": "30"}, {"employee": wang.pk, "share": "20", "minutes": "12"},
    ]  # fmt: skip
    answer = terminal.act(
        "report", shop.operation(order, 10).pk, good="9", scrap_material="1", minutes="60", cause="砂眼", people=people
    )
    assert answer.status_code == 200
    rows = list(ReportPerson.objects.order_by("pk"))
    assert [(row.pay, row.good, row.minutes) for row in rows] == [
        (D("1.85"), D("4.5"), 60), (D("1.11"), D("2.7"), 60), (D("0.74"), D("1.8"), 12),
    ]  # fmt: skip
    assert sum(row.pay for row in rows) == D("3.70") and rows[0].employee.user == worker
    assert ReportLine.objects.get().labour_minutes == 132
    assert terminal.get("today").json()["total"] == {"good": "4.5", "pay": "1.85"}
    assert terminal.get("lists").json()["people"][0]["id"] == rows[0].employee_id


def test_odd_cents_are_shared_without_loss(shop: Shop, terminal: Terminal) -> None:
    shop.items["pump"].routings.get().operations.update(piece_rate=D("0.01"))
    order = shop.order("10")
    people = [
        {"employee": employee(code, code).pk, "share": share} for code, share in (("A", "50"), ("B", "30"), ("C", "20"))
    ]
    terminal.act("report", shop.operation(order, 10).pk, good="1", people=people)
    assert [row.pay for row in ReportPerson.objects.order_by("pk")] == [D("0.01"), 0, 0]


@pytest.mark.parametrize(
    ("people", "code"),
    [([{"employee": 999999}], "employee_unknown"), ([{"employee": 0}, {"employee": 0}], "person_twice"),
     ([{"employee": 0, "share": "0"}], "share_needed"), ([{"employee": 0, "share": "-1"}], "share_needed"),
     ([{"employee": 0, "minutes": "-1"}], "negative"), ("x", "bad_request"), ([{"employee": "x"}], "not_a_number")],
)  # fmt: skip
def test_people_who_cannot_be_are_refused(
    shop: Shop, order: WorkOrder, terminal: Terminal, people: Any, code: str
) -> None:
    answer = terminal.act("report", shop.operation(order, 10).pk, good="1", people=people)
    assert answer.status_code == 422 and answer.json()["code"] == code and Report.objects.count() == 0


def test_many_orders_with_bad_pieces_causes_people_and_machines(
    shop: Shop, order: WorkOrder, terminal: Terminal
) -> None:
    other, li = shop.order("5"), employee("E1", "李")
    lines = [
        {"operation": shop.operation(order, 10).pk, "good": "7", "scrap_worker": "1", "rework": "2", "cause": "偏心", "machine": "L7"},
        {"operation": shop.operation(other, 10).pk, "scrap_material": "1", "cause": "砂眼", "people": [{"employee": 0}]},
    ]  # fmt: skip
    answer = terminal.act("report_many", lines=lines, people=[{"employee": 0, "share": "2"}, {"employee": li.pk}])
    assert answer.status_code == 200
    first, second = Report.objects.get().lines.all()
    assert (first.good, first.scrap_worker, first.rework, first.cause, first.machine) == (7, 1, 2, "偏心", "L7")
    assert (second.good, second.scrap_material, second.cause) == (0, 1, "砂眼")
    assert [row.good for row in first.people.order_by("pk")] == [
        D("4.666667"),
        D("2.333333"),
    ] and second.people.count() == 1
    nothing = terminal.act("report_many", lines=[{"operation": lines[0]["operation"], "good": ""}]).json()
    assert [(one["code"], one["where"]) for one in nothing["problems"]] == [("quantity_needed", "lines.0.good")]


def test_the_desk_names_people_with_shares_line_by_line(shop: Shop, order: WorkOrder) -> None:
    li, wang, zhao = (employee(code, code) for code in ("L", "W", "Z"))
    form = {
        "operation": [shop.operation(order, 10).pk, shop.operation(shop.order("5"), 10).pk], "good": ["10", "5"],
        "crew": [f"{li.pk}:50:;{wang.pk}:30:;{zhao.pk}:20:7", ""], "people": [zhao.pk], "machine": ["L7", ""], "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    client = client_of(shop.boss)
    assert client.post("/production/report/", {**form, "crew": ["x", ""]}).status_code == 422
    assert client.post("/production/report/", {**form, "request_id": str(uuid.uuid4())}).status_code == 302
    first, second = Report.objects.get().lines.all()
    assert [(row.employee, row.good) for row in first.people.order_by("pk")] == [(li, 5), (wang, 3), (zhao, 2)]
    assert first.people.get(employee=zhao).minutes == 7 and second.people.get().employee == zhao
    assert (first.machine, second.machine) == ("L7", "")


# ---- machines


def test_a_report_is_of_the_machine_it_was_dispatched_to(shop: Shop, order: WorkOrder, terminal: Terminal) -> None:
    operation = shop.operation(order, 10).pk
    shop.do(services.dispatch_operations, operation_ids=[operation], machine="L1")
    assert terminal.job(operation)["machine"] == "L1"
    terminal.report(operation, "1")
    terminal.act("report", operation, good="1", machine=" L2 ")
    assert list(ReportLine.objects.order_by("pk").values_list("machine", flat=True)) == ["L1", "L2"]


# ---- turns


def test_what_a_terminal_does_takes_one_turn_and_what_it_reads_takes_none(
    order: WorkOrder, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []

    class Counted(Turns):
        def _take(self) -> None:
            taken.append("turn")
            super()._take()

    monkeypatch.setattr(views, "TERMINALS", Counted(1))
    operation = order.operations.get(operation_no=10)
    terminal.get("jobs")
    assert taken == []
    assert terminal.act("report", operation=operation.pk, good="1").status_code == 200
    assert (
        terminal.act("report", operation=operation.pk, good="9999").status_code == 422
    )  # a refusal gives its turn back
    assert terminal.act("report", operation=operation.pk, good="1").status_code == 200
    assert (taken, views.TERMINALS.free) == (["turn"] * 3, 1)
