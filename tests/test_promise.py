"""Promise: kept by honest held-out scores, broken by flattered ones, and never judged by a defect."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import comb
from pathlib import Path

import numpy as np
import pytest
from bench_cases import Brightness, fit, write_data

from fusion.calibration import Calibration
from fusion.dataset import open_dataset
from fusion.detection import Detection
from fusion.errors import BadData, BadInput
from fusion.item import Item
from fusion.progress import Progress
from fusion.promise import FalseAlarms, false_alarms, promise, promise_table
from fusion.sample import Sample
from fusion.trial import Settings

SETTINGS = {"method": "gaussian", "backbone": "none", "seed": 0}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("data") / "spots", 60, 40, 2)


def flattered(items: Sequence[Item], settings: Settings, name: str, progress: Progress) -> Brightness:
    """Calibrate by scores that are too low, as those of parts that were fitted on are."""
    honest = fit(items, settings, name, progress)
    return replace(honest, calibration=Calibration(honest.calibration.scores - 6))


@pytest.mark.parametrize(("n", "rate", "of"), [(199, 0.05, 100), (761, 0.01, 191), (40, 0.1, 12)])
def test_the_interval_holds_what_exchangeable_scores_do(n: int, rate: float, of: int) -> None:
    rng = np.random.default_rng(0)
    thresholds = (Calibration(rng.normal(size=n)).threshold(rate) for _ in range(3000))
    seen = np.array([np.count_nonzero(rng.normal(size=of) >= threshold) for threshold in thresholds])
    expected = false_alarms([0.0] * of, 1.0, rate, n)
    assert np.mean((expected.low <= seen) & (seen <= expected.high)) > 0.94
    assert seen.mean() <= rate * of * 1.1


def test_alarms_are_counted_at_and_above_the_threshold() -> None:
    assert false_alarms([0.0, 1.0, 2.0, np.inf], 1.0, 0.05, 100).seen == 3


@pytest.mark.parametrize(("n", "rate", "of"), [(19, 0.05, 60), (199, 0.05, 100), (761, 0.01, 191)])
def test_the_interval_leaves_out_no_more_than_it_says_at_either_end_and_is_no_wider(
    n: int, rate: float, of: int
) -> None:
    k = int(rate * (n + 1) + 1e-9)  # j of the new scores lie above the k-th largest of n old ones: count the orders
    orders = [comb(k - 1 + j, j) * comb(n - k + of - j, of - j) for j in range(of + 1)]
    share = np.array([Fraction(count, comb(n + of, of)) for count in orders], float)
    result = false_alarms([0.0] * of, 1.0, rate, n)
    assert share[: result.low].sum() < 0.025 <= share[: result.low + 1].sum()
    assert share[: result.high].sum() < 0.975 <= share[: result.high + 1].sum()


def test_a_rate_beyond_what_n_supports_promises_only_an_upper_end() -> None:
    result = false_alarms([0.0] * 20, 1.0, 0.01, 30)
    assert (result.seen, result.low, result.kept) == (0, 0, True)
    assert 1 <= result.high <= 4
    assert false_alarms([0.0] * 9000, 1.0, 0.01, 30).low == 0  # nothing says that there have to be any


def test_honest_scores_keep_the_promise_and_flattered_ones_break_it(data: Path) -> None:
    def kept(results: list[FalseAlarms], rate: float) -> int:
        return sum(result.kept for result in results if result.rate == rate)

    honest, broken = (promise(data, SETTINGS, 20, 0, fit=way) for way in (fit, flattered))
    assert len(honest) == 60
    assert {result.of for result in honest} == {20}
    assert all(kept(honest, rate) >= 17 for rate in (0.01, 0.05, 0.10))
    assert kept(broken, 0.10) <= 12


def test_splits_pool_all_the_good_and_nothing_else_and_differ(data: Path) -> None:
    fitted: list[frozenset[Path]] = []

    def spy(items: Sequence[Item], settings: Settings, name: str, progress: Progress) -> Brightness:
        fitted.append(frozenset(item.path for item in items))
        return fit(items, settings, name, progress)

    promise(data, SETTINGS, 6, 0, fit=spy)
    good = {item.path for item in open_dataset(data).items if item.label == 0}
    assert frozenset.union(*fitted) == good
    assert len(set(fitted)) == 6
    assert {len(paths) for paths in fitted} == {80}
    again = fitted.copy()
    fitted.clear()
    promise(data, SETTINGS, 6, 0, fit=spy)
    assert fitted == again


def test_a_good_part_that_cannot_be_read_is_left_out(tmp_path: Path) -> None:
    root = write_data(tmp_path / "spots", 20, 10, 1)
    (root / "test/good/0.png").write_bytes(b"")
    results = promise(root, SETTINGS, 8, 0, fit=fit)
    assert {result.of for result in results} == {5, 6}


class Blind(Brightness):
    def detect(self, sample: Sample) -> Detection:
        raise BadInput(f"{sample.name}: damaged")


def test_nothing_to_test_on_is_a_sentence(data: Path) -> None:
    def blind(items: Sequence[Item], settings: Settings, name: str, progress: Progress) -> Brightness:
        return Blind(fit(items, settings, name, progress).calibration, {})

    with pytest.raises(BadData, match="none of 20 held-back good parts can be tested"):
        promise(data, SETTINGS, 2, 0, fit=blind)


def test_progress_counts_the_splits(data: Path) -> None:
    told: list[tuple[str, int, int]] = []
    promise(data, SETTINGS, 2, 0, lambda *step: told.append(step), fit)
    assert [step for step in told if step[0] == "splits"] == [("splits", 0, 2), ("splits", 1, 2), ("splits", 2, 2)]


def test_the_table_has_a_line_a_rate() -> None:
    results = [FalseAlarms(0.05, 0, 40, 0, 6), FalseAlarms(0.05, 8, 40, 0, 6), FalseAlarms(0.01, 0, 40, 0, 2)]
    assert promise_table(results).splitlines()[2:] == [
        "| 1 % | 0.00 % | 0 to 0 | 0 to 2 | 40 | 1 of 1 |",
        "| 5 % | 10.00 % | 0 to 8 | 0 to 6 | 40 | 1 of 2 |",
    ]
