"""A pegging tree for a template: rows that hang on each other, with where a click leads."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.planning.queries import PegRow
from gongfang.platform.documents.registry import document_types
from gongfang.ui.registry import url_of

WHATS = {
    "demand": _("Demand"), "order": _("Suggestion"), "supply": _("Open order"), "stock": _("Stock"), "requirement": _("Requirement"),
}  # fmt: skip
KINDS = {
    "make": _("Make"), "buy": _("Buy"), "subcontract": _("Subcontract"), "transfer": _("Transfer"),
}  # fmt: skip
OWN = {"planning.forecast": "/planning/forecast/?forecast=", "planning.firm_order": "/planning/firm-orders/", "planning.scenario": "/planning/scenarios/", "planning.substitute": "/masterdata/items/", "planning.co_product": "/masterdata/items/"}  # fmt: skip


@dataclass(slots=True)
class Branch:
    """A step with those that hang on it. url: empty where there is nothing to open. plant: where it is another than the step above."""

    row: PegRow
    what: Any
    url: str
    plant: str = ""
    children: list["Branch"] = field(default_factory=list)


def url_of_source(doc_type: str, document_id: int) -> str:
    """Address of the document that a demand or supply comes from."""
    if doc_type in OWN:
        return f"{OWN[doc_type]}{document_id}" + ("" if "?" in OWN[doc_type] else "/")
    model = document_types().get(doc_type)
    return url_of(model(pk=document_id)) if model else ""


def branches(rows: Sequence[PegRow]) -> list[Branch]:
    """The rows as trees; rows name their parent by its place."""
    made: list[Branch] = []
    roots: list[Branch] = []
    for row in rows:
        url = f"/planning/suggestions/{row.order_id}/" if row.order_id else url_of_source(row.doc_type, row.document_id)
        above = made[row.parent].row.plant if row.parent >= 0 else ""
        branch = Branch(row, KINDS.get(row.kind, WHATS[row.what]), url, row.plant if row.plant != above else "")
        made.append(branch)
        (made[row.parent].children if row.parent >= 0 else roots).append(branch)
    return roots
