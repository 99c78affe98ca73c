"""Recall: from one lot or serial to all customers, stock and work in process, up and down, with the mass balance of each lot."""

import time
import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger.queries import traces
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import User
from gongfang.platform.ports import Port
from gongfang.platform.verbs import verb
from gongfang.quality.models import RecallDrill

ZERO = Decimal(0)
PHYSICAL = frozenset({"store", "inspection", "blocked", "transit", "line", "subcontractor"})
IN_PROCESS = frozenset({"released", "started", "paused", "completed"})


class Step(Protocol):
    """An order between lots; see `production.queries.LotStep`."""

    order_id: int
    number: str
    stage: str
    come_lot: int
    come_quantity: Decimal
    go_lot: int | None
    go_quantity: Decimal | None


class Genealogy(Protocol):
    def __call__(self, lot_id: int, *, forward: bool) -> Sequence[Step]: ...


def _alone(lot_id: int, *, forward: bool) -> Sequence[Step]:
    return []


GENEALOGY: Port[Genealogy] = Port("quality.genealogy", _alone)
"""Which lots an order took in and gave out; answered by production. One statement per direction, at any depth."""


@dataclass(slots=True)
class Mass:
    """A lot's balance: received + adjusted = used + shipped + scrapped + in stock. Base units."""

    lot: Any
    role: str
    received: Decimal = ZERO
    adjusted: Decimal = ZERO
    used: Decimal = ZERO
    shipped: Decimal = ZERO
    scrapped: Decimal = ZERO
    stock: Decimal = ZERO
    made: Decimal = ZERO
    other: Decimal = ZERO

    @property
    def difference(self) -> Decimal:
        """What the ledger and the genealogy do not agree upon; 0 when the balance holds."""
        return self.received + self.adjusted - self.used - self.shipped - self.scrapped - self.stock


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one customer has of the affected lots."""

    customer: Any
    quantity: Decimal
    documents: tuple[tuple[str, date, Any, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Recall:
    """Everything a recall has to know of a lot."""

    lot: Any
    at: Any
    masses: Sequence[Mass]
    customers: Sequence[Delivered]
    stock: Sequence[tuple[Any, traces.Remainder]]
    orders: Sequence[Step]
    forward: Sequence[Step]
    backward: Sequence[Step]
    milliseconds: int = 0
    lots: dict[int, Any] = field(default_factory=dict)

    @property
    def is_balanced(self) -> bool:
        return all(mass.difference == 0 for mass in self.masses)


def trace(lot_id: int) -> Recall:
    """Trace a lot both ways. Seven statements, however many lots, orders and deliveries are found. Raises DomainError(missing)."""
    started, at = time.perf_counter(), timezone.now()
    forward = list(GENEALOGY.provider(lot_id, forward=True))
    backward = list(GENEALOGY.provider(lot_id, forward=False))
    after = {step.go_lot for step in forward if step.go_lot is not None}
    before = {step.go_lot for step in backward if step.go_lot is not None}
    affected = {lot_id} | after
    everything = affected | before
    lots = traces.lots_by_ids(everything)
    if lot_id not in lots:
        raise DomainError(Problem("missing", "There is no {title} {id}.", title=str(RecallDrill._meta.get_field("lot").verbose_name), id=lot_id), Kind.MISSING)  # fmt: skip
    masses = {
        pk: Mass(lots[pk], "self" if pk == lot_id else "after" if pk in after else "before")
        for pk in sorted(everything, key=lambda pk: (pk in before, pk != lot_id, pk))
    }
    _used_and_made(masses, forward, backward)
    for flow in traces.flows_of_lots(everything):
        _flow(masses[flow.lot_id], flow)
    for mass in masses.values():
        if mass.role == "before":  # its other uses lie outside this chain
            mass.used = mass.made - mass.other
    remainders = traces.remainders_of_lots(everything)
    for rest in remainders:
        masses[rest.lot_id].stock += rest.quantity
    return Recall(
        lots[lot_id], at, [masses[pk] for pk in masses], _customers(affected, lots), [(lots[rest.lot_id], rest) for rest in remainders if rest.lot_id in affected],
        _in_process(forward), forward, backward, int((time.perf_counter() - started) * 1000), lots,
    )  # fmt: skip


def _used_and_made(masses: dict[int, Mass], forward: Sequence[Step], backward: Sequence[Step]) -> None:
    """What orders took of a lot and gave of it: the genealogy's word, each (order, lot) once.

    Of a lot before, only what went into this chain is known here; what other orders took of it comes from the ledger.
    """
    seen: set[tuple[int, int, str]] = set()
    for steps, come_is_used in ((forward, True), (backward, False)):
        for step in steps:
            for lot, quantity, used in (
                (step.come_lot, step.come_quantity, come_is_used), (step.go_lot, step.go_quantity, not come_is_used)
            ):  # fmt: skip
                key = (step.order_id, lot or 0, "used" if used else "made")
                if lot is None or lot not in masses or key in seen:
                    continue
                seen.add(key)
                if used:
                    masses[lot].used += quantity or ZERO
                else:
                    masses[lot].made += quantity or ZERO
                    masses[lot].received += quantity or ZERO


def _flow(mass: Mass, flow: traces.Flow) -> None:
    """Count what crossed the factory's border, or left stock for good."""
    into = flow.source not in PHYSICAL and flow.target in PHYSICAL
    out = flow.source in PHYSICAL and flow.target not in PHYSICAL
    if not (into or out):
        return
    place, quantity = (flow.source, flow.quantity) if into else (flow.target, -flow.quantity)
    if place in ("supplier", "opening"):
        mass.received += quantity
    elif place == "customer":
        mass.shipped -= quantity
    elif place == "scrap":
        mass.scrapped -= quantity
    elif place == "production":
        mass.other += quantity
    else:
        mass.adjusted += quantity


def _customers(affected: set[int], lots: dict[int, Any]) -> list[Delivered]:
    """Deliveries by customer; two statements."""
    by_partner: dict[int | None, list[traces.Delivery]] = defaultdict(list)
    for delivery in traces.deliveries_of_lots(affected):
        by_partner[delivery.partner_id].append(delivery)
    partners = masterdata.partners_by_ids(pk for pk in by_partner if pk is not None)
    found = [
        Delivered(
            partners.get(pk or 0), sum((one.quantity for one in rows), ZERO),
            tuple((one.number, one.on, lots[one.lot_id], one.quantity) for one in rows),
        )
        for pk, rows in by_partner.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: -one.quantity)


def _in_process(forward: Sequence[Step]) -> list[Step]:
    """Orders that hold affected material now, each order and lot once."""
    found: dict[tuple[int, int], Step] = {}
    for step in forward:
        if step.stage in IN_PROCESS:
            found.setdefault((step.order_id, step.come_lot), step)
    return list(found.values())


@verb("quality.record_drill", N_("Keep the recall"), roles=("inspector", "owner", "keeper"))
def record_drill(
    *, actor: User, request_id: uuid.UUID, lot_id: int, reason: str = "", is_drill: bool = True
) -> RecallDrill:
    """Trace a lot now and keep what was found, as proof."""
    found = trace(lot_id)
    return RecallDrill.objects.create(
        lot_id=lot_id, traced_at=found.at, is_drill=is_drill, reason=reason[:200], done_by=actor, milliseconds=found.milliseconds,
        is_balanced=found.is_balanced, lots=len(found.masses), customers=len(found.customers), finding=plain(found),
    )  # fmt: skip


def plain(found: Recall) -> dict[str, Any]:
    """A recall as it is kept: text and numbers only."""
    return {
        "lot": str(found.lot), "item": str(found.lot.item), "at": found.at.isoformat(),
        "masses": [
            {"lot": str(one.lot), "item": str(one.lot.item), "role": one.role, "received": f"{one.received:f}", "adjusted": f"{one.adjusted:f}",
             "used": f"{one.used:f}", "shipped": f"{one.shipped:f}", "scrapped": f"{one.scrapped:f}", "stock": f"{one.stock:f}",
             "difference": f"{one.difference:f}"}
            for one in found.masses
        ],
        "customers": [
            {"customer": str(one.customer or ""), "quantity": f"{one.quantity:f}",
             "documents": [[number, on.isoformat(), str(lot), f"{quantity:f}"] for number, on, lot, quantity in one.documents]}
            for one in found.customers
        ],
        "stock": [[str(lot), rest.place, f"{rest.quantity:f}"] for lot, rest in found.stock],
        "orders": [[step.number, step.stage, str(found.lots[step.come_lot]), f"{step.come_quantity:f}"] for step in found.orders],
    }  # fmt: skip
