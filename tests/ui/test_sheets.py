"""Excel sheets: typed values, and no cell that runs."""

import io
from datetime import date
from decimal import Decimal

import pytest
import python_calamine

from gongfang.ui.screens import Column
from gongfang.ui.sheets import defused, sheet_name, write_rows


@pytest.mark.parametrize("text", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_formulas_are_disarmed(text):
    assert defused(text).startswith("'")


@pytest.mark.parametrize("text", ["泵体", "1-2", "a=b", "M10×40", ""])
def test_plain_text_stays(text):
    assert defused(text) == text


def test_a_list_as_a_sheet():
    target = io.BytesIO()
    columns = [Column("name", "名称"), Column("amount", "金额", kind="money"), Column("on", "日期", kind="date")]
    count = write_rows(
        target, "订单[1]", columns, [{"name": "=HYPERLINK(1)", "amount": Decimal("-12.50"), "on": date(2026, 1, 5)}]
    )
    rows = python_calamine.load_workbook(io.BytesIO(target.getvalue())).get_sheet_by_index(0).to_python()
    assert count == 1
    assert rows == [["名称", "金额", "日期"], ["'=HYPERLINK(1)", -12.5, date(2026, 1, 5)]]


def test_a_sheet_name_that_excel_accepts():
    assert sheet_name("销售/订单[2026]" + "长" * 40) == ("销售_订单_2026_" + "长" * 40)[:31]
