"""The question before a re-costing names every document and amount: what is told is what is then posted, by every method."""

import uuid
from datetime import timedelta
from decimal import Decimal as D
from io import BytesIO

import pytest
from django.db import transaction
from django.db.models import F
from python_calamine import CalamineWorkbook

from gongfang.kernel.errors import DomainError, Kind
from gongfang.ledger import services
from gongfang.ledger.models import Period, Posting, StockMove
from gongfang.ledger.services import AddedCost, add_costs, average_month, averaging, recosting
from gongfang.ledger.services.recosting import SHOWN
from gongfang.masterdata.services import set_standard_costs
from gongfang.platform.identity.models import User
from gongfang.platform.previews.models import KeptPreview
from gongfang.platform.previews.services import read
from gongfang.platform.tasks import services as tasks
from gongfang.platform.tasks.models import TaskRun
from gongfang.platform.verbs import verb
from gongfang.platform.verification import run_all

METHODS = ["moving_average", "fifo", "specific", "standard", "month_average"]


@verb("tests.act", "Act")
def act(*, actor, request_id, step, n=0):
    """Whatever posts, inside a verb that takes answers."""
    step()


def asked(store, step) -> DomainError:
    with pytest.raises(DomainError) as question:
        act(actor=store.user, request_id=uuid.uuid4(), confirm=frozenset(), step=step)
    assert question.value.kind == Kind.CONFIRM and question.value.preview_id
    return question.value


def sold(store, method, sales=3, received="100"):
    """Received at 10.00 each on the first of last month, then sold three a day."""
    lots = "lot" if method == "specific" else "none"
    store.item("part", costing_method=method, tracking=lots, standard_cost=D(10))
    lot = "L1" if lots == "lot" else ""
    first = (store.today.replace(day=1) - timedelta(days=1)).replace(day=1)
    receipt = store.receive("part", received, str(D(received) * 10), lot=lot, on=first)
    for n in range(sales):
        store.ship("part", "3", lot=lot, on=first + timedelta(days=2 + n % 20))
    return first, lot, receipt


def rows_shown(page: str) -> int:
    """With head and sum."""
    return page.split('<table class="gf-table')[1].split("</table>")[0].count("<tr>")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("cause", ["late receipt", "freight", "taken back"])
def test_the_preview_is_what_is_posted(store, method, cause):
    first, lot, receipt = sold(store, method, received="10")
    late = store.receive("part", "10", "333.33", lot=lot, on=first + timedelta(days=1))
    store.receive("part", "70", "444.44", lot=lot, on=first + timedelta(days=2))
    store.ship("part", "8", lot=lot, on=first + timedelta(days=6))
    if method == "month_average":
        with transaction.atomic():
            average_month(actor=store.user, period=Period.objects.get(year=first.year, month=first.month))

    def step():
        if cause == "late receipt":
            moves = [store.move("part", "50", "SUPPLIER", "W1", "999.99", lot)]
            services.post(
                actor=store.user, reason="late", source=None, on=first, moves=moves, partner_id=store.partners["S1"].pk
            )  # fmt: skip
        elif cause == "freight":
            costs = [AddedCost(receipt.moves.get().pk, D("77.77"), "payable", store.partners["S1"].pk)]
            add_costs(actor=store.user, reason="late", source=None, on=store.today, costs=costs)
        else:
            services.reverse(actor=store.user, posting=late, reason="undo")

    before = set(StockMove.objects.values_list("pk", flat=True))
    if method == "standard" and cause != "freight":
        act(actor=store.user, request_id=uuid.uuid4(), confirm=frozenset(), step=step)  # later moves keep the standard
        assert not StockMove.objects.filter(kind__in=("recost", "residue"), adjusts__isnull=False).exists()
        return
    question = asked(store, step)
    assert set(StockMove.objects.values_list("pk", flat=True)) == before
    told = {
        (row[0], row[1]): (row[7], row[8] if len(row) > 8 else 0) for row in read(store.user, question.preview_id).rows
    }
    act(actor=store.user, request_id=uuid.uuid4(), confirm=frozenset({"recost"}), step=step, n=1)
    posted: dict = {}
    rows = StockMove.objects.exclude(pk__in=before).filter(
        adjusts__posting__in=Posting.objects.filter(moves__in=before)
    )
    for on, posting, kind, value in rows.exclude(kind="added").values_list(
        "adjusts__on", "adjusts__posting", "kind", "value"
    ):
        more = posted.setdefault((on, f"#{posting}"), [D(0), D(0)])
        more[kind == "residue"] += value
    assert told == {key: tuple(more) for key, more in posted.items()} and told
    assert run_all() == []


def test_a_new_standard_tells_what_stock_is_worth_and_what_later_moves_take(store):
    part = store.item("part", costing_method="standard", standard_cost=D(10))
    store.receive("part", "10", "100.00")
    tomorrow = store.today + timedelta(days=1)
    store.ship("part", "4", on=tomorrow)
    request = {"actor": store.user, "costs": {part.pk: D("12.5")}}
    with pytest.raises(DomainError) as question:
        set_standard_costs(request_id=uuid.uuid4(), confirm=frozenset(), **request)
    assert set(question.value.codes) == {"reprice"}
    (row,) = read(store.user, question.value.preview_id).rows
    assert row == ["part", "part", D(6), D(10), D("12.5"), D(15)]
    with pytest.raises(DomainError) as question:
        set_standard_costs(request_id=uuid.uuid4(), confirm=frozenset({"reprice"}), **request)
    assert set(question.value.codes) == {"recost"}
    (row,) = read(store.user, question.value.preview_id).rows
    assert (row[0], row[4], row[5], row[6], row[7]) == (tomorrow, D(4), D(40), D(50), D(10))
    part.refresh_from_db()
    assert part.standard_cost == 10 and store.worth("part") == (D(6), D(60))
    set_standard_costs(request_id=uuid.uuid4(), confirm=frozenset({"reprice", "recost"}), **request)
    assert store.worth("part") == (D(6), D(75)) and run_all() == []
    assert store.books()[store.code("variance_price")] == D(-25)  # on ten pieces: six are here, four went out dearer


def test_whoever_was_asked_reads_every_row_by_page_sheet_and_api(store, client):
    _first, _lot, receipt = sold(store, "moving_average", sales=30)
    costs = [AddedCost(receipt.moves.get().pk, D("200.00"), "payable", store.partners["S1"].pk)]

    def step():
        add_costs(actor=store.user, reason="late", source=None, on=store.today, costs=costs)

    question = asked(store, step)
    named = [str(problem) for problem in question.problems]
    assert len(named) == SHOWN + 1 and named[0].startswith("Later documents that are re-costed: 30, by 180.00")
    client.force_login(store.user)
    url = f"/-/preview/{question.preview_id}"
    page = client.get(url).content.decode()
    assert rows_shown(page) == 32 and "180.00" in page
    book = CalamineWorkbook.from_filelike(BytesIO(client.get(f"{url}?export=1").content))
    lines = book.get_sheet_by_index(0).to_python()
    assert len(lines) == 31 and round(sum(line[7] for line in lines[1:]), 2) == 180
    answer = client.get(f"/api/v1/previews/{question.preview_id}?offset=25").json()
    assert answer["count"] == 30 and len(answer["rows"]) == 5 and "180.00" in answer["sums"].values()
    other = User.objects.create(username="other", name="other")
    client.force_login(other)
    assert client.get(url).status_code == 404
    assert client.get(f"/api/v1/previews/{question.preview_id}").status_code == 404


def test_a_page_of_it_is_bounded_and_the_oldest_go(store, client, monkeypatch):
    monkeypatch.setattr("gongfang.web.views.previews.PER_PAGE", 4)
    _first, _lot, receipt = sold(store, "fifo", sales=9)
    costs = [AddedCost(receipt.moves.get().pk, D("50.00"), "payable", store.partners["S1"].pk)]
    question = asked(store, lambda: add_costs(actor=store.user, reason="x", source=None, on=store.today, costs=costs))
    client.force_login(store.user)
    pages = [client.get(f"/-/preview/{question.preview_id}?page={n}").content.decode() for n in ("1", "3", "99", "x")]
    assert [rows_shown(page) for page in pages] == [6, 3, 3, 6]
    KeptPreview.objects.update(created_at=F("created_at") - timedelta(days=2))
    assert client.get(f"/-/preview/{question.preview_id}").status_code == 404
    asked(store, lambda: add_costs(actor=store.user, reason="x", source=None, on=store.today, costs=costs))
    assert KeptPreview.objects.count() == 1


@pytest.mark.parametrize("at_once", [1000, 0])
@pytest.mark.parametrize("by_item", [False, True])
def test_a_month_average_is_asked_about_before_it_is_run(store, monkeypatch, at_once, by_item):
    """Few items are done at once, many as a task: both tell first what is then posted."""
    monkeypatch.setattr(averaging, "AT_ONCE", at_once)
    if by_item:
        monkeypatch.setattr(recosting, "ROWS_MAX", 2)
    first, _lot, _receipt = sold(store, "month_average")
    store.item("other", costing_method="month_average")
    store.receive("other", "10", "10.00", on=first)
    store.ship("other", "1", on=first + timedelta(days=1))
    for part in ("part", "other"):
        store.receive(part, "10", "333.33", on=first + timedelta(days=20))
    period = Period.objects.get(year=first.year, month=first.month)
    run = {"actor": store.user, "period_id": period.pk}
    with pytest.raises(DomainError) as question:
        services.start_month_average(request_id=uuid.uuid4(), confirm=frozenset(), **run)
    assert set(question.value.codes) == {"recost"}
    period.refresh_from_db()
    assert period.averaged_at is None and not StockMove.objects.filter(kind="recost").exists()
    told: dict = {}
    for row in read(store.user, question.value.preview_id).rows:
        code, amount = (row[0], row[6]) if by_item else (row[2], row[7])
        told[code] = told.get(code, D(0)) + amount
    assert set(told) == {"part", "other"} and (not by_item or row[2] == 3)
    services.start_month_average(request_id=uuid.uuid4(), confirm=frozenset({"recost"}), **run)
    if not at_once:
        tasks.perform.func(TaskRun.objects.get(job=averaging.JOB).pk)
    posted: dict = {}
    for code, value in StockMove.objects.filter(kind="recost").values_list("item__code", "value"):
        posted[code] = posted.get(code, D(0)) + value
    assert posted == told and run_all() == []
    services.start_month_average(
        request_id=uuid.uuid4(), confirm=frozenset(), **run
    )  # nothing changes: nothing is asked
