"""Register, invite, change people and roles; tokens."""

import hashlib
import uuid
from collections.abc import Iterable, Sequence

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import get_language

from gongfang.kernel.errors import N_, DomainError, Kind, Problem, refuse_if
from gongfang.platform.approvals.presets import name_preset_flows
from gongfang.platform.identity.models import ApiToken, DataScope, Role, RolePermission, User, new_token_key
from gongfang.platform.identity.presets import ADMIN, PRESET_ROLES, SCOPES
from gongfang.platform.verbs import REGISTRY, VIEW_PERMISSIONS, note, verb, view_permission
from gongfang.ui.registry import registry

VIEW_USERS = view_permission("platform.view_users", {ADMIN, "owner", "hr"})


def preset_permissions(role: str) -> set[str]:
    """What a preset role may do: every verb, view and field scope that lists it, those that screens declare too."""
    registry()
    granted = {name for name, known in REGISTRY.items() if role in known.roles}
    granted |= {name for name, roles in VIEW_PERMISSIONS.items() if role in roles}
    granted |= {f"see.{scope}" for scope, (_, roles) in SCOPES.items() if role in roles}
    return granted


def all_permissions() -> set[str]:
    """Every permission the system knows, those that screens declare too."""
    registry()
    return {*REGISTRY, *VIEW_PERMISSIONS, *(f"see.{scope}" for scope in SCOPES)}


def sync_preset_roles() -> None:
    """Create the preset roles and bring those that nobody edited up to date with the verbs. Safe to repeat; 4 statements."""
    existing = {role.code: role for role in Role.objects.all()}
    missing = [
        Role(code=code, name=name, is_preset=True, is_all=code == ADMIN)
        for code, name in PRESET_ROLES.items()
        if code not in existing
    ]
    Role.objects.bulk_create(missing)
    roles = {role.code: role for role in Role.objects.filter(is_preset=True)}
    held = set(RolePermission.objects.filter(role__is_preset=True).values_list("role__code", "permission"))
    wanted = {(code, name) for code in roles if not roles[code].is_all for name in preset_permissions(code)}
    RolePermission.objects.bulk_create(
        [RolePermission(role=roles[code], permission=name) for code, name in sorted(wanted - held)]
    )
    for code in {code for code, _ in held - wanted}:
        RolePermission.objects.filter(
            role=roles[code], permission__in=[name for c, name in held - wanted if c == code]
        ).delete()


def password_problems(password: str, user: User | None = None) -> list[Problem]:
    """What the password rules say against a password; empty when it will do."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [Problem("password", "{reason}", where="password", reason=message) for message in error.messages]
    return []


def _new_user(username: str, name: str, password: str, **extra: object) -> User:
    username = username.strip()
    user = User(username=username, name=name.strip() or username, **extra)
    problems = [] if username else [Problem("required", "A user name is needed.", where="username")]
    if username and User.objects.filter(username__iexact=username).exists():
        problems.append(Problem("taken", "The user name “{name}” is taken.", where="username", name=username))
    refuse_if(problems + password_problems(password, user))
    user.set_password(password)
    user.save()
    return user


@verb("platform.register_first_admin", N_("Register the administrator"), public=True)
def register_first_admin(*, actor: None, request_id: uuid.UUID, username: str, name: str, password: str) -> User:
    """Create the administrator of a new system, in whose language the company starts. Refused once anybody is registered."""
    sync_preset_roles()
    if User.objects.select_for_update().exists():
        raise DomainError(
            Problem("registered", "This system already has users; log in, or ask for an invitation."), Kind.CONFLICT
        )
    user = _new_user(username, name, password, language="en" if (get_language() or "").startswith("en") else "zh-hans")
    name_preset_flows()
    user.roles.set(Role.objects.filter(code__in=[ADMIN]))
    return user


@verb("platform.create_user", N_("Create user"), roles=(ADMIN,))
def create_user(
    *, actor: User, request_id: uuid.UUID, username: str, name: str, password: str, roles: Sequence[str],
    badge: str = "", pin: str = "", email: str = "", phone: str = "", warehouses: Sequence[str] = (),
) -> User:  # fmt: skip
    """Add a person with roles. A grantor cannot grant what they lack."""
    user = _new_user(
        username, name, password, badge=badge or None, email=email, phone=phone, pin=make_password(pin) if pin else "",
        language=actor.language,
    )  # fmt: skip
    _grant(actor, user, roles)
    DataScope.objects.bulk_create([DataScope(user=user, kind="warehouse", code=code) for code in warehouses])
    return user


def _grant(actor: User, user: User, role_codes: Iterable[str]) -> None:
    wanted = set(role_codes)
    roles = list(Role.objects.filter(code__in=wanted).prefetch_related("permissions"))
    problems = [
        Problem("unknown_role", "There is no role “{role}”.", where="roles", role=code)
        for code in sorted(wanted - {role.code for role in roles})
    ]
    grants = actor.grants()
    for role in roles:
        lacking = role.is_all or any(row.permission not in grants for row in role.permissions.all())
        if "*" not in grants and lacking:
            problems.append(
                Problem(
                    "grant_exceeds",
                    "You cannot grant “{role}”: it may do more than you may.",
                    where="roles",
                    role=role.name,
                )
            )
    refuse_if(problems)
    user.roles.set(roles)


@verb("platform.change_user", N_("Change user"), roles=(ADMIN,))
def change_user(
    *, actor: User, request_id: uuid.UUID, user_id: int, name: str | None = None, roles: Sequence[str] | None = None,
    is_active: bool | None = None, password: str | None = None, pin: str | None = None, warehouses: Sequence[str] | None = None,
) -> User:  # fmt: skip
    """Change what is given; the last active administrator cannot be taken away."""
    user = User.objects.select_for_update().get(pk=user_id)
    if roles is not None:
        before = ", ".join(sorted(user.role_codes()))
        _grant(actor, user, roles)
        note(user, roles=(before, ", ".join(sorted(roles))))
    if warehouses is not None:
        user.data_scopes.filter(kind="warehouse").delete()
        DataScope.objects.bulk_create([DataScope(user=user, kind="warehouse", code=code) for code in warehouses])
    if password is not None:
        refuse_if(password_problems(password, user))
        user.set_password(password)
        note(user, password=("***", "***"))
    if pin is not None:
        user.pin = make_password(pin) if pin else ""
    for field, value in (("name", name), ("is_active", is_active)):
        if value is not None and getattr(user, field) != value:
            note(user, **{field: (getattr(user, field), value)})
            setattr(user, field, value)
    user.save()
    if not User.objects.filter(is_active=True, roles__is_all=True).exists():
        raise DomainError(
            Problem("last_admin", "Somebody must stay administrator: give another person the role first.")
        )
    return user


@verb("platform.change_own_password", N_("Change own password"), public=True)
def change_own_password(*, actor: User, request_id: uuid.UUID, old: str, new: str) -> User:
    """Set a new password for oneself; the old one must be given."""
    user = User.objects.select_for_update().get(pk=actor.pk)
    problems = password_problems(new, user)
    if not user.check_password(old):
        problems.insert(0, Problem("wrong_password", "The present password is not right.", where="old"))
    refuse_if(problems)
    user.set_password(new)
    user.save(update_fields=["password"])
    return user


@verb("platform.set_own_language", N_("Choose language"), public=True)
def set_own_language(*, actor: User, request_id: uuid.UUID, language: str) -> User:
    """Remember the language of a person's screens ("zh-hans" or "en")."""
    User.objects.filter(pk=actor.pk).update(language=language)
    return User.objects.get(pk=actor.pk)


def create_token(*, actor: User, name: str, read_only: bool = False) -> tuple[ApiToken, str]:
    """Make a token for oneself; the key is returned once and never kept."""
    key = new_token_key()
    token = ApiToken.objects.create(
        user=actor, name=name, prefix=key[:8], key_hash=hashlib.sha256(key.encode()).hexdigest(), read_only=read_only
    )
    return token, key


def revoke_token(*, actor: User, token_id: int) -> None:
    ApiToken.objects.filter(pk=token_id, user=actor, revoked_at=None).update(revoked_at=timezone.now())


def user_of_token(key: str) -> tuple[User, ApiToken] | None:
    """The person behind a token key, or None."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    token = (
        ApiToken.objects.select_related("user").filter(key_hash=digest, revoked_at=None, user__is_active=True).first()
    )
    return (token.user, token) if token else None


def user_of_badge(badge: str, pin: str) -> User | None:
    """The person at a shop-floor terminal: badge (or user name) and PIN."""
    user = (
        User.objects.filter(is_active=True, badge=badge).first()
        or User.objects.filter(is_active=True, username__iexact=badge).first()
    )
    return user if user and user.pin and check_password(pin, user.pin) else None


@verb("platform.save_role", N_("Save role"), roles=(ADMIN,))
def save_role(
    *, actor: User, request_id: uuid.UUID, code: str, name: str, permissions: Sequence[str], role_id: int | None = None
) -> Role:
    """Create a role or change what it may do; an edited preset no longer follows the verbs' own lists."""
    unknown = sorted(set(permissions) - all_permissions())
    problems = [
        Problem("unknown_permission", "There is no permission “{name}”.", where="permissions", name=one)
        for one in unknown
    ]
    grants = actor.grants()
    if "*" not in grants:
        problems += [
            Problem(
                "grant_exceeds",
                "You cannot grant “{role}”: it may do more than you may.",
                where="permissions",
                role=one,
            )
            for one in sorted(set(permissions) - grants)
        ]
    role = Role.objects.select_for_update().filter(pk=role_id).first() if role_id else None
    if role is None and Role.objects.filter(code=code).exists():
        problems.append(Problem("code_taken", "The code “{code}” is taken.", where="code", code=code))
    refuse_if(problems)
    role = role or Role(code=code)
    before = sorted(role.permissions.values_list("permission", flat=True)) if role.pk else []
    role.name, role.is_preset = name, False
    role.save()
    role.permissions.all().delete()
    RolePermission.objects.bulk_create([RolePermission(role=role, permission=one) for one in sorted(set(permissions))])
    note(role, permissions=(", ".join(before), ", ".join(sorted(permissions))))
    return role
