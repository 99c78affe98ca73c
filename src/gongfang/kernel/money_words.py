"""Amounts in Chinese capitals, as cheques, invoices and receipts carry them (支付结算办法 附一)."""

from decimal import Decimal

from gongfang.kernel.money import to_cents

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
LIMIT = Decimal(10) ** 16


def rmb_upper(amount: Decimal) -> str:
    """1234.50 → 壹仟贰佰叁拾肆元伍角整. Rounded to cents half up; negative amounts begin with 负. Below 10¹⁶."""
    amount = to_cents(amount)
    if abs(amount) >= LIMIT:
        raise ValueError("too large for Chinese capitals")
    sign, amount = ("负" if amount < 0 else ""), abs(amount)
    whole, cents = int(amount), int(amount * 100) % 100
    jiao, fen = divmod(cents, 10)
    if whole == 0 and cents == 0:
        return "零元整"
    text = f"{_whole(whole)}元" if whole else ""
    if cents == 0:
        return f"{sign}{text}整"
    if jiao:
        text += f"{DIGITS[jiao]}角"
    elif whole:
        text += "零"
    return f"{sign}{text}{DIGITS[fen]}分" if fen else f"{sign}{text}整"


def _whole(number: int) -> str:
    """Groups of four digits; one 零 stands for any run of zeros between digits."""
    text, gap = "", False
    for place in range(3, -1, -1):
        group = number // 10 ** (4 * place) % 10000
        if group == 0:
            gap = gap or bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        unit = GROUPS[place]
        if place == 3 and number // 10**8 % 10000:
            unit = "万"  # 亿 follows once, after the group below
        text += _group(group) + unit
        gap = False
    return text


def _group(number: int) -> str:
    text, zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if zero else "") + DIGITS[digit] + PLACES[place]
            zero = False
        else:
            zero = bool(text)
    return text
