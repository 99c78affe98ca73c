"""Who did the work outside: each subcontractor is owed their own fee, and nobody here earns pay or hours by it."""

from datetime import date, timedelta
from decimal import Decimal as D
from importlib import import_module

import pytest
from django.db import connection

from gongfang.finance import services as finance
from gongfang.finance.verify import CHECKS as FINANCE
from gongfang.kernel.errors import DomainError
from gongfang.ledger.models import VoucherLine
from gongfang.masterdata.models import Partner, RoutingOperation
from gongfang.people.models import Employee
from gongfang.people.services import employee_for
from gongfang.platform.settings import services as company_settings
from gongfang.platform.verification import run_all
from gongfang.production import queries, services
from gongfang.production.models import ReportLine, ReportPerson
from tests.production.shop import Shop
from tests.production.test_subcontracting import faults, outside, plated, turned

__all__ = ["plated"]


def a_second_plater(shop: Shop) -> Partner:
    return Partner.objects.create(code="S2", name="外协二厂", pinyin="wxec", is_supplier=True, is_subcontractor=True)


def owed(role_code: str) -> dict[str, D]:
    """Partner → credit less debit on an account."""
    rows = VoucherLine.objects.filter(account__code=role_code).values_list("partner__code", "debit", "credit")
    found: dict[str, D] = {}
    for partner, debit, credit in rows:
        found[partner] = found.get(partner, D(0)) + credit - debit
    return {partner: amount for partner, amount in found.items() if amount}


def test_each_of_two_subcontractors_is_owed_their_own_fee(plated: Shop) -> None:
    """Six pieces go to S1 at 3.00 and four to S2 at 3.50, and come back in turns: each fee is theirs, taken back or invoiced too."""
    shop = plated
    second = a_second_plater(shop)
    order = turned(shop)
    one = outside(shop, order, quantity=D(6))
    two = outside(shop, order, quantity=D(4), partner_id=second.pk, price=D("3.5"))
    for document in (one, two):
        shop.do(services.send_subcontract, subcontract_id=document.pk)
    first = shop.do(services.receive_subcontract, subcontract_id=one.pk, good=D(5))
    assert owed("220202") == {"S1": D("15.00")}
    other = shop.do(services.receive_subcontract, subcontract_id=two.pk, good=D(3), scrap=D(1), deduction=D(2))
    loss = shop.do(
        services.reckon_loss, subcontract_id=one.pk, item_id=shop.items["paint"].pk, quantity=D("0.5"), deduction=D(7), reason="spilt"
    )  # fmt: skip
    assert owed("122103") == {"S1": D("-7.00")}, "S1 pays for what S1 spilt"
    assert shop.wip(order)["subcontract"] == D("16.50") == shop.fresh(order).actual_subcontract
    shop.do(services.undo_subcontract_receipt, document_id=loss.pk)
    last = shop.do(services.receive_subcontract, subcontract_id=one.pk, good=D(1))
    assert owed("220202") == {"S1": D("18.00"), "S2": D("8.50")} and owed("122103") == {}
    assert shop.wip(order)["subcontract"] == D("26.50") == shop.fresh(order).actual_subcontract
    shop.do(services.undo_subcontract_receipt, document_id=last.pk)
    assert owed("220202") == {"S1": D("15.00"), "S2": D("8.50")}
    for receipt, number in ((first, "01234567890123456781"), (other, "01234567890123456782")):
        invoice = shop.do(finance.invoice_fees, receipt_ids=[receipt.pk], invoice_no=number)
        shop.do(finance.PURCHASE_INVOICE_LIFECYCLE.approve, document_id=invoice.pk)
    assert owed("220202") == {}, "the invoices draw what was booked for them"
    assert owed("220201") == {"S1": D("16.95"), "S2": D("9.61")} and run_all() == []


def test_fees_of_two_are_estimated_and_reversed_by_subcontractor(plated: Shop) -> None:
    shop = plated
    shop.do(finance.create_estimate_policy, method="month_start", valid_from=date(2020, 1, 1))
    order = turned(shop)
    one = outside(shop, order, quantity=D(6))
    two = outside(shop, order, quantity=D(4), partner_id=a_second_plater(shop).pk)
    for document, pieces in ((one, D(6)), (two, D(4))):
        shop.do(services.send_subcontract, subcontract_id=document.pk)
        shop.do(services.receive_subcontract, subcontract_id=document.pk, good=pieces)
    first = (shop.today.replace(day=1) + timedelta(days=31)).replace(day=1)
    shop.do(finance.reverse_estimates, on=first)
    assert owed("220202") == {} and owed("220203") == {"S1": D("18.00"), "S2": D("12.00")} and run_all() == []


def test_outside_work_earns_nobody_here_pay_or_hours(plated: Shop) -> None:
    """Plating has a piece rate of 2.00, for when it is done here: whoever takes it in from outside is not the one who plated."""
    shop = plated
    RoutingOperation.objects.filter(name="plate").update(piece_rate=D(2), run_minutes=D(5), setup_minutes=D(10))
    keeper = shop.person("keeper", "keeper")
    order = turned(shop)
    ww = outside(shop, order)
    shop.do(services.send_subcontract, keeper, subcontract_id=ww.pk)
    people, staff = ReportPerson.objects.count(), Employee.objects.count()
    ws = shop.do(services.receive_subcontract, keeper, subcontract_id=ww.pk, good=D(9), scrap=D(1))
    assert ReportPerson.objects.count() == people and Employee.objects.count() == staff, "a keeper is no worker by this"
    line = ws.report.lines.get()
    assert (line.subcontractor, line.minutes, line.labour_minutes) == (shop.supplier, 0, 0)
    assert queries.pieces_today(keeper) == [] and shop.operation(order, 20).labour_minutes == 0
    shop.do(services.undo_subcontract_receipt, keeper, document_id=ws.pk)
    assert faults() == []


def test_outside_work_without_a_subcontract_order_earns_nobody_either(plated: Shop) -> None:
    """Reported by hand, with people named for the whole report and the clock running: only the turning is theirs."""
    shop = plated
    RoutingOperation.objects.filter(name="plate").update(
        piece_rate=D(2), run_minutes=D(5), setup_minutes=D(10), skill="plating"
    )
    shop.do(company_settings.change_setting, key="production.time_source", value="clock")
    order = shop.order("10", "valve")
    shop.issue(order, "casting", "10")
    worker = employee_for(shop.person("worker", "operator"))
    who = (services.PersonInput(worker.pk),)
    lines = [
        services.ReportInput(shop.operation(order, 10).pk, good=D(10), minutes=D(60), people=who),
        services.ReportInput(shop.operation(order, 20).pk, good=D(4), people=who),
    ]
    report = shop.do(services.report_work, lines=lines)
    turn, plate = report.lines.order_by("line_no")
    assert (turn.subcontractor, plate.subcontractor) == (None, shop.supplier)
    assert [row.line_id for row in ReportPerson.objects.all()] == [turn.pk]
    assert (plate.minutes, plate.labour_minutes, plate.subcontract_value) == (0, 0, D("12.00"))
    assert owed("220202") == {"S1": D("12.00")} and faults() == []
    with pytest.raises(DomainError) as refusal:
        shop.do(services.begin_operation, operation_id=shop.operation(order, 20).pk)
    assert refusal.value.code == "done_outside"


def test_lines_of_before_learn_who_did_them_and_a_wrong_payee_is_named(plated: Shop) -> None:
    """The migration's statement on rows without a name: a receipt's subcontractor, else the operation's, nobody for work done here."""
    shop = plated
    second = a_second_plater(shop)
    order = turned(shop)
    one = outside(shop, order, quantity=D(6))
    outside(shop, order, quantity=D(4), partner_id=second.pk)
    shop.do(services.send_subcontract, subcontract_id=one.pk)
    shop.do(services.receive_subcontract, subcontract_id=one.pk, good=D(6))
    other = shop.order("2", "valve")
    shop.issue(other, "casting", "2")
    shop.report(other, 10, "2")
    shop.report(other, 20, "2")
    told = list(ReportLine.objects.order_by("pk").values_list("subcontractor__code", flat=True))
    assert told == [None, "S1", None, "S1"]
    ReportLine.objects.update(subcontractor=None)
    with connection.cursor() as cursor:
        cursor.execute(import_module("gongfang.production.migrations.0014_who_worked_outside").FILL)
    assert list(ReportLine.objects.order_by("pk").values_list("subcontractor__code", flat=True)) == told
    ReportLine.objects.filter(subcontract_value=D(18)).update(subcontractor=second)
    named = [fault.row for check in FINANCE for fault in check.run()]
    assert named == [f"masterdata_partner {shop.supplier.pk}", f"masterdata_partner {second.pk}"]
