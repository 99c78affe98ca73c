"""Declare, read and change company settings."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.identity.models import User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.settings.models import Setting
from gongfang.platform.verbs import forget_kept, kept, note, verb


@dataclass(frozen=True, slots=True)
class Declared:
    """A setting as its package declares it. kind: "bool", "ratio", "text", "int" or "choice"."""

    key: str
    title: str
    kind: str
    default: Any
    choices: tuple[tuple[str, str], ...] = ()


DECLARED: dict[str, Declared] = {}


def declare(key: str, title: str, kind: str, default: Any, choices: tuple[tuple[str, str], ...] = ()) -> str:
    """Make a setting known; returns its key."""
    DECLARED[key] = Declared(key, title, kind, default, choices)
    return key


def get(key: str) -> Any:
    """The present value: the saved one or the default. Ratios come as Decimal. A running verb reads all settings once."""
    declared = DECLARED[key]
    value = kept("settings", _saved).get(key, declared.default)
    return Decimal(str(value)) if declared.kind == "ratio" else value


def _saved() -> dict[str, Any]:
    return dict(Setting.objects.values_list("key", "value"))


COMPANY_NAME = declare("company.name", N_("Company name"), "text", "")
TAX_NUMBER = declare("company.tax_number", N_("Tax number"), "text", "")
OPENING_DATE = declare("company.opening_date", N_("Opening date"), "text", "")
SELF_APPROVAL = declare("approvals.self", N_("People may approve their own documents"), "bool", True)


@verb("platform.change_setting", N_("Change setting"), roles=(ADMIN,))
def change_setting(*, actor: User, request_id: uuid.UUID, key: str, value: Any) -> Setting:
    """Set one company setting; the audit trail keeps what it was."""
    return _change({key: value})[0]


@verb("platform.change_settings", N_("Change settings"), roles=(ADMIN,))
def change_settings(*, actor: User, request_id: uuid.UUID, values: Mapping[str, Any]) -> list[Setting]:
    """Set several company settings, all or none; those that are so already stay as they are. Returns the changed ones."""
    now = {key: get(key) for key in values if key in DECLARED}
    problems = []
    changed = {}
    for key, value in values.items():
        try:
            checked = _checked(_declared(key), value)
        except DomainError as refusal:
            problems += [Problem(one.code, one.template, key, **one.data) for one in refusal.problems]
            continue
        if str(checked) != str(now[key]):
            changed[key] = value
    refuse_if(problems)
    return _change(changed)


def _declared(key: str) -> Declared:
    if key not in DECLARED:
        raise DomainError(Problem("unknown_setting", "There is no setting “{key}”.", key=key), Kind.MISSING)
    return DECLARED[key]


def _change(values: Mapping[str, Any]) -> list[Setting]:
    rows = []
    for key, value in sorted(values.items()):
        declared = _declared(key)
        checked = _checked(declared, value)
        row, _ = Setting.objects.select_for_update().get_or_create(key=key, defaults={"value": declared.default})
        note(row, value=(row.value, checked))
        row.value = checked
        row.version += 1
        row.save()
        rows.append(row)
    forget_kept("settings")
    return rows


def _checked(declared: Declared, value: Any) -> Any:
    bad = DomainError(
        Problem("bad_setting", "“{value}” does not fit “{title}”.", where="value", value=value, title=declared.title)
    )
    if declared.kind == "bool":
        if isinstance(value, bool):
            return value
        raise bad
    if declared.kind == "choice" and value not in {code for code, _ in declared.choices}:
        raise bad
    if declared.kind in ("ratio", "int"):
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise bad from error
        if not number.is_finite() or number < 0 or (declared.kind == "int" and number != int(number)):
            raise bad
        return str(number) if declared.kind == "ratio" else int(number)
    return str(value)[:500]
