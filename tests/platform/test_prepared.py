"""A prepared read gives what its query gives, whatever the ids."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.platform.identity.models import User
from gongfang.platform.prepared import EXACT, IDS_MAX, STAND_IN, Prepared

pytestmark = pytest.mark.django_db


def test_the_same_rows_for_any_ids() -> None:
    people = [User.objects.create(username=f"u{n:03}", name=f"n{n}") for n in range(IDS_MAX + 2)]
    by_ids = Prepared(lambda ids, active: User.objects.filter(pk__in=ids, is_active=active).order_by("-username"))
    for count in (0, 1, 2, 1, EXACT, EXACT + 1, 13, 16, 17, IDS_MAX, IDS_MAX + 2):
        asked = [person.pk for person in people[-count:]] if count else []
        with CaptureQueriesContext(connection) as statements:
            found = by_ids(asked, True)
        assert found == list(User.objects.filter(pk__in=asked).order_by("-username"))
        assert [(row.name, row.created_at) for row in found] == [
            (row.name, row.created_at) for row in reversed(people[-count:] if count else [])
        ]
        assert len(statements) == (1 if count else 0)
    assert by_ids([people[0].pk], False) == []
    assert by_ids([people[0].pk, STAND_IN], True) == [people[0]], "an id among the stand-ins is left to the query"


def test_a_change_is_seen_at_once() -> None:
    person = User.objects.create(username="u", name="before")
    one = Prepared(lambda ids: User.objects.filter(pk__in=ids))
    assert one([person.pk])[0].name == "before"
    User.objects.filter(pk=person.pk).update(name="after")
    assert one([person.pk])[0].name == "after"
    assert one([person.pk])[0] is not one([person.pk])[0]
