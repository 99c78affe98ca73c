"""What is not as it should be with the stock, and what to do about it. Pure: facts in, findings out, the same each time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import Any

from gongfang.kernel.errors import N_, counted

ZERO = Decimal(0)
USABLE = frozenset({"store", "line"})
DAYS = {"expiry": 30, "slow": 90, "dead": 180, "frozen": 14}
SENTENCES: dict[str, str] = {
    "negative": N_("{quantity} {unit} by the books: more went out than was there."),
    "shortage": N_("{free} {unit} free is below the limit of {threshold}; {incoming} on its way."),
    "reorder": N_(
        "{free} {unit} free and {incoming} on its way reach the reorder point of {threshold}: order {proposed}."
    ),
    "excess": N_("{quantity} {unit} is {proposed} more than the maximum of {threshold}."),
    "expiry": counted(
        "Lot {lot}: {quantity} {unit} expires on {date} ({days} day left).",
        "Lot {lot}: {quantity} {unit} expires on {date} ({days} days left).",
        "days",
    ),
    "expired": counted(
        "Lot {lot}: {quantity} {unit} expired on {date} ({days} day ago).",
        "Lot {lot}: {quantity} {unit} expired on {date} ({days} days ago).",
        "days",
    ),
    "slow": N_("{quantity} {unit} has not been used for {days} days (limit {limit})."),
    "dead": N_("{quantity} {unit} has not been used for {days} days: dead after {limit}."),
    "frozen": counted(
        "{quantity} {unit} has been frozen for {days} day (limit {limit}).",
        "{quantity} {unit} has been frozen for {days} days (limit {limit}).",
        "days",
    ),
}
"""Explanation by kind, filled with the finding's detail."""


@dataclass(frozen=True, slots=True)
class StockFact:
    """What is in one place of one item (and lot). kind: of the location. frozen: the lot is."""

    item_id: int
    warehouse_id: int | None
    kind: str
    lot_id: int | None
    lot_code: str
    quantity: Decimal
    reserved: Decimal
    last_on: date | None = None
    expires_on: date | None = None
    frozen: bool = False


@dataclass(frozen=True, slots=True)
class ItemFact:
    """Planning data of an item. warehouse_id: where it comes in when an order names no place."""

    id: int
    category_id: int
    unit: str
    source: str
    safety: Decimal = ZERO
    reorder: Decimal = ZERO
    minimum: Decimal = ZERO
    maximum: Decimal | None = None
    lot_minimum: Decimal = ZERO
    lot_multiple: Decimal = ZERO
    lot_maximum: Decimal = ZERO
    cost: Decimal = ZERO
    planner_id: int | None = None
    precision: int = 0
    created_on: date | None = None
    code: str = ""
    warehouse_id: int | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One alert. value: of what it is about. detail: figures of the explanation, as text and numbers."""

    kind: str
    rule: Any
    item_id: int
    warehouse_id: int | None
    lot_id: int | None
    quantity: Decimal
    threshold: Decimal
    proposed: Decimal
    value: Decimal
    action: str
    owner_id: int | None
    detail: Mapping[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, int, int, int]:
        return (self.kind, self.item_id, self.warehouse_id or 0, self.lot_id or 0)


def rules_by_item(rules: Sequence[Any], items: Iterable[ItemFact]) -> dict[tuple[int, str, int], Any]:
    """(item, kind, warehouse or 0) → the rule that counts: one of the item before one of its category before one for all."""
    chosen: dict[tuple[int, str, int], tuple[int, Any]] = {}
    for item in items:
        for rule in rules:
            rank = 2 if rule.item_id == item.id else 1 if rule.category_id == item.category_id else 0
            if (rule.item_id and rank != 2) or (rule.category_id and rank != 1):
                continue
            key = (item.id, rule.kind, rule.warehouse_id or 0)
            if key not in chosen or chosen[key][0] < rank:
                chosen[key] = (rank, rule)
    return {key: rule for key, (_, rule) in chosen.items()}


def order_quantity(item: ItemFact, wanted: Decimal) -> Decimal:
    """A quantity by the item's lot rule: at least the minimum, a multiple, at the unit's precision, at most the maximum."""
    if wanted <= 0:
        return ZERO
    quantity = max(wanted, item.lot_minimum)
    if item.lot_multiple > 0:
        quantity = (quantity / item.lot_multiple).to_integral_value(ROUND_CEILING) * item.lot_multiple
    quantity = quantity.quantize(Decimal(1).scaleb(-item.precision), ROUND_CEILING)
    return min(quantity, item.lot_maximum) if item.lot_maximum > 0 else quantity


def evaluate(
    facts: Sequence[StockFact], items: Mapping[int, ItemFact], rules: Sequence[Any], incoming: Mapping[int, Decimal],
    last_used: Mapping[int, date], today: date, incoming_at: Mapping[tuple[int, int], Decimal] | None = None,
) -> list[Finding]:  # fmt: skip
    """All findings for some items. O(facts + items × rules).

    rules: active ones, with item_id, category_id, warehouse_id, kind, quantity, days, action, owner_id. last_used: the latest
    day an item was used within the looked-at time; an item that is not there was not used in it. incoming: to all warehouses
    together; incoming_at: (item, warehouse) → to that one, transfers from the others included.
    """
    chosen = rules_by_item(rules, items.values())
    by_item: dict[int, list[StockFact]] = defaultdict(list)
    for fact in facts:
        by_item[fact.item_id].append(fact)
    found: list[Finding] = []
    for (item_id, kind, warehouse), rule in sorted(chosen.items()):
        item = items[item_id]
        here = [fact for fact in by_item[item_id] if not warehouse or fact.warehouse_id == warehouse]
        judge = JUDGES[kind]
        coming = (incoming_at or {}).get((item_id, warehouse), ZERO) if warehouse else incoming.get(item_id, ZERO)
        found += judge(rule, item, here, coming, last_used.get(item_id), today)
    return found


def _finding(
    rule: Any, item: ItemFact, quantity: Decimal, threshold: Decimal = ZERO, proposed: Decimal = ZERO, *, lot: StockFact | None = None,
    warehouse: int | None = None, worth: Decimal | None = None, **detail: Any,
) -> Finding:  # fmt: skip
    shown = {"quantity": quantity, "threshold": threshold, "proposed": proposed, **detail}
    texts = {name: f"{value.normalize():f}" if isinstance(value, Decimal) else value for name, value in shown.items()}
    place = rule.warehouse_id if rule.warehouse_id else warehouse
    value = ((proposed if worth is None else worth) * item.cost).quantize(Decimal("0.01"))
    return Finding(
        rule.kind, rule, item.id, place, lot.lot_id if lot else None, quantity, threshold, proposed, value, action_of(rule, item),
        rule.owner_id or item.planner_id, {"unit": item.unit, **texts},
    )  # fmt: skip


def action_of(rule: Any, item: ItemFact) -> str:
    """A requisition of something that is made in the house is a work order."""
    return "make" if rule.action == "requisition" and item.source == "make" else str(rule.action)


def _free(facts: Iterable[StockFact]) -> Decimal:
    return sum((fact.quantity - fact.reserved for fact in facts if fact.kind in USABLE and not fact.frozen), ZERO)


def _present(facts: Iterable[StockFact]) -> Decimal:
    return sum((fact.quantity for fact in facts if fact.kind in USABLE), ZERO)


def _negative(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    below = [fact for fact in facts if fact.quantity < 0]
    by_place: dict[int | None, Decimal] = defaultdict(Decimal)
    for fact in below:
        by_place[fact.warehouse_id] += fact.quantity
    return [
        _finding(rule, item, quantity, worth=abs(quantity), warehouse=place) for place, quantity in by_place.items()
    ]


def _shortage(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    limit = item.safety if rule.quantity is None else rule.quantity
    free = _free(facts)
    if free >= limit:
        return []
    return [
        _finding(rule, item, free, limit, order_quantity(item, limit - free - incoming), free=free, incoming=incoming)
    ]


def _reorder(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    """At or below the reorder point, what is on its way included: order up to the maximum, or back above the point."""
    limit = item.reorder if rule.quantity is None else rule.quantity
    free = _free(facts)
    if limit <= 0 or free + incoming > limit:
        return []
    up_to = (
        item.maximum
        if item.maximum is not None and item.maximum > limit
        else limit + max(item.lot_minimum, item.safety, Decimal(1))
    )
    return [
        _finding(rule, item, free, limit, order_quantity(item, up_to - free - incoming), free=free, incoming=incoming)
    ]


def _excess(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    limit = item.maximum if rule.quantity is None else rule.quantity
    present = _present(facts)
    if limit is None or present <= limit:
        return []
    return [_finding(rule, item, present, limit, present - limit)]


def _expiry(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    until = today + timedelta(days=DAYS["expiry"] if rule.days is None else rule.days)
    found: dict[tuple[int | None, int | None], tuple[StockFact, Decimal]] = {}
    for fact in facts:
        if (
            fact.quantity > 0
            and fact.expires_on is not None
            and fact.expires_on <= until
            and (fact.kind in USABLE or fact.kind == "blocked")
        ):
            key = (fact.warehouse_id, fact.lot_id)
            found[key] = (fact, found[key][1] + fact.quantity if key in found else fact.quantity)
    findings = []
    for (place, _), (fact, quantity) in found.items():
        assert fact.expires_on is not None
        left = (fact.expires_on - today).days
        findings.append(
            _finding(rule, item, quantity, proposed=quantity, lot=fact, warehouse=place, date=fact.expires_on.isoformat(), days=abs(left),
                     late=left < 0, lot_code=fact.lot_code)
        )  # fmt: skip
    return findings


def _idle(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    """Slow or dead: in stock and not used for so long; goods that came since are not idle yet."""
    present = _present(facts)
    limit = DAYS[rule.kind] if rule.days is None else rule.days
    if present <= 0:
        return []
    came = [fact.last_on for fact in facts if fact.kind in USABLE and fact.quantity > 0 and fact.last_on]
    since = max([day for day in (used, max(came, default=None)) if day], default=item.created_on)
    if since is None or (today - since).days < limit:
        return []
    return [_finding(rule, item, present, proposed=present, days=(today - since).days, limit=limit)]


def _frozen(
    rule: Any, item: ItemFact, facts: Sequence[StockFact], incoming: Decimal, used: date | None, today: date
) -> list[Finding]:
    limit = DAYS["frozen"] if rule.days is None else rule.days
    by_place: dict[int | None, tuple[Decimal, date]] = {}
    for fact in facts:
        held = fact.kind == "blocked" or (fact.frozen and fact.kind in USABLE)
        if held and fact.quantity > 0 and fact.last_on and (today - fact.last_on).days >= limit:
            quantity, since = by_place.get(fact.warehouse_id, (ZERO, fact.last_on))
            by_place[fact.warehouse_id] = (quantity + fact.quantity, min(since, fact.last_on))
    return [
        _finding(rule, item, quantity, proposed=quantity, warehouse=place, days=(today - since).days, limit=limit)
        for place, (quantity, since) in by_place.items()
    ]


JUDGES = {
    "negative": _negative, "shortage": _shortage, "reorder": _reorder, "excess": _excess, "expiry": _expiry, "slow": _idle, "dead": _idle,
    "frozen": _frozen,
}  # fmt: skip


def without_doubles(findings: Sequence[Finding]) -> list[Finding]:
    """Dead stock is not slow besides; what is reordered is not short besides, unless nothing is proposed. The worst kind stays."""
    dead = {(one.item_id, one.warehouse_id) for one in findings if one.kind == "dead"}
    ordered = {(one.item_id, one.warehouse_id) for one in findings if one.kind == "reorder" and one.proposed > 0}
    kept: dict[tuple[str, int, int, int], Finding] = {}
    for one in findings:
        place = (one.item_id, one.warehouse_id)
        if (one.kind == "slow" and place in dead) or (
            one.kind == "shortage" and place in ordered and one.quantity >= 0 and not one.threshold
        ):
            continue
        kept.setdefault(one.key, one)
    return list(kept.values())


def explanation(kind: str, detail: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """The msgid of the sentence that explains an alert, and what fills it."""
    name = "expired" if kind == "expiry" and detail.get("late") else kind
    return SENTENCES[name], {"lot": detail.get("lot_code", ""), **detail}


def affordable(proposals: Collection[tuple[int, Decimal, Decimal | None]]) -> set[int]:
    """Which (key, value, limit) the replenishment run may act on by itself: those within their limit; no limit: any."""
    return {key for key, value, limit in proposals if limit is None or value <= limit}


IN_CHARGE = {
    "negative": ("keeper", "planner"), "shortage": ("planner", "buyer"), "reorder": ("planner", "buyer"), "excess": ("planner", "sales"),
    "expiry": ("keeper", "planner"), "slow": ("planner", "sales"), "dead": ("keeper", "planner"), "frozen": ("inspector", "keeper"),
}  # fmt: skip
"""Roles that see to an alert when neither its rule nor its item names somebody; after them the owner and the administrator."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could be in charge. warehouses: those they are limited to; None: all."""

    user_id: int
    roles: frozenset[str]
    is_admin: bool
    warehouses: frozenset[int] | None = None


def in_charge(kind: str, warehouse_id: int | None, candidates: Sequence[Candidate]) -> int | None:
    """Who sees to an alert that names nobody: the first of the most fitting role who works in that warehouse."""
    for role in (*IN_CHARGE[kind], "owner", "admin"):
        for one in candidates:
            fits = role in one.roles or (role == "admin" and one.is_admin)
            if fits and (one.warehouses is None or warehouse_id is None or warehouse_id in one.warehouses):
                return one.user_id
    return None
