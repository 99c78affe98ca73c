"""Print labels of items, lots, serials, places, packages and documents."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.inventory.queries import VIEW_DOCUMENTS
from gongfang.inventory.queries.scanning import lot_label
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui import derive
from gongfang.ui.labels import LABELS_MAX, SHEETS, Label, labels_pdf
from gongfang.ui.listing import visible_rows
from gongfang.ui.registry import registry, screen
from gongfang.ui.screens import Screen

CODES_MAX = 500


def _item(item: Any, address: str) -> Label:
    return Label(item.code, item.barcode or item.code, [item.name, item.spec, item.unit.name])


def _lot(lot: Any, address: str) -> Label:
    dates = [
        _("Made {date}").format(date=lot.made_on) if lot.made_on else "",
        _("Expires {date}").format(date=lot.expires_on) if lot.expires_on else "",
    ]
    return Label(
        lot.code,
        lot_label(lot.item.code, lot.code),
        [f"{lot.item.code} {lot.item.name}", lot.item.spec, "  ".join(filter(None, dates))],
        lot.code,
    )


def _place(place: Any, address: str) -> Label:
    return Label(place.name, place.code, [place.warehouse.name if place.warehouse else "", place.get_kind_display()])


def _package(package: Any, address: str) -> Label:
    lines = list(package.lines.select_related("item__unit", "lot")[:4])
    return Label(
        package.code,
        package.code,
        [f"{line.item.code} × {line.quantity.normalize():f} {line.item.unit.name} {line.lot or ''}" for line in lines],
    )


def _document(document: Any, address: str) -> Label:
    return Label(
        document.number,
        address,
        [
            str(document._meta.verbose_name),
            document.business_date.isoformat(),
            str(getattr(document, "remark", ""))[:60],
        ],
        document.number,
    )


KINDS: dict[str, tuple[str, Callable[[Any, str], Label], Sequence[str]]] = {
    # key of the screen: (field of the code, how its label looks, what is read with it)
    "masterdata/items": ("code", _item, ("unit",)),
    "inventory/lots": ("code", _lot, ("item__unit",)),
    "inventory/locations": ("code", _place, ("warehouse",)),
    "inventory/packages": ("code", _package, ("location",)),
}


def kinds(user: Any) -> list[tuple[str, str]]:
    """Nouns of which the person may print labels."""
    return [(key, str(derive.title(screen(key)))) for key in KINDS if user.may(screen(key).view_permission)]


@require_GET
def labels(request: HttpRequest) -> HttpResponse:
    """Choose what, how many, on which paper; with `pdf=1` the labels themselves."""
    authorize(request.user, VIEW_DOCUMENTS)
    asked = request.GET
    chosen = asked.get("kind", "masterdata/items")
    problems: list[str] = []
    if asked.get("pdf"):
        try:
            return _pdf(request, chosen)
        except DomainError as refused:
            from gongfang.ui.sentences import sentences

            problems = sentences(refused.problems)
    context = {
        "title": _("Labels"), "kinds": kinds(request.user), "kind": chosen, "codes": asked.get("codes", ""), "ids": asked.get("ids", ""), "copies": asked.get("copies", "1"),
        "paper": asked.get("paper", "60x40"), "skip": asked.get("skip", "0"), "problems": problems,
    }  # fmt: skip
    return render(request, "inventory/labels.html", context, status=422 if problems else 200)


def _pdf(request: HttpRequest, key: str) -> HttpResponse:
    declared = registry().screens.get(key)
    if declared is None or not request.user.may(declared.view_permission):
        raise DomainError(Problem("missing", "There is no page at this address."), Kind.MISSING)
    paper = request.GET.get("paper", "60x40")
    copies, skip = _count(request, "copies", 1, 100), _count(request, "skip", 0, 20)
    rows = _rows(request, declared)
    made = [label for row in rows for label in [_label(request, declared, row)] * copies]
    if not made or len(made) > LABELS_MAX:
        raise DomainError(
            Problem(
                "labels_count", "Between 1 and {most} labels can be printed at once.", where="copies", most=LABELS_MAX
            )
        )
    response = HttpResponse(
        labels_pdf(made, paper=paper if paper in SHEETS else "60x40", skip=skip), content_type="application/pdf"
    )
    response.headers["Content-Disposition"] = 'inline; filename="labels.pdf"'
    return response


def _count(request: HttpRequest, name: str, least: int, most: int) -> int:
    text = request.GET.get(name, "") or str(least)
    if not text.isascii() or not text.isdigit() or not least <= int(text[:9]) <= most:
        raise DomainError(
            Problem(
                "not_in_range", "It must be a whole number from {least} to {most}.", where=name, least=least, most=most
            )
        )
    return int(text)


def _rows(request: HttpRequest, declared: Screen) -> list[Any]:
    """The rows of the ids, or of the codes typed or scanned; one statement. Raises DomainError for codes that are not there."""
    field, _how, related = KINDS.get(declared.key, ("number", _document, ()))
    rows = visible_rows(declared, request.user)
    rows = rows.select_related(*related) if related else rows
    ids = [int(pk) for pk in re.findall(r"\d{1,18}", request.GET.get("ids", ""))][:CODES_MAX]
    codes = [code for code in re.split(r"[\s,，;；]+", request.GET.get("codes", "")) if code][:CODES_MAX]
    if ids:
        return list(rows.filter(pk__in=ids).order_by("pk"))
    found = list(rows.filter(**{f"{field}__in": codes}).order_by(field))
    gone = set(codes) - {getattr(row, field) for row in found}
    if gone:
        raise DomainError(Problem("codes_unknown", "Not found: {codes}.", where="codes", codes=sorted(gone)[:10]))
    return found


def _label(request: HttpRequest, declared: Screen, row: Any) -> Label:
    how = KINDS[declared.key][1] if declared.key in KINDS else _document
    return how(row, request.build_absolute_uri(f"/{declared.key}/{row.pk}/"))
