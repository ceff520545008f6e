"""CIELAB against scikit-image's, and the words for a shift."""

import numpy as np

from explain import colour


def test_lab_agrees_with_scikit_image():
    from skimage.color import rgb2lab

    rgb = np.random.default_rng(0).integers(0, 256, (500, 3), dtype=np.uint8)
    np.testing.assert_allclose(colour.lab(rgb), rgb2lab(rgb[None])[0], atol=0.05)


def test_the_core_is_what_changed_however_wide_the_region():
    change = np.zeros((1000, 3), np.float32)
    change[:60, 0] = -40
    assert colour.core(change).sum() == 60


def test_a_shift_is_named_by_its_larger_part_and_by_both_where_they_are_alike():
    normal = np.tile(np.float32([50, 0, 0]), (4, 1))
    assert colour.contrast(normal, np.tile(np.float32([0, 20, 2]), (4, 1))).colour == ("redder",)
    assert colour.contrast(normal, np.tile(np.float32([0, -10, -12]), (4, 1))).colour == ("bluer", "greener")
    assert colour.contrast(normal, np.tile(np.float32([0, 1, 1]), (4, 1))).colour == ()
