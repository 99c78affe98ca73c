"""A sheet tried or loaded: all of it in one transaction, each document through its noun's own verb."""

import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from gongfang.kernel.errors import DomainError, Problem
from gongfang.ui import forms
from gongfang.ui.derive import end_field, number_path
from gongfang.ui.entry import EntryForm
from gongfang.ui.listing import visible_rows
from gongfang.ui.present import reach
from gongfang.ui.registry import model_of
from gongfang.ui.screens import Screen
from gongfang.ui.sentences import sentence
from gongfang.web.doing import save
from gongfang.web.importing.columns import SheetColumn, defaults_of_lines, import_columns
from gongfang.web.importing.reading import Fault, Outcome, SheetRow, grouped, resolve

FAULTS_MAX = 1_000
Tell = Callable[[float, float, str], None]


class Sheet:
    """A noun's sheet as one person hands it in."""

    def __init__(self, user: Any, declared: Screen, content: bytes) -> None:
        self.user, self.declared, self.outcome = user, declared, Outcome()
        form = EntryForm(declared, user)
        self.columns = import_columns(form)
        self.documents = grouped(form, self.columns, content, self.outcome)
        self.refs = forms.Refs()  # looked up once for all documents

    def attempt(self, request_id: uuid.UUID, *, for_good: bool, tell: Tell | None = None) -> Outcome:
        """Do all of it in one transaction; it is taken back when there is a fault or when it was only to be tried."""
        outcome, count = self.outcome, len(self.documents)
        resolve(self.user, self.columns, self.documents, outcome)
        with transaction.atomic():
            existing = self._existing()
            if len(existing) < count:  # a column that is missing is a fault only where something new needs it
                outcome.faults += [
                    Fault(row, heading, _("This column is missing.")) for row, heading in outcome.missing
                ]
            for place, document in enumerate(self.documents):
                if tell is not None:
                    tell(place, count, f"{place} / {count}")
                known = existing.get(document.header.get(number_path(self.declared), ""))
                self._one(document, known, uuid.uuid5(request_id, str(place)))
                if len(outcome.faults) >= FAULTS_MAX:
                    break
            if outcome.faults or not for_good:
                transaction.set_rollback(True)
        outcome.faults.sort(key=lambda fault: fault.row)  # in the order in which they are mended
        return outcome

    def _existing(self) -> dict[str, Any]:
        """Rows that exist already, by code: they are changed instead of created, where the noun can be edited."""
        declared, name = self.declared, number_path(self.declared)
        codes = [document.header[name] for document in self.documents if document.header.get(name)]
        if not declared.edit_verb or not codes or end_field(model_of(declared), name) is None:
            return {}
        rows = visible_rows(declared, self.user).filter(**{f"{name}__in": codes})
        return {str(reach(row, name)): row for row in rows}

    def _one(self, sheet_row: SheetRow, document: Any, request_id: uuid.UUID) -> None:
        """Read and save one document; its faults are told by row and column."""
        form = EntryForm(self.declared, self.user, document)
        form.header.refs = self.refs
        entry = self._read(form, sheet_row, document)
        try:
            if entry.problems:
                raise DomainError(entry.problems)
            save(
                self.user, self.declared, entry.values, request_id=request_id, document=document,
                version=getattr(document, "version", None),
            )  # fmt: skip
            self.outcome.created += document is None
            self.outcome.changed += document is not None
        except DomainError as error:
            known = {(fault.row, fault.column) for fault in self.outcome.faults}  # not found is not empty as well
            found = [self._fault(problem, sheet_row) for problem in error.problems]
            self.outcome.faults += [fault for fault in found if (fault.row, fault.column) not in known]

    def _read(self, form: EntryForm, sheet_row: SheetRow, document: Any) -> forms.Entry:
        raw: dict[str, Any]
        if document is not None:
            form.start_from(document)
            raw = {**form.header.raw, **sheet_row.header}
        else:
            form.start_new({})
            raw = {**{name: text for name, text in form.header.raw.items() if text}, **sheet_row.header}
        offered = {one.name for one in form.header.fields if not one.readonly}
        entry = form.header.read({name: text for name, text in raw.items() if name in offered})
        for grid, fields in form.grids:
            entered = [one for one in fields if not one.readonly]
            defaults = defaults_of_lines(self.declared, grid, entered, self.user)
            rows = [{**defaults, **line} for _number, line in sheet_row.lines.get(grid.relation, [])]
            if document is not None and not rows:  # lines that the sheet says nothing of stay as they are
                names = {one.name for one in entered} | {"id"}
                rows = [{name: text for name, text in row.items() if name in names} for row in form.rows[grid.relation]]
            lines, problems = forms.read_lines(grid, entered, rows, self.user)
            entry.values[grid.relation] = lines
            entry.problems += problems
        return entry

    def _fault(self, problem: Problem, sheet_row: SheetRow) -> Fault:
        """A problem's row and column in the sheet."""
        parts = problem.where.split(".") if problem.where else []
        number, name, grid = sheet_row.number, parts[0] if parts else "", ""
        if len(parts) >= 2 and parts[1].isdigit():
            grid, index = parts[0], int(parts[1])
            lines = sheet_row.lines.get(grid, [])
            number = lines[index][0] if index < len(lines) else number
            name = parts[2] if len(parts) > 2 else ""
        names = (name, f"{name}_id", name.removesuffix("_id"))
        mine = [column for column in self.columns if column.field.name in names]
        column: SheetColumn | None = next((one for one in mine if one.grid == grid), mine[0] if mine else None)
        return Fault(number, column.title if column else name, sentence(problem))
