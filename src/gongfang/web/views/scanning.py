"""A code scanned above an entry grid: which line it counts up, or what a new one says."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_POST

from gongfang.inventory.queries import Scanned, resolve
from gongfang.inventory.services import scanned_contents
from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.platform.verbs import authorize
from gongfang.ui.derive import allowed, end_field, header_fields, line_fields, lookup_columns
from gongfang.ui.document import fetch
from gongfang.ui.forms import raw_text, stored_value
from gongfang.ui.present import label_of
from gongfang.ui.registry import model_of, registry, screen
from gongfang.ui.screens import Field, LineGrid, Scan, Screen
from gongfang.ui.sentences import sentences
from gongfang.web.errors import STATUS
from gongfang.web.views.lookups import Place, answer_rows, visible_rows

ROWS_MAX = 5000


@require_POST
def scan(request: HttpRequest, key: str, relation: str) -> JsonResponse:
    """POST {"code", "header": {…}, "rows": [{item, lot, unit}]}: a line to count up, a new line, a place for the header, or several lines.

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
    if found.package_id:
        goods = scanned_contents(found)
        return {
            "several": _goods(request.user, declared, grid, goods, rows, given),
            "said": f"{found.title}: {len(goods)}",
        }
    if found.location_id:
        return _place(request.user, declared, grid, found, header, given)
    if not found.item_id:
        raise DomainError(
            Problem("scan_goods", "“{code}” is {title}: scan an item, a lot, a serial number or a place.", code=code[:60], title=found.title),
            Kind.CONFLICT,
        )  # fmt: skip
    return _goods(request.user, declared, grid, [found], rows, given)[0]


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
    user: Any, declared: Screen, grid: LineGrid, goods: Sequence[Scanned], rows: Sequence[dict[str, Any]], given: Mapping[str, str]
) -> list[dict[str, Any]]:  # fmt: skip
    """What each of the goods does to the lines, one after the other; a row beyond those given is one begun by an earlier one.

    As many statements as for one. Raises DomainError with all that fit nothing here.
    """
    scan = _declared(grid)
    fields = {one.name: one for one in allowed(user, line_fields(declared, grid))}
    field, lot = fields[scan.item], fields.get(scan.lot)
    source_lines = _source_lines(user, field, scan, goods, rows, given)
    rows = list(rows)
    answers: list[dict[str, Any]] = []
    chosen: list[int] = []
    problems: list[Problem] = []
    for found in goods:
        assert found.item_id is not None
        of_item = {str(pk) for pk in source_lines.there.get(found.item_id, ())}
        said = " ".join(filter(None, (found.item_code, found.item_name, found.lot_code)))
        answer: dict[str, Any] = {"add": f"{found.factor.normalize():f}", "said": said}
        again = _line_of(rows, of_item, found, lot)
        used = _used(rows, of_item, found, lot)
        fresh = next((pk for pk in source_lines.offered.get(found.item_id, ()) if pk not in used), None)
        if again is not None:
            answers.append(answer | {"row": again, "set": _lot(lot, found, rows[again])})
            _say(rows[again], lot, answers[-1]["set"])
        elif fresh is not None:
            answers.append(answer | {"new": fresh, "set": _lot(lot, found, {}) | _dates(fields, found)})
            rows.append({"item": str(fresh), "lot": "", "unit": ""})
            _say(rows[-1], lot, answers[-1]["set"])
            source_lines.there.setdefault(found.item_id, set()).add(fresh)
            chosen.append(fresh)
        else:
            problems.append(
                Problem("not_wanted_here", "{item} is not asked for here: no open line has it.", item=said)
                if scan.item_path
                else Problem("not_usable_here", "{item} cannot be used here.", item=said)
            )
    if problems:
        raise DomainError(problems, Kind.CONFLICT)
    begun = _begun(user, declared, field, list(fields.values()), chosen, given)
    for answer in answers:
        if "new" in answer:
            answer["new"] = begun[answer["new"]]
    return answers


@dataclass(slots=True)
class _SourceLines:
    """Rows of what lines are chosen from, by item. there: those that lines name already; offered: others, the best first."""

    there: dict[int, set[int]]
    offered: dict[int, list[int]]


def _source_lines(
    user: Any, field: Field, scan: Scan, goods: Sequence[Scanned], rows: Sequence[dict[str, Any]], given: Mapping[str, str]
) -> _SourceLines:  # fmt: skip
    """Two statements."""
    path = scan.item_path or "pk"
    candidates = _rows(user, field, given).filter(**{f"{path}__in": {found.item_id for found in goods}})
    wanted = candidates.filter(**scan.among(given)) if scan.among is not None else candidates
    found = _SourceLines({}, {})
    for pk, item in candidates.filter(pk__in=_keys(rows)).values_list("pk", path):
        found.there.setdefault(item, set()).add(pk)
    order = registry().screens[field.ref].ordering or ("pk",)
    for pk, item in wanted.order_by(*order).values_list("pk", path):
        found.offered.setdefault(item, []).append(pk)
    return found


def _begun(
    user: Any, declared: Screen, field: Field, fields: list[Field], chosen: Sequence[int], given: Mapping[str, str]
) -> dict[int, dict[str, Any]]:
    """What new lines say of the rows that were chosen for them, by key."""
    if not chosen:
        return {}
    target = registry().screens[field.ref]
    filled = [path for path in field.fills.values() if (end := end_field(model_of(target), path)) and end.is_relation]
    rows = list(_rows(user, field, given).filter(pk__in=chosen).select_related(*filled))
    place = Place(declared, field, fields, given=given)
    _heads, answers = answer_rows(user, target, place, rows, allowed(user, lookup_columns(target)))
    return {
        row.pk: {"id": row.pk, "label": answer["label"], "fill": answer["fill"]}
        for row, answer in zip(rows, answers, strict=True)
    }


def _say(row: dict[str, Any], lot: Field | None, told: Mapping[str, Any]) -> None:
    """Let a row hold the lot that was just set in it."""
    if lot is not None and lot.name in told:
        row["lot"] = told[lot.name]["value"]


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


def _keys(rows: Sequence[Mapping[str, Any]]) -> list[int]:
    return [int(row["item"]) for row in rows if str(row.get("item", "")).isdigit()]


def _used(rows: Sequence[Mapping[str, Any]], of_item: set[str], found: Scanned, lot: Field | None) -> set[int]:
    """Source lines that have a row already; a lot of its own, or another unit, takes another row of the same line."""
    if lot is not None:
        return set()
    return {int(str(row["item"])) for row in rows if str(row.get("item")) in of_item and _in_base(row, found)}


def _in_base(row: Mapping[str, Any], found: Scanned) -> bool:
    """Whether a row counts base units, as scans do."""
    return str(row.get("unit") or "") in ("", str(found.unit_id))


def _line_of(rows: Sequence[Mapping[str, Any]], of_item: set[str], found: Scanned, lot: Field | None) -> int | None:
    """The row that a scan counts up: of the item, and of the lot or without one. Raises DomainError(scanned_twice) for a serial."""
    empty = None
    for n, row in enumerate(rows):
        if str(row.get("item", "")) not in of_item or not _in_base(row, found):
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
