"""More than an order needs: with a reason; beyond the tolerance it waits for approval; what is forbidden stays forbidden."""

import re
import uuid
from decimal import Decimal as D
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from gongfang.kernel.errors import DomainError
from gongfang.ledger import queries as ledger
from gongfang.ledger.models import Balance
from gongfang.ledger.services import Move, NewLot, create_location, lots_for, post
from gongfang.ledger.verify import CHECKS as LEDGER
from gongfang.platform.identity.models import User
from gongfang.platform.settings import services as settings
from gongfang.production import services
from gongfang.production.models import Issue, WorkOrder
from gongfang.production.verify import CHECKS
from tests.production.shop import Shop
from tests.production.test_pages import client_of


def sound() -> bool:
    return not [str(fault) for check in (*CHECKS, *LEDGER) for fault in check.run()]


def more(shop: Shop, order: WorkOrder, quantity: str, by: User | None = None, code: str = "shaft") -> Any:
    line = services.IssueInput(shop.material(order, code).pk, D(quantity))
    return shop.do(services.supplement_materials, actor=by, lines=[line], reason="bent")


@pytest.fixture
def order(shop: Shop) -> WorkOrder:
    """Ten pumps, with all their twenty shafts issued; five per cent more are tolerated."""
    shop.stock_up()
    order = shop.order("10")
    WorkOrder.objects.filter(pk=order.pk).update(over_issue=D("0.05"))
    shop.pick(order)
    return order


def test_a_keeper_waits_for_the_supervisor(shop: Shop, order: WorkOrder) -> None:
    """Three more of thirty: nothing moves until the supervisor approves; then goods and money do, and all can be taken back."""
    keeper, supervisor = shop.person("keeper", "keeper"), shop.person("super", "supervisor")
    before, stock = shop.fresh(order).actual_material, shop.on_hand("shaft")
    document = more(shop, order, "3", keeper)
    assert (document.kind, document.approval, document.posting) == ("supplement", "submitted", None)
    assert shop.on_hand("shaft") == stock and shop.material(order, "shaft").done_quantity == 20 and sound()
    with pytest.raises(DomainError):
        shop.do(services.SUPPLEMENT.approve, actor=keeper, document_id=document.pk)
    shop.do(services.SUPPLEMENT.approve, actor=supervisor, document_id=document.pk)
    document.refresh_from_db()
    assert (document.approval, document.execution, document.approved_by) == ("approved", "done", supervisor)
    assert shop.on_hand("shaft") == stock - 3 and shop.fresh(order).actual_material == before + D("90.00")
    assert [(line.quantity, line.value, line.warehouse) for line in document.lines.all()] == [(3, D("90.00"), shop.raw)]
    assert sound()
    with pytest.raises(DomainError) as refusal:
        shop.do(services.SUPPLEMENT.unapprove, document_id=document.pk)
    assert refusal.value.code == "undo_instead"
    shop.do(services.undo_issue, document_id=document.pk)
    assert shop.on_hand("shaft") == stock and shop.fresh(order).actual_material == before and sound()


def test_the_bin_and_the_lot_that_were_asked_for_are_kept(shop: Shop, order: WorkOrder) -> None:
    """Two castings of lot C2 out of a bin, while the picking rules would take C1: approval takes them there, or says they are gone."""
    bin_ = shop.do(create_location, code="B-1", name="B-1", warehouse=shop.raw.pk)
    lots = lots_for([NewLot(shop.items["casting"].pk, "C2")])
    lot = lots[shop.items["casting"].pk, "C2"].pk
    move = Move(shop.items["casting"].pk, D(2), ledger.location("OPENING"), bin_, lot, D("250.00"))
    with transaction.atomic():
        post(actor=shop.boss, reason="opening", source=None, on=shop.today, moves=[move])
    line = services.IssueInput(shop.material(order, "casting").pk, D(2), lot, shop.raw.pk, location_id=bin_.pk)
    document = shop.do(
        services.supplement_materials, actor=shop.person("keeper", "keeper"), lines=[line], reason="cracked"
    )
    assert document.approval == "submitted"
    page = client_of(shop.boss).get(f"/production/issues/{document.pk}/").content.decode()
    assert "B-1" in page and "C2" in page
    shop.do(services.SUPPLEMENT.approve, document_id=document.pk)
    assert [(row.lot.code, row.location, row.value) for row in document.lines.all()] == [("C2", bin_, D("201.09"))], (
        "9,250.00 / 92 each"
    )
    assert not Balance.objects.filter(location=bin_, quantity__gt=0).exists() and sound()
    again = shop.do(services.supplement_materials, actor=shop.person("k2", "keeper"), lines=[line], reason="cracked")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.SUPPLEMENT.approve, document_id=again.pk)
    assert refusal.value.code == "short_stock" and Issue.objects.get(pk=again.pk).approval == "submitted"


def test_what_is_rejected_never_moves(shop: Shop, order: WorkOrder) -> None:
    keeper = shop.person("keeper", "keeper")
    document = more(shop, order, "3", keeper)
    shop.do(services.SUPPLEMENT.reject, document_id=document.pk, comment="straighten them")
    shop.do(services.SUPPLEMENT.void, actor=keeper, document_id=document.pk)
    assert shop.material(order, "shaft").done_quantity == 20 and sound()


# required 20, issued 20, tolerated 5 %; free share of the company, quantity, kind and approval that come of it
FREE = [
    ("0", "1", "supplement", "approved"),  # within the tolerance
    ("0", "1.000001", "supplement", "submitted"),
    ("0.1", "3", "supplement", "approved"),  # 5 % and 10 % of twenty
    ("0.1", "3.000001", "supplement", "submitted"),
]


@pytest.mark.parametrize(("free", "quantity", "kind", "approval"), FREE)
def test_the_company_says_what_needs_no_approval(
    shop: Shop, order: WorkOrder, free: str, quantity: str, kind: str, approval: str
) -> None:
    shop.do(settings.change_setting, key="production.supplement_free", value=free)
    document = more(shop, order, quantity, shop.person("keeper", "keeper"))
    assert (document.kind, document.approval) == (kind, approval)


def test_a_reason_alone_makes_no_supplement(shop: Shop, order: WorkOrder) -> None:
    order = shop.order("10")
    assert (document := more(shop, order, "20")).kind == "normal" and document.reason == "bent"


@pytest.mark.parametrize("whose", ["item", "category", "company"])
def test_what_is_forbidden_is_forbidden_with_a_reason_too(shop: Shop, order: WorkOrder, whose: str) -> None:
    shaft = shop.items["shaft"]
    if whose == "company":
        shop.do(settings.change_setting, key="production.over_issue", value="forbid")
    else:
        said = shaft if whose == "item" else shaft.category
        said.over_mode = "forbid"
        said.save()
    assert more(shop, order, "1").kind == "supplement"  # tolerated
    with pytest.raises(DomainError) as refusal:
        more(shop, order, "1")
    assert refusal.value.code == "over_issue_forbidden" and shop.material(order, "shaft").done_quantity == 21
    with pytest.raises(DomainError) as refusal:
        shop.do(services.allow_over, document_id=order.pk, over_issue=D("0.5"), reason="why not")
    assert refusal.value.code == "over_forbidden"


def test_forbidden_meanwhile_is_not_approved(shop: Shop, order: WorkOrder) -> None:
    document = more(shop, order, "3", shop.person("keeper", "keeper"))
    shop.do(settings.change_setting, key="production.over_issue", value="forbid")
    with pytest.raises(DomainError) as refusal:
        shop.do(services.SUPPLEMENT.approve, document_id=document.pk)
    assert refusal.value.code == "over_issue_forbidden" and Issue.objects.get(pk=document.pk).approval == "submitted"


def test_the_pick_page_asks_for_approval(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    client = Client()
    client.force_login(shop.person("keeper", "keeper"), backend="django.contrib.auth.backends.ModelBackend")
    client.cookies["gongfang_language"] = "en"
    page = client.get(f"/production/pick/?order={order.pk}").content.decode()
    form: dict[str, list[str]] = {}
    for name, value in re.findall(r'name="(material|lot|warehouse|place|quantity)" value="([^"]*)"', page):
        form.setdefault(name, []).append(value)
    form["quantity"] = [str(D(quantity) + 5) for quantity in form["quantity"]]
    answer = client.post("/production/pick/", {**form, "reason": "bent", "request_id": str(uuid.uuid4())}, follow=True)
    document = Issue.objects.get()
    assert document.approval == "submitted" and shop.material(order, "shaft").done_quantity == 0
    assert "waits for approval" in answer.content.decode()
    boss = Client()
    boss.force_login(shop.boss, backend="django.contrib.auth.backends.ModelBackend")
    assert "approve_supplement" in boss.get(f"/production/issues/{document.pk}/").content.decode()
    assert (
        boss.post(
            f"/production/issues/{document.pk}/verb/approve_supplement", {"request_id": str(uuid.uuid4())}
        ).status_code
        == 302
    )
    assert shop.material(order, "shaft").done_quantity == 25
