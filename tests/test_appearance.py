"""The network that sees regions: the same in NumPy as it was taught, the same wherever a region lies, of no company."""

import numpy as np
import pytest
import torch
from explain_cases import SUPPORT, H, W, detection, disc, painted, surface

from explain import plain
from explain.difference import measure
from explain.gather import gather
from explain.grouping import find
from explain.naming import LOOKS, attributes, built_in
from fusion import appearance_training
from fusion.appearance import CHANNELS, SIDE, Network, network, view
from fusion.appearance_training import Appearance, taught
from fusion.sample import Sample
from fusion.synthesis import KINDS


def seen(mask: np.ndarray, amount: float = -60) -> np.ndarray:
    found = detection(surface(), mask)
    spot = find(found)[0]
    return view(painted(surface(), mask, amount), found, spot.bbox, spot.mask)


def test_a_view_is_a_square_of_the_region_and_what_lies_around_it() -> None:
    found = seen(disc(200, 150, 30))
    assert found.shape == (SIDE, SIDE, CHANNELS)
    middle, corner = found[SIDE // 2, SIDE // 2], found[0, 0]
    assert (round(float(middle[4]), 4), corner[4]) == (1.0, 0.0), "the region"
    assert middle[2] == pytest.approx(-60 / 255, abs=0.02)
    assert corner[2] == pytest.approx(0, abs=0.02)
    assert found[..., 6].min() == pytest.approx(1), "all of it is part"


@pytest.mark.parametrize(("x", "y"), [(60, 60), (0, 0), (W - 1, 100), (W - 2, H - 2)])
def test_what_lies_at_the_edge_of_a_picture_is_seen_too(x: int, y: int) -> None:
    found = seen(disc(x, y, 25))
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 1
    assert (found[..., 6].min() < 1) == (x < 5 or x > W - 5), "beside the picture there is no part"


def test_a_speck_and_a_region_as_large_as_the_picture_have_a_view() -> None:
    speck, whole = np.zeros((H, W), bool), np.ones((H, W), bool)
    speck[100, 100] = True
    for mask in (speck, whole):
        assert np.isfinite(seen(mask)).all()


def test_numpy_says_what_was_taught() -> None:
    torch.manual_seed(3)
    module = Appearance(5, LOOKS)
    views, known = torch.randn(16, CHANNELS, SIDE, SIDE), torch.randn(16, 5)
    for _ in range(3):
        module(views, known)  # so that there is something to fold
    module.eval()
    tensors = module.tensors() | {"mean": np.zeros(5, np.float32), "spread": np.ones(5, np.float32)}
    with torch.inference_mode():
        wanted = torch.log_softmax(module(views, known), 1).numpy()
    told = Network(tensors)(views.permute(0, 2, 3, 1).numpy(), known.numpy().astype(np.float64))
    np.testing.assert_allclose(told, wanted, atol=1e-4)


def test_it_learns_what_is_there_to_learn_and_the_same_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"EPOCHS": 30, "BATCH": 32, "WIDTH": 4}.items():
        monkeypatch.setattr(appearance_training, name, value)
    rng = np.random.default_rng(0)
    kinds = rng.integers(0, 2, 96)
    views = rng.normal(0, 0.1, (96, SIDE, SIDE, CHANNELS)).astype(np.float32)
    views[kinds == 1, 15:25, 15:25, 2] -= 0.5
    measures = rng.normal(size=(96, 3))
    one, other = (taught(views, measures, kinds, seed=5) for _ in range(2))
    assert all(np.array_equal(one[name], other[name]) for name in one)
    assert (Network(one)(views, measures).argmax(axis=1) == kinds).mean() > 0.95


def test_the_network_that_comes_with_foil_knows_the_built_in_kinds_and_tells_them_apart() -> None:
    assert built_in().names == KINDS
    mask = disc(200, 150, 30)
    found = detection(surface(), mask)
    region = measure(painted(surface(), mask, -60), found, find(found))[0]
    assert len(region.look) == LOOKS
    assert np.exp(region.look).sum() == pytest.approx(1, abs=0.01)
    assert len(network().tensors["mean"]) == len(attributes(region)) - LOOKS


def test_what_the_network_says_is_no_figure_that_words_may_use() -> None:
    mask = disc(200, 150, 30)
    evidence = gather(Sample(painted(surface(), mask, -60)), detection(surface(), mask), {"name": "p"}, SUPPORT)
    assert evidence.regions[0].look
    assert [name for name, *_ in plain.named_numbers(evidence) if "look" in name] == []
