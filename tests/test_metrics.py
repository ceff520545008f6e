"""Metrics: what the field's own code says, tiny cases worked out by hand, and a sentence for what can't be compared."""

import math
import time
import tracemalloc

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from skimage.measure import label as connected

from fusion.errors import BadData
from fusion.metrics import PixelMetrics, auroc_interval, average_precision, f1_max, image_auroc, per_defect

SAMPLES = st.lists(st.tuples(st.integers(-4, 4), st.booleans()), min_size=2, max_size=40).filter(
    lambda pairs: len({label for _, label in pairs}) == 2
)


def of(maps: NDArray[np.float32], masks: NDArray[np.bool_]) -> PixelMetrics:
    metrics = PixelMetrics()
    for anomaly_map, gt_mask in zip(maps, masks, strict=True):
        metrics.add(anomaly_map, gt_mask)
    return metrics


def pictures(seed: int = 0, signal: float = 1.0) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return 6 maps of 40 x 60 px, noise that is higher by `signal` in some defects of every size, and their masks."""
    rng = np.random.default_rng(seed)
    masks = np.zeros((6, 40, 60), bool)
    for picture, y, x, size in ((0, 5, 5, 12), (0, 30, 50, 3), (1, 20, 20, 1), (2, 0, 0, 6), (2, 8, 30, 8)):
        masks[picture, y : y + size, x : x + size] = True
    return (3 + rng.normal(size=masks.shape) + signal * masks).astype(np.float32), masks


def aupro_by_definition(maps: NDArray[np.float32], masks: NDArray[np.bool_], max_fpr: float) -> float:
    """Walk over every threshold and component, as the definition reads; slow."""
    components = [
        anomaly_map[component == number]
        for anomaly_map, mask in zip(maps, masks, strict=True)
        for component in [connected(mask, connectivity=2)]
        for number in range(1, component.max() + 1)
    ]
    thresholds = np.unique(maps)[::-1, None]
    pro = np.mean([(values >= thresholds).mean(axis=1) for values in components], axis=0)
    fpr = np.array([(maps[~masks] >= threshold).mean() for threshold in thresholds])
    grid = np.linspace(0, max_fpr, 200_001)
    return float(np.interp(grid, np.r_[0, fpr], np.r_[0, pro]).mean())


@given(SAMPLES)
def test_image_metrics_agree_with_sklearn_ties_and_all(pairs: list[tuple[int, bool]]) -> None:
    scores, labels = [score for score, _ in pairs], [int(label) for _, label in pairs]
    assert image_auroc(scores, labels) == pytest.approx(sklearn.metrics.roc_auc_score(labels, scores))
    assert average_precision(scores, labels) == pytest.approx(sklearn.metrics.average_precision_score(labels, scores))
    precision, recall, _ = sklearn.metrics.precision_recall_curve(labels, scores)
    assert f1_max(scores, labels) == pytest.approx((2 * precision * recall / (precision + recall + 1e-12)).max())


def test_a_refused_sample_counts_as_the_highest() -> None:
    assert image_auroc([1, 2, 3, math.inf], [0, 0, 1, 1]) == 1
    assert image_auroc([1, math.inf, 3, 4], [0, 0, 1, 1]) == 0.5


def test_the_interval_covers_and_is_seeded_and_fast() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [191, 392])
    scores = rng.normal(size=labels.size) + 1.5 * labels
    start = time.perf_counter()
    low, high = auroc_interval(scores, labels)
    assert time.perf_counter() - start < 0.5
    assert auroc_interval(scores, labels) == (low, high) != auroc_interval(scores, labels, seed=1)
    area = image_auroc(scores, labels)
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)  # the standard error of Hanley and McNeil 1982
    error = np.sqrt((area * (1 - area) + 391 * (q1 - area**2) + 190 * (q2 - area**2)) / (191 * 392))
    assert low == pytest.approx(area - 1.96 * error, abs=0.006)
    assert high == pytest.approx(area + 1.96 * error, abs=0.006)


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    truth = 0.7602  # of N(0, 1) against N(1, 1): Phi(1 / sqrt 2)
    labels = np.repeat([0, 1], 60)
    rng = np.random.default_rng(1)
    draws = (auroc_interval(rng.normal(size=120) + labels, labels, resamples=300) for _ in range(150))
    assert 0.9 < np.mean([low <= truth <= high for low, high in draws]) < 0.99


def test_each_defect_is_compared_with_all_the_good() -> None:
    scores = [1, 2, 3, 4, 2.5, 0]
    defects = ["good", "good", "good", "hole", "scratch", "scratch"]
    assert per_defect(scores, [0, 0, 0, 1, 1, 1], defects) == {"hole": 1, "scratch": pytest.approx(2 / 6)}


@pytest.mark.parametrize(
    ("scores", "labels", "message"),
    [
        ([], [], "0 good and 0 anomalous"),
        ([1.0, 2.0], [1, 1], "0 good and 2 anomalous"),
        ([1.0, math.nan], [0, 1], "1 of 2 scores are no number"),
        ([1.0, 2.0], [0, 1, 1], "expected one label a score"),
        ([1.0, 2.0, 3.0], [0, 1, 2], r"labels must be 0, good, or 1, anomalous; got \[2\]"),
    ],
)
def test_what_cannot_be_ranked_is_a_sentence(scores: list[float], labels: list[int], message: str) -> None:
    for metric in (image_auroc, average_precision, f1_max, auroc_interval):
        with pytest.raises(BadData, match=message):
            metric(scores, labels)


def test_defects_without_names_are_a_sentence() -> None:
    with pytest.raises(BadData, match="1 names of defects for 2 scores"):
        per_defect([1, 2], [0, 1], ["good"])


def test_pixel_auroc_agrees_with_sklearn() -> None:
    maps, masks = pictures()
    exact = sklearn.metrics.roc_auc_score(masks.ravel(), maps.ravel())
    assert of(maps, masks).pixel_auroc() == pytest.approx(exact, abs=1e-4)


def test_pixel_ap_agrees_with_sklearn() -> None:
    maps, masks = pictures()
    exact = sklearn.metrics.average_precision_score(masks.ravel(), maps.ravel())
    assert of(maps, masks).average_precision() == pytest.approx(exact, abs=1e-3)


def test_pixel_auroc_is_within_a_thousandth_at_the_narrowest_spread_that_is_promised() -> None:
    rng = np.random.default_rng(0)
    masks = rng.random((4, 250, 250)) < 0.3
    maps = (1 + 0.02 * (rng.normal(size=masks.shape) + 1.2 * masks)).astype(np.float32)
    exact = sklearn.metrics.roc_auc_score(masks.ravel(), maps.ravel())
    assert of(maps, masks).pixel_auroc() == pytest.approx(exact, abs=1e-3)


@pytest.mark.parametrize(("max_fpr", "area"), [(0.1, 0.625), (0.3, (0.2 * 0.625 + 0.1 * 0.875) / 0.3), (0.2, 0.625)])
def test_aupro_of_a_picture_worked_out_by_hand(max_fpr: float, area: float) -> None:
    # two defects, of 1 px (9) and of 4 px (8 6 6 2), which touch nowhere; 15 good pixels: 7 7 7 5 5 5 and nine of 1
    values = np.array([[9, 7, 1, 8, 6], [7, 7, 1, 6, 2], [5, 5, 5, 1, 1], [1, 1, 1, 1, 1]], np.float32)
    mask = np.array([[1, 0, 0, 1, 1], [0, 0, 0, 1, 1], [0] * 5, [0] * 5], bool)
    assert of(values[None], mask[None]).aupro(max_fpr) == pytest.approx(area)


def test_aupro_shares_a_tie_between_defect_and_good() -> None:
    values = np.array([[2, 2, 1, 1, 1]], np.float32)  # up to 1 in 4 of the good, the defect is found in proportion
    assert of(values[None], np.array([[[1, 0, 0, 0, 0]]], bool)).aupro(0.25) == pytest.approx(0.5)
    assert of(values[None], np.array([[[1, 0, 0, 0, 0]]], bool)).aupro(0.5) == pytest.approx(0.75)


@pytest.mark.parametrize("max_fpr", [0.05, 0.3, 1.0])
def test_aupro_agrees_with_its_definition(max_fpr: float) -> None:
    maps, masks = pictures()
    assert of(maps, masks).aupro(max_fpr) == pytest.approx(aupro_by_definition(maps, masks, max_fpr), abs=1e-3)


def test_zero_and_minus_zero_are_the_same() -> None:
    values, mask = np.array([[-0.0, 0.0]], np.float32), np.array([[False, True]])
    assert of(values[None], mask[None]).pixel_auroc() == 0.5


def test_pixels_that_touch_at_a_corner_are_one_defect() -> None:
    mask = np.zeros((5, 5), bool)
    mask[[0, 1, 4], [0, 1, 4]] = True
    metrics = PixelMetrics()
    metrics.add(np.ones((5, 5), np.float32), mask)
    assert metrics.components == 2


def test_perfect_is_one_reversed_is_zero_and_chance_is_chance() -> None:
    _, masks = pictures()
    perfect = of(masks.astype(np.float32), masks)
    assert perfect.pixel_auroc() == 1
    assert perfect.aupro() == pytest.approx(1)
    reversed_ = of(-masks.astype(np.float32), masks)
    assert reversed_.pixel_auroc() == reversed_.aupro() == 0
    rng = np.random.default_rng(0)
    random = of(rng.normal(size=(6, 200, 200)).astype(np.float32), rng.random((6, 200, 200)) < 0.1)
    assert random.pixel_auroc() == pytest.approx(0.5, abs=0.01)
    assert random.aupro() == pytest.approx(0.15, abs=0.01)


@pytest.mark.parametrize("transform", [np.exp, lambda x: x**3, lambda x: 1000 * x, lambda x: 1e-6 * x, lambda x: x - 3])
def test_monotone_transforms_change_nothing(transform) -> None:  # type: ignore[no-untyped-def]
    maps, masks = pictures()
    before, after = of(maps, masks), of(transform(maps), masks)
    assert after.pixel_auroc() == pytest.approx(before.pixel_auroc(), abs=1e-3)
    assert after.aupro() == pytest.approx(before.aupro(), abs=1e-3)
    scores, labels = maps.max(axis=(1, 2)), masks.any(axis=(1, 2))
    assert image_auroc(transform(scores), labels) == image_auroc(scores, labels)


def test_the_order_of_the_pictures_changes_nothing() -> None:
    maps, masks = pictures()
    assert of(maps[::-1], masks[::-1]).pixel_auroc() == of(maps, masks).pixel_auroc()
    assert of(maps[::-1], masks[::-1]).aupro() == pytest.approx(of(maps, masks).aupro(), abs=1e-12)


@given(st.integers(1, 3000), st.integers(1, 40), st.floats(0, 1, exclude_max=True), st.floats(0, 1, exclude_max=True))
@example(540, 39, 0.0, 0.5)  # the middle of its pixel lies on a border of cells
def test_no_defect_is_lost_at_any_size(longer: int, shorter: int, y: float, x: float) -> None:
    mask = np.zeros((longer, shorter), bool)
    mask[int(y * longer), int(x * shorter)] = True
    metrics = PixelMetrics()
    metrics.add(np.zeros(mask.shape, np.float32), mask)
    assert metrics.components == 1


def test_large_pictures_are_compared_at_256_px() -> None:
    rng = np.random.default_rng(0)
    coarse, mask = rng.normal(size=(1, 128, 256)).astype(np.float32), np.zeros((1, 128, 256), bool)
    mask[0, 10:20, 30:50] = True
    large = of(coarse.repeat(4, 1).repeat(4, 2), mask.repeat(4, 1).repeat(4, 2))
    assert large.good.sum() + large.bad.sum() == 128 * 256
    assert large.aupro() == pytest.approx(of(coarse, mask).aupro(), abs=1e-9)


def test_six_hundred_large_pictures_would_need_no_more_memory_than_ten() -> None:
    tracemalloc.start()
    metrics = PixelMetrics()
    for seed in range(10):
        metrics.add(np.random.default_rng(seed).random((512, 512), np.float32), np.zeros((512, 512), bool))
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 26e6


@pytest.mark.parametrize(
    ("anomaly_map", "mask", "message"),
    [
        (np.zeros((4, 5), np.float32), np.zeros((5, 4), bool), r"shape \(4, 5\) with a mask of \(5, 4\)"),
        (np.zeros((0, 5), np.float32), np.zeros((0, 5), bool), r"shape \(0, 5\)"),
        (np.full((4, 5), np.nan, np.float32), np.zeros((4, 5), bool), "infinite or no number"),
        (np.full((4, 5), np.inf, np.float32), np.zeros((4, 5), bool), "infinite or no number"),
    ],
)
def test_a_map_that_cannot_be_compared_is_a_sentence(
    anomaly_map: NDArray[np.float32], mask: NDArray[np.bool_], message: str
) -> None:
    with pytest.raises(BadData, match=message):
        PixelMetrics().add(anomaly_map, mask)


@pytest.mark.parametrize("fill", [False, True])
def test_pixel_metrics_of_one_kind_of_pixel_are_a_sentence(fill: bool) -> None:
    metrics = PixelMetrics()
    metrics.add(np.zeros((4, 5), np.float32), np.full((4, 5), fill))
    for metric in (metrics.pixel_auroc, metrics.aupro):
        with pytest.raises(BadData, match="need good pixels and defects"):
            metric()


@pytest.mark.parametrize("max_fpr", [0, -1, 1.5, math.nan])
def test_an_impossible_false_positive_rate_is_a_sentence(max_fpr: float) -> None:
    maps, masks = pictures()
    with pytest.raises(BadData, match=r"must be in \(0, 1\]"):
        of(maps, masks).aupro(max_fpr)
