"""A plan into its tables: columns to rows in one pass each, by COPY where the database has it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gongfang.engines.mrp import plan as engine
from gongfang.engines.mrp.plan import Plan
from gongfang.engines.mrp.problem import PROCUREMENTS
from gongfang.planning import packing
from gongfang.planning.models import PlanException, PlanItem, PlannedOrder, PlanRun, PlanSource
from gongfang.planning.outlook import Source
from gongfang.planning.snapshot import Snapshot
from gongfang.platform.bulk import copy_rows


class _Days(dict[int, str]):
    """Day numbers as ISO dates, each made once: a driver would turn every date of millions of rows into text anew."""

    def __missing__(self, number: int) -> str:
        self[number] = made = date.fromordinal(number).isoformat()
        return made


def store(run: PlanRun, snapshot: Snapshot, plan: Plan, packed: Sequence[Sequence[Any]]) -> None:
    """Write everything that a run found, with its items as `packed_items` made them; one statement per table."""
    days = _Days()
    _sources(run, snapshot)
    _orders(run, snapshot, plan, days)
    copy_rows(PlanItem, ITEM_COLUMNS, packed)
    _exceptions(run, snapshot, plan, days)


def _sources(run: PlanRun, snapshot: Snapshot) -> None:
    def rows() -> Iterator[Sequence[Any]]:
        for side, sources in (("demand", snapshot.demands), ("supply", snapshot.supplies)):
            for seq, one in enumerate(sources):
                yield (run.pk, side, seq, one.item_id, int(one.quantity * 10**6), one.on, one.priority,
                       one.doc_type, one.document_id, one.line_id, one.number, one.plant or None, one.partner[:120])  # fmt: skip

    copy_rows(
        PlanSource,
        ["run_id", "side", "seq", "item_id", "quantity", "on", "priority", "doc_type", "document_id", "line_id", "number", "plant_id", "partner"],
        rows(),
    )  # fmt: skip


def _orders(run: PlanRun, snapshot: Snapshot, plan: Plan, days: _Days) -> None:
    orders, today = plan.orders, plan.problem.today
    kinds = [PROCUREMENTS[code] for code in plan.problem.items.procurement.tolist()]
    levels = plan.low_level_codes.tolist()
    columns = zip(
        orders.item.tolist(), orders.quantity.tolist(), orders.good.tolist(), orders.net.tolist(), orders.release.tolist(),
        orders.due.tolist(), orders.need.tolist(), orders.covers_to.tolist(), strict=True,
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        for seq, (item, quantity, good, net, release, due, need, covers) in enumerate(columns):
            bought = kinds[item] not in ("make", "transfer")
            yield (run.pk, seq, snapshot.item_ids[item], kinds[item], quantity, good, net, days[release], days[due], days[need], days[covers],
                   levels[item], int(release < today), snapshot.suppliers[item] if bought else None,
                   snapshot.plants[item], snapshot.sources[item], "suggested", "", None, "", 1)  # fmt: skip

    copy_rows(
        PlannedOrder,
        ["run_id", "seq", "item_id", "kind", "quantity", "good_quantity", "net_quantity", "release_on", "due_on", "need_on", "covers_to",
         "level", "is_late", "supplier_id", "plant_id", "source_plant_id", "state", "doc_type", "document_id", "document_number", "version"],
        rows(),
    )  # fmt: skip


ITEM_COLUMNS = (
    "run_id", "item_id", "plant_id", "on_hand", "lead_time_days", "first_requirement", "requirements", "pegs", "components",
)  # fmt: skip


def packed_items(run: PlanRun, snapshot: Snapshot, plan: Plan) -> list[Sequence[Any]]:
    """Requirements and pegs of each item, packed; an item with neither still tells its stock. Done before anything is locked."""
    needs, pegs, problem = plan.requirements, plan.pegging, plan.problem
    need_order, need_at = _runs(needs.item, len(snapshot.item_ids))
    assert need_order is None, "requirements come by item"
    peg_order, peg_at = _runs(pegs.item, len(snapshot.item_ids))
    wanted = [_longs(column) for column in (needs.quantity, needs.due, needs.order, needs.demand)]
    columns = (pegs.supply_kind, pegs.supply, pegs.demand, pegs.requirement, pegs.quantity)
    served = [_longs(column if peg_order is None else column[peg_order]) for column in columns]
    inside = _components(snapshot, plan)
    rows: list[Sequence[Any]] = []
    for row, item_id in enumerate(snapshot.item_ids[: snapshot.item_count]):
        first, last = need_at[row]
        start, end = peg_at[row]
        rows.append((
            run.pk, item_id, snapshot.plants[row], int(problem.items.on_hand[row]), int(problem.items.lead_time[row]), first,
            packing.pack([column[first:last].tobytes() for column in wanted]) if last > first else b"",
            packing.pack([column[start:end].tobytes() for column in served]) if end > start else b"",
            inside.get(row, b""),
        ))  # fmt: skip
    return rows


def _longs(column: NDArray[Any]) -> NDArray[np.int64]:
    return np.ascontiguousarray(column, dtype="<i8")


def _runs(items: NDArray[Any], count: int) -> tuple[NDArray[Any] | None, list[tuple[int, int]]]:
    """Where each item's rows stand once they are together; the order that brings them together where they are not."""
    counts = np.bincount(items, minlength=count)
    changes = int(np.count_nonzero(np.diff(items))) + 1 if len(items) else 0
    together = changes == int(np.count_nonzero(counts))
    order = None if together else np.argsort(items, kind="stable")
    ordered = items if order is None else items[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    at = np.zeros(count, np.int64)
    at[ordered[starts]] = starts
    return order, list(zip(at.tolist(), (at + counts).tolist(), strict=True))


def _owners(snapshot: Snapshot) -> NDArray[np.int64]:
    """The row of the item that each row stands for: of a process, the item that is made by it."""
    keys = list(zip(snapshot.item_ids, snapshot.plants, strict=True))
    row_of = {key: row for row, key in enumerate(keys[: snapshot.item_count])}
    return np.array([row_of[key] for key in keys], np.int64)


def _components(snapshot: Snapshot, plan: Plan) -> dict[int, bytes]:
    """Row of an item → the items that its orders and (through a phantom) its demands need, packed."""
    needs, count = plan.requirements, len(snapshot.item_ids)
    by_order = needs.order >= 0
    parents = np.zeros(len(needs), np.int64)
    parents[by_order] = plan.orders.item[needs.order[by_order]]
    passed = ~by_order & (needs.demand >= 0)
    parents[passed] = plan.problem.demands.item[needs.demand[passed]]
    parents = _owners(snapshot)[parents]
    pairs = np.unique(parents * count + needs.item.astype(np.int64))
    ids = np.array(snapshot.item_ids, dtype="<i8")
    found: dict[int, bytes] = {}
    owners = pairs // count
    starts = np.flatnonzero(np.diff(owners, prepend=-1)).tolist()
    for start, end in zip(starts, [*starts[1:], len(pairs)], strict=False):
        found[int(owners[start])] = packing.pack([ids[pairs[start:end] % count].tobytes()])
    return found


ABOUT = {
    engine.ABOUT_ORDER: "order",
    engine.ABOUT_DEMAND: "demand",
    engine.ABOUT_SUPPLY: "supply",
    engine.ABOUT_ITEM: "item",
}


def _exceptions(run: PlanRun, snapshot: Snapshot, plan: Plan, days: _Days) -> None:
    found = plan.exceptions
    columns = zip(
        found.item.tolist(), found.kind.tolist(), found.about.tolist(), found.subject.tolist(), found.moved_from.tolist(),
        found.moved_to.tolist(), found.quantity.tolist(), strict=True,
    )  # fmt: skip

    def document(about: int, subject: int) -> Source | None:
        sources = {engine.ABOUT_DEMAND: snapshot.demands, engine.ABOUT_SUPPLY: snapshot.supplies}.get(about)
        return sources[subject] if sources is not None else None

    def rows() -> Iterator[Sequence[Any]]:
        for item, kind, about, subject, moved_from, moved_to, quantity in columns:
            source = document(about, subject)
            yield (run.pk, engine.EXCEPTION_KINDS[kind], snapshot.item_ids[item], ABOUT[about], subject,
                   source.number if source else f"P{subject + 1}" if about == engine.ABOUT_ORDER else "", source.doc_type if source else "", source.document_id if source else None,
                   days[moved_from] if moved_from else None, days[moved_to] if moved_to else None,
                   quantity if quantity >= 0 else None, snapshot.plants[item], "", "")  # fmt: skip
        for fault in snapshot.faults:
            yield (run.pk, "data_fault", fault.item_id, "item" if fault.item_id else "", -1, fault.document[:40], fault.doc_type,
                   fault.document_id, None, None, None, None, fault.code, "")  # fmt: skip

    copy_rows(
        PlanException,
        ["run_id", "kind", "item_id", "about", "subject_seq", "document", "doc_type", "document_id", "moved_from", "moved_to", "quantity",
         "plant_id", "fault", "handled_as"],
        rows(),
    )  # fmt: skip
