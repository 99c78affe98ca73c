"""The opening workbook of the chain's walk: a small maker of pumps, with figures that are easy to follow by hand."""

import io
from datetime import date
from typing import Any

import xlsxwriter

PASSWORD = "Gongfang-2026"
PEOPLE = {
    "sales": "李晓梅", "planner": "王志远", "buyer": "赵敏", "keeper": "孙建军", "supervisor": "吴大勇", "operator": "郑强",
    "inspector": "冯丽", "cost_accountant": "许静", "accountant": "沈洁", "cashier": "韩雪", "owner": "陈国栋",
}  # fmt: skip


def sheets(opening: date) -> dict[str, list[list[Any]]]:
    """Sheet → rows, headings first. One pump and two castings, two motors, a hundred bolts are in stock."""
    return {
        "company": [["name", "opening_date"], ["云岭泵业有限公司", opening]],
        "users": [
            ["username", "name", "roles", "password", "badge", "pin"],
            *([role, name, role, PASSWORD, "B1" if role == "operator" else "", "1234" if role == "operator" else ""] for role, name in PEOPLE.items()),
        ],
        "units": [["code", "name", "precision"], ["PCS", "件", 0]],
        "plants": [["code", "name"], ["P1", "云岭一厂"]],
        "warehouses": [["code", "name", "plant", "kind"], ["W1", "原料库", "P1", "raw"], ["W2", "成品库", "P1", "finished"]],
        "categories": [["code", "name", "inventory_role", "inspect_incoming"], ["10", "外购件", "raw", False], ["11", "铸件", "raw", True], ["90", "水泵", "finished", False]],
        "partners": [
            ["code", "name", "is_customer", "is_supplier", "price_includes_tax", "tax_rate", "payment_days"],
            ["K001", "青川水务有限公司", True, False, False, 0.13, 30], ["G001", "洛水铸造有限公司", False, True, False, 0.13, 30],
        ],
        "work_centres": [
            ["code", "name", "plant", "workshop", "labour_rate", "machine_rate", "overhead_rate"],
            ["CNC", "数控车床", "P1", "机加工车间", 40, 30, 20], ["ASSY", "装配线", "P1", "装配车间", 45, 0, 10],
        ],
        "items": [
            ["code", "name", "spec", "category", "kind", "source", "unit", "tracking", "lead_time_days", "standard_cost", "sales_price", "default_warehouse",
             "default_supplier", "inspect_final", "lot_rule", "lot_multiple"],
            ["QB50", "单级离心泵", "Q=50m³/h H=32m", "90", "finished", "make", "PCS", "lot", 3, 700, 2000, "W2", "", True, "minimum_multiple", 10],
            ["BT50", "泵体铸件", "HT200", "11", "raw", "buy", "PCS", "lot", 5, 100, 0, "W1", "G001", False, "minimum_multiple", 10],
            ["DJ55", "三相电机", "5.5kW 2P", "10", "part", "buy", "PCS", "serial", 5, 530, 800, "W1", "G001", False, "lot_for_lot", 0],
            ["MF25", "机械密封", "108-25", "10", "part", "buy", "PCS", "none", 5, 20, 0, "W1", "G001", False, "lot_for_lot", 0],
            ["LS12", "六角螺栓", "M12×50", "10", "part", "buy", "PCS", "none", 5, 0.5, 0, "W1", "G001", False, "lot_for_lot", 0],
        ],
        "supplier_prices": [
            ["supplier", "item", "price", "tax_included"],
            ["G001", "BT50", 100, False], ["G001", "DJ55", 536, False], ["G001", "MF25", 20, False], ["G001", "LS12", 0.5, False],
        ],
        "boms": [
            ["item", "component", "quantity", "issue_method", "operation_no"],
            ["QB50", "BT50", 1, "push", 10], ["QB50", "DJ55", 1, "push", 20], ["QB50", "MF25", 1, "push", 20], ["QB50", "LS12", 4, "backflush", 20],
        ],
        "routings": [
            ["item", "operation_no", "name", "work_centre", "setup_minutes", "run_minutes", "crew"],
            ["QB50", 10, "车削泵体", "CNC", 30, 6, 1], ["QB50", 20, "装配试压", "ASSY", 0, 12, 2],
        ],
        "opening_stock": [
            ["item", "warehouse", "lot", "quantity", "value"],
            ["QB50", "W2", "QB-OLD", 1, 690], ["BT50", "W1", "BT-OLD", 2, 233], ["DJ55", "W1", "DJ-001", 1, 500], ["DJ55", "W1", "DJ-002", 1, 500],
            ["LS12", "W1", "", 100, 50],
        ],
        "account_balances": [
            ["account", "partner", "debit", "credit"],
            ["100201", "", 50000, ""], ["140501", "", 690, ""], ["140301", "", 1283, ""], ["3001", "", "", 51973],
        ],
        "employees": [["code", "name", "user", "hourly_rate"], ["E01", "郑强", "operator", 25]],
    }  # fmt: skip


def workbook(rows: dict[str, list[list[Any]]]) -> bytes:
    """The sheets as an .xlsx file."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd"})
    for name, lines in rows.items():
        page = book.add_worksheet(name)
        for number, line in enumerate(lines):
            page.write_row(number, 0, line)
    book.close()
    return target.getvalue()
