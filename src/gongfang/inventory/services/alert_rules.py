"""Rules of alerts: who is told what, and what is proposed."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongfang.inventory.models import AlertRule
from gongfang.kernel.errors import N_, Problem, refuse_if
from gongfang.platform.documents.editing import change, locked
from gongfang.platform.identity.models import User
from gongfang.platform.prepared import Prepared
from gongfang.platform.verbs import verb

RULERS = ("planner", "keeper", "buyer", "owner")
USUAL: tuple[tuple[str, str, int | None], ...] = (
    ("negative", "count", None), ("shortage", "requisition", None), ("reorder", "requisition", None), ("excess", "sale", None),
    ("expiry", "sale", 30), ("slow", "sale", 90), ("dead", "scrap", 180), ("frozen", "report", 14),
)  # fmt: skip
"""(kind, action, days) of the rules a new company has."""


@dataclass(frozen=True, slots=True)
class AlertRuleInput:
    """A rule as entered."""

    kind: str
    warehouse: int | None = None
    category: int | None = None
    item: int | None = None
    quantity: Decimal | None = None
    days: int | None = None
    action: str = "none"
    source_warehouse: int | None = None
    owner: int | None = None
    is_automatic: bool = False
    limit: Decimal | None = None
    is_active: bool = True


def ensure_rules() -> None:
    """The usual rules, when there are none at all."""
    if not AlertRule.objects.exists():
        AlertRule.objects.bulk_create([AlertRule(kind=kind, action=action, days=days) for kind, action, days in USUAL])


def rule_problems(rule: AlertRuleInput, pk: int | None) -> list[Problem]:
    problems = []
    if rule.category and rule.item:
        problems.append(Problem("item_or_category", "Name an item or a category, not both.", where="category"))
    if rule.quantity is not None and rule.quantity < 0:
        problems.append(Problem("limit_negative", "A limit cannot be negative.", where="quantity"))
    if rule.limit is not None and rule.limit < 0:
        problems.append(Problem("limit_negative", "A limit cannot be negative.", where="limit"))
    if rule.action == "transfer" and rule.source_warehouse is None:
        problems.append(Problem("source_missing", "Say from which warehouse.", where="source_warehouse"))
    if rule.action == "transfer" and (rule.warehouse is None or rule.warehouse == rule.source_warehouse):
        problems.append(
            Problem(
                "target_missing",
                "A transfer needs a rule for one warehouse, another than it comes from.",
                where="warehouse",
            )
        )
    if rule.is_automatic and rule.action not in ("requisition", "transfer"):
        problems.append(
            Problem("not_automatic", "Only requisitions and transfers are made by themselves.", where="is_automatic")
        )
    if rule.is_automatic and rule.owner is None:
        problems.append(Problem("owner_missing", "Say in whose name it is done.", where="owner"))
    same = AlertRule.objects.filter(
        kind=rule.kind, warehouse=rule.warehouse, category=rule.category, item=rule.item
    ).exclude(pk=pk)
    if same.exists():
        problems.append(Problem("rule_twice", "There is such a rule already.", where="kind"))
    return problems


def _values(rule: AlertRuleInput) -> dict[str, object]:
    plain = {
        name: getattr(rule, name)
        for name in ("kind", "quantity", "days", "action", "is_automatic", "limit", "is_active")
    }
    return plain | {
        f"{name}_id": getattr(rule, name) for name in ("warehouse", "category", "item", "source_warehouse", "owner")
    }


@verb("inventory.create_alert_rule", N_("New alert rule"), roles=RULERS)
def create_alert_rule(*, actor: User, request_id: uuid.UUID, rule: AlertRuleInput) -> AlertRule:
    """Say when somebody is told about stock and what is proposed."""
    ensure_rules()
    refuse_if(rule_problems(rule, None))
    return AlertRule.objects.create(**_values(rule))


@verb("inventory.edit_alert_rule", N_("Change alert rule"), roles=RULERS)
def edit_alert_rule(
    *, actor: User, request_id: uuid.UUID, pk: int, rule: AlertRuleInput, version: int | None = None
) -> AlertRule:
    """Change a rule; open alerts follow it at the next look."""
    row = locked(AlertRule, pk, version=version)
    refuse_if(rule_problems(rule, pk))
    change(row, **_values(rule))
    return row


ACTIVE = Prepared(lambda: AlertRule.objects.filter(is_active=True).order_by("pk"))


def active_rules() -> Sequence[AlertRule]:
    """All rules in use; one statement."""
    return ACTIVE.all()
