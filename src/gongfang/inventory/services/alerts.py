"""Look at the stock by the rules, on change and every night, and tell whoever is in charge what is new."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import ngettext

from gongfang.inventory.models import StockAlert
from gongfang.inventory.queries.transfers import open_transfers
from gongfang.inventory.rules.alerting import (
    Candidate,
    Finding,
    ItemFact,
    StockFact,
    evaluate,
    in_charge,
    without_doubles,
)
from gongfang.inventory.services.alert_rules import active_rules, ensure_rules
from gongfang.inventory.services.ports import INCOMING
from gongfang.ledger import queries as ledger
from gongfang.masterdata import queries as masterdata
from gongfang.platform.identity.models import DataScope, User
from gongfang.platform.notifications.services import notify_each

ZERO = Decimal(0)
LOOK_BACK = timedelta(days=730)
TOLD = 3
LIVE = (StockAlert.State.OPEN, StockAlert.State.HANDLED, StockAlert.State.PUT_OFF)


def look(item_ids: Collection[int] | None = None, on: date | None = None) -> int:
    """Bring the alerts of some items (None: all) in line with the stock. Returns how many are new.

    Fourteen statements at most, whatever the number of items. Alerts that no longer hold are settled; what was put off comes back
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
    incoming, incoming_at = _incoming(items, by_place=any(rule.warehouse_id for rule in rules))
    used = {
        item: last
        for item, (_, _, last) in ledger.issued_since(
            today - LOOK_BACK, items if item_ids is not None else None
        ).items()
    }
    found = without_doubles(evaluate(facts, items, rules, incoming, used, today, incoming_at))
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
            item.unit.precision, timezone.localdate(item.created_at), item.code, item.default_warehouse_id,
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


def _incoming(
    items: Mapping[int, ItemFact], *, by_place: bool
) -> tuple[dict[int, Decimal], dict[tuple[int, int], Decimal]]:
    """What is on its way, by item and by (item, warehouse). An order that names no warehouse brings goods to the item's usual one."""
    total: dict[int, Decimal] = defaultdict(lambda: ZERO)
    there: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for item, rows in INCOMING.provider(list(items)).items():
        for _day, quantity, warehouse in rows:
            total[item] += quantity
            place = warehouse or items[item].warehouse_id
            if place:
                there[item, place] += quantity
    for sent in open_transfers() if by_place else ():
        if sent.item_id in items:
            there[sent.item_id, sent.target_warehouse_id] += sent.quantity
    return total, there


def _settle(found: Sequence[Finding], items: Mapping[int, ItemFact], everything: bool, today: date) -> int:
    """Write what is new, bring up to date what stands, end what is gone: four statements."""
    live = StockAlert.objects.filter(state__in=LIVE)
    rows = list(live.select_for_update() if everything else live.filter(item__in=list(items)).select_for_update())
    known = {(row.kind, row.item_id, row.warehouse_key, row.lot_key): row for row in rows}
    now = timezone.now()
    people = _people() if found else {}
    found = _with_owners(found, people)
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
    _tell(fresh, items, people)
    return len(fresh)


def _people() -> dict[int, User]:
    """Everybody active with their roles (`held`: codes; `runs_all`), by id; one statement."""
    found: dict[int, Any] = {}
    rows = User.objects.filter(is_active=True, roles__isnull=False).annotate(
        role=F("roles__code"), role_all=F("roles__is_all")
    )
    for row in rows.order_by("pk"):
        person: Any = found.setdefault(row.pk, row)
        person.held = {*getattr(person, "held", ()), row.role}  # type: ignore[attr-defined]
        person.runs_all = getattr(person, "runs_all", False) or row.role_all  # type: ignore[attr-defined]
    return found


def _with_owners(found: Sequence[Finding], people: Mapping[int, Any]) -> list[Finding]:
    """Nothing is left to nobody: what neither rule nor item gives to somebody goes to a role; two statements, where that happens."""
    if all(one.owner_id is not None for one in found):
        return list(found)
    scopes: dict[int, set[int]] = defaultdict(set)
    limits = list(DataScope.objects.filter(kind="warehouse").values_list("user", "code"))
    warehouses = masterdata.warehouses_by_codes({code for _user, code in limits}) if limits else {}
    for user, code in limits:
        scopes[user].add(warehouses[code].pk if code in warehouses else 0)
    candidates = [
        Candidate(pk, frozenset(person.held), person.runs_all, frozenset(scopes[pk]) if pk in scopes else None)
        for pk, person in people.items()
    ]
    return [
        one if one.owner_id is not None else replace(one, owner_id=in_charge(one.kind, one.warehouse_id, candidates))
        for one in found
    ]


def _tell(fresh: Sequence[StockAlert], items: Mapping[int, ItemFact], people: Mapping[int, User]) -> None:
    """One message for everybody who has new alerts, in their language: how many, and the first of them; one statement."""
    mine: dict[int, list[StockAlert]] = defaultdict(list)
    for alert in fresh:
        if alert.owner_id in people:
            mine[alert.owner_id].append(alert)
    messages = []
    for pk, alerts in sorted(mine.items()):
        with translation.override(people[pk].language):
            told = [f"{items[alert.item_id].code}: {alert.why}" for alert in alerts[:TOLD]]
            title = ngettext("{count} new stock alert", "{count} new stock alerts", len(alerts))
            messages.append((people[pk], title.format(count=len(alerts)), " ".join(told)))
    if messages:
        notify_each(messages, url="/inventory/alerts/?view=mine")


def _values_of(one: Finding, now: Any) -> dict[str, Any]:
    return {
        "kind": one.kind, "rule_id": one.rule.pk, "item_id": one.item_id, "warehouse_id": one.warehouse_id, "warehouse_key": one.warehouse_id or 0,
        "lot_id": one.lot_id, "lot_key": one.lot_id or 0, "quantity": one.quantity, "threshold": one.threshold, "proposed": one.proposed,
        "value": one.value, "action": one.action, "detail": dict(one.detail), "owner_id": one.owner_id, "seen_at": now,
    }  # fmt: skip
