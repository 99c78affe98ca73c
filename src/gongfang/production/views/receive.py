"""Receive output: choose orders, see what came out of them, take in product, co-products and parts by lot and place."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from gongfang.kernel.errors import DomainError, Kind, Problem
from gongfang.masterdata.queries import counts_in_two_units
from gongfang.production.models import WorkOrder
from gongfang.production.queries import orders_visible_to, orders_with_output
from gongfang.production.services import Ready, ReceiptInput, orders_ready, ready_outputs, receive_output
from gongfang.production.views.reading import decimal_of, integer_of, rows_of
from gongfang.ui.present import number_text
from gongfang.ui.requests import request_id_of
from gongfang.ui.sentences import sentences

ORDERS_MAX = 200
NAMES = ("order", "output", "quantity", "lot", "serials", "second", "warehouse", "location", "place")
Typed = Mapping[tuple[str, str], list[dict[str, str]]]


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Left the orders that something may be received of now (with `all=1` also those that are still to bring it), right what came out of the chosen ones; empty quantities stay in the order."""
    problems: list[str] = []
    confirm: list[str] = []
    if request.method == "POST":
        try:
            document = receive_output(
                actor=request.user, request_id=request_id_of(request), lines=_lines(request), on=_day(request.POST.get("on", "")),
                confirm=frozenset(request.POST.getlist("confirm")),
            )  # fmt: skip
        except DomainError as refused:
            problems = sentences(refused.problems)
            confirm = refused.codes if refused.kind == Kind.CONFIRM else []
        else:
            messages.success(request, _("{number} is posted.").format(number=document.number))
            return redirect(f"/production/receipts/{document.pk}/")
    return _page(request, problems, confirm)


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise DomainError(Problem("bad_date", "“{text}” is not a date.", where="on", text=text[:20])) from error


def _rows(request: HttpRequest) -> list[dict[str, str]]:
    return rows_of({}, {name: request.POST.getlist(name) for name in NAMES})


def _lines(request: HttpRequest) -> list[ReceiptInput]:
    lines = []
    for index, row in enumerate(_rows(request)):
        where = f"lines.{index}"
        quantity = decimal_of(row["quantity"], f"{where}.quantity", default=Decimal(0))
        if not quantity:
            continue
        key = {name: integer_of(row[name], name) if row[name] else None for name in ("output", "warehouse", "location")}
        lines.append(
            ReceiptInput(
                integer_of(row["order"], "order"), quantity, key["output"], row["lot"].strip()[:60], row["serials"], key["warehouse"],
                key["location"], decimal_of(row["second"], f"{where}.second") if row["second"].strip() else None,
            )
        )  # fmt: skip
    return lines


def _page(request: HttpRequest, problems: Sequence[str], confirm: Sequence[str]) -> HttpResponse:
    chosen = {int(pk) for pk in request.GET.getlist("order") if pk.isdigit() and len(pk) < 19}
    visible = orders_visible_to(request.user).select_related("item__unit", "item__second_unit")
    every = request.GET.get("all") == "1"
    may = orders_with_output(visible).order_by("priority", "start", "pk")
    orders = list(may[:ORDERS_MAX]) if every else orders_ready(may, ORDERS_MAX)
    allowed = {order.pk: order for order in orders} | {
        order.pk: order for order in visible.filter(pk__in=chosen, approval="approved")
    }
    warehouses = WorkOrder._meta.get_field("warehouse").related_model._default_manager.filter(is_active=True)
    ready = ready_outputs({pk: order for pk, order in allowed.items() if pk in chosen})
    context = {
        "orders": list(allowed.values()), "chosen": chosen, "problems": problems, "confirm": confirm, "request_id": uuid.uuid4(),
        "groups": _groups(ready, _typed(request)), "warehouses": list(warehouses.order_by("code").values_list("pk", "name")),
        "on": request.POST.get("on") or timezone.localdate().isoformat(), "two_units": counts_in_two_units(),
        "switch": _("Also what is still being made"), "every": every,
    }  # fmt: skip
    return render(request, "production/receive.html", context, status=422 if problems else 200)


def _typed(request: HttpRequest) -> Typed:
    """What was entered in the rows of a form that was refused, by order and output; several where it was split by lot."""
    found: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in _rows(request):
        found[row["order"], row["output"]].append(row)
    return found


def _groups(ready: Sequence[Ready], typed: Typed) -> list[dict[str, Any]]:
    groups: dict[int, dict[str, Any]] = defaultdict(lambda: {"rows": []})
    for one in ready:
        group = groups[one.order.pk]
        group["order"] = one.order
        house = one.order.warehouse_id if one.output is None else None
        first = {
            "quantity": number_text(one.quantity, "quantity") if one.quantity else "", "warehouse": str(house or one.item.default_warehouse_id or ""),
            "lot": (one.order.lot_code or one.order.number) if one.item.tracking == "lot" else "",
        }  # fmt: skip
        for given in typed.get((str(one.order.pk), str(one.output.pk if one.output else ""))) or [first]:
            group["rows"].append(
                {"ready": one, "given": given, "warehouse": int(given["warehouse"]) if given["warehouse"] else None}
            )
    return list(groups.values())
