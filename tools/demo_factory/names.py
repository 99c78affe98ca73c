"""Companies, people and addresses. All are invented; telephone numbers are of the kind that nobody has (555)."""

import random

CITIES = {
    "济南": "0531", "淄博": "0533", "潍坊": "0536", "烟台": "0535", "青岛": "0532", "泰安": "0538", "临沂": "0539", "石家庄": "0311", "邯郸": "0310",
    "沧州": "0317", "天津": "022", "北京": "010", "郑州": "0371", "洛阳": "0379", "徐州": "0516", "南京": "025", "无锡": "0510", "常州": "0519",
    "上海": "021", "杭州": "0571", "台州": "0576", "温州": "0577", "合肥": "0551", "武汉": "027", "长沙": "0731", "西安": "029", "沈阳": "024", "大连": "0411",
}  # fmt: skip
WORDS = "恒泰 宏远 鑫源 瑞丰 华盛 永固 金鼎 兴达 嘉诚 东方 天润 百川 润泽 中信达 盛邦 立信 博远 创新 德胜 凯达 海纳 长城 龙腾 新世纪 万通 精诚 安泰 顺达 广源 明珠".split()  # noqa: SIM905
STREETS = "工业路 创业大道 经三路 滨河东路 科技园一路 开发区长江路 民营科技园 铸造产业园 高新区兴工街 北环路".split()  # noqa: SIM905
SURNAMES = "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董 萧".split()  # noqa: SIM905
GIVEN = "伟 芳 娜 敏 静 磊 洋 勇 艳 杰 娟 涛 明 超 秀兰 霞 平 刚 桂英 建国 志强 海燕 立军 玉梅 文博 晓东 丽华 国庆 春生 雪松".split()  # noqa: SIM905

SUPPLIER_TRADES = {
    # class of goods: (what the company's name says, how many suppliers)
    "casting": ("铸造有限公司", 8), "precision": ("精密铸造有限公司", 4), "steel": ("金属材料有限公司", 5), "bearing": ("轴承有限公司", 4),
    "seal": ("密封件有限公司", 4), "motor": ("电机有限公司", 5), "fastener": ("标准件有限公司", 5), "rubber": ("橡塑制品有限公司", 4),
    "packing": ("包装制品有限公司", 4), "paint": ("涂料化工有限公司", 3), "tool": ("工量具有限公司", 4), "sundry": ("五金机电有限公司", 4),
    "print": ("标牌印务有限公司", 2), "coating": ("表面处理有限公司", 4),
}  # fmt: skip
CUSTOMER_TRADES = (
    "水务集团有限公司", "环保工程有限公司", "消防工程有限公司", "机电设备有限公司", "建筑安装工程有限公司", "化工股份有限公司", "热力有限公司", "给排水设备有限公司",
    "暖通设备有限公司", "农业节水科技有限公司",
)  # fmt: skip


def person(rng: random.Random) -> str:
    return rng.choice(SURNAMES) + rng.choice(GIVEN)


def company(rng: random.Random, trade: str, taken: set[str]) -> tuple[str, str, str]:
    """A full name that is not taken, its short name and its city."""
    while True:
        city, word = rng.choice(list(CITIES)), rng.choice(WORDS)
        name = f"{city}{word}{trade}"
        if name not in taken and f"{city}{word}" not in taken:
            taken |= {name, f"{city}{word}"}
            return name, city + word + trade[:2], city


def contact(rng: random.Random, city: str) -> dict[str, str]:
    """How to reach somebody there."""
    return {
        "contact": person(rng), "phone": f"{CITIES[city]}-555{rng.randint(0, 9999):04d}",
        "address": f"{city}市{rng.choice(STREETS)}{rng.randint(1, 388)}号",
        "tax_no": f"91{rng.randint(0, 999999):06d}MA{''.join(rng.choices('0123456789ABCDEFGHJK', k=8))}",
    }  # fmt: skip
