"""What production asks and tells of machines, moulds and tools, carried to maintenance."""

from collections.abc import Sequence
from datetime import datetime

from gongfang.kernel.errors import Problem
from gongfang.maintenance import queries as registered
from gongfang.maintenance import services as maintenance
from gongfang.platform.documents.editing import new_request_id
from gongfang.platform.identity.models import User
from gongfang.production.events import HelpCalled
from gongfang.production.ports import ToolWork


def _works(works: Sequence[ToolWork]) -> list[maintenance.ToolWork]:
    return [
        maintenance.ToolWork(one.item_id, one.operation_no, one.work_centre_id, one.pieces, one.machine, one.where)
        for one in works
    ]


class Tools:
    """See `production.ports.Tooling`."""

    def look(self, works: Sequence[ToolWork]) -> dict[ToolWork, Problem | None]:
        by_work = dict(zip(_works(works), works, strict=True))
        return {by_work[work]: problem for work, problem in maintenance.tool_problems(list(by_work)).items()}

    def count(self, works: Sequence[ToolWork], report_id: int, at: datetime) -> None:
        maintenance.count_tools(_works(works), report_id=report_id, at=at)


def report_machine(event: HelpCalled) -> None:
    """A call for the maintainer becomes a repair of the machine it names, else of the first one of its work centre."""
    if event.kind != "machine" or event.work_centre_id is None:
        return
    machines = registered.machines_at(event.work_centre_id)
    named = [one for one in machines if event.machine and one.code == event.machine]
    for machine in (named or machines)[:1]:
        maintenance.report_fault(
            actor=User.objects.get(pk=event.actor_id), request_id=new_request_id(), equipment_id=machine.pk,
            fault=event.text or "安灯呼叫设备", source_call=event.call_id,
        )  # fmt: skip
