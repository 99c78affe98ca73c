"""Which lots a certificate of analysis (质量证明书) is of."""

from collections.abc import Callable, Sequence

from gongfang.platform.ports import Port
from gongfang.quality.models import Inspection


def _unknown(source_type: str, source_id: int) -> Sequence[str]:
    return ()


LOTS_MADE: Port[Callable[[str, int], Sequence[str]]] = Port("quality.lots_made", _unknown)
"""Lots that came out of the document an inspection was made for, where the inspected goods had none yet; answered by production."""


def lots_of(inspection: Inspection) -> str:
    """The lot that was inspected; of goods still on a work order the lots they came into stock as."""
    if inspection.lot is not None:
        return str(inspection.lot.code)
    return ", ".join(LOTS_MADE.provider(inspection.source_type, inspection.source_id))
