"""Which normals calibrate a network: those that it never saw, and the others raised by what it finds less on them."""

import numpy as np
import pytest
import torch

from fusion.calibration import Calibration
from fusion.learning.calibrating import BY_HEART, raised
from fusion.learning.learn import deal

N = 240


def scores(less: float, seed: int) -> tuple[np.ndarray, np.ndarray, torch.Tensor, np.ndarray]:
    """Return a network's scores, lower by so much on what it learnt from; the closed form's; the held; the truth."""
    rng = np.random.default_rng(seed)
    part = rng.gumbel(2.0, 1.0, N)
    closed, truth = part + rng.normal(0, 0.4, N), part + rng.normal(0, 0.4, N)
    held = deal(N, seed)[2]
    found = truth - less
    found[held.numpy()] += less
    return found, closed, held, truth


@pytest.mark.parametrize("less", [0.0, 0.3])
def test_a_gap_is_measured_and_made_up_for(less: float) -> None:
    gaps = []
    for seed in range(20):
        found, closed, held, truth = scores(less, seed)
        lifted = raised(found, closed, held)
        assert lifted.trusted
        np.testing.assert_allclose(lifted.scores[held.numpy()], truth[held.numpy()])
        others = np.delete(np.arange(N), held.numpy())
        by = (lifted.scores - found)[others]
        assert by.min() == pytest.approx(by.max())
        assert by.min() >= 0  # never lowered
        assert f"are raised by {by[0]:.2f} sigma" in lifted.told
        gaps.append(float(by[0]))
    assert np.mean(gaps) == pytest.approx(less, abs=0.05)


def test_so_thresholds_promise_what_all_of_them_support_and_keep_it() -> None:
    alarms, far = [], []
    fresh = np.random.default_rng(99).gumbel(2.0, 1.0, 20000) + np.random.default_rng(98).normal(0, 0.4, 20000)
    for seed in range(40):
        found, closed, held, _ = scores(0.3, seed)
        both = [Calibration(one).threshold(0.01) for one in (raised(found, closed, held).scores, found[held.numpy()])]
        alarms.append(float((fresh >= both[0]).mean()))
        far.append(both)
    assert np.mean(alarms) == pytest.approx(0.01, abs=0.003)
    wide = np.std(far, axis=0)
    assert wide[0] < 0.8 * wide[1]  # than those of a third


def test_who_knows_the_good_parts_by_heart_is_calibrated_by_others() -> None:
    found, closed, held, _ = scores(3 * BY_HEART, 0)
    lifted = raised(found, closed, held)
    assert not lifted.trusted
    assert lifted.told.startswith(f"calibrated by the {len(held)} good parts that it never saw")


def test_weights_that_learnt_from_none_of_the_good_parts_are_calibrated_by_all_as_they_are() -> None:
    found, closed, _, _ = scores(0.0, 0)
    lifted = raised(found, closed, torch.arange(len(found)))
    assert lifted.trusted
    np.testing.assert_array_equal(lifted.scores, found)
    assert lifted.told == f"calibrated by all {len(found)} good parts, none of which it learnt from"
