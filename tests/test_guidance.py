"""Guidance: what words may do to a map, and what is said of it, with words whose places are known."""

from dataclasses import fields, replace

import numpy as np
import pytest
import torch
from core_cases import equal
from learning_cases import GRID, KINDS, C, P, T, colour, network, normal, units
from numpy.typing import NDArray

from fusion.diffusion.denoiser import NeuralDenoiser
from fusion.guidance import Guided, changed, describes, search, told
from fusion.learned import Learned, global_embedding, image_only, to_frame
from fusion.methods.named import Question
from fusion.modality.prompt import read_prompt
from fusion.region import EDGE, counted, field, where_to_look, within
from fusion.residual import Spread, residual
from fusion.sight import Sight
from fusion.told import Hearing, Told

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

Cells = NDArray[np.float32]
LIMIT = 3.0
PLACES = (
    ("upper_left", "upper", "upper_right"),
    ("left", "centre", "right"),
    ("lower_left", "lower", "lower_right"),
)


def knowing(words: str) -> Cells:
    """Return the share of each cell that is a stain, the left three columns, or a scratch, a tenth of everything."""
    share = np.full(GRID, 0.1 if "scratch" in words else 0, np.float32)
    share[:, :3] += "stain" in words
    return share


def learned() -> Learned:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        sight = Sight(C, T).eval()
    spread = Spread(torch.ones(6, P), torch.full((6, P), 2.0))
    denoise = NeuralDenoiser(network(), colour())
    return Learned(denoise, Question("neural", (4, 2), 1.0, torch.zeros(T)), spread, sight, "fake", True)


@pytest.fixture
def cells() -> Cells:
    """Return a map with places below zero, a strong one on the left and another on the right."""
    found = normal(*GRID).numpy() - 0.5
    found[1, 1], found[3, 5] = 8, 6
    return np.asarray(found, np.float32)


def asked(cells: Cells, text: str) -> Guided:
    return search(knowing, cells, read_prompt(text), LIMIT)


# --- places -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(48, 80), (80, 48), (7, 9)])
def test_the_nine_fields_lie_where_their_names_say(shape: tuple[int, int]) -> None:
    y, x = np.mgrid[: shape[0], : shape[1]] / np.array(shape)[:, None, None] + 0.5 / np.array(shape)[:, None, None]
    for row, names in enumerate(PLACES):
        for column, name in enumerate(names):
            inside = field(name, shape) > 0
            assert inside.any()
            assert not inside.all()
            assert abs(y[inside].mean() - (1 / 4, 1 / 2, 3 / 4)[row]) < 0.08, name
            assert abs(x[inside].mean() - (1 / 4, 1 / 2, 3 / 4)[column]) < 0.08, name


def test_halves_are_disjoint_and_make_the_whole_and_corners_are_in_both_of_theirs() -> None:
    shape = (40, 60)
    for one, other in (("upper", "lower"), ("left", "right")):
        assert (field(one, shape) + field(other, shape) == 1).all()
    for row in ("upper", "lower"):
        for column in ("left", "right"):
            assert (field(f"{row}_{column}", shape) == field(row, shape) * field(column, shape)).all()


def test_what_a_mask_lets_count_is_narrowed_by_a_place_and_is_none_without_a_mask_that_leaves_something_out() -> None:
    shape, here = (40, 60), read_prompt("only look on the left", "t")
    upper, everywhere, whole = field("upper", shape), np.ones(shape, np.float32), np.ones(shape, bool)
    assert here.place == "left"
    assert counted(upper, where_to_look(upper, None, whole)) == 0.5
    assert counted(upper, where_to_look(upper, here, whole)) == 0.25
    assert counted(everywhere, where_to_look(everywhere, here, whole)) is None
    assert counted(None, where_to_look(None, here, whole)) is None
    assert where_to_look(None, read_prompt("only scratches", "t"), whole) is None


def test_places_are_those_of_the_part_wherever_it_lies_and_what_sticks_out_lies_there_too() -> None:
    part = np.zeros((90, 120), bool)
    part[10:40, 60:100] = True
    left = where_to_look(None, read_prompt("only on the left", "t"), part)
    assert left is not None
    assert left[:, :80].all()
    assert not left[:, 80:].any()


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ignore the upper left", 3 / 4),
        ("ignore everything on the left", 1 / 2),
        ("ignore the upper left half, the right half", 1 / 4),
        ("look only at the top, ignore the left side", 1 / 4),
        ("ignore scratches on the left", 1),
        ("忽略左上方", 3 / 4),
    ],
)
def test_places_that_are_left_out_altogether_count_no_more(text: str, left: float) -> None:
    look_at = where_to_look(None, read_prompt(text, "t"), np.ones((40, 60), bool))
    assert (1 if look_at is None else look_at.mean()) == left


def test_the_edge_is_a_band_along_all_sides() -> None:
    band = within(("edge",), np.ones((40, 100), bool)) > 0
    width = int(EDGE * 40)
    assert band[:width].all()
    assert band[-width:].all()
    assert band[:, :width].all()
    assert band[:, -width:].all()
    assert not band[width:-width, width:-width].any()


# --- what words are -----------------------------------------------------------------------------------------------


def test_words_describe_where_they_are_nearer_to_what_was_said_of_normals_than_to_defects() -> None:
    said, kinds = units(3, T, seed=8), units(KINDS, T, seed=9)
    hearing = Hearing(GRID, said.mean(dim=0), said, torch.zeros(P, 0))
    model = Told(hearing, (), (), Spread(torch.zeros(P), torch.ones(P)), (0.0, 1.0), said, kinds)
    assert describes(model, said[1].numpy(), False)
    assert not describes(model, kinds[2].numpy(), False)
    assert not describes(replace(model, descriptions=torch.zeros(0, T)), said[1].numpy(), False)  # nothing was said
    near = torch.nn.functional.normalize(said[1] + 0.8 * units(1, T, seed=11)[0], dim=0).numpy()
    assert describes(model, near, False)
    assert describes(model, said[1].numpy(), True)  # word by word what was said, holes and all
    assert not describes(model, near, True)


# --- search -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a stain", "a scratch", "a fish", "stain in the upper left"])
def test_looking_for_something_never_changes_the_cells_that_count(cells: Cells, text: str) -> None:
    before = cells.copy()
    guided = asked(cells, text)
    assert guided.cells.tobytes() == cells.tobytes() == before.tobytes()
    assert guided.found is not None
    assert ((guided.found >= 0) & (guided.found <= np.maximum(cells, 0))).all()
    assert guided.ignored is None
    assert not guided.described


@pytest.mark.parametrize("text", ["ignore stains", "ignore scratches", "ignore fish"])
def test_ignoring_only_takes_away_and_never_more_than_there_is(cells: Cells, text: str) -> None:
    guided = asked(cells, text)
    assert (guided.cells <= cells).all()
    assert (guided.cells[cells > 0] >= 0).all()
    assert guided.cells[cells <= 0].tobytes() == cells[cells <= 0].tobytes()
    assert guided.cells.dtype == np.float32
    assert guided.found is guided.explained is None


def test_the_shares_are_those_of_what_is_marked(cells: Cells) -> None:
    stain, scratch, fish = (asked(cells, text) for text in ("a stain", "a scratch", "a fish"))
    assert stain.explained == pytest.approx(8 / 14)
    assert scratch.explained == pytest.approx(0.1)
    assert fish.explained == fish.effect == 0
    out = asked(cells, "ignore stains")
    assert out.ignored == out.effect == pytest.approx(8 / 14)
    assert float(out.cells.max()) == 6
    both = asked(cells, "only scratches, ignore stains")
    assert (both.explained, both.ignored) == (pytest.approx(0.1), pytest.approx(8 / 14))
    assert both.effect == both.ignored


def test_where_nothing_is_marked_the_strongest_place_is_asked(cells: Cells) -> None:
    quiet = cells / 10
    assert asked(quiet, "a stain").explained == pytest.approx(1)
    assert asked(np.full(GRID, -1, np.float32), "a stain").explained == 0


def test_effect_and_shares_stay_between_nothing_and_all() -> None:
    for seed in range(20):
        found = np.asarray(3 * normal(*GRID, seed=seed).numpy(), np.float32)
        share = np.asarray(normal(*GRID, seed=seed + 50).sigmoid().numpy(), np.float32)
        for text in ("a stain", "ignore scratches", "scratches, but ignore stains"):
            guided = search(lambda _, share=share: share, found, read_prompt(text), LIMIT)
            shares = [guided.effect, *(one for one in (guided.explained, guided.ignored) if one is not None)]
            assert all(0 <= share <= 1 for share in shares)


def test_a_prompt_of_a_place_alone_has_no_effect_of_words(cells: Cells) -> None:
    guided = asked(cells, "in the upper left")
    assert guided.cells is cells
    assert (guided.found, guided.explained, guided.ignored, guided.effect) == (None, None, None, 0)


# --- what is said of it -------------------------------------------------------------------------------------------


def test_equal_maps_have_not_changed_and_disjoint_ones_altogether() -> None:
    one, other = np.zeros(GRID, np.float32), np.zeros(GRID, np.float32)
    one[0, 0], other[3, 3] = 4, 2
    assert changed(one, one) == 0
    assert changed(one, other) == changed(other, one) == 1
    assert changed(one, 3 * one) == pytest.approx(1 / 2)
    assert changed(one - 9, other - 9) == 0  # below zero nothing is seen
    assert changed(one * 0, one * 0) == 0


def test_what_is_told_carries_the_prompt(cells: Cells) -> None:
    prompt = read_prompt("look for stains in the upper left, ignore scratches 螭")
    guided = search(knowing, cells, prompt, LIMIT)
    said = told(prompt, guided, cells, "captions")
    assert (said.text, said.focus, said.ignore, said.place) == (prompt.text, prompt.focus, prompt.ignore, "upper_left")
    assert said.unknown == prompt.unknown != ()
    assert (said.role, said.basis) == ("search", "captions")
    assert (said.effect, said.found, said.ignored) == (guided.effect, guided.explained, guided.ignored)
    assert said.guided_map is cells
    assert told(prompt, replace(guided, described=True), None, "captions").role == "description"


# --- learned ------------------------------------------------------------------------------------------------------


def test_every_representation_and_noise_level_has_its_residual_and_the_map_is_their_mean() -> None:
    model, x = learned(), normal(2, P, C)
    cond = image_only(x, T)
    with torch.no_grad():
        found = model.residuals(x, cond)
        whole = residual(x, model.denoise, (1.0, 2.0, 4.0), cond)
    assert found.shape == (2, 6, P)
    torch.testing.assert_close(found.view(2, 3, 2, P).square().sum(dim=2).sqrt(), whole)
    torch.testing.assert_close(model.maps(found), ((found - 1) / 2).mean(dim=1))


def test_a_samples_condition_holds_what_it_brings_and_nothing_else() -> None:
    model, x = learned(), normal(1, P, C)
    given = {
        "text": units(T).numpy(),
        "mask": np.ones(P, np.float32),
        "skeleton": np.ones((17, 3), np.float32),
    }
    for name, value in given.items():
        cond = model.condition(x, **{name: value})
        assert cond.present.tolist() == [[True, *(one == name for one in given)]]
        equal(getattr(cond, name)[0], torch.from_numpy(value))
    cond = model.condition(x)
    assert cond.present.tolist() == [[True, False, False, False]]
    equal(cond.image, global_embedding(x))
    for one in fields(cond):
        equal(getattr(cond, one.name), getattr(image_only(x, T), one.name))


def test_words_name_a_share_of_every_place() -> None:
    model, x = learned(), 9 * normal(1, P, C)
    with torch.no_grad():
        one, other = (model.names(x, units(T, seed=seed).numpy(), GRID) for seed in (0, 1))
    assert one.shape == (P,)
    assert ((one > 0) & (one < 1)).all()
    assert (one != other).any()


def test_joints_are_told_in_shares_of_the_frame_and_those_not_found_are_nowhere() -> None:
    joints = np.zeros((17, 3), np.float32)
    joints[:4] = [[10, 20, 1], [60, 45, 0.5], [35, 32.5, 1], [1000, 20, 1]]
    joints[4] = [999, 999, 0]
    affine = np.array([[2.0, 0, -20], [0, 2.0, -40]])  # the frame is a window of the picture, 100 x 50 px
    found = to_frame(joints, affine, (100, 50))
    expected = [[-1, -1, 1], [1, 1, 0.5], [0, 0, 1], [1.5, -1, 1], [0, 0, 0]]
    np.testing.assert_allclose(found[:5], expected, atol=1e-6)
    assert found.dtype == np.float32
