"""A plan into its tables: columns to rows in one pass each, by COPY where the database has it."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from gongfang.engines.mrp import plan as engine
from gongfang.engines.mrp.plan import Plan
from gongfang.engines.mrp.problem import PROCUREMENTS
from gongfang.planning.models import PlanException, PlannedOrder, PlanPeg, PlanRequirement, PlanRun, PlanSource
from gongfang.planning.snapshot import Snapshot, Source
from gongfang.platform.bulk import copy_rows


class _Days:
    """Day numbers as dates; each is made once."""

    def __init__(self) -> None:
        self.made: dict[int, date] = {}

    def __call__(self, number: int) -> date:
        found = self.made.get(number)
        if found is None:
            found = self.made[number] = date.fromordinal(number)
        return found


def store(run: PlanRun, snapshot: Snapshot, plan: Plan, suppliers: dict[int, int]) -> None:
    """Write everything that a run found; one statement per table. suppliers: item id → supplier id."""
    days = _Days()
    _sources(run, snapshot)
    _orders(run, snapshot, plan, suppliers, days)
    _requirements(run, snapshot, plan, days)
    _pegs(run, snapshot, plan)
    _exceptions(run, snapshot, plan, days)


def _sources(run: PlanRun, snapshot: Snapshot) -> None:
    def rows() -> Iterator[Sequence[Any]]:
        for side, sources in (("demand", snapshot.demands), ("supply", snapshot.supplies)):
            for seq, one in enumerate(sources):
                yield (run.pk, side, seq, one.item_id, int(one.quantity * 10**6), one.on, one.priority,
                       one.doc_type, one.document_id, one.line_id, one.number, one.partner[:120])  # fmt: skip

    copy_rows(
        PlanSource,
        ["run_id", "side", "seq", "item_id", "quantity", "on", "priority", "doc_type", "document_id", "line_id", "number", "partner"],
        rows(),
    )  # fmt: skip


def _orders(run: PlanRun, snapshot: Snapshot, plan: Plan, suppliers: dict[int, int], days: _Days) -> None:
    orders, today = plan.orders, plan.problem.today
    kinds = [PROCUREMENTS[code] for code in plan.problem.items.procurement.tolist()]
    levels = plan.low_level_codes.tolist()
    columns = zip(
        orders.item.tolist(), orders.quantity.tolist(), orders.good.tolist(), orders.net.tolist(), orders.release.tolist(),
        orders.due.tolist(), orders.need.tolist(), orders.covers_to.tolist(), strict=True,
    )  # fmt: skip

    def rows() -> Iterator[Sequence[Any]]:
        for seq, (item, quantity, good, net, release, due, need, covers) in enumerate(columns):
            item_id = snapshot.item_ids[item]
            yield (run.pk, seq, item_id, kinds[item], quantity, good, net, days(release), days(due), days(need), days(covers),
                   levels[item], release < today, suppliers.get(item_id) if kinds[item] != "make" else None,
                   "suggested", "", None, "", 1)  # fmt: skip

    copy_rows(
        PlannedOrder,
        ["run_id", "seq", "item_id", "kind", "quantity", "good_quantity", "net_quantity", "release_on", "due_on", "need_on", "covers_to",
         "level", "is_late", "supplier_id", "state", "doc_type", "document_id", "document_number", "version"],
        rows(),
    )  # fmt: skip


def _requirements(run: PlanRun, snapshot: Snapshot, plan: Plan, days: _Days) -> None:
    needs = plan.requirements
    columns = zip(
        needs.item.tolist(),
        needs.quantity.tolist(),
        needs.due.tolist(),
        needs.order.tolist(),
        needs.demand.tolist(),
        strict=True,
    )
    copy_rows(
        PlanRequirement,
        ["run_id", "seq", "item_id", "quantity", "on", "order_seq", "demand_seq"],
        (
            (run.pk, seq, snapshot.item_ids[item], quantity, days(due), order, demand)
            for seq, (item, quantity, due, order, demand) in enumerate(columns)
        ),
    )


def _pegs(run: PlanRun, snapshot: Snapshot, plan: Plan) -> None:
    pegs = plan.pegging
    columns = zip(
        pegs.item.tolist(), pegs.supply_kind.tolist(), pegs.supply.tolist(), pegs.demand.tolist(), pegs.requirement.tolist(),
        pegs.quantity.tolist(), strict=True,
    )  # fmt: skip
    copy_rows(
        PlanPeg,
        ["run_id", "item_id", "supply_kind", "supply_seq", "demand_seq", "requirement_seq", "quantity"],
        (
            (run.pk, snapshot.item_ids[item], kind, supply, demand, requirement, quantity)
            for item, kind, supply, demand, requirement, quantity in columns
        ),
    )


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
                   source.number if source else "", source.doc_type if source else "", source.document_id if source else None,
                   days(moved_from) if moved_from else None, days(moved_to) if moved_to else None,
                   quantity if quantity >= 0 else None, "")  # fmt: skip
        for fault in snapshot.faults:
            yield (run.pk, "data_fault", fault.item_id, "item", -1, "", "", None, None, None, None, fault.code)

    copy_rows(
        PlanException,
        ["run_id", "kind", "item_id", "about", "subject_seq", "document", "doc_type", "document_id", "moved_from", "moved_to", "quantity",
         "fault"],
        rows(),
    )  # fmt: skip
