"""The painter: from nothing the memory's estimate, after training nearer to the clean picture, and only in the hole."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from core_cases import cloth, plate
from numpy.typing import NDArray

from fusion.errors import BadData, BadInput, BadModel, BadSetting
from fusion.painter import Painter
from fusion.painting.crops import EMBEDDING, SIDE, cut, paste, windows
from fusion.painting.denoiser import PainterConfig, PictureDenoiser, condition_of, scene_of
from fusion.painting.pool import make_pool
from fusion.painting.texture import texture_distance
from fusion.painting.training import Source, Validation, train_painter
from fusion.picture import PictureMemory
from fusion.progress import silent

CONFIG = PainterConfig(width=48, depth=1, text=8)
WORDS = np.ones(8, np.float32) / np.sqrt(8)
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def memory() -> PictureMemory:
    return PictureMemory(np.stack([plate(seed).image for seed in range(6)]), True)


@pytest.fixture(scope="module")
def untrained(memory: PictureMemory) -> Painter:
    torch.manual_seed(0)
    return Painter(memory, PictureDenoiser(CONFIG).eval(), True, {"helped": True})


@pytest.fixture(scope="module")
def awake(untrained: Painter) -> Painter:
    """A painter whose network says something, though nothing sensible."""
    denoiser = PictureDenoiser(CONFIG).eval()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in denoiser.parameters():
            weight.add_(0.05 * torch.randn(weight.shape, generator=generator))
    return replace(untrained, denoiser=denoiser)


def hole_of(picture: Picture, *places: tuple[int, int], radius: int = 8) -> NDArray[np.bool_]:
    mask = np.zeros(picture.shape[:2], np.uint8)
    for place in places:
        cv2.circle(mask, place, radius, 1, -1)
    return mask > 0


def test_an_untrained_painter_gives_the_memorys_estimate_exactly(untrained: Painter) -> None:
    case = plate(100, defective=True)
    hole = hole_of(case.image, (30, 30), (80, 50))
    for steps in (1, 4):
        painted = untrained.reconstruct(case.image, hole, steps=steps)
        assert (painted == untrained.memory.reconstruct(case.image, hole)).all()
    for one, other in zip(untrained.repair(case.image, hole), untrained.memory.repair(case.image, hole), strict=True):
        assert (one == other).all()


def test_a_painter_that_did_not_help_leaves_the_normal_version_to_the_memory(awake: Painter) -> None:
    picture = plate(100).image
    hole = hole_of(picture, (40, 40))
    assert (awake.reconstruct(picture, hole) != awake.memory.reconstruct(picture, hole)).any()
    beaten = replace(awake, helped=False)
    assert (beaten.reconstruct(picture, hole, steps=3) == awake.memory.reconstruct(picture, hole)).all()


@pytest.mark.parametrize("steps", [1, 3])
def test_outside_the_hole_nothing_changes(awake: Painter, steps: int) -> None:
    picture = plate(101).image
    hole = hole_of(picture, (2, 2), (60, 40), (119, 71))
    for painted in (awake.reconstruct(picture, hole, steps=steps), awake.samples(picture, hole, 2, 2)[0]):
        assert (painted[~hole] == picture[~hole]).all()
        assert painted.min() >= 0
        assert painted.max() <= 255
    made = awake.synthesise(picture, hole, WORDS, steps=steps)
    near = cv2.dilate(hole.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (made[~near] == picture[~near]).all()
    assert (made[hole] != picture[hole]).any()


def test_what_is_in_the_hole_does_not_matter(awake: Painter) -> None:
    picture = plate(102).image
    hole = hole_of(picture, (50, 36))
    other = np.where(hole[..., None], np.uint8(255), picture)
    window, _ = windows(hole)[0]
    base = awake.memory.reconstruct(picture, hole)
    crops = [cut(window, one, base, picture, hole) for one in (picture, other)]
    found = [
        awake.denoiser(
            torch.zeros(1, 3, SIDE, SIDE), torch.full((1,), 10.0), scene_of([crop]), condition_of([crop], CONFIG)
        )
        for crop in crops
    ]
    assert torch.equal(*found)


def test_the_seed_decides_a_sample_and_nothing_else_does(awake: Painter) -> None:
    picture = plate(103).image
    hole = hole_of(picture, (30, 30), (90, 40))
    first = awake.reconstruct(picture, hole, steps=3, seed=4)
    assert (first == awake.reconstruct(picture, hole, steps=3, seed=4)).all()
    assert (first != awake.reconstruct(picture, hole, steps=3, seed=5)).any()
    assert (
        awake.reconstruct(picture, hole, steps=1, seed=4) == awake.reconstruct(picture, hole, steps=1, seed=5)
    ).all()
    with torch.random.fork_rng():
        torch.manual_seed(9)
        assert (first == awake.reconstruct(picture, hole, steps=3, seed=4)).all()


@pytest.mark.parametrize("sampler", ["ddim", "dpm++", "euler", "lcm"])
def test_every_sampler_paints(awake: Painter, sampler: str) -> None:
    picture = plate(104).image
    made = awake.synthesise(picture, hole_of(picture, (50, 36)), WORDS, 0, 4, sampler)
    assert made.dtype == np.uint8
    assert (made != picture).any()


def test_samples_disagree_in_the_hole_only(awake: Painter) -> None:
    picture = plate(105).image
    hole = hole_of(picture, (50, 36))
    mean, spread = awake.samples(picture, hole, 3, 3)
    assert mean.shape == picture.shape
    assert (spread[~hole] == 0).all()
    assert (spread[hole] > 0).mean() > 0.9
    with pytest.raises(BadSetting, match="at least 2"):
        awake.samples(picture, hole, 1)


def test_words_reach_the_picture(awake: Painter) -> None:
    picture = plate(106).image
    hole = hole_of(picture, (50, 36))
    one, other = (awake.synthesise(picture, hole, sign * WORDS, steps=3) for sign in (1, -1))
    assert (one != other).any()
    plain, guided = (awake.synthesise(picture, hole, WORDS, steps=3, guidance=by) for by in (1.0, 4.0))
    assert (plain != guided).any()


def test_a_place_larger_than_the_window_keeps_the_memorys_fine_structure(awake: Painter) -> None:
    rng = np.random.default_rng(0)
    rough = rng.integers(60, 190, (3, 260, 300, 3)).astype(np.uint8)
    painter = replace(awake, memory=PictureMemory(rough, True))
    hole = np.zeros(rough.shape[1:3], bool)
    hole[20:240, 30:270] = True
    base = painter.memory.reconstruct(rough[0], hole)
    change = (painter.reconstruct(rough[0], hole) - base)[60:200, 60:240]
    fine = change - cv2.blur(change, (3, 3))
    assert np.abs(change).max() > 0
    assert fine.std() < 0.5 * change.std()


def test_a_window_reaches_around_its_place_and_stays_in_the_picture() -> None:
    hole = np.zeros((200, 300), bool)
    hole[0:6, 0:6] = hole[100:180, 100:220] = True
    (small, first), (large, second) = windows(hole)
    assert (small.top, small.left, small.side) == (0, 0, SIDE)
    assert large.left <= 100
    assert large.left + large.side >= 220
    assert first.sum() == 36
    assert (first | second).sum() == hole.sum()


def test_what_is_pasted_lands_where_it_was_cut() -> None:
    picture = cloth(0).image
    hole = hole_of(picture, (80, 20), radius=5)
    window, place = windows(hole)[0]
    empty = np.zeros(picture.shape, np.float32)
    crop = cut(window, picture, empty, picture, hole)
    assert crop.embedding.shape == (EMBEDDING,)
    paste(np.asarray(crop.known, np.float32), window, place, empty)
    assert (empty[hole] == picture[hole]).all()
    assert (empty[~hole] == 0).all()


def test_mirrored_twice_a_crop_is_itself() -> None:
    picture = cloth(0).image
    hole = hole_of(picture, (70, 20))
    crop = cut(windows(hole)[0][0], picture, picture.astype(np.float32), picture, hole)
    for axis in (0, 1):
        there = crop.mirrored(axis)
        assert (there.known != crop.known).any()
        assert all((getattr(there.mirrored(axis), name) == getattr(crop, name)).all() for name in vars(crop))


def test_texture_is_told_from_its_mean_but_hardly_from_another_draw_of_it() -> None:
    noise = torch.randn(2, 3, 48, 48, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(1, 1, 48, 48)
    draw, other = noise[:1], noise[1:]
    assert float(texture_distance(draw, draw, mask)) == 0
    assert float(texture_distance(draw, 0 * draw, mask)) > 1.5 * float(texture_distance(draw, other, mask))


def test_examples_hide_a_place_of_which_the_memory_knows_nothing(memory: PictureMemory) -> None:
    (example, *_) = make_pool(memory.pictures, memory, 8, 60.0, 0, silent)
    crop = example.crop
    inside = np.asarray(crop.hole) > 0
    assert 4 <= inside.sum() < inside.size
    assert (np.asarray(crop.base)[inside] != crop.known[inside]).any(), "the very picture is remembered"
    assert (example.defect != crop.known).any()
    assert (example.defect[~inside] == crop.known[~inside]).all()
    assert example.caption


def test_a_batch_is_always_the_same_and_asks_for_no_defect_without_words(memory: PictureMemory) -> None:
    pool = make_pool(memory.pictures, memory, 8, 60.0, 0, silent)
    source = Source(pool, torch.ones(len(pool), 8), torch.ones(2, 8), CONFIG, 3, size=16)
    one, again, other = source(5), source(5), source(6)
    assert torch.equal(one.x, again.x)
    assert not torch.equal(one.x, other.x)
    for batch in (one, other):
        told = batch.cond.present[:, 1]
        assert not batch.target[batch.defect & ~told].any()
        assert batch.target[batch.defect & told].any()
        assert not (batch.target * (1 - batch.scene.hole)).any()


@pytest.mark.slow
def test_training_helps_where_the_memory_is_off_and_says_so() -> None:
    rng = np.random.default_rng(0)
    waves = [cv2.GaussianBlur(rng.normal(0, 900, (96, 96, 3)), (0, 0), 12) for _ in range(20)]
    normals = np.stack([np.clip(128 + wave, 0, 255).astype(np.uint8) for wave in waves])
    noise = PictureMemory(rng.integers(0, 255, (2, 96, 96, 3)).astype(np.uint8), True)
    config = PainterConfig(width=48, depth=1)
    painter = train_painter(normals[:16], noise, None, config, 0.1, 0, steps=24)
    assert painter.helped
    assert painter.figures["helped"]
    assert painter.figures["psnr"] > painter.figures["psnr of the memory"]
    assert Validation(make_pool(normals[16:], noise, 8, 60.0, 1, silent), config)(painter.denoiser) < 0


def test_a_painter_is_built_again_from_its_state(awake: Painter) -> None:
    picture = plate(107).image
    hole = hole_of(picture, (50, 36))
    again = Painter.from_state(CONFIG, awake.state(), awake.memory, awake.figures)
    assert (again.reconstruct(picture, hole) == awake.reconstruct(picture, hole)).all()
    with pytest.raises(BadModel, match="train it again"):
        Painter.from_state(replace(CONFIG, depth=2), awake.state(), awake.memory, awake.figures)


def test_what_does_not_fit_is_refused(awake: Painter) -> None:
    picture = plate(108).image
    hole = hole_of(picture, (50, 36))
    with pytest.raises(BadInput, match="the mask is bool"):
        awake.reconstruct(picture, hole[:-1])
    with pytest.raises(BadInput, match="words' embedding"):
        awake.synthesise(picture, hole, np.ones(9, np.float32))
    with pytest.raises(BadData, match="good parts"):
        train_painter(picture[None], awake.memory, steps=1)


def test_nothing_wrong_gives_the_picture_back(awake: Painter) -> None:
    picture = plate(109).image
    nowhere = np.zeros(picture.shape[:2], bool)
    assert (awake.reconstruct(picture, nowhere) == picture).all()
    assert (awake.synthesise(picture, nowhere, WORDS) == picture).all()


def test_a_picture_that_is_wrong_as_a_whole_is_painted_as_a_whole(awake: Painter) -> None:
    picture = plate(110).image
    painted, _, _ = awake.repair(picture, np.ones(picture.shape[:2], bool))
    assert np.isfinite(painted).all()
