"""The one-page quick order."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind
from gongfang.production.models import WorkOrder
from gongfang.production.queries import orders_visible_to
from gongfang.production.rules import Stage
from gongfang.production.services import QuickMaterial, quick_finish, quick_order
from gongfang.production.views.reading import decimal_of, integer_of, rows_of
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

PLACES = ("product", "quantity", "good", "scrap")


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Enter product, quantity and materials; start; finish. Everything on this page."""
    if request.method == "POST":
        try:
            order = _finish(request) if request.POST.get("act") == "finish" else _start(request)
        except DomainError as refused:
            return _page(request, refused=refused)
        return redirect(f"/production/quick/?order={order.pk}")
    return _page(request)


def _start(request: HttpRequest) -> WorkOrder:
    entered = _entered(request)
    materials = [
        QuickMaterial(
            row["name"], decimal_of(row["quantity"], f"materials.{index}.quantity"),
            decimal_of(row["price"], f"materials.{index}.price") if row["price"].strip() else None,
        )
        for index, row in enumerate(entered["rows"])
        if any(value.strip() for value in row.values())
    ]  # fmt: skip
    return quick_order(
        actor=request.user, request_id=request_id_of(request), product=entered["product"],
        quantity=decimal_of(entered["quantity"], "quantity"), materials=materials,
        confirm=frozenset(request.POST.getlist("confirm")),
    )  # fmt: skip


def _finish(request: HttpRequest) -> WorkOrder:
    post = request.POST
    good = post.get("good", "").strip()
    return quick_finish(
        actor=request.user, request_id=request_id_of(request), order_id=integer_of(post.get("order", ""), "order"),
        good=decimal_of(good, "good") if good else None, scrap=decimal_of(post.get("scrap", ""), "scrap", default=decimal_of("0", "")),
    )  # fmt: skip


def _entered(request: HttpRequest) -> dict[str, Any]:
    post = request.POST
    names = {name: post.getlist(f"material_{name}") for name in ("name", "quantity", "price")}
    return {"product": post.get("product", ""), "quantity": post.get("quantity", ""), "rows": rows_of(post, names)}


def _page(request: HttpRequest, refused: DomainError | None = None) -> HttpResponse:
    entered = _entered(request) if request.method == "POST" else {"product": "", "quantity": "", "rows": []}
    wanted = request.GET.get("order") or request.POST.get("order", "")
    visible = orders_visible_to(request.user)
    order = visible.select_related("item__unit").filter(pk=wanted).first() if wanted.isdigit() else None
    rows = entered["rows"] + [{"name": "", "quantity": "", "price": ""}] * max(0, 3 - len(entered["rows"]))
    open_orders = (
        visible.select_related("item__unit").filter(stage__in=[Stage.RELEASED, Stage.STARTED]).order_by("-pk")[:8]
    )
    context = {
        "entered": entered, "rows": rows, "order": order, "open_orders": open_orders, "request_id": uuid.uuid4(),
        "open_quantity": order.open_quantity if order else None,
        "problems": sentences(refused.problems) if refused else [],
        "confirm": refused.codes if refused and refused.kind == Kind.CONFIRM else [],
        "sees_cost": request.user.sees("cost"),
    }  # fmt: skip
    return render(request, "production/quick.html", context, status=422 if refused else 200)
