"""Products that nobody makes: always the same by their number, unlike each other, and good to practise on."""

import itertools

import numpy as np
import pytest

from fusion.example.made_up import product


def test_a_number_is_always_the_same_product_and_a_seed_the_same_part() -> None:
    for number in range(12):
        first, again = (product(number)(np.random.default_rng(3), 96) for _ in range(2))
        other = product(number)(np.random.default_rng(4), 96)
        assert first.shape == (96, 96, 3)
        assert first.dtype == np.uint8
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)


def test_parts_of_a_product_are_more_alike_than_products() -> None:
    def seen(number: int, seed: int) -> np.ndarray:
        small = product(number)(np.random.default_rng(seed), 96).astype(float)
        tones = small.reshape(8, 12, 8, 12, 3)
        return np.concatenate([tones.mean(axis=(1, 3)).ravel(), tones.std(axis=(1, 3)).ravel()])

    parts = [[seen(number, seed) for seed in range(3)] for number in range(16)]
    own = np.mean([np.abs(a - b).mean() for one in parts for a, b in itertools.pairwise(one)])
    others = np.mean([np.abs(one[0] - two[0]).mean() for one, two in itertools.pairwise(parts)])
    assert others > 4 * own


@pytest.mark.slow
def test_a_detector_of_a_made_up_product_marks_what_is_painted_on_it() -> None:
    from fusion.practice import MADE_UP, painted

    found = [
        shown.detector.places(shown.detector.encoder(shown.defect.image)).max()
        > shown.detector.calibration.thresholds.review
        for name in MADE_UP[:2]
        for shown in painted(name, 7, 27)
    ]
    assert 0.3 < np.mean(found) < 0.95
