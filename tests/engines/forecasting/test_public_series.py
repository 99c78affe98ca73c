"""Public series that statsmodels ships: our choice of method against repeating the past and against ETS by maximum likelihood."""

import numpy as np
import pytest

pytest.importorskip("statsmodels", reason="statsmodels (requirements/dev.txt) is not installed")

from benchmarks.forecast import errors, public_series


@pytest.mark.filterwarnings("ignore")
def test_no_worse_than_the_best_simple_method_on_average():
    series = public_series()
    rows = [errors(*series[name])[1] for name in ("nile", "elnino", "copper", "infl")]
    ours, *rivals = np.mean(rows, axis=0)
    assert ours <= 1.05 * min(rivals)
    assert ours < 0.9 * min(rivals[:2]), "naive and seasonal naive"
