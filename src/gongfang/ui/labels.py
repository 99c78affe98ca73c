"""Labels with QR code and Code 128: one a page for a label printer (60 × 40 mm), or sheets of A4."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import typst

from gongfang.ui.barcodes import can_encode, code128_svg
from gongfang.ui.prints import FONTS, qr_svg, template

LABELS_MAX = 2000
SHEETS = {  # width and height of the paper, columns, rows, of one label: width, height; margins left, top; in mm
    "60x40": {"page": [60, 40], "columns": 1, "rows": 1, "cell": [60, 40], "margin": [0, 0]},
    "a4": {"page": [210, 297], "columns": 3, "rows": 7, "cell": [63.5, 38.1], "margin": [7.2, 15.1]},
}


@dataclass(frozen=True, slots=True)
class Label:
    """One label. code: what both codes hold; the bars are left out where it is too long for them or not ASCII."""

    title: str
    code: str
    lines: Sequence[str] = field(default_factory=tuple)
    bars: str = ""


def labels_pdf(labels: Sequence[Label], *, paper: str = "60x40", skip: int = 0) -> bytes:
    """The labels as PDF. skip: places of the first A4 sheet that are used up already."""
    drawn = [
        {
            "title": label.title, "code": label.bars or label.code, "lines": [line for line in label.lines if line][:4],
            "qr": qr_svg(label.code), "bars": code128_svg(label.bars or label.code) if fits(label.bars or label.code) else "",
        }
        for label in labels[:LABELS_MAX]
    ]  # fmt: skip
    data = {"labels": [None] * (skip if paper == "a4" else 0) + drawn, "sheet": SHEETS[paper]}
    return typst.compile(
        template("labels.typ"), font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf",
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )  # fmt: skip


def fits(code: str) -> bool:
    """Whether bars of 0.25 mm a module fit on 56 mm: about 17 signs, 34 digits."""
    if not can_encode(code):
        return False
    return len(code) <= 17 or (code.isdigit() and len(code) <= 34)
