"""What is refused before a score is trusted, and what never is."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from core_cases import Picture, cloth, plate
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from fusion.world import FAMILIAR, LOOKS, STRANGE, World, looks

SHAPE = (72, 108)
FAMILIAR_MAP = np.zeros(100, np.float32)


@pytest.fixture(scope="module")
def world() -> World:
    seen = np.array([looks(plate(seed).image, SHAPE) for seed in range(20)])
    return World.of(seen, np.zeros((20, 100), np.float32))


def refusal(world: World, picture: Picture, shape: tuple[int, int] = SHAPE) -> str | None:
    return world.refusal(looks(picture, shape), FAMILIAR_MAP)


@given(st.lists(st.lists(st.floats(-100, 100), min_size=6, max_size=6), min_size=5, max_size=30), st.floats(-5, 40))
@settings(deadline=None)
def test_no_normal_is_ever_refused_however_odd(seen: list[list[float]], strangest: float) -> None:
    maps = np.zeros((len(seen), 50), np.float32)
    maps[0] = strangest
    world = World.of(np.array(seen), maps)
    assert [world.refusal(np.array(one), own) for one, own in zip(seen, maps, strict=True)] == [None] * len(seen)


@pytest.mark.parametrize("seed", range(100, 110))
def test_new_good_parts_are_not_refused(world: World, seed: int) -> None:
    assert refusal(world, plate(seed).image) is None


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (np.zeros_like, "far darker"),
        (lambda picture: np.minimum(picture.astype(int) + 125, 255).astype(np.uint8), "far brighter"),
        (lambda picture: (100 + 0.05 * (picture.astype(float) - 100)).astype(np.uint8), "far less contrast"),
        (lambda picture: cv2.GaussianBlur(picture, (0, 0), 6), "far more blurred"),
        (lambda picture: picture // 2 + np.array([90, 0, 0], np.uint8), "far redder"),
        (lambda picture: picture // 2 + np.array([0, 90, 0], np.uint8), "far greener"),
        (lambda picture: picture // 2 + np.array([0, 0, 120], np.uint8), "far bluer"),
    ],
    ids=["black", "bright", "flat", "blurred", "red", "green", "blue"],
)
def test_a_picture_unlike_every_normal_is_refused_and_told_how(
    world: World, spoil: Callable[[Picture], Picture], says: str
) -> None:
    assert says in (refusal(world, spoil(plate(100).image)) or "")


@pytest.mark.parametrize(("shape", "says"), [((200, 100), "far narrower"), ((50, 200), "far wider")])
def test_another_aspect_ratio_is_refused(world: World, shape: tuple[int, int], says: str) -> None:
    assert says in (refusal(world, plate(100).image, shape) or "")


def test_a_whole_other_product_is_refused_where_nearly_no_place_is_familiar(world: World) -> None:
    cells = np.full(100, STRANGE + 1, np.float32)
    assert "another product or another view" in (world.refusal(world.middle, cells) or "")
    cells[: int(100 * FAMILIAR) + 2] = 0
    assert world.refusal(world.middle, cells) is None, "a part with a large defect is scored"


def test_where_normals_themselves_are_strange_more_is_allowed() -> None:
    maps: NDArray[np.float32] = np.full((10, 100), 40.0, np.float32)
    world = World.of(np.zeros((10, 6)), maps)
    assert world.refusal(np.zeros(6), maps[0]) is None
    assert world.refusal(np.zeros(6), maps[0] * 2) is not None


def test_normals_that_are_all_alike_still_leave_room_for_a_lamp_that_ages(world: World) -> None:
    one = looks(plate(1).image, SHAPE)
    strict = World.of(np.repeat(one[None], 10, axis=0), np.zeros((10, 100), np.float32))
    assert refusal(strict, (plate(1).image * 0.7).astype(np.uint8)) is None
    assert refusal(strict, (plate(1).image * 0.25).astype(np.uint8)) is not None


@pytest.mark.parametrize(
    "picture", [np.zeros((96, 96, 3), np.uint8), np.full((96, 96, 3), 255, np.uint8), cloth(0).image]
)
def test_looks_are_finite_numbers_for_any_picture(picture: Picture) -> None:
    found = looks(picture, (96, 96))
    assert found.shape == (len(LOOKS),)
    assert np.isfinite(found).all()
