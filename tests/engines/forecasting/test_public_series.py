"""Public series that statsmodels ships: our choice of method against repeating the past and against ETS by maximum likelihood."""

import numpy as np
import pytest

pytest.importorskip("statsmodels", reason="statsmodels (requirements/dev.txt) is not installed")

from benchmarks.forecast import cuts, errors, public_series


@pytest.mark.filterwarnings("ignore")
def test_no_worse_than_the_best_simple_method_on_average():
    series = public_series()
    rows = []
    for name, number in (
        ("nile", 2),
        ("nile", 5),
        ("WORLDCONSUMPTION", 2),
        ("WORLDCONSUMPTION", 4),
        ("INCOMEINDEX", 3),
        ("lrm", 4),
    ):
        values, season, ahead = series[name]
        rows.append(errors(values, season, ahead, cuts(values, season, ahead)[number])[1])
    ours, *rivals = np.mean(rows, axis=0)
    assert ours <= 1.05 * min(rivals)
    assert ours < 0.9 * min(rivals[:2]), "naive and seasonal naive"
