"""Bending: threads of what is remembered run on into what lies around a hole."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fusion.bending import LEAST, MARGIN, bent

H, W = 72, 96
HOLE = np.zeros((H, W), bool)
HOLE[26:46, 36:60] = True


def weave(sway: float, margin: int = 0) -> NDArray[np.float32]:
    """Return threads 12 px apart that sway by so many pixels, with a margin around, (h, w, 3)."""
    y, x = np.mgrid[-margin : H + margin, -margin : W + margin].astype(np.float32)
    run = x + sway * np.sin(2 * np.pi * y / 60)
    level = 120 + 40 * np.sin(2 * np.pi * run / 12) + 30 * np.sin(2 * np.pi * y / 14)
    return np.asarray(level[..., None].repeat(3, axis=2), np.float32)


@pytest.mark.parametrize("sway", [1.0, 2.0, 3.0])
def test_threads_run_on_into_the_hole(sway: float) -> None:
    patch, straight = weave(sway), weave(0)
    hidden = np.where(HOLE[..., None], 255, patch).astype(np.float32)
    found = bent(hidden, weave(0, MARGIN), HOLE)
    for where, most in ((HOLE, 0.75), (~HOLE, 0.4)):  # what is guessed, and what is seen
        before, after = (float(np.abs(one - patch)[where].mean()) for one in (straight, found))
        assert after < most * before
    assert found[HOLE].std() > 0.95 * patch[HOLE].std(), "threads stay as sharp as they were"


def test_what_fits_stays_and_where_nothing_is_seen_nothing_is_bent() -> None:
    assert float(np.abs(bent(weave(0), weave(0, MARGIN), HOLE) - weave(0)).max()) < 6
    everything = np.ones((H, W), bool)
    assert np.array_equal(bent(weave(2), weave(0, MARGIN), everything), weave(0))
    small = slice(0, LEAST - 1)
    found = bent(weave(2)[small], weave(0, MARGIN)[: LEAST - 1 + 2 * MARGIN], HOLE[small])
    assert np.array_equal(found, weave(0)[small])
