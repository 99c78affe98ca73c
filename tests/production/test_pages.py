"""The hand-written pages: open, act, refuse; the terminal's calls act once."""

import re
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from gongfang.platform.identity.models import User
from gongfang.production.models import HelpCall, MaterialReturn, Report, WorkOrder, WorkOrderOperation
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    shop.stock_up()
    return shop.order("10")


@pytest.mark.parametrize("key", ["quick", "pick", "give-back", "report", "dispatch", "board"])
def test_pages_open_empty_and_with_work(shop: Shop, key: str) -> None:
    client = client_of(shop.boss)
    assert client.get(f"/production/{key}/").status_code == 200
    shop.stock_up()
    order = shop.order("10")
    shop.issue(order, "shaft", "2")
    page = client.get(f"/production/{key}/?order={order.pk}")
    assert page.status_code == 200 and order.number in page.content.decode()


def test_the_pick_page_issues_what_it_proposes(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    page = client.get(f"/production/pick/?order={order.pk}").content.decode()
    form: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(material|lot|warehouse|place|quantity)" value="([^"]*)"', page):
        form.setdefault(name, []).append(value)
    assert len(form["material"]) == 2
    answer = client.post("/production/pick/", {**form, "request_id": str(uuid.uuid4())})
    assert answer.status_code == 302 and shop.material(order, "shaft").done_quantity == 20
    form["quantity"] = ["5", "5"]
    answer = client.post("/production/pick/", {**form, "request_id": str(uuid.uuid4())})
    assert answer.status_code == 422 and "over the tolerance" in answer.content.decode()


def test_what_is_in_orders_comes_back_at_once(shop: Shop) -> None:
    """Two orders and three components in one document: good ones into the store, bad ones blocked; refused, it keeps what was typed."""
    client = client_of(shop.boss)
    shop.stock_up()
    first, second = shop.order("10"), shop.order("10")
    shop.pick(first, second)
    address = f"/production/give-back/?order={first.pk}&order={second.pk}"
    page = client.get(address).content.decode()
    materials = re.findall(r'name="material" value="([^"]*)"', page)
    lots = re.findall(r'name="lot" value="([^"]*)"', page)
    assert materials == [str(shop.material(one, code).pk) for one in (first, second) for code in ("casting", "shaft")]
    assert [bool(lot) for lot in lots] == [True, False, True, False]
    form: dict[str, Any] = {
        "material": materials, "lot": lots, "second": [""] * 4, "warehouse": [str(shop.raw.pk)] * 4,
        "state": ["bad", "good", "good", "good"], "quantity": ["1", "4", "", "21"], "reason": "多领",
    }  # fmt: skip
    refused = client.post(address, {**form, "request_id": str(uuid.uuid4())})
    assert refused.status_code == 422 and 'value="21"' in refused.content.decode()
    assert not MaterialReturn.objects.exists()
    form["quantity"] = ["1", "4", "2", ""]
    assert client.post(address, {**form, "request_id": str(uuid.uuid4())}).status_code == 302
    lines = MaterialReturn.objects.get().lines.order_by("line_no")
    told = list(lines.values_list("order", "item__code", "lot__code", "quantity", "is_good"))
    assert told == [
        (first.pk, "casting", "C1", 1, False),
        (first.pk, "shaft", None, 4, True),
        (second.pk, "casting", "C1", 2, True),
    ]
    assert [shop.material(one, "casting").done_quantity for one in (first, second)] == [9, 8]
    form["state"] = ["worn"] * 4
    assert client.post(address, {**form, "request_id": str(uuid.uuid4())}).status_code == 422


def test_the_report_page_reports_many_at_once(shop: Shop, order: WorkOrder) -> None:
    client = client_of(shop.boss)
    form = {
        "operation": [shop.operation(order, 10).pk, shop.operation(order, 20).pk], "good": ["6", "4"], "scrap_material": ["", ""],
        "scrap_worker": ["1", ""], "rework": ["", ""], "minutes": ["50", ""], "cause": ["crack", ""], "request_id": str(uuid.uuid4()),
    }  # fmt: skip
    assert client.post("/production/report/", form).status_code == 302
    assert shop.operation(order, 10).scrap_worker == 1 and shop.operation(order, 20).good_quantity == 4
    form |= {"good": ["x", ""], "request_id": str(uuid.uuid4())}
    answer = client.post("/production/report/", form)
    assert answer.status_code == 422 and "is not a number" in answer.content.decode()


def test_dispatch_gives_work_to_a_person(shop: Shop, order: WorkOrder) -> None:
    worker = shop.person("worker", "operator")
    form = {
        "operation": [shop.operation(order, 10).pk],
        "person": worker.pk,
        "machine": "L1",
        "request_id": str(uuid.uuid4()),
    }
    assert client_of(shop.boss).post("/production/dispatch/", form).status_code == 302
    assert shop.operation(order, 10).assigned_to == worker
    assert client_of(worker).post("/production/dispatch/", form).status_code in (403, 422)


# ---- the terminal


@pytest.fixture
def worker(shop: Shop) -> User:
    return worker_of(shop)


def test_the_terminal_reports_once_however_often_it_sends(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal = Terminal(worker)
    jobs = terminal.get("jobs").json()["jobs"]
    assert [(job["operation"], job["ready"]) for job in jobs] == [("10 op10", "10"), ("20 op20", "0")]
    request_id = str(uuid.uuid4())
    first = terminal.report(jobs[0]["id"], "4", request_id)
    assert first.status_code == 200 and first.json() == terminal.report(jobs[0]["id"], "4", request_id).json()
    assert Report.objects.count() == 1 and Report.objects.get().created_by == worker
    assert terminal.get("today").json()["total"]["good"] == "4"
    refused = terminal.report(jobs[1]["id"], "5")
    assert refused.status_code == 422 and refused.json()["code"] == "out_of_sequence"


def test_many_orders_are_one_report_or_none(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal, other = Terminal(worker), shop.order("5")
    one, two = shop.operation(order, 10).pk, shop.operation(other, 10).pk

    def send(*lines: tuple[int, str], request_id: str = "") -> Any:
        rows = [{"operation": pk, "good": good} for pk, good in lines]
        return terminal.post(
            "act", {"act": "report_many", "lines": rows, "request_id": request_id or str(uuid.uuid4())}
        )

    wrong = send((one, "4"), (two, "99"), (shop.operation(order, 20).pk, "9")).json()
    assert {problem["where"].split(".")[1] for problem in wrong["problems"]} == {"1", "2"}
    wrong = send((one, "4"), (one, "4"), (two, "0"), (two, "x")).json()
    assert [(problem["code"], problem["where"]) for problem in wrong["problems"]] == [
        ("scanned_twice", "lines.1"), ("quantity_needed", "lines.2.good"), ("not_a_number", "lines.3.good"),
    ]  # fmt: skip
    assert send((one, "4"), (10**9, "1")).json()["problems"][0]["where"] == "lines.1"
    assert send().status_code == 422 and send(*[(one, "1")] * 101).status_code == 422
    assert Report.objects.count() == 0 and shop.operation(order, 10).good_quantity == 0
    request_id = str(uuid.uuid4())
    done = send((one, "4"), (two, "5"), request_id=request_id)
    assert done.status_code == 200 and done.json() == send((one, "4"), (two, "5"), request_id=request_id).json()
    assert Report.objects.get().lines.count() == 2 and shop.operation(other, 10).good_quantity == 5


def test_the_terminal_calls_for_the_first_piece(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal, operation = Terminal(worker), shop.operation(order, 10)

    def call(pk: int, request_id: str = "") -> Any:
        return terminal.post("act", {"act": "first", "operation": pk, "request_id": request_id or str(uuid.uuid4())})

    def state() -> str:
        return str(terminal.get(f"calls?first={operation.pk}").json()["first"].get(str(operation.pk)))

    assert call(operation.pk).json()["code"] == "no_first_piece" and state() == "None"
    WorkOrderOperation.objects.filter(pk=operation.pk).update(inspection="first")
    assert state() == "needed" == terminal.get("jobs").json()["jobs"][0]["first"]
    request_id = str(uuid.uuid4())
    assert call(operation.pk, request_id).json() == call(operation.pk, request_id).json() and state() == "waiting"
    assert call(operation.pk).json()["code"] == "first_piece_asked"
    asked = Inspection.objects.get(kind="first")
    shop.do(quality.decide_inspection, inspection_id=asked.pk, accepted_quantity=D(0), rejected_quantity=D(1))
    assert state() == "failed" and call(operation.pk).status_code == 200 and state() == "waiting"
    shop.do(quality.pass_inspection, inspection_id=Inspection.objects.filter(kind="first").latest("pk").pk)
    assert state() == "passed"
    assert terminal.get("calls?first=x").status_code == 422


def test_the_terminal_undoes_only_ones_own_latest_report(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal = Terminal(worker)
    operation = shop.operation(order, 10).pk
    terminal.report(operation, "4")
    shop.report(order, 10, "1")
    terminal.report(operation, "2")
    last = terminal.get("today").json()["undo"]["id"]

    def undo(report: int) -> Any:
        return terminal.post("act", {"act": "undo", "report": report, "request_id": str(uuid.uuid4())})

    others = Report.objects.order_by("pk").values_list("pk", flat=True)
    assert [undo(pk).json().get("code") for pk in others[:2]] == ["not_last", "not_last"]
    assert undo(last).status_code == 200 and shop.operation(order, 10).good_quantity == 5
    assert undo(last).json()["code"] == "not_last", "it is not there any more"


def test_the_terminal_calls_for_help(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal = Terminal(worker)
    data = {
        "act": "help",
        "kind": "machine",
        "operation": shop.operation(order, 10).pk,
        "request_id": str(uuid.uuid4()),
    }
    assert terminal.post("act", data).status_code == 200
    call = HelpCall.objects.get()
    assert (call.kind, call.work_centre, call.raised_by) == ("machine", shop.turning, worker)


def test_nobody_acts_without_a_token(shop: Shop, order: WorkOrder, worker: User) -> None:
    terminal = Terminal(worker)
    operation = shop.operation(order, 10).pk
    for token in ("x", terminal.token[:-2] + "zz"):
        answer = terminal.post(
            "act", {"act": "report", "operation": operation, "good": "1", "request_id": str(uuid.uuid4())}, token
        )
        assert answer.status_code == 403
    worker.pin = make_password("9999")
    worker.save()
    assert terminal.report(operation, "1").status_code == 403
    assert Report.objects.count() == 0


def test_wrong_pins_lock_the_badge(shop: Shop, worker: User) -> None:
    from django.core.cache import cache

    cache.clear()
    terminal = Terminal(worker)
    codes = [terminal.post("login", {"badge": "worker", "pin": "0"}).json()["code"] for _ in range(9)]
    assert codes[0] == "wrong_pin" and codes[-1] == "locked"
    assert terminal.post("login", {"badge": "worker", "pin": "1234"}).json()["code"] == "locked"
    cache.clear()


@pytest.mark.parametrize(
    "data", ["", "[]", "{", '{"act": "report"}', '{"act": "x", "request_id": "00000000-0000-0000-0000-000000000001"}',
             '{"act": "report", "operation": "1e9", "good": "1", "request_id": "00000000-0000-0000-0000-000000000001"}',
             '{"act": "report", "operation": 1, "good": "NaN", "request_id": "00000000-0000-0000-0000-000000000001"}',
             '{"act": "report", "operation": 1, "good": {}, "request_id": "00000000-0000-0000-0000-000000000001"}',
             '{"act": "help", "kind": "coffee", "request_id": "00000000-0000-0000-0000-000000000001"}'],
)  # fmt: skip
def test_bad_requests_are_refused(shop: Shop, worker: User, data: str) -> None:
    terminal = Terminal(worker)
    answer = terminal.client.post(
        "/shop/act", data, content_type="application/json", headers={"Authorization": f"Shop {terminal.token}"}
    )
    assert answer.status_code in (404, 422) and answer.json()["problems"]


def test_the_terminal_can_be_installed(shop: Shop) -> None:
    client = Client()
    assert client.get("/shop/").status_code == 200
    assert client.get("/shop/manifest.webmanifest").json()["start_url"] == "/shop/"
    worker = client.get("/shop/sw.js")
    assert worker.status_code == 200 and worker.headers["Content-Type"].startswith("text/javascript")


def test_everybody_logged_in_sees_own_pieces_only(shop: Shop, order: WorkOrder, worker: User) -> None:
    other = shop.person("other", "operator")
    other.pin = make_password("1234")
    other.save()
    Terminal(worker).report(shop.operation(order, 10).pk, "4")
    assert Terminal(other).get("today").json()["total"]["good"] == "0"
    assert shop.operation(order, 10).good_quantity == D(4)
