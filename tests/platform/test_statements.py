"""Statements run all day: planned once by PostgreSQL, whatever their values; errors and counts as with Django's cursors."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from gongfang.platform.identity.models import Role
from gongfang.platform.setwise import INT, TEXT, insert_rows, select
from gongfang.platform.statements import run

pytestmark = pytest.mark.django_db
ODD = ["", "{}", "NULL", 'a"b', "c\\d", "e,f", "g\nh", "“全角”", "%s", "'"]


def test_rows_and_none_and_counts() -> None:
    with CaptureQueriesContext(connection) as statements:
        assert (
            run(
                "INSERT INTO platform_role (code, name, is_preset, is_all) VALUES (%s, %s, %s, %s)",
                ["a", "A", False, True],
            )
            == []
        )
        assert run("SELECT code, name FROM platform_role WHERE code = %s", ["a"]) == [("a", "A")]
        for code in ("b", "c", "d"):
            assert run("SELECT code FROM platform_role WHERE code = %s", [code]) == []
    assert len(statements) == 5 and all("platform_role" in one["sql"] for one in statements)
    with pytest.raises(IntegrityError), transaction.atomic():
        run(
            "INSERT INTO platform_role (code, name, is_preset, is_all) VALUES (%s, %s, %s, %s)", ["a", "A", False, True]
        )
    assert Role.objects.filter(code="a").count() == 1


@pytest.mark.skipif(connection.vendor != "postgresql", reason="needs PostgreSQL")
def test_one_plan_whatever_the_values() -> None:
    for number in (1, 70_000, 2**40, 7):
        assert run("SELECT id FROM platform_role WHERE id = %s AND code <> %s", [number, "plan"]) == []
    for given in ([(1, "a")], [(2**40, None)], [(None, "“b”")]):
        assert select("SELECT name, id FROM given", [("id", INT), ("name", TEXT)], given) == [given[0][::-1]]
    kept = run("SELECT statement FROM pg_prepared_statements", planned=False)
    assert len([row for row in kept if "code <> " in row[0]]) == 1
    assert len([row for row in kept if row[0].startswith("WITH given")]) == 1


@pytest.mark.parametrize("count", [1, 2, 100])
def test_texts_arrive_as_they_are(count: int) -> None:
    texts = (ODD * count)[: max(count, 1) * len(ODD)] if count > 1 else ODD[-4:-3]
    rows = [(n, text) for n, text in enumerate(texts)]
    assert sorted(select("SELECT id, name FROM given", [("id", INT), ("name", TEXT)], rows)) == rows


def test_ids_rise_with_the_rows() -> None:
    roles = [Role(code=f"r{n}", name=ODD[n % len(ODD)]) for n in (5, 3, 9, 1)]
    insert_rows(roles, in_order=True)
    assert [Role.objects.get(pk=role.pk).code for role in roles] == ["r5", "r3", "r9", "r1"]
    assert [role.pk for role in roles] == sorted(role.pk for role in roles) and not roles[0]._state.adding
