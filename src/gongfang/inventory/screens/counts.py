"""Counts, their plans and their accuracy on the screen."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gongfang.inventory import pages
from gongfang.inventory.models import CountMode, CountPlan, StockCount
from gongfang.inventory.queries import VIEW_DOCUMENTS, accuracy_by_month
from gongfang.inventory.screens.documents import (
    DATE,
    ITEM_FIELDS,
    LINE_REMARK,
    MADE_BY,
    OTHER_UNIT,
    PHYSICAL,
    PRECISION,
    REMARK,
    SECOND,
    VIEWS,
)
from gongfang.inventory.services import COUNTS, CounterInput, CountLineInput, CountPlanInput
from gongfang.masterdata.queries import units_offered
from gongfang.platform.identity.scopes import scoped
from gongfang.ui.buttons import lifecycle_buttons
from gongfang.ui.screens import (
    Alert,
    AlertRow,
    Column,
    Field,
    Figure,
    LineGrid,
    ListVerb,
    Page,
    Preset,
    Print,
    Scan,
    Screen,
    Tile,
    VerbButton,
)


def _editable(document: Any) -> bool:
    return bool(document.is_editable)


UNIT = Field("unit", _("Unit"), path="item__unit", kind="ref", ref="masterdata/units", required=False, where=units_offered, width=90, help=OTHER_UNIT)  # fmt: skip
HEAD = [
    Field("mode", required=False, default=CountMode.MOVING), Field("assignee", ref="platform/users", required=False), Field("due_on", required=False),
    Field("tolerance", required=False, kind="percent", help=_("Share of the book quantity; empty: nothing is counted again.")),
    Field("other_person", required=False), Field("is_blind", required=False),
]  # fmt: skip
COUNT = Screen(
    "inventory/counts", model="inventory.StockCount", title=_("Stock counts"), one=_("Stock count"), icon="clipboard-check", order=40, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(StockCount.objects.all(), user, warehouse="location__warehouse__code"),
    columns=["number", "business_date", Column("location__name", _("Location")), Column("assignee__name", _("Who counts")), "due_on", "approval", "execution",
             Column("line_count", hidden=True), Column("right_count", hidden=True), Column("gain_value", hidden=True), Column("loss_value", hidden=True),
             Column("plan__name", _("Plan"), hidden=True), MADE_BY, "remark"],
    filters=["approval", "business_date", "location", "assignee", "plan", "mode"],
    views=[*VIEWS, Preset("to_count", _("I have to count"), {"approval": ["draft", "rejected"], "assignee": "@me"})],
    search=["number", "remark", "lines__item__code"], ordering=["-id"],
    header=[Field("location", ref="inventory/locations", where={"kind__in": PHYSICAL}, on_edit=False), DATE, *HEAD, REMARK],
    lines=LineGrid(
        "lines", make=CountLineInput,
        fields=[*ITEM_FIELDS, Field("lot", ref="inventory/lots", required=False),
                Field("book", _("By the books"), path="book_shown", kind="quantity", readonly=True),
                Field("counted", required=False, precision=PRECISION, total=True), Field("recounted", required=False, precision=PRECISION), UNIT, *SECOND, LINE_REMARK],
        columns=[Column("needs_recount"), Column("difference", _("Difference"), kind="quantity", value=lambda line: line.difference_shown, sortable=False),
                 Column("counted_by__name", _("Counted by")), Column("counted_at", kind="datetime")],
        scan=Scan(lot="lot", quantity="counted", places=("location",)),
    ),
    state="approval", second_state="execution", create_verb="inventory.create_count", edit_verb="inventory.edit_count", editable=_editable,
    footer=["book_value", "gain_value", "loss_value"],
    verbs=lifecycle_buttons(COUNTS, closable=False, own=[
        VerbButton("inventory.finish_count", _("Counted"), icon="checks", shown=_editable, primary=False, opens="document",
                   ask=[Field("rest_is_zero", _("What was not counted is not there"), kind="bool", required=False)]),
    ]),
    list_verbs=[ListVerb("inventory.open_count", _("Count a location"), icon="clipboard-list",
                         ask=[Field("location", _("Location"), ref="inventory/locations", required=True, where={"kind__in": PHYSICAL}),
                              Field("mode", _("While counting"), kind="choice", choices=CountMode.choices, required=False, default=CountMode.MOVING),
                              Field("assignee", _("Who counts"), ref="platform/users", required=False), Field("due_on", _("Count by"), kind="date", required=False),
                              Field("tolerance", _("Recount beyond"), kind="percent", required=False),
                              Field("is_blind", _("Blind (book quantity hidden)"), kind="bool", required=False)])],
    prints=[Print("count", _("Count sheet"), signatures=[_("Counted by"), _("Checked by")])],
    teach=_("Count a location: the system lists what the books say, you enter what is there, differences are posted on approval."),
)  # fmt: skip

PLAN = Screen(
    "inventory/count-plans", model="inventory.CountPlan", title=_("Count plans"), one=_("Count plan"), icon="calendar-repeat", order=41, view_permission=VIEW_DOCUMENTS,
    queryset=lambda user: scoped(CountPlan.objects.all(), user, warehouse="warehouse__code"),
    columns=["name", Column("method", _("How to count")), Column("warehouse__name", _("Warehouse")), "interval_days", "next_on", "last_on", Column("is_active", _("In use"))],
    filters=["method", "warehouse", "is_active"], search=["name"], ordering=["name"],
    header=["name", Field("method", _("How to count")), "warehouse", Field("location_prefix", required=False), "mode", Field("is_blind", required=False), Field("tolerance", required=False, kind="percent"),
            Field("other_person", required=False), Field("sample_size", required=False, help=_("Lines of a random sample; places at a time of a count location by location, those not counted for longest first.")), "a_days", "b_days", "c_days", "lines_a_sheet", "interval_days", "days_to_count",
            Field("next_on", required=False, help=_("From then on the sheets are made by themselves; empty: by hand only.")), Field("is_active", _("In use"), required=False)],
    lines=LineGrid("people", title=_("Who counts"), make=CounterInput, fields=[Field("user", ref="platform/users")], at_least=0),
    payload=CountPlanInput, create_verb="inventory.create_count_plan", edit_verb="inventory.edit_count_plan",
    verbs=[VerbButton("inventory.run_count_plan", _("Make count sheets"), icon="clipboard-list", confirm=_("Make the count sheets that are due now?"), batch=True)],
    teach=_("A count plan makes count sheets for its people: everything, what is due by ABC class, some locations, or a random sample."),
)  # fmt: skip
ACCURACY = Page(
    "inventory/accuracy",
    _("Stock accuracy"),
    pages.accuracy,
    view_permission=VIEW_DOCUMENTS,
    icon="target-arrow",
    order=42,
)
PHONE = Page(
    "inventory/counting", _("Count by phone"), pages.counting, view_permission="inventory.tally_count", icon="device-mobile", order=43,
    routes=[("<int:pk>", pages.count_sheet), ("<int:pk>/tally", pages.tally), ("<int:pk>/finish", pages.finish)],
)  # fmt: skip
SCREENS = [COUNT, PLAN, ACCURACY, PHONE]


def _open_counts(user: Any) -> list[AlertRow]:
    rows = scoped(
        StockCount.objects.filter(approval__in=["draft", "submitted"]), user, warehouse="location__warehouse__code"
    )
    today = timezone.localdate()
    return [
        AlertRow(
            f"{row.number} {row.location.name}", f"/inventory/counts/{row.pk}/", "red" if row.due_on and row.due_on < today else "yellow",
            (row.due_on or row.business_date).isoformat(),
        )
        for row in rows.select_related("location").order_by("due_on", "business_date")[:10]
    ]  # fmt: skip


ALERTS = [Alert("open_counts", _("Counts not finished"), _open_counts, permission="inventory.approve_count", icon="clipboard-check", url="/inventory/counts/", order=60)]  # fmt: skip


def _accuracy(user: Any) -> Figure:
    months = accuracy_by_month(user)
    history = [float(month.item_accuracy) for month in months if month.item_accuracy is not None]
    return Figure(
        months[-1].item_accuracy if months else None, kind="percent", good="up", note=_("Lines right at the first count"), history=history,
        before=months[-2].item_accuracy if len(months) > 1 else None,
    )  # fmt: skip


TILES = [
    Tile(
        "accuracy",
        _("Stock accuracy"),
        _accuracy,
        permission="inventory.approve_count",
        url="/inventory/accuracy/",
        order=35,
    )
]
