"""Production's question about moulds and tools, answered by maintenance."""

from collections.abc import Sequence
from datetime import datetime

from gongfang.kernel.errors import Problem
from gongfang.maintenance import services as maintenance
from gongfang.production.ports import ToolWork


def _works(works: Sequence[ToolWork]) -> list[maintenance.ToolWork]:
    return [
        maintenance.ToolWork(one.item_id, one.operation_no, one.work_centre_id, one.pieces, one.machine, one.where)
        for one in works
    ]


class Tools:
    """See `production.ports.Tooling`."""

    def problems(self, works: Sequence[ToolWork]) -> list[Problem]:
        return maintenance.tool_problems(_works(works))

    def count(self, works: Sequence[ToolWork], report_id: int, at: datetime) -> None:
        maintenance.count_tools(_works(works), report_id=report_id, at=at)
