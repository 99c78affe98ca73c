"""Goods that leave: entered lines into rows with lots, and the check against the orders."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, counted, refuse_if
from gongfang.kernel.money import split_if_given
from gongfang.kernel.pricing import quantity_problems
from gongfang.kernel.states import Approval
from gongfang.kernel.tolerances import mode_of, tolerated
from gongfang.ledger import queries as ledger_queries
from gongfang.masterdata import queries as masterdata
from gongfang.platform.settings.services import declare
from gongfang.platform.settings.services import get as setting
from gongfang.sales.models import SalesOrder, SalesOrderLine
from gongfang.sales.rules.inputs import ShippedGoods
from gongfang.sales.rules.shipping import Outgoing, shipping_problems

OVER_DELIVERY = declare("sales.over_delivery", N_("Over-delivery tolerance"), "percent", "0")
OVER_MODE = declare(
    "sales.over_delivery_mode", N_("Shipping more than the tolerance allows"), "choice", "forbid",
    (("forbid", N_("forbid")), ("approve", N_("somebody has to accept it")), ("warn", N_("show only"))),
)  # fmt: skip
SERIALS_MAX = 5000


def order_lines(ids: Collection[int]) -> dict[int, SalesOrderLine]:
    """Order lines by id, with order, item and unit: what entering goods needs. One statement."""
    rows = SalesOrderLine.objects.filter(pk__in=set(ids)).select_related("document", "item__unit")
    return {row.pk: row for row in rows}


def locked_lines(ids: Collection[int]) -> dict[int, SalesOrderLine]:
    """Order lines by id, locked: the orders first, then the lines, each in order of id. Two statements."""
    orders = SalesOrder.objects.filter(lines__in=set(ids)).values("pk")
    by_id = {row.pk: row for row in SalesOrder.objects.select_for_update().filter(pk__in=orders).order_by("pk")}
    found = {row.pk: row for row in SalesOrderLine.objects.select_for_update().filter(pk__in=set(ids)).order_by("pk")}
    for row in found.values():
        row.document = by_id[row.document_id]
    return found


def goods_rows(
    lines: Sequence[ShippedGoods], known: Mapping[int, SalesOrderLine], *, customer_id: int, warehouse: Any, on: date
) -> list[dict[str, Any]]:
    """Field values of the lines of a shipment, checked, one per lot. known: `order_lines`. Constant statements.

    Raises DomainError with every problem at its line; lots_short where the warehouse has not enough free lots.
    """
    problems = [] if lines else [Problem("no_lines", "Enter at least one line.", "lines")]
    lots = _lots_in({row.item_id for row in known.values() if row.item.tracking != "none"}, warehouse)
    parts: dict[int, list[tuple[int | None, Decimal]]] = {}
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
        parts[index] = [(None, line.quantity)]
        if not found and item.tracking != "none":
            found, parts[index] = _named(line, item, lots.get(item.pk, {}), where)
        problems += found
    refuse_if(problems)
    refuse_if(_propose(lines, known, parts, ledger_queries.store_of(warehouse), on))
    rows = [
        {
            "id": line.id if len(parts[index]) == 1 else None, "order_line_id": line.order_line_id,
            "item_id": known[line.order_line_id].item_id, "lot_id": lot, "quantity": quantity, "remark": line.remark[:200],
            "second_quantity": second,
        }
        for index, line in enumerate(lines)
        for (lot, quantity), second in zip(parts[index], split_if_given(line.second, [part for _, part in parts[index]]), strict=True)
    ]  # fmt: skip
    refuse_if(problems)
    refuse_if(check_orders(rows, customer_id, entering=True))
    return rows


def kept_here(lines: Collection[int], warehouse: Any) -> Mapping[int, Decimal]:
    """Order line → what is kept firmly for it in a warehouse, frozen lots left out; one statement."""
    found: dict[int, Decimal] = defaultdict(Decimal)
    for line, rows in ledger_queries.kept_for(SalesOrder.doc_type, lines).items():
        for row in rows:
            if row.location.warehouse_id == warehouse.pk and (row.lot is None or row.lot.status != "frozen"):
                found[line] += row.quantity
    return found


def _lots_in(item_ids: Collection[int], warehouse: Any) -> dict[int, dict[str, int]]:
    """Item → code → lot, of the lots in the store and its bins."""
    found: dict[int, dict[str, int]] = defaultdict(dict)
    if item_ids:
        for row in ledger_queries.free_in_warehouses(item_ids, warehouse_id=warehouse.pk):
            if row.lot is not None:
                found[row.item_id][row.lot.code] = row.lot.pk
    return found


def _named(
    line: ShippedGoods, item: Any, lots: Mapping[str, int], where: str
) -> tuple[list[Problem], list[tuple[int | None, Decimal]]]:
    """The lots that a line names, none where they are to be proposed."""
    serial = item.tracking == "serial"
    if serial and line.quantity != int(line.quantity):
        return [Problem("serial_pieces_out", "{item} is kept by serial number: whole pieces only.", f"{where}.quantity", item=str(item))], []  # fmt: skip
    named = [code for code in line.serials.replace("，", ",").replace("\n", ",").split(",") if code.strip()] or (
        [line.lot_code] if line.lot_code.strip() else []
    )
    if not line.lot_id and not named:
        return [], []
    by_id = {line.lot_id} & set(lots.values())
    wanted = list(by_id) if line.lot_id else [lots.get(code.strip()) for code in named]
    if not wanted or None in wanted:
        return [
            Problem("lot_not_here", "{item}: this lot is not in the warehouse.", f"{where}.lot_code", item=str(item))
        ], []
    share = Decimal(1) if len(wanted) > 1 or serial else line.quantity
    if share * len(wanted) != line.quantity:
        return [Problem("serial_count_out", counted("{item}: {count} piece, but {given} serial numbers.", "{item}: {count} pieces, but {given} serial numbers.", "count"), f"{where}.serials", item=str(item), count=line.quantity, given=len(wanted))], []  # fmt: skip
    return [], [(lot, share) for lot in wanted]


def _propose(
    lines: Sequence[ShippedGoods], known: Mapping[int, SalesOrderLine], parts: dict[int, list[tuple[int | None, Decimal]]], store: Any,
    on: date,
) -> list[Problem]:  # fmt: skip
    """Fill in the lots of lines that name none, by the picking rules, beside what the others name. Constant statements."""
    opens = [index for index, found in parts.items() if not found]
    if not opens:
        return []
    item = {index: known[lines[index].order_line_id].item for index in parts}
    wants = [
        ledger_queries.Want(-1, item[index].pk, quantity, store, lot)
        for index, found in parts.items()
        for lot, quantity in found
        if lot
    ]
    wants += [ledger_queries.Want(index, item[index].pk, lines[index].quantity, store) for index in opens]
    kept = ledger_queries.kept_for(SalesOrder.doc_type, {lines[index].order_line_id for index in opens})
    own = {index: kept.get(lines[index].order_line_id, ()) for index in opens}
    picks, missing = ledger_queries.picks(wants, kept=own, on=on)
    for pick in picks:
        if pick.key >= 0:
            by_lot = dict(parts[pick.key])
            by_lot[pick.lot_id] = by_lot.get(pick.lot_id, Decimal(0)) + pick.quantity
            parts[pick.key] = list(by_lot.items())
    return [
        Problem(
            "lots_short", "{item}: {wanted} wanted, {free} free in usable lots. Lots that are chosen by hand have to be named.",
            f"lines.{index}.quantity", item=str(item[index]), wanted=lines[index].quantity, free=lines[index].quantity - missing[index],
        )
        for index in opens
        if index in missing
    ]  # fmt: skip


def check_orders(
    rows: Iterable[Mapping[str, Any]], customer_id: int, *, accepted: bool = False, entering: bool = False
) -> list[Problem]:
    """Reasons against shipping the rows, per order line with all its lots. accepted, entering: as `shipping_problems` has them.

    Three statements; call it with the order lines locked where it has to hold.
    """
    wanted: dict[int, Decimal] = defaultdict(Decimal)
    first: dict[int, int] = {}
    for index, row in enumerate(rows):
        wanted[row["order_line_id"]] += row["quantity"]
        first.setdefault(row["order_line_id"], index)
    usual, usual_mode = setting(OVER_DELIVERY), setting(OVER_MODE)
    facts = SalesOrderLine.objects.filter(pk__in=list(wanted)).values_list(
        "pk", "document__number", "line_no", "item__code", "quantity", "done_quantity", "execution", "document__approval",
        "document__customer_id", "over_delivery", "item__over_delivery", "item__category__over_delivery", "over_mode", "item__over_mode",
        "item__category__over_mode",
    )  # fmt: skip
    return shipping_problems((
        Outgoing(
            f"lines.{first[pk]}.quantity", order, line_no, item, ordered, done, wanted[pk], tolerated(*said[:3], usual),
            approval == Approval.APPROVED, execution == "closed", customer == customer_id, mode_of(*said[3:], usual_mode),
        )
        for pk, order, line_no, item, ordered, done, execution, approval, customer, *said in facts
    ), accepted=accepted, entering=entering)  # fmt: skip


def usual_warehouse(known: Mapping[int, SalesOrderLine], warehouse_id: int | None) -> Any:
    """From where it leaves: as entered, as ordered, as the item says, else the first finished-goods warehouse, or any."""
    rows = {row.pk: row for row in masterdata.warehouses_by_codes().values()}
    for pk in (
        warehouse_id,
        *(line.document.warehouse_id for line in known.values()),
        *(line.item.default_warehouse_id for line in known.values()),
    ):
        if pk in rows:
            return rows[pk]
    first = next((row for row in rows.values() if row.kind == "finished"), None) or next(iter(rows.values()), None)
    if first is None:
        raise DomainError(Problem("no_warehouse", "Create a warehouse first."), Kind.MISSING)
    return first


def needs_accepting(shipment: Any) -> bool:
    """Whether somebody has to accept that a shipment takes more than the tolerance allows."""
    if shipment.excess_accepted_by_id is not None:
        return False
    rows = shipment.lines.values("order_line_id", "quantity")
    return any(problem.code == "excess_not_accepted" for problem in check_orders(rows, shipment.customer_id))
