"""What an item costs from a supplier, and what a customer pays for it."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from gongfang.masterdata.models import CustomerPrice, Item, Partner, SupplierPrice


def _valid(rows: QuerySet[Any], on: date) -> QuerySet[Any]:
    return rows.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


def supplier_prices(item_ids: Iterable[int], on: date) -> dict[int, list[SupplierPrice]]:
    """All prices valid on a day by item: biggest share first, then the highest quantity step first. One statement."""
    found: dict[int, list[SupplierPrice]] = {}
    rows = _valid(SupplierPrice.objects.select_related("supplier").filter(item__in=set(item_ids)), on)
    for row in rows.order_by("-share", "supplier_id", "-min_quantity", "-valid_from"):
        found.setdefault(row.item_id, []).append(row)
    return found


def ending_supplier_prices(until: date, today: date) -> QuerySet[SupplierPrice]:
    """Purchase prices that end between two days and that no later price follows, the first first."""
    later = SupplierPrice.objects.filter(supplier=OuterRef("supplier"), item=OuterRef("item")).filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=until)
    )
    rows = SupplierPrice.objects.filter(valid_to__gte=today, valid_to__lte=until).filter(~Exists(later))
    return rows.select_related("supplier", "item").order_by("valid_to", "pk")


def supplier_price(item: Item, supplier: Partner | None, quantity: Decimal, on: date) -> SupplierPrice | None:
    """The price for so much on that day; without a supplier, the default supplier's, else the biggest share's. None: no price."""
    rows = supplier_prices([item.pk], on).get(item.pk, [])
    wanted = supplier.pk if supplier else item.default_supplier_id
    return best_supplier_price(rows, wanted, quantity, only=supplier is not None)


def best_supplier_price(
    rows: list[SupplierPrice], supplier_id: int | None, quantity: Decimal, *, only: bool = False
) -> SupplierPrice | None:
    """Choose among the prices of one item (`supplier_prices`): the wanted supplier's highest step that the quantity reaches.

    only: no other supplier will do. Where the quantity is under every step, the lowest step stands. Of two that hold on the day for
    the same step the later one counts, whatever their shares.
    """
    own = [row for row in rows if row.supplier_id == supplier_id]
    if not own and not only:
        own = [row for row in rows if row.supplier_id == rows[0].supplier_id]
    reached = [row for row in own if row.min_quantity <= quantity]
    if reached:
        return max(reached, key=lambda row: (row.min_quantity, row.valid_from))
    return min(own, key=lambda row: (row.min_quantity, -row.valid_from.toordinal()), default=None)


def customer_prices(item_ids: Iterable[int], customer: Partner | None, on: date) -> dict[int, list[CustomerPrice]]:
    """Prices valid on a day by item: the customer's own before everybody's, the highest step first. One statement."""
    found: dict[int, list[CustomerPrice]] = {}
    rows = CustomerPrice.objects.filter(item__in=set(item_ids)).filter(Q(customer=customer) | Q(customer__isnull=True))
    for row in sorted(
        _valid(rows, on), key=lambda p: (p.customer_id is None, -p.min_quantity, -p.valid_from.toordinal())
    ):
        found.setdefault(row.item_id, []).append(row)
    return found


def customer_price(item: Item, customer: Partner | None, quantity: Decimal, on: date) -> CustomerPrice | None:
    """The price for so much on that day: the customer's own, else the list price; None: the item's `sales_price` stands."""
    for row in customer_prices([item.pk], customer, on).get(item.pk, []):
        if row.min_quantity <= quantity:
            return row
    return None
