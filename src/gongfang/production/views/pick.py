"""Pick and issue: choose orders, see what to fetch from where, issue it."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind
from gongfang.kernel.states import Approval
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrder, WorkOrderMaterial
from gongfang.production.queries import orders_visible_to
from gongfang.production.services import IssueInput, issue_materials, propose_picks
from gongfang.production.services.stocks import Pick, waiting_for_material, walked
from gongfang.production.views.reading import decimal_of, integer_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Left the orders that wait for material, right the pick list of the chosen ones, lots proposed."""
    problems: list[str] = []
    confirm: list[str] = []
    if request.method == "POST":
        try:
            document = _issue(request)
        except DomainError as refused:
            problems = sentences(refused.problems)
            confirm = refused.codes if refused.kind == Kind.CONFIRM else []
        else:
            posted = document.approval == Approval.APPROVED
            said = _("{number} is posted.") if posted else _("{number} waits for approval; nothing is issued yet.")
            messages.success(request, said.format(number=document.number))
            return redirect(f"/production/issues/{document.pk}/")
    return _page(request, problems, confirm)


def _issue(request: HttpRequest) -> Any:
    post = request.POST
    lines = []
    keys = zip_longest(
        *(post.getlist(name) for name in ("material", "lot", "warehouse", "place", "quantity", "second")), fillvalue=""
    )
    for index, (material, lot, warehouse, place, quantity, second) in enumerate(keys):
        amount = decimal_of(quantity, f"lines.{index}.quantity", default=Decimal(0))
        if amount:
            lines.append(
                IssueInput(
                    integer_of(material, "material"), amount, integer_of(lot, "lot") if lot else None,
                    integer_of(warehouse, "warehouse") if warehouse else None,
                    location_id=integer_of(place, "place") if place else None,
                    second=decimal_of(second, f"lines.{index}.second") if second.strip() else None,
                )
            )  # fmt: skip
    return issue_materials(
        actor=request.user, request_id=request_id_of(request), lines=lines, reason=post.get("reason", ""),
        confirm=frozenset(post.getlist("confirm")),
    )  # fmt: skip


def _page(request: HttpRequest, problems: Sequence[str], confirm: Sequence[str]) -> HttpResponse:
    chosen = {int(pk) for pk in request.GET.getlist("order") if pk.isdigit()}
    orders = list(
        waiting_for_material(orders_visible_to(request.user))
        .select_related("item__unit").order_by("priority", "start", "pk")[:200]
    )  # fmt: skip
    allowed = {order.pk for order in orders}
    picks = propose_picks(sorted(chosen & allowed), by_place=True) if chosen & allowed else []
    context = {
        "orders": orders, "chosen": chosen, "groups": _groups(picks, _typed(request)), "problems": problems, "confirm": confirm, "request_id": uuid.uuid4(),
        "short": any(pick.short for pick in picks), "two_units": counts_in_two_units(),
    }  # fmt: skip
    return render(request, "production/pick.html", context, status=422 if problems else 200)


def _typed(request: HttpRequest) -> dict[tuple[str, ...], tuple[str, str]]:
    """Quantity and second quantity typed into the pick list that was refused, by component, lot, warehouse and place."""
    names = ("material", "lot", "warehouse", "place", "quantity", "second")
    rows = zip_longest(*(request.POST.getlist(name) for name in names), fillvalue="")
    return {tuple(row[:4]): (row[4], row[5]) for row in rows}


def _groups(picks: Sequence[Pick], typed: Mapping[tuple[str, ...], tuple[str, str]]) -> list[dict[str, Any]]:
    """Picks in the order of a walk: by warehouse, then place by place as `walked` says; what is missing last."""
    materials = {
        row.pk: row
        for row in WorkOrderMaterial.objects.filter(pk__in={pick.material_id for pick in picks}).select_related("item__unit", "item__second_unit", "document")
    }  # fmt: skip
    model = WorkOrder._meta.get_field("warehouse").related_model
    names = dict(model._default_manager.values_list("pk", "name"))
    groups: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for pick in walked(picks, {pk: row.item.code for pk, row in materials.items()}):
        place = _("Missing") if pick.short else str(names.get(pick.warehouse_id, ""))
        key = tuple(str(one or "") for one in (pick.material_id, pick.lot_id, pick.warehouse_id, pick.location_id))
        quantity, second = typed.get(key, ("", ""))
        groups[place].append(
            {"pick": pick, "material": materials[pick.material_id], "typed": quantity, "second": second}
        )
    return [{"name": name, "rows": rows} for name, rows in groups.items()]
