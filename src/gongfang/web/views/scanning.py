"""A code scanned above an entry grid: which line it counts up, or what a new one says."""

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from gongfang.inventory.queries import Scanned, resolve
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui.derive import allowed, header_fields, line_fields, lookup_columns
from gongfang.ui.document import fetch
from gongfang.ui.forms import raw_text, stored_value
from gongfang.ui.present import label_of
from gongfang.ui.registry import registry, screen
from gongfang.ui.screens import Field, LineGrid, Scan, Screen
from gongfang.ui.sentences import sentences
from gongfang.web.errors import STATUS
from gongfang.web.views.lookups import Place, answer_rows, visible_rows

ROWS_MAX = 5000


@require_POST
def scan(request: HttpRequest, key: str, relation: str) -> JsonResponse:
    """POST {"code", "header": {…}, "rows": [{item, lot}]}: a line to count up, a new line, or a place for the header.

    Answers {"problems": […]} where the code fits nothing here; the sentence says why.
    """
    try:
        return JsonResponse(_answer(request, key, relation))
    except DomainError as refused:
        return JsonResponse({"problems": sentences(refused.problems)}, status=STATUS[refused.kind])


def _answer(request: HttpRequest, key: str, relation: str) -> dict[str, Any]:
    declared = screen(key)
    authorize(request.user, declared.create_verb or declared.edit_verb)
    grid = next((one for one in declared.grids if one.relation == relation and one.scan), None)
    try:
        body = json.loads(request.body)
        code, rows, header = str(body["code"]), list(body["rows"]), {k: str(v) for k, v in dict(body["header"]).items()}
    except (ValueError, KeyError, TypeError) as error:
        raise DomainError(Problem("bad_body", "The request is not understood.")) from error
    if grid is None or len(rows) > ROWS_MAX:
        raise DomainError(Problem("bad_body", "The request is not understood."))
    found = resolve(request.user, code)
    given = _stored(request, declared) | {name: value for name, value in header.items() if value}
    if found.location_id:
        return _place(request.user, declared, grid, found, header, given)
    if not found.item_id:
        raise DomainError(
            Problem("scan_goods", "“{code}” is {title}: scan an item, a lot, a serial number or a place.", code=code[:60], title=found.title),
            Kind.CONFLICT,
        )  # fmt: skip
    return _goods(request.user, declared, grid, found, rows, given)


def _stored(request: HttpRequest, declared: Screen) -> dict[str, str]:
    """What the header of the document says that is being changed."""
    document = request.GET.get("document", "")
    if not document.isdigit():
        return {}
    row = fetch(declared, request.user, int(document))
    return {
        one.name: raw_text(stored_value(row, one), one.kind) for one in header_fields(declared) if one.kind == "ref"
    }


def _place(
    user: Any, declared: Screen, grid: LineGrid, found: Scanned, header: Mapping[str, str], given: Mapping[str, str]
) -> dict[str, Any]:  # fmt: skip
    scan = _declared(grid)
    fields = {one.name: one for one in allowed(user, header_fields(declared))}
    open_fields = [fields[name] for name in scan.places if name in fields and name in header]
    field = next((one for one in open_fields if not header[one.name]), open_fields[-1] if open_fields else None)
    row = _rows(user, field, given).filter(pk=found.location_id).first() if field else None
    if field is None or row is None:
        raise DomainError(
            Problem("place_not_asked", "{place} is a place, and none is asked for here: scan goods.", place=found.title), Kind.CONFLICT
        )  # fmt: skip
    return {"place": {"name": field.name, "value": str(row.pk), "label": label_of(row, registry().screens[field.ref])},
            "said": f"{field.title}: {found.title}"}  # fmt: skip


def _goods(
    user: Any, declared: Screen, grid: LineGrid, found: Scanned, rows: list[dict[str, Any]], given: Mapping[str, str]
) -> dict[str, Any]:
    scan = _declared(grid)
    fields = {one.name: one for one in allowed(user, line_fields(declared, grid))}
    field, lot = fields[scan.item], fields.get(scan.lot)
    candidates = _rows(user, field, given)
    path = scan.item_path or "pk"
    wanted = candidates.filter(**{path: found.item_id})
    if scan.among is not None:
        wanted = wanted.filter(**scan.among(given))
    of_item = {
        str(pk) for pk in candidates.filter(**{path: found.item_id}, pk__in=_keys(rows)).values_list("pk", flat=True)
    }
    said = " ".join(filter(None, (found.item_code, found.item_name, found.lot_code)))
    add = f"{found.factor.normalize():f}"
    again = _line_of(rows, of_item, found, lot)
    if again is not None:
        return {"row": again, "add": add, "set": _lot(lot, found, rows[again]), "said": said}
    target = registry().screens[field.ref]
    row = wanted.order_by(*(target.ordering or ("pk",))).exclude(pk__in=_used(rows, of_item, lot)).first()
    if row is None:
        raise DomainError(
            Problem("not_wanted_here", "{item} is not asked for here: no open line has it.", item=said)
            if scan.item_path
            else Problem("not_usable_here", "{item} cannot be used here.", item=said),
            Kind.CONFLICT,
        )  # fmt: skip
    place = Place(declared, field, list(fields.values()), given=given)
    _heads, (answer,) = answer_rows(user, target, place, [row], allowed(user, lookup_columns(target)))
    return {
        "new": {"id": row.pk, "label": answer["label"], "fill": answer["fill"]},
        "add": add,
        "set": _lot(lot, found, {}) | _dates(fields, found),
        "said": said,
    }


def _dates(fields: Mapping[str, Field], found: Scanned) -> dict[str, Any]:
    """The dates that the label of a new lot says, where the line asks for them."""
    if found.lot_id or not found.lot_code:
        return {}
    days = {"made_on": found.made_on, "expires_on": found.expires_on}
    return {
        name: {"value": day.isoformat(), "label": day.isoformat()}
        for name, day in days.items()
        if day and name in fields
    }


def _declared(grid: LineGrid) -> Scan:
    assert grid.scan is not None
    return grid.scan


def _rows(user: Any, field: Field, given: Mapping[str, str]) -> Any:
    """Rows that the look-up of a field offers."""
    rows = visible_rows(registry().screens[field.ref], user)
    where: Any = field.where or {}
    where = where(user, given) if callable(where) else where
    return rows.filter(**where) if isinstance(where, Mapping) else rows.filter(where)


def _keys(rows: list[dict[str, Any]]) -> list[int]:
    return [int(row["item"]) for row in rows if str(row.get("item", "")).isdigit()]


def _used(rows: list[dict[str, Any]], of_item: set[str], lot: Field | None) -> list[int]:
    """Source lines that have a row already; a lot of its own takes another row of the same line."""
    return [] if lot is not None else [int(str(row["item"])) for row in rows if str(row.get("item")) in of_item]


def _line_of(rows: list[dict[str, Any]], of_item: set[str], found: Scanned, lot: Field | None) -> int | None:
    """The row that a scan counts up: of the item, and of the lot or without one. Raises DomainError(scanned_twice) for a serial."""
    empty = None
    for n, row in enumerate(rows):
        if str(row.get("item", "")) not in of_item:
            continue
        if lot is None or not found.lot_code:
            return n
        held = str(row.get("lot") or "")
        codes = [code.strip() for code in held.replace("，", ",").split(",") if code.strip()]
        if held and (held == str(found.lot_id) if lot.kind == "ref" else found.lot_code in codes):
            if found.tracking == "serial":
                raise DomainError(
                    Problem("scanned_twice", "{lot} of {item} was scanned already.", lot=found.lot_code, item=found.item_code), Kind.CONFLICT
                )  # fmt: skip
            return n
        if not held or (found.tracking == "serial" and lot.kind != "ref"):
            empty = n if empty is None else empty
    return empty


def _lot(lot: Field | None, found: Scanned, row: Mapping[str, Any]) -> dict[str, Any]:
    """What the lot's cell says then."""
    if lot is None or not (found.lot_id or found.lot_code):
        return {}
    if lot.kind == "ref":
        return {lot.name: {"value": str(found.lot_id), "label": found.lot_code}} if found.lot_id else {}
    held = str(row.get("lot") or "")
    more = [*filter(None, [held])] if found.tracking == "serial" else []
    text = ", ".join([*more, found.lot_code])
    return {lot.name: {"value": text, "label": text}}
