"""What arrivals and receipts share: entered goods into rows, and the check against the orders."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Model

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import split_if_given
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.serials import serial_codes
from gongfang.kernel.states import Approval
from gongfang.kernel.tolerances import mode_of, tolerated
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents import excess
from gongfang.platform.documents.editing import change, new_document, save_lines
from gongfang.platform.documents.links import Link, link, unlink
from gongfang.platform.identity.models import User
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine
from gongfang.purchasing.rules.inputs import IncomingGoods
from gongfang.purchasing.rules.receiving import Incoming, receiving_problems

G = TypeVar("G", bound=excess.ExcessDocument)
MODES = (
    ("forbid", N_("forbid")),
    ("approve", N_("somebody has to accept it")),
    ("warn", N_("show only")),
)
OVER_MODE = declare("purchasing.over_receipt_mode", N_("Receiving more than the tolerance allows"), "choice", "forbid", MODES)  # fmt: skip


def order_lines(ids: Collection[int]) -> dict[int, PurchaseOrderLine]:
    """Order lines by id, with order, item, category and unit: what entering goods needs. Five statements."""
    found = {row.pk: row for row in PurchaseOrderLine.objects.filter(pk__among=list(set(ids)))}
    orders = PurchaseOrder.objects.in_bulk({row.document_id for row in found.values()})
    items = masterdata.items_with_kin({row.item_id for row in found.values()})
    for row in found.values():
        row.document, row.item = orders[row.document_id], items[row.item_id]
    return found


def locked_lines(ids: Collection[int]) -> dict[int, PurchaseOrderLine]:
    """Order lines by id, locked: the orders first, then the lines, each in order of id. Two statements."""
    orders = PurchaseOrder.objects.filter(lines__among=list(set(ids))).values("pk")
    by_id = {row.pk: row for row in PurchaseOrder.objects.select_for_update().filter(pk__in=orders).order_by("pk")}
    found = {
        row.pk: row
        for row in PurchaseOrderLine.objects.select_for_update().filter(pk__among=list(set(ids))).order_by("pk")
    }
    for row in found.values():
        row.document = by_id[row.document_id]
    return found


def goods_rows(
    lines: Sequence[IncomingGoods], known: Mapping[int, PurchaseOrderLine], *, number: str, supplier_id: int, on: date
) -> list[dict[str, Any]]:
    """Field values of the lines of an arrival or receipt, checked; serial numbers one line each. known: `order_lines`.

    Raises DomainError with every problem at its line.
    """
    lines = masterdata.in_base(
        lines, lambda line: known[line.order_line_id].item_id if line.order_line_id in known else None, "quantity"
    )
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    rows: list[dict[str, Any]] = []
    for index, line in enumerate(lines):
        where, order_line = f"lines.{index}", known.get(line.order_line_id)
        if order_line is None:
            problems.append(
                Problem(
                    "line_unknown", "Line {line} belongs to another document.", f"{where}.order_line", line=index + 1
                )
            )
            continue
        item = order_line.item
        found = quantity_problems(str(item), line.quantity, f"{where}.quantity", item.unit.precision)
        codes = [line.lot_code.strip()]
        if not found and item.tracking == "serial":
            found, codes = _serials(line, str(item), where, number, len(rows))
        problems += found
        if found:
            continue
        quantity = Decimal(1) if item.tracking == "serial" else line.quantity
        seconds = split_if_given(line.second, [quantity] * len(codes))
        for code, second in zip(codes, seconds, strict=True):
            if item.tracking == "lot" and not code:
                code = f"{number}-{len(rows) + 1:03d}"
            rows.append(
                {
                    "id": line.id if len(codes) == 1 else None, "order_line_id": order_line.pk, "item_id": item.pk, "quantity": quantity,
                    "lot_code": "" if item.tracking == "none" else code, "expires_on": line.expires_on, "remark": line.remark[:200],
                    "made_on": line.made_on or (on if item.shelf_life_days and not line.expires_on else None),
                    "is_inspected": masterdata.inspects_arrival(item), "second_quantity": second,
                }
            )  # fmt: skip
    refuse_if(problems)
    refuse_if(check_orders(rows, supplier_id, entering=True))
    return rows


def _serials(line: IncomingGoods, item: str, where: str, number: str, before: int) -> tuple[list[Problem], list[str]]:
    """The serial numbers of a line: entered, or made up by the server from the document's number."""
    if line.quantity != int(line.quantity) or line.quantity > 5000:
        return [Problem("serial_pieces", "{item} is kept by serial number: whole pieces only, at most 5,000 a line.", f"{where}.quantity", item=item)], []  # fmt: skip
    count = int(line.quantity)
    try:
        codes = serial_codes(line.serials or line.lot_code)
    except ValueError:
        return [Problem("bad_serials", "{item}: the serial numbers cannot be read; write SN001-SN010, SN015.", f"{where}.serials", item=item)], []  # fmt: skip
    if not codes:
        return [], [f"{number}-{before + n:04d}" for n in range(1, count + 1)]
    if len(codes) != count or len(set(codes)) != count:
        return [
            Problem(
                "serial_count", counted("{item}: {count} piece, but {given} different serial numbers.", "{item}: {count} pieces, but {given} different serial numbers.", "count"), f"{where}.serials",
                item=item, count=count, given=len(set(codes)),
            )
        ], []  # fmt: skip
    return [], codes


def check_orders(
    rows: Iterable[Mapping[str, Any]], supplier_id: int, *, accepted: bool = False, entering: bool = False
) -> list[Problem]:
    """Reasons against receiving these lines now. accepted, entering: as `receiving_problems` has them. Three statements."""
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, int] = {}
    for index, row in enumerate(rows):
        wanted[row["order_line_id"]] += row["quantity"]
        first.setdefault(row["order_line_id"], index)
    usual, usual_mode = setting("masterdata.over_receipt"), setting(OVER_MODE)
    facts = PurchaseOrderLine.objects.filter(pk__among=list(wanted)).values_list(
        "pk", "document__number", "line_no", "item__code", "quantity", "done_quantity", "execution", "document__approval",
        "document__supplier_id", "over_receipt", "item__over_receipt", "item__category__over_receipt",
        "over_mode", "item__over_mode", "item__category__over_mode",
    )  # fmt: skip
    return receiving_problems((
        Incoming(
            f"lines.{first[pk]}.quantity", order, line_no, item, ordered, done, wanted[pk],
            tolerated(*said[:3], usual), approval == Approval.APPROVED, execution == "closed",
            supplier == supplier_id, mode_of(*said[3:], usual_mode),
        )
        for pk, order, line_no, item, ordered, done, execution, approval, supplier, *said in facts
    ), accepted=accepted, entering=entering)  # fmt: skip


def draft(
    model: type[G], line_model: type[Model], lines: Sequence[IncomingGoods], *, actor: User, supplier_id: int, on: date | None,
    warehouse_id: int | None, **header: Any,
) -> G:  # fmt: skip
    """Draft an arrival or a receipt of entered goods, linked to their order lines. Raises DomainError as `goods_rows`."""
    known = order_lines({line.order_line_id for line in lines})
    warehouse_id = usual_warehouse(known, warehouse_id)
    document = new_document(model, actor=actor, on=on, supplier_id=supplier_id, warehouse_id=warehouse_id, **header)
    _save(document, line_model, lines, known)
    return document


def redraft(document: G, line_model: type[Model], lines: Sequence[IncomingGoods] | None, **header: Any) -> G:
    """Change the draft of an arrival or a receipt; None stays as it is. An accepted excess does not outlive its lines."""
    change(document, **{name: value for name, value in header.items() if value is not None})
    if lines is not None:
        excess.withdraw(document)
        known = order_lines({line.order_line_id for line in lines})
        unlink(document)
        _save(document, line_model, lines, known)
    return document


def _save(
    document: Any, line_model: type[Model], lines: Sequence[IncomingGoods], known: Mapping[int, PurchaseOrderLine]
) -> None:
    rows = goods_rows(lines, known, number=document.number, supplier_id=document.supplier_id, on=document.business_date)
    saved = save_lines(document, line_model, rows)
    link(links_from(document, saved, known))


def links_from(document: Any, lines: Sequence[Any], known: Mapping[int, PurchaseOrderLine]) -> list[Link]:
    """Links from order lines to the lines made from them."""
    return [
        Link(known[line.order_line_id].document, document, line.order_line_id, line.pk, line.quantity) for line in lines
    ]


def usual_warehouse(known: Mapping[int, PurchaseOrderLine], warehouse_id: int | None) -> int:
    """Where the goods go: as entered, as ordered, as the item says, else the first warehouse of all."""
    if warehouse_id:
        return warehouse_id
    for line in known.values():
        found = line.document.warehouse_id or line.item.default_warehouse_id
        if found:
            return int(found)
    first = next(iter(masterdata.warehouses_by_codes().values()), None)
    if first is None:
        raise DomainError(Problem("no_warehouse", "Create a warehouse first."), Kind.MISSING)
    return int(first.pk)


def under_tolerances(known: Mapping[int, PurchaseOrderLine]) -> dict[int, Decimal]:
    """Order line → the share that may stay away so that the line counts as done: line, category, company. Two statements."""
    usual = setting("masterdata.under_receipt")
    rows = PurchaseOrderLine.objects.filter(pk__among=list(known))
    return {
        pk: next((share for share in shares if share is not None), usual)
        for pk, *shares in rows.values_list("pk", "under_receipt", "item__category__under_receipt")
    }


def needs_accepting(document: Any) -> bool:
    """Whether somebody has to accept that an arrival or receipt brings more than the tolerance allows."""
    if document.excess_accepted_by_id is not None:
        return False
    rows = document.lines.values("order_line_id", "quantity")
    return any(problem.code == "excess_not_accepted" for problem in check_orders(rows, document.supplier_id))
