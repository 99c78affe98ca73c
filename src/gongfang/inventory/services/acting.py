"""Act on stock alerts: one click makes what settles one, the replenishment run settles all that are short."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from gongfang.inventory.models import AlertRule, StockAlert
from gongfang.inventory.rules.alerting import affordable
from gongfang.inventory.services.alert_rules import RULERS
from gongfang.inventory.services.alerts import look
from gongfang.inventory.services.counts import CountLineInput, create_count
from gongfang.inventory.services.documents import StockLineInput
from gongfang.inventory.services.others import create_other_issue
from gongfang.inventory.services.ports import MAKE, REPORT, REQUISITION, SELL, Need
from gongfang.inventory.services.transfers import create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.documents.lifecycle import LIFECYCLES
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import authorize, verb

ACTORS = (*RULERS, "sales")
STEPS_MAX = 10  # of an approval flow
REPLENISHING = ("requisition", "make", "transfer")


def sentence_of(alert: StockAlert) -> str:
    """Why somebody is told, in the reader's language."""
    return alert.why


def action_problems(alert: StockAlert) -> list[Problem]:
    """Why nothing can be done with one click."""
    if alert.state not in (StockAlert.State.OPEN, StockAlert.State.PUT_OFF):
        return [Problem("alert_over", "This alert is handled or settled already.")]
    if alert.action == "none":
        return [Problem("no_action", "Nothing is proposed for this alert; look into it.")]
    if alert.proposed <= 0 and alert.action != "count":
        return [Problem("nothing_proposed", "What is on its way is enough.")]
    return []


@verb("inventory.act_on_alert", N_("Do what is proposed"), roles=ACTORS)
def act_on_alert(
    *, actor: User, request_id: uuid.UUID, pk: int, quantity: Decimal | None = None, customer: int | None = None, version: int | None = None
) -> Any:  # fmt: skip
    """Make the proposed document as a draft (requisition, work order, transfer, scrap, quotation, count, report) and link it to the alert.

    customer: whom to offer the goods to; who bought the item last, where left out. The permission for that document is needed too. Returns the document. Raises DomainError: alert_over, no_action, …
    """
    alert = locked(StockAlert, pk, version=version)
    problems = action_problems(alert)
    if problems:
        raise DomainError(problems, Kind.CONFLICT)
    if quantity is not None and quantity <= 0:
        raise DomainError(
            Problem(
                "quantity_not_positive",
                "{item}: the quantity must be greater than zero.",
                where="quantity",
                item=alert.item.code,
            )
        )
    quantities = {alert.pk: quantity} if quantity is not None else {}
    document = make(actor, request_id, alert.action, [alert], quantities, customer)
    _handled([alert], document)
    return alert if document is None else document


MAKER_VERBS = {
    "requisition": "purchasing.create_requisition", "make": "production.create_order", "transfer": "inventory.create_transfer",
    "scrap": "inventory.create_other_issue", "count": "inventory.create_count", "report": "quality.create_nonconformance",
}  # fmt: skip


def make(
    actor: User, request_id: uuid.UUID, action: str, alerts: Sequence[StockAlert], quantities: Mapping[int, Decimal],
    customer: int | None = None,
) -> Any:  # fmt: skip
    """One document for alerts of one action (and, for transfers and scrap, one warehouse)."""
    needed = MAKER_VERBS.get(action)
    if needed:
        authorize(actor, needed)
    why = {alert.pk: sentence_of(alert) for alert in alerts}
    needs = [
        Need(
            alert.item_id,
            quantities.get(alert.pk, alert.proposed),
            alert.warehouse_id,
            why[alert.pk],
            alert.lot_id,
            customer,
        )
        for alert in alerts
    ]
    ports = {"requisition": REQUISITION, "make": MAKE, "sale": SELL, "report": REPORT}
    if action in ports:
        return ports[action].provider(actor=actor, request_id=request_id, needs=needs)
    if action == "count":
        return _count(actor, request_id, alerts[0], why[alerts[0].pk])
    lines = [
        StockLineInput(need.item_id, need.quantity, alert.lot_id, remark=need.why[:200])
        for need, alert in zip(needs, alerts, strict=True)
    ]
    warehouse = alerts[0].warehouse_id or _warehouse_with(alerts[0].item_id)
    if action == "transfer":
        source = alerts[0].rule.source_warehouse_id
        return create_transfer(
            actor=actor, request_id=request_id, source=ledger.store_at(source).pk, target=ledger.store_at(warehouse).pk, lines=lines,
            reason=why[alerts[0].pk][:200],
        )  # fmt: skip
    return create_other_issue(
        actor=actor,
        request_id=request_id,
        warehouse=warehouse,
        purpose="scrap",
        lines=lines,
        remark=why[alerts[0].pk][:500],
    )


def _count(actor: User, request_id: uuid.UUID, alert: StockAlert, why: str) -> Any:
    """A count sheet of the item where the books are most wrong: the place that stands lowest, with each of its lots."""
    places: dict[int, list[Any]] = defaultdict(list)
    for row in ledger.standing_of(alert.item_id, alert.warehouse_id):
        places[row.location_id].append(row)
    if not places:
        raise DomainError(Problem("nothing_there", "Nothing of it is in a store any more."), Kind.CONFLICT)
    place = min(places, key=lambda pk: min(row.quantity for row in places[pk]))
    lines = [CountLineInput(alert.item_id, lot=row.lot_id) for row in places[place]]
    return create_count(actor=actor, request_id=request_id, location=place, lines=lines, remark=why[:500])


def _warehouse_with(item_id: int) -> int:
    """The warehouse that has most of an item."""
    rows = [row for row in ledger.balances_for_items([item_id]) if row.location.warehouse_id]
    if not rows:
        raise DomainError(Problem("nothing_there", "Nothing of it is in a store any more."), Kind.CONFLICT)
    return int(max(rows, key=lambda row: row.quantity).location.warehouse_id)


def _handled(alerts: Sequence[StockAlert], document: Any) -> None:
    made = (
        {}
        if document is None
        else {"document_type": document.doc_type, "document_id": document.pk, "document_number": document.number}
    )
    for alert in alerts:
        change(alert, state=StockAlert.State.HANDLED, **made)


@verb("inventory.put_off_alert", N_("Put off"), roles=ACTORS)
def put_off_alert(
    *, actor: User, request_id: uuid.UUID, pk: int, until: date, reason: str, version: int | None = None
) -> StockAlert:
    """Not now: the alert comes back on a day if it still holds."""
    alert = locked(StockAlert, pk, version=version)
    if until <= timezone.localdate():
        raise DomainError(Problem("day_past", "Choose a day to come.", where="until"))
    if not reason.strip():
        raise DomainError(Problem("reason_needed", "Say why.", where="reason"))
    if alert.state == StockAlert.State.GONE:
        raise DomainError(Problem("alert_over", "This alert is handled or settled already."), Kind.CONFLICT)
    change(alert, state=StockAlert.State.PUT_OFF, put_off_until=until, note=reason.strip()[:200])
    return alert


@verb("inventory.assign_alert", N_("Hand over"), roles=ACTORS)
def assign_alert(*, actor: User, request_id: uuid.UUID, pk: int, owner: int, version: int | None = None) -> StockAlert:
    """Somebody else sees to it; they are told."""
    alert = locked(StockAlert, pk, version=version)
    person = User.objects.filter(pk=owner, is_active=True).first()
    if person is None:
        raise DomainError(
            Problem(
                "missing", "There is no {title} {id}.", where="owner", title=str(User._meta.verbose_name), id=owner
            ),
            Kind.MISSING,
        )
    change(alert, owner_id=owner)
    with translation.override(person.language):
        notify([person], title=str(alert.item), text=sentence_of(alert), url=f"/inventory/alerts/{alert.pk}/")
    return alert


@verb("inventory.look_for_alerts", N_("Look at the stock now"), roles=RULERS)
def look_for_alerts(*, actor: User, request_id: uuid.UUID) -> None:
    """Judge all stock by the rules at once, as every night."""
    look()


@verb("inventory.replenish", N_("Replenish"), roles=("planner", "buyer", "keeper", "owner"))
def replenish(*, actor: User, request_id: uuid.UUID, only_automatic: bool = False) -> list[Any]:
    """Make the documents of all open shortage and reorder alerts: one requisition, a work order each for what is made here, one
    transfer per pair of warehouses.

    only_automatic: those of automatic rules in the actor's name whose value is within the rule's limit; they are submitted, and
    requisitions and work orders approved where the actor may. What the actor may not make, and what cannot be made, is left open:
    the reasons are told. Returns the documents of the first kind; all stand on the alerts.
    """
    alerts = list(
        StockAlert.objects.select_for_update(of=("self",)).filter(state=StockAlert.State.OPEN, kind__in=("shortage", "reorder"), proposed__gt=0, action__in=REPLENISHING)
        .select_related("rule", "item").order_by("pk")
    )  # fmt: skip
    if only_automatic:
        mine = [alert for alert in alerts if alert.rule.is_automatic and alert.rule.owner_id == actor.pk]
        within = affordable([(alert.pk, alert.value, alert.rule.limit) for alert in mine])
        alerts = [alert for alert in mine if alert.pk in within]
    groups = _groups(alerts)
    allowed = {key: rows for key, rows in groups.items() if actor.may(MAKER_VERBS[key[0]])}
    if groups and not allowed:
        authorize(actor, MAKER_VERBS[next(iter(groups))[0]])
    made: list[Any] = []
    refused: list[Problem] = []
    for (action, *_place), rows in sorted(allowed.items()):
        try:
            with transaction.atomic():
                document = make(actor, request_id, action, rows, {})
                _handled(rows, document)
                made.append(document)
        except DomainError as error:
            refused += [
                Problem("not_replenished", "{item}: {reason}", item=str(rows[0].item), reason=str(one))
                for one in error.problems
            ]
            continue
        if only_automatic:
            _send_on(actor, document)
    if refused and not made:
        raise DomainError(refused, Kind.CONFLICT)
    if refused:
        notify(
            [actor],
            title=gettext("Replenishment was not possible"),
            text=" ".join(map(str, refused))[:500],
            url="/inventory/alerts/",
        )
    return [document for document in made if document.doc_type == made[0].doc_type] if made else []


def _groups(alerts: Sequence[StockAlert]) -> dict[tuple[str, int, int], list[StockAlert]]:
    """What becomes one document: all that is bought, each item that is made, each pair of warehouses."""
    groups: dict[tuple[str, int, int], list[StockAlert]] = defaultdict(list)
    taken: set[int] = set()
    for alert in alerts:  # a reorder covers the shortage of the same item
        if alert.item_id in taken and alert.action != "transfer":
            continue
        taken.add(alert.item_id)
        places = {"transfer": (alert.warehouse_key, alert.rule.source_warehouse_id or 0), "make": (alert.pk, 0)}
        groups[alert.action, *places.get(alert.action, (0, 0))].append(alert)
    return groups


def _send_on(actor: User, document: Any) -> None:
    """Submit what was made by itself; approve it too where the person may and no flow asks another. Goods are not moved by themselves."""
    life = LIFECYCLES[document.doc_type]
    approves = document.doc_type != "inventory.transfer" and actor.may(life.verb_name("approve"))
    try:
        with transaction.atomic():
            life.submit(actor=actor, request_id=uuid.uuid4(), document_id=document.pk)
        document.refresh_from_db()
        for _step in range(STEPS_MAX if approves else 0):
            if document.approval != "submitted":
                break
            with transaction.atomic():
                life.approve(actor=actor, request_id=uuid.uuid4(), document_id=document.pk)
            document.refresh_from_db()
    except DomainError:
        document.refresh_from_db()  # somebody else has to look at it: it stays as far as it came


def replenish_automatically() -> int:
    """What rules do by themselves, each in its owner's name; a rule whose owner may not is left alone. Returns the documents made."""
    owners = User.objects.filter(
        is_active=True, pk__in=AlertRule.objects.filter(is_automatic=True, is_active=True).values("owner")
    )
    made = 0
    for owner in owners.order_by("pk"):
        try:
            made += len(replenish(actor=owner, request_id=uuid.uuid4(), only_automatic=True))
        except DomainError as refused:
            notify(
                [owner],
                title=gettext("Replenishment was not possible"),
                text=str(refused)[:500],
                url="/inventory/alerts/",
            )
    return made
