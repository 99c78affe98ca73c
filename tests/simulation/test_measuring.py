"""What the demo factory measures: the same on the same day, within the tolerance, with something for the charts to show."""

from datetime import date, timedelta
from decimal import Decimal as D

import pytest

from gongfang.quality.services.charting import Subgroup, charted
from gongfang.simulation.measuring import FEATURES, SUBGROUP, Feature, values_of

DAYS = [date(2026, 10, 1) + timedelta(days=n) for n in range(60)]


@pytest.mark.parametrize("feature", FEATURES, ids=lambda feature: feature.code)
def test_sixty_days_of_measuring_show_a_broken_rule_and_an_able_process(feature: Feature) -> None:
    lower, upper = feature.target - feature.tolerance, feature.target + feature.tolerance
    past = []
    for n, day in enumerate(DAYS):
        values = tuple(D(text) for text in values_of(feature, day))
        assert values == tuple(D(text) for text in values_of(feature, day))
        assert len(values) == SUBGROUP and all(lower <= value <= upper for value in values)
        past.append(Subgroup(n, f"JY{n}", day, values))
    series = charted(feature.name, "xbar_r", SUBGROUP, lower, upper, past)
    assert series.chart is not None and 1 <= len({one.index for one in series.found}) <= 20
    assert series.ability is not None and series.ability.cpk is not None and 1 < series.ability.cpk < 2
