"""Outlines: what really differs from a guess of normal, faint ends and all, and not what the guess gets wrong."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from core_cases import look, plate, same

from fusion import outlining
from fusion.detector import Detector
from fusion.outline import built_in, clues, likely, outline

pytest_plugins = ["core_fixtures"]

SIDE = 160


def striped(shift: int = 0) -> np.ndarray:
    """Return a surface with an edge, (H, W, 3), that lies `shift` px farther right."""
    rng = np.random.default_rng(1)
    image = np.full((SIDE, SIDE, 3), 150, np.float32)
    image[:, 100 + shift :] = 70
    noise = rng.normal(0, 2, (SIDE, SIDE, 1)).astype(np.float32)
    return np.clip(cv2.GaussianBlur(image, (0, 0), 0.8) + noise, 0, 255).astype(np.uint8)


def scratched(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a picture with a scratch that fades out downwards, and where it is."""
    after, mask = image.astype(np.float32), np.zeros((SIDE, SIDE), bool)
    mask[30:110, 60:64] = True
    after[mask] += np.repeat(np.linspace(60, 12, 80), 4)[:, None]
    return np.clip(after, 0, 255).astype(np.uint8), mask


def hole() -> np.ndarray:
    inside = np.zeros((SIDE, SIDE), bool)
    inside[15:130, 40:120] = True
    return inside


def test_a_scratch_is_outlined_to_its_faint_end_and_an_edge_that_lies_a_pixel_off_is_not() -> None:
    picture, mask = scratched(striped())
    normal = striped(shift=1).astype(np.float32)
    strength = np.where(hole(), 2.0, 0.0).astype(np.float32)
    likely = outline(picture, normal, strength, hole(), True)
    assert likely.shape == mask.shape
    assert likely.min() >= 0
    assert likely.max() <= 1
    assert not likely[~hole()].any()
    assert likely[30:100, 61:63].min() > 0.35
    assert likely[15:130, 92:110].max() < 0.35
    assert (likely[mask] > 0.35).mean() > 0.9


def test_where_nothing_is_hidden_nothing_is_outlined() -> None:
    picture, _ = scratched(striped())
    nowhere = np.zeros((SIDE, SIDE), bool)
    assert not outline(picture, striped().astype(np.float32), np.zeros((SIDE, SIDE), np.float32), nowhere, True).any()


def test_an_outline_depends_on_its_surroundings_alone() -> None:
    picture, _ = scratched(striped())
    normal, strength = striped(shift=1).astype(np.float32), np.where(hole(), 2.0, 0.0).astype(np.float32)
    likely = outline(picture, normal, strength, hole(), True)
    wide = [np.pad(part, ((0, 90), (70, 0), (0, 0))[: part.ndim]) for part in (picture, normal, strength, hole())]
    np.testing.assert_allclose(outline(*wide, True)[:SIDE, 70:], likely, atol=1e-5)


@pytest.mark.slow
def test_what_is_learnt_tells_painted_pixels_of_defects_that_it_never_saw() -> None:
    from fusion.outline_training import beginning, learnt
    from fusion.outlining import RATE, ROUND, lessons
    from fusion.practice import painted

    seen = [one for shown in painted("gasket", ROUND + 1, 90) for one in lessons(shown)]
    half = len(seen) // 2
    for tensors, overlap in ((learnt(seen[:half], beginning(seen[:half]), 300, 2 * RATE), 0.5), (built_in(), 0.6)):
        both = either = right = pixels = 0
        for one in seen[half:]:
            told = likely(one.found.astype(np.float32), tensors)[one.hole] > 0.5
            truly = one.truly[one.hole]
            both, either = both + (told & truly).sum(), either + (told | truly).sum()
            right, pixels = right + (told == truly).sum(), pixels + truly.size
        assert right / pixels > 0.8
        assert both / either > overlap


def test_the_network_knows_as_many_clues_as_there_are() -> None:
    normal = striped().astype(np.float32)
    found = clues(striped(), normal, np.ones((SIDE, SIDE), np.float32), hole(), False)
    assert found.shape == (SIDE, SIDE, len(built_in()["mean"]))
    assert np.isfinite(found).all()


def test_a_product_s_own_outlines_go_on_from_the_built_in_ones_draw_and_are_saved(
    detectors: dict[str, Detector], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    detector, goods = detectors["plate"], [plate(seed).image for seed in range(400, 406)]
    assert outlining.own(detector, goods, 3) is None, "three defects teach nothing"
    monkeypatch.setattr(outlining, "ENOUGH", 5)
    monkeypatch.setattr(outlining, "OWN_STEPS", 12)
    own = outlining.own(detector, goods, 12)
    assert own is not None
    assert own.keys() == built_in().keys()
    assert own["mean"].equal(built_in()["mean"])
    far = (own["last.weight"] - built_in()["last.weight"]).abs().max()
    assert 0 < far < 0.1
    again = outlining.own(detector, goods, 12)
    assert all(one.equal(again[name]) for name, one in own.items())

    nothing = dict(own) | {"last.bias": own["last.bias"] - 100}  # pixels that are never likely to differ
    drawn = outlining.with_outlines(detector, nothing)
    image = plate(220, defective=True).image
    before, after = look(detector, image), look(drawn, image)
    assert after.pred_score == before.pred_score
    assert not np.array_equal(after.pred_mask, before.pred_mask)
    drawn.save_pretrained(tmp_path / "model")
    assert same(look(Detector.from_pretrained(tmp_path / "model"), image), after)
    assert same(look(outlining.with_outlines(drawn, None), image), before)
