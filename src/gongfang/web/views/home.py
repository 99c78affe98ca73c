"""Home: process map, to-do, alerts and figures, by what the person may do. Each part is fetched on its own."""

from collections import Counter
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from gongfang.platform.approvals.queries import to_decide
from gongfang.platform.audit.queries import latest_verbs
from gongfang.platform.documents.registry import document_types
from gongfang.platform.notifications.models import Notification
from gongfang.ui.derive import one as noun
from gongfang.ui.present import number_text
from gongfang.ui.registry import model_of, registry, screen_of_model, visible_screens
from gongfang.ui.screens import Figure, Page, Screen, Tile
from gongfang.web.process import LANES, PROCESS

TODO_SHOWN = 12
DECIDERS = {"owner"}


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The page itself; figures come by fragments, so that it shows at once."""
    context = {"shortcuts": shortcuts(request.user), "steps": first_steps(request.user), "days": days(request.user)}
    return render(request, "web/home.html", context)


def days(user: Any) -> list[Page]:
    """The pages on which the person's roles spend their day."""
    roles = user.role_codes()
    return [one for one in visible_screens(user) if isinstance(one, Page) and roles.intersection(one.day_of)]


def first_steps(user: Any) -> list[dict[str, Any]]:
    """What a new company does first; nothing once there are items."""
    if model_of(registry().screens["masterdata/items"])._default_manager.exists():
        return []
    steps = [
        ("platform.import_workbook", "/masterdata/import/", "file-spreadsheet", _("Bring your factory in"),
         _("One Excel workbook: items, structures, partners, stock, balances, people. It is checked as a whole before anything is loaded.")),
        ("production.quick_order", "/production/quick/", "bolt", _("Or begin with one order"),
         _("Name a product, its materials and a quantity: what is missing is created on the way.")),
        ("platform.create_user", "/platform/users/new", "user-plus", _("Add people"),
         _("Everybody gets their own log-in and roles; the roles say what may be done and which figures are seen.")),
        ("platform.save_flow", "/platform/flows/", "git-merge", _("Say who approves"),
         _("Work orders go through planning, warehouse and workshop; set up others by amount, customer or warehouse.")),
    ]  # fmt: skip
    return [
        {"url": url, "icon": icon, "title": title, "text": text}
        for verb, url, icon, title, text in steps
        if user.may(verb)
    ]


def shortcuts(user: Any) -> list[dict[str, Any]]:
    """What the person creates most likely: what they created lately, then documents before records, in menu order.

    Whoever only looks and decides is offered what they did create, nothing else.
    """
    made = Counter(latest_verbs(user))
    found = [
        one
        for one in visible_screens(user)
        if isinstance(one, Screen) and one.create_verb and one.menu and user.may(one.create_verb)
    ]
    if user.role_codes() and user.role_codes() <= DECIDERS:
        found = [one for one in found if made[one.create_verb]]
    found.sort(key=lambda one: (-made[one.create_verb], not getattr(model_of(one), "doc_type", "")))
    return [{"url": f"/{one.key}/new", "title": noun(one), "icon": one.icon} for one in found[:8]]


@require_GET
def process_map(request: HttpRequest) -> HttpResponse:
    """The boxes with live counts; a box whose noun the person may not see is grey and has no figure."""
    declared = registry().boxes
    boxes = []
    for box in PROCESS:
        live = declared.get(box.key)
        if live is None:
            continue
        allowed = not live.permission or request.user.may(live.permission)
        boxes.append(
            {
                "box": box, "title": live.title or box.title, "url": live.url if allowed else "",
                "count": live.count(request.user) if live.count and allowed else None,
                "late": live.late(request.user) if live.late and allowed else 0,
            }
        )  # fmt: skip
    return render(request, "web/_process.html", drawing(boxes))


CELL_W, CELL_H, BOX_W, BOX_H = 148, 88, 118, 66


def drawing(boxes: list[dict[str, Any]]) -> dict[str, Any]:
    """Places of boxes and arrows; empty lanes and columns close up."""
    lanes = sorted({entry["box"].lane for entry in boxes})
    columns = sorted({entry["box"].column for entry in boxes})
    left = 92
    places = {}
    for entry in boxes:
        x = left + columns.index(entry["box"].column) * CELL_W
        y = 8 + lanes.index(entry["box"].lane) * CELL_H
        entry |= {"x": x, "y": y}
        places[entry["box"].key] = (x, y)
    arrows = []
    for entry in boxes:
        for source in entry["box"].after:
            if source in places:
                arrows.append(arrow(places[source], places[entry["box"].key]))
    return {
        "boxes": boxes, "arrows": arrows, "width": left + len(columns) * CELL_W - (CELL_W - BOX_W) + 8, "height": 8 + len(lanes) * CELL_H,
        "lanes": [{"title": LANES[lane], "y": 8 + place * CELL_H} for place, lane in enumerate(lanes)], "box_w": BOX_W, "box_h": BOX_H,
    }  # fmt: skip


def arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    """An SVG path with square corners from box to box."""
    (x1, y1), (x2, y2) = start, end
    if y1 == y2:
        return f"M{x1 + BOX_W} {y1 + BOX_H / 2} H{x2 - 3}"
    if x2 > x1:
        middle = x2 - (CELL_W - BOX_W) / 2
        return f"M{x1 + BOX_W} {y1 + BOX_H / 2} H{middle} V{y2 + BOX_H / 2} H{x2 - 3}"
    if x2 == x1:
        down = y2 > y1
        return f"M{x1 + BOX_W / 2} {y1 + BOX_H if down else y1} V{y2 - 3 if down else y2 + BOX_H + 3}"
    middle = y1 + BOX_H + (CELL_H - BOX_H) / 2
    return f"M{x1 + BOX_W / 2} {y1 + BOX_H} V{middle} H{x2 + BOX_W / 2} V{y2 - 3}"


def todo_rows(user: Any) -> tuple[list[dict[str, Any]], int]:
    """Approvals that ask the person now, then unread messages. Two queries and two counts at most."""
    decide = to_decide(user)
    waiting = list(decide[:TODO_SHOWN])
    types = document_types()
    rows = []
    for task in waiting:
        model = types.get(task.doc_type)
        target = screen_of_model(model._meta.label) if model else None
        rows.append(
            {
                "kind": "approval", "icon": "stamp", "text": task.number, "detail": str(model._meta.verbose_name) if model else task.doc_type,
                "url": f"/{target.key}/{task.document_id}/" if target else "", "at": task.created_at,
            }
        )  # fmt: skip
    unread = Notification.objects.filter(user=user, read_at=None).order_by("-pk")
    messages = list(unread[:TODO_SHOWN])
    for message in messages:
        rows.append(
            {
                "kind": "message",
                "icon": "message",
                "text": message.title,
                "detail": message.text,
                "url": f"/-/message/{message.pk}",
                "at": message.created_at,
            }
        )
    count = (len(waiting) if len(waiting) < TODO_SHOWN else decide.count()) + (
        len(messages) if len(messages) < TODO_SHOWN else unread.count()
    )
    return rows, count


@require_GET
def todo(request: HttpRequest) -> HttpResponse:
    rows, count = todo_rows(request.user)
    return render(request, "web/_todo.html", {"rows": rows, "count": count})


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    """What the packages found that needs somebody."""
    found = []
    for alert in registry().alerts:
        if alert.permission and not request.user.may(alert.permission):
            continue
        rows = list(alert.rows(request.user))[:10]
        if rows:
            found.append({"alert": alert, "rows": rows})
    return render(request, "web/_alerts.html", {"alerts": found})


@require_GET
def tiles(request: HttpRequest) -> HttpResponse:
    """The figures of the person's role."""
    shown = []
    for tile in registry().tiles:
        if (tile.permission and not request.user.may(tile.permission)) or not request.user.sees(tile.scope):
            continue
        shown.append(tile_context(tile, tile.value(request.user)))
    return render(request, "web/_tiles.html", {"tiles": shown[:8]})


def tile_context(tile: Tile, figure: Figure) -> dict[str, Any]:
    """Text, change against before, and the sparkline's points."""
    context: dict[str, Any] = {
        "tile": tile,
        "figure": figure,
        "text": "–"
        if figure.value is None
        else ("¥" if figure.kind == "money" else "") + number_text(figure.value, figure.kind),
    }
    if figure.before not in (None, 0) and figure.value is not None:
        change = (figure.value - figure.before) / abs(figure.before)
        context["change"] = number_text(abs(change), "percent") if abs(change) < 100 else ""
        context["up"] = change >= 0
        context["is_good"] = figure.good == "" or (figure.good == "up") == (change >= 0)
    if len(figure.history) > 1:
        low, high = min(figure.history), max(figure.history)
        span = (high - low) or 1
        step = 100 / (len(figure.history) - 1)
        context["points"] = " ".join(
            f"{index * step:.1f},{26 - float((value - low) / span) * 24:.1f}"
            for index, value in enumerate(figure.history)
        )
    return context
