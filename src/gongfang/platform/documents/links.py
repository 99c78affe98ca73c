"""Line-to-line links: what was pushed where, and the chain that they make."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q, Sum

from gongfang.kernel.money import to_micro
from gongfang.platform.bases import Document
from gongfang.platform.documents.models import LineLink
from gongfang.platform.documents.registry import document_types
from gongfang.platform.setwise import INT, TEXT, insert

CHAIN_MAX = 400


@dataclass(frozen=True, slots=True)
class Link:
    """One line (or, with line 0, one document) made from another."""

    source: Document
    target: Document
    source_line: int = 0
    target_line: int = 0
    quantity: Decimal = Decimal(0)


def link(rows: Iterable[Link]) -> None:
    """Remember what was made from what; one statement."""
    insert(
        LineLink._meta.db_table,
        [("source_type", TEXT), ("source_id", INT), ("source_line", INT), ("target_type", TEXT), ("target_id", INT), ("target_line", INT),
         ("quantity", INT)],
        [
            (row.source.doc_type, row.source.pk, row.source_line, row.target.doc_type, row.target.pk, row.target_line,
             int(to_micro(row.quantity).scaleb(6)))
            for row in rows
        ],
    )  # fmt: skip


def unlink(target: Document) -> None:
    """Forget the links into a document that was voided or deleted as a draft."""
    LineLink.objects.filter(target_type=target.doc_type, target_id=target.pk).delete()


def unlink_from(source: Document, target_type: str, target_ids: Sequence[int]) -> None:
    """Forget that some documents were made from this one, what was taken back on them."""
    rows = LineLink.objects.filter(source_type=source.doc_type, source_id=source.pk, target_type=target_type)
    rows.filter(target_id__in=list(target_ids)).delete()


def pushed(source_type: str, line_ids: Sequence[int], target_type: str) -> Mapping[int, Decimal]:
    """Quantity already pushed from each source line to documents of a type; call it with the source lines locked."""
    rows = (
        LineLink.objects.filter(source_type=source_type, source_line__in=line_ids, target_type=target_type)
        .values_list("source_line")
        .annotate(total=Sum("quantity"))
    )
    found: dict[int, Decimal] = defaultdict(Decimal)
    found.update(dict(rows))
    return found


def targets(source: Document, target_type: str | None = None) -> list[tuple[str, int]]:
    """(type, id) of the documents made from this one."""
    rows = LineLink.objects.filter(source_type=source.doc_type, source_id=source.pk)
    if target_type:
        rows = rows.filter(target_type=target_type)
    return list(rows.values_list("target_type", "target_id").distinct())


@dataclass(frozen=True, slots=True)
class ChainNode:
    doc_type: str
    id: int
    number: str
    title: str
    date: str
    approval: str
    execution: str


@dataclass(frozen=True, slots=True)
class Chain:
    """The documents around one, and who was made from whom: (source key, target key), a key being (type, id)."""

    nodes: list[ChainNode]
    edges: list[tuple[tuple[str, int], tuple[str, int]]]


def chain(document: Document) -> Chain:
    """Everything before and after a document, both ways, up to CHAIN_MAX documents. Statements grow with the depth, not the size."""
    start = (document.doc_type, document.pk)
    seen, edges, frontier = {start}, set(), {start}
    while frontier and len(seen) < CHAIN_MAX:
        around = Q()
        for doc_type in {key[0] for key in frontier}:
            ids = [key[1] for key in frontier if key[0] == doc_type]
            around |= Q(source_type=doc_type, source_id__in=ids) | Q(target_type=doc_type, target_id__in=ids)
        found = set()
        rows = (
            LineLink.objects.filter(around)
            .values_list("source_type", "source_id", "target_type", "target_id")
            .distinct()
        )
        for source_type, source_id, target_type, target_id in rows:
            edges.add(((source_type, source_id), (target_type, target_id)))
            found |= {(source_type, source_id), (target_type, target_id)}
        frontier = found - seen
        seen |= found
    return Chain(_nodes(seen), sorted(edges))


def _nodes(keys: Iterable[tuple[str, int]]) -> list[ChainNode]:
    by_type: dict[str, list[int]] = defaultdict(list)
    for doc_type, pk in keys:
        by_type[doc_type].append(pk)
    nodes = []
    for doc_type, ids in sorted(by_type.items()):
        model = document_types().get(doc_type)
        if model is None:
            continue
        for row in model._default_manager.filter(pk__in=ids).order_by("business_date", "pk"):
            nodes.append(
                ChainNode(
                    doc_type,
                    row.pk,
                    row.number,
                    str(model._meta.verbose_name),
                    row.business_date.isoformat(),
                    row.approval,
                    row.execution,
                )
            )
    return sorted(nodes, key=lambda node: (node.date, node.id))
