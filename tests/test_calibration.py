"""What a score means: thresholds keep what they promise, and say how much n good parts can promise at all."""

import json
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.rates import promise
from fusion.calibration import Calibration
from fusion.errors import BadSetting

SCORES = st.lists(st.floats(-50, 50), min_size=2, max_size=300)
SOME_TIES = st.lists(st.integers(0, 5).map(float), min_size=2, max_size=60)
DRAWS: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal": lambda rng, n: rng.standard_normal(n),
    "heavy tail": lambda rng, n: rng.standard_t(2, n),
    "ties": lambda rng, n: rng.integers(0, 12, n).astype(float),
}


def spread_out(n: int) -> Calibration:
    """Return a calibration on the quantiles of an exponential tail."""
    return Calibration(-np.log((np.arange(n) + 0.5) / n))


@settings(deadline=None)
@given(SCORES | SOME_TIES, st.integers(1, 999), st.floats(-60, 60) | st.integers(-1, 6).map(float))
def test_a_score_reaches_the_threshold_exactly_when_its_p_value_is_within_the_rate(
    scores: list[float], per_mille: int, score: float
) -> None:
    calibration, rate = Calibration(np.array(scores)), per_mille / 1000
    if rate * (calibration.n + 1) < 1:
        return  # no p-value is that small: see the next test
    for value in (score, *scores[:5]):
        assert (calibration.p_value(value) <= rate + 1e-12) == (value >= calibration.threshold(rate))


@settings(deadline=None)
@given(SCORES | SOME_TIES, st.floats(0.0001, 0.9))
def test_no_threshold_lies_at_or_below_a_normal_that_it_can_not_allow(scores: list[float], rate: float) -> None:
    calibration = Calibration(np.array(scores))
    above = sum(score >= calibration.threshold(rate) for score in scores)
    assert above <= rate * calibration.n + rate
    assert np.isfinite(calibration.threshold(rate))


@settings(deadline=None)
@given(SCORES | SOME_TIES, st.floats(0.0001, 0.9), st.floats(0.0001, 0.9))
def test_a_smaller_rate_never_has_a_lower_threshold(scores: list[float], one: float, other: float) -> None:
    calibration = Calibration(np.array(scores))
    assert calibration.threshold(min(one, other)) >= calibration.threshold(max(one, other))
    thresholds = calibration.with_rates(max(one, other), min(one, other)).thresholds
    assert thresholds.reject >= thresholds.review


@pytest.mark.parametrize("rate", [0.01, 0.001])
def test_thresholds_lie_beyond_every_normal_and_farther_out_the_fewer_the_normals(rate: float) -> None:
    few = [spread_out(n) for n in (5, 10, 20, 40)]
    assert all(one.threshold(rate) > one.scores.max() for one in few)
    thresholds = [one.threshold(rate) for one in few]
    assert thresholds == sorted(thresholds, reverse=True)
    true_quantile = -np.log(rate)
    assert thresholds[0] > 1.5 * true_quantile, "five normals must pay for what they don't know"
    assert thresholds[-1] > true_quantile


def test_five_normals_keep_a_promise_that_they_can_not_see() -> None:
    rng = np.random.default_rng(5)
    missed = [float(rng.exponential() >= Calibration(rng.exponential(size=5)).threshold(0.01)) for _ in range(4000)]
    assert np.mean(missed) <= 0.015


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
@pytest.mark.parametrize(("n", "rate"), [(19, 0.05), (60, 0.05), (120, 0.01), (47, 0.10)])
def test_false_alarms_among_exchangeable_normals_are_as_rare_as_promised(
    n: int, rate: float, draw: Callable[[np.random.Generator, int], np.ndarray]
) -> None:
    from scipy.stats import betabinom

    rng, tested, rounds = np.random.default_rng(n), 40, 300
    alarms = np.empty(rounds)
    for at in range(rounds):
        scores = draw(rng, n + tested)
        alarms[at] = (scores[n:] >= Calibration(scores[:n]).threshold(rate)).sum()
    k = int(rate * (n + 1) + 1e-9)
    count = betabinom(tested, k, n + 1 - k)
    spread = count.std() * np.sqrt(rounds)
    assert alarms.sum() <= rounds * tested * rate + 3 * spread
    assert np.mean(alarms <= count.ppf(0.95)) >= 0.92, "ties may only make alarms rarer"
    if draw is not DRAWS["ties"]:
        assert abs(alarms.sum() - rounds * count.mean()) < 3.5 * spread


def test_p_values_of_normals_are_uniform_and_never_zero() -> None:
    rng, n = np.random.default_rng(0), 39
    values = []
    for _ in range(2000):
        scores = rng.standard_normal(n + 1)
        values.append(Calibration(scores[:n]).p_value(scores[n]))
    counts = np.bincount(np.rint(np.array(values) * (n + 1)).astype(int), minlength=n + 2)[1:]
    assert counts.sum() == 2000
    assert (abs(counts - 50) < 4.5 * np.sqrt(50)).all()
    assert Calibration(scores[:n]).p_value(1e9) == 1 / (n + 1)


def test_120_good_parts_support_one_per_cent_at_70_per_cent_confidence() -> None:
    support = Calibration(np.arange(120.0)).support(0.01)
    assert round(support.confidence, 2) == 0.70
    assert support.confidence == pytest.approx(1 - 0.99**120)
    assert support.needed == 299
    assert support.expected_rate == pytest.approx(1 / 121)
    assert support.low < support.expected_rate < support.high
    assert not support.extrapolated


def test_one_per_mille_needs_2995_good_parts_the_largest_of_which_bounds_it() -> None:
    support = Calibration(np.arange(120.0)).support(0.001)
    assert support.needed == 2995
    assert 1 - 0.999**2995 >= 0.95 > 1 - 0.999**2994
    assert support.extrapolated
    assert (support.low, support.expected_rate) == (0.0, 0.0)


@pytest.mark.parametrize(("n", "rate"), [(120, 0.01), (60, 0.05), (400, 0.02)])
def test_the_interval_of_the_true_rate_holds_in_nine_of_ten_sets_of_normals(n: int, rate: float) -> None:
    rng = np.random.default_rng(n)
    support = Calibration(np.arange(float(n))).support(rate)
    within = below = 0
    for _ in range(1500):
        true_rate = 1 - Calibration(rng.random(n)).threshold(rate)  # of uniform scores
        within += support.low <= true_rate <= support.high
        below += true_rate <= rate
    assert within / 1500 == pytest.approx(0.9, abs=0.03)
    assert below / 1500 == pytest.approx(support.confidence, abs=0.04)


def test_what_if_counts_every_normal_and_every_seen_score_once_under_its_verdict() -> None:
    calibration = Calibration(np.arange(100.0))
    seen = [3.0, 94.5, 97.5, 500.0]
    rows = calibration.what_if([(0.05, 0.01), (0.5, 0.1)], seen)
    assert [row["normals"] for row in rows] == [
        {"PASS": 96, "REVIEW": 4, "REJECT": 0},
        {"PASS": 51, "REVIEW": 40, "REJECT": 9},
    ]
    assert rows[0]["seen"] == {"PASS": 2, "REVIEW": 1, "REJECT": 1}
    assert rows[1]["seen"] == {"PASS": 1, "REVIEW": 0, "REJECT": 3}
    assert [(row["review_rate"], row["reject_rate"]) for row in rows] == [(0.05, 0.01), (0.5, 0.1)]
    assert calibration.review_rate == 0.05, "asking changes nothing"


def test_new_rates_keep_the_scores_and_leave_the_old_calibration_as_it_was() -> None:
    old = Calibration(np.arange(50.0))
    new = old.with_rates(0.2, 0.1)
    assert new.scores is old.scores
    assert (old.review_rate, old.reject_rate, new.review_rate, new.reject_rate) == (0.05, 0.01, 0.2, 0.1)
    assert new.thresholds.review < old.thresholds.review


def test_the_order_of_the_normals_means_nothing() -> None:
    scores = np.random.default_rng(1).standard_normal(40)
    one, other = Calibration(scores), Calibration(scores[::-1].copy())
    assert one.thresholds == other.thresholds
    assert one.p_value(0.3) == other.p_value(0.3)


@pytest.mark.parametrize(
    ("review", "reject"), [(0.01, 0.05), (0.05, 0.0), (1.0, 0.01), (0.05, -0.1), (float("nan"), 0.01), (5, 1)]
)
def test_rates_that_make_no_sense_are_refused_in_words(review: float, reject: float) -> None:
    with pytest.raises(BadSetting, match=r"0 < reject <= review < 1.*0\.01 and 0\.05 mean 1 % and 5 %"):
        Calibration(np.arange(9.0), review, reject)


@pytest.mark.parametrize("scores", [[], [1.0], [1.0, float("nan")], [float("inf"), 1.0]])
def test_scores_that_calibrate_nothing_are_refused(scores: list[float]) -> None:
    with pytest.raises(BadSetting, match="at least 2 finite scores"):
        Calibration(np.array(scores))


def test_json_keeps_every_bit() -> None:
    old = Calibration(np.random.default_rng(2).standard_normal(30), 0.1, 0.003)
    new = Calibration.from_json(json.loads(json.dumps(old.to_json(), allow_nan=False)))
    assert new.scores.tobytes() == old.scores.tobytes()
    assert new.thresholds == old.thresholds


def test_a_rate_just_below_one_has_a_threshold() -> None:
    assert Calibration(np.arange(5.0)).threshold(1 - 1e-10) <= 0.0 + 1e-300


@pytest.mark.parametrize("n", [299, 1000])
def test_a_firm_promise_is_kept_by_the_rate_that_is_advised(n: int) -> None:
    told = promise(Calibration(np.arange(n, dtype=float)).support(0.01))
    rate = float(told.rpartition("a rate of ")[2].removesuffix(" %.")) / 100
    drawn = (np.random.default_rng(seed).uniform(size=n) for seed in range(400))
    kept = sum(Calibration(scores, 0.05, rate).thresholds.reject >= 0.99 for scores in drawn)
    assert kept >= 0.93 * 400  # 95 % of the time at most 1 % of new normals lie above
    assert "a firm promise takes 299" in promise(Calibration(np.arange(298, dtype=float)).support(0.01))
