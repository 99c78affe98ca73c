"""A prepared read gives what its query gives, whatever the ids."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.platform.identity.models import DataScope, User
from gongfang.platform.prepared import EXACT, IDS_MAX, STAND_IN, Prepared, give_children

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


def test_tuples_and_single_values() -> None:
    people = [User.objects.create(username=f"u{n}", name=f"n{n}") for n in range(3)]
    ids = [person.pk for person in people]
    tuples = Prepared(
        lambda ids: User.objects.filter(pk__in=ids).order_by("username").values_list("name", "created_at")
    )
    assert tuples(ids) == [(person.name, person.created_at) for person in people]
    assert Prepared(lambda ids: User.objects.filter(pk__in=ids).order_by("pk").values_list("pk", flat=True))(ids) == ids
    with pytest.raises(AssertionError):
        Prepared(lambda ids: User.objects.filter(pk__in=ids).values("pk"))(ids)


def test_rows_are_as_the_orm_makes_them() -> None:
    person = User.objects.create(username="u", name="n")
    scope = DataScope.objects.create(user=person, kind="plant", code="P1")
    (made,) = Prepared(lambda ids: DataScope.objects.filter(pk__in=ids).select_related("user"))([scope.pk])
    (known,) = DataScope.objects.filter(pk=scope.pk).select_related("user")
    plain = {name: value for name, value in vars(known).items() if name != "_state"}
    assert {name: value for name, value in vars(made).items() if name != "_state"} == plain
    assert (made._state.adding, made._state.db) == (False, known._state.db)
    with CaptureQueriesContext(connection) as statements:
        assert made.user == person and made.user.name == "n"
    assert not statements
    (part,) = Prepared(lambda ids: User.objects.filter(pk__in=ids).only("name"))([person.pk])
    assert part.get_deferred_fields() >= {"username", "email"} and part.username == "u"


def test_children_are_as_prefetch_leaves_them() -> None:
    people = [User.objects.create(username=f"u{n}", name=f"n{n}") for n in range(2)]
    for n in range(3):
        DataScope.objects.create(user=people[0], kind="plant", code=f"P{n}")
    rows = list(User.objects.filter(pk__in=[person.pk for person in people]).order_by("pk"))
    give_children(rows, "data_scopes", list(DataScope.objects.order_by("-code")))
    with CaptureQueriesContext(connection) as statements:
        assert [scope.code for scope in rows[0].data_scopes.all()] == ["P2", "P1", "P0"]
        assert not rows[1].data_scopes.all() and rows[0].data_scopes.all()[0].user is rows[0]
    assert not statements
