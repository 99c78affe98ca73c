"""Return materials: choose orders, see what is in them by component and lot, take back many at once."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Problem
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrder
from gongfang.production.queries import InOrder, in_orders, orders_visible_to, orders_with_material
from gongfang.production.services import ReturnInput, return_materials
from gongfang.production.views.reading import decimal_of, integer_of, rows_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

ORDERS_MAX = 200
NAMES = ("material", "lot", "quantity", "second", "warehouse", "state")
STATES = ("good", "bad")


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Left the orders that hold material, right what is in the chosen ones; empty quantities stay in the order."""
    problems: list[str] = []
    if request.method == "POST":
        try:
            document = return_materials(
                actor=request.user, request_id=request_id_of(request), lines=_lines(request),
                reason=request.POST.get("reason", "").strip(),
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
        else:
            messages.success(request, _("{number} is posted.").format(number=document.number))
            return redirect(f"/production/returns/{document.pk}/")
    return _page(request, problems)


def _rows(request: HttpRequest) -> list[dict[str, str]]:
    return rows_of({}, {name: request.POST.getlist(name) for name in NAMES})


def _lines(request: HttpRequest) -> list[ReturnInput]:
    lines = []
    for index, row in enumerate(_rows(request)):
        quantity = decimal_of(row["quantity"], f"lines.{index}.quantity", default=Decimal(0))
        if not quantity:
            continue
        if row["state"] not in STATES:
            raise DomainError(Problem("bad_choice", "Choose good or not good.", where=f"lines.{index}.state"))
        lines.append(
            ReturnInput(
                integer_of(row["material"], "material"), quantity, integer_of(row["lot"], "lot") if row["lot"] else None,
                integer_of(row["warehouse"], "warehouse") if row["warehouse"] else None, is_good=row["state"] == "good",
                second=decimal_of(row["second"], f"lines.{index}.second") if row["second"].strip() else None,
            )
        )  # fmt: skip
    return lines


def _page(request: HttpRequest, problems: Sequence[str]) -> HttpResponse:
    chosen = {int(pk) for pk in request.GET.getlist("order") if pk.isdigit() and len(pk) < 19}
    visible = orders_with_material(orders_visible_to(request.user)).select_related("item__unit")
    orders = list(visible.order_by("priority", "start", "pk")[:ORDERS_MAX])
    allowed = {order.pk: order for order in orders} | {order.pk: order for order in visible.filter(pk__in=chosen)}
    warehouses = WorkOrder._meta.get_field("warehouse").related_model._default_manager.filter(is_active=True)
    context = {
        "orders": list(allowed.values()), "chosen": chosen, "problems": problems, "request_id": uuid.uuid4(),
        "groups": _groups(in_orders(sorted(chosen & allowed.keys())), _typed(request)),
        "warehouses": list(warehouses.order_by("code").values_list("pk", "name")),
        "reason": request.POST.get("reason", ""), "two_units": counts_in_two_units(),
    }  # fmt: skip
    return render(request, "production/give_back.html", context, status=422 if problems else 200)


def _typed(request: HttpRequest) -> dict[tuple[str, str], dict[str, str]]:
    """What was entered in the rows of a form that was refused, by component and lot."""
    return {(row["material"], row["lot"]): row for row in _rows(request)}


def _groups(held: Sequence[InOrder], typed: Mapping[tuple[str, str], Mapping[str, str]]) -> list[dict[str, Any]]:
    groups: dict[int, dict[str, Any]] = defaultdict(lambda: {"rows": []})
    for one in held:
        given = typed.get((str(one.material.pk), str(one.lot_id or "")), {})
        warehouse = given.get("warehouse") or str(one.material.warehouse_id or "")
        group = groups[one.material.document_id]
        group["order"] = one.material.document
        group["rows"].append(
            {"held": one, "given": given, "warehouse": int(warehouse) if warehouse.isdigit() else None}
        )
    return list(groups.values())
