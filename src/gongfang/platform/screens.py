"""The administrator's nouns: users, roles, approval flows, number rules, settings, tasks, the audit trail."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from gongfang.platform.audit.queries import shown_changes
from gongfang.platform.documents.registry import document_types
from gongfang.platform.identity.models import Role, User
from gongfang.platform.identity.presets import ADMIN
from gongfang.platform.identity.services import VIEW_USERS, all_permissions
from gongfang.platform.verbs import REGISTRY, view_permission
from gongfang.ui.screens import Column, Field, LineGrid, Screen, Tab, Table

VIEW_AUDIT = view_permission("platform.view_audit", {ADMIN, "owner", "accountant"})
VIEW_FLOWS = view_permission("platform.view_flows", {ADMIN, "owner"})
VIEW_TASKS = view_permission("platform.view_tasks", {ADMIN, "owner", "planner"})


def role_choices() -> list[tuple[str, Any]]:
    return [(role.code, _(role.name)) for role in Role.objects.order_by("id")]


def type_choices() -> list[tuple[str, Any]]:
    return [(code, model._meta.verbose_name) for code, model in sorted(document_types().items())]


def permission_choices() -> list[tuple[str, Any]]:
    return [
        (name, f"{name} {_(REGISTRY[name].title) if name in REGISTRY else ''}") for name in sorted(all_permissions())
    ]


def permissions_table(user: Any, role: Role) -> Table:
    """What a role may do, one row per permission."""
    names = sorted(all_permissions()) if role.is_all else sorted(role.permissions.values_list("permission", flat=True))
    rows = [{"permission": name, "title": _(REGISTRY[name].title) if name in REGISTRY else ""} for name in names]
    return Table([Column("permission", _("Permission")), Column("title", _("Verb"))], rows)


USERS = Screen(
    "platform/users", model="platform.User", title=_("Users"), one=_("User"), icon="users", area="settings", order=10,
    view_permission=VIEW_USERS, label="{name}",
    columns=[
        "username", "name",
        Column("roles", _("Roles"), value=lambda user: ", ".join(str(_(role.name)) for role in user.roles.all()), sortable=False),
        "phone", "email", "is_active", "created_at",
    ],
    queryset=lambda user: User.objects.prefetch_related("roles"),
    filters=["is_active", "roles"], search=["username", "name"], ordering=["username"],
    header=[
        Field("username", on_edit=False), "name",
        Field("password", _("Password"), path="no_secret", on_edit=False, required=True, help=_("At least 8 characters, not only digits.")),
        Field("roles", _("Roles"), kind="choice", path="role_list", choices=role_choices, many=True, required=False, span=2),
        Field("phone", on_edit=False), Field("email", on_edit=False), Field("badge", on_edit=False), Field("pin", _("PIN"), path="no_secret", on_edit=False, required=False),
        Field("is_active", on_create=False),
    ],
    create_verb="platform.create_user", edit_verb="platform.change_user",
    teach=_("Everybody who works in the system has a user with one or more roles; a role is a set of permitted verbs."),
)  # fmt: skip

ROLES = Screen(
    "platform/roles", model="platform.Role", title=_("Roles"), one=_("Role"), icon="shield", area="settings", order=20,
    view_permission=VIEW_USERS, columns=["code", "name", "is_preset", "is_all"], search=["code", "name"], ordering=["id"],
    header=["code", "name", Field("permissions", _("Permissions"), kind="choice", path="permission_list", choices=permission_choices, many=True, span=4)],
    create_verb="platform.save_role", edit_verb="platform.save_role", editable=lambda role: not role.is_all,
    tabs=[Tab("permissions", _("Permissions"), tables=permissions_table)],
)  # fmt: skip

FLOWS = Screen(
    "platform/flows", model="platform.ApprovalFlow", title=_("Approval flows"), one=_("Approval flow"), icon="git-merge", area="settings",
    order=30, view_permission=VIEW_FLOWS, columns=["doc_type", "name", "priority", "is_active"], search=["name", "doc_type"],
    ordering=["doc_type"],
    header=[
        Field("doc_type", kind="choice", choices=type_choices), "name", "priority", "is_active",
        Field("field", _("Condition: field"), path="condition_field", required=False, help=_("for example total_amount")),
        Field("op", _("Condition: comparison"), path="condition_op", required=False, kind="choice", choices=[(op, op) for op in (">=", ">", "<=", "<", "==", "!=")]),
        Field("value", _("Condition: value"), path="condition_value", required=False),
    ],
    lines=LineGrid(
        "steps", title=_("Steps"),
        fields=["order", Field("role", kind="choice", choices=role_choices, required=False), Field("user", required=False), "needs_all", Field("is_active", default=True)],
    ),
    create_verb="platform.save_flow", edit_verb="platform.save_flow",
    teach=_("A flow says who approves a document, step by step. Without a flow, whoever has the permission approves at once."),
)  # fmt: skip

AUDIT = Screen(
    "platform/audit", model="platform.AuditRow", title=_("Audit trail"), one=_("Audit row"), icon="history", area="settings", order=80,
    view_permission=VIEW_AUDIT, columns=["id", "at", "actor_name", "verb", "summary", Column("hash", hidden=True)],
    filters=["at", "verb", "actor_name"], search=["verb", "actor_name", "summary"], ordering=["-id"], number="id",
    header=[Field("at", readonly=True), Field("actor_name", readonly=True), Field("verb", readonly=True), Field("summary", readonly=True, span=4)],
    tabs=[
        Tab("changes", _("Changes"), tables=lambda user, row: Table(
            [Column("row", _("Row")), Column("field", _("Field")), Column("from", _("From")), Column("to", _("To"))], shown_changes(user, row),
        )),
    ],
)  # fmt: skip


TASKS = Screen(
    "platform/tasks", model="platform.TaskRun", title=_("Tasks"), one=_("Task"), icon="loader", area="settings", order=70,
    view_permission=VIEW_TASKS, columns=["id", "title", "state", Column("progress", kind="number"), "message", "actor__name", "created_at", "ended_at"],
    filters=["state", "job", "created_at"], search=["title"], ordering=["-id"], number="id", state="state",
    header=[Field("title", readonly=True), Field("state", readonly=True), Field("message", readonly=True, span=2), Field("log", readonly=True, span=4)],
)  # fmt: skip

NUMBERS = Screen(
    "platform/numbers", model="platform.NumberRule", title=_("Number rules"), one=_("Number rule"), icon="hash", area="settings", order=40,
    view_permission=VIEW_FLOWS, columns=["doc_type", "prefix", "date_format", "width"], search=["doc_type", "prefix"], ordering=["doc_type"],
    header=[Field("doc_type", kind="choice", choices=type_choices), "prefix", Field("date_format", required=False), "width"],
    create_verb="platform.save_number_rule", edit_verb="platform.save_number_rule",
)  # fmt: skip

SCREENS = [USERS, ROLES, FLOWS, AUDIT, TASKS, NUMBERS]
