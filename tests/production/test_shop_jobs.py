"""What a terminal offers: the person's own work first, that of its work centres, and nothing that a subcontractor does."""

import re
import uuid
from decimal import Decimal as D
from pathlib import Path

import pytest
from django.utils.translation import override

from gongfang.people.models import Employee
from gongfang.production import services
from gongfang.production.models import WorkOrderOperation
from gongfang.production.shop import texts, views
from tests.production.shop import Shop
from tests.production.terminal import Terminal, client_of, worker_of
from tests.production.test_refusals import told

CSS = Path(views.__file__).parents[1] / "static/production/shop.css"


def shown(terminal: Terminal, query: str = "") -> list[str]:
    return [f"{job['order'][-2:]} {job['operation'][:2]}" for job in terminal.get(f"jobs{query}").json()["jobs"]]


@pytest.fixture
def terminal(shop: Shop) -> Terminal:
    return Terminal(worker_of(shop))


def sent_outside(shop: Shop, order: object, number: int) -> WorkOrderOperation:
    operation = shop.operation(order, number)
    WorkOrderOperation.objects.filter(pk=operation.pk).update(is_subcontracted=True, subcontractor=shop.supplier)
    return operation


def test_work_of_a_subcontractor_is_offered_to_nobody_of_the_house(shop: Shop, terminal: Terminal) -> None:
    order = shop.order("5")
    operation = sent_outside(shop, order, 20)
    desk = client_of(shop.boss)
    assert shown(terminal) == ["01 10"]
    field = f'name="operation" value="{operation.pk}"'
    assert field not in desk.get("/production/dispatch/").content.decode()
    assert told(shop, lambda: shop.do(services.dispatch_operations, operation_ids=[operation.pk], machine="M1")) == [
        ("done_outside", "", f"{order.number}, 20 op20: a subcontractor does this. Send it out by a subcontract order.")
    ]
    field = f'name="operation" value="{operation.pk}"'
    assert (
        field in desk.get("/production/report/").content.decode()
    )  # without a subcontract order it is reported by hand
    outside = shop.do(services.create_subcontract_order, order_id=order.pk, operation_id=operation.pk, price=D(3))
    shop.do(services.SUBCONTRACT.submit, document_id=outside.pk)
    if type(outside).objects.get(pk=outside.pk).approval != "approved":
        shop.do(services.SUBCONTRACT.approve, document_id=outside.pk)
    assert field not in desk.get("/production/report/").content.decode()


def test_own_work_comes_first_however_much_is_more_urgent(
    shop: Shop, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        shop.order("5")
    last = shop.order("5")
    monkeypatch.setattr(views, "JOBS_MAX", 2)
    assert shown(terminal) == ["01 10", "02 10"] or shown(terminal) == ["01 10", "01 20"]
    worker = type(shop.boss).objects.get(username="worker")
    shop.do(services.dispatch_operations, operation_ids=[shop.operation(last, 20).pk], user_id=worker.pk)
    assert shown(terminal)[0] == "03 20"


def test_a_terminal_shows_its_work_centres_and_finds_every_order_that_is_scanned(
    shop: Shop, terminal: Terminal
) -> None:
    first, second = shop.order("5"), shop.order("5")
    lists = terminal.get("lists").json()
    assert [one["name"] for one in lists["centres"]] == ["ASSY", "LATHE"]
    assert sorted(shown(terminal, f"?q=&centre={shop.turning.pk}")) == ["01 10", "02 10"]
    assert len(shown(terminal, f"?centre={shop.turning.pk},{shop.assembly.pk}")) == 4
    worker = type(shop.boss).objects.get(username="worker")
    shop.do(services.dispatch_operations, operation_ids=[shop.operation(second, 20).pk], user_id=worker.pk)
    assert shown(terminal, f"?centre={shop.turning.pk}")[0] == "02 20"
    assert len(shown(terminal, f"?q={first.number}&centre={shop.turning.pk}")) == 2
    assert shown(terminal, f"?q={first.number}/20&centre={shop.turning.pk}") == ["01 20"]
    assert shown(terminal, f"?q={first.number.lower()}/20") == ["01 20"] and shown(terminal, "?q=nothing/20") == []
    assert terminal.get("jobs?centre=x").status_code == 422


def test_what_a_worker_earns_is_not_called_a_payment(shop: Shop) -> None:
    with override("zh-hans"):
        assert texts.texts()["pay"] == "计件工资"


def _contrast(one: str, other: str) -> float:
    """WCAG 2.2, 1.4.3."""

    def light(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        r, g, b = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * r + 0.7152 * g + 0.0722 * b

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("ground", ["base", "panel", "go", "stop", "act"])
def test_every_button_of_the_terminal_can_be_read(ground: str) -> None:
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", CSS.read_text("utf-8")))
    assert _contrast(colours["ink"], colours[ground]) >= 4.5


def test_a_team_gets_work_one_of_it_acknowledges_and_it_stays_the_teams(shop: Shop) -> None:
    own, other = Terminal(worker_of(shop)), Terminal(worker_of(shop, "other"))
    people = type(shop.boss).objects
    Employee.objects.create(code="E1", name="e1", user=people.get(username="worker"), team="Lathes")
    Employee.objects.create(code="E2", name="e2", user=people.get(username="other"), team="Painters")
    shop.order("5")
    order = shop.order("5")
    operation = shop.operation(order, 10)
    shop.do(services.dispatch_operations, operation_ids=[operation.pk], team=" Lathes ")
    assert shown(own)[0] == "02 10" and shown(other)[0] == "01 10"
    assert [(own.job(operation.pk)[key], other.job(operation.pk)[key]) for key in ("mine", "ack", "team")] == [
        (True, False), (True, False), ("Lathes", "Lathes"),
    ]  # fmt: skip
    refused = other.act("acknowledge", operation.pk)
    assert refused.status_code == 403
    assert refused.json()["problems"][0]["message"] == "This work was given to the team “Lathes”; you are not in it."
    assert own.act("acknowledge", operation.pk).status_code == 200
    row = shop.operation(order, 10)
    assert (row.team, row.assigned_to, row.acknowledged_at is None, row.given_to) == ("Lathes", None, False, "Lathes")
    assert (own.job(operation.pk)["mine"], own.job(operation.pk)["ack"]) == (True, False)
    page = client_of(shop.boss).get("/production/dispatch/").content.decode()
    assert '<option value="team:Lathes">Lathes</option>' in page and "Lathes <i" in page

    assert told(shop, lambda: shop.do(services.dispatch_operations, operation_ids=[operation.pk], team="Nobody")) == [
        ("team_unknown", "team", "Nobody employed is in the team “Nobody”. Choose another, or enter it at its people.")
    ]
    both = {"team": "Lathes", "user_id": shop.boss.pk}
    assert told(shop, lambda: shop.do(services.dispatch_operations, operation_ids=[operation.pk], **both)) == [
        ("person_or_team", "team", "Name a person or a team, not both.")
    ]
    for address in ("/production/dispatch/", "/production/today/"):
        desk = client_of(shop.boss)
        assert (
            desk.post(
                address, {"operation": operation.pk, "person": "team:Painters", "request_id": str(uuid.uuid4())}
            ).status_code
            == 302
        )
        assert shop.operation(order, 10).team == "Painters" and other.job(operation.pk)["ack"]
        shop.do(services.dispatch_operations, operation_ids=[operation.pk], user_id=shop.boss.pk)
        assert (shop.operation(order, 10).team, other.job(operation.pk)["mine"]) == ("", False)
