"""The legal statements of 小企业会计准则 as data: 会小企01 balance sheet, 会小企02 income statement, 会小企03 cash flow."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from gongfang.ledger.rules.statement_words import ENGLISH

ZERO = Decimal(0)
Figures = Mapping[tuple[str, int], Decimal]
"""(leaf account code, partner or 0) → debit less credit."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement.

    terms: "1403" net on the line's side, "-1407" less its opposite, "debit:1122" / "credit:1122" only the partners standing on
    that side. total: line numbers added up, with sign. is_detail: an "of which" line, in no total.
    """

    no: int
    title: str
    terms: tuple[str, ...] = ()
    total: tuple[int, ...] = ()
    is_detail: bool = False
    level: int = 0

    @property
    def english(self) -> str:
        """The line in English."""
        return ENGLISH[self.title]


def _line(
    no: int, title: str, terms: str = "", total: Iterable[int] = (), detail: bool = False, level: int = 1
) -> Line:
    return Line(no, title, tuple(terms.split()), tuple(total), detail, 2 if detail else level)


ASSETS = (
    _line(1, "货币资金", "1001 1002 1012"), _line(2, "短期投资", "1101"), _line(3, "应收票据", "1121"),
    _line(4, "应收账款", "debit:1122 debit:2203"), _line(5, "预付账款", "debit:1123 debit:2202"), _line(6, "应收股利", "1131"),
    _line(7, "应收利息", "1132"), _line(8, "其他应收款", "debit:1221 debit:2241"),
    _line(9, "存货", "1401 1402 1403 1404 1405 1407 1408 1411 1421 4001 4101 4401 4403"),
    _line(10, "其中：原材料", "1403 1404", detail=True), _line(11, "在产品", "4001 4101", detail=True),
    _line(12, "库存商品", "1405 1407", detail=True), _line(13, "周转材料", "1411", detail=True),
    _line(14, "其他流动资产", "1901"), _line(15, "流动资产合计", total=(1, 2, 3, 4, 5, 6, 7, 8, 9, 14), level=0),
    _line(16, "长期债券投资", "1501"), _line(17, "长期股权投资", "1511"), _line(18, "固定资产原价", "1601"),
    _line(19, "减：累计折旧", "-1602"), _line(20, "固定资产账面价值", total=(18, -19)), _line(21, "在建工程", "1604"),
    _line(22, "工程物资", "1605"), _line(23, "固定资产清理", "1606"), _line(24, "生产性生物资产", "1621 1622"),
    _line(25, "无形资产", "1701 1702"), _line(26, "开发支出", "4301"), _line(27, "长期待摊费用", "1801"),
    _line(28, "其他非流动资产"), _line(29, "非流动资产合计", total=(16, 17, 20, 21, 22, 23, 24, 25, 26, 27, 28), level=0),
    _line(30, "资产总计", total=(15, 29), level=0),
)  # fmt: skip
LIABILITIES = (
    _line(31, "短期借款", "2001"), _line(32, "应付票据", "2201"), _line(33, "应付账款", "credit:2202 credit:1123"),
    _line(34, "预收账款", "credit:2203 credit:1122"), _line(35, "应付职工薪酬", "2211"), _line(36, "应交税费", "2221"),
    _line(37, "应付利息", "2231"), _line(38, "应付利润", "2232"), _line(39, "其他应付款", "credit:2241 credit:1221"),
    _line(40, "其他流动负债"), _line(41, "流动负债合计", total=(31, 32, 33, 34, 35, 36, 37, 38, 39, 40), level=0),
    _line(42, "长期借款", "2501"), _line(43, "长期应付款", "2701"), _line(44, "递延收益", "2401"), _line(45, "其他非流动负债"),
    _line(46, "非流动负债合计", total=(42, 43, 44, 45), level=0), _line(47, "负债合计", total=(41, 46), level=0),
    _line(48, "实收资本（或股本）", "3001"), _line(49, "资本公积", "3002"), _line(50, "盈余公积", "3101"),
    _line(51, "未分配利润", "3103 3104 5"), _line(52, "所有者权益合计", total=(48, 49, 50, 51), level=0),
    _line(53, "负债和所有者权益总计", total=(47, 52), level=0),
)  # fmt: skip
INCOME = (
    _line(1, "一、营业收入", "-5001 -5051", level=0), _line(2, "减：营业成本", "5401 5402"), _line(3, "营业税金及附加", "5403"),
    _line(4, "其中：消费税", "540301", detail=True), _line(6, "城市维护建设税", "540302", detail=True),
    _line(7, "资源税", "540303", detail=True), _line(8, "土地增值税", "540304", detail=True),
    _line(9, "城镇土地使用税、房产税、车船税、印花税", "540305", detail=True),
    _line(10, "教育费附加、矿产资源补偿费、排污费", "540306", detail=True), _line(11, "销售费用", "5601"),
    _line(12, "其中：商品维修费", "560101", detail=True), _line(13, "广告费和业务宣传费", "560102", detail=True),
    _line(14, "管理费用", "5602"), _line(15, "其中：开办费", "560201", detail=True), _line(16, "业务招待费", "560202", detail=True),
    _line(17, "研究费用", "560203", detail=True), _line(18, "财务费用", "5603"),
    _line(19, "其中：利息费用（收入以“－”号填列）", "560301", detail=True), _line(20, "加：投资收益（损失以“－”号填列）", "-5111"),
    _line(21, "二、营业利润（亏损以“－”号填列）", total=(1, -2, -3, -11, -14, -18, 20), level=0), _line(22, "加：营业外收入", "-5301"),
    _line(23, "其中：政府补助", "-530101", detail=True), _line(24, "减：营业外支出", "5711"),
    _line(25, "其中：坏账损失", "571101", detail=True), _line(26, "无法收回的长期债券投资损失", "571102", detail=True),
    _line(27, "无法收回的长期股权投资损失", "571103", detail=True), _line(28, "自然灾害等不可抗力因素造成的损失", "571104", detail=True),
    _line(29, "税收滞纳金", "571105", detail=True), _line(30, "三、利润总额（亏损总额以“－”号填列）", total=(21, 22, -24), level=0),
    _line(31, "减：所得税费用", "5801"), _line(32, "四、净利润（净亏损以“－”号填列）", total=(30, -31), level=0),
)  # fmt: skip
CASH_FLOW = (
    _line(1, "销售产成品、商品、提供劳务收到的现金"), _line(2, "收到其他与经营活动有关的现金"), _line(3, "购买原材料、商品、接受劳务支付的现金"),
    _line(4, "支付的职工薪酬"), _line(5, "支付的税费"), _line(6, "支付其他与经营活动有关的现金"),
    _line(7, "经营活动产生的现金流量净额", total=(1, 2, -3, -4, -5, -6), level=0), _line(8, "收回短期投资、长期债券投资和长期股权投资收到的现金"),
    _line(9, "取得投资收益收到的现金"), _line(10, "处置固定资产、无形资产和其他非流动资产收回的现金净额"), _line(11, "短期投资、长期债券投资和长期股权投资支付的现金"),
    _line(12, "购建固定资产、无形资产和其他非流动资产支付的现金"), _line(13, "投资活动产生的现金流量净额", total=(8, 9, 10, -11, -12), level=0),
    _line(14, "取得借款收到的现金"), _line(15, "吸收投资者投资收到的现金"), _line(16, "偿还借款本金支付的现金"), _line(17, "偿还借款利息支付的现金"),
    _line(18, "分配利润支付的现金"), _line(19, "筹资活动产生的现金流量净额", total=(14, 15, -16, -17, -18), level=0),
    _line(20, "四、现金净增加额", total=(7, 13, 19), level=0), _line(21, "加：期初现金余额"), _line(22, "五、期末现金余额", total=(20, 21), level=0),
)  # fmt: skip
CASH_ACCOUNTS = ("1001", "1002", "1012")
CASH_LINES: tuple[tuple[str, int, int], ...] = (
    # counter account, line when cash comes in, line when it goes out
    ("1121", 1, 3), ("1122", 1, 1), ("2203", 1, 1), ("5001", 1, 1), ("5051", 1, 1), ("22210107", 1, 1), ("22210101", 3, 3),
    ("2201", 3, 3), ("2202", 3, 3), ("1123", 3, 3), ("140", 3, 3), ("1411", 3, 3), ("5401", 3, 3), ("2211", 4, 4),
    ("2221", 5, 5), ("5403", 5, 5), ("5801", 5, 5), ("1101", 8, 11), ("1501", 8, 11), ("1511", 8, 11), ("1131", 9, 9), ("1132", 9, 9),
    ("5111", 9, 9), ("16", 10, 12), ("17", 10, 12), ("18", 10, 12), ("2701", 14, 12), ("2001", 14, 16), ("2501", 14, 16), ("2231", 17, 17),
    ("560301", 17, 17), ("3001", 15, 15), ("3002", 15, 15), ("2232", 18, 18), ("3104", 18, 18),
)  # fmt: skip
OTHER_CASH = (2, 6)
OUTFLOWS = frozenset({3, 4, 5, 6, 11, 12, 16, 17, 18})


def evaluate(lines: Iterable[Line], figures: Figures, *, credit_side: bool = False) -> dict[int, Decimal]:
    """Amount of each line by its number. credit_side: nets are shown as credit less debit."""
    found: dict[int, Decimal] = {}
    for line in lines:
        if line.total:
            found[line.no] = sum((found[abs(no)] * (1 if no > 0 else -1) for no in line.total), ZERO)
        else:
            found[line.no] = sum((_term(term, figures, credit_side) for term in line.terms), ZERO)
    return found


def _term(term: str, figures: Figures, credit_side: bool) -> Decimal:
    side, _, prefix = term.rpartition(":")
    sign = -1 if prefix.startswith("-") else 1
    amounts = [amount for (code, _), amount in figures.items() if code.startswith(prefix.lstrip("-"))]
    if side == "debit":
        return sum((amount for amount in amounts if amount > 0), ZERO)
    if side == "credit":
        return sum((-amount for amount in amounts if amount < 0), ZERO)
    return sum(amounts, ZERO) * sign * (-1 if credit_side else 1)


def prefixes(line: Line) -> tuple[str, ...]:
    """Account prefixes that a line is made of, for the way down to the vouchers."""
    return tuple(term.rpartition(":")[2].lstrip("-") for term in line.terms)


def cash_line(code: str, amount: Decimal) -> int:
    """The cash flow line of a counter account; amount: cash that came in (negative: went out)."""
    best: tuple[str, int, int] = ("", *OTHER_CASH)
    for row in CASH_LINES:
        if code.startswith(row[0]) and len(row[0]) > len(best[0]):
            best = row
    return best[1] if amount > 0 else best[2]
