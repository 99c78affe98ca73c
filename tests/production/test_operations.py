"""Operations as a noun: given out, acknowledged, begun, stopped and reported on their page and over REST."""

import uuid
from typing import Any

import pytest
from django.test import Client

from gongfang.platform.identity import services as identity
from gongfang.platform.settings import services as company_settings
from gongfang.production.models import OperationTime, ReportLine
from tests.production.shop import Shop
from tests.production.terminal import client_of


class Api:
    def __init__(self, user: Any) -> None:
        self.key, self.client = identity.create_token(actor=user, name="mes")[1], Client()

    def post(self, path: str, **values: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}", "Idempotency-Key": str(uuid.uuid4()), "Accept-Language": "en"}
        return self.client.post(f"/api/v1/{path}", values, content_type="application/json", headers=headers)


def test_an_operation_is_worked_over_rest(shop: Shop) -> None:
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    other = shop.centre("LATHE2", "50", "30", "20")
    shop.items["pump"].routings.get().alternatives.create(operation_no=10, work_centre=other)
    order, worker = shop.order("10"), shop.person("worker", "operator")
    step = shop.operation(order, 10)
    boss, api, path = Api(shop.boss), Api(worker), f"production/operations/{step.pk}"
    given = boss.post(f"{path}/dispatch_operation", user=worker.pk, machine="L7", work_centre=other.pk)
    assert given.status_code == 200, given.content
    assert api.post(f"{path}/acknowledge_operation").status_code == 200
    assert api.post(f"{path}/begin_operation").status_code == 200
    assert api.post(f"{path}/stop_operation").status_code == 200
    made = api.post(f"{path}/report_operation", good="4", scrap_worker="1", minutes="30", cause="x")
    assert made.status_code == 200, made.content
    step = shop.operation(order, 10)
    assert (step.assigned_to, step.work_centre, step.good_quantity, step.scrap_worker) == (worker, other, 4, 1)
    assert step.acknowledged_at and OperationTime.objects.get().ended_at
    assert ReportLine.objects.get().machine == "L7", "the machine it was given to"
    refused = api.post(f"{path}/report_operation", good="99")
    assert refused.status_code == 422 and "over_report" in refused.content.decode()


def test_a_warning_is_confirmed_over_rest(shop: Shop) -> None:
    shop.do(company_settings.change_setting, key="production.over_report", value="warn")
    step = shop.operation(shop.order("10"), 10)
    api, path = Api(shop.person("worker", "operator")), f"production/operations/{step.pk}/report_operation"
    asked = api.post(path, good="12")
    assert asked.status_code == 409 and ReportLine.objects.count() == 0
    assert api.post(path, good="12", confirm=["over_report"]).status_code == 200


@pytest.mark.parametrize("role", ["operator", "supervisor"])
def test_the_list_and_the_page_open(shop: Shop, role: str) -> None:
    order = shop.order("10")
    client = client_of(shop.person("p", role))
    assert order.number in client.get("/production/operations/?view=open").content.decode()
    page = client.get(f"/production/operations/{shop.operation(order, 10).pk}/").content.decode()
    assert "report_operation" in page and ("dispatch_operation" in page) == (role == "supervisor")
