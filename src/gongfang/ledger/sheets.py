"""The stock card and the stock summary as sheets: every row, whatever a page has room for."""

from collections.abc import Sequence
from datetime import date
from operator import attrgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gongfang.ledger.queries.cards import Card, SummaryRow
from gongfang.ui.screens import Column
from gongfang.ui.sheets import SheetPage


def _pair(words: str, quantity: str, value: str, *, by_value: bool) -> list[Column]:
    """Quantity and value of one side, each titled with the side."""
    side = pgettext("stock", words)
    found = [Column(quantity, f"{side}: {_('Quantity')}", kind="quantity", value=attrgetter(quantity))]
    if by_value:
        found.append(Column(value, f"{side}: {_('Value')}", kind="money", scope="cost", value=attrgetter(value)))
    return found


class _Opening:
    """The first row of a card."""

    def __init__(self, card: Card) -> None:
        self.move = None
        self.in_quantity = self.in_value = self.out_quantity = self.out_value = None
        self.quantity, self.value = card.opening_quantity, card.opening_value


def card_sheet(item: Any, card: Card, since: date, *, by_value: bool) -> SheetPage:
    """One item's moves with what is left after each; the opening stands first."""

    def of(path: str, otherwise: Any = None) -> Any:
        return lambda row: otherwise if row.move is None else attrgetter(path)(row.move)

    columns = [
        Column("on", _("Date"), kind="date", value=of("on", since)),
        Column("number", _("Document"), kind="text", value=lambda row: pgettext("stock", "Opening") if row.move is None else row.move.posting.source_number or row.move.posting.summary),
        Column("source", _("From"), kind="text", value=lambda row: "" if row.move is None else str(row.move.source)),
        Column("target", _("To"), kind="text", value=lambda row: "" if row.move is None else str(row.move.target)),
        Column("lot", _("Lot / serial"), kind="text", value=lambda row: row.move.lot.code if row.move is not None and row.move.lot else ""),
        *_pair("In", "in_quantity", "in_value", by_value=by_value), *_pair("Out", "out_quantity", "out_value", by_value=by_value),
        *_pair("Left", "quantity", "value", by_value=by_value), Column("unit", _("Unit"), kind="text", value=lambda row: item.unit.name),
    ]  # fmt: skip
    return SheetPage(item.code, columns, [_Opening(card), *card.rows])


def summary_sheet(rows: Sequence[SummaryRow], *, by_value: bool) -> SheetPage:
    """Opening, in, out and left of every item."""
    columns = [
        Column("code", _("Item code"), kind="text", value=lambda row: row.item.code), Column("name", _("Item name"), kind="text", value=lambda row: row.item.name),
        Column("spec", _("Specification"), kind="text", value=lambda row: row.item.spec), Column("unit", _("Unit"), kind="text", value=lambda row: row.item.unit.name),
        *_pair("Opening", "opening_quantity", "opening_value", by_value=by_value), *_pair("In", "in_quantity", "in_value", by_value=by_value),
        *_pair("Out", "out_quantity", "out_value", by_value=by_value), *_pair("Left", "quantity", "value", by_value=by_value),
    ]  # fmt: skip
    return SheetPage(_("Stock summary"), columns, rows)
