"""小企业会计准则 (财会〔2011〕17号, appendix): the 66 first-level accounts, the sub-accounts a factory needs, and their parts in postings."""

from dataclasses import dataclass

CREDIT_KINDS = ("liability", "equity")
CONTRA = frozenset({"1602", "1622", "1702", "1407"})  # stand on the other side than their kind
INCOME = frozenset({"5001", "5051", "5111", "5301"})

FIRST_LEVEL: dict[str, str] = {
    "asset": (
        "1001 库存现金 1002 银行存款 1012 其他货币资金 1101 短期投资 1121 应收票据 1122 应收账款 1123 预付账款 1131 应收股利 1132 应收利息"
        " 1221 其他应收款 1401 材料采购 1402 在途物资 1403 原材料 1404 材料成本差异 1405 库存商品 1407 商品进销差价 1408 委托加工物资"
        " 1411 周转材料 1421 消耗性生物资产 1501 长期债券投资 1511 长期股权投资 1601 固定资产 1602 累计折旧 1604 在建工程 1605 工程物资"
        " 1606 固定资产清理 1621 生产性生物资产 1622 生产性生物资产累计折旧 1701 无形资产 1702 累计摊销 1801 长期待摊费用 1901 待处理财产损溢"
    ),
    "liability": (
        "2001 短期借款 2201 应付票据 2202 应付账款 2203 预收账款 2211 应付职工薪酬 2221 应交税费 2231 应付利息 2232 应付利润 2241 其他应付款"
        " 2401 递延收益 2501 长期借款 2701 长期应付款"
    ),
    "equity": "3001 实收资本 3002 资本公积 3101 盈余公积 3103 本年利润 3104 利润分配",
    "cost": "4001 生产成本 4101 制造费用 4301 研发支出 4401 工程施工 4403 机械作业",
    "profit": (
        "5001 主营业务收入 5051 其他业务收入 5111 投资收益 5301 营业外收入 5401 主营业务成本 5402 其他业务成本 5403 营业税金及附加"
        " 5601 销售费用 5602 管理费用 5603 财务费用 5711 营业外支出 5801 所得税费用"
    ),
}

SUB_LEVEL = (
    "100201 基本户 140301 主材 140302 辅料 140303 包装物 140501 产成品 140502 半成品 122101 备用金 122102 代垫款 122103 应收赔款 122199 其他"
    " 190101 待处理流动资产损溢 190102 待处理非流动资产损溢"
    " 220201 应付货款 220202 应付暂估款 220203 暂估回冲 221101 工资 221102 福利费 221103 社会保险费 221104 住房公积金 221105 工会经费 221106 职工教育经费"
    " 222101 应交增值税 22210101 进项税额 22210102 销项税额抵减 22210103 已交税金 22210104 转出未交增值税 22210105 减免税款"
    " 22210106 出口抵减内销产品应纳税额 22210107 销项税额 22210108 出口退税 22210109 进项税额转出 22210110 转出多交增值税"
    " 222102 未交增值税 222103 预交增值税 222104 待抵扣进项税额 222105 待认证进项税额 222106 待转销项税额 222107 增值税留抵税额"
    " 222108 简易计税 222109 代扣代交增值税 222110 应交城市维护建设税 222111 应交教育费附加 222112 应交地方教育附加"
    " 222113 应交企业所得税 222114 应交个人所得税 222115 应交印花税 222116 应交房产税 222117 应交土地使用税"
    " 310401 提取法定盈余公积 310402 应付利润 310415 未分配利润 310499 期初建账"
    " 400101 基本生产成本 40010101 直接材料 40010102 直接人工 40010103 制造费用 40010104 委外加工 400102 辅助生产成本"
    " 410101 工资 410102 折旧 410103 水电 410104 机物料 410105 修理 410106 租赁 410107 委外 410199 其他 410198 已分配制造费用"
    " 540101 产品销售成本 540102 采购价格差异 540103 材料用量差异 540104 人工差异 540105 制造费用差异 540106 委外差异 540107 存货成本调整"
    " 540108 产出差异"
    " 540301 消费税 540302 城市维护建设税 540303 资源税 540304 土地增值税 540305 房产税等 540306 教育费附加等"
    " 560101 商品维修费 560102 广告费和业务宣传费 560103 运输费 560104 工资 560199 其他"
    " 560201 开办费 560202 业务招待费 560203 研究费用 560204 工资 560205 折旧 560206 办公费 560207 存货盘亏 560299 其他"
    " 560301 利息费用 560302 手续费 560303 汇兑损益 560304 现金折扣"
    " 530101 政府补助 530102 盘盈利得 530199 其他"
    " 571101 坏账损失 571102 长期债券投资损失 571103 长期股权投资损失 571104 自然灾害等损失 571105 税收滞纳金 571106 存货报废损失 571199 其他"
)

DIMS: dict[str, str] = {
    "1402": "partner", "1122": "partner", "122103": "partner", "1123": "partner", "2203": "partner", "220201": "partner", "220202": "partner", "220203": "partner", "1121": "partner", "2201": "partner",
    "40010101": "cost_object", "40010102": "cost_object", "40010103": "cost_object", "40010104": "cost_object",
}  # fmt: skip
CONTROLLED = frozenset({"140301", "140302", "140303", "140501", "140502", "1408", "1411"})

ROLES: dict[str, str] = {
    "inventory_raw": "140301", "inventory_auxiliary": "140302", "inventory_packaging": "140303", "inventory_finished": "140501",
    "inventory_semi": "140502", "inventory_consumable": "1411", "subcontract": "1408",
    "on_way": "1402", "grni": "220202", "grni_reversed": "220203", "payable": "220201", "receivable": "1122", "claims": "122103", "prepaid": "1123", "advance": "2203",
    "revenue": "5001", "other_revenue": "5051", "cogs": "540101", "other_cogs": "5402",
    "wip_material": "40010101", "wip_labour": "40010102", "wip_machine": "40010103", "wip_overhead": "40010103", "wip_subcontract": "40010104",
    "wages": "221101", "overhead": "410199", "overhead_wages": "410101", "overhead_material": "410104", "overhead_applied": "410198",
    "vat_in": "22210101", "vat_out": "22210107", "vat_in_transfer": "22210109", "vat_unpaid": "222102", "vat_pending": "222105",
    "vat_transfer_out": "22210104",
    "count_difference": "190101", "scrap": "571106", "bad_debt": "571101", "stock_adjustment": "540107",
    "variance_price": "540102", "variance_usage": "540103", "variance_labour": "540104", "variance_labour_rate": "540104",
    "variance_labour_efficiency": "540104", "variance_overhead": "540105", "variance_machine": "540105", "variance_subcontract": "540106",
    "variance_yield": "540108", "opening": "310499", "profit_of_year": "3103", "undistributed_profit": "310415",
    "selling_expense": "560199", "admin_expense": "560299", "admin_wages": "560204", "selling_wages": "560104", "freight_out": "560103",
    "financial_expense": "560302", "interest": "560301", "other_income": "530199", "count_gain": "530102", "count_loss": "560207",
    "other_expense": "571199", "cash_discount": "560304", "cash": "1001", "bank": "100201", "capital": "3001",
    "tax_surcharge": "540302", "income_tax": "5801", "income_tax_payable": "222113",
}  # fmt: skip

INVENTORY_ROLES: dict[str, str] = {
    "raw": "inventory_raw", "semi": "inventory_semi", "finished": "inventory_finished", "packaging": "inventory_packaging",
    "consumable": "inventory_consumable", "auxiliary": "inventory_auxiliary",
}  # fmt: skip
ELEMENT_OF_ROLE: dict[str, str] = {
    "wip_material": "material", "wip_labour": "labour", "wip_machine": "machine", "wip_overhead": "overhead",
    "wip_subcontract": "subcontract",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ChartRow:
    code: str
    name: str
    kind: str
    direction: str
    parent: str
    is_leaf: bool
    dims: str
    is_controlled: bool


def _pairs(text: str) -> list[tuple[str, str]]:
    words = text.split()
    return list(zip(words[::2], words[1::2], strict=True))


def small_enterprise_chart() -> list[ChartRow]:
    """All accounts to seed, parents before children."""
    kinds = {code: kind for kind, text in FIRST_LEVEL.items() for code, _ in _pairs(text)}
    names = {code: name for text in FIRST_LEVEL.values() for code, name in _pairs(text)} | dict(_pairs(SUB_LEVEL))
    parents = {code: _parent(code, names) for code in names}
    inner = set(parents.values())
    return [
        ChartRow(
            code, names[code], kinds[code[:4]], _direction(code, kinds[code[:4]]), parents[code], code not in inner,
            DIMS.get(code, ""), code in CONTROLLED,
        )
        for code in sorted(names, key=lambda code: (len(code), code))
    ]  # fmt: skip


def _parent(code: str, names: dict[str, str]) -> str:
    while len(code) > 4:
        code = code[:-2]
        if code in names:
            return code
    return ""


def _direction(code: str, kind: str) -> str:
    first = code[:4]
    credit = kind in CREDIT_KINDS or first in INCOME
    return "credit" if credit != (first in CONTRA) else "debit"
