"""Price lists of suppliers and customers."""

import uuid
from typing import Any

from django.db.models import Q

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.masterdata.models import CustomerPrice, Partner, SupplierPrice
from gongfang.masterdata.services.records import changed, created, lock
from gongfang.platform.identity.models import User
from gongfang.platform.verbs import note, verb

SUPPLIER_PRICE_FIELDS = (
    "supplier", "item", "price", "tax_included", "min_quantity", "multiple", "lead_time_days", "valid_from", "valid_to", "share",
)  # fmt: skip
CUSTOMER_PRICE_FIELDS = ("customer", "item", "price", "tax_included", "min_quantity", "valid_from", "valid_to")


def _supplier_problems(supplier: Any) -> list[Problem]:
    pk = getattr(supplier, "pk", supplier)
    sides = Q(is_supplier=True) | Q(is_subcontractor=True)
    if pk and not Partner.objects.filter(sides, pk=pk).exists():
        return [Problem("wrong_side", "This partner is not a supplier.", where="supplier")]
    return []


def _customer_problems(customer: Any) -> list[Problem]:
    pk = getattr(customer, "pk", customer)
    if pk and not Partner.objects.filter(pk=pk, is_customer=True).exists():
        return [Problem("wrong_side", "This partner is not a customer.", where="customer")]
    return []


@verb("masterdata.create_supplier_price", N_("Create supplier price"), roles=("buyer",))
def create_supplier_price(*, actor: User, request_id: uuid.UUID, **values: Any) -> SupplierPrice:
    """Agree a purchase price from a quantity and a day on."""
    refuse_if(_supplier_problems(values.get("supplier")))
    return created(SupplierPrice, values, SUPPLIER_PRICE_FIELDS)


@verb("masterdata.change_supplier_price", N_("Change supplier price"), roles=("buyer",))
def change_supplier_price(*, actor: User, request_id: uuid.UUID, supplierprice_id: int, **values: Any) -> SupplierPrice:
    """Correct a purchase price; a new price from a day on is better made as a new row."""
    price = lock(SupplierPrice, supplierprice_id)
    refuse_if(_supplier_problems(values.get("supplier")))
    changed(price, values, SUPPLIER_PRICE_FIELDS)
    return price


@verb("masterdata.delete_supplier_price", N_("Delete supplier price"), roles=("buyer",))
def delete_supplier_price(*, actor: User, request_id: uuid.UUID, supplierprice_id: int) -> None:
    """Take a purchase price off the list."""
    price = lock(SupplierPrice, supplierprice_id)
    note(price, price=(price.price, None))
    price.delete()


@verb("masterdata.create_customer_price", N_("Create sales price"), roles=("sales",))
def create_customer_price(*, actor: User, request_id: uuid.UUID, **values: Any) -> CustomerPrice:
    """Agree a sales price with a customer, or set the list price."""
    refuse_if(_customer_problems(values.get("customer")))
    return created(CustomerPrice, values, CUSTOMER_PRICE_FIELDS)


@verb("masterdata.change_customer_price", N_("Change sales price"), roles=("sales",))
def change_customer_price(*, actor: User, request_id: uuid.UUID, customerprice_id: int, **values: Any) -> CustomerPrice:
    """Correct a sales price."""
    price = lock(CustomerPrice, customerprice_id)
    refuse_if(_customer_problems(values.get("customer")))
    changed(price, values, CUSTOMER_PRICE_FIELDS)
    return price


@verb("masterdata.delete_customer_price", N_("Delete sales price"), roles=("sales",))
def delete_customer_price(*, actor: User, request_id: uuid.UUID, customerprice_id: int) -> None:
    """Take a sales price off the list."""
    price = lock(CustomerPrice, customerprice_id)
    note(price, price=(price.price, None))
    price.delete()
