"""When an order's lines can be had: beside them while they are entered, and as a tab of the order."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.masterdata import queries as masterdata
from gongfang.sales.models import SalesOrder
from gongfang.sales.services import promise
from gongfang.ui.answers import Answer, LineAnswers
from gongfang.ui.screens import Column, Table

HOW = {
    "stock": _("from stock"), "incoming": _("from incoming supply"), "capable": _("to be made"), "lead_time": _("by lead time"),
    "none": _("not in sight"),
}  # fmt: skip


def promises(user: Any, order: SalesOrder) -> Table:
    """What could be promised for each line today."""
    lines = [line for line in order.lines.select_related("item").order_by("line_no") if line.open_quantity > 0]
    found = promise(
        [(line.item_id, line.open_quantity) for line in lines],
        timezone.localdate(),
        without_order=order.pk,
        warehouse_id=order.warehouse_id,
    )
    rows = [
        {
            "line_no": line.line_no, "item": str(line.item), "quantity": line.open_quantity, "promised": line.promised_date, "free": one.free_now,
            "possible": one.on, "how": HOW[one.kind], "why": one.reason if one.kind in ("capable", "none") else "",
        }
        for line, one in zip(lines, found, strict=True)
    ]  # fmt: skip
    return Table(
        [
            Column("line_no", "#"), Column("item", _("Item")), Column("quantity", _("Open"), kind="quantity"), Column("promised", _("Promised date"), kind="date"),
            Column("free", _("Free today"), kind="quantity"), Column("possible", _("Possible on"), kind="date"), Column("how", _("How")), Column("why", _("Why")),
        ],
        rows, note=_("Free: what no other order and no line above needs. The dates can be kept together."),
    )  # fmt: skip


def _number(text: str) -> Decimal | None:
    try:
        value = Decimal(text.replace(",", "").strip())
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 < value < Decimal(10) ** 9 else None


def _key(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _possible(
    user: Any, header: Mapping[str, str], lines: Sequence[Mapping[str, str]], order_id: int | None
) -> list[Answer | None]:
    """When each line could be had, all lines in turn; red where that is later than promised. Lines without item or quantity take nothing."""
    ids = [_key(line.get("item", "")) for line in lines]
    items = masterdata.items_by_ids({pk for pk in ids if pk})
    factors = masterdata.factors(items.values())
    wanted: dict[int, tuple[int, Decimal]] = {}
    for place, line in enumerate(lines):
        item, quantity = items.get(ids[place] or 0), _number(line.get("quantity", ""))
        factor = factors.get((item.pk, _key(line.get("unit", "")) or item.unit_id)) if item else None
        if item is not None and factor is not None and quantity is not None:
            wanted[place] = (item.pk, factor.to_base(quantity))
    answers: list[Answer | None] = [None] * len(lines)
    if not wanted:
        return answers
    warehouse = _key(header.get("warehouse", ""))
    found = promise(list(wanted.values()), timezone.localdate(), without_order=order_id, warehouse_id=warehouse)
    for place, one in zip(wanted, found, strict=True):
        asked = lines[place].get("promised_date") or header.get("promised_date") or ""
        late = one.on is None or (bool(asked) and one.on.isoformat() > asked)
        answers[place] = Answer(f"{one.on or ''} {HOW[one.kind]}".strip(), one.reason, late)
    return answers


POSSIBLE = LineAnswers(
    _("Possible on"), after="unit", watched=("item", "quantity", "unit", "promised_date"), header=("warehouse", "promised_date"),
    answer=_possible, width=150,
)  # fmt: skip
