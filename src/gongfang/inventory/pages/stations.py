"""Scan stations: receive, put away, pick, transfer. A scan is one more; what does not belong there is red and buzzes."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.inventory.models import Package, PackageLine
from gongfang.inventory.pages.reading import answers_json, body_of, decimal_of, integer_of, request_id_of
from gongfang.inventory.queries import resolve
from gongfang.inventory.rules.placing import Goods
from gongfang.inventory.services import (
    PutAwayInput,
    ScannedLine,
    StockLineInput,
    contents_of,
    finish_scan,
    move_package,
    propose_bins,
    provider_of,
    put_away,
    quick_transfer,
    waiting_work,
)
from gongfang.kernel.errors import DomainError, Problem
from gongfang.ledger import queries as ledger
from gongfang.platform.verbs import authorize
from gongfang.ui.registry import url_of

TASKS = ("receive", "put_away", "pick", "transfer")
LINES_MAX = 2000


def _tabs(user: Any, here: str) -> list[dict[str, Any]]:
    titles = {"receive": (_("Receive"), "package-import"), "put_away": (_("Put away"), "arrow-down-to-arc"), "pick": (_("Pick"), "package-export"),
              "transfer": (_("Transfer"), "transfer"), "count": (_("Count"), "clipboard-check")}  # fmt: skip
    return [
        {
            "title": title,
            "icon": icon,
            "url": "/inventory/counting/" if key == "count" else f"/inventory/scan/?task={key}",
            "here": key == here,
        }
        for key, (title, icon) in titles.items()
    ]


@require_GET
def scan(request: HttpRequest) -> HttpResponse:
    """The station of a task: the documents that wait, or scanning straight away."""
    task = request.GET.get("task", "receive")
    task = task if task in TASKS else "receive"
    context: dict[str, Any] = {
        "title": _("Scan station"),
        "task": task,
        "tabs": _tabs(request.user, task),
        "today": timezone.localdate(),
    }
    if task in ("receive", "pick"):
        return render(request, "inventory/work_list.html", {**context, "works": waiting_work(request.user, task)})
    places = ledger.stores_for(request.user.scope_codes("warehouse"))
    context["data"] = {
        "task": task, "resolve": "/inventory/scan/resolve", "finish": "/inventory/scan/finish", "lines": [],
        "places": [{"id": place.pk, "name": place.name, "warehouse": place.warehouse_id} for place in places],
    }  # fmt: skip
    return render(request, "inventory/station.html", {**context, "places": places})


@require_GET
def work(request: HttpRequest, kind: str, key: int) -> HttpResponse:
    """One document worked off by scanning."""
    provider = provider_of(kind)
    authorize(request.user, provider.verb)
    found, lines = provider.lines(request.user, key)
    data = {
        "task": provider.task, "kind": kind, "key": key, "resolve": "/inventory/scan/resolve", "finish": "/inventory/scan/finish", "places": [],
        "lines": [
            {"key": line.key, "item": line.item_id, "code": line.code, "name": line.name, "spec": line.spec, "unit": line.unit, "tracking": line.tracking,
             "expected": f"{line.expected.normalize():f}", "lotCode": line.lot_code, "place": line.place}
            for line in lines
        ],
    }  # fmt: skip
    context = {
        "title": found.number,
        "task": provider.task,
        "tabs": _tabs(request.user, provider.task),
        "work": found,
        "data": data,
    }
    return render(request, "inventory/station.html", context)


@require_POST
@answers_json
def resolve_code(request: HttpRequest) -> dict[str, Any]:
    """What a code stands for; for putting away also the bin that the rules propose and what is there."""
    body = body_of(request)
    found = resolve(request.user, str(body.get("code", "")))
    answer: dict[str, Any] = {"found": found.as_json()}
    place = body.get("place")
    if place and found.item_id:
        source = ledger.place(integer_of(place, "place"))
        there = ledger.book_quantities(source.pk, [found.item_id])
        answer["present"] = (
            f"{sum((q for (_, lot), q in there.items() if found.lot_id in (None, lot)), Decimal(0)).normalize():f}"
        )
        if body.get("propose") and source.warehouse_id:
            target = propose_bins(source.warehouse_id, [Goods(0, found.item_id, Decimal(1), found.lot_id)])[0]
            answer["bin"] = {"id": target, "name": ledger.place(target).name} if target else None
    if found.package_id:
        goods = contents_of(Package.objects.get(pk=found.package_id))
        answer["contents"] = [f"{line.item.code} × {line.quantity.normalize():f}" for line in goods]
        answer["goods"] = [_packed(line) for line in goods]
        if place and body.get("propose"):
            answer["bins"] = _bins_for(integer_of(place, "place"), goods)
    return answer


def _packed(line: PackageLine) -> dict[str, Any]:
    """Goods of a package as if they had been scanned one by one."""
    item, lot = line.item, line.lot
    return {
        "item_id": item.pk, "item_code": item.code, "item_name": item.name, "spec": item.spec, "unit": item.unit.name, "tracking": item.tracking,
        "factor": f"{line.quantity.normalize():f}", "lot_id": lot.pk if lot else None, "lot_code": lot.code if lot else "",
    }  # fmt: skip


def _bins_for(place: int, goods: Sequence[PackageLine]) -> list[dict[str, Any] | None]:
    """The bin that the put-away rules propose for each of some goods."""
    source = ledger.place(place)
    if not source.warehouse_id:
        return [None for _ in goods]
    wanted = [Goods(n, line.item_id, line.quantity, line.lot_id) for n, line in enumerate(goods)]
    chosen = propose_bins(source.warehouse_id, wanted)
    names = {row.pk: row.name for row in ledger.usable_places({pk for pk in chosen.values() if pk})}
    return [{"id": pk, "name": names[pk]} if (pk := chosen[n]) in names else None for n in range(len(goods))]


@require_POST
@answers_json
def finish_station(request: HttpRequest) -> dict[str, Any]:
    """Post what was scanned."""
    body = body_of(request)
    task, request_id = str(body.get("task", "")), request_id_of(body)
    rows = body.get("lines")
    if not isinstance(rows, list) or len(rows) > LINES_MAX or not all(isinstance(row, dict) for row in rows):
        raise DomainError(Problem("bad_body", "The request is not understood."))
    packages = [integer_of(pk, "packages") for pk in body.get("packages") or []]
    if body.get("kind"):
        document = finish_scan(
            actor=request.user,
            request_id=request_id,
            kind=str(body["kind"]),
            key=integer_of(body.get("key"), "key"),
            lines=[_scanned(row) for row in rows],
            packages=packages,
        )
    elif task == "put_away":
        lines = [
            PutAwayInput(
                integer_of(row.get("item"), "item"),
                decimal_of(row.get("quantity"), "quantity"),
                integer_of(row.get("bin"), "bin"),
                _lot(row),
            )
            for row in rows
        ]
        document = put_away(
            actor=request.user,
            request_id=request_id,
            source=integer_of(body.get("source"), "source"),
            lines=lines,
            packages=packages,
        )[0]
    elif task == "transfer" and body.get("package"):
        document = move_package(
            actor=request.user,
            request_id=request_id,
            pk=integer_of(body["package"], "package"),
            target=integer_of(body.get("target"), "target"),
        )
    elif task == "transfer":
        document = quick_transfer(
            actor=request.user, request_id=request_id, source=integer_of(body.get("source"), "source"), target=integer_of(body.get("target"), "target"),
            lines=[StockLineInput(integer_of(row.get("item"), "item"), decimal_of(row.get("quantity"), "quantity"), _lot(row)) for row in rows],
        )  # fmt: skip
    else:
        raise DomainError(Problem("bad_body", "The request is not understood."))
    return {"number": getattr(document, "number", str(document)), "url": url_of(document)}


def _lot(row: dict[str, Any]) -> int | None:
    return integer_of(row["lot"], "lot") if row.get("lot") else None


def _scanned(row: dict[str, Any]) -> ScannedLine:
    lots = row.get("lots") or []
    if not isinstance(lots, list) or not all(isinstance(one, dict) for one in lots):
        raise DomainError(Problem("bad_body", "The request is not understood."))
    return ScannedLine(
        integer_of(row.get("key"), "key"), decimal_of(row.get("quantity"), "quantity"),
        tuple((_lot(one), str(one.get("code", ""))[:60], decimal_of(one.get("quantity"), "quantity")) for one in lots),
    )  # fmt: skip
