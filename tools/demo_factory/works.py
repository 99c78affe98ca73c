"""The works: calendars, sites, work centres, people."""

from datetime import date
from decimal import Decimal as D
from typing import Any

import holidays

Row = dict[str, Any]

COMPANY = "山东泉涌泵业有限公司"
OPENING = date(2026, 9, 1)
PASSWORD, PIN = "Gongfang-2026", "1234"

CALENDARS: list[Row] = [
    {"code": "STD", "name": "单休制（周一至周六）", "weekdays": "1,2,3,4,5,6", "hours_per_day": D(8), "shifts": "白班 08:00-17:00"},
    {"code": "TWO", "name": "两班制（周一至周六）", "weekdays": "1,2,3,4,5,6", "hours_per_day": D(15), "shifts": "白班 08:00-16:30; 中班 16:30-00:00"},
    {"code": "OFFICE", "name": "双休制（办公室）", "weekdays": "1,2,3,4,5", "hours_per_day": D(8), "shifts": "白班 08:30-17:30"},
]  # fmt: skip


def calendar_days() -> list[Row]:
    """Statutory holidays of 2026 and 2027 and the days worked to make up for them, as the State Council announced them."""
    found = holidays.country_holidays("CN", years=[2026, 2027], language="zh_CN")
    swapped = [day for day in getattr(found, "weekend_workdays", ()) if day.year in (2026, 2027)]
    rows = []
    for calendar in CALENDARS:
        weekdays = {int(part) for part in calendar["weekdays"].split(",")}
        for day, name in sorted(found.items()):
            title = name.split(";")[0].replace("（", " ").split(" ")[0]
            if day.isoweekday() in weekdays:
                rows.append({"calendar": calendar["code"], "date": day, "is_working": False, "name": title[:20]})
        for day in sorted(swapped):
            if day.isoweekday() not in weekdays:
                rows.append({"calendar": calendar["code"], "date": day, "is_working": True, "name": "调休上班"})
    return rows


UNITS: list[Row] = [
    {"code": code, "name": name, "precision": places}
    for code, name, places in (
        ("PCS", "件", 0), ("SET", "台", 0), ("KIT", "套", 0), ("KG", "千克", 3), ("M", "米", 3), ("L", "升", 2), ("BOX", "盒", 0), ("PAIR", "副", 0),
    )
]  # fmt: skip
PLANTS: list[Row] = [{"code": "P1", "name": "泉涌一厂"}]
WAREHOUSES: list[Row] = [
    {"code": code, "name": name, "plant": "P1", "kind": kind}
    for code, name, kind in (
        ("W01", "毛坯钢材库", "raw"), ("W02", "外购件库", "raw"), ("W03", "半成品库", "semi"), ("W04", "成品库", "finished"), ("W05", "辅料包装库", "mixed"),
    )
]  # fmt: skip
CATEGORIES: list[Row] = [
    {"code": code, "name": name, "parent": code[:2] if len(code) > 2 else None, "inventory_role": role, "inspect_incoming": inspected}
    for code, name, role, inspected in (
        ("01", "原材料", "raw", False), ("0101", "铸件毛坯", "raw", True), ("0102", "钢材型材", "raw", False), ("0103", "紧固件", "raw", False),
        ("0104", "轴承", "raw", False), ("0105", "密封件", "raw", False), ("0106", "电机", "raw", True), ("0107", "其他外购件", "raw", False),
        ("0108", "化工涂料", "raw", False), ("02", "半成品", "semi", False), ("0201", "机加工件", "semi", False), ("0202", "部件总成", "semi", False),
        ("0203", "紧固件包", "semi", False), ("03", "产成品", "finished", False), ("0301", "IS卧式离心泵", "finished", False),
        ("0302", "ISG立式管道泵", "finished", False), ("0303", "QDL多级离心泵", "finished", False), ("0304", "XBD消防泵", "finished", False),
        ("04", "包装物", "packaging", False), ("05", "低值易耗品", "consumable", False),
    )
]  # fmt: skip

MACHINING, WELDING, COATING, ASSEMBLY = "机加工车间", "焊接车间", "涂装车间", "装配车间"
WORK_CENTRES: list[Row] = [
    {
        "code": code, "name": name, "plant": "P1", "workshop": shop, "kind": kind, "machines": machines, "labour_rate": D(labour),
        "machine_rate": D(machine), "overhead_rate": D(overhead), "calendar": calendar, "efficiency": D("1"),
    }
    for code, name, shop, kind, machines, labour, machine, overhead, calendar in (
        ("JC01", "锯床下料", MACHINING, "machine", 2, 32, 12, 14, "STD"), ("JC02", "普通车床", MACHINING, "machine", 4, 38, 22, 18, "STD"),
        ("JC03", "数控车床", MACHINING, "machine", 8, 42, 48, 24, "TWO"), ("JC04", "立式加工中心", MACHINING, "machine", 5, 45, 86, 32, "TWO"),
        ("JC05", "卧式镗铣床", MACHINING, "machine", 2, 45, 78, 30, "TWO"), ("JC06", "摇臂钻床", MACHINING, "machine", 4, 36, 18, 15, "STD"),
        ("JC07", "外圆磨床", MACHINING, "machine", 2, 42, 40, 22, "STD"), ("JC08", "键槽铣床", MACHINING, "machine", 2, 36, 20, 15, "STD"),
        ("JC09", "动平衡机", MACHINING, "machine", 2, 38, 30, 18, "STD"), ("JC10", "钳工台", MACHINING, "manual", 4, 35, 5, 10, "STD"),
        ("HJ01", "等离子切割机", WELDING, "machine", 1, 36, 45, 20, "STD"), ("HJ02", "冲压水胀机", WELDING, "machine", 3, 36, 52, 22, "STD"),
        ("HJ03", "氩弧焊工位", WELDING, "manual", 4, 45, 16, 18, "STD"), ("HJ04", "二保焊工位", WELDING, "manual", 4, 42, 14, 18, "STD"),
        ("TZ01", "抛丸机", COATING, "machine", 1, 32, 60, 25, "STD"), ("TZ02", "喷漆房", COATING, "machine", 2, 40, 38, 35, "STD"),
        ("TZ03", "外协电泳喷涂", COATING, "outside", 1, 0, 0, 0, "STD"), ("ZP01", "悬架装配", ASSEMBLY, "assembly", 3, 38, 6, 14, "STD"),
        ("ZP02", "泵头装配", ASSEMBLY, "assembly", 5, 40, 6, 14, "STD"), ("ZP03", "管道泵装配", ASSEMBLY, "assembly", 4, 40, 6, 14, "STD"),
        ("ZP04", "多级泵装配", ASSEMBLY, "assembly", 4, 42, 8, 15, "STD"), ("ZP05", "机组总装", ASSEMBLY, "assembly", 4, 42, 10, 16, "STD"),
        ("ZP06", "水压试验台", ASSEMBLY, "test", 2, 38, 15, 14, "STD"), ("ZP07", "性能试验台", ASSEMBLY, "test", 3, 45, 55, 28, "STD"),
        ("ZP08", "铭牌包装", ASSEMBLY, "manual", 3, 34, 4, 10, "STD"),
    )
]  # fmt: skip

BLUE, RED = "蓝色", "红色"
SETUP_CHANGES: list[Row] = [  # guns and hoses are rinsed; red over blue needs more of it
    {"work_centre": "TZ02", "from_family": BLUE, "to_family": RED, "minutes": D(30)},
    {"work_centre": "TZ02", "from_family": RED, "to_family": BLUE, "minutes": D(40)},
]

PEOPLE = (
    # user name, name, roles, department, position, hourly pay
    ("owner", "陈国栋", "owner", "总经办", "总经理", 180), ("sales", "李晓梅", "sales", "销售部", "销售经理", 62),
    ("planner", "王志远", "planner", "生产计划部", "计划主管", 58), ("buyer", "赵敏", "buyer", "采购部", "采购主管", 55),
    ("keeper", "孙建军", "keeper", "仓储部", "仓库主管", 42), ("engineer", "周工", "engineer", "技术部", "工艺工程师", 66),
    ("supervisor", "吴大勇", "supervisor", MACHINING, "车间主任", 60), ("operator", "郑强", "operator", MACHINING, "数控车工", 42),
    ("operator2", "马立军", "operator", MACHINING, "加工中心操作工", 45), ("operator3", "宋文博", "operator", MACHINING, "钻工", 36),
    ("operator4", "高春生", "operator", WELDING, "焊工", 45), ("operator5", "林晓东", "operator", COATING, "喷漆工", 40),
    ("operator6", "何桂英", "operator", ASSEMBLY, "装配钳工", 40), ("operator7", "梁志强", "operator", ASSEMBLY, "装配钳工", 40),
    ("operator8", "谢海燕", "operator", ASSEMBLY, "试验员", 43), ("inspector", "冯丽", "inspector", "质检部", "质检员", 45),
    ("maintainer", "何平", "maintainer", "设备部", "设备主管", 50), ("cost_accountant", "许静", "cost_accountant", "财务部", "成本会计", 56),
    ("accountant", "沈洁", "accountant", "财务部", "主管会计", 60), ("cashier", "韩雪", "cashier", "财务部", "出纳", 45),
    ("hr", "杨帆", "hr", "人力资源部", "人事主管", 50), ("admin", "管理员", "admin", "信息部", "系统管理员", 55),
)  # fmt: skip
CREW = (  # workshop, how many more on the pay list without a user, position, hourly pay
    (MACHINING, 14, "机加工", 38), (WELDING, 6, "焊接", 42), (COATING, 3, "涂装", 38), (ASSEMBLY, 12, "装配", 38),
)  # fmt: skip


def users() -> list[Row]:
    return [
        {
            "username": username, "name": name, "roles": (role,), "password": PASSWORD, "pin": PIN, "badge": f"B{n:04d}",
            "phone": f"0538-555{n:04d}", "email": f"{username.replace('_', '.')}@example.com",
        }
        for n, (username, name, role, *_) in enumerate(PEOPLE, start=1)
    ]  # fmt: skip


def employees(names: list[str]) -> list[Row]:
    """Everybody on the pay list; names: enough for those without a user."""
    rows = [
        {
            "code": f"E{n:03d}",
            "name": name,
            "user": username,
            "department": department,
            "team": "",
            "job": job,
            "hourly_rate": D(pay),
        }
        for n, (username, name, _, department, job, pay) in enumerate(PEOPLE, start=1)
    ]
    for shop, count, job, pay in CREW:
        for n in range(count):
            rows.append(
                {
                    "code": f"E{len(rows) + 1:03d}", "name": names.pop(), "user": None, "department": shop, "team": f"{shop[:2]}{'一二三'[n % 3]}组",
                    "job": job, "hourly_rate": D(pay + n % 4),
                }
            )  # fmt: skip
    return rows
