"""Incoming inspection: judged at entry, a refused lot stays refused, one step from finding to money, figures of suppliers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.platform.settings.models import Setting
from gongfang.purchasing.models import PurchaseReturn
from gongfang.quality import services as quality
from gongfang.quality.models import Inspection, InspectionPlan, Nonconformance
from gongfang.quality.queries import suppliers as figures
from gongfang.quality.rules.judging import Decision, ResultLine, bad_pieces, looked_at, lot_problems
from gongfang.quality.services import Point
from tests.trading import D, Trade


def refused(act: Any) -> str:
    with pytest.raises(DomainError) as refusal:
        act()
    return refusal.value.code


def plan(trade: Trade, **values: Any) -> InspectionPlan:
    points = [Point("外径", "φ20±0.02", "卡尺", True, D("19.98"), D("20.02"), instrument="KC-01"), Point("外观")]
    return trade.do(  # type: ignore[no-any-return]
        quality.create_plan, **{"code": "P1", "name": "密封件", "item_id": trade.items["seal"].pk, "aql": D("0.025"), "characteristics": points, **values}
    )  # fmt: skip


def lot(trade: Trade, quantity: int = 500, supplier: str = "S1") -> Inspection:
    trade.receive(trade.order(supplier, seal=quantity))
    return Inspection.objects.order_by("-pk")[0]


@pytest.mark.parametrize(
    ("values", "defects", "sample", "bad", "looked"),
    [("19.98 20.02", 0, 0, 0, 2), ("19.979 20.021 20", 0, 5, 2, 5), ("19.97", 3, 10, 3, 10), ("", 1, 4, 1, 4)],
)
def test_measured_values_are_judged_at_entry(values: str, defects: int, sample: int, bad: int, looked: int) -> None:
    line = ResultLine("外径", is_measured=True, lower=D("19.98"), upper=D("20.02"), sample_size=D(sample), defects=D(defects), values=values)  # fmt: skip
    assert (bad_pieces(line), looked_at(line)) == (D(bad), D(looked))


@pytest.mark.parametrize(
    ("found", "limit", "accepted", "codes"),
    [(3, 3, 500, []), (4, 3, 500, ["lot_refused"]), (4, 3, 499, []), (4, 3, 0, [])],
)
def test_a_failed_sample_cannot_pass_the_whole_lot(found: int, limit: int, accepted: int, codes: list[str]) -> None:
    decision = Decision(D(500), D(accepted), D(500 - accepted), D(0))
    assert [one.code for one in lot_problems("JY1", decision, D(found), limit)] == codes


def test_the_plan_says_what_with_which_instrument(trade: Trade) -> None:
    plan(trade)
    waiting = lot(trade)
    assert [row.instrument for row in waiting.results.all()] == ["KC-01", ""]
    size = waiting.results.get(characteristic="外径")
    values = " ".join(["20.00"] * 46 + ["20.03"] * 4)
    line = ResultLine(
        "外径", is_measured=True, lower=size.lower, upper=size.upper, sample_size=D(50), values=values, id=size.pk
    )
    trade.do(quality.change_inspection, inspection_id=waiting.pk, results=[line])
    assert waiting.results.get().defects == 4  # the server counted
    assert refused(lambda: trade.do(quality.pass_inspection, inspection_id=waiting.pk)) == "lot_refused"
    decide = {"inspection_id": waiting.pk, "accepted_quantity": D(500)}
    assert refused(lambda: trade.do(quality.decide_inspection, **decide)) == "lot_refused"
    trade.do(quality.decide_inspection, **decide | {"accepted_quantity": D(0), "concession_quantity": D(500)})
    waiting.refresh_from_db()
    assert (waiting.sample_defects, trade.on_hand("seal")) == (D(4), D(500))


@pytest.mark.parametrize(
    ("mode", "books", "on_order"),
    [("draft", {"140301": "5000.00", "220202": "-5000.00"}, 0), ("credit", {"140301": "4700.00", "220202": "-4700.00"}, 0), ("replace", {"140301": "4700.00", "220202": "-4700.00"}, 30)],
)  # fmt: skip
def test_part_passes_part_goes_back_in_one_step(trade: Trade, mode: str, books: dict[str, str], on_order: int) -> None:
    Setting.objects.create(key="purchasing.return_at_once", value=mode)
    inspection = lot(trade)
    trade.do(
        quality.dispose_inspection, inspection_id=inspection.pk, accepted_quantity=D(460), rejected_quantity=D(30), concession_quantity=D(10),
        disposition="return", defect="外径超差",
    )  # fmt: skip
    assert trade.books() == {code: D(amount) for code, amount in books.items()}
    assert trade.on_hand("seal") == D(470)
    assert trade.on_hand("seal", "W1-HOLD") == (D(30) if mode == "draft" else D(0))
    from gongfang.purchasing import queries

    assert sum(row.quantity for row in queries.open_supply()) == on_order
    report = Nonconformance.objects.get()
    assert (report.approval, report.defect) == ("approved", "外径超差")
    # and all of it back again
    trade.do(quality.unapprove_nonconformance, document_id=report.pk)
    assert PurchaseReturn.objects.get().approval == "void"
    assert (trade.on_hand("seal", "W1-HOLD"), trade.books()) == (D(30), {"140301": D("5000.00"), "220202": D("-5000.00")})  # fmt: skip


@pytest.mark.parametrize(
    ("disposition", "place", "quantity"),
    [("scrap", "W1-HOLD", 0), ("sort", "W1-QC", 30), ("concession", "W1", 500)],
)
def test_other_dispositions_move_at_once(trade: Trade, disposition: str, place: str, quantity: int) -> None:
    inspection = lot(trade)
    trade.do(quality.dispose_inspection, inspection_id=inspection.pk, accepted_quantity=D(470), rejected_quantity=D(30), disposition=disposition)  # fmt: skip
    assert trade.on_hand("seal", place) == D(quantity)
    if disposition == "scrap":
        assert trade.books()["571106"] == D("300.00")


def test_what_is_sorted_out_goes_back_against_its_receipt(trade: Trade) -> None:
    first = lot(trade)
    trade.do(quality.dispose_inspection, inspection_id=first.pk, accepted_quantity=D(400), rejected_quantity=D(100), disposition="sort")  # fmt: skip
    again = Inspection.objects.order_by("-pk")[0]
    trade.do(quality.dispose_inspection, inspection_id=again.pk, accepted_quantity=D(80), rejected_quantity=D(20), disposition="return")  # fmt: skip
    back = PurchaseReturn.objects.get().lines.get()
    assert (back.quantity, back.receipt_line.document.number) == (D(20), first.source_number)
    assert trade.on_hand("seal") == D(480)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"disposition": "burn"}, "disposition_missing"), ({"rejected_quantity": D(0)}, "nothing_rejected"), ({"rejected_quantity": D(31)}, "over_decided"),
        ({"accepted_quantity": D(-1)}, "bad_quantity"), ({"accepted_quantity": D(469)}, "not_all_decided"),
    ],
)  # fmt: skip
def test_bad_decisions(trade: Trade, values: dict[str, Any], code: str) -> None:
    inspection = lot(trade)
    given = {"inspection_id": inspection.pk, "accepted_quantity": D(470), "rejected_quantity": D(30), "disposition": "scrap", **values}  # fmt: skip
    assert refused(lambda: trade.do(quality.dispose_inspection, **given)) == code
    assert trade.on_hand("seal", "W1-QC") == D(500) and not Nonconformance.objects.exists()


def judge(trade: Trade, bad: int) -> Inspection:
    waiting = lot(trade)
    whole = waiting.quantity
    trade.do(
        quality.decide_inspection, inspection_id=waiting.pk, accepted_quantity=D(0) if bad > waiting.accept_limit else whole,
        rejected_quantity=whole if bad > waiting.accept_limit else D(0), sample_defects=D(bad),
    )  # fmt: skip
    waiting.refresh_from_db()
    return waiting


def test_switching_follows_the_lots_and_un_approving_takes_it_back(trade: Trade) -> None:
    held = plan(trade)
    assert judge(trade, 4).accept_limit == 3  # H 50, Ac 3: refused
    second = judge(trade, 4)
    held.refresh_from_db()
    assert held.severity == "tightened" and lot(trade).accept_limit == 2
    trade.do(quality.unapprove_inspection, document_id=second.pk)
    held.refresh_from_db()
    assert (held.severity, held.series_recent) == ("normal", [False])
    assert lot(trade).accept_limit == 3


def test_after_five_refusals_under_tightened_everything_is_looked_at(trade: Trade) -> None:
    held = plan(trade, aql=D("0.01"))
    for _ in range(7):
        judge(trade, 9)
    held.refresh_from_db()
    assert (held.severity, held.is_stopped) == ("tightened", True)
    waiting = lot(trade)
    assert (waiting.sample_size, waiting.accept_limit) == (D(500), 0)
    for _ in range(5):
        judge(trade, 0)
    held.refresh_from_db()
    assert held.is_stopped, "good lots alone do not bring sampling back (clause 9.4)"
    assert refused(lambda: trade.do(quality.resume_sampling, plan_id=held.pk, reason=" ")) == "reason_missing"
    trade.do(quality.resume_sampling, plan_id=held.pk, reason="换模，送样合格")
    held.refresh_from_db()
    waiting.refresh_from_db()
    assert (held.severity, held.is_stopped) == ("tightened", False)
    assert (waiting.severity, waiting.sample_size, waiting.accept_limit) == ("tightened", D(80), 1), (
        "H points to J at AQL 1.0"
    )
    assert refused(lambda: trade.do(quality.resume_sampling, plan_id=held.pk, reason="x")) == "not_stopped"
    trade.do(quality.change_plan, plan_id=held.pk, severity="normal")
    assert lot(trade).sample_size == D(50)


def test_a_switch_holds_from_the_next_lot_on(trade: Trade) -> None:
    """Lots that wait are sampled anew, but one that somebody has begun to look at; it does not count for the new series."""
    held = plan(trade)
    first, second, begun, waiting = (lot(trade) for _ in range(4))
    trade.do(quality.change_inspection, inspection_id=begun.pk, sample_defects=D(1))
    for refused_lot in (first, second):
        trade.do(quality.decide_inspection, inspection_id=refused_lot.pk, accepted_quantity=D(0), rejected_quantity=D(500), sample_defects=D(4))  # fmt: skip
    begun.refresh_from_db()
    waiting.refresh_from_db()
    assert (begun.severity, begun.accept_limit) == ("normal", 3)
    assert (waiting.severity, waiting.accept_limit) == ("tightened", 2)
    trade.do(quality.decide_inspection, inspection_id=begun.pk, accepted_quantity=D(500))
    held.refresh_from_db()
    assert (held.severity, held.series_recent) == ("tightened", [])
    trade.do(quality.decide_inspection, inspection_id=waiting.pk, accepted_quantity=D(500))
    held.refresh_from_db()
    assert held.series_recent == [True]


def test_a_lot_that_was_rejected_whole_earns_no_points(trade: Trade) -> None:
    """The inspector need not have counted bad pieces: wrong papers refuse a lot as well."""
    held = plan(trade)
    judge(trade, 0)
    held.refresh_from_db()
    assert held.series_score == 3
    trade.do(quality.decide_inspection, inspection_id=lot(trade).pk, accepted_quantity=D(0), rejected_quantity=D(500))
    held.refresh_from_db()
    assert (held.series_score, held.series_recent) == (0, [True, False])
    assert refused(lambda: trade.do(quality.decide_inspection, inspection_id=lot(trade).pk, accepted_quantity=D(1), rejected_quantity=D(499), sample_defects=D(501))) == "bad_defects"  # fmt: skip


def test_supplier_figures(trade: Trade) -> None:
    trade.do(quality.pass_inspection, inspection_id=lot(trade).pk)
    trade.do(quality.dispose_inspection, inspection_id=lot(trade).pk, accepted_quantity=D(490), rejected_quantity=D(10), disposition="sort")  # fmt: skip
    again = Inspection.objects.order_by("-pk")[0]
    trade.do(quality.pass_inspection, inspection_id=again.pk)  # sorted out of the same lot: not counted again
    trade.do(quality.decide_inspection, inspection_id=lot(trade, 250, "S2").pk, accepted_quantity=D(0), concession_quantity=D(250))  # fmt: skip
    with trade.counted() as statements:
        found = figures.supplier_figures(trade.today - timedelta(9), trade.today)
    one, two = found[trade.partners["S1"].pk], found[trade.partners["S2"].pk]
    assert statements[0] == 1
    assert (one.lots, one.good, one.judged, one.rejected, one.ppm, one.lot_acceptance) == (2, 1, D(1000), D(10), D(10000), D("0.5"))  # fmt: skip
    assert (two.lots, two.good, two.conceded, two.ppm) == (1, 0, 1, D(0))
    months = figures.monthly_figures(trade.partners["S1"].pk, trade.today.replace(day=1), trade.today)
    assert months[trade.today.year, trade.today.month].lots == 2


def test_a_lot_that_may_hold_no_bad_piece_says_so(trade: Trade) -> None:
    """Ac 0 is a figure, not an empty field; the state stands where a list of any width shows it."""
    waiting = lot(trade, 20)
    assert waiting.accept_limit == 0
    client = Client()
    client.force_login(trade.boss, backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    page = client.get(f"/quality/inspections/{waiting.pk}/").content.decode()
    assert re.search(r"Acceptance number Ac</dt>\s*<dd[^>]*>\s*0\s*</dd>", page)
    head = client.get("/quality/inspections/").content.decode().partition("<thead>")[2].partition("</thead>")[0]
    assert 0 < head.index("Approval") < head.index("Item code")


@pytest.mark.parametrize(
    ("accepted", "conceded", "given"), [(None, 0, False), (0, 0, False), (0, 20, False), (20, 0, True), (15, 0, True)]
)
def test_a_certificate_is_given_only_for_what_conforms(
    trade: Trade, accepted: int | None, conceded: int, given: bool
) -> None:
    """It says that the goods conform: not while nobody has decided, not of what was refused or conceded."""
    waiting = lot(trade, 20)
    if accepted is not None:
        trade.do(
            quality.decide_inspection, inspection_id=waiting.pk, accepted_quantity=D(accepted), concession_quantity=D(conceded),
            rejected_quantity=D(20 - accepted - conceded), sample_defects=D(0 if accepted else 1),
        )  # fmt: skip
    client = Client()
    client.force_login(trade.boss, backend="django.contrib.auth.backends.ModelBackend")
    address = f"/quality/inspections/{waiting.pk}/"
    for ending in ("", ".pdf"):
        assert client.get(f"{address}print/certificate{ending}").status_code == (200 if given else 409)
    assert (f"{address}print/certificate" in client.get(address).content.decode()) == given
    assert client.get(f"{address}print/inspection").status_code == 200
