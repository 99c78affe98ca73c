"""What is bought, and the parts that many pumps share."""

from decimal import Decimal as D

from .catalogue import BRACKETS, DUCTILE, FRAME_OF, IRON, MOTORS, STAINLESS
from .factory import Factory, op, outside

BACKFLUSH = {"issue_method": "backflush"}
PAINT_LOT = {"lot_rule": "minimum_multiple", "lot_minimum": D(20), "lot_multiple": D(20)}


def batch(minimum: int, multiple: int = 1, days: int = 3) -> dict:  # type: ignore[type-arg]
    """Planning of parts that are made in lots."""
    return {
        "lot_rule": "minimum_multiple",
        "lot_minimum": D(minimum),
        "lot_multiple": D(multiple),
        "lead_time_days": days,
    }


def purchased(f: Factory) -> None:
    """Bars, bearings, seals, motors, fasteners, packing, paint, tools."""
    _steel(f)
    _standard_parts(f)
    _fasteners(f)
    _motors(f)
    _sundries(f)


def _steel(f: Factory) -> None:
    stock = {"lot_rule": "minimum_multiple", "lot_minimum": D(200), "lot_multiple": D(50), "lead_time_days": 4}
    for size in (20, 25, 30, 35, 40, 45, 50, 55, 60, 70):
        f.buy(f"YG45-{size}", "45#圆钢", f"φ{size} GB/T 702", "0102", "KG", "5.15", "steel", **stock)
    for size in (16, 20, 25, 30, 40):
        f.buy(f"YG304-{size}", "304不锈钢圆钢", f"φ{size} 0Cr18Ni9", "0102", "KG", "19.80", "steel", **stock)
    for thick in (6, 8, 10, 12):
        f.buy(f"BCQ235-{thick}", "Q235钢板", f"δ{thick} GB/T 3274", "0102", "KG", "4.62", "steel", **stock)
    for thick in ("0.8", "1.0", "1.5", "2.0"):
        f.buy(f"BC304-{thick}", "304不锈钢板", f"δ{thick} 2B", "0102", "KG", "18.60", "steel", **stock)
    for size in ("8", "10", "12", "14"):
        f.buy(f"CG-{size}", "槽钢", f"{size}# GB/T 706", "0102", "KG", "4.48", "steel", **stock)
    for size in (102, 114, 133, 159):
        f.buy(f"GC304-{size}", "304不锈钢焊管", f"φ{size}×2", "0102", "KG", "20.50", "steel", **stock)


def _standard_parts(f: Factory) -> None:
    for n, price in (
        (6204, 9.8),
        (6205, 11.6),
        (6305, 15.2),
        (6306, 19.4),
        (6307, 24.6),
        (6308, 31.5),
        (6309, 39.8),
        (6310, 52.4),
    ):
        for suffix, more in (("", 1), ("-2RS", 1.15)):
            f.buy(f"ZC{n}{suffix}", "深沟球轴承", f"{n}{suffix} C3", "0104", "PCS", D(str(price)) * D(str(more)), "bearing",
                  safety_stock=D(20), lot_rule="minimum_multiple", lot_minimum=D(50), lot_multiple=D(10), lead_time_days=7)  # fmt: skip
    for size, price in ((12, 18), (16, 22), (20, 28), (25, 36), (30, 44), (35, 52), (40, 64), (45, 78)):
        for kind, factor in (("104", 1), ("108U", 1.3)):
            f.buy(f"JM{kind}-{size}", "机械密封", f"{kind}-{size} 石墨/碳化硅", "0105", "PCS", D(price) * D(str(factor)), "seal",
                  safety_stock=D(10), lot_rule="minimum_multiple", lot_minimum=D(20), lot_multiple=D(10), lead_time_days=8)  # fmt: skip
    for shaft, (_, seal, _) in BRACKETS.items():
        f.buy(
            f"YF-{shaft}",
            "骨架油封",
            f"TC {seal}",
            "0105",
            "PCS",
            {"24": "3.20", "32": "4.10", "38": "5.30"}[shaft],
            "rubber",
        )
    for size in (50, 65, 80, 90, 100, 115, 125, 140, 160, 180, 200, 224, 236, 250, 265, 280):
        f.buy(f"OQ-{size}", "O型圈", f"{size}×5.3 NBR GB/T 3452", "0105", "PCS", D("0.8") + D(size) / 60, "rubber",
              lot_rule="minimum_multiple", lot_minimum=D(100), lot_multiple=D(50))  # fmt: skip
    for size in (125, 160, 200):
        f.buy(f"DP-{size}", "石棉垫片", f"泵盖垫 D{size} δ1", "0105", "PCS", D("2.4") + D(size) / 80, "rubber")
    for size in ("6×6×25", "8×7×32", "10×8×40", "12×8×50"):
        f.buy(
            f"J-{size.replace('×', '-')}",
            "平键",
            f"{size} GB/T 1096",
            "0103",
            "PCS",
            D("1.2") * (int(size.split("×")[0]) // 3),
            "fastener",
        )
    for frame in ("80", "90", "100", "112", "132", "160", "180", "200"):
        f.buy(f"TXQ-{frame}", "弹性圈", f"LT联轴器用 {frame}机座", "0107", "PCS", D("1.1") + D(frame) / 100, "rubber")
        f.buy(f"ZX-{frame}", "柱销", f"LT联轴器用 {frame}机座", "0107", "PCS", D("2.6") + D(frame) / 40, "fastener")
    f.buy("YBC-1", "油标", "M16×1.5", "0107", "PCS", "4.60", "sundry")
    f.buy("TQS-1", "透气塞", "G1/4", "0107", "PCS", "2.30", "sundry")
    f.buy("FQF-1", "放气阀", "G3/8 黄铜", "0107", "PCS", "6.80", "sundry")
    f.buy("SD-1", "丝堵", "G1/2", "0107", "PCS", "1.10", "sundry")


BOLTS = {
    6: (16, 20, 25),
    8: (20, 25, 30, 35),
    10: (25, 30, 35, 40, 50),
    12: (30, 35, 40, 50, 60),
    16: (40, 50, 60, 70),
    20: (60, 80),
}
KITS = ((10, 30), (10, 40), (12, 40), (12, 50), (16, 50), (16, 60), (8, 25), (20, 60))  # thread, length
HARDWARE = {
    "lot_rule": "minimum_multiple",
    "lot_minimum": D(500),
    "lot_multiple": D(100),
    "safety_stock": D(200),
    "lead_time_days": 3,
}


def _fasteners(f: Factory) -> None:
    def add(code: str, name: str, spec: str, price: D) -> None:
        f.buy(code, name, spec, "0103", "PCS", price, "fastener", **HARDWARE)

    for thread, lengths in BOLTS.items():
        for length in lengths:
            price = D(thread * thread * length) / 32000 + D("0.05")
            add(f"LS-M{thread}-{length}", "六角头螺栓", f"M{thread}×{length} GB/T 5783 8.8级", price)
        add(f"LM-M{thread}", "六角螺母", f"M{thread} GB/T 6170", D(thread * thread) / 900 + D("0.03"))
        add(f"PD-{thread}", "平垫圈", f"{thread} GB/T 97.1", D(thread) / 150)
        add(f"TD-{thread}", "弹簧垫圈", f"{thread} GB/T 93", D(thread) / 130)
    for thread in (12, 16):
        for length in (55, 70, 90):
            add(f"SZ-M{thread}-{length}", "双头螺柱", f"M{thread}×{length} GB/T 898", D(thread * length) / 900)
    for thread in (12, 16, 20):
        add(f"DJ-M{thread}", "地脚螺栓", f"M{thread}×250", D(thread) / 4)
    for thread, length in KITS:
        parts = [(f"LS-M{thread}-{length}", 4), (f"LM-M{thread}", 4), (f"PD-{thread}", 8), (f"TD-{thread}", 4)]
        f.make(
            f"JGB-{thread}-{length}",
            "紧固件包",
            f"M{thread}×{length} 四套",
            "0203",
            parts,
            (),
            unit="KIT",
            lead_time_days=0,
        )


def _motors(f: Factory) -> None:
    for power, (frame, price, _) in MOTORS.items():
        for mount, factor in (("B3", D(1)), ("V1", D("1.06"))):
            f.buy(f"DJ-{frame}-{mount}", "三相异步电动机", f"Y2-{frame} {power}kW 380V {mount} IP55 F级", "0106", "SET", D(price) * factor, "motor",
                  tracking="serial", lead_time_days=7, lot_rule="period", lot_days=5, safety_stock=D(1) if D(power) < 10 else D(0))  # fmt: skip


SUNDRIES = (
    # code, name, specification, category, unit, net price, trade, planning
    *(
        (f"YQ-{color}", name, spec, "0108", "KG", price, "paint", {"tracking": "lot", "shelf_life_days": 365, **PAINT_LOT})
        for color, name, spec, price in (
            ("LAN", "油漆", "RAL5010蓝色面漆", "26.80"), ("HONG", "油漆", "RAL3000红色面漆", "26.80"), ("HUI", "油漆", "RAL7035灰色面漆", "26.80"),
            ("DIQI", "油漆", "环氧铁红底漆", "21.00"), ("XSJ", "稀释剂", "环氧漆稀释剂", "11.50"),
        )
    ),
    ("RHY-46", "润滑油", "46#机械油", "0108", "L", "14.20", "paint", {"lot_rule": "minimum_multiple", "lot_minimum": D(50), "lot_multiple": D(10)}),
    ("MFJ-1", "密封胶", "平面密封胶 310ml", "0108", "PCS", "16.80", "paint", {}),
    *(
        (f"MX-{n}", "木箱", f"{size}cm 免熏蒸", "04", "PCS", price, "packing", {"lead_time_days": 3})
        for n, size, price in ((1, "60×40×40", 42), (2, "80×50×55", 66), (3, "100×60×65", 98), (4, "120×70×80", 138), (5, "150×90×100", 196))
    ),
    *(
        (f"ZX-BOX-{n}", "纸箱", f"{size}cm 五层", "04", "PCS", price, "packing", {"lead_time_days": 3})
        for n, size, price in ((1, "30×30×45", 8.5), (2, "35×35×60", 12.5), (3, "40×40×80", 18))
    ),
    ("SLD-1", "塑料袋", "PE 防潮", "04", "PCS", "1.20", "packing", {}),
    ("DBD-1", "打包带", "PET 16mm", "04", "M", "0.35", "packing", {"lot_rule": "minimum_multiple", "lot_minimum": D(500), "lot_multiple": D(100)}),
    ("SMS-1", "使用说明书", "A5 中文", "04", "PCS", "2.80", "print", {"lot_rule": "minimum_multiple", "lot_minimum": D(200), "lot_multiple": D(100)}),
    ("HGZ-1", "合格证", "90×54", "04", "PCS", "0.30", "print", {"lot_rule": "minimum_multiple", "lot_minimum": D(500), "lot_multiple": D(500)}),
)  # fmt: skip
TOOLS = (
    ("CNMG120408", "车刀片", 21), ("TNMG160404", "车刀片", 18), ("APMT1604", "铣刀片", 16), ("VBMT160404", "车刀片", 23), ("ZT-8.5", "麻花钻", 9),
    ("ZT-10.2", "麻花钻", 12), ("ZT-14", "麻花钻", 22), ("SZ-M10", "机用丝锥", 28), ("SZ-M12", "机用丝锥", 34), ("SZ-M16", "机用丝锥", 52),
    ("LXD-16", "立铣刀", 96), ("LXD-20", "立铣刀", 128), ("SL-400", "砂轮", 145), ("QGP-125", "切割片", 3.5), ("SZB-80", "砂纸", 1.2),
    ("HS-J422", "电焊条", 6.2), ("HS-ER50", "二保焊丝", 7.1), ("HS-ER308", "不锈钢焊丝", 38), ("YQ-AR", "氩气", 45), ("YQ-CO2", "二氧化碳", 28),
    ("QXY-1", "切削液", 18.5), ("ST-1", "棉纱手套", 1.6), ("KZ-1", "防尘口罩", 0.9), ("HMJ-1", "护目镜", 8.5), ("BB-1", "棉纱擦布", 5.4),
)  # fmt: skip


def _sundries(f: Factory) -> None:
    for code, name, spec, category, unit, price, trade, planning in SUNDRIES:
        f.buy(code, name, spec, category, unit, D(str(price)), trade, **planning)
    stock = {"reorder_point": D(20), "min_stock": D(10), "max_stock": D(100), "lead_time_days": 3}
    for code, name, cost in TOOLS:
        f.buy(f"DZ-{code}", name, code, "05", "PCS", cost, "tool", **stock)


def casting(f: Factory, code: str, name: str, spec: str, kilos: float, rate: D, trade: str = "casting") -> str:
    """A rough casting: bought by lot from a foundry, inspected on arrival."""
    return f.buy(code, name, f"{spec} {kilos}kg", "0101", "PCS", D(str(kilos)) * rate, trade, tracking="lot", lead_time_days=10,
                 lot_rule="minimum_multiple", lot_minimum=D(20), lot_multiple=D(5), drawing_no=f"QY-{code}")  # fmt: skip


def shared_assemblies(f: Factory, coaters: list[str]) -> None:
    """Bearing brackets, couplings, bases, lanterns: made in lots, used by many pumps."""
    for shaft, (bearing, _, kilos) in BRACKETS.items():
        _bracket(f, shaft, bearing, kilos, coaters[0])
    for n, frame in enumerate(("80", "90", "100", "112", "132", "160", "180", "200")):
        if frame in ("90", "100", "132", "160", "180"):
            _coupling(f, frame, 1.4 + n * 0.9)
            _base(f, frame, 16 + n * 7.5, coaters[1])
        _lantern(f, frame, 5.5 + n * 2.6, coaters[2])


def _bracket(f: Factory, shaft: str, bearing: str, kilos: float, coater: str) -> None:
    """悬架部件: the deepest branch of the structure, casting → machined → coated → assembled."""
    raw = casting(f, f"XJT-{shaft}-MP", "悬架体毛坯", f"悬架{shaft} HT200", kilos, IRON)
    machined = f.make(
        f"XJT-{shaft}-JG", "悬架体机加工件", f"悬架{shaft}", "0201", [(raw, 1, {"scrap": D("0.02")})],
        [op(10, "粗精镗轴承孔", "JC05", 26, 45, inspection="first"), op(20, "钻孔攻丝", "JC06", 14, 20), op(30, "去毛刺", "JC10", 6)],
        drawing_no=f"QY-XJ{shaft}-01", **batch(10, 5, 4),
    )  # fmt: skip
    coated = f.make(
        f"XJT-{shaft}",
        "悬架体（电泳）",
        f"悬架{shaft} 黑色电泳",
        "0201",
        [(machined, 1)],
        [outside(10, "电泳", coater, 9 + kilos)],
        **batch(10, 5, 4),
    )
    cover_raw = casting(f, f"ZCG-{shaft}-MP", "轴承盖毛坯", f"悬架{shaft} HT200", round(kilos / 9, 2), IRON)
    cover = f.make(
        f"ZCG-{shaft}",
        "轴承盖",
        f"悬架{shaft}",
        "0201",
        [(cover_raw, 1, {"scrap": D("0.03")})],
        [op(10, "数控车", "JC03", 7, 25), op(20, "钻孔", "JC06", 3, 10)],
        **batch(20, 10),
    )
    bar = {"24": "35", "32": "45", "38": "55"}[shaft]
    weight = {"24": "3.2", "32": "5.9", "38": "9.8"}[shaft]
    axle = f.make(
        f"ZHOU-{shaft}", "泵轴", f"悬架{shaft} 45#调质", "0201", [(f"YG45-{bar}", weight, {"scrap": D("0.04")})],
        [op(10, "下料", "JC01", 3, 10), op(20, "数控车", "JC03", 22, 30, inspection="first"), op(30, "铣键槽", "JC08", 8, 15), op(40, "磨外圆", "JC07", 12, 20, inspection="process")],
        drawing_no=f"QY-Z{shaft}-02", **batch(10, 5, 4),
    )  # fmt: skip
    f.make(
        f"XJBJ-{shaft}", "悬架部件", f"悬架{shaft}", "0202",
        [(coated, 1), (axle, 1), (cover, 2), (f"ZC{bearing}", 2), (f"YF-{shaft}", 2, BACKFLUSH), ("YBC-1", 1, BACKFLUSH), ("TQS-1", 1, BACKFLUSH), ("JGB-8-25", 2), ("RHY-46", "0.35", BACKFLUSH)],
        [op(10, "压装轴承", "ZP01", 14, 5), op(20, "悬架装配", "ZP01", 18, 5, inspection="process")], drawing_no=f"QY-XJ{shaft}-00", **batch(5, 1, 2),
    )  # fmt: skip


def _coupling(f: Factory, frame: str, kilos: float) -> None:
    halves = []
    for side, name in (("B", "泵端"), ("D", "电机端")):
        raw = casting(
            f, f"LZQ-{frame}{side}-MP", f"半联轴器毛坯（{name}）", f"{frame}机座 HT250", round(kilos, 2), IRON
        )
        halves.append(
            f.make(f"LZQ-{frame}{side}", f"半联轴器（{name}）", f"{frame}机座", "0201", [(raw, 1, {"scrap": D("0.02")})],
                   [op(10, "数控车", "JC03", 11, 25), op(20, "钻铰销孔", "JC06", 8, 15), op(30, "插键槽", "JC08", 5, 10)], **batch(10, 5)),
        )  # fmt: skip
    f.make(f"LZQ-{frame}", "弹性联轴器", f"LT {frame}机座", "0202", [*((half, 1) for half in halves), (f"ZX-{frame}", 4), (f"TXQ-{frame}", 16)],
           [op(10, "联轴器装配", "ZP05", 6, 5)], **batch(5, 1, 2))  # fmt: skip


def _base(f: Factory, frame: str, kilos: float, coater: str) -> None:
    channel = {"90": "8", "100": "10", "132": "12", "160": "14", "180": "14"}[frame]
    welded = f.make(
        f"DZ-{frame}-HJ", "底座焊接件", f"{frame}机座", "0201",
        [(f"CG-{channel}", round(kilos * 0.8, 2), {"scrap": D("0.05")}), ("BCQ235-10", round(kilos * 0.25, 2), {"scrap": D("0.08")})],
        [op(10, "切割下料", "HJ01", 9, 15), op(20, "焊接", "HJ04", 32, 10, inspection="process"), op(30, "抛丸", "TZ01", 6, 5)], **batch(5, 5, 4),
    )  # fmt: skip
    f.make(
        f"DZ-{frame}",
        "底座",
        f"{frame}机座 喷塑",
        "0201",
        [(welded, 1)],
        [outside(10, "喷塑", coater, 14 + kilos / 2)],
        **batch(5, 5, 4),
    )


def _lantern(f: Factory, frame: str, kilos: float, coater: str) -> None:
    raw = casting(f, f"LJZ-{frame}-MP", "联接座毛坯", f"{frame}机座 QT450", round(kilos, 2), DUCTILE)
    f.make(
        f"LJZ-{frame}", "联接座", f"{frame}机座", "0201", [(raw, 1, {"scrap": D("0.02")})],
        [op(10, "车止口", "JC03", 14, 25, inspection="first"), op(20, "钻孔", "JC06", 10, 15), outside(30, "电泳", coater, 8 + kilos)], **batch(10, 5, 4),
    )  # fmt: skip


def frame_of(power: str) -> str:
    return FRAME_OF[power]


def stainless(f: Factory, code: str, name: str, spec: str, kilos: float) -> str:
    return casting(f, code, name, spec, kilos, STAINLESS, "precision")
