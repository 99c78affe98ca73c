"""Look at the stock by the rules, on change and every night; act on what was found."""

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from gongfang.inventory.models import AlertRule, StockAlert
from gongfang.inventory.rules.alerting import (
    Finding,
    ItemFact,
    StockFact,
    affordable,
    evaluate,
    without_doubles,
)
from gongfang.inventory.services.alert_rules import RULERS, active_rules, ensure_rules
from gongfang.inventory.services.documents import StockLineInput
from gongfang.inventory.services.others import create_other_issue
from gongfang.inventory.services.ports import INCOMING, MAKE, REQUISITION, SELL, Need
from gongfang.inventory.services.transfers import create_transfer
from gongfang.kernel.errors import N_, DomainError, Kind, Problem
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.notifications.services import notify
from gongfang.platform.verbs import authorize, verb

ZERO = Decimal(0)
LOOK_BACK = timedelta(days=730)
ACTORS = (*RULERS, "sales")
LIVE = (StockAlert.State.OPEN, StockAlert.State.HANDLED, StockAlert.State.PUT_OFF)


def look(item_ids: Collection[int] | None = None, on: date | None = None) -> int:
    """Bring the alerts of some items (None: all) in line with the stock. Returns how many are new.

    Twelve statements at most, whatever the number of items. Alerts that no longer hold are settled; what was put off comes back
    when its day has come. Call it outside a posting: it locks nothing and may be repeated.
    """
    if item_ids is None:
        ensure_rules()
    rules = active_rules()
    if not rules or (item_ids is not None and not item_ids):
        return 0
    today = on or timezone.localdate()
    items = _item_facts(item_ids)
    facts = _stock_facts(items)
    incoming = {item: sum((part for _, part in rows), ZERO) for item, rows in INCOMING.provider(list(items)).items()}
    used = {
        item: last
        for item, (_, _, last) in ledger.issued_since(
            today - LOOK_BACK, items if item_ids is not None else None
        ).items()
    }
    found = without_doubles(evaluate(facts, items, rules, incoming, used, today))
    with transaction.atomic():
        return _settle(found, items, item_ids is None, today)


def _item_facts(item_ids: Collection[int] | None) -> dict[int, ItemFact]:
    """Items that are kept in stock, with what they cost now; two statements."""
    rows = masterdata.stocked_items(item_ids)
    costs = ledger.unit_costs([item.pk for item in rows]) if item_ids is not None else ledger.unit_costs_of_all()
    return {
        item.pk: ItemFact(
            item.pk, item.category_id, item.unit.name, item.source, item.safety_stock, item.reorder_point, item.min_stock, item.max_stock,
            item.lot_minimum, item.lot_multiple, item.lot_maximum, costs.get(item.pk, item.standard_cost), item.planner_id,
            item.unit.precision, timezone.localdate(item.created_at),
        )
        for item in rows
    }  # fmt: skip


def _stock_facts(items: Mapping[int, ItemFact]) -> list[StockFact]:
    return [
        StockFact(item, warehouse, kind, lot, code or "", quantity, reserved, last, expires, status == "frozen")
        for item, warehouse, kind, lot, code, quantity, reserved, last, expires, status in ledger.stock_facts(
            list(items)
        )
        if item in items
    ]


def _settle(found: Sequence[Finding], items: Mapping[int, ItemFact], everything: bool, today: date) -> int:
    """Write what is new, bring up to date what stands, end what is gone: four statements."""
    live = StockAlert.objects.filter(state__in=LIVE)
    rows = list(live.select_for_update() if everything else live.filter(item__in=list(items)).select_for_update())
    known = {(row.kind, row.item_id, row.warehouse_key, row.lot_key): row for row in rows}
    now = timezone.now()
    fresh, kept = [], []
    for one in found:
        row = known.pop(one.key, None)
        values = _values_of(one, now)
        if row is None:
            fresh.append(StockAlert(**values))
        else:
            due = row.state == StockAlert.State.PUT_OFF and row.put_off_until and row.put_off_until <= today
            for name, value in values.items():
                setattr(row, name, value)
            row.state = StockAlert.State.OPEN if due else row.state
            row.updated_at = now
            kept.append(row)
    StockAlert.objects.bulk_create(fresh, batch_size=2000, ignore_conflicts=True)
    if kept:
        names = [
            "rule",
            "quantity",
            "threshold",
            "proposed",
            "value",
            "action",
            "detail",
            "owner",
            "seen_at",
            "state",
            "updated_at",
        ]
        StockAlert.objects.bulk_update(kept, names, batch_size=2000)
    if known:
        StockAlert.objects.filter(pk__in=[row.pk for row in known.values()]).update(
            state=StockAlert.State.GONE, ended_at=now, updated_at=now
        )
    return len(fresh)


def _values_of(one: Finding, now: Any) -> dict[str, Any]:
    return {
        "kind": one.kind, "rule_id": one.rule.pk, "item_id": one.item_id, "warehouse_id": one.warehouse_id, "warehouse_key": one.warehouse_id or 0,
        "lot_id": one.lot_id, "lot_key": one.lot_id or 0, "quantity": one.quantity, "threshold": one.threshold, "proposed": one.proposed,
        "value": one.value, "action": one.action, "detail": dict(one.detail), "owner_id": one.owner_id, "seen_at": now,
    }  # fmt: skip


def sentence_of(alert: StockAlert) -> str:
    """Why somebody is told, in the reader's language."""
    return alert.why


def action_problems(alert: StockAlert) -> list[Problem]:
    """Why nothing can be done with one click."""
    if alert.state not in (StockAlert.State.OPEN, StockAlert.State.PUT_OFF):
        return [Problem("alert_over", "This alert is handled or settled already.")]
    if alert.action == "none":
        return [Problem("no_action", "Nothing is proposed for this alert; look into it.")]
    if alert.proposed <= 0:
        return [Problem("nothing_proposed", "What is on its way is enough.")]
    return []


@verb("inventory.act_on_alert", N_("Do what is proposed"), roles=ACTORS)
def act_on_alert(
    *, actor: User, request_id: uuid.UUID, pk: int, quantity: Decimal | None = None, version: int | None = None
) -> Any:
    """Make the proposed document as a draft (requisition, work order, transfer, scrap, offer) and link it to the alert.

    The permission for that document is needed too. Returns the document. Raises DomainError: alert_over, no_action, …
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
    document = make(actor, request_id, alert.action, [alert], {alert.pk: quantity} if quantity is not None else {})
    _handled([alert], document)
    return alert if document is None else document


MAKER_VERBS = {
    "requisition": "purchasing.create_requisition", "make": "production.create_order", "transfer": "inventory.create_transfer",
    "scrap": "inventory.create_other_issue",
}  # fmt: skip


def make(
    actor: User, request_id: uuid.UUID, action: str, alerts: Sequence[StockAlert], quantities: Mapping[int, Decimal]
) -> Any:
    """One document for alerts of one action (and, for transfers and scrap, one warehouse)."""
    needed = MAKER_VERBS.get(action)
    if needed:
        authorize(actor, needed)
    why = {alert.pk: sentence_of(alert) for alert in alerts}
    needs = [
        Need(alert.item_id, quantities.get(alert.pk, alert.proposed), alert.warehouse_id, why[alert.pk])
        for alert in alerts
    ]
    ports = {"requisition": REQUISITION, "make": MAKE, "sale": SELL}
    if action in ports:
        return ports[action].provider(actor=actor, request_id=request_id, needs=needs)
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
    """Make the documents of all open shortage and reorder alerts: one requisition, one transfer per pair of warehouses.

    Alerts of automatic rules whose value is above the rule's limit are left for a person (only_automatic), so are those whose
    rule is not automatic. Returns the requisitions; transfers stand on the alerts.
    """
    alerts = list(
        StockAlert.objects.select_for_update(of=("self",)).filter(state=StockAlert.State.OPEN, kind__in=("shortage", "reorder"), proposed__gt=0, action__in=("requisition", "transfer"))
        .select_related("rule", "item").order_by("pk")
    )  # fmt: skip
    if only_automatic:
        mine = [alert for alert in alerts if alert.rule.is_automatic and alert.rule.owner_id == actor.pk]
        within = affordable([(alert.pk, alert.value, alert.rule.limit) for alert in mine])
        alerts = [alert for alert in mine if alert.pk in within]
    groups: dict[tuple[str, int, int], list[StockAlert]] = defaultdict(list)
    taken: set[int] = set()
    for alert in alerts:  # a reorder covers the shortage of the same item
        if alert.item_id in taken and alert.action == "requisition":
            continue
        taken.add(alert.item_id)
        place = (alert.warehouse_key, alert.rule.source_warehouse_id or 0) if alert.action == "transfer" else (0, 0)
        groups[alert.action, *place].append(alert)
    made = []
    for (action, *_), rows in sorted(groups.items(), key=lambda pair: pair[0]):
        document = make(actor, request_id, action, rows, {})
        _handled(rows, document)
        made.append(document)
    return [document for document in made if document.doc_type == made[0].doc_type] if made else []


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
