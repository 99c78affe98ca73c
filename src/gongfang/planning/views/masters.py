"""Master production schedule: one item by week with its fences; firm what MRP suggests, or plan by hand."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata import queries as masterdata
from gongfang.planning import services
from gongfang.planning.models import MasterItem
from gongfang.planning.queries import current_run
from gongfang.planning.queries.masters import schedule_of
from gongfang.planning.views import asking
from gongfang.ui.requests import request_id_of

PATH = "/planning/mps/"


@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """The chosen item's thirteen weeks; where there are several plants, in one of them or over all."""
    masters = list(MasterItem.objects.select_related("item__unit").order_by("item__code"))
    chosen = next(
        (row for row in masters if row.pk == asking.whole(request, "master")), masters[0] if masters else None
    )
    context: dict[str, Any] = {
        "title": _("Master production schedule"),
        "masters": masters,
        "chosen": chosen,
        "may": request.user.may("planning.create_firm_order"),
    }
    if chosen is not None:
        plants = masterdata.plants()
        plant = _plant(request, chosen) if len(plants) > 1 else None
        rows, on_hand = schedule_of(chosen, current_run(), timezone.localdate(), plant)
        context |= {"rows": rows, "on_hand": on_hand, "plants": plants if len(plants) > 1 else [], "plant": plant}
    return render(request, "planning/mps.html", context)


def _plant(request: HttpRequest, chosen: MasterItem) -> int | None:
    """The plant asked for; the item's home at first, None over all."""
    if "plant" in request.GET:
        return asking.whole(request, "plant")
    return masterdata.home_plant(chosen.item)


@require_POST
def act(request: HttpRequest) -> HttpResponse:
    """Firm suggestions of a week, or plan a quantity by hand."""
    common: dict[str, Any] = {"actor": request.user, "request_id": request_id_of(request)}
    ids = asking.numbers(request, "order")
    if ids:
        services.firm_suggestions(order_ids=ids, **common)
    else:
        quantity, due = asking.quantity(request, "quantity"), asking.day(request, "due_on")
        if quantity is None or due is None:
            raise DomainError(Problem("figures_missing_one", "Enter a quantity and a date."))
        item_id = asking.whole(request, "item") or 0
        services.create_firm_order(
            item_id=item_id, quantity=quantity, due_on=due, why=_("Master schedule"), plant_id=asking.whole(request, "plant"), **common
        )  # fmt: skip
    return asking.back(request, PATH)


ROUTES = [("act", act)]
