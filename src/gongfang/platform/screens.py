"""The administrator's nouns: users, roles, approval flows, number rules, settings, tasks, the audit trail."""

from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.platform.approvals.models import ApprovalFlow
from gongfang.platform.audit.queries import about_numbers, shown_changes
from gongfang.platform.documents.registry import document_types
from gongfang.platform.fields import MoneyField
from gongfang.platform.identity.models import Role, User
from gongfang.platform.identity.presets import ADMIN, PRESET_ROLES
from gongfang.platform.identity.services import VIEW_USERS, all_permissions
from gongfang.platform.identity.two_factor import has_two_factor
from gongfang.platform.permissions import grouped, permission_area, permission_choices, permission_title
from gongfang.platform.settings import pages
from gongfang.platform.verbs import REGISTRY, view_permission
from gongfang.ui.derive import end_field
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Page, Screen, Tab, Table, VerbButton
from gongfang.ui.searching import FEW

VIEW_AUDIT = view_permission("platform.view_audit", {ADMIN, "owner", "accountant"})
VIEW_FLOWS = view_permission("platform.view_flows", {ADMIN, "owner"})
VIEW_SUBSTITUTES = view_permission("platform.view_substitutes", {ADMIN, "owner"})
VIEW_SETTINGS = view_permission("platform.view_settings", {ADMIN, "owner"})
VIEW_TASKS = view_permission("platform.view_tasks", {ADMIN, "owner", "planner"})


def role_choices() -> list[tuple[str, Any]]:
    return [(role.code, _(role.name)) for role in Role.objects.order_by("id")]


def type_choices() -> list[tuple[str, Any]]:
    return [(code, model._meta.verbose_name) for code, model in sorted(document_types().items())]


def type_name(code: str) -> str:
    """A document type in the reader's language."""
    model = document_types().get(code)
    return str(model._meta.verbose_name) if model else code


OF_HEAD = ("customer", "supplier", "partner", "warehouse", "plant")


def condition_choices() -> list[tuple[str, Any]]:
    """What a flow may ask of a document: its amounts, the codes of what it refers to, its items' categories; union of all types."""
    found: dict[str, Any] = {}
    for model in document_types().values():
        for field in model._meta.concrete_fields:
            if isinstance(field, MoneyField):
                found.setdefault(field.name, field.verbose_name)
            elif field.name in OF_HEAD:
                found.setdefault(f"{field.name}__code", format_lazy("{} {}", field.verbose_name, _("code")))
        if end_field(model, "warehouse__plant__code"):
            found.setdefault("warehouse__plant__code", _("Plant of the warehouse (code)"))
        for path in ("item__category__code", f"{model.lines_name}__item__category__code"):
            if end_field(model, path):
                title = (
                    _("Item category of the document (code)")
                    if path.startswith("item")
                    else _("Item category of a line (code)")
                )
                found.setdefault(path, title)
    made_by = [
        ("created_by__username", _("Made by (user name)")),
        ("created_by__roles__code", _("Made by a role (code)")),
    ]
    return [*sorted(found.items()), *made_by]


def condition_text(flow: ApprovalFlow) -> str:
    """The conditions of a flow in words."""
    titles = dict(condition_choices())
    signs = dict(OPERATOR_CHOICES)
    told = [f"{titles.get(one['field'], one['field'])} {signs[one['op']]} {one['value']}" for one in flow.conditions]
    return gettext(" and ").join(told) or "–"


def verb_choices() -> list[tuple[str, str]]:
    return [(name, permission_title(name)) for name in REGISTRY]


def search_audit(word: str) -> Q:
    """Audit rows of the verbs, the people and the documents that a word stands for."""
    low = word.lower()
    verbs = [name for name in REGISTRY if low in name or low in permission_title(name).lower()]
    people = User.objects.filter(Q(name__icontains=word) | Q(username__icontains=word)).values_list("pk", flat=True)
    return Q(verb__in=verbs) | Q(actor_id__in=list(people[:FEW])) | about_numbers(word)


def step_name(step: Any) -> str:
    """Who decides a step."""
    if step.user_id:
        return str(step.user)
    return gettext(PRESET_ROLES.get(step.role, step.role))


def permissions_tab(user: Any, role: Role) -> dict[str, Any]:
    """What a role may do, by area."""
    return {
        "groups": grouped(all_permissions() if role.is_all else role.permissions.values_list("permission", flat=True))
    }


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
    verbs=[VerbButton("platform.reset_two_factor", _("Reset two-factor log-in"), icon="device-mobile-off", primary=False, danger=True, opens="document",
                      shown=has_two_factor, confirm=_("The person will log in with the password alone until they set it up again."))],
    teach=_("Everybody who works in the system has a user with one or more roles; a role is a set of permitted verbs."),
)  # fmt: skip

ROLES = Screen(
    "platform/roles", model="platform.Role", title=_("Roles"), one=_("Role"), icon="shield", area="settings", order=20,
    view_permission=VIEW_USERS, search=["code", "name"], ordering=["id"],
    columns=[
        "code", Column("name", value=lambda role: role.shown_name, needs=["name"], sortable=False),
        Column("people", _("Users with it"), kind="number", value=lambda role: len(role.users.all()), sortable=False),
        Column("permission_count", _("Permissions"), kind="text", sortable=False,
               value=lambda role: gettext("everything") if role.is_all else str(len(role.permissions.all()))),
        "is_preset",
    ],
    queryset=lambda user: Role.objects.prefetch_related("permissions", "users"), label="{shown_name}",
    teach=_("A role is a set of permitted verbs and of figures that may be seen. Preset roles grow with the program until you change them."),
    header=["code", Field("name", _("Name"), path="shown_name", kind="text", required=True, max_length=80), Field("permissions", _("Permissions"), kind="choice", path="permission_list", choices=permission_choices, many=True, group_of=permission_area, span=4)],
    create_verb="platform.save_role", edit_verb="platform.save_role", editable=lambda role: not role.is_all,
    tabs=[Tab("permissions", _("Permissions"), template="ui/_groups.html", context=permissions_tab, icon="shield")],
)  # fmt: skip

OPERATOR_CHOICES = [(">=", "≥"), (">", ">"), ("<=", "≤"), ("<", "<"), ("==", "="), ("!=", "≠"), ("in", _("is one of"))]

FLOWS = Screen(
    "platform/flows", model="platform.ApprovalFlow", title=_("Approval flows"), one=_("Approval flow"), icon="git-merge", area="settings",
    order=30, view_permission=VIEW_FLOWS, search=["name", "doc_type"],
    columns=[
        Column("doc_type", value=lambda flow: type_name(flow.doc_type), needs=["doc_type"], sortable=False), "name",
        Column("condition", _("Condition"), sortable=False, needs=["conditions"],
               value=condition_text),
        Column("steps_shown", _("Steps"), kind="text", sortable=False,
               value=lambda flow: " → ".join(step_name(step) for step in flow.steps.all() if step.is_active)),
        "priority", Column("is_active", _("Switched on")),
    ],
    queryset=lambda user: ApprovalFlow.objects.prefetch_related("steps__user"),
    ordering=["doc_type"],
    header=[
        Field("doc_type", kind="choice", choices=type_choices), "name", Field("priority", help=_("The lowest matching number is taken.")),
        Field("is_active", _("Switched on"), default=True),
        Field("field", _("Condition: field"), path="condition_field", required=False, kind="choice", choices=condition_choices),
        Field("op", _("Condition: comparison"), path="condition_op", required=False, kind="choice", choices=OPERATOR_CHOICES),
        Field("value", _("Condition: value"), path="condition_value", required=False, span=2, help=_("Several values with commas: is one of them.")),
        Field("field_2", _("And: field"), path="second_field", required=False, kind="choice", choices=condition_choices),
        Field("op_2", _("And: comparison"), path="second_op", required=False, kind="choice", choices=OPERATOR_CHOICES),
        Field("value_2", _("And: value"), path="second_value", required=False, span=2),
    ],
    lines=LineGrid(
        "steps", title=_("Steps"),
        fields=[Field("order", default=10), Field("role", kind="choice", choices=role_choices, required=False), Field("user", _("Person"), required=False),
                "needs_all", Field("is_active", _("Switched on"), default=True)],
    ),
    create_verb="platform.save_flow", edit_verb="platform.save_flow",
    verbs=[
        VerbButton("platform.switch_flow", _("Switch on"), icon="toggle-right", shown=lambda flow: not flow.is_active, opens="document"),
        VerbButton("platform.switch_flow", _("Switch off"), icon="toggle-left", primary=False, shown=lambda flow: flow.is_active, opens="document"),
    ],
    teach=_("A flow says who approves a document, step by step. Without a flow, whoever has the permission approves at once."),
)  # fmt: skip

AUDIT = Screen(
    "platform/audit", model="platform.AuditRow", title=_("Audit trail"), one=_("Audit row"), teach=_("Whatever anybody did stands here: who, when, what, and the values before and after. Nothing can be changed or removed."),
    icon="history", area="settings", order=80,
    view_permission=VIEW_AUDIT, 
    columns=[Column("id", _("No."), kind="text"), "at", "actor_name",
             Column("what", _("Verb"), kind="text", value=lambda row: permission_title(row.verb) if row.verb in REGISTRY else row.verb, needs=["verb"], sortable=False),
             "summary", Column("verb", _("Name of the verb"), hidden=True), Column("hash", hidden=True)],
    filters=["at", "verb", "actor_name"], search=["summary"], search_beside=search_audit, ordering=["-id"], number="id", label="{id}",
    header=[Field("at", readonly=True), Field("actor_name", readonly=True), Field("verb", readonly=True, kind="choice", choices=verb_choices), Field("summary", readonly=True, span=4)],
    tabs=[
        Tab("changes", _("Changes"), tables=lambda user, row: Table(
            [Column("row", _("Row")), Column("field", _("Field")), Column("from", _("From")), Column("to", _("To"))], shown_changes(user, row),
        )),
    ],
)  # fmt: skip


SUBSTITUTES = Screen(
    "platform/substitutes", model="platform.Delegation", title=_("Deputies while away"), one=_("Substitution"), icon="user-share", area="settings", order=25,
    view_permission=VIEW_SUBSTITUTES, label="{user} → {substitute}", search=["user__name", "substitute__name", "reason"], ordering=["-id"],
    columns=[Column("user", _("Away")), Column("substitute", _("Deputy")), "first_on", "last_on", "reason", Column("made_by__name", _("Named by")), "ended_at"],
    filters=["user", "substitute", "first_on", "last_on"],
    header=[Field("user", _("Away"), ref="platform/users"), Field("substitute", _("Deputy"), ref="platform/users"), "first_on", "last_on", Field("reason", span=2, required=False)],
    create_verb="platform.delegate_others",
    verbs=[VerbButton("platform.end_delegation", _("End now"), icon="user-check", shown=lambda row: row.ended_at is None, opens="document")],
    teach=_("While somebody is away, a substitute sees and decides the approvals that ask them; the history tells for whom."),
)  # fmt: skip

TASKS = Screen(
    "platform/tasks", model="platform.TaskRun", title=_("Tasks"), one=_("Task"), icon="loader", area="settings", order=70,
    view_permission=VIEW_TASKS, 
    columns=[Column("id", _("No."), kind="text"), Column("title", value=lambda run: run.shown_title, needs=["title"], sortable=False), "state",
             Column("progress", kind="progress", value=lambda run: Decimal(run.progress) / 100, needs=["progress"], sortable=False), "message",
             Column("actor__name", _("Started by")), Column("created_at", _("Made")), Column("ended_at", _("Ended"))],
    filters=["state", "job", Filter("created_at", _("Made"))], search=["title"], ordering=["-id"], number="id", state="state",
    teach=_("Long work runs here in the background: plans, imports, recosting. Whoever started it sees its progress and may stop it."),
    header=[Field("title", _("Task"), path="shown_title", kind="text", readonly=True), Field("state", readonly=True), Field("message", readonly=True, span=2), Field("log", readonly=True, span=4)],
)  # fmt: skip

NUMBERS = Screen(
    "platform/numbers", model="platform.NumberRule", title=_("Number rules"), one=_("Number rule"), icon="hash", area="settings", order=40,
    view_permission=VIEW_FLOWS, search=["doc_type", "prefix"], ordering=["doc_type"],
    columns=[Column("doc_type", value=lambda rule: type_name(rule.doc_type), needs=["doc_type"], sortable=False), "prefix", "date_format", "width"],
    teach=_("Documents are numbered prefix, date, serial (XS20261122-0001). Make a rule only where a type should be numbered otherwise."),
    header=[Field("doc_type", kind="choice", choices=type_choices), "prefix", Field("date_format", required=False), "width"],
    create_verb="platform.save_number_rule", edit_verb="platform.save_number_rule",
)  # fmt: skip

SETTINGS = Page(
    "platform/settings",
    _("Company settings"),
    pages.page,
    view_permission=VIEW_SETTINGS,
    icon="adjustments",
    area="settings",
    order=25,
)

SCREENS = [USERS, ROLES, SETTINGS, FLOWS, SUBSTITUTES, AUDIT, TASKS, NUMBERS]
