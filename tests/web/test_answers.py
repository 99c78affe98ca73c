"""What stands beside the lines while they are entered: one call for all of them, in turn, with the statements of one."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.masterdata.models import Item
from gongfang.masterdata.queries import working_calendar
from tests.trading import Trade
from tests.web.conftest import browser_of


@pytest.fixture
def trade(db) -> Trade:
    trade = Trade()
    Item.objects.update(lead_time_days=20)
    return trade


def ask(trade, rows, user=None, document="", url="/-/answers/sales/orders/lines", **header):
    answer = browser_of(user or trade.boss).post(
        f"{url}?document={document}", json.dumps({"header": header, "rows": rows}), content_type="application/json"
    )
    return answer.status_code, answer.json() if answer["Content-Type"].startswith("application/json") else {}


def line(trade, code, quantity, unit="", on=""):
    return {"item": str(trade.items[code].pk) if code else "", "quantity": quantity, "unit": unit, "promised_date": on}


def test_lines_are_promised_while_they_are_entered(trade):
    """Five pumps in stock; a box holds 12; what cannot be read, or is not entered yet, asks for nothing."""
    trade.stock("pump", 5, "3000")
    box = str(trade.in_boxes("pump", 12).pk)
    later = working_calendar().add_working_days(trade.today, 20)
    tomorrow = (trade.today + timedelta(1)).isoformat()
    rows = [
        line(trade, "pump", "3"), line(trade, "", ""), line(trade, "pump", "x"), line(trade, "pump", "1,000"),
        line(trade, "pump", "2"), line(trade, "pump", "1", box, later.isoformat()), line(trade, "pump", "1", on=later.isoformat()),
    ]  # fmt: skip
    status, found = ask(trade, rows, promised_date=tomorrow)
    assert status == 200
    told = [one and (one["text"].split()[0], one["bad"]) for one in found["answers"]]
    today = trade.today.isoformat()
    assert told == [
        (today, False), None, None, (later.isoformat(), True), (later.isoformat(), True), (later.isoformat(), False), (later.isoformat(), False),
    ]  # fmt: skip
    assert "lead time" in found["answers"][3]["why"]


def test_many_lines_cost_the_statements_of_one(trade):
    def statements(count: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            ask(trade, [line(trade, code, "2") for code in ("pump", "shaft", "wheel") * count])
        return len(caught)

    statements(1)
    assert statements(1) == statements(30)


def test_only_those_who_may_write_orders_are_answered_and_nonsense_is_refused(trade):
    keeper = trade.user("keeper")
    assert ask(trade, [], user=keeper)[0] == 403
    assert ask(trade, [], url="/-/answers/sales/shipments/lines")[0] == 422
    assert ask(trade, [line(trade, "pump", "1", unit="9" * 30)])[1]["answers"][0]["text"]
    answer = browser_of(trade.boss).post("/-/answers/sales/orders/lines", "[1]", content_type="application/json")
    assert answer.status_code == 422


def test_the_grid_has_the_column_and_never_sends_it(trade):
    page = browser_of(trade.boss).get("/sales/orders/new").content.decode()
    assert "Possible on" in page and "/-/answers/sales/orders/lines?document=" in page
    order = trade.sell(approved=False, pump=2)
    page = browser_of(trade.boss).get(f"/sales/orders/{order.pk}/edit").content.decode()
    assert f"lines?document={order.pk}" in page
