"""Chart options for ECharts. Figures leave the exact world here and only here."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gongfang.planning.queries import ProjectionRow


def figure(value: Decimal) -> str:
    """A figure as JSON text: ECharts reads it as a number."""
    return f"{value.normalize():f}"


def stock_chart(
    item: Any, safety_stock: Decimal, events: Sequence[ProjectionRow], on_hand: Decimal, today: date
) -> dict[str, Any]:  # fmt: skip
    """Projected stock as steps, what comes and goes as bars, safety stock as a line."""
    days: dict[date, list[Decimal]] = {today: [Decimal(0), Decimal(0), on_hand]}
    for row in events:
        day = days.setdefault(row.on, [Decimal(0), Decimal(0), Decimal(0)])
        day[0 if row.quantity > 0 else 1] += row.quantity
        day[2] = row.stock
    shown = sorted(days)

    def points(place: int) -> list[list[str]]:
        return [[day.isoformat(), figure(days[day][place])] for day in shown]

    safety = [{"yAxis": figure(safety_stock), "name": _("Safety stock")}] if safety_stock else []
    return {
        "legend": {"top": 0},
        "grid": {"left": 8, "right": 16, "top": 58, "bottom": 6, "containLabel": True},
        "xAxis": {"type": "time"},
        "yAxis": {"type": "value", "name": item.unit.name, "nameGap": 12},
        "series": [
            {"name": _("Comes in"), "type": "bar", "barMaxWidth": 10, "data": points(0), "itemStyle": {"color": "#2fb344"}},
            {"name": _("Goes out"), "type": "bar", "barMaxWidth": 10, "data": points(1), "itemStyle": {"color": "#f59f00"}},
            {
                "name": _("Projected stock"), "type": "line", "step": "end", "symbolSize": 5, "data": points(2),
                "itemStyle": {"color": "#1d5fd1"}, "areaStyle": {"opacity": 0.08},
                "markLine": {"symbol": "none", "data": safety, "lineStyle": {"color": "#d63939", "type": "dashed"}, "label": {"formatter": "{b}", "position": "insideEndTop"}},
            },
        ],
    }  # fmt: skip
