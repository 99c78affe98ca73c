"""Execution of lines, rolled up to the document: recomputed from what happened, never taken from a client."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import models

from gongfang.kernel.states import Execution, rolled_up
from gongfang.platform.bases import Document
from gongfang.platform.setwise import update_rows


def execution_of(
    quantity: Decimal, done: Decimal, closed: bool = False, under_tolerance: Decimal = Decimal(0)
) -> Execution:
    """State of a line. under_tolerance: the ratio that may stay undone and still counts as done."""
    if closed:
        return Execution.CLOSED
    if done <= 0:
        return Execution.OPEN
    return Execution.DONE if done >= quantity * (1 - under_tolerance) else Execution.PARTIAL


def add_done(
    lines: Sequence[Any], done: Mapping[int, Decimal], under_tolerance: Decimal = Decimal(0), *, also: Sequence[str] = ()
) -> None:  # fmt: skip
    """Add (or, negative, take back) executed quantity on locked lines of one model; one statement.

    also: other fields of the same lines to write with it.
    """
    touched = [line for line in lines if done.get(line.pk)]
    for line in touched:
        line.done_quantity += done[line.pk]
        line.execution = execution_of(
            line.quantity, line.done_quantity, line.execution == Execution.CLOSED, under_tolerance
        )
    if touched:
        update_rows(touched, ["done_quantity", "execution", *also])


def roll_up(documents: Collection[Document]) -> None:
    """Bring the execution of locked documents of one type in line with their lines; two statements."""
    if not documents:
        return
    by_id = {document.pk: document for document in documents}
    model: type[Document] = type(next(iter(by_id.values())))
    line_model: type[models.Model] = model._meta.get_field(model.lines_name).related_model  # type: ignore[assignment]
    states: dict[int, list[str]] = {pk: [] for pk in by_id}
    for document_id, execution in line_model._default_manager.filter(document__in=by_id).values_list(
        "document_id", "execution"
    ):
        states[document_id].append(execution)
    changed = []
    for pk, document in by_id.items():
        state = rolled_up(states[pk])
        if document.execution != state:
            document.execution = state
            changed.append(document)
    if changed:
        model._default_manager.bulk_update(changed, ["execution"], batch_size=500)
