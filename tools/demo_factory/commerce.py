"""Suppliers, customers, price lists, open orders."""

import random
from datetime import date, timedelta
from decimal import ROUND_HALF_UP
from decimal import Decimal as D
from typing import Any

from .factory import Factory, chance, fen
from .names import CUSTOMER_TRADES, SUPPLIER_TRADES, company, contact
from .works import OPENING

Row = dict[str, Any]
TAX = D("1.13")
FIRST = date(2026, 1, 1)


def partners() -> tuple[list[Row], list[Row], dict[str, list[str]]]:
    """60 suppliers and 80 customers, their banks, and who brings what class of goods."""
    rng, taken = random.Random(2026), set[str]()
    rows: list[Row] = []
    by_trade: dict[str, list[str]] = {}
    for trade, (suffix, count) in SUPPLIER_TRADES.items():
        for _ in range(count):
            name, short, city = company(rng, suffix, taken)
            code = f"G{len(rows) + 1:03d}"
            by_trade.setdefault(trade, []).append(code)
            outside = trade == "coating"
            rows.append(
                {
                    "code": code, "name": name, "short_name": short, "is_customer": False, "is_supplier": True, "is_subcontractor": outside,
                    "payment_days": rng.choice((30, 30, 45, 60, 60, 90)), "price_includes_tax": True, "tax_rate": D("0.13"), "credit_limit": None,
                    "currency": "CNY", "status": "active", "email": "", **contact(rng, city),
                }
            )  # fmt: skip
    suppliers = len(rows)
    for n in range(80):
        name, short, city = company(rng, CUSTOMER_TRADES[n % len(CUSTOMER_TRADES)], taken)
        rows.append(
            {
                "code": f"K{n + 1:03d}", "name": name, "short_name": short, "is_customer": True, "is_supplier": False, "is_subcontractor": False,
                "payment_days": rng.choice((0, 30, 30, 45, 60, 90)), "price_includes_tax": True, "tax_rate": D("0.13"),
                "credit_limit": D(rng.choice((300, 500, 800, 1000, 1500, 2000)) * 1000), "currency": "CNY", "status": "active", "email": "",
                **contact(rng, city),
            }
        )  # fmt: skip
    banks = [
        {
            "partner": row["code"], "bank": rng.choice(("中国工商银行", "中国建设银行", "中国农业银行", "齐鲁银行", "中国银行")) + f"{row['short_name'][:2]}支行",
            "account": "622" + "".join(rng.choices("0123456789", k=13)), "holder": row["name"], "is_default": True,
        }
        for row in rows[: suppliers + 30]
    ]  # fmt: skip
    return rows, banks, by_trade


def supplier_prices(f: Factory, by_trade: dict[str, list[str]]) -> list[Row]:
    """One to three suppliers per bought item; the first is the default and asks what the standard cost is, tax included."""
    rows = []
    for code, trade in f.trade.items():
        item, rng = f.items[code], chance("price", code)
        count = 1 if trade in ("print", "motor") else rng.choice((1, 2, 2, 3))
        chosen = rng.sample(by_trade[trade], min(count, len(by_trade[trade])))
        item["default_supplier"] = chosen[0]
        for n, supplier in enumerate(chosen):
            price = fen(item["standard_cost"] * TAX * (D(1) if n == 0 else D(str(round(rng.uniform(0.98, 1.09), 3)))))
            common = {"supplier": supplier, "item": code, "tax_included": True, "multiple": item.get("lot_multiple", D(0)), "valid_from": FIRST,
                      "lead_time_days": item["lead_time_days"] + n * 2, "share": D(1) if len(chosen) == 1 else (D("0.7") if n == 0 else D("0.3"))}  # fmt: skip
            rows.append({**common, "price": max(price, D("0.01")), "min_quantity": D(0)})
            if n == 0 and item["standard_cost"] > 30 and trade in ("casting", "steel", "bearing"):
                rows.append({**common, "price": fen(price * D("0.97")), "min_quantity": D(100)})
    return rows


def sales_prices(f: Factory, customers: list[str]) -> list[Row]:
    """List prices at 20 to 40 % margin on the standard cost, tax included; some customers have their own."""
    rows = []
    for code, item in f.items.items():
        if item["kind"] != "finished":
            continue
        rng = chance("sales", code)
        margin = D(str(round(rng.uniform(0.22, 0.39), 3)))
        listed = (item["standard_cost"] / (1 - margin) * TAX / 10).quantize(D(1), ROUND_HALF_UP) * 10
        item["sales_price"] = fen(listed / TAX)
        rows.append(
            {
                "customer": None,
                "item": code,
                "price": listed,
                "tax_included": True,
                "min_quantity": D(0),
                "valid_from": FIRST,
            }
        )
        rows.append(
            {
                "customer": None,
                "item": code,
                "price": fen(listed * D("0.97")),
                "tax_included": True,
                "min_quantity": D(20),
                "valid_from": FIRST,
            }
        )
        for customer in rng.sample(customers, 3):
            rows.append(
                {
                    "customer": customer,
                    "item": code,
                    "price": fen(listed * D("0.955")),
                    "tax_included": True,
                    "min_quantity": D(0),
                    "valid_from": FIRST,
                }
            )
    return rows


def workday(day: date, days: int) -> date:
    """So many days on; a Sunday gives way to Monday."""
    day += timedelta(days=days)
    return day + timedelta(days=1) if day.isoweekday() == 7 else day


def sales_orders(f: Factory, customers: list[str]) -> list[Row]:
    """What customers wait for on the opening date: 26 orders, due within the next five weeks."""
    pumps = [code for code, item in f.items.items() if item["kind"] == "finished"]
    rows = []
    for n in range(26):
        rng = chance("order", n)
        ordered = workday(OPENING, -rng.randint(2, 18))
        customer = customers[(n * 7) % len(customers)]
        for pump in rng.sample(pumps, rng.choice((1, 1, 2, 2, 3))):
            price = fen(f.items[pump]["sales_price"] * TAX)
            rows.append(
                {
                    "number": f"QC-XS-{n + 1:04d}", "customer": customer, "date": ordered, "warehouse": "W04", "salesperson": "sales",
                    "customer_reference": f"PO-{7100 + n * 13}", "item": pump,
                    "quantity": D(rng.choice((1, 1, 2, 2, 3, 4, 6))), "price": price, "tax_rate": D("0.13"),
                    "promised_date": workday(OPENING, 6 + n + rng.randint(0, 6)),
                }
            )  # fmt: skip
    return rows


def purchase_orders(f: Factory, needs: dict[str, D]) -> list[Row]:
    """What suppliers still have to bring: lots of what the open orders and the coming month will take."""
    by_supplier: dict[str, list[str]] = {}
    for code in f.trade:
        if needs.get(code) and f.items[code]["standard_cost"] > 8 and f.items[code]["category"] != "0106":
            by_supplier.setdefault(f.items[code]["default_supplier"], []).append(code)
    rows = []
    for n, (supplier, codes) in enumerate(sorted(by_supplier.items())[:28], start=1):
        rng = chance("purchase", supplier)
        ordered = workday(OPENING, -rng.randint(2, 9))
        for code in rng.sample(codes, min(len(codes), rng.choice((1, 2, 3, 4)))):
            item = f.items[code]
            lot = item.get("lot_minimum") or D(20)
            rows.append(
                {
                    "number": f"QC-CG-{n:04d}", "supplier": supplier, "date": ordered, "warehouse": item["default_warehouse"], "item": code,
                    "quantity": lot * rng.choice((1, 1, 2)), "price": max(fen(item["standard_cost"] * TAX), D("0.01")), "tax_rate": D("0.13"),
                    "due_date": workday(OPENING, rng.randint(1, 12)),
                }
            )  # fmt: skip
    return rows
