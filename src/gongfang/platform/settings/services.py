"""Declare, read and change company settings."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils import timezone

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.prepared import Prepared
from gongfang.platform.settings.models import Setting
from gongfang.platform.verbs import forget_kept, kept, note, verb


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting as its package declares it. kind: "bool", "ratio", "percent" (kept as a ratio), "text", "int" or "choice"."""

    key: str
    title: str
    kind: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()


DECLARED: dict[str, Declared] = {}
SAVED = Prepared(lambda: Setting.objects.values_list("key", "value"))
RATIOS = ("ratio", "percent")


def declare(key: str, title: str, kind: str, default: Any, choices: tuple[tuple[str, str], ...] = ()) -> str:
    """Make a setting known; returns its key."""
    DECLARED[key] = Declared(key, title, kind, default, choices)
    return key


def get(key: str) -> Any:
    """The present value: the saved one or the default. Ratios and percentages come as Decimal. A running verb reads all settings once."""
    declared = DECLARED[key]
    value = kept("settings", _saved).get(key, declared.default)
    return Decimal(str(value)) if declared.kind in RATIOS else value


def _saved() -> dict[str, Any]:
    return dict(SAVED.all())


COMPANY_NAME = declare("company.name", N_("Company name"), "text", "")
COMPANY_ADDRESS = declare("company.address", N_("Address on prints"), "text", "")
COMPANY_PHONE = declare("company.phone", N_("Telephone on prints"), "text", "")
TAX_NUMBER = declare("company.tax_number", N_("Tax number"), "text", "")
OPENING_DATE = declare("company.opening_date", N_("Opening date"), "text", "")
SELF_APPROVAL = declare("approvals.self", N_("People may approve their own documents"), "bool", True)


@verb("platform.change_setting", N_("Change setting"), roles=(ADMIN,))
def change_setting(*, actor: User, request_id: uuid.UUID, key: str, value: Any) -> Setting:
    """Set one company setting; the audit trail keeps what it was."""
    return save({key: _checked(key, value)})[0]


@verb("platform.change_settings", N_("Change settings"), roles=(ADMIN,))
def change_settings(*, actor: User, request_id: uuid.UUID, values: Mapping[str, Any]) -> list[Setting]:
    """Set several company settings, all or none; those that are so already stay as they are. Returns the changed ones."""
    problems: list[Problem] = []
    changed = {}
    for key, value in values.items():
        try:
            checked = _checked(key, value)
        except DomainError as refusal:
            problems += [Problem(one.code, one.template, key, **one.data) for one in refusal.problems]
            continue
        if str(checked) != str(get(key)):
            changed[key] = checked
    refuse_if(problems)
    return save(changed)


def save(values: Mapping[str, Any]) -> list[Setting]:
    """Write settings that are checked, inside a verb, in the order of their keys; three statements."""
    known = {row.key: row for row in Setting.objects.select_for_update().filter(key__in=values).order_by("key")}
    fresh = [Setting(key=key, value=DECLARED[key].default) for key in sorted(values) if key not in known]
    known |= {row.key: row for row in Setting.objects.bulk_create(fresh)}
    rows = [known[key] for key in sorted(values)]
    for row in rows:
        note(row, value=(row.value, values[row.key]))
        row.value = values[row.key]
        row.version += 1
        row.updated_at = timezone.now()
    Setting.objects.bulk_update(rows, ["value", "version", "updated_at"])
    forget_kept("settings")
    return rows


def _checked(key: str, value: Any) -> Any:
    """The value as it is kept. Raises DomainError: unknown_setting, bad_setting."""
    declared = DECLARED.get(key)
    if declared is None:
        raise DomainError(Problem("unknown_setting", "There is no setting “{key}”.", key=key), Kind.MISSING)
    bad = DomainError(
        Problem("bad_setting", "“{value}” does not fit “{title}”.", where="value", value=value, title=declared.title)
    )
    if declared.kind == "bool":
        if isinstance(value, bool):
            return value
        raise bad
    if declared.kind == "choice" and value not in {code for code, _ in declared.choices}:
        raise bad
    if declared.kind in (*RATIOS, "int"):
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise bad from error
        if not number.is_finite() or number < 0 or (declared.kind == "int" and number != int(number)):
            raise bad
        return str(number) if declared.kind in RATIOS else int(number)
    return str(value)[:500]
