import secrets
from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.platform.statements import run


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class Role(models.Model):
    """A named set of permissions. Preset roles follow the verbs' own lists until somebody edits them."""

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=80)
    is_preset = models.BooleanField(_("follows the preset"), default=False)
    is_all = models.BooleanField(_("may do everything"), default=False)

    class Meta:
        verbose_name = _("role")

    def __str__(self) -> str:
        return self.name

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, for the roles that every factory has."""
        return gettext(self.name)

    @property
    def permission_list(self) -> list[str]:
        return sorted(self.permissions.values_list("permission", flat=True))


class RolePermission(models.Model):
    role = models.ForeignKey(Role, on_delete=models.CASCADE, related_name="permissions")
    permission = models.CharField(_("permission"), max_length=100)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["role", "permission"], name="role_permission_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.permission}"


class User(AbstractBaseUser):
    """A person who logs in, at a desk or at the shop-floor terminal (PIN or badge)."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    name = models.CharField(_("full name"), max_length=60)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("phone"), max_length=30, blank=True)
    badge = models.CharField(_("badge"), max_length=40, null=True, blank=True, unique=True)
    pin = models.CharField(_("PIN (hashed)"), max_length=128, blank=True)
    language = models.CharField(_("language"), max_length=10, default="zh-hans")
    is_active = models.BooleanField(_("active"), default=True)
    roles = models.ManyToManyField(Role, verbose_name=_("roles"), related_name="users", blank=True)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("user")

    def __str__(self) -> str:
        return self.name or self.username

    def grants(self) -> frozenset[str]:
        """All permissions, read once per instance; "*" stands for everything."""
        cached: frozenset[str] | None = self.__dict__.get("_grants")
        if cached is None:
            cached, may_borrow = _granted(self.pk)
            if may_borrow and "*" not in cached:
                cached |= borrowed(self)
            self.__dict__["_grants"] = cached
        return cached

    def may(self, permission: str) -> bool:
        """Whether one of the roles holds the permission."""
        grants = self.grants()
        return self.is_active and ("*" in grants or permission in grants)

    def sees(self, scope: str | None) -> bool:
        """Whether figures of this field scope ("cost", "price", "pay") are shown to the person."""
        return scope is None or self.may(f"see.{scope}")

    @property
    def no_secret(self) -> str:
        """What forms show for passwords and PINs: nothing."""
        return ""

    @property
    def role_list(self) -> list[str]:
        return sorted(self.role_codes())

    def role_codes(self) -> frozenset[str]:
        cached: frozenset[str] | None = self.__dict__.get("_role_codes")
        if cached is None:
            cached = self.__dict__["_role_codes"] = frozenset(self.roles.values_list("code", flat=True))
        return cached

    def scope_codes(self, kind: str) -> frozenset[str] | None:
        """Codes of the plants or warehouses the person is limited to; None: no limit."""
        cached: dict[str, frozenset[str]] | None = self.__dict__.get("_scopes")
        if cached is None:
            cached = {}
            for row_kind, code in self.data_scopes.values_list("kind", "code"):
                cached[row_kind] = cached.get(row_kind, frozenset()) | {code}
            self.__dict__["_scopes"] = cached
        return cached.get(kind)


class DelegationQuerySet(models.QuerySet["Delegation"]):
    def on(self, day: date) -> "DelegationQuerySet":
        """Those in force on a day."""
        return self.filter(ended_at=None, first_on__lte=day, last_on__gte=day, user__is_active=True)


class Delegation(models.Model):
    """A person is away; a substitute decides their approvals. permissions: what is lent for that, as far as the person holds it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="absences", verbose_name=_("away"))
    substitute = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("deputy"))
    first_on = models.DateField(_("first day"))
    last_on = models.DateField(_("last day"))
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    permissions = models.JSONField(default=list)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("made by"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = DelegationQuerySet.as_manager()

    class Meta:
        verbose_name = _("substitution")
        indexes = [models.Index(fields=["substitute", "last_on"]), models.Index(fields=["user", "last_on"])]
        constraints = [
            models.CheckConstraint(condition=~models.Q(user=models.F("substitute")), name="delegation_other")
        ]

    def __str__(self) -> str:
        return f"{self.user} → {self.substitute}"


def borrowed(substitute: User) -> frozenset[str]:
    """What is lent to a person today, as far as the lenders hold it themselves now. A substitute lends nothing on."""
    lent = list(Delegation.objects.filter(substitute=substitute).on(timezone.localdate()))
    roles = Role.objects.filter(users__in=[row.user_id for row in lent])
    held: dict[int, set[str]] = {}
    for user, is_all, permission in roles.values_list("users", "is_all", "permissions__permission"):
        held.setdefault(user, set()).add("*" if is_all else permission)
    return frozenset(
        name
        for row in lent
        for name in row.permissions
        if name in held.get(row.user_id, ()) or "*" in held.get(row.user_id, ())
    )


def _granted(user_id: int) -> tuple[frozenset[str], bool]:
    """What the roles of a person grant, and whether somebody may have lent them more (who has no role may); one statement."""
    today = str(timezone.localdate())  # as text: SQLite keeps dates as text
    rows = run(
        "SELECT r.is_all, p.permission, EXISTS (SELECT 1 FROM platform_delegation d JOIN platform_user u ON u.id = d.user_id"
        " WHERE d.substitute_id = ur.user_id AND d.ended_at IS NULL AND d.first_on <= %s AND d.last_on >= %s AND u.is_active)"
        " FROM platform_user_roles ur JOIN platform_role r ON r.id = ur.role_id"
        " LEFT JOIN platform_rolepermission p ON p.role_id = r.id AND NOT r.is_all WHERE ur.user_id = %s",
        [today, today, user_id],
    )
    granted = frozenset("*" if is_all else permission for is_all, permission, _ in rows if is_all or permission)
    return granted, not rows or bool(rows[0][2])


class DataScope(models.Model):
    """Limits a person to some plants or warehouses; no row of a kind means no limit."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="data_scopes")
    kind = models.CharField(_("kind"), max_length=20, choices=[("plant", _("Plant")), ("warehouse", _("Warehouse"))])
    code = models.CharField(_("code"), max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind", "code"], name="data_scope_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.code}"


class TwoFactor(models.Model):
    """A person's second factor. last_step: the step of the code used last; recovery: hashes of the codes not used yet."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="two_factor")
    secret = models.CharField(max_length=64)
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)
    recovery = models.JSONField(default=list)
    fresh_codes: Sequence[str] = ()

    def __str__(self) -> str:
        return f"{self.user_id}"


def new_token_key() -> str:
    return "gf_" + secrets.token_urlsafe(32)


class ApiToken(models.Model):
    """A key with which a program acts as a person. Only its hash is kept; read_only tokens may call no verb."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=60)
    prefix = models.CharField(max_length=12)
    key_hash = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(_("read only"), default=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("API token")

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class Request(models.Model):
    """A write that was done, under the id its sender gave it: repeating the id repeats the answer, not the act."""

    id = models.UUIDField(primary_key=True)
    verb = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64)
    actor_id = models.BigIntegerField(null=True)
    result_model = models.CharField(max_length=80, blank=True)
    result_ids = models.JSONField(default=list)
    result_many = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"

    def rows(self) -> Any:
        from gongfang.platform.verbs import rows_of

        return rows_of(self.result_model, self.result_ids, self.result_many)
