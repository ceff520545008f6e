"""Plots of a network: every modality is drawn, and the gates stand above the curve of the training."""

import numpy as np
from network_card import NETWORK

from assistant import plots

GATES = NETWORK["gates"]


def rows_of(picture, name):
    """Return the mean row of a modality's line below the legend, from left to right of the axes."""
    here = (picture == np.array(plots.COLOURS[name])).all(axis=-1)
    here[: plots.TOP] = False
    columns = np.flatnonzero(here.any(axis=0))
    return [float(np.flatnonzero(here[:, at]).mean()) for at in columns]


def test_a_louder_gate_is_drawn_higher_and_a_flat_one_flat():
    picture = plots.gates_plot(GATES)
    image, text, mask = (rows_of(picture, name) for name in ("image", "text", "mask"))
    assert image[0] > image[-1]
    assert mask[0] < mask[-1]
    assert np.ptp(text) < 4, "but for the lines drawn over it"
    assert text[0] > image[0]


def test_every_modality_has_a_line_and_a_name():
    picture = plots.gates_plot(GATES)
    for colour in plots.COLOURS.values():
        assert (picture[: plots.TOP] == colour).all(axis=-1).any()
        assert (picture[plots.TOP :] == colour).all(axis=-1).any()


def test_one_noise_level_is_drawn_too():
    gates = {name: [1.0] for name in ("sigmas", *plots.COLOURS)}
    assert plots.gates_plot(gates).shape == (plots.HEIGHT, plots.WIDTH, 3)


def test_the_training_curve_stands_below_the_gates():
    picture = plots.network_plot(NETWORK)
    assert picture.dtype == np.uint8
    assert picture.shape[0] > plots.HEIGHT
    np.testing.assert_array_equal(picture[: plots.HEIGHT], plots.gates_plot(GATES))
    assert (picture[plots.HEIGHT :] != 255).any()


def test_a_training_that_never_began_has_a_plot():
    assert plots.network_plot(NETWORK | {"history": []}).shape[1] == plots.WIDTH
