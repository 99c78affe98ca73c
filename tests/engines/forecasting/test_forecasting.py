"""Each method finds what it is made for; measures and intervals are what they say."""

import io
import json
import math

import numpy as np
import pytest

from gongfang.engines.forecasting.cleaning import filled, tame
from gongfang.engines.forecasting.command import main_solve_forecast
from gongfang.engines.forecasting.forecasting import forecast
from gongfang.engines.forecasting.problem import Analogue, ForecastProblem, Method, Series
from gongfang.engines.forecasting.reading import problem_from
from gongfang.engines.formats import FormatError, parse_json

# Monthly airline passengers 1949-1960, thousands: Box & Jenkins (1976), Time Series Analysis, series G.
AIRLINE = """
112 118 132 129 121 135 148 148 136 119 104 118 115 126 141 135 125 149 170 170 158 133 114 140
145 150 178 163 172 178 199 199 184 162 146 166 171 180 193 181 183 218 230 242 209 191 172 194
196 196 236 235 229 243 264 272 237 211 180 201 204 188 235 227 234 264 302 293 259 229 203 229
242 233 267 269 270 315 364 347 312 274 237 278 284 277 317 313 318 374 413 405 355 306 271 306
315 301 356 348 355 422 465 467 404 347 305 336 340 318 362 348 363 435 491 505 404 359 310 337
360 342 406 396 420 472 548 559 463 407 362 405 417 391 419 461 472 535 622 606 508 461 390 432"""
PASSENGERS = tuple(float(word) for word in AIRLINE.split())


def one(values, horizon=4, season=1, **more):
    problem = ForecastProblem((Series("A", tuple(values)),), horizon, season, **more)
    return forecast(problem)[0]


def test_passengers_are_forecast_better_than_a_year_ago():
    result = one(PASSENGERS[:-12], 12, 12)
    truth = np.array(PASSENGERS[-12:])
    year_ago = np.array(PASSENGERS[-24:-12])
    error = np.abs(np.array(result.values) - truth).mean()
    assert result.method in (Method.WINTERS_MULTIPLICATIVE, Method.THETA, Method.COMBINED)
    assert error < 0.5 * np.abs(year_ago - truth).mean()
    assert (np.abs(np.array(result.values) - truth) / truth).mean() < 0.06
    assert sum(low <= value <= high for low, value, high in zip(result.lower, truth, result.upper)) >= 9


def test_a_steady_level_is_smoothed():
    noise = np.random.default_rng(1).normal(0, 10, 120)
    result = one(100 + noise)
    assert result.method in (Method.SES, Method.COMBINED, Method.HOLT)
    assert abs(result.values[0] - 100) < 4
    assert result.mase < 0.85
    assert 12 < result.upper[0] - result.values[0] < 21  # 1.645 deviations of about 10


def test_a_trend_goes_on():
    result = one([10 + 2 * n for n in range(60)], 5)
    assert result.values == pytest.approx([130, 132, 134, 136, 138], rel=0.02)
    assert result.values[4] > result.values[0] + 6


def test_a_random_walk_is_best_repeated():
    walk = np.random.default_rng(3).normal(0, 1, 300).cumsum() + 500
    result = one(walk, 1)
    assert result.values[0] == pytest.approx(walk[-1], abs=1.0)


def test_intermittent_demand_has_a_rate():
    random = np.random.default_rng(5)
    values = np.where(random.random(400) < 0.25, random.integers(4, 13, 400), 0).astype(float)
    problem = ForecastProblem((Series("A", tuple(values)),), 3, methods=(Method.CROSTON, Method.SBA, Method.TSB))
    result = forecast(problem)[0]
    assert result.values[0] == pytest.approx(values.mean(), rel=0.3)
    assert result.lower[0] == 0


def test_tsb_forgets_what_died_out_and_croston_does_not():
    values = [0, 8, 0, 6, 0, 0, 9, 0] * 8 + [0] * 40
    rates = {m: one(values, 1, methods=(m,)).values[0] for m in (Method.CROSTON, Method.SBA, Method.TSB)}
    assert rates[Method.TSB] < 0.6 < rates[Method.SBA] < rates[Method.CROSTON]


def test_croston_by_hand():
    """Weight 0.1 alone: size and interval move by a tenth of the difference at each demand (Croston 1972)."""
    from gongfang.engines.forecasting import intermittent

    history = np.array([[0.0, 6.0, 0.0, 0.0, 3.0]])
    rates = intermittent.run(history, "croston", np.array([[0.1]]), np.array([[0.1]]), (5,))
    size, gap = 4.5, 2.5  # means of the whole history to begin with
    size, gap = size + 0.1 * (6 - size), gap + 0.1 * (2 - gap)
    size, gap = size + 0.1 * (3 - size), gap + 0.1 * (3 - gap)
    assert rates.ahead[5][0, 0] == pytest.approx(size / gap)
    sba = intermittent.run(history, "sba", np.array([[0.1]]), np.array([[0.1]]), (5,))
    assert sba.ahead[5][0, 0] == pytest.approx(size / gap * 0.95)


def test_ses_by_hand():
    from gongfang.engines.forecasting import smoothing

    p = smoothing.Parameters(*(np.array([[x]]) for x in (0.2, 0.0, 1.0, 0.0, 0.0)))
    history = np.array([[10.0, 20.0, 30.0, 20.0, 40.0]])
    level = 20.0  # mean of the first four
    for value in (20, 30, 20, 40):
        level += 0.2 * (value - level)
    assert smoothing.run(history, p, smoothing.Shape(), (5,), 2).ahead[5].ravel() == pytest.approx([level, level])


def test_an_outlier_is_tamed_and_told_but_a_season_is_not():
    values = [50 + math.sin(n) * 3 for n in range(60)]
    values[30] = 500
    result = one(values)
    assert [(o.place, o.value) for o in result.outliers] == [(30, 500)]
    assert result.outliers[0].used < 90
    assert one(values, clean=False).outliers == ()
    peaks = np.array([[50 + math.sin(n) * 3 + (100 if n % 12 == 5 else 0) for n in range(60)]])
    assert tame(peaks, 12)[1] == [[]]


def test_gaps_are_filled_and_the_unknown_beginning_is_left_out():
    assert list(filled((None, None, 2.0, None, 4.0))) == [2.0, 3.0, 4.0]


def test_new_items_sell_like_others():
    old = Series("OLD", tuple([100.0] * 40))
    twice = Series("TWICE", (40.0, 60.0), (Analogue("OLD"),))
    named = Series("NAMED", (), (Analogue("OLD", 3), Analogue("OTHER")), 0.5)
    other = Series("OTHER", tuple([20.0] * 40))
    results = {r.id: r for r in forecast(ForecastProblem((twice, named, old, other), 2))}
    assert results["TWICE"].values == pytest.approx((50, 50))
    assert results["NAMED"].values == pytest.approx((40, 40))
    assert results["NAMED"].method is Method.ANALOGY


@pytest.mark.parametrize("length", [0, 1, 2, 3, 5, 8, 9, 12])
def test_short_histories_still_get_a_forecast(length):
    result = one([7.0] * length, 3, 4)
    assert result.values == pytest.approx((7.0 if length else 0.0,) * 3)


def test_what_was_never_negative_stays_so_and_what_was_may():
    falling = [max(0.0, 100 - 3 * n) for n in range(34)]
    assert min(one(falling, 20).lower) >= 0
    assert one([10.0 - n for n in range(40)], 5, methods=(Method.HOLT,)).values[-1] < -29


def test_the_median_of_the_nearly_best_is_taken_else_the_best_and_order_does_not_matter():
    random = np.random.default_rng(9)
    series = [Series(str(n), tuple(random.gamma(2, 5, 60 + n % 3))) for n in range(12)]
    series += [Series("line", tuple(float(3 * n) for n in range(60)))]
    results = forecast(ForecastProblem(tuple(series), 6, 12))
    assert {r.method for r in results[:12]} >= {Method.COMBINED}
    for result in results:
        best = min(
            v for m, v in result.compared.items() if m not in (Method.CROSTON, Method.SBA, Method.TSB, Method.COMBINED)
        )
        assert result.mase <= (best * 1.1 if result.method is Method.COMBINED else best * 1.0011) + 1e-6
    again = {r.id: r for r in forecast(ForecastProblem(tuple(reversed(series)), 6, 12))}
    assert [again[r.id] for r in results] == results


def test_the_file_format(tmp_path, capsys):
    document = {
        "format": "gongfang/forecast-problem/1",
        "horizon": 2,
        "season": 4,
        "series": [
            {"id": "A", "values": [5, 7, None, 6.5, 5, 7, 6, 6, 5, 6]},
            {"id": "N", "values": [], "like": [{"id": "A"}]},
        ],
    }
    path = tmp_path / "problem.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    out = io.StringIO()
    assert main_solve_forecast(str(path), out) == 0
    result = json.loads(out.getvalue())
    assert [item["id"] for item in result["items"]] == ["A", "N"]
    assert result["items"][1]["values"] == result["items"][0]["values"]
    document["series"][1]["like"][0]["id"] = "B"
    path.write_text(json.dumps(document), encoding="utf-8")
    out = io.StringIO()
    assert (main_solve_forecast(str(path), out), out.getvalue()) == (2, "")
    assert "$.series[1].like[0].id" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"horizon": 0}, "$.horizon"),
        ({"interval": 1}, "$.interval"),
        ({"methods": ["magic"]}, "$.methods[0]"),
        ({"series": [{"id": "A", "values": ["x"]}]}, "$.series[0].values[0]"),
        ({"series": [{"id": "A", "values": []}, {"id": "A", "values": []}]}, "$.series[1].id"),
        ({"series": [{"id": "A", "values": [], "like": [{"id": "A"}]}]}, "$.series[0].like[0].id"),
        ({"seasons": 3}, "$.seasons"),
    ],
)
def test_faults_are_refused_by_their_path(change, where):
    document = {"format": "gongfang/forecast-problem/1", "horizon": 2, "series": []} | change
    with pytest.raises(FormatError) as refusal:
        problem_from(parse_json(json.dumps(document)))
    assert where in {fault.path for fault in refusal.value.faults}


def weekly(kind, random):
    """A hundred weeks and what came after."""
    week = np.arange(112)
    noise = random.normal(0, 10, 112)
    if kind == "level":
        return np.maximum(0, 100 + noise)
    if kind == "trend":
        return np.maximum(0, 100 + week + noise)
    return np.maximum(0, 120 + 40 * np.sin(week / 12 * 2 * np.pi) + noise)


@pytest.mark.parametrize("kind", ["level", "trend", "season"])
@pytest.mark.parametrize("share", [0.8, 0.95])
def test_intervals_hold_as_many_futures_as_they_say(kind, share):
    """60 series, 12 periods ahead each: the share inside comes near the one asked for (a standard error of the mean is 0.02)."""
    random = np.random.default_rng(11)
    past = [weekly(kind, random) for _ in range(60)]
    series = tuple(Series(str(number), tuple(values[:100].tolist())) for number, values in enumerate(past))
    results = forecast(ForecastProblem(series, 12, 12, interval=share))
    inside = [
        (np.array(result.lower) <= values[100:]) & (values[100:] <= np.array(result.upper))
        for result, values in zip(results, past, strict=True)
    ]
    assert share - 0.08 <= np.mean(inside) <= min(1.0, share + 0.08)


def test_a_cleaned_outlier_does_not_widen_the_interval():
    values = 100 + np.random.default_rng(4).normal(0, 5, 60)
    spoilt = values.copy()
    spoilt[30] = 900
    plain, tamed = one(values), one(spoilt)
    assert [outlier.place for outlier in tamed.outliers] == [30]
    assert tamed.upper[0] - tamed.lower[0] < 1.5 * (plain.upper[0] - plain.lower[0])


def test_a_weekly_season_is_learnt_from_two_years():
    """As waves: two years say little about each week, much about the year. Truth is known, so that chance does not decide."""
    random, week = np.random.default_rng(21), np.arange(117)
    truth = np.array([100 + 40 * np.sin((week / 52 + shift) * 2 * np.pi) for shift in random.random(12)])
    demand = truth + random.normal(0, 10, truth.shape)
    problem = ForecastProblem(tuple(Series(str(n), tuple(row[:104])) for n, row in enumerate(demand)), 13, 52)
    ours = np.array([result.values for result in forecast(problem)])
    last_year = demand[:, 52:65]
    assert np.abs(ours - truth[:, 104:]).mean() < 0.5 * np.abs(last_year - truth[:, 104:]).mean()


def test_chance_is_not_taken_for_a_season():
    from gongfang.engines.forecasting import seasons

    noise = np.random.default_rng(2).normal(100, 10, (200, 60))
    assert (seasons.profile(noise, 12) == 0).all(axis=1).mean() > 0.7
    place = np.arange(60)
    wave = 3 * np.cos(place * np.pi / 6) + place  # on a slope
    assert seasons.profile(wave[None, :], 12)[0] == pytest.approx(3 * np.cos(np.arange(12) * np.pi / 6), abs=1e-6)


def test_theta_by_hand():
    """The level of a line lags by slope x (1 - alpha) / alpha; half of it and of the further way come back (Hyndman & Billah 2003)."""
    from gongfang.engines.forecasting.candidates import _half_trend, _theta_steps

    line = np.array([[2.0 * n - 50 for n in range(40)]])
    assert _half_trend(line) == pytest.approx([1.0])
    assert _theta_steps(np.array([[0.5]]), 40, 3, np.array([[40]]))[0] == pytest.approx([2.0, 3.0, 4.0])
    assert _theta_steps(np.array([[1.0]]), 2, 6, np.array([[2]]))[0] == pytest.approx([1, 2, 3, 3, 3, 3]), (
        "no further than the past was long"
    )


@pytest.mark.parametrize("method", [m for m in Method if m not in (Method.COMBINED, Method.ANALOGY)])
def test_a_back_test_does_not_see_what_came_after(method):
    from gongfang.engines.forecasting.candidates import candidate

    past = np.random.default_rng(6).gamma(3, 10, (3, 60)) + 1
    other = past.copy()
    other[:, 45:] *= 7
    seen, unseen = (candidate(method, history, 12, (30, 45), 6).tests for history in (past, other))
    assert seen[0] == pytest.approx(unseen[0])
    assert seen[1] == pytest.approx(unseen[1])


def test_only_the_median_can_be_asked_for():
    result = one(PASSENGERS, 3, 12, methods=(Method.COMBINED,))
    assert (result.method, Method.COMBINED in result.compared) == (Method.COMBINED, True)


def test_a_growing_new_item_does_not_grow_for_ever():
    """Doubling for twelve weeks is no reason to buy for half a year of doubling."""
    sold = [round(5 * 2 ** (week / 2)) for week in range(12)]
    result = one(sold, 26)
    assert sold[-1] <= result.values[0] <= 2 * sold[-1]
    assert max(result.values) < 6 * sold[-1]
