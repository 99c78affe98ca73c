"""What a declaration leaves out is read from the model: titles, kinds, choices, money scope, look-ups, precision."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.fields.reverse_related import ForeignObjectRel
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.kernel.states import STATE_LABELS
from gongfang.ui.registry import may_view, model_of, registry, screen_of_model
from gongfang.ui.screens import Column, Field, Filter, LineGrid, Page, Screen

NUMBERS = ("number", "quantity", "price", "money", "percent", "progress")
STATE_NAMES = ("approval", "execution", "state", "status")
SCALED_KINDS = {"QuantityField": "quantity", "PriceField": "price", "MoneyField": "money", "RatioField": "percent"}
STATE_COLORS = {
    "draft": "secondary", "submitted": "blue", "approved": "green", "rejected": "red", "void": "secondary", "cancelled": "secondary",
    "open": "secondary", "partial": "yellow", "done": "green", "closed": "purple", "planned": "secondary", "released": "azure",
    "started": "blue", "paused": "orange", "completed": "teal", "settled": "green", "posted": "green", "unposted": "secondary",
    "active": "green", "trial": "yellow", "blocked": "red", "retired": "secondary", "running": "blue", "queued": "secondary",
    "failed": "red", "accepted": "green", "pending": "yellow", "confirmed": "green", "new": "azure", "paid": "green", "overdue": "red",
}  # fmt: skip


@cache
def end_field(model: type[models.Model], path: str) -> Any | None:
    """The model field a path ends at; None for annotations, properties and computed columns."""
    field: Any = None
    current: type[models.Model] | None = model
    for part in path.split("__"):
        if current is None:
            return None
        try:
            field = current._meta.pk if part == "pk" else current._meta.get_field(part)
        except FieldDoesNotExist:
            return None
        current = field.related_model if field.is_relation else None
    return field


@cache
def crosses_many(model: type[models.Model], path: str) -> bool:
    """Whether a path goes through a to-many relation, so that a filter on it could repeat rows."""
    current: type[models.Model] | None = model
    for part in path.split("__"):
        field = end_field(current, part) if current is not None else None
        if field is None:
            return False
        if isinstance(field, ForeignObjectRel) or field.many_to_many:
            return True
        current = field.related_model if field.is_relation else None
    return False


@cache
def forward_relations(model: type[models.Model], path: str) -> str:
    """The part of a path that select_related can follow ("customer" of "customer__name"), or empty."""
    current: type[models.Model] | None = model
    parts: list[str] = []
    for part in path.split("__"):
        field = end_field(current, part) if current is not None else None
        if (
            field is None
            or not field.is_relation
            or isinstance(field, ForeignObjectRel)
            or field.many_to_many
            or part == field.attname
        ):
            break
        parts.append(part)
        current = field.related_model
    return "__".join(parts)


def display_path(model: type[models.Model], path: str) -> str:
    """The path to show: the related row instead of its bare key ("item_id" → "item")."""
    field = end_field(model, path)
    head, sep, tail = path.rpartition("__")
    if (
        field is not None
        and not isinstance(field, ForeignObjectRel)
        and field.is_relation
        and tail == getattr(field, "attname", tail)
    ):
        return f"{head}{sep}{field.name}"
    return path


def kind_of(field: Any, path: str) -> str:
    """The kind a model field is shown and entered as."""
    if field is None:
        return "text"
    for ancestor in type(field).__mro__:
        if ancestor.__name__ in SCALED_KINDS:
            return SCALED_KINDS[ancestor.__name__]
    if getattr(field, "choices", None) or (field.name in STATE_NAMES and isinstance(field, models.CharField)):
        return "state" if field.name in STATE_NAMES else "choice"
    if field.is_relation:
        return "ref"
    kinds: tuple[tuple[type, str], ...] = (
        (models.BooleanField, "bool"), (models.DateTimeField, "datetime"), (models.DateField, "date"),
        (models.TextField, "textarea"), (models.ImageField, "image"), (models.FileField, "file"), (models.IntegerField, "number"),
        (models.DecimalField, "number"), (models.FloatField, "number"),
    )  # fmt: skip
    return next((kind for cls, kind in kinds if isinstance(field, cls)), "text")


def title_of(model: type[models.Model], path: str) -> Any:
    """The verbose name; for `customer__name` that of the customer, because that is what the column is about."""
    field = end_field(model, path)
    head, _sep, tail = path.rpartition("__")
    if head and tail in ("name", "code", "number"):
        owner = end_field(model, head)
        if owner is not None and not isinstance(owner, ForeignObjectRel):
            return owner.verbose_name if tail != "code" else field.verbose_name if field else owner.verbose_name
    if field is None:
        return path.rpartition("__")[2].replace("_", " ")
    return getattr(field, "verbose_name", path.replace("_", " "))


def choices_of(field: Any) -> Sequence[tuple[Any, Any]] | None:
    if field is None:
        return None
    if getattr(field, "choices", None):
        return [choice for choice in field.flatchoices]
    if field.name in STATE_NAMES:
        return [(value, _(label)) for value, label in STATE_LABELS.items()]
    return None


def derived_column(model: type[models.Model], column: Column | str) -> Column:
    """A column with everything filled in."""
    column = Column(column) if isinstance(column, str) else column
    field = end_field(model, column.path)
    kind = column.kind or kind_of(field, column.path)
    return replace(
        column,
        title=column.title or title_of(model, column.path),
        kind=kind,
        scope=column.scope or getattr(field, "scope", None),
        choices=column.choices or choices_of(field),
        sortable=column.sortable
        and column.value is None
        and (field is not None)
        and not crosses_many(model, column.path),
        colors={**STATE_COLORS, **column.colors} if kind == "state" else column.colors,
    )


def derived_field(model: type[models.Model] | None, field: Field | str) -> Field:
    """An entry field with everything filled in. A required value is one whose column is neither blank nor has a default."""
    field = Field(field) if isinstance(field, str) else field
    path = field.path or field.name
    column = end_field(model, path) if model is not None else None
    kind = field.kind or ("ref" if field.ref else kind_of(column, path) if column is not None else "text")
    if kind == "state":
        kind = "choice"
    needed = (
        column is not None
        and not isinstance(column, ForeignObjectRel)
        and not column.blank
        and not column.has_default()
    )
    ref = field.ref
    if kind == "ref" and not ref and column is not None and column.related_model is not None:
        target = screen_of_model(column.related_model._meta.label)
        ref = target.key if target else ""
    return replace(
        field,
        path=path,
        title=field.title or (title_of(model, path) if model is not None else field.name.replace("_", " ")),
        kind=kind,
        ref=ref,
        required=(needed and kind != "bool") if field.required is None else field.required,
        scope=field.scope or getattr(column, "scope", None),
        choices=field.choices or choices_of(column),
        max_length=field.max_length or (getattr(column, "max_length", None) if kind in ("text", "textarea") else None),
        help=field.help or getattr(column, "help_text", ""),
    )


@cache
def columns(declared: Screen) -> tuple[Column, ...]:
    """All columns of the list, without regard to the person."""
    model = model_of(declared)
    named = declared.columns or [field.path or field.name for field in header_fields(declared)]
    return tuple(derived_column(model, column) for column in named)


@cache
def filters(declared: Screen) -> tuple[Filter, ...]:
    model = model_of(declared)
    return tuple(derived_filter(model, one) for one in declared.filters)


def derived_filter(model: type[models.Model], one: Filter | str) -> Filter:
    one = Filter(one) if isinstance(one, str) else one
    field = end_field(model, one.path)
    kind = one.kind or ("ref" if one.ref else kind_of(field, one.path))
    ref = one.ref
    if kind == "ref" and not ref and field is not None and field.related_model is not None:
        target = screen_of_model(field.related_model._meta.label)
        ref = target.key if target else ""
    return replace(
        one,
        title=one.title or title_of(model, one.path),
        kind=kind,
        ref=ref,
        scope=one.scope or getattr(field, "scope", None),
        choices=one.choices or choices_of(field),
    )


@cache
def header_fields(declared: Screen) -> tuple[Field, ...]:
    model = model_of(declared)
    return tuple(derived_field(model, field) for field in declared.header)


@cache
def columns_beside(declared: Screen) -> tuple[Column, ...]:
    """What the list shows of a row and its header does not; the page of a row without lines shows no less than the list."""
    if declared.grids:
        return ()
    shown = {field.path or field.name for field in header_fields(declared)}
    roots = {path.partition("__")[0].removesuffix("_id") for path in shown}
    named = {number_path(declared), declared.state or "state", "approval", "status"}
    return tuple(
        column
        for column in columns(declared)
        if not column.hidden
        and column.path not in shown | named
        and (column.value is not None or column.path.partition("__")[0] not in roots)
    )


@cache
def footer_columns(declared: Screen) -> tuple[Column, ...]:
    model = model_of(declared)
    return tuple(derived_column(model, column) for column in declared.footer)


def line_model(declared: Screen, grid: LineGrid) -> type[models.Model]:
    """The model of a grid's rows, found by the relation's name."""
    return model_of(declared)._meta.get_field(grid.relation).related_model  # type: ignore[return-value]


@cache
def line_fields(declared: Screen, grid: LineGrid) -> tuple[Field, ...]:
    model = line_model(declared, grid)
    return tuple(derived_field(model, field) for field in grid.fields)


def is_kept(model: type[models.Model], field: Field) -> bool:
    """Whether rows keep what is entered; what only tells the verb something (the place goods go to) they do not."""
    return end_field(model, field.path) is not None or hasattr(model, field.path.partition("__")[0])


@cache
def kept_header(declared: Screen) -> tuple[Field, ...]:
    """The header fields that rows keep."""
    return tuple(field for field in header_fields(declared) if is_kept(model_of(declared), field))


@cache
def kept_fields(declared: Screen, grid: LineGrid) -> tuple[Field, ...]:
    """The fields of a grid that its rows keep."""
    model = line_model(declared, grid)
    return tuple(field for field in line_fields(declared, grid) if is_kept(model, field))


@cache
def line_columns(declared: Screen, grid: LineGrid) -> tuple[Column, ...]:
    """What the document shows of a grid: its fields, then the further columns."""
    model = line_model(declared, grid)
    shown = [
        replace(
            derived_column(model, Column(display_path(model, field.path), field.title, kind=field.kind, precision=field.precision)),
            total=field.total, width=field.width, scope=field.scope, offered=field.offered, choices=None if callable(field.choices) else field.choices,
        )
        for field in kept_fields(declared, grid)
    ]  # fmt: skip
    return (*shown, *(derived_column(model, column) for column in grid.columns))


@cache
def lookup_columns(declared: Screen) -> tuple[Column, ...]:
    """What a look-up of this noun shows."""
    model = model_of(declared)
    named = (
        declared.lookup or [column for column in declared.columns if column in declared.search] or declared.columns[:3]
    )
    return tuple(derived_column(model, column) for column in named)


def allowed(user: Any, declared: Sequence[Any]) -> list[Any]:
    """Columns, fields or filters without those whose money scope the person lacks or that are not offered. The one place where they vanish."""
    seen = [one for one in declared if one.scope is None or user.sees(one.scope)]
    offers = {offered: offered() for one in seen if (offered := getattr(one, "offered", None)) is not None}
    return [one for one in seen if offers.get(getattr(one, "offered", None), True)]


def offered_grids(declared: Screen) -> list[LineGrid]:
    """The line tables that the company has a use for."""
    return [grid for grid in declared.grids if grid.offered is None or grid.offered()]


def number_path(declared: Screen) -> str:
    """The field that names a row: number, code or name."""
    if declared.number:
        return declared.number
    model = model_of(declared)
    return next((name for name in ("number", "code", "name") if end_field(model, name) is not None), "pk")


def title(declared: Screen | Page) -> Any:
    """Name of the page; of a noun, many of it."""
    if isinstance(declared, Page):
        return declared.title
    return declared.title or plural(model_of(declared))


def require_view(user: Any, declared: Screen | Page) -> None:
    """Refuse who may not see a noun or page, by the name it has in the menu. Raises DomainError(forbidden)."""
    if not may_view(user, declared):
        raise DomainError(
            Problem("forbidden", "You may not see “{page}”. Ask an administrator for the permission.", page=str(title(declared))),
            Kind.FORBIDDEN,
        )  # fmt: skip


def plural(model: type[models.Model]) -> Any:
    """The plural that the model gives itself; without one the singular, because Django's own "s" belongs to English only."""
    given = "verbose_name_plural" in model._meta.original_attrs
    return model._meta.verbose_name_plural if given else model._meta.verbose_name


def grid_title(grid: LineGrid) -> Any:
    return grid.title or _("Lines")


def one(declared: Screen) -> Any:
    """Name of one of the noun."""
    return declared.one or model_of(declared)._meta.verbose_name


def state_label(value: Any) -> str:
    """The word for a state that no model field has choices for."""
    return gettext(STATE_LABELS[value]) if value in STATE_LABELS else gettext(str(value))


def lookup_extras(declared: Screen, user: Any) -> list[Any]:
    return allowed(user, [extra for extra in registry().lookup_extras if extra.screen == declared.key])
