"""The part and its background."""

import cv2
import numpy as np
import pytest
from core_cases import Picture, bolt, cloth, plate

from fusion.representation.segment import THUMB, has_background, segment, thumbnail, touches_border


def ring(size: int = 100, colour: int = 180) -> Picture:
    picture = np.full((size, size, 3), 30, np.uint8)
    cv2.circle(picture, (size // 2, size // 2), size // 3, (colour,) * 3, -1)
    cv2.circle(picture, (size // 2, size // 2), size // 6, (30, 30, 30), -1)
    return picture


@pytest.mark.parametrize(
    ("size", "expected"), [((600, 300), (256, 128)), ((50, 1000), (13, 256)), ((4000, 1), (256, 1))]
)
def test_a_thumbnail_keeps_the_aspect_ratio(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert thumbnail(np.zeros((*size, 3), np.uint8)).shape == (*expected, 3)


def test_a_picture_that_is_small_already_stays_as_it_is() -> None:
    picture = plate(0).image
    assert max(picture.shape) < THUMB
    assert thumbnail(picture) is picture


def test_a_part_is_found_with_its_holes_filled() -> None:
    found = segment(ring())
    assert found is not None
    y, x = np.mgrid[:100, :100]
    truth = (x - 50) ** 2 + (y - 50) ** 2 < 33**2
    assert (found & truth).sum() / (found | truth).sum() > 0.95
    assert found[50, 50], "the bore belongs to the part"


def test_a_dark_part_before_a_bright_background_is_found_as_well() -> None:
    found = segment(255 - ring())
    assert found is not None
    assert found.mean() == pytest.approx(np.pi / 9, abs=0.03)


def test_only_the_largest_of_several_things_is_the_part() -> None:
    picture = ring()
    picture[5:10, 5:10] = 200
    found = segment(picture)
    assert found is not None
    assert not found[:12, :12].any()


@pytest.mark.parametrize("level", [0, 100, 255])
def test_a_picture_of_one_colour_holds_no_part(level: int) -> None:
    assert segment(np.full((60, 80, 3), level, np.uint8)) is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 90, 3), (2, 2, 3), (5, 4, 3)])
def test_the_tiniest_pictures_do_no_harm(shape: tuple[int, int, int]) -> None:
    found = segment(np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8))
    assert found is None or found.shape == shape[:2]


def test_what_covers_more_than_a_tenth_of_the_border_is_no_part_before_a_background() -> None:
    mask = np.zeros((100, 100), bool)
    mask[20:80, 20:80] = True
    assert not touches_border(mask)
    mask[:, 30:80] = True
    assert touches_border(mask)


def test_parts_alike_in_size_have_a_background_and_textures_have_none() -> None:
    assert has_background([segment(plate(seed).image) for seed in range(12)])
    assert has_background([segment(bolt(seed).image) for seed in range(12)])
    assert not has_background([segment(cloth(seed).image) for seed in range(12)])


def test_one_normal_without_a_part_or_of_another_size_denies_the_background() -> None:
    masks = [segment(ring()) for _ in range(10)]
    assert has_background(masks)
    assert not has_background([*masks, None])
    small = [np.pad(np.ones((20, 20), bool), 40) for _ in range(10)]
    assert not has_background([*masks, *small])
    assert not has_background([])
