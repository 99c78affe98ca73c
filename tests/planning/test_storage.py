"""Rows of a run are written as they are made: none is kept in memory, and the connection is afterwards what it was."""

import weakref
from datetime import date

import pytest
from django.db import connection

from gongfang.planning.models import PlannedOrder, PlanRun
from gongfang.platform.bulk import CACHE_KIB, copy_rows, much_cached
from tests.production.shop import Shop

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

COLUMNS = (
    "run_id", "seq", "item_id", "kind", "quantity", "good_quantity", "net_quantity", "release_on", "due_on", "need_on", "covers_to",
    "level", "is_late", "state", "doc_type", "document_number", "version",
)  # fmt: skip


class Row(list):
    """A row that can be watched."""

    __hash__ = object.__hash__


def test_rows_are_let_go_as_soon_as_they_are_written(db):
    shop = Shop()
    run = PlanRun.objects.create(today=shop.today)
    alive: weakref.WeakSet[Row] = weakref.WeakSet()
    most = 0

    def rows():
        nonlocal most
        fixed = [shop.items["pump"].pk, "make", 2_500_000, 0, 0, *["2026-03-09"] * 4, 0]
        for seq in range(50):
            row = Row([run.pk, seq, *fixed, seq % 2, "suggested", "", "", 1])
            alive.add(row)
            most = max(most, len(alive))
            yield row

    copy_rows(PlannedOrder, COLUMNS, rows())
    kept = PlannedOrder.objects.filter(run=run)
    assert (kept.count(), kept.filter(is_late=True).count()) == (50, 25)
    assert (kept.first().due_on, str(kept.first().quantity)) == (date(2026, 3, 9), "2.500000")
    assert most <= 3


def test_much_memory_is_used_for_the_writing_only(db):
    def cache() -> int:
        return connection.connection.execute("PRAGMA cache_size").fetchone()[0]

    if connection.vendor != "sqlite":
        with much_cached():
            assert PlanRun.objects.count() == 0
        return
    connection.ensure_connection()
    usual = cache()
    with pytest.raises(RuntimeError), much_cached():
        assert cache() == -CACHE_KIB != usual
        raise RuntimeError
    assert cache() == usual
