"""How a texture goes on over a hole: its own pieces, as rich as it is, and never what is spoilt."""

from functools import partial

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from fusion.picture import PictureMemory
from fusion.texture import Source, continued

SIDE = 160
Picture = NDArray[np.uint8]


def stripes(degrees: float, phase: float = 0.0, seed: int = 0) -> Picture:
    """Return stripes of 9 px, and a little noise."""
    y, x = np.mgrid[:SIDE, :SIDE]
    across = x * np.cos(np.deg2rad(degrees)) + y * np.sin(np.deg2rad(degrees))
    noise = np.random.default_rng(seed).normal(0, 4, (SIDE, SIDE))
    grey = 128 + 50 * np.sin(2 * np.pi * (across / 9 + phase)) + noise
    return np.repeat(np.clip(grey, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def hole(top: int = 60, left: int = 60, size: int = 24) -> NDArray[np.bool_]:
    mask = np.zeros((SIDE, SIDE), bool)
    mask[top : top + size, left : left + size] = True
    return mask


def apart(one: NDArray[np.float32], other: Picture, where: NDArray[np.bool_]) -> float:
    return float(np.abs(one[where] - other[where].astype(np.float32)).mean())


def test_a_direction_that_nobody_remembers_goes_on_from_the_picture_itself() -> None:
    memory = PictureMemory(np.stack([stripes(0, at / 5, at) for at in range(5)]), False)
    picture = stripes(65, 0.3, 9)
    assert apart(memory.reconstruct(picture, hole()), picture, hole()) < 20
    everywhere_else = memory.reconstruct(picture, hole(), ~hole())  # nothing of its own may be taken
    assert apart(everywhere_else, picture, hole()) > 35


def test_nothing_comes_from_what_is_spoilt() -> None:
    clean = stripes(30)
    memory = PictureMemory(np.stack([stripes(30, at / 5, at) for at in range(5)]), False)
    red = clean.copy()
    red[:, SIDE // 2 :] = (200, 0, 0)
    spoilt = np.zeros((SIDE, SIDE), bool)
    spoilt[:, SIDE // 2 :] = True
    filled = memory.reconstruct(red, hole(40, 110, 20), spoilt)
    assert filled[hole(44, 114, 12)].std(axis=0).max() > 15, "its own plain red would have fitted best"
    own = memory.reconstruct(red, hole(40, 110, 20))
    assert own[hole(44, 114, 12)].std(axis=0).max() < 5, "and does where it is allowed"


def test_a_smooth_piece_is_no_better_than_a_rough_one() -> None:
    rng = np.random.default_rng(3)
    rough = partial(rng.normal, 128, 30, (SIDE, SIDE, 1))
    picture, other = (np.repeat(np.clip(rough(), 0, 255), 3, axis=2).astype(np.uint8) for _ in range(2))
    smooth = cv2.GaussianBlur(other, (0, 0), 8)
    inside = hole()[44:100, 44:100]
    patch, known = picture[44:100, 44:100].astype(np.float32), np.where(inside, 0, 1).astype(np.float32)
    found = continued(patch, inside, known, (44, 44), [Source(smooth), Source(smooth), Source(other), Source(other)], 0)
    assert found[inside].std() > 0.8 * patch[inside].std()


def test_at_a_border_goes_on_what_lies_at_borders() -> None:
    framed = [stripes(90, at / 3, at) for at in range(3)]
    for one in framed:
        one[:, -5:] = 20  # each picture ends with a dark edge
    memory = PictureMemory(np.stack(framed[1:]), False)
    mask = hole(30, SIDE - 20, 20)
    filled = memory.reconstruct(framed[0], mask)
    assert filled[32:48, -3:].mean() < 60
    assert filled[32:48, -18:-8].mean() > 90


@pytest.mark.parametrize("size", [SIDE, 140])
def test_a_picture_that_is_wrong_as_a_whole_is_never_its_own_example(size: int) -> None:
    memory = PictureMemory(np.stack([stripes(0, at / 5, at) for at in range(3)]), False)
    wrong = np.full((SIDE, SIDE, 3), 250, np.uint8)
    filled = memory.reconstruct(wrong, hole(0, 0, size))
    assert filled[20:60, 20:60].std() > 20
