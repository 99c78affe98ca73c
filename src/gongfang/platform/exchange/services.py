"""The opening workbook: check it as a whole, load it as a whole, write it from the database."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.utils.translation import gettext

from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.platform.exchange.parsing import names_of, parse
from gongfang.platform.exchange.reading import Cells, read_cells
from gongfang.platform.exchange.reporting import advance, begin, step
from gongfang.platform.exchange.sheets import Column, Context, Fault, Sheet, fault
from gongfang.platform.exchange.writing import write_book
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.verbs import authorize, verb, view_permission
from gongfang.ui.sentences import sentence

EXPORT_WORKBOOK = view_permission("platform.export_workbook", {ADMIN, "owner"})
NOTES = N_("Read me")
CHECKING = N_("Checking")
FAULTS_SHOWN = 500
INTRO = (
    N_("工坊 Gongfang: opening workbook"),
    N_("One sheet per kind of data. Headings with * must be filled in; the note on each heading says what belongs there."),
    N_("The workbook is checked as a whole and loaded in one go or not at all; every fault is told with sheet, row, column and reason."),
    N_("What exists already is found by its code and brought up to date; the rest is added. Sheets and columns that are not needed may be left out."),
    N_("Formulas count as the value they show. Opening stock, balances and open orders hold for the end of the day before the opening date."),
)  # fmt: skip


@cache
def book() -> tuple[Sheet, ...]:
    """The sheets of every installed package, lower packages first. Call after the app registry is ready."""
    sheets: list[Sheet] = []
    for config in apps.get_app_configs():
        if not config.name.startswith("gongfang."):
            continue
        name = "gongfang.platform.exchange.people" if config.label == "platform" else f"{config.name}.exchange"
        if find_spec(name):
            sheets.extend(import_module(name).SHEETS)
    assert len({sheet.key for sheet in sheets}) == len(sheets), "two sheets under one key"
    return tuple(sheets)


@dataclass
class Checked:
    """A workbook that was read and checked. counts: rows by sheet key. Loadable when there is no fault."""

    context: Context
    faults: list[Fault] = field(default_factory=list)

    @property
    def counts(self) -> dict[str, int]:
        return {key: len(rows) for key, rows in self.context.rows.items() if rows}


def check_workbook(content: bytes, *, actor: User | None = None, start: date | None = None) -> Checked:
    """Read and check a workbook; writes nothing. Statements do not grow with the rows.

    start: load it as if the opening date were this one; dates of the opening move along. Raises DomainError where the file
    cannot be read at all.
    """
    sheets = book()
    context = Context(sheets, actor)
    names, cells = read_cells(content)
    faults, titles = _sheet_names(sheets, names)
    opening = _opening_date(sheets, cells, titles)
    if start is not None and opening is not None:
        context.shift = start - opening
    begin(sum(len(cells[title].rows) for title in titles.values()))
    for sheet in sheets:
        if sheet.key in titles:
            advance(len(cells[titles[sheet.key]].rows), gettext(CHECKING))
            context.rows[sheet.key], context.columns[sheet.key], found = parse(
                sheet, cells[titles[sheet.key]], context.shift
            )
            faults += found
    context.opening_date = opening + context.shift if opening else start
    for sheet in sheets:
        if sheet.key in context.rows:
            faults += _missing_references(sheet, context)
    bad = {(one.sheet, one.row) for one in faults}
    for sheet in sheets:
        rows = [row for row in context.rows.get(sheet.key, ()) if (sheet.key, row.number) not in bad]
        if rows:
            faults += sheet.check(rows, context)
    order = {sheet.key: n for n, sheet in enumerate(sheets)}
    faults.sort(key=lambda one: (order.get(one.sheet, -1), one.row))
    return Checked(context, faults)


def _sheet_names(sheets: Sequence[Sheet], names: Iterable[str]) -> tuple[list[Fault], dict[str, str]]:
    """Which of the workbook's sheets stands for which of ours."""
    known = {name: sheet for sheet in sheets for name in names_of(sheet.key, sheet.title)}
    ignored = names_of("readme", NOTES)
    titles: dict[str, str] = {}
    faults = []
    for name in names:
        sheet = known.get(name.strip().casefold())
        if sheet is None:
            if name.strip().casefold() not in ignored:
                faults.append(
                    fault(name, 0, "", "unknown_sheet", "There is no kind of data called “{name}”.", name=name)
                )
        elif sheet.key in titles:
            faults.append(fault(sheet.key, 0, "", "sheet_twice", "The sheet “{name}” is there twice.", name=name))
        else:
            titles[sheet.key] = name
    if not titles:
        faults.append(fault("", 0, "", "no_sheet", "No sheet of this workbook is known."))
    return faults, titles


def _opening_date(sheets: Sequence[Sheet], cells: Mapping[str, Cells], titles: Mapping[str, str]) -> date | None:
    company = next((sheet for sheet in sheets if sheet.key == "company"), None)
    if company is None or "company" not in titles:
        return None
    rows, _columns, _faults = parse(company, cells[titles["company"]])
    return rows[0].get("opening_date") if rows else None


def _missing_references(sheet: Sheet, context: Context) -> list[Fault]:
    """A fault for each code that neither the workbook nor the database knows."""
    faults = []
    for column in sheet.columns:
        if not column.ref:
            continue
        known = context.codes(column.ref)
        title = context.book[column.ref].title if column.ref in context.book else column.ref
        for row in context.rows[sheet.key]:
            value = row.get(column.key)
            for code in value if isinstance(value, tuple) else (value,):
                if code is not None and code != "" and code not in known:
                    faults.append(
                        fault(
                            sheet.key, row, column.key, "unknown_code", "There is no “{value}” in “{place}”.",
                            value=code, place=title,
                        )
                    )  # fmt: skip
    return faults


@verb("platform.import_workbook", N_("Import workbook"), roles=(ADMIN,))
def import_workbook(*, actor: User, request_id: uuid.UUID, content: bytes, start: date | None = None) -> None:
    """Load a workbook: all of it in one transaction, or nothing.

    Raises DomainError with every fault as a problem whose `where` is "sheet!row!column".
    """
    checked = check_workbook(content, actor=actor, start=start)
    refuse_if(problems_of(checked))
    begin(sum(checked.counts.values()))
    for sheet in book():
        rows = checked.context.rows.get(sheet.key)
        if rows and sheet.load:
            step(len(rows), gettext(sheet.title), partial(sheet.load, rows, checked.context))
            checked.context.forget(sheet.key)


def problems_of(checked: Checked) -> list[Problem]:
    """The faults as problems of a refusal, at most FAULTS_SHOWN of them."""
    return [
        Problem(one.problem.code, one.problem.template, where=f"{one.sheet}!{one.row}!{one.column}", **one.problem.data)
        for one in checked.faults[:FAULTS_SHOWN]
    ]


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A fault in the words of the reader's language."""

    sheet: str
    row: int
    column: str
    reason: str


def fault_lines(faults: Sequence[Fault]) -> list[FaultLine]:
    """Faults as people read them: titles of sheet and column, the reason as a sentence."""
    sheets = {sheet.key: sheet for sheet in book()}
    lines = []
    for one in faults:
        sheet = sheets.get(one.sheet)
        column = next((c for c in sheet.columns if c.key == one.column), None) if sheet else None
        lines.append(
            FaultLine(
                gettext(sheet.title) if sheet else one.sheet,
                one.row,
                gettext(column.title) if column else one.column,
                sentence(one.problem),
            )
        )
    return lines


def export_workbook(*, actor: User | None, sheets: Sequence[str] | None = None) -> bytes:
    """The database as a workbook that imports again. Columns whose figures the person may not see are left out."""
    if actor is not None:
        authorize(actor, EXPORT_WORKBOOK)
    context = Context(book(), actor)
    chosen = [sheet for sheet in book() if sheet.export and (sheets is None or sheet.key in sheets)]
    filled = {sheet.key: list(sheet.export(context)) for sheet in chosen if sheet.export}
    return write_book([_visible(sheet, actor) for sheet in chosen], filled, intro=introduction())


def _visible(sheet: Sheet, actor: User | None) -> Sheet:
    shown: list[Column] = [column for column in sheet.columns if actor is None or actor.sees(column.scope)]
    return replace(sheet, columns=shown)


def introduction() -> list[str]:
    """The lines of the first sheet, in the reader's language."""
    return [gettext(line) for line in INTRO]


def template() -> bytes:
    """The empty workbook with a note on every heading."""
    return write_book(book(), {}, intro=introduction())


__all__ = [
    "Checked", "FaultLine", "book", "check_workbook", "export_workbook", "fault_lines", "import_workbook", "problems_of",
    "template",
]  # fmt: skip
