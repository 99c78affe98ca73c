"""Prints: one layout per document type, as HTML for the screen and as PDF for paper, from the same data.

The layout is the declaration's `Print`; without one, the screen itself. PDFs embed our own Chinese font: nothing of the machine is used.
"""

import io
import json
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.db import models
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongfang.kernel.money_words import rmb_upper
from gongfang.ui.derive import NUMBERS, allowed, derived_column, derived_field, end_field, line_model, one
from gongfang.ui.document import DocumentView
from gongfang.ui.present import cell, reach
from gongfang.ui.screens import Column, Field, LineGrid, Print, Screen

FONTS = Path(__file__).parent / "fonts"
TEMPLATES = Path(__file__).parent / "print"
PAPERS = {  # width, height, margin in mm, base size in pt
    "a4": (210, 297, 12, 9.5),
    "a5": (210, 148, 8, 8.5),
    "241": (241, 140, 8, 9),
    "label": (60, 40, 2, 7),
}


@dataclass
class Sheet:
    """Everything on one print, as texts."""

    company: str
    title: str
    number: str
    state: str
    header: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[list[str]]
    totals: list[tuple[str, str]]
    numbers: list[str] = field(default_factory=list)
    words: str = ""
    signatures: list[str] = field(default_factory=list)
    note: str = ""
    qr: str = ""
    printed: str = ""
    sums: list[str] = field(default_factory=list)
    paper: str = "a4"
    landscape: bool = False
    blank_rows: int = 0
    labels: dict[str, str] = field(default_factory=dict)
    contact: str = ""
    codes: list[str] = field(default_factory=list)

    @property
    def coded(self) -> list[tuple[list[tuple[str, str]], str]]:
        """The rows for the screen, each with the picture of its own code, empty where the print has none."""
        lines = self.lines
        return list(zip(lines, self.codes + [""] * (len(lines) - len(self.codes)), strict=True))

    @property
    def lines(self) -> list[list[tuple[str, str]]]:
        """The rows for the screen, each text with the class of its column: numbered ones, then the empty ones to write in."""
        css = ["c", *("n" if column["number"] else "" for column in self.columns)]
        rows = [[number, *row] for number, row in zip(self.numbers, self.rows, strict=True)]
        rows += [["\u00a0", *[""] * len(self.columns)]] * (self.blank_rows - len(rows))
        return [list(zip(row, css, strict=True)) for row in rows]

    @property
    def led(self) -> int:
        """How many columns the word "total" may take before the first sum."""
        return next((place for place, text in enumerate(self.sums) if text), 0)

    @property
    def summed(self) -> list[str]:
        return self.sums[self.led :]


def find_print(declared: Screen, name: str) -> Print | None:
    """The declared print of a name; `document` is the generic one."""
    found = next((layout for layout in declared.prints if layout.name == name), None)
    if found is None and name == "document":
        return Print("document", one(declared), signatures=[_("Made by"), _("Checked by"), _("Received by")])
    return found


def sheet_of(
    declared: Screen, layout: Print, user: Any, document: models.Model, *, company: str, address: str, contact: str = ""
) -> Sheet:
    """Fill a layout for a document as this person may see it. address: what the QR code holds unless the layout says."""
    view = DocumentView(declared, user, document)
    stamp = view.stamp()
    sheet = Sheet(
        company=company, title=str(layout.title), number=view.name, state=stamp.text if stamp else "", header=head_of(view, layout),
        columns=[], rows=[], totals=[], signatures=[str(text) for text in layout.signatures], note=str(layout.note),
        qr=layout.qr(document) if layout.qr else address, printed=timezone.localtime().strftime("%Y-%m-%d %H:%M"),
        paper=layout.paper, landscape=layout.landscape, blank_rows=layout.blank_rows,
        labels=labels(), contact=contact,
    )  # fmt: skip
    sheet.printed += f" {user}"
    replaced = layout.data(user, document) if layout.data is not None else {}
    if "rows" not in replaced:
        fill_lines(view, layout, sheet)
    footer = [derived_column(view.model, column) for column in layout.totals] or None
    cells = (
        [(str(c.title), cell(document, c).text) for c in allowed(user, footer)]
        if footer
        else [(str(h.title), h.cell.text) for h in view.footer()]
    )
    sheet.totals = [(capital(title), text) for title, text in cells if text]
    if layout.words and user.sees(getattr(end_field(view.model, layout.words), "scope", None)):
        amount = reach(document, layout.words)
        sheet.words = rmb_upper(amount) if amount is not None else ""
    sheet.header = [pair for pair in sheet.header if pair[1] != sheet.number]  # it stands before them
    if replaced:
        sheet.header = [(str(title), str(text)) for title, text in replaced.get("header", sheet.header)]
        sheet.totals = [(str(title), str(text)) for title, text in replaced.get("totals", sheet.totals)]
        if "rows" in replaced:
            own = [derived_column(view.model, c) for c in layout.columns]
            fill_table(sheet, allowed(user, own), list(replaced["rows"]))
        sheet.codes = [
            mark_safe(qr_svg(text)) for text in replaced.get("codes", ())
        ]  # drawn here from the text, no markup of anybody
    return sheet


def labels() -> dict[str, str]:
    """The words of every print."""
    return {
        "number": _("No."), "printed": _("Printed"), "words": _("Amount in words"), "line": pgettext("column of a print", "#"), "sum": _("Total"), "code": _("Scan"),
        "page": _("Page {page} of {pages}"),
    }  # fmt: skip


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def head_of(view: DocumentView, layout: Print) -> list[tuple[str, str]]:
    if not layout.header:
        return [(capital(str(h.title)), f"{h.cell.text} {h.cell.unit}".rstrip()) for h in view.head() if h.cell.text]
    found = []
    for entry in layout.header:
        if isinstance(entry, Field):
            column = view.head_column(derived_field(view.model, entry))
        else:
            column = derived_column(view.model, entry)
        if view.user.sees(column.scope):
            shown = cell(view.document, column)
            found.append((capital(str(column.title)), f"{shown.text} {shown.unit}".rstrip()))
    return found


def fill_lines(view: DocumentView, layout: Print, sheet: Sheet) -> None:
    grid: LineGrid | None = next(
        (g for g in view.declared.grids if g.relation == layout.grid),
        view.declared.grids[0] if view.declared.grids else None,
    )
    if grid is None:
        return
    if layout.columns:
        model = line_model(view.declared, grid)
        columns = allowed(view.user, [derived_column(model, c) for c in layout.columns])
        rows = getattr(view.document, grid.relation).all()
        rows = rows.order_by(*grid.order_by) if grid.order_by else rows
        fill_table(sheet, columns, list(rows))
        return
    shown = view.grid(grid, everything=True)
    set_table(
        sheet,
        shown.table.columns,
        [[one_cell.text for one_cell in row] for row in shown.table.rows],
        shown.table.totals,
    )


def fill_table(sheet: Sheet, columns: list[Column], rows: list[Any]) -> None:
    set_table(sheet, columns, [[cell(row, column).text for column in columns] for row in rows], [])


def set_table(sheet: Sheet, columns: list[Column], rows: list[list[str]], totals: list[str]) -> None:
    """Columns, with widths by what stands in them; columns that are empty all the way down are left out, and so is an empty table.

    The first column numbers the rows, by the lines' own numbers where the layout has them.
    """
    if not rows and not sheet.blank_rows:
        return
    own = next((place for place, column in enumerate(columns) if column.path in ("line_no", "operation_no")), None)
    own = own if own == 0 else None
    sheet.numbers = [row[own] for row in rows] if own is not None else [str(number + 1) for number in range(len(rows))]
    kept = [place for place in range(len(columns)) if place != own and (not rows or any(row[place] for row in rows))]
    sheet.columns = [
        {
            "title": capital(str(columns[place].title)),
            "number": columns[place].kind in NUMBERS,
            "weight": weight(place, columns, rows),
        }
        for place in kept
    ]
    sheet.rows = [[row[place] for place in kept] for row in rows]
    sheet.sums = [totals[place] for place in kept] if totals else []


def weight(place: int, columns: list[Column], rows: list[list[str]]) -> float:
    """Share of the width: by the longest text, wide characters counting double, within bounds."""
    texts = [str(columns[place].title), *(row[place] for row in rows[:200])]
    longest = max(sum(2 if sign > "\u2e80" else 1 for sign in text) for text in texts)
    return float(min(max(longest, 5), 30))


def qr_svg(text: str) -> str:
    """A QR code that phones read (never a micro one), as inline SVG."""
    target = io.BytesIO()
    segno.make_qr(text, error="m").save(
        target, kind="svg", xmldecl=False, svgns=True, border=1, omitsize=True, dark="#000"
    )
    return target.getvalue().decode()


@cache
def template(name: str) -> bytes:
    return (TEMPLATES / name).read_bytes()


def to_pdf(sheet: Sheet) -> bytes:
    """The sheet on paper: tables break over pages with their heads, page x of y."""
    width, height, margin, size = PAPERS[sheet.paper]
    if sheet.landscape:
        width, height = height, width
    data = {
        **sheet.__dict__,
        "width": width,
        "height": height,
        "margin": margin,
        "size": size,
        "qr_svg": qr_svg(sheet.qr) if sheet.qr else "",
    }
    return typst.compile(
        template("label.typ" if sheet.paper == "label" else "document.typ"),
        font_paths=[str(FONTS)], ignore_system_fonts=True, format="pdf", sys_inputs={"data": json.dumps(data, ensure_ascii=False, default=str)},
    )  # fmt: skip
