"""What the kit's templates need beyond Django's own tags."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from html import escape
from typing import Any
from zlib import crc32

from django import template
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language

from gongfang.ui import present, sentences
from gongfang.ui.derive import STATE_COLORS, state_label
from gongfang.ui.present import Cell, Shown, shown_table
from gongfang.ui.registry import registry, url_of
from gongfang.ui.screens import Column, Table

register = template.Library()


class SteadyNode(template.Node):
    """Renders its content once for each language."""

    def __init__(self, inside: template.NodeList) -> None:
        self.inside = inside
        self.rendered: dict[str | None, SafeString] = {}

    def render(self, context: template.Context) -> SafeString:
        language = get_language()
        if language not in self.rendered:
            self.rendered[language] = self.inside.render(context)
        return self.rendered[language]


@register.tag
def steady(parser: Any, token: Any) -> SteadyNode:
    """`{% steady %}…{% endsteady %}`: what depends on nothing but the language. No variables, no blocks, no csrf_token inside."""
    inside = parser.parse(("endsteady",))
    parser.delete_first_token()
    return SteadyNode(inside)


@register.simple_tag
@lru_cache(maxsize=1000)
def icon(name: str, css: str = "") -> SafeString:
    """An icon of the Tabler set, hidden from screen readers."""
    return format_html('<i class="ti ti-{} {}" aria-hidden="true"></i>', name or "file", css)


@register.filter
def title(value: Any) -> str:
    """A title with a capital first letter."""
    return capfirst(str(value))


@register.filter
def money(value: Any) -> str:
    return "" if value is None or value == "" else present.number_text(value, "money")


@register.filter
def quantity(value: Any) -> str:
    return "" if value is None or value == "" else present.number_text(value, "quantity")


@register.filter
def price(value: Any) -> str:
    return "" if value is None or value == "" else present.number_text(value, "price")


@register.filter
def percent(value: Any, decimals: int | None = None) -> str:
    """A share in per cent, with two decimals at most; decimals: fewer, where a glance must do."""
    if value is None or value == "":
        return ""
    if decimals is None:
        return present.number_text(value, "percent")
    rounded = (Decimal(value) * 100).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return f"{present.plain(rounded)}%"


@register.filter
def number(value: Any) -> str:
    return "" if value is None else present.number_text(value, "number")


@register.filter
def tenth(value: Any) -> str:
    """A figure to one decimal: hours between failures."""
    return "" if value is None else present.plain(Decimal(value), 1, 1)


@register.filter
def inside(title: Any) -> str:
    """A title in the middle of another: without its capital, unless it is an abbreviation (BOM, 8D)."""
    text = str(title)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


@register.filter
def moment(value: Any) -> str:
    """A date as yyyy-MM-dd, a time as yyyy-MM-dd HH:mm in the company's zone."""
    return present.date_text(value) if value else ""


@register.filter
def sign(value: Any) -> str:
    """Class that makes a negative figure red."""
    return "gf-neg" if isinstance(value, Decimal | int | float) and value < 0 else ""


@register.filter
def size(value: Decimal) -> Decimal:
    """A figure without its sign, where words say the side."""
    return abs(value)


@register.filter
def sentence(value: Any) -> str:
    """A problem or an effect in the person's language."""
    return sentences.sentence(value)


@register.filter
def row_url(value: Any) -> str:
    return url_of(value)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An entry of a dict or list, None where there is none."""
    if isinstance(mapping, Mapping):
        return mapping.get(key)
    return mapping[key] if isinstance(mapping, Sequence) and isinstance(key, int) and key < len(mapping) else None


@register.simple_tag
def new_uuid() -> str:
    """A request id for a form: sent twice, done once."""
    return str(uuid.uuid4())


@register.simple_tag
def state_badge(value: str, label: str = "") -> SafeString:
    """A state as a coloured badge."""
    color = STATE_COLORS.get(value, "secondary")
    return format_html('<span class="badge bg-{}-lt gf-state">{}</span>', color, label or state_label(value))


@register.simple_tag
def cell(shown: Cell) -> SafeString:
    """The inside of a table cell."""
    return cell_html(shown)


@register.simple_tag
def cells(row: Sequence[Cell], url: str = "") -> SafeString:
    """All cells of a row at once: a structure of thousands of rows is written in a second. url: where the first one leads."""
    first = (
        f'<td class="gf-first {row[0].css}"><a href="{escape(url)}">{_escaped(row[0].text) or "–"}</a></td>'
        if url
        else ""
    )
    rest = row[1:] if url else row
    return SafeString(first + "".join([f'<td class="{one.css}">{_inside(one)}</td>' for one in rest]))


@dataclass(frozen=True, slots=True)
class Cards:
    """What a table wears so that its rows are cards on a phone: its classes, and the style that goes before it."""

    css: str
    style: SafeString


@register.simple_tag
def cards(columns: Sequence[Column], before: int = 0, least: int = 0) -> Cards:
    """The names of columns for phones, where a row is a card and has no heading; one rule a column, so that a row costs nothing.

    before: cells of a row before those of the columns. least: a table of fewer columns stays a table.
    """
    if len(columns) < least:
        return Cards("", SafeString(""))
    names = [_css_text(title(column.title)) for column in columns]
    css = f"gf-c{crc32(repr((before, names)).encode()):x}"
    rules = [f".{css} td:nth-child({n}){{--gf-name:{name}}}" for n, name in enumerate(names, start=before + 1)]
    return Cards(f"gf-cards {css}", SafeString(f"<style>{''.join(rules)}</style>"))


def _css_text(text: str) -> str:
    """A text as CSS quotes it; what could end the quotes or the style is written by its number."""
    return '"' + "".join(f"\\{ord(sign):x} " if sign in '"\\<>&\n\r\f' else sign for sign in text) + '"'


def cell_html(shown: Cell) -> SafeString:
    return SafeString(_inside(shown))


def _escaped(text: Any) -> str:
    return text if isinstance(text, SafeString) else escape(str(text))


def _inside(shown: Cell) -> str:
    if shown.text == "":
        return ""
    text = _escaped(shown.text)
    if shown.kind == "state":
        return f'<span class="badge bg-{escape(shown.color)}-lt gf-state">{text}</span>'
    if shown.kind == "progress":
        bar = f'<span class="gf-progress-bar" style="width:{shown.percent}%"></span>'
        return f'<span class="gf-progress">{bar}</span><span class="gf-progress-text">{text}</span>'
    if shown.kind == "bool":
        mark = "check text-green" if shown.raw else "minus text-secondary"
        return f'<i class="ti ti-{mark}" role="img" aria-label="{text}"></i>'
    if shown.unit:
        text += f'<span class="gf-unit">{_escaped(shown.unit)}</span>'
    return f'<a href="{escape(shown.url)}">{text}</a>' if shown.url else text


@register.inclusion_tag("ui/_table.html")
def small_table(table: Table | Shown, css: str = "") -> dict[str, Any]:
    """A read-only table: of columns and rows, with totals where a column asks for one."""
    if isinstance(table, Shown):
        return {"shown": table, "css": css, "note": "", "empty": "", "title": ""}
    columns = [Column(column) if isinstance(column, str) else column for column in table.columns]
    shown = shown_table(list(table.rows), columns)
    return {"shown": shown, "css": css, "note": table.note, "empty": table.empty, "title": table.title}


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: Any) -> str:
    """The present query string with some values changed; None takes one out. Page places are left behind."""
    params: QueryDict = context["request"].GET.copy()
    for name in ("after", "before"):
        params.pop(name, None)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag
def attributes(values: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> SafeString:
    """HTML attributes from names and values; None and False are left out."""
    pairs = values.items() if isinstance(values, Mapping) else values
    return format_html_join("", ' {}="{}"', ((name, value) for name, value in pairs if value not in (None, False)))


@register.simple_tag
def screen_url(key: str, tail: str = "") -> str:
    """Address of a declared noun or page; empty when its package is not installed."""
    known = registry()
    return f"/{key}/{tail}" if key in known.screens or key in known.pages else ""


@register.filter
def without_start(text: str, start: str) -> str:
    """A label without the code that stands before it already."""
    return str(text).removeprefix(str(start)).strip()
