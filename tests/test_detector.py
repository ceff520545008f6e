"""The contract of a detector, on an aligned product, on parts that lie about in any pose, and on a texture."""

import json
import math
import threading
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from core_cases import COARSE, DRAW, FEW, GOODS, Case, Picture, files_of, look, plate, quick_fit, same, write_goods
from numpy.typing import NDArray
from PIL import Image

from fusion.calibration import Calibration
from fusion.detection import Detection
from fusion.detector import Detector, DetectorConfig, fit
from fusion.errors import BadData, BadInput, BadSetting
from fusion.item import Item
from fusion.kept import Kept
from fusion.sample import Sample

pytest_plugins = ["core_fixtures"]

Detectors = dict[str, Detector]
Goods = dict[str, list[Item]]
SEEDS = range(100, 112)
PRODUCTS = pytest.mark.parametrize("product", DRAW)


@pytest.fixture(scope="module")
def bad(detectors: Detectors) -> dict[str, list[tuple[Case, Detection]]]:
    """Return defective parts and what the detectors say of them."""
    cases = {product: [DRAW[product](seed, defective=True) for seed in SEEDS] for product in DRAW}
    return {product: [(case, look(detectors[product], case.image)) for case in cases[product]] for product in DRAW}


@pytest.fixture(scope="module")
def good(detectors: Detectors) -> dict[str, list[tuple[Case, Detection]]]:
    """Return new good parts and what the detectors say of them."""
    cases = {product: [DRAW[product](seed) for seed in range(300, 330)] for product in DRAW}
    return {product: [(case, look(detectors[product], case.image)) for case in cases[product]] for product in DRAW}


def of_world(detector: Detector, image: Picture) -> str:
    return look(detector, image).refusal or ""


@PRODUCTS
def test_every_defect_scores_above_every_new_good_part_and_is_rejected(
    product: str, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    assert min(found.pred_score for _, found in bad[product]) > max(found.pred_score for _, found in good[product])
    assert {found.verdict for _, found in bad[product]} == {"REJECT"}


@PRODUCTS
def test_false_alarms_on_new_good_parts_are_as_rare_as_promised(product: str, good: dict[str, Any]) -> None:
    from scipy.stats import betabinom

    alarms = sum(found.verdict != "PASS" for _, found in good[product])
    assert alarms <= betabinom(len(good[product]), 1, GOODS).ppf(0.999)
    assert not any(found.refusal for _, found in good[product])


@PRODUCTS
def test_shapes_types_and_ranges(product: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    for case, found in good[product] + bad[product]:
        shape = case.image.shape[:2]
        assert (found.anomaly_map.shape, found.anomaly_map.dtype) == (shape, np.float32)
        assert (found.pred_mask.shape, found.pred_mask.dtype) == (shape, bool)
        assert (found.normal.shape, found.normal.dtype) == (case.image.shape, np.uint8)
        assert (found.part.shape, found.part.dtype) == (shape, bool)
        assert np.isfinite(found.anomaly_map).all()
        assert found.anomaly_map.min() >= 0
        assert np.isfinite([found.pred_score, found.map_threshold, found.map_top]).all()
        assert 0 < found.p_value <= 1
        assert found.map_top > found.map_threshold


@PRODUCTS
def test_verdict_score_p_value_and_mask_agree(product: str, good: dict[str, Any], bad: dict[str, Any]) -> None:
    for _, found in good[product] + bad[product]:
        assert found.refusal is None
        assert found.verdict == found.thresholds.verdict(found.pred_score)
        assert found.pred_label == (found.verdict == "REJECT")
        assert found.pred_mask.any() == (found.verdict in ("REVIEW", "REJECT"))
        assert found.map_threshold == found.thresholds.review
        assert (found.p_value <= 0.05) == (found.pred_score >= found.thresholds.review)


def miss(found: Detection, place: tuple[float, float]) -> float:
    """Return how far the map's peak lies from a place, in pixels."""
    y, x = np.unravel_index(found.anomaly_map.argmax(), found.anomaly_map.shape)
    return float(np.hypot(x - place[0], y - place[1]))


def test_the_map_of_a_turned_part_peaks_where_the_defect_is_in_the_inputs_own_pixels(bad: dict[str, Any]) -> None:
    assert max(miss(found, case.middle) for case, found in bad["bolt"]) < 10


@pytest.mark.parametrize("place", [(40, 34), (54, 28), (68, 44)])
@pytest.mark.parametrize("seed", range(130, 133))
def test_the_map_of_an_aligned_part_peaks_where_the_defect_is(
    detectors: Detectors, place: tuple[int, int], seed: int
) -> None:
    assert miss(look(detectors["plate"], plate(seed, defective=True, place=place).image), place) < 12


@pytest.mark.parametrize("place", [(50, 28), (40, 40), (66, 36)])
@pytest.mark.parametrize(("width", "height"), [(108, 72), (324, 216), (180, 120)])
def test_map_and_mask_scale_with_the_input(
    detectors: Detectors, place: tuple[int, int], width: int, height: int
) -> None:
    case = plate(130, defective=True, place=place)
    image = np.asarray(cv2.resize(case.image, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
    found = look(detectors["plate"], image)
    assert found.verdict == "REJECT"
    scale = width / 108
    assert miss(found, ((place[0] + 0.5) * scale - 0.5, (place[1] + 0.5) * scale - 0.5)) < 12 * scale


@pytest.mark.parametrize("place", [(48, 44), (40, 52), (57, 48)])
def test_the_map_of_a_texture_peaks_where_the_defect_is(detectors: Detectors, place: tuple[int, int]) -> None:
    assert miss(look(detectors["cloth"], DRAW["cloth"](121, defective=True, place=place).image), place) < 12


@pytest.mark.xfail(
    strict=True, reason="surroundings are mirrored at the border: a corner counts one defect up to 4 times"
)
@pytest.mark.parametrize("place", [(21, 21), (75, 21), (75, 75)])
def test_the_map_of_a_texture_peaks_near_a_corner_where_the_defect_is(
    detectors: Detectors, place: tuple[int, int]
) -> None:
    assert miss(look(detectors["cloth"], DRAW["cloth"](121, defective=True, place=place).image), place) < 12


@PRODUCTS
@pytest.mark.parametrize("part", ["left half", "middle"])
def test_a_good_part_stays_good_wherever_one_looks(detectors: Detectors, product: str, part: str) -> None:
    for seed in range(140, 145):
        image = DRAW[product](seed).image
        height, width = image.shape[:2]
        mask = np.zeros((height, width), np.float32)
        mask[:, : width // 2] = part == "left half"
        mask[height // 4 : height // 2, width // 3 : 2 * width // 3] += part == "middle"
        whole, masked = look(detectors[product], image), look(detectors[product], image, mask.clip(0, 1))
        assert masked.pred_score < max(whole.pred_score, whole.thresholds.review) + 0.5


@PRODUCTS
def test_the_mask_covers_the_defect_and_little_else(product: str, bad: dict[str, Any]) -> None:
    hit = [(found.pred_mask & case.mask).sum() / case.mask.sum() for case, found in bad[product]]
    beside = [(found.pred_mask & ~case.mask).sum() / case.mask.size for case, found in bad[product]]
    assert np.median(hit) > 0.6
    assert np.median(beside) < 0.03


@PRODUCTS
def test_a_part_that_passes_keeps_its_own_pixels_exactly(product: str, good: dict[str, Any]) -> None:
    passed = [(case, found) for case, found in good[product] if found.verdict == "PASS"]
    assert len(passed) > 20
    for case, found in passed:
        assert found.normal.tobytes() == case.image.tobytes()
        assert not found.pred_mask.any()


def farthest_change(image: Picture, found: Detection) -> float:
    """Return how far from the mask the normal version still differs from the input, in pixels."""
    away = cv2.distanceTransform((~found.pred_mask).astype(np.uint8), cv2.DIST_L2, 5)
    return float(away[(found.normal != image).any(axis=-1)].max())


@pytest.mark.parametrize("product", ["plate", "bolt"])
def test_away_from_the_mask_the_normal_version_is_the_input_exactly(product: str, bad: dict[str, Any]) -> None:
    for case, found in bad[product]:
        assert farthest_change(case.image, found) < 0.2 * max(case.image.shape)


def test_specks_that_are_repaired_are_marked_too(detectors: Detectors) -> None:
    for seed in range(100, 108):
        image = DRAW["cloth"](seed, defective=True, place=(48, 48)).image.copy()
        for x, y in ((20, 48), (76, 50), (47, 20), (50, 75)):
            image[y : y + 2, x : x + 2] = 255
        assert farthest_change(image, look(detectors["cloth"], image)) < 0.2 * 96


@PRODUCTS
def test_whole_batch_one_by_one_and_any_order_give_the_same_bits(product: str, detectors: Detectors) -> None:
    images = [DRAW[product](seed, defective=seed % 2 == 0).image for seed in range(200, 206)]
    forth = [look(detectors[product], image) for image in images]
    back = [look(detectors[product], image) for image in reversed(images)]
    assert all(same(one, other) for one, other in zip(forth, reversed(back), strict=True))


@pytest.mark.parametrize("product", ["plate", "bolt", "memory"])
def test_what_is_judged_is_what_is_detected(product: str, detectors: Detectors, memory_detector: Detector) -> None:
    detector = memory_detector if product == "memory" else detectors[product]
    draw, kept = DRAW["plate" if product == "memory" else product], Kept()
    images = [draw(seed, defective=seed % 2 == 0).image for seed in range(200, 206)]
    samples = [Sample(image) for image in (*images, np.zeros_like(images[0]))]  # the last one is refused
    for judged in (detector.judge(samples), detector.judge(samples, kept), detector.judge(samples, kept)):
        for one, found in zip(judged, map(detector.detect, samples), strict=True):
            assert one.pred_score == pytest.approx(found.pred_score, rel=1e-4)
            assert one.refused == (found.verdict == "REFUSED") == (one.rank == math.inf)
            np.testing.assert_allclose(one.anomaly_map, found.anomaly_map, rtol=1e-3, atol=1e-4)
    assert judged[-1].refused


def test_what_is_known_of_a_sample_counts_when_it_is_judged(detectors: Detectors) -> None:
    image = DRAW["plate"](100, defective=True).image
    masked = Sample(image, mask=np.zeros(image.shape[:2], np.float32))
    masked.mask[:, :20] = 1  # type: ignore[index]
    plain, narrowed = detectors["plate"].judge([Sample(image), masked])
    found = detectors["plate"].detect(masked)
    assert (narrowed.pred_score, narrowed.anomaly_map.tobytes()) == (found.pred_score, found.anomaly_map.tobytes())
    assert not np.array_equal(plain.anomaly_map, narrowed.anomaly_map)


@PRODUCTS
def test_two_threads_at_once_give_the_same_bits(product: str, detectors: Detectors) -> None:
    images = [DRAW[product](seed, defective=seed % 2 == 0).image for seed in range(200, 206)]
    alone = [look(detectors[product], image) for image in images]
    together: dict[int, Detection] = {}

    def work(indices: list[int]) -> None:
        for index in indices:
            together[index] = look(detectors[product], images[index])

    workers = [threading.Thread(target=work, args=(part,)) for part in ([0, 1, 2], [5, 4, 3])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert all(same(alone[index], together[index]) for index in range(6))


@PRODUCTS
@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_set_outside_changes_no_bit(product: str, threads: int, detectors: Detectors) -> None:
    image, before = DRAW[product](210, defective=True).image, torch.get_num_threads()
    expected = look(detectors[product], image)
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    try:
        assert same(look(detectors[product], image), expected)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(before)
        cv2.setNumThreads(-1)


@PRODUCTS
def test_detect_leaves_detector_and_input_unchanged(product: str, detectors: Detectors, tmp_path: Path) -> None:
    before = files_of(detectors[product], tmp_path / "before")
    image = DRAW[product](211, defective=True).image
    copy = image.copy()
    look(detectors[product], image)
    look(detectors[product], np.zeros_like(image))
    assert files_of(detectors[product], tmp_path / "after") == before
    assert image.tobytes() == copy.tobytes()
    with pytest.raises(FrozenInstanceError):
        detectors[product].name = "other"  # type: ignore[misc]


@PRODUCTS
def test_the_name_of_a_sample_and_its_text_change_nothing(product: str, detectors: Detectors) -> None:
    image = DRAW[product](212, defective=True).image
    named = detectors[product].detect(Sample(image, text="a scratch", name="another"))
    assert same(named, look(detectors[product], image))


@PRODUCTS
def test_saving_and_loading_keeps_every_bit(product: str, detectors: Detectors, tmp_path: Path) -> None:
    detector = detectors[product]
    detector.save_pretrained(tmp_path / "model")
    again = Detector.from_pretrained(tmp_path / "model")
    assert (again.name, again.config, again.card) == (detector.name, detector.config, detector.card)
    for seed, defective in ((213, False), (214, True), (215, True)):
        image = DRAW[product](seed, defective).image
        assert same(look(again, image), look(detector, image))


def test_a_memory_of_normals_detects_and_keeps_every_bit_as_well(memory_detector: Detector, tmp_path: Path) -> None:
    memory_detector.save_pretrained(tmp_path / "model")
    again = Detector.from_pretrained(tmp_path / "model")
    good, bad = (look(memory_detector, plate(220, defective).image) for defective in (False, True))
    assert (good.verdict, bad.verdict in ("REVIEW", "REJECT")) == ("PASS", True)
    assert same(look(again, plate(220, defective=True).image), bad)


@PRODUCTS
def test_other_products_are_refused_before_a_score_is_trusted(product: str, detectors: Detectors) -> None:
    for other in DRAW.keys() - {product}:
        found = look(detectors[product], DRAW[other](1).image)
        assert found.verdict == "REFUSED"
        assert found.pred_label == 0
        assert not found.pred_mask.any()
        assert found.normal.tobytes() == DRAW[other](1).image.tobytes()


@PRODUCTS
def test_black_blurred_noisy_and_blank_pictures_are_refused_in_words(product: str, detectors: Detectors) -> None:
    image = DRAW[product](230).image
    noise = np.random.default_rng(0).integers(0, 256, image.shape, dtype=np.uint8)
    assert "far darker" in of_world(detectors[product], np.zeros_like(image))
    assert "far more blurred" in of_world(detectors[product], np.asarray(cv2.GaussianBlur(image, (0, 0), 5), np.uint8))
    assert "any good part seen" in of_world(detectors[product], np.full_like(image, 255))
    assert of_world(detectors[product], noise)


@pytest.mark.parametrize("shape", [(1, 1), (1, 60), (60, 1), (3, 4)])
@PRODUCTS
def test_the_tiniest_pictures_are_refused_and_break_nothing(
    product: str, shape: tuple[int, int], detectors: Detectors
) -> None:
    found = look(detectors[product], np.full((*shape, 3), 90, np.uint8))
    assert found.verdict == "REFUSED"
    assert found.anomaly_map.shape == shape


@PRODUCTS
def test_a_gray_value_more_or_less_in_the_light_is_no_other_world(product: str, detectors: Detectors) -> None:
    image = DRAW[product](231).image
    assert look(detectors[product], (image * 0.97).astype(np.uint8)).refusal is None


SMEARED = pytest.mark.xfail(strict=True, reason="13 cells of surroundings carry a defect into every cell of a plate")


@pytest.mark.parametrize(
    ("product", "colour"), [pytest.param("plate", (60, 40, 30), marks=SMEARED), ("cloth", (110, 95, 80))]
)
def test_a_defect_of_a_tenth_of_the_picture_is_scored_and_not_refused(
    product: str, colour: tuple[int, int, int], detectors: Detectors
) -> None:
    image = DRAW[product](232).image.copy()
    middle, radius = (image.shape[1] // 2, image.shape[0] // 2), round((0.1 * image[..., 0].size / np.pi) ** 0.5)
    cv2.circle(image, middle, radius, colour, -1)
    assert look(detectors[product], image).verdict == "REJECT"


def around(case: Case, width: int) -> NDArray[np.float32]:
    """Return the defect with its surroundings as a mask, 1 inside."""
    return np.asarray(cv2.dilate(case.mask.astype(np.float32), np.ones((width, width))), np.float32)


def test_a_mask_that_ignores_the_defect_lowers_the_score(detectors: Detectors) -> None:
    for product in DRAW:
        case = DRAW[product](240, defective=True)
        everywhere = np.ones(case.mask.shape, np.float32)
        elsewhere = 1 - around(case, 15)
        assert same(look(detectors[product], case.image, everywhere), look(detectors[product], case.image))
        found = look(detectors[product], case.image, elsewhere)
        assert found.pred_score < look(detectors[product], case.image).pred_score
        assert found.anomaly_map[elsewhere < 0.5].max() == 0
        assert not found.pred_mask[elsewhere < 0.5].any()
        assert found.looked_at == elsewhere.mean()


@PRODUCTS
def test_a_part_whose_only_defect_is_ignored_passes(product: str, detectors: Detectors) -> None:
    case = DRAW[product](240, defective=True)
    elsewhere = 1 - around(case, 15)
    assert look(detectors[product], case.image, elsewhere).verdict == "PASS"


@PRODUCTS
def test_a_mask_around_the_defect_keeps_it(product: str, detectors: Detectors) -> None:
    case = DRAW[product](241, defective=True)
    here = around(case, 31)
    found = look(detectors[product], case.image, here)
    assert found.verdict == "REJECT"
    assert found.pred_mask.any()
    assert not found.pred_mask[here < 0.5].any()


def test_a_mask_of_another_size_is_refused_with_both_sizes_named(detectors: Detectors) -> None:
    with pytest.raises(BadInput, match=r"part 7: the mask is 50 x 40 px and the image 108 x 72 px"):
        look(detectors["plate"], plate(0).image, np.ones((40, 50), np.float32))


def test_a_mask_that_leaves_nothing_to_look_at_is_refused(detectors: Detectors) -> None:
    with pytest.raises(BadInput, match="leaves no cell to look at"):
        look(detectors["plate"], plate(0).image, np.zeros((72, 108), np.float32))


def test_the_refusal_of_an_empty_mask_names_the_sample(detectors: Detectors) -> None:
    with pytest.raises(BadInput, match="part 7"):
        look(detectors["plate"], plate(0).image, np.zeros((72, 108), np.float32))


def test_a_sample_without_an_image_is_refused_by_name(detectors: Detectors) -> None:
    with pytest.raises(BadInput, match="note 3: it has no image"):
        detectors["plate"].detect(Sample(text="a scratch", name="note 3"))


@PRODUCTS
def test_new_rates_change_verdicts_and_nothing_else(
    product: str, detectors: Detectors, good: dict[str, Any], bad: dict[str, Any]
) -> None:
    strict, loose = detectors[product].with_rates(0.9, 0.8), detectors[product].with_rates(1e-6, 1e-7)
    case, found = bad[product][0]
    image, passed = next((case.image, found) for case, found in good[product] if 0.2 < found.p_value < 0.8)
    alarmed = look(strict, image)
    assert (passed.verdict, alarmed.verdict) == ("PASS", "REJECT")
    assert (alarmed.pred_score, alarmed.p_value) == (passed.pred_score, passed.p_value)
    assert alarmed.anomaly_map.tobytes() == passed.anomaly_map.tobytes()
    assert look(loose, case.image).pred_score == found.pred_score
    assert strict.calibration.thresholds.review < loose.calibration.thresholds.review
    assert strict.views is detectors[product].views
    assert detectors[product].calibration.review_rate == 0.05


@PRODUCTS
def test_a_part_under_review_has_a_mask_and_a_normal_version_too(
    product: str, detectors: Detectors, bad: dict[str, Any]
) -> None:
    case, found = bad[product][0]
    scores = np.linspace(0, 1.2 * found.pred_score, 99)
    doubtful = replace(detectors[product], calibration=Calibration(scores, 0.5, 0.05))
    again = look(doubtful, case.image)
    assert again.verdict == "REVIEW"
    assert again.pred_mask.any()
    assert (again.normal != case.image).any()


def test_a_part_just_above_the_threshold_has_a_mask(detectors: Detectors) -> None:
    for seed in range(260, 272):
        image = DRAW["cloth"](seed, defective=True).image
        score = look(detectors["cloth"], image).pred_score
        edge = replace(detectors["cloth"], calibration=Calibration(np.full(50, score - 1e-4)))
        found = look(edge, image)
        assert found.verdict in ("REVIEW", "REJECT")
        assert found.pred_mask.any(), seed


@PRODUCTS
def test_the_part_is_told_from_its_background_where_there_is_one(product: str, bad: dict[str, Any]) -> None:
    part = bad[product][0][1].part
    if product == "cloth":
        assert part.all()
    else:
        assert 0.05 < part.mean() < 0.75
        assert not part[0].any()


def test_poses_and_places_are_chosen_from_the_normals(detectors: Detectors) -> None:
    assert {product: detector.card["aligned"] for product, detector in detectors.items()} == {
        "plate": False,
        "bolt": True,
        "cloth": False,
    }
    assert {product: detector.card["pooled"] for product, detector in detectors.items()} == {
        "plate": False,
        "bolt": False,
        "cloth": True,
    }


def test_the_same_seed_gives_the_same_bits_and_the_order_of_a_folder_is_part_of_it(
    goods: Goods, tmp_path: Path
) -> None:
    one, again = (quick_fit(goods["plate"][:FEW], "seeds", COARSE, seed=3) for _ in range(2))
    bits = files_of(one, tmp_path / "one")
    for name in ("model.safetensors", "calibration.json"):
        assert files_of(again, tmp_path / "again")[name] == bits[name]
    other = quick_fit(goods["plate"][:FEW], "seeds", COARSE, seed=4)
    assert other.calibration.scores.tobytes() != one.calibration.scores.tobytes()
    assert other.card["fingerprint"] == one.card["fingerprint"]


def test_the_fingerprint_tells_sets_of_contents_apart_whatever_their_order(goods: Goods) -> None:
    items = goods["plate"]
    one, turned, other = (quick_fit(part, "prints", COARSE) for part in (items[:6], items[5::-1], items[1:7]))
    assert one.card["fingerprint"] == turned.card["fingerprint"] != other.card["fingerprint"]


def test_five_normals_are_enough(goods: Goods) -> None:
    detector = quick_fit(goods["plate"][:5], "five")
    good, bad = (look(detector, plate(270, defective).image) for defective in (False, True))
    assert detector.card["n_normals"] == 5
    assert good.verdict == "PASS"
    assert bad.pred_score > 2 * good.pred_score
    assert np.isfinite(bad.pred_score)


def test_four_normals_are_not_and_the_message_says_what_to_do(goods: Goods) -> None:
    with pytest.raises(
        BadData, match=r"4 of 4 good pictures can be used.*at least 5 \(20 to 200 are better\); add good"
    ):
        quick_fit(goods["plate"][:4])
    with pytest.raises(BadData, match="0 of 0 good pictures"):
        quick_fit([])


@pytest.fixture
def with_broken(goods: Goods, tmp_path: Path) -> tuple[list[Item], list[Path]]:
    """Return good pictures with an empty, a cut-off and a missing one among them."""
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "cut.png").write_bytes(goods["plate"][0].path.read_bytes()[:300])
    broken = [tmp_path / name for name in ("empty.png", "cut.png", "missing.png")]
    items = [Item(path, 0, "good", "train") for path in broken]
    return [items[0], *goods["plate"][:4], items[1], *goods["plate"][4:7], items[2]], broken


def test_unreadable_pictures_are_skipped_and_listed(with_broken: tuple[list[Item], list[Path]], tmp_path: Path) -> None:
    items, broken = with_broken
    detector = quick_fit(items, "broken", COARSE)
    assert (detector.card["n_normals"], detector.card["n_skipped"]) == (7, 3)
    assert [path for path, _ in detector.card["skipped"]] == [str(path) for path in broken]
    assert all(path in reason for path, reason in detector.card["skipped"])
    clean = quick_fit([item for item in items if item.path not in broken], "broken", COARSE)
    assert clean.calibration.scores.tobytes() == detector.calibration.scores.tobytes()
    readable = files_of(detector, tmp_path / "model")["card.md"].decode()
    assert all(str(path) in readable for path in broken)


def test_too_few_readable_pictures_are_told_with_the_first_problem(with_broken: tuple[list[Item], list[Path]]) -> None:
    items, broken = with_broken
    with pytest.raises(BadData, match=rf"4 of 5 good pictures can be used.*first problem: .*{broken[0].name}"):
        quick_fit(items[:5])


def test_normals_beyond_the_most_calibrate_only(goods: Goods, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion.fitting.MOST", 12)
    detector = quick_fit(goods["plate"][:20], "many", COARSE)
    assert (detector.card["n_statistics"], detector.card["n_normals"], detector.calibration.n) == (12, 20, 20)
    extra = sorted(detector.calibration.scores.tolist()[12:])
    spread = [goods["plate"][round(at)] for at in np.linspace(0, 19, 12)]
    unused = [item for item in goods["plate"][:20] if item not in spread]
    assert extra == sorted(look(detector, item.load().image).pred_score for item in unused)  # type: ignore[arg-type]


def test_pictures_of_several_sizes_fit_together(goods: Goods, tmp_path: Path) -> None:
    large = cv2.resize(plate(80).image, (216, 144))
    Image.fromarray(np.asarray(large, np.uint8)).save(tmp_path / "large.png")
    detector = quick_fit([*goods["plate"][:8], Item(tmp_path / "large.png", 0, "good", "train")], "sizes", COARSE)
    assert detector.card["n_normals"] == 9
    assert look(detector, plate(281, defective=True).image).pred_score > 2 * look(detector, plate(281).image).pred_score


def test_grey_pictures_need_no_colour(tmp_path: Path) -> None:
    items = write_goods(tmp_path, "plate", 8)
    for item in items:
        Image.open(item.path).convert("L").save(item.path)
    assert quick_fit(items, "grey", COARSE).card["colour"] is False


@PRODUCTS
def test_the_card_is_strict_json_and_says_how_the_model_came_about(product: str, detectors: Detectors) -> None:
    card = detectors[product].card
    assert json.loads(json.dumps(card, allow_nan=False)) == card
    expected = {
        "created",
        "foil",
        "method",
        "representation",
        "n_normals",
        "aligned",
        "pooled",
        "fit_seconds",
        "skipped",
    }
    assert expected | {"fingerprint", "seed", "grid"} <= card.keys()
    assert card["n_normals"] == GOODS
    assert card["representation"] == "wavelets"


def test_progress_counts_every_stage_up_to_its_end(goods: Goods) -> None:
    reports: list[tuple[str, int, int]] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.representation.frame.CELLS", COARSE)
        fit(goods["plate"][:6], DetectorConfig(backbone="none", size=64), "progress", lambda *one: reports.append(one))
    stages = dict.fromkeys(stage for stage, _, _ in reports)
    assert len(stages) >= 3
    for stage in stages:
        counts = [(done, total) for name, done, total in reports if name == stage]
        assert counts == sorted(counts)
        assert all(0 <= done <= total for done, total in counts)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"method": "magic"}, "method 'magic' is unknown; choose gaussian or memory"),
        ({"align": "maybe"}, "align 'maybe' is unknown; choose auto or on or off"),
        ({"size": 12}, "size 12 px is out of range; choose 64 to 1024"),
        ({"size": 4096}, "size 4096 px is out of range"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        DetectorConfig(**options)


def test_a_mistyped_backbone_is_refused_before_anything_is_read(goods: Goods) -> None:
    with pytest.raises(BadSetting, match="nor an open_clip model"):
        quick_fit([Item(Path("/nowhere/x.png"), 0, "good", "train")] * 9, backbone="resnet-fifty")


@pytest.mark.parametrize(("align", "turned"), [("off", False), ("on", True)])
def test_the_user_may_say_whether_parts_are_turned(align: str, turned: bool, goods: Goods) -> None:
    assert quick_fit(goods["bolt"][:FEW], "align", COARSE, align=align).card["aligned"] is turned
