"""Control charts as the chart script draws them."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from gongfang.engines.spc import Signal, Track
from gongfang.quality.services.charting import Series


def rule_text(rule: str) -> str:
    """What a run rule says."""
    return {
        "N1": _("a point beyond three sigmas"), "N2": _("nine points in a row on one side"), "N3": _("six points in a row rising or falling"),
        "N4": _("fourteen points in a row up and down in turn"), "N5": _("two of three points beyond two sigmas"),
        "N6": _("four of five points beyond one sigma"), "N7": _("fifteen points in a row within one sigma"),
        "N8": _("eight points in a row, none within one sigma"),
    }.get(rule, rule)  # fmt: skip


def figure(number: Decimal | None) -> str:
    return "–" if number is None else f"{number:.4f}".rstrip("0").rstrip(".")


def options(
    track: Track, title: str, names: list[str], found: tuple[Signal, ...], limits: dict[str, Decimal | None]
) -> dict[str, Any]:
    """ECharts options of one track: points, centre, limits (and the tolerance), broken rules marked red."""
    bad = {one.index for one in found}
    offset = len(names) - len(track.points)
    points: list[Any] = [None] * offset
    for index, point in enumerate(track.points):
        mark = index + offset in bad
        points.append(
            {
                "value": round(float(point), 6),
                "itemStyle": {"color": "#d63939"} if mark else {},
                "symbolSize": 11 if mark else 6,
            }
        )

    def line(values: list[Any], name: str, color: str, dash: str = "dashed") -> dict[str, Any]:
        return {
            "type": "line",
            "name": name,
            "data": values,
            "symbol": "none",
            "lineStyle": {"color": color, "type": dash, "width": 1.2},
            "itemStyle": {"color": color},
            "endLabel": {"show": True, "formatter": "{a}", "color": color, "fontSize": 11},
        }

    def flat(value: Decimal) -> list[Any]:
        return [round(float(value), 6)] * len(names)

    series = [
        {
            "type": "line",
            "name": title,
            "data": points,
            "showAllSymbol": True,
            "lineStyle": {"color": "#1d5fd1"},
            "itemStyle": {"color": "#1d5fd1"},
        },
        line(flat(track.centre), "CL", "#2fb344", "solid"),
        line([None] * offset + [round(float(one), 6) for one in track.upper], "UCL", "#d63939"),
        line([None] * offset + [round(float(one), 6) for one in track.lower], "LCL", "#d63939"),
    ]
    series += [line(flat(value), name, "#7b3fb5", "dotted") for name, value in limits.items() if value is not None]
    return {
        "title": {"text": title, "left": 4, "top": 2, "textStyle": {"fontSize": 13, "fontWeight": "normal"}},
        "grid": {"left": 8, "right": 64, "top": 30, "bottom": 6, "containLabel": True}, "series": series,
        "xAxis": {"type": "category", "data": names}, "yAxis": {"type": "value", "scale": True},
    }  # fmt: skip


def track_title(name: str) -> str:
    """What a track shows."""
    return {
        "mean": _("Mean"), "range": _("Range R"), "deviation": _("Deviation s"), "value": _("Value X"), "moving_range": _("Moving range MR"),
    }.get(name, name)  # fmt: skip


def drawn(series: Series, key: str) -> dict[str, Any]:
    """A series for the template: chart options, capability, the broken rules in words."""
    names = [one.number[-9:] for one in series.shown]
    charts = []
    if series.chart is not None:
        limits = {_("USL"): series.upper, _("LSL"): series.lower} if series.kind == "i_mr" else {}
        charts.append(
            {
                "id": f"{key}-main",
                "options": options(series.chart.main, track_title(series.chart.main.name), names, series.found, limits),
            }
        )
        if series.chart.spread is not None:
            charts.append(
                {
                    "id": f"{key}-spread",
                    "options": options(
                        series.chart.spread, track_title(series.chart.spread.name), names, series.spread_found, {}
                    ),
                }
            )
    ability = series.ability
    latest = len(series.shown) - 1
    return {
        "series": series, "charts": charts, "least": 8, "missing": max(8 - len(series.shown), 0),
        "warnings": list(dict.fromkeys(rule_text(one.rule) for one in (*series.found, *series.spread_found) if one.index == latest)),
        "past": [(series.shown[one.index].number, one.rule, rule_text(one.rule)) for one in series.found if one.index < len(series.shown)][-12:],
        "figures": [] if ability is None else [
            (_("Mean"), figure(ability.mean)), ("σ", figure(ability.within)), ("Cp", figure(ability.cp)), ("Cpk", figure(ability.cpk)),
            ("Pp", figure(ability.pp)), ("Ppk", figure(ability.ppk)),
        ],
    }  # fmt: skip
