"""The frame: every pixel comes back to its place, and parts are turned to one pose exactly where that helps."""

import math
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from core_cases import Case, Picture, bolt, cloth, plate
from numpy.typing import NDArray

from fusion.representation.frame import CELL, Frame, FrameConfig, fit_frame
from fusion.representation.segment import thumbnail

SHAPES = [(96, 96), (64, 120), (700, 1000), (211, 37), (400, 16), (16, 400), (1200, 1900)]
BOLTS = range(16)


def fitted(images: list[Picture], align: str = "auto") -> Frame:
    return fit_frame([thumbnail(image) for image in images], [image.shape[1::-1] for image in images], align, CELL)


@pytest.fixture(scope="module")
def turned() -> Frame:
    return fitted([bolt(seed).image for seed in BOLTS])


def centroid(values: NDArray[np.float32] | Picture) -> tuple[float, float]:
    weights = np.asarray(values, np.float64)
    y, x = np.mgrid[: weights.shape[0], : weights.shape[1]]
    return float((weights * x).sum() / weights.sum()), float((weights * y).sum() / weights.sum())


def marked(shape: tuple[int, int], at: tuple[float, float]) -> Picture:
    """Return black with a soft white dot of a size that survives shrinking."""
    y, x = np.mgrid[: shape[0], : shape[1]]
    radius = max(1.0, max(shape) / 150)
    dot = 255 * np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * radius**2))
    return np.repeat(dot.astype(np.uint8)[..., None], 3, axis=2)


def view(frame: Frame, image: Picture) -> NDArray[np.float32]:
    return frame.cut(image, frame.locate(image)).astype(np.float32)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("share", [(0.5, 0.5), (0.25, 0.7), (0.8, 0.35)], ids=str)
def test_a_marked_pixel_comes_back_to_its_place_from_an_unturned_frame(
    shape: tuple[int, int], share: tuple[float, float]
) -> None:
    at = (round(share[0] * (shape[1] - 1)), round(share[1] * (shape[0] - 1)))
    image = marked(shape, at)
    frame = fitted([image] * 5, align="off")
    affine = frame.locate(image)
    cut = frame.cut(image, affine)
    assert cut.shape[1::-1] == frame.config.size
    expected = affine @ [*centroid(image[..., 0]), 1.0]
    cell = frame.config.size[0] / shape[1], frame.config.size[1] / shape[0]  # frame pixels an input pixel
    assert math.hypot(*((np.subtract(centroid(cut[..., 0]), expected)) / np.maximum(cell, 1))) <= 0.2
    back = frame.back(cut[..., 0].astype(np.float32), affine, shape)
    assert back.shape == shape
    assert math.dist(centroid(back), centroid(image[..., 0])) <= 1


@pytest.mark.parametrize("scale", [1, 2, 7])
@pytest.mark.parametrize("seed", range(20, 26))
def test_a_marked_pixel_comes_back_to_its_place_from_a_turned_frame(turned: Frame, seed: int, scale: int) -> None:
    image = bolt(seed, defective=True).image.repeat(scale, axis=0).repeat(scale, axis=1)
    truth = bolt(seed, defective=True).middle
    affine = turned.locate(image)
    cut = turned.cut(image, affine).astype(np.float32)
    blue = np.clip(cut[..., 2] - cut[..., 0] - 50, 0, None)  # only the mark is blue
    expected = affine @ [*(scale * (np.array(truth) + 0.5) - 0.5), 1.0]
    assert math.dist(centroid(blue), expected) <= 0.6 * turned.config.size[0] / 100
    back = turned.back(blue, affine, image.shape[:2])
    assert back.shape == image.shape[:2]
    assert math.dist((np.array(centroid(back)) + 0.5) / scale - 0.5, truth) <= 1


def test_back_carries_colours_too_and_leaves_what_it_never_saw_at_the_given_value(turned: Frame) -> None:
    image = bolt(30).image
    affine = turned.locate(image)
    back = turned.back(turned.cut(image, affine).astype(np.float32), affine, (128, 128), outside=-1.0)
    seen = back[..., 0] >= 0
    assert 0.1 < seen.mean() < 0.9
    inner = cv2.erode(seen.astype(np.uint8), np.ones((3, 3), np.uint8)).astype(bool)
    assert abs(back[inner] - image[inner]).mean() < 4
    assert (back[cv2.dilate(seen.astype(np.uint8), np.ones((5, 5))) == 0] == -1).all()


def test_an_unturned_frame_reaches_to_the_border_of_the_picture() -> None:
    frame = fitted([plate(seed).image for seed in range(5)], align="off")
    back = frame.back(np.ones(frame.config.grid, np.float32), frame.locate(plate(0).image), (72, 108), outside=-5.0)
    assert (back == 1).all()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_grid_has_about_400_cells_whatever_the_shape(shape: tuple[int, int]) -> None:
    rows, columns = fitted([np.zeros((*shape, 3), np.uint8)] * 5).config.grid
    assert 330 <= rows * columns <= 480
    assert (columns > rows) == (shape[1] > shape[0])


def test_a_picture_already_of_the_frames_size_is_taken_as_it_is() -> None:
    image = np.random.default_rng(0).integers(0, 256, (240, 240, 3), dtype=np.uint8)
    frame = Frame(FrameConfig((12, 12), 20))
    assert frame.cut(image, frame.locate(image)) is image


def test_shrinking_averages_so_that_fine_noise_does_not_alias() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1200, 1200, 3), dtype=np.uint8)
    frame = Frame(FrameConfig((6, 6), 20))
    assert view(frame, noise).std() < 0.25 * noise.std()


@pytest.mark.parametrize("align", ["auto", "on"])
def test_long_parts_that_lie_at_random_angles_are_turned(align: str) -> None:
    extent = fitted([bolt(seed).image for seed in BOLTS], align).config.extent
    assert extent is not None
    assert extent[0] == pytest.approx(88 / 128, rel=0.15)
    assert extent[1] == pytest.approx(28 / 128, rel=0.3)


@pytest.mark.parametrize("make", [plate, cloth])
def test_textures_and_parts_of_no_great_length_are_not_turned(make: Callable[[int], Case]) -> None:
    assert fitted([make(seed).image for seed in BOLTS]).config.extent is None


@pytest.mark.parametrize("degrees", [0, 20, 90])
def test_long_parts_that_always_lie_the_same_way_are_not_turned(degrees: float) -> None:
    assert fitted([bolt(seed, degrees=degrees, strays=1).image for seed in BOLTS]).config.extent is None


def test_off_turns_nothing() -> None:
    assert fitted([bolt(seed).image for seed in BOLTS], "off").config.extent is None


def test_one_picture_without_a_part_among_a_few_leaves_the_parts_unturned() -> None:
    images = [bolt(seed).image for seed in BOLTS] + [np.full((128, 128, 3), 25, np.uint8)]
    assert fitted(images).config.extent is None


@pytest.mark.parametrize("seed", range(20, 30))
def test_head_and_tail_are_told_apart(turned: Frame, seed: int) -> None:
    one, other = view(turned, bolt(seed).image), view(turned, bolt(seed).image[::-1, ::-1].copy())
    assert abs(one - other).mean() < 5
    assert abs(one - other[::-1, ::-1]).mean() > 10, "the bolt has no symmetry that could hide a wrong choice"


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("seed", range(20, 25))
def test_a_turned_input_gives_nearly_the_same_picture_in_the_frame(turned: Frame, seed: int, quarters: int) -> None:
    image = bolt(seed).image
    one, other = view(turned, image), view(turned, np.rot90(image, quarters).copy())
    assert abs(one - other).mean() < 5
    assert np.corrcoef(one.ravel(), other.ravel())[0, 1] > 0.98


@pytest.mark.parametrize("seed", range(20, 25))
def test_parts_at_any_angle_come_to_lie_on_their_mean(turned: Frame, seed: int) -> None:
    assert turned.reference is not None
    shown = cv2.resize(
        view(turned, bolt(seed).image).mean(axis=-1), turned.reference.shape[::-1], interpolation=cv2.INTER_AREA
    )
    assert np.corrcoef(shown.ravel(), turned.reference.ravel())[0, 1] > 0.97


@pytest.mark.parametrize("seed", range(20, 25))
def test_the_whole_of_a_turned_part_lies_in_the_middle_of_the_frame(turned: Frame, seed: int) -> None:
    part = view(turned, bolt(seed).image).mean(axis=-1) > 70
    for axis in (0, 1):
        covered, length = np.flatnonzero(part.any(axis=axis)), part.shape[1 - axis]
        before, after = covered[0], length - 1 - covered[-1]
        assert abs(before - after) < 0.02 * max(part.shape)


def rod(degrees: float, width: int) -> tuple[Picture, NDArray[np.bool_]]:
    """Return a bright rod of 358 px length on black, 400 x 400 px, and its pixels."""
    y, x = np.mgrid[:400, :400] - 199.5
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    pixels = (abs(x * cos + y * sin) <= 179) & (abs(y * cos - x * sin) <= width / 2)
    return (200 * pixels[..., None]).astype(np.uint8).repeat(3, axis=2), pixels


def outside(width: int) -> int:
    """Return how many pixels of rods at all angles lie outside the frame that was fitted on them."""
    rods = [rod(degrees, width) for degrees in range(0, 180, 15)]
    frame, count = fitted([image for image, _ in rods]), 0
    assert frame.config.extent is not None
    for image, pixels in rods:
        y, x = np.nonzero(pixels)
        at = frame.locate(image) @ np.stack([x, y, np.ones(len(x))])
        limit = np.array(frame.config.size)[:, None] - 0.5
        count += int(((at < -0.5) | (at > limit)).any(axis=0).sum())
    return count


@pytest.mark.parametrize("width", [56, 89, 107])
def test_no_pixel_of_a_plain_rod_lies_outside_the_frame(width: int) -> None:
    assert outside(width) == 0


@pytest.mark.parametrize("width", [62, 80, 95])
def test_nudging_moves_no_plain_rod_out_of_the_frame(width: int) -> None:
    assert outside(width) == 0


def test_no_rounding_of_the_grid_cuts_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion.representation.frame._nudge", lambda *_: np.eye(2, 3))
    assert outside(49) == 0


@pytest.mark.parametrize("seed", range(20, 25))
def test_a_broken_tip_moves_nothing_else(turned: Frame, seed: int) -> None:
    whole, broken = view(turned, bolt(seed).image), view(turned, bolt(seed, broken=True).image)
    difference = abs(whole - broken).mean(axis=(0, 2))  # a column
    tip = abs(np.arange(len(difference)) - difference.argmax()) < len(difference) / 5
    assert difference[tip].max() > 20
    assert difference[~tip].mean() < 4


def test_a_picture_without_a_part_still_gets_a_place(turned: Frame) -> None:
    for image in (np.zeros((90, 128, 3), np.uint8), cloth(0).image):
        affine = turned.locate(image)
        assert np.isfinite(affine).all()
        assert turned.cut(image, affine).shape[1::-1] == turned.config.size


def test_the_size_of_the_pictures_says_nothing_about_the_pose(turned: Frame) -> None:
    image = bolt(20).image
    large = cv2.resize(image, (512, 512), interpolation=cv2.INTER_LINEAR)
    assert abs(view(turned, image) - view(turned, np.asarray(large, np.uint8))).mean() < 4
