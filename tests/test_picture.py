"""The picture of the normal version: nearer to the known clean picture, and the input's own pixels elsewhere."""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from core_cases import DRAW, Case, Picture, cloth, look, plate
from numpy.typing import NDArray

from fusion.detection import GoodPart
from fusion.detector import Detector
from fusion.item import Item
from fusion.picture import PictureMemory, most_different, tiny

pytest_plugins = ["core_fixtures"]

SEEDS = range(100, 106)
BORDER = {"corner": (0, 0), "top": (54, 1), "left": (1, 40), "far corner": (95, 71)}


@pytest.fixture(scope="module")
def memories() -> dict[str, PictureMemory]:
    pictures = {product: np.stack([DRAW[product](seed).image for seed in range(12)]) for product in ("plate", "cloth")}
    return {"plate": PictureMemory(pictures["plate"], True), "cloth": PictureMemory(pictures["cloth"], False)}


def grown(mask: NDArray[np.bool_], by: int = 9) -> NDArray[np.bool_]:
    return cv2.dilate(mask.astype(np.uint8), np.ones((by, by), np.uint8)).astype(bool)


def psnr(picture: NDArray[np.float32] | Picture, case: Case) -> float:
    """Return how near a picture is to the clean one inside the defect, in dB."""
    error = ((picture.astype(np.float64) - case.clean) ** 2)[case.mask].mean()
    return float(10 * np.log10(255**2 / error))


def blended(case: Case, repaired: NDArray[np.float32], share: NDArray[np.float32]) -> NDArray[np.float32]:
    return case.image * (1 - share[..., None]) + repaired * share[..., None]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("product", ["plate", "cloth"])
def test_the_repaired_place_is_far_nearer_to_the_clean_picture(
    product: str, seed: int, memories: dict[str, PictureMemory]
) -> None:
    case = DRAW[product](seed, defective=True)
    repaired, _, share = memories[product].repair(case.image, grown(case.mask))
    assert psnr(repaired, case) > psnr(case.image, case) + 6
    assert psnr(blended(case, repaired, share), case) > psnr(case.image, case) + 6


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("product", DRAW)
def test_what_a_person_sees_is_nearer_to_the_clean_picture_as_well(
    product: str, seed: int, detectors: dict[str, Detector]
) -> None:
    case = DRAW[product](seed, defective=True)
    assert psnr(look(detectors[product], case.image).normal, case) > psnr(case.image, case) + 5


@pytest.mark.parametrize("place", BORDER.values(), ids=BORDER)
@pytest.mark.parametrize("product", ["plate", "cloth"])
def test_a_region_at_the_border_is_repaired_too(
    product: str, place: tuple[int, int], memories: dict[str, PictureMemory]
) -> None:
    case = DRAW[product](110, defective=True, place=place)
    repaired, differs, _ = memories[product].repair(case.image, grown(case.mask))
    assert psnr(repaired, case) > psnr(case.image, case) + 6
    assert (differs & case.mask).sum() > 0.5 * case.mask.sum()


@pytest.mark.parametrize("product", ["plate", "cloth"])
def test_outside_what_is_wrong_nothing_changes(product: str, memories: dict[str, PictureMemory]) -> None:
    case = DRAW[product](111, defective=True)
    wrong = grown(case.mask)
    repaired, differs, share = memories[product].repair(case.image, wrong)
    wide = grown(wrong)
    assert (share[~wide] == 0).all()
    assert (repaired[~wide] == case.image[~wide]).all()
    assert not differs[~wrong].any()


@pytest.mark.parametrize("product", ["plate", "cloth"])
def test_shares_replace_what_differs_wholly_and_end_in_a_soft_seam(
    product: str, memories: dict[str, PictureMemory]
) -> None:
    case = DRAW[product](112, defective=True, place=(50, 36))
    _, differs, share = memories[product].repair(case.image, grown(case.mask, 31))
    assert (share.min(), share.max()) >= (0, 0.99)
    assert share.max() <= 1 + 1e-6
    assert share[differs].min() > 0.9
    assert ((share > 0.1) & (share < 0.9)).sum() > 50
    assert max(abs(np.diff(share, axis=0)).max(), abs(np.diff(share, axis=1)).max()) < 0.35


def test_within_a_wrong_place_only_what_really_differs_is_marked(memories: dict[str, PictureMemory]) -> None:
    overlaps = []
    for seed in range(100, 112):
        case = plate(seed, defective=True)
        wrong = grown(case.mask, 25)
        _, differs, _ = memories["plate"].repair(case.image, wrong)
        assert differs.sum() < 0.4 * wrong.sum()
        overlaps.append((differs & case.mask).sum() / (differs | case.mask).sum())
    assert np.median(overlaps) > 0.5


def test_a_place_that_differs_nowhere_stays_marked_as_a_whole() -> None:
    picture = plate(0).image
    wrong = np.zeros(picture.shape[:2], bool)
    wrong[30:45, 40:60] = True
    _, differs, _ = PictureMemory(picture[None], True).repair(picture, wrong)
    assert (differs == wrong).all()


@pytest.mark.parametrize("product", ["plate", "cloth"])
def test_a_picture_that_is_wrong_as_a_whole_gets_the_normal_most_like_it(
    product: str, memories: dict[str, PictureMemory]
) -> None:
    case = DRAW[product](3, defective=True)
    repaired, differs, share = memories[product].repair(case.image, np.ones(case.mask.shape, bool))
    assert np.isfinite(repaired).all()
    assert differs.any()
    assert share.shape == case.mask.shape
    assert psnr(repaired, case) > psnr(case.image, case) + 3


def test_nothing_wrong_gives_the_picture_back(memories: dict[str, PictureMemory]) -> None:
    picture = plate(5).image
    repaired, differs, share = memories["plate"].repair(picture, np.zeros(picture.shape[:2], bool))
    assert (repaired == picture).all()
    assert not differs.any()
    assert not share.any()


def test_several_places_are_repaired_each_from_its_own_surroundings(memories: dict[str, PictureMemory]) -> None:
    clean = plate(113).image
    mask = np.zeros(clean.shape[:2], bool)
    for x, y in ((22, 18), (86, 54), (54, 35)):  # two holes and the stripe
        mask |= cv2.circle(np.zeros(mask.shape, np.uint8), (x, y), 5, 1, -1).astype(bool)
    case = Case(np.where(mask[..., None], np.uint8(215), clean), clean, mask)
    repaired, _, _ = memories["plate"].repair(case.image, grown(mask))
    assert psnr(repaired, case) > psnr(case.image, case) + 8


def test_the_remembered_pictures_most_like_it_are_searched_first() -> None:
    case = cloth(116, defective=True, place=(48, 48))
    others = [np.full((96, 96, 3), colour, np.uint8) for colour in ((0, 0, 250), (0, 250, 0), (250, 0, 0), (0, 0, 0))]
    memory = PictureMemory(np.stack([*others * 4, cloth(1).image, cloth(2).image]), False)
    repaired, _, _ = memory.repair(case.image, grown(case.mask))
    assert repaired[case.mask].std() > 0.6 * case.clean[case.mask].std(), "no flat patch in the weave"


def test_the_light_of_the_surroundings_falls_on_the_repaired_place(memories: dict[str, PictureMemory]) -> None:
    darker = (plate(114).clean * 0.7).astype(np.uint8)
    case = plate(114, defective=True)
    dim = Case(np.where(case.mask[..., None], case.image, darker), darker, case.mask)
    repaired, _, _ = memories["plate"].repair(dim.image, grown(case.mask))
    offset = (repaired - darker)[case.mask].mean()
    assert abs(offset) < 10


def test_repairing_leaves_picture_and_memory_as_they_were(memories: dict[str, PictureMemory]) -> None:
    case, memory = cloth(115, defective=True), memories["cloth"]
    before = case.image.tobytes(), memory.pictures.tobytes()
    first = memory.repair(case.image, grown(case.mask))
    again = memory.repair(case.image, grown(case.mask))
    assert (case.image.tobytes(), memory.pictures.tobytes()) == before
    assert all(one.tobytes() == other.tobytes() for one, other in zip(first, again, strict=True))


def test_the_most_different_are_one_of_each_kind() -> None:
    kinds = np.repeat(np.eye(4, dtype=np.float32) * 100, 5, axis=0)
    noisy = kinds + np.random.default_rng(0).normal(0, 0.1, kinds.shape).astype(np.float32)
    chosen = most_different(noisy, 4)
    assert sorted(index // 5 for index in chosen) == [0, 1, 2, 3]
    assert len(set(most_different(noisy, 20))) == len(most_different(noisy, 99)) == 20


def test_the_nearest_are_those_that_look_alike_outside_what_is_wrong(memories: dict[str, PictureMemory]) -> None:
    memory, case = memories["plate"], plate(3, defective=True)
    assert np.array_equal(memory.pictures[3], plate(3).image)  # with whose seed the case was drawn
    (first, apart), *others = memory.nearest(case.image, grown(case.mask))
    (same, exactly), *_ = memory.nearest(memory.pictures[7], np.zeros(case.mask.shape, bool))
    assert (same, exactly) == (7, 0)
    assert first == 3
    assert 0 < apart < 0.5 * memory.nearest(case.image, np.zeros(case.mask.shape, bool))[0][1]
    assert [far for _, far in others] == sorted(far for _, far in others)
    assert apart < memory.usual < others[-1][1]


def test_a_model_names_the_good_parts_that_it_remembers(
    detectors: dict[str, Detector], goods: dict[str, list[Item]], tmp_path: Path
) -> None:
    detector, item = detectors["plate"], goods["plate"][0]
    sample = item.load()
    told = detector.detect(sample).remembered
    assert told is not None
    assert len(told.nearest) == 3
    names = {item.path.name: item.load().sha256 for item in goods["plate"]}
    assert all(names[part.name] == part.sha256 for part in told.nearest)
    remembered = [
        item for item in goods["plate"] if [item.path.name, item.load().sha256] in detector.card["remembered"]
    ]
    assert len(remembered) == told.of
    assert detector.detect(remembered[5].load()).remembered.nearest[0] == GoodPart(
        remembered[5].path.name, remembered[5].load().sha256, 0.0
    )
    detector.save_pretrained(tmp_path / "kept")
    assert Detector.from_pretrained(tmp_path / "kept").detect(sample).remembered == told
    nameless = replace(detector, card={key: value for key, value in detector.card.items() if key != "remembered"})
    unnamed = nameless.detect(sample).remembered
    assert [(part.name, part.apart) for part in unnamed.nearest] == [("", part.apart) for part in told.nearest]


def test_what_fills_a_texture_is_as_sharp_as_the_texture(memories: dict[str, PictureMemory]) -> None:
    kept = []
    for seed in SEEDS:
        clean = cloth(seed).image
        hole = np.zeros(clean.shape[:2], bool)
        hole[30:60, 30:60] = True
        filled = memories["cloth"].reconstruct(clean, hole)
        assert np.array_equal(filled[~hole], clean[~hole])
        kept.append(filled[hole].std() / clean[hole].std())
        other = memories["cloth"].reconstruct(clean, hole, rank=1)
        assert not np.array_equal(filled[hole], other[hole]), "the second likeliest is another place"
    assert np.median(kept) > 0.85


def test_a_place_is_made_normal_and_nothing_else(detectors: dict[str, Detector]) -> None:
    for product in DRAW:
        case = DRAW[product](120, defective=True)
        place = grown(case.mask, 5)
        changed = detectors[product].without(case.image, place)
        assert psnr(changed, case) > psnr(case.image, case) + 5, product
        assert np.array_equal(changed[~grown(place, 13)], case.image[~grown(place, 13)])
        assert np.array_equal(detectors[product].without(case.image, np.zeros_like(place)), case.image)


def test_identical_pictures_are_remembered_without_harm() -> None:
    same = np.ones((6, 3), np.float32)
    assert len(most_different(same, 4)) == 4


def test_tiny_pictures_compare_wholes() -> None:
    assert tiny(plate(0).image).shape == (32, 32, 3)
    assert tiny(np.full((90, 40, 3), 7, np.uint8)).tolist() == np.full((32, 32, 3), 7.0).tolist()
