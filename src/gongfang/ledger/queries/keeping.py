"""What is kept for the lines of documents."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from gongfang.ledger.models import Reservation
from gongfang.ledger.queries.shelves import ZERO
from gongfang.ledger.queries.stock import PLANNABLE
from gongfang.platform.bases import Document
from gongfang.platform.fields import QuantityField
from gongfang.platform.prepared import Prepared

FIRM = Prepared(
    lambda ids, doc_type: (
        Reservation.objects.filter(source_line__in=ids, source_type=doc_type, kind="hard")
        .select_related("location__warehouse", "lot")
        .order_by("pk")
    )
)


def kept_for(doc_type: str, line_ids: Collection[int]) -> Mapping[int, Sequence[Reservation]]:
    """Source line → what is kept firmly for it, with place and lot; one statement."""
    found: dict[int, list[Reservation]] = defaultdict(list)
    for row in FIRM(sorted(set(line_ids)), doc_type):
        found[row.source_line].append(row)
    return found


@dataclass(frozen=True, slots=True)
class KeptGoods:
    """So much of an item in a warehouse is kept firmly for a document."""

    source_type: str
    source_id: int
    item_id: int
    warehouse_id: int | None
    quantity: Decimal


def kept_firmly(item_ids: Collection[int]) -> list[KeptGoods]:
    """What is kept of items where planning counts stock (`plannable_stock`), by document and warehouse; one statement."""
    rows = Reservation.objects.filter(kind="hard", item__among=list(item_ids), location__kind__in=PLANNABLE).order_by()
    found = rows.values_list("source_type", "source_id", "item", "location__warehouse").annotate(total=Sum("quantity"))
    return [KeptGoods(*row) for row in found]


def kept_of(doc_type: str, document_id: int) -> list[Reservation]:
    """What is kept for a document, firmly or as a promise, line by line; one statement."""
    rows = Reservation.objects.filter(source_type=doc_type, source_id=document_id)
    return list(rows.select_related("item__unit", "location", "lot").order_by("source_line", "kind", "pk"))


def keeps_goods(document: Document) -> bool:
    """Whether anything is kept for or promised to a document; one statement."""
    return Reservation.objects.filter(source_type=document.doc_type, source_id=document.pk).exists()


def kept_quantity(doc_type: str, line: str = "pk") -> Coalesce:
    """An annotation of document lines: how much is kept for each, firmly or as a promise. line: path of the line's id."""
    rows = Reservation.objects.filter(source_type=doc_type, source_line=OuterRef(line)).order_by()
    total = rows.values("source_line").annotate(total=Sum("quantity")).values("total")
    return Coalesce(Subquery(total), ZERO, output_field=QuantityField())
