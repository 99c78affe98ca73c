"""What a net change needs of the plan before, as bytes that outlive the process: no more than its facts and rows, and no code in them."""

import io
import json
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from .plan import Plan
from .problem import Identity, References, WorkCalendar
from .regeneration import Run
from .tables import (
    ARRIVAL,
    BYPRODUCT,
    DEMAND,
    DONE,
    ITEM,
    LINE,
    NEED,
    ORDER,
    PEG,
    SHARE,
    SPAN,
    SUPPLY,
    Facts,
    Records,
)

_FACTS = {
    "items": ITEM, "lines": LINE, "byproducts": BYPRODUCT, "shares": SHARE, "demands": DEMAND, "supplies": SUPPLY,
}  # fmt: skip
_ROWS = {"spans": SPAN, "orders": ORDER, "needs": NEED, "arrivals": ARRIVAL}
_FAST = 1


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """A plan as far as `net_change` looks at it."""

    today: int
    calendar: WorkCalendar | None
    ids: list[Identity]
    item_order: References
    facts: Facts
    run: Run

    @classmethod
    def of(cls, plan: Plan) -> "Remembered":
        """Of a plan of this process."""
        problem = plan.problem
        return cls(problem.today, problem.calendar, list(problem.items.ids), plan.item_order, plan.facts, plan.run)

    def to_bytes(self) -> bytes:
        """Packed; about 20 bytes an order, need and arrival."""
        calendar = self.calendar
        days = None if calendar is None else [sorted(getattr(calendar, name)) for name in _DAYS]
        head = {"today": self.today, "calendar": days, "ids": self.ids}
        arrays = {name: getattr(self.facts, name) for name in _FACTS} | {
            name: getattr(self.run, name) for name in _ROWS
        }
        out = io.BytesIO()
        np.savez(
            out, head=np.frombuffer(json.dumps(head).encode(), np.uint8), item_order=self.item_order, **arrays, allow_pickle=False,
        )  # fmt: skip
        return zlib.compress(out.getvalue(), _FAST)

    @classmethod
    def from_bytes(cls, packed: bytes) -> "Remembered | None":
        """None where it was packed by a version of the engine with other rows."""
        with np.load(io.BytesIO(zlib.decompress(packed)), allow_pickle=False) as found:
            if any(name not in found or found[name].dtype != kind for name, kind in (_FACTS | _ROWS).items()):
                return None
            head: dict[str, Any] = json.loads(found["head"].tobytes())
            rows: dict[str, Records] = {name: found[name].view(kind) for name, kind in (_FACTS | _ROWS).items()}
            days = head["calendar"]
            facts = Facts(
                today=head["today"], work_base=0, work_index=np.empty(0, np.int32), work_day=np.empty(0, np.int32),
                **{name: rows[name] for name in _FACTS},
            )  # fmt: skip
            run = Run(DONE, 0, rows["spans"], rows["orders"], rows["needs"], rows["arrivals"], np.empty(0, PEG))
            calendar = None if days is None else WorkCalendar(*(frozenset(one) for one in days))
            return cls(head["today"], calendar, head["ids"], found["item_order"], facts, run)


_DAYS = ("working_weekdays", "holidays", "extra_working_days")
