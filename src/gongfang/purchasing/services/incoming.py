"""What arrivals and receipts share: entered goods into rows, and the check against the orders."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import DomainError, Kind, Problem, refuse_if
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.links import Link
from gongfang.purchasing.models import PurchaseOrder, PurchaseOrderLine
from gongfang.purchasing.rules.inputs import IncomingGoods
from gongfang.purchasing.rules.receiving import Incoming, receiving_problems, serial_codes


def order_lines(ids: Collection[int], *, lock: bool = False) -> dict[int, PurchaseOrderLine]:
    """Order lines by id, with order, item and category. lock: the orders first, then the lines, each in order of id."""
    rows = PurchaseOrderLine.objects.filter(pk__in=set(ids)).select_related("document", "item__category", "item__unit")
    if not lock:
        return {row.pk: row for row in rows}
    orders = PurchaseOrder.objects.filter(lines__in=set(ids)).values("pk")
    locked = list(PurchaseOrder.objects.select_for_update().filter(pk__in=orders).order_by("pk"))
    by_id = {order.pk: order for order in locked}
    found = {row.pk: row for row in rows.select_for_update(of=("self",)).order_by("pk")}
    for row in found.values():
        row.document = by_id[row.document_id]
    return found


def goods_rows(
    lines: Sequence[IncomingGoods], *, number: str, supplier_id: int, on: date
) -> tuple[list[dict[str, Any]], dict[int, PurchaseOrderLine]]:
    """Field values of the lines of an arrival or receipt, checked; serial numbers one line each.

    Raises DomainError with every problem at its line.
    """
    known = order_lines({line.order_line_id for line in lines})
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
        for code in codes:
            if item.tracking == "lot" and not code:
                code = f"{number}-{len(rows) + 1:03d}"
            rows.append(
                {
                    "id": line.id if len(codes) == 1 else None, "order_line_id": order_line.pk, "item_id": item.pk, "quantity": quantity,
                    "lot_code": "" if item.tracking == "none" else code, "expires_on": line.expires_on, "remark": line.remark[:200],
                    "made_on": line.made_on or (on if item.shelf_life_days and not line.expires_on else None),
                    "is_inspected": masterdata.inspects_arrival(item),
                }
            )  # fmt: skip
    refuse_if(problems)
    refuse_if(check_orders(rows, known, supplier_id))
    return rows, known


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
                "serial_count", "{item}: {count} pieces, but {given} different serial numbers.", f"{where}.serials",
                item=item, count=count, given=len(set(codes)),
            )
        ], []  # fmt: skip
    return [], codes


def check_orders(
    rows: Iterable[Mapping[str, Any]], known: Mapping[int, PurchaseOrderLine], supplier_id: int
) -> list[Problem]:
    """Reasons against taking the rows in, per order line with all its lots; tolerances resolved line, item, category, company."""
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, int] = {}
    for index, row in enumerate(rows):
        wanted[row["order_line_id"]] += row["quantity"]
        first.setdefault(row["order_line_id"], index)
    shares = masterdata.tolerances({known[pk].item_id: known[pk].item for pk in wanted}.values())
    return receiving_problems(
        Incoming(
            where=f"lines.{first[pk]}.quantity", order=line.document.number, line_no=line.line_no, item=line.item.code,
            ordered=line.quantity, net=line.done_quantity, wanted=quantity,
            tolerance=shares[line.item_id].over_receipt if line.over_receipt is None else line.over_receipt,
            is_live=line.document.approval == Approval.APPROVED, is_closed=line.execution == "closed",
            is_of_supplier=line.document.supplier_id == supplier_id,
        )
        for pk, quantity in wanted.items()
        for line in (known[pk],)
    )  # fmt: skip


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
