"""A customer's material worked into his order: it carries no cost, and what is left of it goes back to his place, not to ours."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.ledger.services import ensure_owner_location
from gongfang.platform.identity.models import User
from gongfang.platform.setwise import update_rows
from gongfang.platform.verbs import verb
from gongfang.production.models import Issue, IssueLine, WorkOrder, WorkOrderMaterial
from gongfang.production.services.creating import set_standards
from gongfang.production.services.holding import hold_materials_of, hold_orders
from gongfang.production.services.issuing import KEEPERS, IssueInput, issue


@verb("production.issue_customer_material", N_("Issue customer's material"), roles=KEEPERS)
def issue_customer_material(*, actor: User, request_id: uuid.UUID, order_id: int, on: date | None = None) -> Issue:
    """Issue to an order what its customer has given us of its open components, lots by the picking rules; without cost.

    While nothing is received of the order, its standard cost leaves these components out. Raises DomainError: no_customer,
    no_customer_material.
    """
    on = on or timezone.localdate()
    order = hold_orders([order_id])[order_id]
    if order.customer_id is None:
        raise DomainError(
            Problem("no_customer", "{number} is made for no customer.", number=order.number), Kind.CONFLICT
        )
    rows = hold_materials_of([order.pk])[order.pk]
    lines = _lines(order, rows, on)
    if not lines:
        raise DomainError(
            Problem(
                "no_customer_material", "{customer} has no material with us that {number} still needs.", customer=order.customer.name,
                number=order.number,
            ),
            Kind.CONFLICT,
        )  # fmt: skip
    if not order.received_quantity:
        _without_cost(order, rows, {line.material_id for line in lines})
    return issue(actor, lines, on, "normal")


def _lines(order: WorkOrder, rows: Sequence[WorkOrderMaterial], on: date) -> list[IssueInput]:
    """Place by place, until each component has what it needs; two statements and four for each place."""
    assert order.customer_id is not None
    left = {
        row.pk: row.quantity - row.done_quantity - row.outside_quantity
        for row in rows
        if row.issue_method != "bulk" and row.quantity > row.done_quantity + row.outside_quantity
    }
    items = {row.pk: row.item_id for row in rows}
    lines = []
    for place in ledger.owner_places(order.customer_id, "customer"):
        wants = [ledger.Want(pk, items[pk], quantity, place) for pk, quantity in left.items() if quantity > 0]
        found, _ = ledger.picks(wants, on=on) if wants else ([], {})
        for pick in found:
            left[pick.key] -= pick.quantity
            lines.append(
                IssueInput(
                    pick.key,
                    pick.quantity,
                    pick.lot_id,
                    place.warehouse_id,
                    location_id=place.pk,
                    owner_id=order.customer_id,
                )
            )
    return lines


def _without_cost(order: WorkOrder, rows: Sequence[WorkOrderMaterial], theirs: set[int]) -> None:
    """The standard leaves out components that are wholly the customer's."""
    changed = [row for row in rows if row.pk in theirs and row.standard_price and not row.value]
    for row in changed:
        row.standard_price = Decimal(0)
    if changed:
        update_rows(changed, ["standard_price"])
        operations = list(order.operations.all())
        for row in (*rows, *operations):
            row.document = order
        set_standards([order], list(rows), operations, list(order.outputs.all()))


def places_back(rows: Sequence[Any]) -> Mapping[int, Any]:
    """Line number of a return → the customer's place that material of his goes back to; one statement where all is ours."""
    owners = dict(
        IssueLine.objects.filter(material__in={row.material_id for row in rows}, document__approval="approved")
        .exclude(owner=None)
        .values_list("material", "owner")
        .order_by("pk")
    )
    if not owners:
        return {}
    partners = {row.pk: row for row in _partners(set(owners.values()))}
    stores = {row.pk: row for row in _warehouses({row.warehouse_id for row in rows if row.material_id in owners})}
    return {
        row.line_no: ensure_owner_location(stores[row.warehouse_id], partners[owners[row.material_id]], "customer")
        for row in rows
        if row.material_id in owners
    }


def _partners(ids: set[int]) -> Any:
    return IssueLine._meta.get_field("owner").related_model._default_manager.filter(pk__in=ids)  # type: ignore[union-attr]


def _warehouses(ids: set[int]) -> Any:
    return IssueLine._meta.get_field("warehouse").related_model._default_manager.filter(pk__in=ids)  # type: ignore[union-attr]


def has_customer_material(order: WorkOrder) -> bool:
    """Whether the customer of an order has a place with us, for its button; one statement."""
    return order.customer_id is not None and bool(ledger.owner_places(order.customer_id, "customer"))
