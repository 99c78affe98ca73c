"""Work that is done by scanning: what those above (and the store itself) want received or picked, and how it is finished."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from gongfang.inventory.models import Transfer
from gongfang.inventory.services.documents import WRITERS
from gongfang.inventory.services.packages import carry
from gongfang.inventory.services.transfers import ArrivedInput, in_transit, receive_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.platform.identity.models import User
from gongfang.platform.identity.scopes import scoped
from gongfang.platform.verbs import authorize, verb


@dataclass(frozen=True, slots=True)
class Work:
    """One document that waits. who: the supplier, customer or product. lines: how many are open."""

    kind: str
    key: int
    number: str
    who: str
    due: date | None
    lines: int = 0


@dataclass(frozen=True, slots=True)
class WorkLine:
    """One line of it: expected quantity in base units, the lot and the place that are proposed."""

    key: int
    item_id: int
    code: str
    name: str
    spec: str
    unit: str
    tracking: str
    expected: Decimal
    lot_id: int | None = None
    lot_code: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class ScannedLine:
    """What was scanned for a line. lots: (lot id or None, code, quantity) where goods are kept by lot."""

    key: int
    quantity: Decimal
    lots: tuple[tuple[int | None, str, Decimal], ...] = ()


class WorkProvider(Protocol):
    """Answers for one kind of work. task: "receive" or "pick". verb: the permission it needs."""

    kind: str
    task: str
    title: str
    verb: str

    def waiting(self, user: User) -> list[Work]: ...

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]: ...

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any: ...


PROVIDERS: dict[str, WorkProvider] = {}


def provide(provider: WorkProvider) -> None:
    """Take part in the scan stations; called by `config/wiring.py`. Safe to repeat."""
    PROVIDERS[provider.kind] = provider


def provider_of(kind: str) -> WorkProvider:
    """Raises DomainError(missing)."""
    if kind not in PROVIDERS:
        raise DomainError(Problem("unknown_work", "There is no such work.", where="kind"), Kind.MISSING)
    return PROVIDERS[kind]


def waiting_work(user: User, task: str) -> list[Work]:
    """All documents of a task that the person may work on, the most urgent first."""
    found = [
        work for one in PROVIDERS.values() if one.task == task and user.may(one.verb) for work in one.waiting(user)
    ]
    return sorted(found, key=lambda work: (work.due or date.max, work.number))


@verb("inventory.finish_scan", N_("Finish scanning"), roles=(*WRITERS, "buyer"))
def finish_scan(
    *,
    actor: User,
    request_id: uuid.UUID,
    kind: str,
    key: int,
    lines: Sequence[ScannedLine],
    packages: Sequence[int] = (),
) -> Any:
    """Make and post the document of what was scanned. The permission of that document is needed too.

    packages: scanned whole; what is picked leaves in them, so that they end here.
    """
    provider = provider_of(kind)
    authorize(actor, provider.verb)
    problems = (
        [] if any(line.quantity > 0 for line in lines) else [Problem("nothing_scanned", "Nothing was scanned yet.")]
    )
    problems += [
        Problem("quantity_negative", "{item}: the quantity cannot be negative.", where=f"lines.{n}", item=line.key)
        for n, line in enumerate(lines)
        if line.quantity < 0
    ]
    if problems:
        raise DomainError(problems)
    if packages and provider.task == "pick":
        carry(packages)
    return provider.finish(
        actor=actor, request_id=request_id, key=key, lines=[line for line in lines if line.quantity > 0]
    )


class TransitWork:
    """Two-step transfers that are on their way to the person's warehouses."""

    kind, task, title, verb = "transit", "receive", N_("Transfers on their way"), "inventory.receive_transfer"

    def _rows(self, user: User) -> Any:
        rows = Transfer.objects.filter(in_two_steps=True, approval="approved", execution__in=["open", "partial"])
        return (
            scoped(rows, user, warehouse="target__warehouse__code")
            .select_related("source", "target__warehouse")
            .order_by("business_date", "pk")
        )

    def waiting(self, user: User) -> list[Work]:
        return [
            Work(self.kind, row.pk, row.number, f"{row.source.name} → {row.target.name}", row.business_date)
            for row in self._rows(user)[:100]
        ]

    def lines(self, user: User, key: int) -> tuple[Work, list[WorkLine]]:
        transfer = self._rows(user).filter(pk=key).first()
        if transfer is None:
            raise DomainError(Problem("unknown_work", "There is no such work.", where="key"), Kind.MISSING)
        left = {pk: sum((quantity for _, quantity in lots), Decimal(0)) for pk, lots in in_transit(transfer).items()}
        rows = [
            WorkLine(
                line.pk,
                line.item_id,
                line.item.code,
                line.item.name,
                line.item.spec,
                line.item.unit.name,
                "none",
                left[line.pk],
            )
            for line in transfer.lines.select_related("item__unit")
            if line.pk in left
        ]
        return Work(
            self.kind,
            transfer.pk,
            transfer.number,
            f"{transfer.source.name} → {transfer.target.name}",
            transfer.business_date,
            len(rows),
        ), rows

    def finish(self, *, actor: User, request_id: uuid.UUID, key: int, lines: Sequence[ScannedLine]) -> Any:
        return receive_transfer(
            actor=actor,
            request_id=request_id,
            document_id=key,
            lines=[ArrivedInput(line.key, line.quantity) for line in lines],
        )


provide(TransitWork())
