"""The pumps: 12 IS, 14 ISG, 12 QDL, 6 XBD, from casting to packed set."""

from decimal import Decimal as D

from .catalogue import (
    DUCTILE,
    IRON,
    IS_SIZES,
    ISG_SIZES,
    MOTORS,
    QDL_MODELS,
    STAINLESS,
    XBD_MODELS,
    bracket_of,
    seal_of,
)
from .factory import Factory, op, outside
from .parts import BACKFLUSH, batch, casting, frame_of, stainless
from .works import BLUE, RED

SERIAL = {"tracking": "serial", "unit": "SET", "inspect_final": True, "lot_rule": "lot_for_lot", "lead_time_days": 2}
TEST = [op(90, "性能试验", "ZP07", 16, 10, inspection="final"), op(100, "挂铭牌包装", "ZP08", 12)]
FIXED_PAPERS = [("SMS-1", 1, BACKFLUSH), ("HGZ-1", 1, BACKFLUSH), ("SLD-1", 1, BACKFLUSH)]


def plate(f: Factory, model: str) -> str:
    return f.buy(f"MP-{model}", "铭牌", f"{model} 不锈钢蚀刻", "0107", "PCS", "3.60", "print", lead_time_days=4)


def _box(power: str) -> int:
    return next(n for n, limit in enumerate((D("1.5"), D(4), D("7.5"), D(15), D(99)), start=1) if D(power) <= limit)


def _wet_end(f: Factory, size: str, series: str, coater: str) -> tuple[str, str, str]:
    """Casing, cover and impeller of a size, from their castings."""
    inlet, impeller = int(size.split("-")[0]), int(size.split("-")[-1])
    body_kilos = round(inlet * 0.16 + impeller * impeller * 0.00042 + 4, 1)
    key = f"{series}{size}"
    body_raw = casting(f, f"BT-{key}-MP", "泵体毛坯", f"{key} HT200", body_kilos, IRON)
    body = f.make(
        f"BT-{key}", "泵体", f"{key} HT200", "0201", [(body_raw, 1, {"scrap": D("0.03")})],
        [
            op(10, "车端面止口", "JC03", round(18 + body_kilos * 0.5), 40, inspection="first"), op(20, "加工法兰孔", "JC04", round(12 + body_kilos * 0.3), 30),
            op(30, "水压试验", "ZP06", 8, 5, inspection="process"), outside(40, "电泳", coater, round(6 + body_kilos * 0.9, 1)),
        ],
        drawing_no=f"QY-{key}-01", **batch(10, 5, 6),
    )  # fmt: skip
    cover_raw = casting(f, f"BG-{key}-MP", "泵盖毛坯", f"{key} HT200", round(body_kilos * 0.42, 1), IRON)
    cover = f.make(
        f"BG-{key}", "泵盖", f"{key} HT200", "0201", [(cover_raw, 1, {"scrap": D("0.02")})],
        [op(10, "数控车", "JC03", round(10 + body_kilos * 0.3), 30), op(20, "钻孔", "JC06", 8, 12)], drawing_no=f"QY-{key}-03", **batch(10, 5, 4),
    )  # fmt: skip
    wheel_kilos = round(impeller * impeller * 0.00011 + 0.6, 2)
    wheel_raw = casting(f, f"YL-{key}-MP", "叶轮毛坯", f"{key} 304", wheel_kilos, STAINLESS, "precision")
    wheel = f.make(
        f"YL-{key}", "叶轮", f"{key} 304不锈钢", "0201", [(wheel_raw, 1, {"scrap": D("0.03")})],
        [op(10, "数控车", "JC03", 14, 25, inspection="first"), op(20, "插键槽", "JC08", 5, 10), op(30, "动平衡", "JC09", 7, 10, inspection="process")],
        drawing_no=f"QY-{key}-05", **batch(10, 5, 4),
    )  # fmt: skip
    return body, cover, wheel


def is_pumps(f: Factory, coater: str) -> None:
    for size, (flow, head, power) in IS_SIZES.items():
        model, shaft, frame = f"IS{size}", bracket_of(size), frame_of(power)
        impeller = int(size.split("-")[-1])
        body, cover, wheel = _wet_end(f, size, "IS", coater)
        head_set = f.make(
            f"BTZC-{size}", "泵头总成", model, "0202",
            [
                (f"XJBJ-{shaft}", 1), (body, 1), (cover, 1), (wheel, 1), (f"JM{seal_of(shaft)}", 1), (f"DP-{impeller}", 1, BACKFLUSH),
                (f"OQ-{_ring(impeller)}", 1, BACKFLUSH), ("J-8-7-32", 1, BACKFLUSH), ("JGB-12-40", 2), ("JGB-10-30", 1), ("SD-1", 2, BACKFLUSH), ("FQF-1", 1, BACKFLUSH),
            ],
            [op(10, "装叶轮机封", "ZP02", 22, 5), op(20, "合盖紧固", "ZP02", 12), op(30, "整机水压", "ZP06", 6, 5, inspection="process")], lead_time_days=2,
        )  # fmt: skip
        f.make(
            model, "单级单吸离心泵", f"{flow}m³/h {head}m {power}kW", "0301",
            [
                (head_set, 1), (f"DJ-{MOTORS[power][0]}-B3", 1), (f"LZQ-{frame}", 1), (f"DZ-{frame}", 1), ("JGB-12-50", 2), ("JGB-16-60", 1),
                (plate(f, model), 1), (f"MX-{_box(power)}", 1), ("YQ-LAN", "0.45", BACKFLUSH), ("YQ-XSJ", "0.12", BACKFLUSH), *FIXED_PAPERS,
            ],
            [op(10, "机组找正", "ZP05", 26, 5), op(20, "面漆", "TZ02", 10, 5, family=BLUE), *TEST], drawing_no=f"QY-{model}-00", **SERIAL,
        )  # fmt: skip


def _ring(impeller: int) -> int:
    return min(
        (50, 65, 80, 90, 100, 115, 125, 140, 160, 180, 200, 224, 236, 250, 265, 280),
        key=lambda size: abs(size - impeller - 24),
    )


def isg_pumps(f: Factory, coater: str) -> None:
    for size, (flow, head, power) in ISG_SIZES.items():
        model, frame = f"ISG{size}", frame_of(power)
        body, cover, wheel = _wet_end(f, size, "ISG", coater)
        seal = "20" if frame in ("80", "90") else "25" if frame in ("100", "112") else "35"
        f.make(
            model, "立式管道离心泵", f"{flow}m³/h {head}m {power}kW", "0302",
            [
                (body, 1), (cover, 1), (wheel, 1), (f"LJZ-{frame}", 1), (f"DJ-{MOTORS[power][0]}-V1", 1), (f"JM108U-{seal}", 1),
                (f"OQ-{_ring(int(size.split('-')[1]))}", 1, BACKFLUSH), ("J-6-6-25", 1, BACKFLUSH), ("JGB-12-40", 2), ("JGB-10-40", 1), ("FQF-1", 1, BACKFLUSH),
                (plate(f, model), 1), (f"MX-{_box(power)}", 1), ("YQ-LAN", "0.35", BACKFLUSH), ("YQ-XSJ", "0.10", BACKFLUSH), *FIXED_PAPERS,
            ],
            [op(10, "装机封叶轮", "ZP03", 20, 5), op(20, "总装", "ZP03", 18), op(30, "面漆", "TZ02", 8, 5, family=BLUE), *TEST], drawing_no=f"QY-{model}-00", **SERIAL,
        )  # fmt: skip


def qdl_pumps(f: Factory) -> None:
    stages: dict[int, tuple[str, str]] = {}
    ends: dict[int, tuple[str, str]] = {}
    for flow in (2, 4, 8, 16):
        stages[flow] = _stamped(f, flow)
        ends[flow] = _ends(f, flow)
    for model, (flow, count, head, power) in QDL_MODELS.items():
        frame = frame_of(power)
        bar = "16" if flow <= 4 else "20"
        axle = f.make(
            f"ZHOU-{model}", "多级泵轴", f"{model} 304", "0201", [(f"YG304-{bar}", round(0.5 + count * 0.14 * (1 if flow <= 4 else 1.7), 2), {"scrap": D("0.03")})],
            [op(10, "下料", "JC01", 2, 10), op(20, "数控车", "JC03", 15, 25, inspection="first"), op(30, "磨外圆", "JC07", 9, 15)], **batch(10, 5, 3),
        )  # fmt: skip
        tube_size = {2: 102, 4: 114, 8: 133, 16: 159}[flow]
        tube = f.make(
            f"WT-{model}", "外筒", f"{model} φ{tube_size}", "0201", [(f"GC304-{tube_size}", round(0.6 + count * 0.32 * flow**0.4, 2), {"scrap": D("0.02")})],
            [op(10, "下料", "JC01", 3, 10), op(20, "车两端", "JC02", 8, 15)], **batch(10, 5, 3),
        )  # fmt: skip
        core = f.make(
            f"JX-{model}", "泵芯部件", f"{model} {count}级", "0202",
            [(axle, 1), (stages[flow][0], count), (stages[flow][1], count), (f"JM104-{16 if flow <= 4 else 20}", 1), ("J-6-6-25", 1, BACKFLUSH)],
            [op(10, "叠装泵芯", "ZP04", 8 + count * 4, 5, inspection="process")], lead_time_days=1,
        )  # fmt: skip
        f.make(
            model, "轻型立式多级离心泵", f"{flow}m³/h {head}m {power}kW {count}级", "0303",
            [
                (core, 1), (ends[flow][0], 1), (ends[flow][1], 1), (tube, 1), (f"LJZ-{frame}", 1), (f"DJ-{MOTORS[power][0]}-V1", 1), (f"OQ-{100 if flow <= 4 else 140}", 2, BACKFLUSH),
                ("SZ-M12-90", 4), ("LM-M12", 4, BACKFLUSH), ("PD-12", 4, BACKFLUSH), ("JGB-8-25", 1), (plate(f, model), 1), (f"ZX-BOX-{1 if count <= 2 else 2 if count <= 4 else 3}", 1), *FIXED_PAPERS,
            ],
            [op(10, "总装", "ZP04", 24, 5), op(20, "水压试验", "ZP06", 6, 5, inspection="process"), *TEST], drawing_no=f"QY-{model}-00", **SERIAL,
        )  # fmt: skip


def _stamped(f: Factory, flow: int) -> tuple[str, str]:
    """Impeller and diffuser of a flow size, pressed and welded of stainless sheet."""
    kilos = round(0.22 * flow**0.55, 3)
    wheel = f.make(
        f"YL-QDL{flow}", "冲压叶轮", f"QDL{flow} 304", "0201", [("BC304-1.0", kilos, {"scrap": D("0.18")})],
        [op(10, "冲压", "HJ02", 2.5, 40), op(20, "点焊", "HJ03", 4, 10), op(30, "动平衡", "JC09", 3, 8, inspection="process")], **batch(50, 10, 4),
    )  # fmt: skip
    diffuser = f.make(
        f"DL-QDL{flow}", "导流壳", f"QDL{flow} 304", "0201", [("BC304-1.5", round(kilos * 1.6, 3), {"scrap": D("0.15")})],
        [op(10, "水胀成形", "HJ02", 3.5, 45), op(20, "焊导叶", "HJ03", 6, 10)], **batch(50, 10, 4),
    )  # fmt: skip
    return wheel, diffuser


def _ends(f: Factory, flow: int) -> tuple[str, str]:
    made = []
    for kind, name, kilos in (("JS", "进出水段", 3.1 * flow**0.42), ("DT", "底座端", 2.4 * flow**0.42)):
        raw = stainless(f, f"{kind}-QDL{flow}-MP", f"{name}毛坯", f"QDL{flow} 304", round(kilos, 2))
        made.append(
            f.make(f"{kind}-QDL{flow}", name, f"QDL{flow} 304", "0201", [(raw, 1, {"scrap": D("0.02")})],
                   [op(10, "数控车", "JC03", 12, 25, inspection="first"), op(20, "钻孔攻丝", "JC04", 9, 20)], **batch(10, 5, 4))
        )  # fmt: skip
    return made[0], made[1]


def xbd_pumps(f: Factory, coater: str) -> None:
    shared: dict[int, tuple[str, str, str, str]] = {}
    for size in (50, 65, 80):
        shared[size] = _fire_castings(f, size, coater)
    for model, (size, count, flow, pressure, power) in XBD_MODELS.items():
        frame = frame_of(power)
        inlet, middle, outlet, wheel = shared[size]
        axle = f.make(
            f"ZHOU-{model}", "消防泵轴", f"{model} 45#", "0201", [(f"YG45-{ {50: 40, 65: 45, 80: 50}[size]}", round(4.2 + count * 1.3 * size / 50, 2), {"scrap": D("0.04")})],
            [op(10, "下料", "JC01", 4, 10), op(20, "数控车", "JC03", 28, 35, inspection="first"), op(30, "铣键槽", "JC08", 9, 15), op(40, "磨外圆", "JC07", 14, 20)], **batch(5, 1, 4),
        )  # fmt: skip
        core = f.make(
            f"ZZ-{model}", "转子部件", model, "0202", [(axle, 1), (wheel, count), (f"JM108U-{ {50: 30, 65: 35, 80: 40}[size]}", 1), ("J-10-8-40", count, BACKFLUSH), ("ZC6306", 2)],
            [op(10, "转子装配", "ZP04", 26, 5), op(20, "转子动平衡", "JC09", 12, 10, inspection="process")], lead_time_days=2,
        )  # fmt: skip
        f.make(
            model, "立式消防泵", f"{flow}L/s {pressure}MPa {power}kW {count}级", "0304",
            [
                (core, 1), (inlet, 1), (middle, count), (outlet, 1), (f"LJZ-{frame}", 1), (f"DJ-{MOTORS[power][0]}-V1", 1), (f"OQ-{size + 110 if size == 50 else 200}", count + 1, BACKFLUSH),
                ("SZ-M16-90", 6), ("LM-M16", 6, BACKFLUSH), ("PD-16", 6, BACKFLUSH), ("JGB-16-50", 2), ("FQF-1", 1, BACKFLUSH), (plate(f, model), 1), (f"MX-{_box(power)}", 1),
                ("YQ-HONG", "0.6", BACKFLUSH), ("YQ-XSJ", "0.15", BACKFLUSH), *FIXED_PAPERS,
            ],
            [op(10, "总装", "ZP04", 48, 10, crew=2), op(20, "水压试验", "ZP06", 10, 5, inspection="process"), op(30, "面漆", "TZ02", 14, 5, family=RED), *TEST], drawing_no=f"QY-{model}-00", **SERIAL,
        )  # fmt: skip


def _fire_castings(f: Factory, size: int, coater: str) -> tuple[str, str, str, str]:
    parts = []
    for kind, name, kilos in (
        ("JSD", "进水段", size * 0.34),
        ("ZD", "中段", size * 0.22),
        ("CSD", "出水段", size * 0.38),
    ):
        raw = casting(f, f"{kind}-XBD{size}-MP", f"{name}毛坯", f"XBD{size} QT450", round(kilos, 1), DUCTILE)
        parts.append(
            f.make(f"{kind}-XBD{size}", name, f"XBD{size}", "0201", [(raw, 1, {"scrap": D("0.03")})],
                   [op(10, "车止口", "JC03", round(16 + kilos * 0.4), 35, inspection="first"), op(20, "加工中心", "JC04", 14, 25), outside(30, "电泳", coater, round(7 + kilos * 0.8, 1))], **batch(10, 5, 5))
        )  # fmt: skip
    raw = casting(
        f, f"YL-XBD{size}-MP", "叶轮毛坯", f"XBD{size} 304", round(size * 0.034 + 0.5, 2), STAINLESS, "precision"
    )
    wheel = f.make(f"YL-XBD{size}", "叶轮", f"XBD{size} 304", "0201", [(raw, 1, {"scrap": D("0.03")})],
                   [op(10, "数控车", "JC03", 15, 25), op(20, "插键槽", "JC08", 5, 10), op(30, "动平衡", "JC09", 7, 10)], **batch(10, 5, 4))  # fmt: skip
    return parts[0], parts[1], parts[2], wheel
