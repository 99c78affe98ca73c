"""`gongfang solve forecast`: read a problem file, print the forecasts."""

import json
import sys
from collections.abc import Sequence
from typing import TextIO

from gongfang.engines.forecasting.forecasting import forecast
from gongfang.engines.forecasting.problem import ItemForecast
from gongfang.engines.forecasting.reading import read_problem
from gongfang.engines.formats import FormatError

FORMAT = "gongfang/forecast-result/1"


def main_solve_forecast(path: str, out: TextIO) -> int:
    """Print the result to `out` and give the exit status: 0 a result, 2 a faulty file (faults on stderr, nothing out)."""
    try:
        problem = read_problem(path)
    except FormatError as error:
        print(error, file=sys.stderr)
        return 2
    out.write(render(forecast(problem)))
    return 0


def render(items: Sequence[ItemForecast]) -> str:
    """The result as JSON text, one item a line, in the order of the problem."""
    rows = [
        json.dumps(
            {
                "id": item.id,
                "method": item.method.value,
                "parameters": item.parameters,
                "values": item.values,
                "lower": item.lower,
                "upper": item.upper,
                "mase": item.mase,
                "rmsse": item.rmsse,
                "bias": item.bias,
                "compared": {method.value: mase for method, mase in item.compared.items()},
                "outliers": [{"place": o.place, "value": o.value, "used": o.used} for o in item.outliers],
            },
            ensure_ascii=False,
        )
        for item in items
    ]
    body = "\n  " + ",\n  ".join(rows) + "\n " if rows else ""
    return f'{{\n "format": "{FORMAT}",\n "items": [{body}]\n}}\n'
