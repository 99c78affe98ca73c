"""Build the factory and write the workbooks."""

import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def build() -> dict[str, list[dict[str, Any]]]:
    """All sheets of the demo factory, by sheet key."""
    from . import books, commerce, parts, pumps, works
    from .factory import Factory
    from .names import person

    factory = Factory()
    partners, banks, by_trade = commerce.partners()
    parts.purchased(factory)
    parts.shared_assemblies(factory, by_trade["coating"])
    pumps.is_pumps(factory, by_trade["coating"][0])
    pumps.isg_pumps(factory, by_trade["coating"][1])
    pumps.qdl_pumps(factory)
    pumps.xbd_pumps(factory, by_trade["coating"][3])
    factory.roll_up()
    customers = [row["code"] for row in partners if row["is_customer"]]
    supplier_prices = commerce.supplier_prices(factory, by_trade)
    customer_prices = commerce.sales_prices(factory, customers)
    orders = commerce.sales_orders(factory, customers)
    demand: dict[str, Any] = {}
    for row in orders:
        demand[row["item"]] = demand.get(row["item"], 0) + row["quantity"]
    needs = factory.needs(demand)
    stock = books.opening_stock(factory, needs)
    from .factory import chance

    rng = chance("people")
    names = [person(rng) for _ in range(40)]
    return {
        "company": [{"name": works.COMPANY, "opening_date": works.OPENING, "tax_no": "91370900MA3QYBY26X"}],
        "users": works.users(), "units": works.UNITS, "calendars": works.CALENDARS, "calendar_days": works.calendar_days(), "plants": works.PLANTS,
        "warehouses": works.WAREHOUSES, "categories": works.CATEGORIES, "partners": partners, "partner_banks": banks,
        "work_centres": works.WORK_CENTRES, "setup_changes": works.SETUP_CHANGES, "items": list(factory.items.values()),
        "item_units": [{"item": code, "unit": "BOX", "numerator": 100, "denominator": 1} for code in factory.items if code.startswith(("LS-M6", "LM-M", "PD-", "TD-"))],
        "supplier_prices": supplier_prices, "customer_prices": customer_prices,
        "boms": [line for lines in factory.boms.values() for line in lines],
        "routings": [step for steps in factory.routings.values() for step in steps], "accounts": books.ACCOUNTS, "opening_stock": stock,
        "account_balances": books.balances(factory, stock, partners), "employees": works.employees(names),
        "purchase_orders": commerce.purchase_orders(factory, needs), "sales_orders": orders,
    }  # fmt: skip


def main() -> int:
    """Write both workbooks in Chinese; what a sheet leaves out gets its default, so that nothing is empty by chance."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gongfang.config.settings.test")
    import django

    django.setup()
    from django.utils.translation import override

    from gongfang.platform.exchange.services import book, introduction, template
    from gongfang.platform.exchange.writing import write_book

    folder = ROOT / "examples"
    folder.mkdir(exist_ok=True)
    with override("zh-hans"):
        sheets = build()
        known = {sheet.key: {column.key: column.default for column in sheet.columns} for sheet in book()}
        for key, rows in sheets.items():
            unknown = {name for row in rows for name in row} - known[key].keys()
            assert not unknown, f"{key} has no {unknown}"
        filled = {key: [{**known[key], **row} for row in rows] for key, rows in sheets.items()}
        (folder / "pump-factory.xlsx").write_bytes(write_book(book(), filled, intro=introduction()))
        (folder / "template.xlsx").write_bytes(template())
    for key, rows in sheets.items():
        print(f"{key:18} {len(rows):6}")
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "src"))
    sys.exit(main())
