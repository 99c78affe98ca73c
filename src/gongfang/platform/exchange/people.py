"""The company, its roles and its users as sheets."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.contrib.auth.hashers import make_password

from gongfang.kernel.errors import N_, DomainError, Problem
from gongfang.platform.exchange.sheets import Column, Context, Fault, Row, Sheet, fault
from gongfang.platform.identity.models import DataScope, Role, RolePermission, User
from gongfang.platform.identity.presets import PRESET_ROLES
from gongfang.platform.identity.services import all_permissions, password_problems, sync_preset_roles
from gongfang.platform.settings.models import Setting
from gongfang.platform.settings.services import COMPANY_NAME, OPENING_DATE, TAX_NUMBER, save


def check_company(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    for row in rows[1:]:
        yield fault("company", row, "", "one_row", "There is one company: one row.")


def load_company(rows: Sequence[Row], context: Context) -> None:
    values = {COMPANY_NAME: rows[0]["name"], TAX_NUMBER: rows[0].get("tax_no", "")}
    if context.opening_date:
        values[OPENING_DATE] = context.opening_date.isoformat()
    save(values)


def export_company(context: Context) -> Iterable[Mapping[str, Any]]:
    values = dict(Setting.objects.filter(key__in=[COMPANY_NAME, TAX_NUMBER, OPENING_DATE]).values_list("key", "value"))
    opening = values.get(OPENING_DATE)
    yield {
        "name": values.get(COMPANY_NAME, ""),
        "opening_date": date.fromisoformat(opening) if opening else None,
        "tax_no": values.get(TAX_NUMBER, ""),
    }


def check_roles(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    if context.actor is not None and "*" not in context.actor.grants():
        yield fault("roles", 0, "", "admin_only", "Only an administrator may load roles.")
    known = all_permissions()
    for row in rows:
        for permission in row.get("permissions", ()):
            if permission not in known:
                yield fault(
                    "roles",
                    row,
                    "permissions",
                    "unknown_permission",
                    "There is no permission “{name}”.",
                    name=permission,
                )
        if not row.get("permissions") and row["code"] not in PRESET_ROLES:
            yield fault("roles", row, "permissions", "no_permissions", "A role of your own needs its permissions.")


def load_roles(rows: Sequence[Row], context: Context) -> None:
    sync_preset_roles()
    existing = {role.code: role for role in Role.objects.filter(code__in=[row["code"] for row in rows])}
    fresh = [Role(code=row["code"], name=row["name"]) for row in rows if row["code"] not in existing]
    Role.objects.bulk_create(fresh)
    existing |= {role.code: role for role in fresh}
    own = {row["code"]: row for row in rows if row.get("permissions")}
    for code in own:
        existing[code].is_preset = False
    for row in rows:
        existing[row["code"]].name = row["name"]
    Role.objects.bulk_update(existing.values(), ["name", "is_preset"])
    RolePermission.objects.filter(role__code__in=own).delete()
    RolePermission.objects.bulk_create(
        [
            RolePermission(role=existing[code], permission=name)
            for code, row in own.items()
            for name in row["permissions"]
        ]
    )


def export_roles(context: Context) -> Iterable[Mapping[str, Any]]:
    for role in Role.objects.prefetch_related("permissions").order_by("pk"):
        permissions = () if role.is_preset or role.is_all else sorted(row.permission for row in role.permissions.all())
        yield {"code": role.code, "name": role.name, "permissions": permissions}


def check_users(rows: Sequence[Row], context: Context) -> Iterable[Fault]:
    if context.actor is not None and "*" not in context.actor.grants():
        yield fault("users", 0, "", "admin_only", "Only an administrator may load users.")
    existing = set(context.ids("users"))
    badges = dict(User.objects.exclude(badge=None).values_list("badge", "username"))
    checked: dict[str, list[Any]] = {}
    for row in rows:
        password = row.get("password", "")
        if not password and row["username"] not in existing:
            yield fault("users", row, "password", "password_needed", "A new user needs a password.")
        if password:
            if password not in checked:
                checked[password] = password_problems(password)
            for problem in checked[password]:
                yield Fault("users", row.number, "password", problem)
        if (pin := row.get("pin", "")) and not (pin.isascii() and pin.isdigit() and 4 <= len(pin) <= 8):
            yield fault("users", row, "pin", "bad_pin", "A PIN is 4 to 8 digits.")
        if (badge := row.get("badge")) and badges.setdefault(badge, row["username"]) != row["username"]:
            yield fault(
                "users",
                row,
                "badge",
                "badge_taken",
                "The badge “{badge}” is {name}'s.",
                badge=badge,
                name=badges[badge],
            )


def load_users(rows: Sequence[Row], context: Context) -> None:
    """Update or insert people by user name. Equal first passwords share their hash, as hashing each is slow on purpose."""
    sync_preset_roles()
    hashes: dict[str, str] = {}

    def hashed(secret: str) -> str:
        if secret not in hashes:
            hashes[secret] = make_password(secret)
        return hashes[secret]

    existing = {user.username: user for user in User.objects.filter(username__in=[row["username"] for row in rows])}
    fresh = []
    for row in rows:
        user = existing.get(row["username"])
        if user is None:
            user = User(username=row["username"])
            fresh.append(user)
        user.name = row["name"]
        user.email, user.phone, user.badge = row.get("email", ""), row.get("phone", ""), row.get("badge") or None
        user.is_active = row.get("is_active", True)
        if row.get("password"):
            user.password = hashed(row["password"])
        if row.get("pin"):
            user.pin = hashed(row["pin"])
    User.objects.bulk_create(fresh)
    User.objects.bulk_update(existing.values(), ["name", "email", "phone", "badge", "is_active", "password", "pin"])
    people = existing | {user.username: user for user in fresh}
    roles = dict(Role.objects.values_list("code", "pk"))
    ids = [people[row["username"]].pk for row in rows]
    through = User.roles.through
    through.objects.filter(user__in=ids).delete()
    through.objects.bulk_create(
        [
            through(user_id=people[row["username"]].pk, role_id=roles[code])
            for row in rows
            for code in row.get("roles", ())
        ]
    )
    if not User.objects.filter(is_active=True, roles__is_all=True).exists():
        raise DomainError(
            Problem("last_admin", "Somebody must stay administrator: give another person the role first.")
        )
    DataScope.objects.filter(user__in=ids, kind="warehouse").delete()
    DataScope.objects.bulk_create(
        [
            DataScope(user=people[row["username"]], kind="warehouse", code=code)
            for row in rows
            for code in row.get("warehouses", ())
        ]
    )


def export_users(context: Context) -> Iterable[Mapping[str, Any]]:
    for user in User.objects.prefetch_related("roles", "data_scopes").order_by("pk"):
        yield {
            "username": user.username, "name": user.name, "roles": sorted(role.code for role in user.roles.all()),
            "badge": user.badge, "email": user.email, "phone": user.phone, "is_active": user.is_active,
            "warehouses": sorted(scope.code for scope in user.data_scopes.all() if scope.kind == "warehouse"),
        }  # fmt: skip


SHEETS = [
    Sheet(
        "company", N_("Company"), note=N_("Name of the company and the day its figures in this workbook hold for."),
        columns=[
            Column("name", N_("Company name"), required=True, width=36),
            Column("opening_date", N_("Opening date"), kind="date", required=True, note=N_("Stock, balances and open orders are those of the morning of this day.")),
            Column("tax_no", N_("Tax number"), default="", max_length=30),
        ],
        check=check_company, load=load_company, export=export_company,
    ),
    Sheet(
        "roles", N_("Roles"), unique=("code",), note=N_("Only roles of your own; the usual ones are there already."),
        columns=[
            Column("code", N_("Role code"), required=True, max_length=40), Column("name", N_("Role name"), required=True, max_length=80),
            Column("permissions", N_("Permissions"), kind="list", default=(), max_length=20_000, width=60, note=N_("Empty on a usual role: what comes with it.")),
        ],
        check=check_roles, load=load_roles, export=export_roles,
        ids=lambda: ({code: 0 for code in PRESET_ROLES} | dict(Role.objects.values_list("code", "pk"))).items(),
    ),
    Sheet(
        "users", N_("Users"), unique=("username",), note=N_("Who logs in, with which roles."),
        columns=[
            Column("username", N_("User name"), required=True, max_length=60), Column("name", N_("Full name"), required=True, max_length=60),
            Column("roles", N_("Roles"), kind="list", ref="roles", required=True, note=N_("Codes of the roles.")),
            Column("password", N_("First password"), default="", max_length=128, secret=True, note=N_("Needed for a new user; never written out again.")),
            Column("pin", N_("PIN"), default="", max_length=8, secret=True, note=N_("4 to 8 digits, for the shop-floor terminal.")),
            Column("badge", N_("Badge"), max_length=40), Column("phone", N_("Phone"), default="", max_length=30),
            Column("email", N_("E-mail"), default="", max_length=254),
            Column("warehouses", N_("Warehouses"), kind="list", default=(), ref="warehouses", note=N_("Empty: all of them.")),
            Column("is_active", N_("Active"), kind="bool", default=True),
        ],
        check=check_users, load=load_users, export=export_users, ids=lambda: User.objects.values_list("username", "pk"),
    ),
]  # fmt: skip
