"""Figures on documents that repeat what the ledger says follow it when later entries re-cost their moves."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

from gongfang.ledger.events import ValuesRecosted
from gongfang.platform.setwise import INT, update


def follow_recost(
    event: ValuesRecosted, doc_type: str, lines: type[Any], column: str, documents: type[Any] | None = None, total: str = ""
) -> None:  # fmt: skip
    """Add what changed to the cost on a document type's lines, and to the total of its documents; one statement each.

    The moves name their line by its id (source_line).
    """
    by_line: dict[int, Decimal] = defaultdict(Decimal)
    by_document: dict[int, Decimal] = defaultdict(Decimal)
    for move in event.moves:
        if move.source_type == doc_type and move.source_line > 0:
            by_line[move.source_line] += move.amount
            by_document[move.source_id] += move.amount
    _add(lines, column, by_line)
    if documents is not None:
        _add(documents, total, by_document)


def _add(model: type[Any], column: str, amounts: dict[int, Decimal]) -> None:
    table = model._meta.db_table
    rows = [(pk, int(amount.scaleb(2))) for pk, amount in sorted(amounts.items()) if amount]
    update(table, [("id", INT), ("more", INT)], rows, f'{column} = COALESCE({table}.{column}, 0) + given."more"')
