"""A title in the middle of another: no capital in English, abbreviations as they are, Chinese untouched."""

import pytest

from gongfang.ui.templatetags.gf import inside, percent


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Work order", "work order"),
        ("BOM", "BOM"),
        ("8D report", "8D report"),
        ("MRP run", "MRP run"),
        ("生产工单", "生产工单"),
        ("", ""),
        ("X", "X"),
    ],
)
def test_a_title_inside_another(title: str, shown: str) -> None:
    assert inside(title) == shown


@pytest.mark.parametrize(
    ("share", "places", "shown"),
    [("0.6685", 0, "67%"), ("0.1495", 1, "15%"), ("0.0625", 1, "6.3%"), ("0.1495", None, "14.95%"), (None, 0, "")],
)
def test_a_share_at_a_glance(share: str | None, places: int | None, shown: str) -> None:
    assert percent(share, places) == shown
