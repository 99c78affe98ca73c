"""Read a `gongfang/forecast-problem/1` file (docs/reference/forecast-format.md), refusing every fault by its path."""

from decimal import Decimal
from pathlib import Path

from gongfang.engines.forecasting.problem import Analogue, ForecastProblem, Method, Series
from gongfang.engines.formats import (
    Faults,
    boolean,
    check_format,
    check_keys,
    check_list,
    choice,
    decimal,
    integer,
    read_json,
    text,
)

FORMAT = "gongfang/forecast-problem/1"


def read_problem(path: str | Path) -> ForecastProblem:
    """Read the file (plain or gzip). Raises: FormatError with all faults found."""
    return problem_from(read_json(path))


def problem_from(value: object) -> ForecastProblem:
    """Read parsed JSON (numbers with a point as Decimal). Raises: FormatError with all faults found."""
    faults = Faults()
    optional = ("season", "interval", "methods", "clean")
    keys = check_keys(value, "$", ("format", "horizon", "series"), optional, faults)
    if keys is None:
        faults.raise_any()
    assert keys is not None
    check_format(keys, FORMAT, faults)
    interval = decimal(keys.get("interval", Decimal("0.9")), "$.interval", faults, places=6, above=0)
    if interval >= 10**6:
        faults.add("$.interval", "must be under 1")
    allowed = [method.value for method in Method if method is not Method.ANALOGY]
    names = check_list(keys.get("methods", []), "$.methods", faults)
    methods = tuple(Method(choice(name, f"$.methods[{n}]", allowed, faults)) for n, name in enumerate(names))
    problem = ForecastProblem(
        series=_series(keys["series"], faults),
        horizon=integer(keys["horizon"], "$.horizon", faults, 1, 1000),
        season=integer(keys.get("season", 1), "$.season", faults, 1, 1000),
        interval=interval / 10**6,
        methods=methods,
        clean=boolean(keys.get("clean", True), "$.clean", faults),
    )
    _check_analogues(problem, faults)
    faults.raise_any()
    return problem


def _series(value: object, faults: Faults) -> tuple[Series, ...]:
    result: list[Series] = []
    seen: set[str] = set()
    for number, entry in enumerate(check_list(value, "$.series", faults)):
        path = f"$.series[{number}]"
        keys = check_keys(entry, path, ("id", "values"), ("like", "scale"), faults)
        if keys is None:
            continue
        name = text(keys["id"], f"{path}.id", faults)
        if name in seen:
            faults.add(f"{path}.id", f'"{name}" is there twice')
        seen.add(name)
        values = tuple(
            None if figure is None else decimal(figure, f"{path}.values[{place}]", faults) / 10**6
            for place, figure in enumerate(check_list(keys["values"], f"{path}.values", faults))
        )
        scale = keys.get("scale")
        size = None if scale is None else decimal(scale, f"{path}.scale", faults, above=0) / 10**6
        result.append(Series(name, values, _analogues(keys.get("like", []), f"{path}.like", faults), size))
    return tuple(result)


def _analogues(value: object, path: str, faults: Faults) -> tuple[Analogue, ...]:
    result = []
    for number, entry in enumerate(check_list(value, path, faults)):
        place = f"{path}[{number}]"
        keys = check_keys(entry, place, ("id",), ("weight",), faults)
        if keys is not None:
            weight = decimal(keys.get("weight", 1), f"{place}.weight", faults, above=0) / 10**6
            result.append(Analogue(text(keys["id"], f"{place}.id", faults), weight))
    return tuple(result)


def _check_analogues(problem: ForecastProblem, faults: Faults) -> None:
    """A similar item exists and is not itself forecast by analogy: that could go round in a circle."""
    like = {series.id: series.like for series in problem.series}
    for number, series in enumerate(problem.series):
        for place, similar in enumerate(series.like):
            path = f"$.series[{number}].like[{place}].id"
            if similar.id not in like:
                faults.add(path, f'unknown series "{similar.id}"')
            elif like[similar.id]:
                faults.add(path, f'"{similar.id}" is itself forecast like others')
