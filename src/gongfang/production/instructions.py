"""Pictures and papers for the work: files on the routing and on the product, for the operation they name or for all of them.

A file whose name begins with the number of an operation (`20 welding.pdf`, `OP20-1.jpg`, `工序20.png`) belongs to that one.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from gongfang.masterdata.queries import VIEW_ITEMS, VIEW_STRUCTURE
from gongfang.platform.attachments.models import Attachment
from gongfang.production.models import WorkOrder, WorkOrderOperation

SHOWN = {"image/png": "image", "image/jpeg": "image", "image/webp": "image", "application/pdf": "pdf"}
NUMBER = re.compile(r"\s*(?:op|工序)?\s*0*(\d{1,6})(?!\d)", re.IGNORECASE)


def named_operation(name: str) -> int | None:
    """The number at the beginning of a file's name."""
    found = NUMBER.match(name)
    return int(found[1]) if found else None


def instruction_files(operations: Collection[WorkOrderOperation], user: Any) -> dict[int, list[Attachment]]:
    """Operation → its pictures and PDF, those of the routing first; only of what the person may look at.

    Two statements, one where no name begins with a number. The operations come with their orders.
    """
    wanted: dict[tuple[str, int], list[WorkOrderOperation]] = defaultdict(list)
    for name, permission in (("routing", VIEW_STRUCTURE), ("item", VIEW_ITEMS)):
        code = WorkOrder._meta.get_field(name).related_model._meta.label_lower  # as files are kept: `holder_type`
        for row in operations if user.may(permission) else ():
            if (pk := getattr(row.document, f"{name}_id")) is not None:
                wanted[code, pk].append(row)
    rows = Attachment.objects.filter(
        doc_type__in={code for code, _ in wanted}, document_id__in={pk for _, pk in wanted}, content_type__in=SHOWN, removed_at=None
    )  # fmt: skip
    files = [row for row in rows.order_by("-doc_type", "name", "pk") if (row.doc_type, row.document_id) in wanted]
    numbers: dict[int, set[int]] = defaultdict(set)
    if any(named_operation(one.name) for one in files):
        orders = {row.document_id for row in operations}
        for order, number in WorkOrderOperation.objects.filter(document__in=orders).values_list(
            "document_id", "operation_no"
        ):
            numbers[order].add(number)
    found: dict[int, list[Attachment]] = defaultdict(list)
    for one in files:
        number = named_operation(one.name)
        for row in wanted[one.doc_type, one.document_id]:
            if number == row.operation_no or number not in numbers[row.document_id]:
                found[row.pk].append(one)
    return dict(found)
