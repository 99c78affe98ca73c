"""The MRP workbench: run, choose an item, see why, change with the effect shown, decide, release."""

import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning import services
from gongfang.planning.models import PlanException, PlannedOrder, PlanRun
from gongfang.planning.queries import current_run, demands_above, projected_stock, supplies_below
from gongfang.planning.queries.effects import effect_of
from gongfang.planning.queries.explanation import LOT_RULES, explanation
from gongfang.planning.queries.phased import weeks_of
from gongfang.planning.queries.projection import on_hand_of
from gongfang.planning.views import asking
from gongfang.planning.views.charts import stock_chart
from gongfang.planning.views.faults import what_to_do
from gongfang.planning.views.trees import branches, url_of_source
from gongfang.platform.tasks.models import TaskRun
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentence, sentences

ITEMS_MAX = 200
PATH = "/planning/workbench/"


@dataclass(frozen=True, slots=True)
class Going:
    """A run that is going on. percent: how far its task is."""

    run: PlanRun
    percent: int
    message: str


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """Items with suggestions on the left, the chosen one on the right."""
    run = current_run()
    context: dict[str, Any] = {
        "title": _("MRP workbench"),
        "run": run,
        "going": going_on(),
        "q": request.GET.get("q", ""),
    }
    context["no_net_change"] = sentences(services.why_no_net_change(run)) if run is not None else []
    if run is not None:
        context |= _items(request, run)
    return render(request, "planning/workbench.html", context)


def going_on() -> Going | None:
    """The live run that is being made, with its progress."""
    run = PlanRun.objects.filter(state=PlanRun.State.RUNNING, scenario=None).order_by("-pk").first()
    if run is None:
        return None
    task = TaskRun.objects.filter(job="planning.run_mrp", arguments={"run_id": run.pk}).first()
    if task is not None and task.is_over:
        return None
    return Going(run, task.progress if task else 0, _(task.message) if task and task.message else "")


def _items(request: HttpRequest, run: PlanRun) -> dict[str, Any]:
    rows = PlannedOrder.objects.filter(run=run)
    plants = masterdata.plants()
    plant = asking.whole(request, "plant") if len(plants) > 1 else None
    if plant:
        rows = rows.filter(plant=plant)
    if request.GET.get("all") != "1":
        rows = rows.filter(state=PlannedOrder.State.SUGGESTED)
    query = request.GET.get("q", "").strip()
    if query:
        rows = rows.filter(
            Q(item__code__icontains=query) | Q(item__name__icontains=query) | Q(item__pinyin__contains=query.lower())
        )
    grouped = list(
        rows.values("item_id", "item__code", "item__name", "item__unit__name", "kind", "plant_id", "plant__name")
        .annotate(count=Count("pk"), quantity=Sum("quantity"), first=Min("release_on"), is_late=Count("pk", filter=Q(is_late=True)), level=Min("level"))
        .order_by("first", "item__code", "plant_id")[:ITEMS_MAX]
    )  # fmt: skip
    chosen = asking.whole(request, "item") or (grouped[0]["item_id"] if grouped else None)
    at = asking.whole(request, "at") if len(plants) > 1 else None
    at = at or next((row["plant_id"] for row in grouped if row["item_id"] == chosen), None)
    labels = dict(PlannedOrder.Kind.choices)
    for row in grouped:
        row["kind_label"] = labels[row["kind"]]
    found: dict[str, Any] = {"items": grouped, "more": len(grouped) == ITEMS_MAX, "all": request.GET.get("all") == "1"}
    if len(plants) > 1:
        found |= {"plants": plants, "plant": plant}
    if chosen is not None:
        found |= item_context(request.user, run, chosen, at or plant)
    found["exception_count"] = PlanException.objects.filter(run=run, handled_as="").count()
    return found


def item_context(user: Any, run: PlanRun, item_id: int, plant_id: int | None = None) -> dict[str, Any]:
    """Everything about one item of a run (in a plant): record by week, chart, events, suggestions with their reasons, exceptions."""
    item = masterdata.items_by_ids([item_id]).get(item_id)
    if item is None:
        return {}
    plant_id = plant_id or masterdata.home_plant(item)
    orders = list(
        PlannedOrder.objects.filter(run=run, item_id=item_id, plant=plant_id)
        .select_related("item__unit", "run", "supplier", "source_plant").order_by("due_on", "seq")
    )  # fmt: skip
    events = projected_stock(run, item_id, plant_id)
    figures = masterdata.figures_of(item, plant_id)
    on_hand = events[0].stock - events[0].quantity if events else on_hand_of(run, item_id, plant_id)
    shown = [{"order": order, "open": order.state == PlannedOrder.State.SUGGESTED} for order in orders]
    return {
        "item": item,
        "figures": figures,
        "lot_rule": sentence(Problem("rule", LOT_RULES[figures.lot_rule])),
        "at": next((plant for plant in masterdata.plants() if plant.pk == plant_id), None) if plant_id else None,
        "orders": shown,
        "events": events,
        "on_hand": on_hand,
        "weeks": weeks_of(run, events, orders, on_hand),
        "chart": stock_chart(item, figures.safety_stock, events, on_hand, run.today),
        "exceptions": _exceptions(user, run, item_id, plant_id),
        "may_decide": user.may("planning.release"),
    }


def _exceptions(user: Any, run: PlanRun, item_id: int, plant_id: int | None) -> list[dict[str, Any]]:
    """Each with what one click does, or why there is none, and where its document is."""
    rows = (
        PlanException.objects.filter(run=run, item_id=item_id)
        .filter(Q(plant=plant_id) | Q(plant=None))
        .select_related("item")
    )
    may = run.is_current and user.may("planning.follow_exception")
    names = {order.seq: order for order in PlannedOrder.objects.filter(run=run, item_id=item_id)}
    found = []
    for row in rows:
        order = names.get(row.subject_seq) if row.about == "order" else None
        url = f"/planning/suggestions/{order.pk}/" if order else ""
        if row.document_id:
            url = url_of_source(row.doc_type, row.document_id)
        found.append(
            {"row": row, "name": str(order or row.document), "url": url, "words": what_to_do(row),
             "can": may and not services.why_not_follow(row)}
        )  # fmt: skip
    return found


@require_GET
def why(request: HttpRequest) -> HttpResponse:
    """The reasons of a suggestion and its pegging both ways, as a fragment."""
    order = _order(request)
    above, below = demands_above(order.run, [order.seq]), supplies_below(order.run, [order.seq])
    context = {
        "order": order,
        "reasons": sentences(explanation(order, sees_cost=request.user.sees("cost"))),
        "above": branches(above),
        "below": branches(below),
    }
    return render(request, "planning/_why.html", context)


def _order(request: HttpRequest) -> PlannedOrder:
    rows = PlannedOrder.objects.select_related("item__unit", "run", "supplier", "plant", "source_plant")
    return get_object_or_404(rows, pk=asking.whole(request, "order") or 0)


@require_GET
def change(request: HttpRequest) -> HttpResponse:
    """The dialog in which a suggestion is changed, with the effect of what is typed."""
    order = _order(request)
    quantity = asking.quantity(request, "quantity") or order.quantity
    release_on = asking.day(request, "release_on", order.release_on) or order.release_on
    due_on = asking.day(request, "due_on", order.due_on) or order.due_on
    wrong = []
    if quantity <= 0:
        wrong.append(Problem("bad_quantity", "The quantity must be more than 0.", where="quantity"))
    if release_on > due_on:
        wrong.append(Problem("bad_dates", "It cannot start after it is due.", where="release_on"))
    effect = None if wrong else effect_of(order, quantity, release_on, due_on)
    context = {
        "order": order, "quantity": quantity, "release_on": release_on, "due_on": due_on, "effect": effect, "wrong": sentences(wrong),
    }  # fmt: skip
    page = "planning/_effect.html" if request.GET.get("only") == "effect" else "planning/_change.html"
    return render(request, page, context)


@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Save the change of a suggestion; `firm` keeps it for later runs as well."""
    order = _order(request)
    quantity = asking.quantity(request, "quantity")
    release_on, due_on = asking.day(request, "release_on"), asking.day(request, "due_on")
    if quantity is None or release_on is None or due_on is None:
        raise DomainError(Problem("figures_missing", "Enter a quantity and both dates."))
    changed = services.change_suggestion(
        actor=request.user, request_id=request_id_of(request), order_id=order.pk, quantity=quantity, release_on=release_on,
        due_on=due_on, version=asking.whole(request, "version"),
    )  # fmt: skip
    if request.POST.get("firm"):
        services.firm_suggestions(actor=request.user, request_id=_second(request), order_ids=[changed.pk])
    return asking.back(request, f"{PATH}?item={order.item_id}" + (f"&at={order.plant_id}" if order.plant_id else ""))


def _second(request: HttpRequest) -> Any:
    """Another request id made of the form's, so that a repeated click is still done once."""
    return uuid.uuid5(request_id_of(request), "firm")


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Firm, merge, split, release or dismiss what was ticked."""
    ids, what = asking.numbers(request, "order"), request.POST.get("act", "")
    common: dict[str, Any] = {"actor": request.user, "request_id": request_id_of(request)}
    if what == "firm":
        services.firm_suggestions(order_ids=ids, **common)
    elif what == "merge":
        services.merge_suggestions(order_ids=ids, **common)
    elif what == "split":
        wanted = asking.quantity(request, "split") or Decimal(0)
        services.split_suggestion(order_id=ids[0] if ids else 0, quantity=wanted, **common)
    elif what == "dismiss":
        services.dismiss_suggestions(order_ids=ids, **common)
    else:
        services.release_suggestions(
            order_ids=ids, buy_as="requisition" if what == "requisition" else "order", **common
        )
    return asking.back(request, PATH)


@require_POST
def run_now(request: HttpRequest) -> HttpResponse:
    """Queue a run; the page shows its progress."""
    services.start_mrp(
        actor=request.user, request_id=request_id_of(request), horizon_days=asking.whole(request, "horizon_days", 120) or 120,
        net_change=request.POST.get("kind") == PlanRun.Kind.NET_CHANGE,
    )  # fmt: skip
    return asking.back(request, PATH)


@require_GET
def progress(request: HttpRequest) -> HttpResponse:
    """How far the run is; loads the page anew when it is over."""
    going = going_on()
    if going is None:
        return asking.back(request, PATH)
    return render(request, "planning/_progress.html", {"going": going})


@require_POST
def follow(request: HttpRequest) -> HttpResponse:
    """Do what an exception proposes."""
    services.follow_exceptions(
        actor=request.user, request_id=request_id_of(request), exception_ids=asking.numbers(request, "exception")
    )
    return asking.back(request, PATH)


ROUTES = [
    ("why", why), ("change", change), ("save", save), ("act", act), ("run", run_now), ("progress", progress), ("follow", follow),
]  # fmt: skip
