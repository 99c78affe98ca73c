"""More than planned: by the item, its category or the company forbidden, warned of, or allowed by somebody."""

from decimal import Decimal as D

import pytest

from gongfang.kernel.errors import DomainError, Kind
from gongfang.platform.verification import run_all
from gongfang.production import services
from tests.production.shop import Shop


def refusal(act):
    with pytest.raises(DomainError) as found:
        act()
    return found.value


def test_issuing_more_is_warned_of_and_then_tolerated(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    casting = shop.material(order, "casting")
    line = [services.IssueInput(casting.pk, casting.quantity * 2)]
    act = lambda **more: shop.do(services.issue_materials, lines=line, **more)  # noqa: E731
    before = shop.on_hand("casting")
    assert (refusal(act).code, refusal(act).kind) == ("over_issue", Kind.INVALID)
    shop.items["casting"].category.over_mode = "warn"
    shop.items["casting"].category.save()
    assert (refusal(act).code, refusal(act).kind) == ("over_issue", Kind.CONFIRM)
    assert shop.on_hand("casting") == before
    act(confirm=frozenset({"over_issue"}))
    assert shop.on_hand("casting") == before - casting.quantity * 2
    assert shop.fresh(order).over_issue == 1 and run_all() == []


def test_what_an_item_forbids_nobody_allows(shop: Shop) -> None:
    shop.stock_up()
    order = shop.order("10")
    shop.pick(order)
    allow = lambda: shop.do(services.allow_over, document_id=order.pk, reason="客户要", over_report=D("0.5"))  # noqa: E731
    shop.items["pump"].over_mode = "forbid"
    shop.items["pump"].save()
    assert refusal(allow).code == "over_forbidden" and shop.fresh(order).over_report < D("0.5")
    assert refusal(lambda: shop.report(order, 10, "12")).code == "over_report"
    shop.items["pump"].over_mode = "approve"
    shop.items["pump"].save()
    allow()
    shop.report(order, 10, "12")
    assert shop.operation(order, 10).good_quantity == 12
