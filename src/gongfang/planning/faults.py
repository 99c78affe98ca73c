"""What is wrong with the data that planning uses, and the row in which it is mended."""

from dataclasses import dataclass

BOM, CENTRE, CALENDAR = "masterdata.bom", "masterdata.work_centre", "masterdata.calendar"


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that keeps an item (None: all of them) from being planned right. code: see `FAULTS` in the pages.

    doc_type, document_id: the row to mend where that is not the item; document: what people call it.
    """

    item_id: int | None
    code: str
    doc_type: str = ""
    document_id: int | None = None
    document: str = ""
