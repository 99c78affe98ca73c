"""Declare a noun once; the kit renders it everywhere.

A domain package has a `screens.py` with any of these module attributes; nothing has to be registered:

    SCREENS        list[Screen | Page]   nouns and hand-written pages
    PROCESS_BOXES  list[ProcessBox]      live figures for the boxes of the process map on the home page
    TILES          list[Tile]            KPI tiles of the home page, shown to whoever has the permission
    ALERTS         list[Alert]           what needs somebody, on the home page and the bell
    LOOKUP_EXTRAS  list[LookupExtra]     columns added to the look-up of a lower package's noun (stock shown on items)
    EXTRA_TABS     list[ExtraTab]        tabs added to the document of a lower package's noun

The smallest screen is a page of code. Titles, kinds, alignment, money scope and choices are taken from the model unless said:

    UNITS = Screen("masterdata/units", model="masterdata.Unit", icon="ruler-2", view_permission="masterdata.view_items",
                   columns=["code", "name", "precision"], search=["code", "name"], header=["code", "name", "precision"],
                   create_verb="masterdata.create_unit", edit_verb="masterdata.edit_unit")

A document with lines, in full:

    ORDERS = Screen(
        "sales/orders",                                   # URL /sales/orders/, and the key that `ref=` and links use
        model="sales.SalesOrder", title=_("Sales orders"), one=_("Sales order"), icon="file-invoice", order=20,
        view_permission="sales.view_orders",
        columns=[                                         # of the list; a bare string is Column(path)
            "number", Column("customer__name", to="masterdata/customers"), "business_date", "promised_date",
            Column("total_amount", total=True),           # a MoneyField(scope="price") vanishes for whoever may not see prices
            "approval", "execution", Column("created_by__name", hidden=True),
        ],
        filters=["approval", "execution", "customer", "business_date", Filter("lines__item", title=_("Item"))],
        search=["number", "customer__name", "customer__initials", "lines__item__code"],
        views=[Preset("open", _("Open orders"), {"approval": "approved", "execution": ["open", "partial"]}),
               Preset("mine", _("Made by me"), {"created_by": "@me"})],
        header=[                                          # create / edit form and head of the document
            Field("customer", ref="masterdata/customers", fills={"currency": "currency", "terms": "terms"}),
            Field("business_date", default=today), "promised_date", "salesperson",
            Field("remark", kind="textarea", span=4),
        ],
        lines=LineGrid(
            relation="lines",
            fields=[
                Field("item", ref="masterdata/items", fills={"unit": "unit_code", "price": "last_price"}),
                Field("item_name", path="item__name", readonly=True), Field("spec", path="item__spec", readonly=True),
                Field("quantity", total=True), Field("unit", path="item__unit__code", readonly=True),
                Field("price"), Field("tax_rate"),
                Field("amount", readonly=True, formula="quantity * price", total=True),
                "promised_date",
            ],
            columns=[Column("shipped_quantity"), "execution"],     # more columns, on the document only
        ),
        footer=["net_amount", "tax_amount", "total_amount"],       # totals under the lines
        state="approval", second_state="execution",
        create_verb="sales.create_order", edit_verb="sales.edit_order",
        editable=lambda order: order.approval in ("draft", "rejected"),
        verbs=lifecycle_buttons(services.LIFECYCLE, own=[         # ui.buttons: submit, approve, …, un-approve, void around one's own
            VerbButton("sales.push_shipment", _("Ship"), icon="truck", possible=why_not_ship),   # returns a shipment: opened
            VerbButton("sales.change_date", _("Change date"), icon="calendar", primary=False, ask=["promised_date"]),
        ]),
        prints=[Print("order", _("Sales order"), words="total_amount", signatures=[_("Seller"), _("Buyer")])],
        teach=_("A sales order is what a customer asked for. It drives planning, production and shipment."),
    )
    SCREENS = [ORDERS, Page("planning/workbench", _("MRP workbench"), views.workbench, view_permission="planning.view_plan")]

How verbs are called. Every verb gets `actor` and `request_id`. What else it wants is read from its signature:
- create: each header field by its name, each grid by its relation name (`lines=[{"item": 7, "quantity": Decimal("2"), …}, …]`).
- edit: the same, and the document as `<model>_id`, `document_id` or `pk` (whichever the verb has), and `version` if it has one.
  Lines carry `"id"` of the line they change, None for a new one.
- buttons: the document likewise, and each `ask` field by its name. `confirm=frozenset(codes)` if the verb has `confirm`: the
  warnings the person has accepted. `arguments=` overrides all of it.
- a value of kind ref is passed as a primary key under the declared name; if the verb names it `<name>_id`, it is passed so.
- a header or a line can be one dataclass: `payload=OrderInput`, `LineGrid(make=LineInput)`; see `ui.calls`.
Problems raised with `where="promised_date"` or `where="lines.3.quantity"` (0-based) are shown at that field or cell.
A verb's result: a model instance with a screen is opened, a list of them is listed, None stays where it was."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from typing import Any, Literal

from gongfang.ui.answers import LineAnswers
from gongfang.ui.scans import Scan as Scan

Kind = Literal[
    "", "text", "number", "quantity", "price", "money", "percent", "date", "datetime", "state", "choice", "link", "bool",
    "ref", "textarea", "file", "progress", "image",
]  # fmt: skip
Text = Any  # str or a lazy translation
Problems = Sequence[Any]  # of kernel.errors.Problem


@dataclass(frozen=True)
class Column:
    """One column of a list, a line grid on the document, a print, an export or an API answer.

    path: Django path from the row (`customer__name`), an annotation of `Screen.queryset`, or any name when `value` is given. scope:
    "cost", "price" or "pay"; without the right the column does not exist. Taken from the model field if left out.
    to: key of the screen that a click opens (of the row at the relation that `path` starts with; "" for the row itself).
    value: computes the shown value from the row; `needs` names the paths it reads, fetched in one query. unit, precision: paths of
    text and decimals of a quantity's unit. total: sum at the foot, of page and all found. hidden: off until chosen by the person.
    kind link: the value is (text, url). wraps: a sentence takes several lines in a list. colors: colour by value for kind state (blue,
    green, yellow, orange, red, purple, secondary). offered: () -> bool; False where the company has no use for it: it does not exist then.
    """

    path: str
    title: Text = ""
    _: KW_ONLY
    kind: Kind = ""
    scope: str | None = None
    to: str | None = None
    value: Callable[[Any], Any] | None = None
    needs: Sequence[str] = ()
    unit: str = ""
    precision: str = ""
    total: bool = False
    hidden: bool = False
    sortable: bool = True
    width: int | None = None
    wraps: bool = False
    colors: Mapping[str, str] = field(default_factory=dict)
    choices: Sequence[tuple[Any, Text]] | None = None
    help: Text = ""
    offered: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Filter:
    """One filter of a list and one parameter of the API. Its kind (choice, ref, date range, number range, text, bool) follows the field."""

    path: str
    title: Text = ""
    _: KW_ONLY
    kind: Kind = ""
    ref: str = ""
    scope: str | None = None
    choices: Sequence[tuple[Any, Text]] | None = None
    apply: Callable[[Any, Any], Any] | None = None
    """apply(queryset, value) -> queryset, where a plain comparison does not do."""
    offered: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Preset:
    """A view that everybody has: a name and filter values. "@me" is the person, "@today", "@month", "@week" are dates."""

    key: str
    title: Text
    filters: Mapping[str, Any] = field(default_factory=dict)
    _: KW_ONLY
    sort: str = ""


@dataclass(frozen=True)
class Field:
    """One value a person enters, in a header, a line grid, the questions of a verb, or an import sheet.

    name: of the value handed to the verb, and of the model field unless `path` names where it is read from. default: a value or a
    callable taking the user. ref: key of the screen it is looked up in; derived from a foreign key. where: fixed conditions of that look-up ({"kind": "raw"}), or a callable(user, values so far) -> Q or dict.
    fills: {field here: column of the look-up} copied when a row is chosen; fill_with(user, values so far, pks) -> {pk: {field here:
    value}} for what hangs on other values too (the price agreed with the customer of the header). formula: shown while typing ("quantity * price");
    the server computes the true value. readonly: shown, never sent. link: row -> where a click on the shown value leads. span: of the four columns of a header.
    scope: as on Column; without it the field is neither seen nor sent. group_of: a choice's group; then many are ticks by group, in a tab.
    precision, unit, offered: as on Column; what is not offered is neither shown nor taken. shown: document -> bool; False: not on its page.
    """

    name: str
    title: Text = ""
    _: KW_ONLY
    kind: Kind = ""
    path: str = ""
    required: bool | None = None
    default: Any = None
    ref: str = ""
    where: Mapping[str, Any] | Callable[..., Any] | None = None
    fills: Mapping[str, str] = field(default_factory=dict)
    fill_with: Callable[[Any, Mapping[str, str], list[int]], Mapping[int, Mapping[str, Any]]] | None = None
    formula: str = ""
    readonly: bool = False
    link: Callable[[Any], str] | None = None
    scope: str | None = None
    help: Text = ""
    choices: Sequence[tuple[Any, Text]] | Callable[[], Sequence[tuple[Any, Text]]] | None = None
    span: int = 1
    group: Text = ""
    width: int | None = None
    total: bool = False
    precision: str = ""
    unit: str = ""
    minimum: Any = None
    maximum: Any = None
    max_length: int | None = None
    on_create: bool = True
    on_edit: bool = True
    many: bool = False
    group_of: Callable[[Any], Text] | None = None
    offered: Callable[[], bool] | None = None
    shown: Callable[[Any], bool] | None = None


@dataclass(frozen=True, eq=False)
class LineGrid:
    """The lines of a document: keyboard entry grid when editing, table when reading.

    columns: more read-only columns on the document (what was executed, states). make: dataclass each posted line is turned into.
    order_by, at_least: of the lines. scan: what a scan box fills. answers: a column answered while entering. offered, shown: as on Field.
    """

    relation: str = "lines"
    _: KW_ONLY
    title: Text = ""
    fields: Sequence[Field | str] = ()
    columns: Sequence[Column | str] = ()
    order_by: Sequence[str] = ()
    at_least: int = 1
    make: type | None = None
    readonly: bool = False
    on_create: bool = True
    on_edit: bool = True
    teach: Text = ""
    scan: Scan | None = None
    answers: LineAnswers | None = None
    offered: Callable[[], bool] | None = None
    shown: Callable[[Any], bool] | None = None


@dataclass(frozen=True)
class VerbButton:
    """A verb of the document as a button, of the list as a batch, of the API as an endpoint. The permission is the verb.

    possible: document -> list[Problem]; none means the button works, else it is disabled and the reasons are its tooltip.
    shown: document -> bool; False leaves the button out altogether. The first possible one of the declared order is primary.
    preview: document -> list of sentences (or (sentence, url)) shown before it is done. confirm: a question to answer first.
    arguments: (document, answers) -> keyword arguments, where names do not match. opens: "result" follows the returned row, "document" stays,
    or a URL template with {pk}. page: asks instead of a dialog; its address up to the name rows go by ("/production/receive/?order").
    """

    verb: str
    title: Text = ""
    _: KW_ONLY
    icon: str = ""
    ask: Sequence[Field | str] = ()
    possible: Callable[[Any], Problems] | None = None
    shown: Callable[[Any], bool] | None = None
    preview: Callable[[Any], Sequence[Any]] | None = None
    confirm: Text = ""
    danger: bool = False
    batch: bool = False
    primary: bool = True
    arguments: Callable[[Any, dict[str, Any]], dict[str, Any]] | None = None
    opens: str = "result"
    page: str = ""


@dataclass(frozen=True)
class ListVerb:
    """A verb of the noun as a whole (run MRP, import a statement): a button at the head of the list."""

    verb: str
    title: Text
    _: KW_ONLY
    icon: str = ""
    ask: Sequence[Field | str] = ()
    confirm: Text = ""
    arguments: Callable[[dict[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Table:
    """A small read-only table computed for a tab: rows are model instances, dicts or dataclasses."""

    columns: Sequence[Column | str]
    rows: Sequence[Any]
    title: Text = ""
    note: Text = ""
    empty: Text = ""


@dataclass(frozen=True)
class Tab:
    """A tab of the document, fetched when opened.

    tables: (user, document) -> one Table or several; or template with context: (user, document) -> dict.
    """

    key: str
    title: Text
    _: KW_ONLY
    tables: Callable[[Any, Any], Table | Sequence[Table]] | None = None
    template: str = ""
    context: Callable[[Any, Any], dict[str, Any]] | None = None
    permission: str = ""
    icon: str = ""


@dataclass(frozen=True)
class ExtraTab:
    """A tab that a higher package adds to a lower one's noun (stock on an item). screen: its key."""

    screen: str
    tab: Tab


@dataclass(frozen=True)
class Print:
    """One print of the document, HTML and PDF from this one declaration; left out, the screen itself is the layout.

    header, columns: as on the screen unless said. grid: relation of the lines printed. words: path of the amount written in Chinese capitals.
    signatures: places to sign. paper: "a4", "a5", "241" (three-part paper), "label". blank_rows: the table has so many rows at least. data:
    (user, document) -> dict with "header", "rows", "totals" in place of what is found. why_not: document -> problems that forbid it.
    """

    name: str
    title: Text
    _: KW_ONLY
    header: Sequence[Field | Column | str] = ()
    columns: Sequence[Column | str] = ()
    grid: str = "lines"
    totals: Sequence[Column | str] = ()
    words: str = ""
    signatures: Sequence[Text] = ()
    paper: str = "a4"
    landscape: bool = False
    blank_rows: int = 0
    note: Text = ""
    qr: Callable[[Any], str] | None = None
    data: Callable[[Any, Any], dict[str, Any]] | None = None
    why_not: Callable[[Any], Problems] | None = None


@dataclass(frozen=True)
class LookupExtra:
    """A column that a higher package adds to the look-up of a lower noun. values: (user, pks) -> {pk: value}, in one query."""

    screen: str
    name: str
    title: Text
    values: Callable[[Any, list[int]], Mapping[int, Any]]
    kind: Kind = "quantity"
    scope: str | None = None


@dataclass(frozen=True, eq=False)
class Screen:
    """A noun. See the module's docstring for a worked example.

    area: menu group, by default the part of the key before the slash (see ui.areas). model: "app_label.Model".
    queryset: user -> QuerySet with the person's data scope and annotations; by default `objects.visible_to(user)` where the
    manager has it, else all rows. lookup: columns shown when another screen looks this noun up; label: template of a row's text
    ("{code} {name}"; "__" reaches relations). state, second_state: the two axes; the first is the stamp, the second may be a column of the list that is reckoned. number: what names the row.
    search, search_beside: columns of the quick search; a typed word → a Q of what it stands for besides, that an index answers.
    date: of the quick date filters. document_type: for chain, approvals and numbering. menu: False keeps it to look-ups and links.
    named: (rows, texts of a sheet) -> {text: primary keys}, beside ui.naming. job: a task works on a row, as (job, its argument that
    names the row): progress, remaining time and cancel on its page.
    """

    key: str
    _: KW_ONLY
    model: str
    title: Text = ""
    one: Text = ""
    icon: str = "file"
    area: str = ""
    order: int = 50
    menu: bool = True
    view_permission: str = ""
    columns: Sequence[Column | str] = ()
    filters: Sequence[Filter | str] = ()
    views: Sequence[Preset] = ()
    search: Sequence[str] = ()
    search_beside: Callable[[str], Any] | None = None
    ordering: Sequence[str] = ()
    queryset: Callable[[Any], Any] | None = None
    header: Sequence[Field | str] = ()
    lines: LineGrid | Sequence[LineGrid] | None = None
    footer: Sequence[Column | str] = ()
    state: str = ""
    second_state: str = ""
    number: str = ""
    date: str = ""
    document_type: str = ""
    verbs: Sequence[VerbButton] = ()
    list_verbs: Sequence[ListVerb] = ()
    create_verb: str = ""
    edit_verb: str = ""
    editable: Callable[[Any], bool] | None = None
    initial: Callable[[Any, Mapping[str, str]], Mapping[str, Any]] | None = None
    payload: type | Callable[..., dict[str, Any]] | None = None
    tabs: Sequence[Tab] = ()
    prints: Sequence[Print] = ()
    lookup: Sequence[Column | str] = ()
    label: str = ""
    related: Sequence[str] = ()
    export: bool = True
    importable: bool | None = None
    teach: Text = ""
    row_class: Callable[[Any], str] | None = None
    named: Callable[[Any, Any], Mapping[str, Sequence[int]]] | None = None
    job: tuple[str, str] | None = None

    @property
    def grids(self) -> tuple[LineGrid, ...]:
        """The line grids as a tuple, however they were declared."""
        lines = () if self.lines is None else self.lines
        return (lines,) if isinstance(lines, LineGrid) else tuple(lines)

    @property
    def area_key(self) -> str:
        return self.area or self.key.partition("/")[0]

    def with_(self, **changes: Any) -> "Screen":
        """A variant of this screen under another key, such as customers and suppliers over one model."""
        return replace(self, **changes)


@dataclass(frozen=True, eq=False)
class Page:
    """A hand-written page in the shell. view: (request) -> HttpResponse; its template extends `ui/page.html`.

    routes: further paths below the page: [("run", view), ("<int:pk>/confirm", view)]; addresses are plain: `/<key>/`, `/<key>/run`.
    full_screen: without menu (its template extends `ui/base.html`). public: without log-in. day_of: roles whose home leads here first.
    """

    key: str
    title: Text
    view: Callable[..., Any]
    _: KW_ONLY
    view_permission: str = ""
    icon: str = "layout-dashboard"
    area: str = ""
    order: int = 50
    menu: bool = True
    routes: Sequence[tuple[str, Callable[..., Any]]] = ()
    full_screen: bool = False
    public: bool = False
    day_of: Sequence[str] = ()

    @property
    def area_key(self) -> str:
        return self.area or self.key.partition("/")[0]


@dataclass(frozen=True)
class ProcessBox:
    """The live figure of one box of the process map. key: one of web.home.PROCESS (forecast, sales_order, mrp, …).

    count: user -> how many wait for work. late: user -> how many of them are late (shown red). url: where a click leads.
    """

    key: str
    title: Text
    url: str
    count: Callable[[Any], int] | None = None
    late: Callable[[Any], int] | None = None
    permission: str = ""


@dataclass(frozen=True)
class Tile:
    """One KPI of the home page. value: user -> Figure."""

    key: str
    title: Text
    value: Callable[[Any], "Figure"]
    permission: str = ""
    url: str = ""
    scope: str | None = None
    order: int = 50


@dataclass(frozen=True)
class Figure:
    """What a tile shows: value with its kind and unit, compared with an earlier one, and a short history for the sparkline."""

    value: Any
    kind: Kind = "number"
    unit: Text = ""
    before: Any = None
    good: Literal["up", "down", ""] = "up"
    note: Text = ""
    history: Sequence[float] = ()


@dataclass(frozen=True)
class Alert:
    """A kind of thing that needs somebody. rows: user -> up to ten AlertRows; count: user -> all of them."""

    key: str
    title: Text
    rows: Callable[[Any], Sequence["AlertRow"]]
    permission: str = ""
    icon: str = "alert-triangle"
    url: str = ""
    order: int = 50


@dataclass(frozen=True)
class AlertRow:
    """One line of an alert: what, where to act, how bad (red, orange, yellow, blue)."""

    text: Text
    url: str = ""
    tone: str = "orange"
    detail: Text = ""
