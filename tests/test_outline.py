"""Outlines: what really differs from a guess of normal, faint ends and all, and not what the guess gets wrong."""

import cv2
import numpy as np
import pytest

from fusion.outline import Network, clues, outline

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
    from fusion.outlining import SEED, learnt, lessons, painted

    seen = [lesson for shown in painted("gasket", SEED + 1, 90) for lesson in lessons(shown)]
    found, answers = (np.concatenate(part) for part in zip(*seen, strict=True))
    half = len(found) // 2
    fresh = Network(learnt(found[:half], answers[:half], 500))(found[half:]) > 0.5
    shipped = Network(built_in())(found[half:]) > 0.5
    for told in (fresh, shipped):
        assert (told == answers[half:]).mean() > 0.85
        assert (told & answers[half:]).sum() / (told | answers[half:]).sum() > 0.6


def built_in() -> dict[str, np.ndarray]:
    from safetensors.numpy import load_file

    from fusion.outline import FILE

    return load_file(FILE)


def test_the_network_knows_as_many_clues_as_there_are() -> None:
    normal = striped().astype(np.float32)
    found = clues(striped(), normal, np.ones((SIDE, SIDE), np.float32), hole(), False)
    assert found.shape == (SIDE, SIDE, len(built_in()["mean"]))
    assert np.isfinite(found).all()
