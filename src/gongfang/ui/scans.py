"""What a scan box above an entry grid fills."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any


@dataclass(frozen=True)
class Scan:
    """A scan box over an entry grid: a scanned item, lot or serial number fills a line or counts it up, a bin fills the header.

    item: the field that takes the item, or a source line of one (then item_path: from its rows to the item's key). lot: the field
    for a lot: a reference, or a text that takes its code (serial numbers with commas). quantity: counted up by what a scan stands
    for, in base units: a line whose `unit` is another one is left alone. among: (values of the header) -> conditions on the source lines that may be taken. places: fields of the header that a
    bin fills, the first empty one first.
    """

    item: str = "item"
    _: KW_ONLY
    item_path: str = ""
    lot: str = ""
    quantity: str = "quantity"
    unit: str = "unit"
    among: Callable[[Mapping[str, str]], Mapping[str, Any]] | None = None
    places: Sequence[str] = ()
