"""Amounts in Chinese capitals: where zeros go is where the faults are."""

from decimal import Decimal

import pytest

from gongfang.kernel.money_words import rmb_upper


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("1", "壹元整"),
        ("10.05", "壹拾元零伍分"),
        ("1005", "壹仟零伍元整"),
        ("10000", "壹万元整"),
        ("10010", "壹万零壹拾元整"),
        ("100100", "壹拾万零壹佰元整"),
        ("1234.50", "壹仟贰佰叁拾肆元伍角整"),
        ("20000005", "贰仟万零伍元整"),
        ("100000000", "壹亿元整"),
        ("10203040506.07", "壹佰零贰亿零叁佰零肆万零伍佰零陆元零柒分"),
        ("-12.3", "负壹拾贰元叁角整"),
        ("0.005", "壹分"),
    ],
)
def test_amounts_as_a_bank_writes_them(amount, words):
    assert rmb_upper(Decimal(amount)) == words


def test_what_no_cheque_carries_is_refused():
    with pytest.raises(ValueError, match="too large"):
        rmb_upper(Decimal(10) ** 16)
