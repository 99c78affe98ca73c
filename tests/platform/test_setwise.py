"""New rows of a model in one statement: as `bulk_create` leaves them, on both databases."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gongfang.ledger.models import Lot
from gongfang.ledger.services import NewLot, lots_for
from gongfang.platform.setwise import insert_rows
from gongfang.quality.models import Inspection
from tests.ledger.conftest import Store


@pytest.fixture
def store(db: None) -> Store:
    return Store()


def inspections(store: Store, first: int, count: int) -> list[Inspection]:
    return [
        Inspection(
            number=f"I{n}", business_date=date(2026, 3, 1 + n % 2), created_by=store.user, kind="incoming", item=store.items["shaft"],
            quantity=D("2.5") * (n + 1), series_before={"note": f"“{n}” 行'"} if n % 2 else {},
        )
        for n in range(first, first + count)
    ]  # fmt: skip


@pytest.mark.parametrize("count", [1, 2, 40])
def test_rows_are_as_bulk_create_leaves_them(store: Store, count: int) -> None:
    fresh, known = inspections(store, 0, count), inspections(store, 100, count)
    with CaptureQueriesContext(connection) as statements:
        insert_rows(fresh, key=["number"])
    assert len(statements) == 1
    Inspection.objects.bulk_create(known)
    assert [row.pk for row in fresh] == [Inspection.objects.get(number=row.number).pk for row in fresh]
    names = [field.attname for field in Inspection._meta.concrete_fields if field.name not in ("id", "number")]
    names = [name for name in names if not name.endswith("_at")]
    for n, row in enumerate(fresh):
        made, other = Inspection.objects.get(pk=row.pk), Inspection.objects.get(number=known[n].number)
        assert made.created_at and made.updated_at and made.quantity == row.quantity
        assert made.series_before == row.series_before
        assert {name: getattr(made, name) for name in names if name != "series_before"} == {
            name: getattr(other, name) for name in names if name != "series_before"
        } | {"quantity": made.quantity, "business_date": made.business_date}


def test_what_is_there_is_left_out(store: Store) -> None:
    pk = store.items["casting"].pk
    first = lots_for([NewLot(pk, "L1"), NewLot(pk, "L2", expires_on=date(2027, 1, 1))])
    Lot.objects.filter(code="L1").update(status="frozen")
    again = lots_for([NewLot(pk, "L1"), NewLot(pk, "L3"), NewLot(pk, "L2")])
    assert {key: lot.pk for key, lot in again.items() if key in first} == {key: lot.pk for key, lot in first.items()}
    assert again[pk, "L1"].status == "frozen" and again[pk, "L2"].expires_on == date(2027, 1, 1)
    assert Lot.objects.count() == 3


def test_lots_of_one_code_are_found_by_their_items(store: Store) -> None:
    """By code alone each item would read every lot of that code: seconds for the receipt of thousands of lines."""
    pk = store.items["casting"].pk
    with CaptureQueriesContext(connection) as statements:
        lots_for([NewLot(pk, "L1")])
    assert len(statements) == 4
    if connection.vendor == "sqlite":
        reading = next(row["sql"] for row in statements if "CROSS JOIN ledger_lot" in row["sql"])
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {reading}")
            plan = " ".join(str(row[3]) for row in cursor.fetchall())
        assert "item_id=? AND code=?" in plan, plan
