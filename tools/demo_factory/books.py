"""Opening stock with its value, and balances that balance."""

from collections import defaultdict
from datetime import timedelta
from decimal import Decimal as D
from typing import Any

from gongfang.ledger.rules.chart import INVENTORY_ROLES, ROLES

from .factory import Factory, chance, fen
from .works import CATEGORIES, OPENING

Row = dict[str, Any]
ROLE_OF = {row["code"]: row["inventory_role"] for row in CATEGORIES}

ACCOUNTS: list[Row] = [
    {"code": code, "name": name}
    for code, name in (
        ("100202", "工商银行（一般户）"), ("100203", "齐鲁银行（承兑保证金）"), ("160101", "房屋建筑物"), ("160102", "机器设备"), ("160103", "运输工具"), ("160104", "电子设备"),
        ("560105", "差旅费"), ("560106", "业务招待费"), ("560208", "差旅费"), ("560209", "咨询费"), ("410111", "低值易耗品摊销"), ("410112", "劳动保护费"),
    )
]  # fmt: skip


def quantity_of(f: Factory, code: str, needs: dict[str, D]) -> D:
    """What lies in stock of an item: enough for some weeks of what is coming."""
    item, rng = f.items[code], chance("stock", code)
    need = needs.get(code, D(0))
    category = item["category"]
    if item["kind"] in ("phantom",):
        return D(0)
    if category == "0106":
        return D(rng.randint(2, 5)) + (need * D("0.6")).quantize(D(1))
    if item["kind"] == "finished":
        return D(rng.choice((0, 0, 1, 1, 2, 3)))
    if category == "0202":
        return D(rng.choice((0, 0, 1, 2, 4)))
    if category == "0201":
        return (need * D("0.5")).quantize(D(1)) + rng.choice((0, 2, 4, 8))
    if category == "05":
        return D(rng.randint(15, 80))
    lot = item.get("lot_minimum") or D(10)
    return max(lot, (need * D("1.6")).quantize(D(1))) + lot * rng.choice((0, 0, 1))


def opening_stock(f: Factory, needs: dict[str, D]) -> list[Row]:
    rows: list[Row] = []
    for code, item in f.items.items():
        quantity = quantity_of(f, code, needs)
        if quantity <= 0:
            continue
        rng, cost = chance("lots", code), item["standard_cost"]
        common = {"item": code, "warehouse": item["default_warehouse"]}
        made = OPENING - timedelta(days=rng.randint(12, 40))
        if item.get("tracking") == "serial":
            head = f"{code.removeprefix('DJ-')}-" if item["category"] == "0106" else f"{code}-26"
            for n in range(int(quantity)):
                rows.append(
                    {
                        **common,
                        "lot": f"{head}{n + 1:04d}",
                        "quantity": D(1),
                        "value": fen(cost),
                        "made_on": made,
                        "supplier": item.get("default_supplier"),
                    }
                )
        elif item.get("tracking") == "lot":
            first = (quantity * D(str(round(rng.uniform(0.3, 0.7), 2)))).quantize(D(1))
            for n, part in enumerate((first, quantity - first)):
                if part > 0:
                    day = made + timedelta(days=6 * n)
                    expires = day + timedelta(days=item["shelf_life_days"]) if item.get("shelf_life_days") else None
                    rows.append({**common, "lot": f"L{day:%y%m%d}{n + 1:02d}", "quantity": part, "value": fen(part * cost), "made_on": day,
                                 "expires_on": expires, "supplier": item.get("default_supplier")})  # fmt: skip
        else:
            rows.append({**common, "quantity": quantity, "value": fen(quantity * cost)})
    return rows


def balances(f: Factory, stock: list[Row], partners: list[Row]) -> list[Row]:
    """Assets on the left, debts and equity on the right; undistributed profit closes the gap."""
    rows: list[Row] = []

    def debit(account: str, amount: D, partner: str | None = None) -> None:
        rows.append({"account": account, "partner": partner, "debit": amount, "credit": None})

    def credit(account: str, amount: D, partner: str | None = None) -> None:
        rows.append({"account": account, "partner": partner, "debit": None, "credit": amount})

    debit("1001", D("18632.50"))
    debit("100201", D("1826450.18"))
    debit("100202", D("643208.77"))
    debit("100203", D("200000.00"))
    customers = [row["code"] for row in partners if row["is_customer"]]
    suppliers = [row["code"] for row in partners if row["is_supplier"]]
    for n, code in enumerate(customers[:34]):
        debit("1122", fen(D(chance("ar", code).randint(900, 18600)) * 10 + D("0.5") * (n % 3)), code)
    debit("1123", D("42000.00"), suppliers[3])
    debit("1123", D("18500.00"), suppliers[21])
    debit("122101", D("12000.00"))
    worth: dict[str, D] = defaultdict(lambda: D(0))
    for row in stock:
        worth[ROLES[INVENTORY_ROLES[ROLE_OF[f.items[row["item"]]["category"]]]]] += row["value"]
    for account in sorted(worth):
        debit(account, worth[account])
    for account, amount in (
        ("160101", "4260000.00"),
        ("160102", "5835600.00"),
        ("160103", "486000.00"),
        ("160104", "213400.00"),
    ):
        debit(account, D(amount))
    credit("1602", D("3175420.66"))
    credit("2001", D("2000000.00"))
    for code in suppliers[:42]:
        credit("220201", fen(D(chance("ap", code).randint(400, 9800)) * 10 + D("0.35")), code)
    credit("2203", D("56000.00"), customers[40])
    credit("2203", D("32800.00"), customers[52])
    credit("221101", D("412680.00"))
    credit("222102", D("68420.31"))
    credit("222110", D("4789.42"))
    credit("222111", D("2052.61"))
    credit("222112", D("1368.41"))
    credit("3001", D("6000000.00"))
    credit("3101", D("385000.00"))
    credit("3103", D("918264.77"))
    gap = sum(((row["debit"] or D(0)) - (row["credit"] or D(0)) for row in rows), D(0))
    assert gap > 0, "the factory would stand at a loss"
    credit("310415", gap)
    return rows
