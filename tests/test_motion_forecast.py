"""Futures given the past, by closed form and by a trained network; several movements in one model; joints to watch."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from motion_cases import Person, squat, squats
from torch import Tensor

from fusion.errors import BadData, BadModel, BadSetting
from fusion.motion.chain import names_of
from fusion.motion.detector import MotionConfig, MotionDetector
from fusion.motion.faults import tremor
from fusion.motion.fitting import fit
from fusion.motion.forecast import NeuralForecast, denoiser_of, new_network, to_blocks, to_cells
from fusion.motion.future import BLOCKS, FutureDenoiser, Subspace, during, stretches
from fusion.motion.joint_sets import PLUG_IN_GAIT
from fusion.motion.joints import COCO
from fusion.motion.motion import Motion
from fusion.motion.pretrained import load
from fusion.motion.repertoire import Repertoire, fit_repertoire
from fusion.motion.watching import watched

GRID = (3, 20)


def related(n: int, seed: int = 0) -> Tensor:
    """Return tokens, (N, 60, 2), that all follow two numbers, and some noise."""
    g = torch.Generator().manual_seed(seed)
    ways = torch.randn(2, 120, generator=torch.Generator().manual_seed(7))
    return (torch.randn(n, 2, generator=g) @ ways + 0.1 * torch.randn(n, 120, generator=g)).view(n, 60, 2)


def untrained() -> NeuralForecast:
    return NeuralForecast(denoiser_of(new_network(GRID, 2, 8, "tiny", 0).eval()), GRID)


def test_what_comes_follows_from_what_was() -> None:
    subspace, x = Subspace.of(related(200)), related(1, seed=5)[0]
    past = during(GRID, 0, 6)
    mean = subspace.draw(x, past, 0, 0)[0]
    torch.testing.assert_close(mean[past], x[past])
    assert (mean - x)[~past].square().mean() < 0.05 * x[~past].square().mean()
    drawn = subspace.draw(x, past, 400, 0)
    assert (drawn.mean(dim=0) - mean).abs().max() < 0.2
    assert drawn[:, ~past].std(dim=0).min() > 0.05


def test_the_mean_is_that_of_a_gaussian_given_what_is_known() -> None:
    subspace, x = Subspace.of(related(200)), related(1, seed=5)[0]
    known = torch.rand(60, generator=torch.Generator().manual_seed(1)) < 0.5
    there = known.repeat_interleave(2)
    covariance = subspace.components.T @ subspace.components + torch.diag(subspace.noise)
    weights = torch.linalg.solve(covariance[there][:, there], x.flatten()[there])
    expected = covariance[~there][:, there] @ weights
    torch.testing.assert_close(subspace.draw(x, known, 0, 0)[0].flatten()[~there], expected, atol=1e-3, rtol=1e-3)


def test_the_nearest_of_more_futures_is_never_farther() -> None:
    subspace, x = Subspace.of(related(200)), related(4, seed=6)

    def off(samples: int) -> float:
        return float((x - FutureDenoiser(subspace, GRID, samples)(x, 1.0)).square().mean())

    assert off(100) < off(10) < off(1)
    alone = FutureDenoiser(subspace, GRID, 10)(x[1:2], 1.0)
    torch.testing.assert_close(alone[0], FutureDenoiser(subspace, GRID, 10)(x, 1.0)[1])


@pytest.mark.parametrize("steps", [16, 17, 20, 100])
def test_blocks_hold_all_steps_and_stretches_are_whole_blocks(steps: int) -> None:
    grid = (3, steps)
    x = torch.randn(2, 3 * steps, 2)
    blocks = to_blocks(x, grid)
    assert blocks.shape[1] == 3 * BLOCKS
    torch.testing.assert_close(to_cells(blocks, grid, 2), x)
    assert stretches(grid)[-1][1] == steps
    assert sum(int(during(grid, *stretch).sum()) for stretch in stretches(grid)) == 3 * steps


def test_an_untrained_network_keeps_what_is_known_and_expects_the_mean_elsewhere() -> None:
    x, known = torch.randn(60, 2), during(GRID, 0, 6)
    mean = untrained().draw(x, known, 0, 0)[0]
    torch.testing.assert_close(mean[known], x[known])
    assert mean[~known].abs().max() < 1e-6
    drawn = untrained().draw(x, known, 3, 0)
    torch.testing.assert_close(drawn[2][known], x[known])
    assert drawn[:, ~known].std() > 0.05
    torch.testing.assert_close(drawn, untrained().draw(x, known, 3, 0))


@pytest.fixture(scope="module")
def trained() -> MotionDetector:
    motions, people = squats(10, 4)
    return fit(motions, MotionConfig("neural", cells=16, steps=4), "squat", people)


def test_a_trained_model_says_whether_training_helped_and_is_the_same_when_loaded(
    trained: MotionDetector, tmp_path: Path
) -> None:
    card = trained.card["network"]
    assert card["kept"] == (card["trained"] >= card["closed_form"])
    assert card["why"].startswith("the network is used" if card["kept"] else "the closed form is kept")
    assert trained.calibration.n == (12 if card["kept"] else 40)
    trained.save_pretrained(tmp_path / "model")
    shallow = squat(replace(Person.of(400), depth=0.7))
    assert MotionDetector.from_pretrained(tmp_path / "model").detect(shallow).pred_score == (
        trained.detect(shallow).pred_score
    )


def test_a_network_that_judges_is_saved_and_calibrated_on_people_whom_it_never_saw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fusion.motion.learning._auroc", lambda good, bad: 0.5)  # a tie: the network is kept
    motions, people = squats(10, 4)
    detector = fit(motions, MotionConfig("neural", cells=16, steps=2), "squat", people)
    assert detector.calibration.n == 12  # 3 of 10 people
    shallow = squat(replace(Person.of(400), depth=0.7))
    assert detector.detect(shallow).pred_score > detector.detect(squat(401)).pred_score
    detector.save_pretrained(tmp_path / "model")
    loaded = MotionDetector.from_pretrained(tmp_path / "model")
    assert loaded.detect(shallow).pred_score == detector.detect(shallow).pred_score


def test_a_closed_forecast_judges_and_is_saved(tmp_path: Path) -> None:
    motions, people = squats(8, 4)
    detector = fit(motions, MotionConfig("future", samples=5), "squat", people)
    shallow = squat(replace(Person.of(400), depth=0.7))
    assert detector.detect(shallow).verdict != "PASS"
    assert detector.detect(squat(401)).pred_score < detector.detect(shallow).pred_score
    detector.save_pretrained(tmp_path / "model")
    loaded = MotionDetector.from_pretrained(tmp_path / "model")
    assert loaded.detect(shallow).pred_score == detector.detect(shallow).pred_score


def test_few_movements_train_no_network() -> None:
    motions, people = squats(4, 2)
    with pytest.raises(BadData, match="it takes 20"):
        fit(motions, MotionConfig("neural", steps=2), "squat", people)


def mirrored(motion: Motion) -> Motion:
    """Return another movement: the same backwards in time and half as deep at its end, so that it is no squat."""
    share = np.linspace(0, 1, len(motion))[:, None, None]
    return replace(motion, places=(motion.places[:1] * share + motion.places * (1 - share)).astype(np.float32))


@pytest.fixture(scope="module")
def repertoire() -> Repertoire:
    motions, people = squats(8, 4)
    both = {"a deep squat": motions, "a slow bow": [mirrored(one) for one in motions]}
    return fit_repertoire(both, MotionConfig(), "exercises", dict.fromkeys(both, people))


def test_words_say_which_movement_is_meant_else_its_looks_do(repertoire: Repertoire) -> None:
    new = squat(500)
    assert repertoire.of(new, "squats, please").name == "a deep squat"
    assert repertoire.of(new, "bowing slowly").name == "a slow bow"
    assert repertoire.of(new).name == "a deep squat"
    assert repertoire.of(mirrored(new)).name == "a slow bow"
    ears = repertoire.watching(watched("ears", COCO))
    assert ears.of(mirrored(new)).name == "a slow bow"
    assert ears.calibration.n == repertoire.calibration.n
    assert repertoire.of(new, "squats").detect(new).verdict == "PASS"
    assert repertoire.of(new, "a bow").detect(new).verdict != "PASS"
    for nothing in ("scratches near the rim", "not a deep squat", "it isn't a bow", "a deep squat or a slow bow"):
        with pytest.raises(BadSetting, match="knows: a deep squat, a slow bow"):
            repertoire.of(new, nothing)


def test_a_repertoire_is_the_same_when_loaded(repertoire: Repertoire, tmp_path: Path) -> None:
    repertoire.save_pretrained(tmp_path / "model")
    loaded, new = load(tmp_path / "model"), squat(500)
    assert isinstance(loaded, Repertoire)
    assert loaded.calibration.n == repertoire.calibration.n == 64
    assert loaded.of(new, "squat").detect(new).pred_score == repertoire.of(new, "squat").detect(new).pred_score
    with pytest.raises(BadModel, match="several movements"):
        MotionDetector.from_pretrained(tmp_path / "model")


def test_one_movement_needs_no_words(trained: MotionDetector) -> None:
    with pytest.raises(BadSetting, match="knows one movement"):
        trained.of(squat(1), "a squat")
    with pytest.raises(BadSetting, match="two or more"):
        fit_repertoire({"a squat": squats(5, 2)[0]}, MotionConfig(), "x")


def test_only_what_is_watched_counts() -> None:
    motions, people = squats(8, 4)
    detector = fit(motions, MotionConfig(), "squat", people)
    elbow = next(bend for bend in COCO.angles if bend[0] == "left elbow")
    trembling = tremor(squat(301), elbow, 0.5, 1.2, 8, 6).motion
    arm, legs = (detector.watching(watched(words, COCO)) for words in ("left arm", "legs"))
    assert detector.detect(trembling).verdict != "PASS"
    assert arm.detect(trembling).verdict != "PASS"
    assert legs.detect(trembling).verdict == "PASS"
    assert legs.calibration.n == detector.calibration.n


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("only the left leg", {"left hip", "left knee", "left ankle"}),
        (
            "both knees and the head",
            {"left knee", "right knee", "nose", "left eye", "right eye", "left ear", "right ear"},
        ),
        ("Right Wrist, right elbow", {"right wrist", "right elbow"}),
        ("只看左腿", {"left hip", "left knee", "left ankle"}),
        ("左膝和右膝", {"left knee", "right knee"}),
    ],
)
def test_words_name_joints(words: str, names: set[str]) -> None:
    assert {name for name, one in zip(names_of(COCO), watched(words, COCO), strict=True) if one} == names


def test_every_joint_has_its_own_name_and_what_is_none_is_refused() -> None:
    for joints in (COCO, PLUG_IN_GAIT):
        for place, name in enumerate(names_of(joints)):
            assert watched(name, joints)[place]
    for nothing in ("the tail", "", "only", "left tail and left knee"):
        with pytest.raises(BadSetting, match="names no joint"):
            watched(nothing, COCO)


def test_a_shared_network_hears_which_movement_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion.motion.learning._auroc", lambda good, bad: 0.5)  # a tie: the network is kept
    motions, people = squats(6, 4)
    both = {"a deep squat": motions, "a slow bow": [mirrored(one) for one in motions]}
    config = MotionConfig("neural", cells=16, steps=2)
    model = fit_repertoire(both, config, "exercises", dict.fromkeys(both, people))
    forecasts = [one.normals.view.denoise.forecast for one in model.movements.values()]
    assert forecasts[0].denoise is forecasts[1].denoise
    assert not torch.equal(forecasts[0].text, forecasts[1].text)
    assert model.calibration.n == 2 * 2 * 4  # two people whom it never saw, in both
    model.save_pretrained(tmp_path / "model")
    loaded, new = load(tmp_path / "model"), squat(500)
    assert loaded.of(new, "squat").detect(new).pred_score == model.of(new, "squat").detect(new).pred_score
