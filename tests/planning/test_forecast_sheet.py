"""The demand sheet: computed, by analogy for what is new, outliers marked, typed, accepted; over HTTP with data."""

import uuid
from datetime import timedelta
from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError
from gongfang.planning import services
from gongfang.planning.models import Forecast, ForecastPeriod
from gongfang.planning.services import forecasts
from gongfang.planning.services.forecasts import compute
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.tasks.services import Progress
from tests.planning.test_decisions import shop  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db


@pytest.fixture
def history(shop, monkeypatch):  # noqa: F811
    """Pumps: about ten a week for forty weeks, and 400 once, three weeks ago. Skids: never."""
    shop.item("skid", "finished", "0", source="make")
    monday = shop.today - timedelta(days=shop.today.weekday())
    pump = shop.items["pump"].pk
    rows = [(pump, monday - timedelta(weeks=week), D(400 if week == 3 else 8 + week * 7 % 5)) for week in range(1, 41)]

    def ordered(since, until, item_ids=None):
        return [row for row in rows if since <= row[1] <= until and (item_ids is None or row[0] in item_ids)]

    monkeypatch.setattr(forecasts, "ordered_history", ordered)
    return monday


def client_of(client, shop):  # noqa: F811
    client.force_login(shop.boss)
    client.cookies["gongfang_language"] = "en"
    return client


def test_a_new_item_is_forecast_as_a_similar_one(shop, history):  # noqa: F811
    pump, skid = shop.items["pump"].pk, shop.items["skid"].pk
    assert compute("week", None, shop.today, Progress()) == {"items": 1}
    shop.do(services.set_analogy, item_id=skid, like_id=pump, percent=50)
    assert compute("week", None, shop.today, Progress()) == {"items": 2}
    old, new = (Forecast.objects.get(item=pk) for pk in (pump, skid))
    assert new.method == "analogy" and new.mase is None
    pairs = zip(old.periods.order_by("start"), new.periods.order_by("start"), strict=True)
    assert all(abs(b.computed - a.computed / 2) <= 1 for a, b in pairs)
    shop.do(services.set_analogy, item_id=skid, like_id=pump, percent=200)
    assert compute("week", [skid], shop.today, Progress()) == {"items": 1}
    assert new.periods.order_by("start")[0].computed >= 16
    shop.do(services.set_analogy, item_id=skid)
    assert compute("week", None, shop.today, Progress()) == {"items": 1}
    for values, code in (
        ({"item_id": skid, "like_id": skid}, "like_itself"),
        ({"item_id": 10**9, "like_id": pump}, "item_unknown"),
        ({"item_id": skid, "like_id": pump, "percent": 0}, "bad_scale"),
    ):
        with pytest.raises(DomainError) as refused:
            shop.do(services.set_analogy, **values)
        assert refused.value.code == code


def test_outliers_are_marked_and_both_errors_shown(shop, history, client):  # noqa: F811
    compute("week", None, shop.today, Progress())
    head = Forecast.objects.get()
    assert [(start, D(value)) for start, value, _ in head.outliers] == [
        ((history - timedelta(weeks=3)).isoformat(), D(400))
    ]
    assert D(head.outliers[0][2]) < 50 and head.rmsse is not None
    assert all(cell.computed < 50 for cell in head.periods.all())
    page = client_of(client, shop).get("/planning/forecast/").content.decode()
    assert "400 ◆" in page and "was reckoned with" in page and "RMSSE" in page
    assert f"{head.rmsse:.2f}" in page


def test_the_sheet_computes_saves_accepts_and_refuses_over_http(shop, history, client):  # noqa: F811
    browser, pump = client_of(client, shop), shop.items["pump"].pk

    def post(what, **values):
        return browser.post(f"/planning/forecast/{what}", {"request_id": str(uuid.uuid4()), **values})

    assert post("compute", bucket="week").status_code in (200, 204)
    assert TaskRun.objects.filter(job="planning.compute_forecast").count() == 1
    compute("week", None, shop.today, Progress())
    head = Forecast.objects.get()
    first, second = head.periods.order_by("start")[:2]
    assert (
        post(
            "save", act="save", **{f"cell-{pump}-{first.start}": "1,234", f"cell-{pump}-{second.start}": ""}
        ).status_code
        == 200
    )
    first.refresh_from_db()
    assert first.quantity == 1234
    assert post("save", act="save", **{f"cell-{pump}-{first.start}": "many"}).status_code == 422
    assert post("save", act="accept_all").status_code == 200
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.quantity, second.quantity) == (1234, second.computed)
    assert post("save", act="accept", forecast=head.pk).status_code == 200
    assert not ForecastPeriod.objects.exclude(quantity__isnull=False).filter(start__gte=history).exists()
    assert post("like", item=shop.items["skid"].pk, like=pump, percent="50").status_code == 200
    page = browser.get(f"/planning/forecast/?forecast={Forecast.objects.get(item__code='skid').pk}").content.decode()
    assert "while new, like pump" in page


def test_an_analogy_is_set_from_the_list(shop, history, client):  # noqa: F811
    browser, pump, skid = client_of(client, shop), shop.items["pump"].pk, shop.items["skid"].pk
    url = "/planning/forecast-periods/do/planning.set_analogy"
    assert 'name="like"' in browser.get(url).content.decode()
    answer = browser.post(url, {"request_id": str(uuid.uuid4()), "item": skid, "like": pump, "percent": "40"})
    assert answer.status_code in (200, 204, 302), answer.content.decode()
    head = Forecast.objects.get(item=skid)
    assert (head.like_id, head.scale) == (pump, D("0.4"))
    refused = browser.post(url, {"request_id": str(uuid.uuid4()), "item": skid, "like": skid})
    assert refused.status_code == 422 and "another item" in refused.content.decode()
