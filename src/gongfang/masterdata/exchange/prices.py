"""Price lists as sheets."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongfang.kernel.errors import N_
from gongfang.masterdata.models import CustomerPrice, Partner, SupplierPrice
from gongfang.masterdata.models.prices import FIRST_DAY
from gongfang.platform.exchange.loading import upsert
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault


def _sides(context: Context, *names: str) -> frozenset[str]:
    """Codes of the partners that are one of these (customer, supplier, …), in the workbook or the database."""
    known = {
        code: any(flags) for code, *flags in Partner.objects.values_list("code", *names)
    } | {row["code"]: any(row.get(name) for name in names) for row in context.rows.get("partners", ())}  # fmt: skip
    return frozenset(code for code, fits in known.items() if fits)


def _dates(sheet: str, row: Row) -> Iterable[Fault]:
    if row.get("valid_to") and row["valid_to"] < row.get("valid_from", FIRST_DAY):
        yield fault(sheet, row, "valid_to", "dates_reversed", "The last day is before the first.")


def check_supplier_prices(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    fit = _sides(context, "is_supplier", "is_subcontractor")
    for row in rows:
        if row["supplier"] in context.codes("partners") and row["supplier"] not in fit:
            yield fault("supplier_prices", row, "supplier", "wrong_side", "This partner is not a supplier.")
        yield from _dates("supplier_prices", row)


def load_supplier_prices(rows: Sequence[Row], context: Context) -> None:
    partners, items = context.ids("partners"), context.ids("items")
    names = ("price", "tax_included", "min_quantity", "multiple", "lead_time_days", "valid_from", "valid_to", "share")
    records = [
        {
            "supplier_id": partners[row["supplier"]],
            "item_id": items[row["item"]],
            **{name: row.values[name] for name in names},
        }
        for row in rows
    ]
    upsert(
        SupplierPrice,
        records,
        unique=("supplier", "item", "min_quantity", "valid_from"),
        columns=context.columns["supplier_prices"],
    )


def export_supplier_prices(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in SupplierPrice.objects.select_related("supplier", "item"):
        yield {
            "supplier": row.supplier.code, "item": row.item.code, "price": row.price, "tax_included": row.tax_included,
            "min_quantity": row.min_quantity, "multiple": row.multiple, "lead_time_days": row.lead_time_days, "valid_from": row.valid_from,
            "valid_to": row.valid_to, "share": row.share,
        }  # fmt: skip


ZERO = Decimal(0)
SUPPLIER_PRICES = Sheet(
    "supplier_prices", N_("Supplier prices"), unique=("supplier", "item", "min_quantity", "valid_from"),
    note=N_("Purchase prices, and prices of subcontracted work."),
    columns=[
        Column("supplier", N_("Supplier code"), required=True, ref="partners"), Column("item", N_("Item code"), required=True, ref="items"),
        Column("price", N_("Price"), kind="price", required=True, minimum=0, scope="cost", note=N_("Per base unit.")),
        Column("tax_included", N_("Tax included"), kind="bool", default=True),
        Column("min_quantity", N_("From quantity"), kind="quantity", minimum=0, default=ZERO),
        Column("multiple", N_("Multiple"), kind="quantity", minimum=0, default=ZERO),
        Column("lead_time_days", N_("Lead time (working days)"), kind="integer", minimum=0, maximum=3650, default=0),
        Column("valid_from", N_("Valid from"), kind="date", default=FIRST_DAY), Column("valid_to", N_("Valid to"), kind="date"),
        Column("share", N_("Share"), kind="ratio", minimum=0, maximum=1, default=Decimal(1), note=N_("Of the demand that this supplier is to get.")),
    ],
    check=check_supplier_prices, load=load_supplier_prices, export=export_supplier_prices,
)  # fmt: skip


def check_customer_prices(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    fit = _sides(context, "is_customer")
    for row in rows:
        if row.get("customer") and row["customer"] in context.codes("partners") and row["customer"] not in fit:
            yield fault("customer_prices", row, "customer", "wrong_side", "This partner is not a customer.")
        yield from _dates("customer_prices", row)


def load_customer_prices(rows: Sequence[Row], context: Context) -> None:
    """List prices (without a customer) cannot clash on the unique columns, as NULL differs from NULL: they are replaced."""
    partners, items = context.ids("partners"), context.ids("items")
    names = ("price", "tax_included", "min_quantity", "valid_from", "valid_to")
    records = [
        {
            "customer_id": partners[row["customer"]] if row.get("customer") else None, "item_id": items[row["item"]],
            **{name: row.values[name] for name in names},
        }
        for row in rows
    ]  # fmt: skip
    own = [record for record in records if record["customer_id"] is not None]
    upsert(
        CustomerPrice,
        own,
        unique=("customer", "item", "min_quantity", "valid_from"),
        columns=context.columns["customer_prices"],
    )
    listed = {(r["item_id"], r["min_quantity"], r["valid_from"]): r for r in records if r["customer_id"] is None}
    present = CustomerPrice.objects.filter(customer__isnull=True)
    stale = [row.pk for row in present if (row.item_id, row.min_quantity, row.valid_from) in listed]
    CustomerPrice.objects.filter(pk__in=stale).delete()
    CustomerPrice.objects.bulk_create([CustomerPrice(**record) for record in listed.values()], batch_size=2000)


def export_customer_prices(context: Context) -> Iterable[Mapping[str, Any]]:
    for row in CustomerPrice.objects.select_related("customer", "item"):
        yield {
            "customer": row.customer.code if row.customer else None, "item": row.item.code, "price": row.price,
            "tax_included": row.tax_included, "min_quantity": row.min_quantity, "valid_from": row.valid_from, "valid_to": row.valid_to,
        }  # fmt: skip


CUSTOMER_PRICES = Sheet(
    "customer_prices", N_("Sales prices"), unique=("item", "customer", "min_quantity", "valid_from"),
    note=N_("Sales prices of a customer, or everybody's where no customer is named."),
    columns=[
        Column("customer", N_("Customer code"), ref="partners"), Column("item", N_("Item code"), required=True, ref="items"),
        Column("price", N_("Price"), kind="price", required=True, minimum=0, scope="price", note=N_("Per base unit.")),
        Column("tax_included", N_("Tax included"), kind="bool", default=True),
        Column("min_quantity", N_("From quantity"), kind="quantity", minimum=0, default=ZERO),
        Column("valid_from", N_("Valid from"), kind="date", default=FIRST_DAY), Column("valid_to", N_("Valid to"), kind="date"),
    ],
    check=check_customer_prices, load=load_customer_prices, export=export_customer_prices,
)  # fmt: skip
