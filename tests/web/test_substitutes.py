"""One's own page of absences, and the administrator's."""

import uuid
from datetime import timedelta

from django.utils import timezone

from gongfang.platform.models import Delegation
from tests.web.conftest import browser_of

PAGE = "/me/substitutes"


def test_a_person_names_a_substitute_and_ends_it(person):
    owner, keeper = person("owner"), person("keeper")
    today = timezone.localdate()
    values = {
        "substitute": keeper.pk,
        "first_on": today.isoformat(),
        "last_on": (today + timedelta(3)).isoformat(),
        "reason": "出差",
    }
    mine = browser_of(owner)
    assert "named no substitute" in mine.get(PAGE).content.decode()
    refused = mine.post(PAGE, {**values, "request_id": uuid.uuid4(), "last_on": "morgen"})
    assert refused.status_code == 422
    assert "“morgen” is no date" in refused.content.decode()
    assert 'value="出差"' in refused.content.decode()
    assert not Delegation.objects.exists()
    assert mine.post(PAGE, {**values, "request_id": uuid.uuid4()}).status_code == 302
    row = Delegation.objects.get()
    assert (row.user, row.substitute, row.reason) == (owner, keeper, "出差")
    assert "For whom I decide" in browser_of(keeper).get(PAGE).content.decode()
    assert browser_of(keeper).post(PAGE, {"end": row.pk, "request_id": uuid.uuid4()}).status_code == 422
    mine.post(PAGE, {"end": row.pk, "request_id": uuid.uuid4()})
    row.refresh_from_db()
    assert row.ended_at is not None
    assert "For whom I decide" not in browser_of(keeper).get(PAGE).content.decode()


def test_an_administrator_names_and_ends_for_others(desk, person):
    owner, keeper = person("owner"), person("keeper")
    today = timezone.localdate().isoformat()
    values = {
        "user": owner.pk,
        "substitute": keeper.pk,
        "first_on": today,
        "last_on": today,
        "reason": "",
        "request_id": uuid.uuid4(),
    }
    made = desk.post("/platform/substitutes/new", values, headers={"HX-Request": "true"})
    row = Delegation.objects.get()
    assert made.headers["HX-Redirect"] == f"/platform/substitutes/{row.pk}/"
    page = desk.get(f"/platform/substitutes/{row.pk}/").content.decode()
    assert "End now" in page
    desk.post(
        f"/platform/substitutes/{row.pk}/verb/end_delegation",
        {"request_id": uuid.uuid4()},
        headers={"HX-Request": "true"},
    )
    row.refresh_from_db()
    assert row.ended_at is not None
    assert browser_of(keeper).get("/platform/substitutes/").status_code == 403
