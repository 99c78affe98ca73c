"""What purchasing, sales and production want received and picked, for the scan stations of the store."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.inventory.services import ScannedLine, Work, WorkLine
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.platform.documents.registry import document_model
from gongfang.platform.identity.models import User
from gongfang.platform.identity.scopes import scoped
from gongfang.platform.verbs import authorize
from gongfang.production import services as production
from gongfang.production.queries import orders_visible_to, orders_with_output
from gongfang.purchasing import services as purchasing
from gongfang.sales import services as sales

SHOWN = 200
OPEN = ("open", "partial")


def _found(rows: Any, key: int) -> Any:
    document = rows.filter(pk=key).first()
    if document is None:
        raise DomainError(Problem("unknown_work", "There is no such work.", where="key"), Kind.MISSING)
    return document


def _line(line: Any, **more: Any) -> WorkLine:
    item = line.item
    return WorkLine(
        line.pk, item.pk, item.code, item.name, item.spec, item.unit.name, item.tracking, line.open_quantity, **more
    )


def _refuse_unknown(lines: Sequence[ScannedLine], known: Iterable[int]) -> None:
    ids = set(known)
    if any(line.key not in ids for line in lines):
        raise DomainError(Problem("unknown_work", "There is no such work.", where="lines"), Kind.MISSING)


class OrderWork:
    """Open documents of one type with a partner, worked off line by line."""

    kind: str
    task: str
    title: str
    verb: str
    doc_type: str
    partner: str
    due: str

    def _rows(self, user: User) -> Any:
        rows = document_model(self.doc_type)._default_manager.filter(approval="approved", execution__in=OPEN)
        return scoped(rows, user, warehouse="warehouse__code").select_related(self.partner)

    def waiting(self, user: User) -> list[Work]:
        from django.db.models import Count, Min

        documents = self._rows(user)
        lines = documents.model._meta.get_field("lines").related_model._default_manager
        open_lines = lines.filter(execution__in=OPEN, document__in=documents.values("pk")).order_by().values("document")
        first = open_lines.annotate(first_due=Min(self.due), count=Count("pk")).order_by("first_due", "document")
        due = {row["document"]: (row["first_due"], row["count"]) for row in first[:SHOWN]}
        found = documents.in_bulk(list(due))
        return [
            Work(self.kind, key, found[key].number, str(getattr(found[key], self.partner)), *when)
            for key, when in due.items()
            if key in found
        ]

    def _open_lines(self, document: Any) -> list[Any]:
        return list(document.lines.filter(execution__in=OPEN).select_related("item__unit").order_by("line_no"))

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]:
        document = _found(self._rows(user), key)
        rows = [_line(line) for line in self._open_lines(document)]
        return Work(self.kind, key, document.number, str(getattr(document, self.partner)), None, len(rows)), rows


class PurchaseWork(OrderWork):
    """Purchase orders: what is scanned becomes an arrival, approved at once (it is inspected or put into stock by its own rules)."""

    kind, task, title, verb = "purchase", "receive", N_("Purchase orders"), "purchasing.create_arrival"
    doc_type, partner, due = "purchasing.order", "supplier", "due_date"

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any:
        authorize(actor, "purchasing.approve_arrival")
        order = _found(self._rows(actor), key)
        tracking = {line.pk: line.item.tracking for line in self._open_lines(order)}
        _refuse_unknown(lines, tracking)
        goods = []
        for line in lines:
            if tracking[line.key] == "serial":
                goods.append(
                    purchasing.IncomingGoods(
                        line.key, line.quantity, serials=", ".join(code for _, code, _ in line.lots)
                    )
                )
            elif line.lots:
                goods += [purchasing.IncomingGoods(line.key, quantity, code) for _, code, quantity in line.lots]
            else:
                goods.append(purchasing.IncomingGoods(line.key, line.quantity))
        arrival = purchasing.create_arrival(
            actor=actor, request_id=request_id, supplier_id=order.supplier_id, lines=goods
        )
        return purchasing.approve_arrival(actor=actor, request_id=request_id, document_id=arrival.pk)


class SalesWork(OrderWork):
    """Sales orders: what is scanned is shipped."""

    kind, task, title, verb = "sales", "pick", N_("Sales orders"), "sales.create_shipment"
    doc_type, partner, due = "sales.order", "customer", "promised_date"

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]:
        """Lots and places proposed by the picking rules; what is not in stock is not to be picked."""
        work, rows = super().lines(user, key)
        order = _found(self._rows(user), key)
        return work, _with_picks(rows, order.warehouse, ledger.kept_for(self.doc_type, [row.key for row in rows]))

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any:
        authorize(actor, "sales.approve_shipment")
        order = _found(self._rows(actor), key)
        _refuse_unknown(lines, (line.pk for line in self._open_lines(order)))
        goods = [
            sales.ShippedGoods(line.key, quantity, lot, "" if lot else code)
            for line in lines
            for lot, code, quantity in (line.lots or ((None, "", line.quantity),))
        ]
        shipment = sales.create_shipment(actor=actor, request_id=request_id, customer_id=order.customer_id, lines=goods)
        return sales.approve_shipment(actor=actor, request_id=request_id, document_id=shipment.pk)


def _with_picks(rows: Sequence[WorkLine], warehouse: Any, kept: ledger.Kept) -> list[WorkLine]:
    """Each line with the lot and the place to take first; what is kept for it before others."""
    if warehouse is None:
        return list(rows)
    store = ledger.store_of(warehouse)
    picks, _ = ledger.picks(
        [ledger.Want(row.key, row.item_id, row.expected, store) for row in rows], kept=kept, on=timezone.localdate()
    )
    codes = ledger.lot_codes({pick.lot_id for pick in picks if pick.lot_id})
    first: dict[int, Any] = {}
    for pick in picks:
        first.setdefault(pick.key, pick)
    return [
        WorkLine(
            row.key, row.item_id, row.code, row.name, row.spec, row.unit, row.tracking, row.expected, None,
            codes.get(first[row.key].lot_id, "") if row.key in first else "",
            first[row.key].location.name if row.key in first else store.name,
        )
        for row in rows
    ]  # fmt: skip


class MaterialWork:
    """Materials of released work orders, issued as they are scanned."""

    kind, task, title, verb = "materials", "pick", N_("Materials of work orders"), "production.issue_materials"

    def _rows(self, user: User) -> Any:
        return production.waiting_for_material(orders_visible_to(user)).select_related("item")

    def waiting(self, user: User) -> list[Work]:
        return [
            Work(self.kind, row.pk, row.number, str(row.item), row.start)
            for row in self._rows(user).order_by("priority", "start", "pk")[:SHOWN]
        ]

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]:
        order = _found(self._rows(user), key)
        materials = {row.pk: row for row in order.materials.select_related("item__unit")}
        wanted: dict[int, Decimal] = {}
        first: dict[int, Any] = {}
        for pick in production.propose_picks([key], by_place=True):
            wanted[pick.material_id] = wanted.get(pick.material_id, Decimal(0)) + pick.quantity + pick.short
            first.setdefault(pick.material_id, pick)
        rows = [
            WorkLine(
                pk, materials[pk].item_id, materials[pk].item.code, materials[pk].item.name, materials[pk].item.spec, materials[pk].item.unit.name,
                materials[pk].item.tracking, quantity, None, first[pk].lot_code, first[pk].place,
            )
            for pk, quantity in wanted.items()
        ]  # fmt: skip
        return Work(self.kind, key, order.number, str(order.item), order.start, len(rows)), rows

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any:
        order = _found(self._rows(actor), key)
        _refuse_unknown(lines, order.materials.values_list("pk", flat=True))
        goods = [
            production.IssueInput(line.key, quantity, lot)
            for line in lines
            for lot, _, quantity in (line.lots or ((None, "", line.quantity),))
        ]
        return production.issue_materials(actor=actor, request_id=request_id, lines=goods)


class OutputWork:
    """Output of work orders, received as it is scanned: the product (line 0) and what came out beside it."""

    kind, task, title, verb = "output", "receive", N_("Output of work orders"), "production.receive_output"

    def _rows(self, user: User) -> Any:
        return orders_with_output(orders_visible_to(user)).select_related("item__unit")

    def _ready(self, order: Any) -> dict[int, production.Ready]:
        ready = production.ready_outputs({order.pk: order})
        return {one.output.pk if one.output else 0: one for one in ready if one.quantity > 0}

    def waiting(self, user: User) -> list[Work]:
        orders = {row.pk: row for row in self._rows(user).order_by("priority", "start", "pk")[:SHOWN]}
        lines = Counter(one.order.pk for one in production.ready_outputs(orders) if one.quantity > 0)
        return [
            Work(self.kind, pk, row.number, str(row.item), row.due, lines[pk])
            for pk, row in orders.items()
            if lines[pk]
        ]

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]:
        order = _found(self._rows(user), key)
        rows = []
        for line, one in self._ready(order).items():
            item: Any = one.item
            lot = (order.lot_code or order.number) if item.tracking == "lot" else ""
            rows.append(
                WorkLine(line, item.pk, item.code, item.name, item.spec, item.unit.name, item.tracking, one.quantity, lot_code=lot)
            )  # fmt: skip
        return Work(self.kind, key, order.number, str(order.item), order.due, len(rows)), rows

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any:
        order = _found(self._rows(actor), key)
        ready = self._ready(order)
        _refuse_unknown(lines, ready)
        goods = []
        for line in lines:
            item: Any = ready[line.key].item
            output = line.key or None
            if item.tracking == "serial":
                serials = [code for _, code, _ in line.lots]
                goods.append(production.ReceiptInput(order.pk, line.quantity, output, serials=serials))
            else:
                goods += [
                    production.ReceiptInput(order.pk, quantity, output, code)
                    for _, code, quantity in (line.lots or ((None, "", line.quantity),))
                ]
        return production.receive_output(actor=actor, request_id=request_id, lines=goods)
