"""The contract of a trained detector: what words, masks and joints may do to it, and that it is kept only if better."""

import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from core_cases import COARSE, files_of, look, plate, quick_fit, same, write_goods
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from apps.cli import app
from assistant import library
from fusion.detection import Detection, Guidance
from fusion.detector import Detector, DetectorConfig
from fusion.errors import BadData, BadInput, BadModel, BadSetting
from fusion.item import Item
from fusion.learning.weights import read_weights, write_weights
from fusion.methods.named import LEARNT
from fusion.modality.text import TextEncoder
from fusion.modelfile import write_manifest
from fusion.painter import Painter
from fusion.sample import Sample

pytest_plugins = ["core_fixtures"]

GOODS = 24
HELD = 8  # a third of them
SAID, ELSE = "a grey plate, four holes", "a plate that lies on wood"
OPTIONS = {"method": "neural", "network": "tiny", "steps": 3, "minutes": 0.02}
JOINTS = np.stack([np.linspace(20, 90, 17), np.linspace(10, 60, 17), np.ones(17)], axis=1).astype(np.float32)


def embed(text: str) -> NDArray[np.float32]:
    """Return the mean of a text's words, each a direction of its own: in a blink what MiniLM takes seconds to load."""
    words = text.lower().replace(",", " ").split()
    seeds = [[ord(letter) for letter in word] for word in words]
    return np.mean([np.random.default_rng(seed).normal(size=64) for seed in seeds], axis=0).astype(np.float32)


def few(dealt: tuple[torch.Tensor, torch.Tensor, torch.Tensor], minutes: float) -> torch.Tensor:
    training, stop, held = dealt
    wanted = torch.zeros(sum(map(len, dealt)), dtype=torch.long)
    wanted[training[:6]] = wanted[stop[:2]] = wanted[held[:4]] = 1
    return wanted


@pytest.fixture(scope="module", autouse=True)
def quick() -> Iterator[pytest.MonkeyPatch]:
    """Paint little and embed words without a model, for whoever fits and looks in this file."""
    encoder = TextEncoder("minilm", 64, embed)
    with pytest.MonkeyPatch.context() as patch:
        for module in ("fusion.detector", "fusion.learning.detector", "fusion.known"):
            patch.setattr(f"{module}.text_encoder", lambda spec: encoder)
        patch.setattr("fusion.learning.detector.painted", few)
        patch.setattr("fusion.painting.training.CHECKS", 4)
        patch.setattr("fusion.told.FEWEST", 6)
        yield patch


@pytest.fixture(scope="module")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Item]:
    """Good pictures, of half of which a text and a pose are known."""
    root = tmp_path_factory.mktemp("told")
    items = write_goods(root, "plate", GOODS)
    for at in range(1, GOODS, 2):
        pose = JOINTS + np.random.default_rng(at).uniform(-8, 8, JOINTS.shape) * (1, 1, 0)
        (root / f"joints{at}.json").write_text(json.dumps(pose.tolist()))
        said = SAID if at % 4 == 1 else ELSE
        items[at] = replace(items[at], text=said, skeleton=root / f"joints{at}.json")
    return items


def fitted(items: list[Item], kept: bool, name: str = "neural", **options: Any) -> Detector:
    """Fit, with a network that is kept, or not, whatever it is worth after so few steps."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.learning.learn.verdict", lambda closed, trained: (kept, f"kept: {kept}"))
        return quick_fit(items, name, COARSE, **{**OPTIONS, **options})


@pytest.fixture(scope="module")
def neural(items: list[Item]) -> Detector:
    return fitted(items, kept=True)


@pytest.fixture(scope="module")
def closed(items: list[Item]) -> Detector:
    return fitted([replace(item, text=None, skeleton=None) for item in items], kept=False)


@pytest.fixture(scope="module")
def image() -> NDArray[np.uint8]:
    return plate(100, defective=True, place=(54, 36)).image


def told(detector: Detector, sample: Sample) -> tuple[Detection, Guidance]:
    found = detector.detect(sample)
    assert found.guidance is not None
    return found, found.guidance


def agree(one: Detection, other: Detection) -> bool:
    """Tell whether two detections agree to the last bit, what words did included."""
    if not same(one, other) or one.used != other.used or (one.guidance is None) != (other.guidance is None):
        return False
    if one.guidance is None or other.guidance is None:
        return True
    plain = [{k: v for k, v in vars(g).items() if k != "guided_map"} for g in (one.guidance, other.guidance)]
    maps = [None if g.guided_map is None else g.guided_map.tobytes() for g in (one.guidance, other.guidance)]
    return plain[0] == plain[1] and maps[0] == maps[1]


def everything(seed: int) -> Sample:
    """Return a sample of every modality."""
    mask = np.ones((72, 108), np.float32)
    mask[:, : 10 + seed] = 0
    text = ("a dark scratch", "ignore stains", SAID, "holes in the left half, ignore scratches")[seed % 4]
    return Sample(plate(100 + seed, defective=seed % 2 == 0).image, text, mask, JOINTS, f"part {seed}")


# --- bits ---------------------------------------------------------------------------------------------------------


def test_neither_order_nor_company_nor_threads_change_a_bit(neural: Detector) -> None:
    samples = [everything(seed) for seed in range(4)]
    alone = [neural.detect(sample) for sample in samples]
    together: dict[int, Detection] = {}

    def work(indices: list[int]) -> None:
        for index in indices:
            together[index] = neural.detect(samples[index])

    workers = [threading.Thread(target=work, args=(part,)) for part in ([3, 1, 0], [2, 0, 3])]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert all(agree(alone[index], together[index]) for index in range(4))


def test_a_network_judges_several_at_once_as_one_by_one(neural: Detector) -> None:
    plain = replace(neural, told=None)
    samples = [replace(everything(seed), text=None, mask=None) for seed in range(4)]
    for one, found in zip(plain.judge(samples), map(plain.detect, samples), strict=True):
        assert one.pred_score == pytest.approx(found.pred_score, rel=1e-4)
        np.testing.assert_allclose(one.anomaly_map, found.anomaly_map, rtol=1e-3, atol=1e-4)


def test_where_poses_are_heard_they_are_heard_in_judging(neural: Detector) -> None:
    samples = [replace(everything(seed), text=None) for seed in range(2)]
    for one, found in zip(neural.judge(samples), map(neural.detect, samples), strict=True):
        assert one.anomaly_map.tobytes() == found.anomaly_map.tobytes()


@pytest.mark.parametrize("threads", [1, 3])
def test_the_number_of_threads_set_outside_changes_no_bit(neural: Detector, threads: int) -> None:
    expected, before = neural.detect(everything(0)), torch.get_num_threads()
    torch.set_num_threads(threads)
    cv2.setNumThreads(threads)
    try:
        assert agree(neural.detect(everything(0)), expected)
    finally:
        torch.set_num_threads(before)
        cv2.setNumThreads(-1)


def test_a_saved_model_gives_the_same_bits_and_is_saved_as_the_same_bytes(neural: Detector, tmp_path: Path) -> None:
    first = files_of(neural, tmp_path / "one")
    again = Detector.from_pretrained(tmp_path / "one")
    for sample in (*(everything(seed) for seed in range(4)), Sample(plate(7).image)):
        assert agree(again.detect(sample), neural.detect(sample))
    assert files_of(again, tmp_path / "two") == first


def test_a_model_loaded_under_another_number_of_threads_gives_the_same_bits(neural: Detector, tmp_path: Path) -> None:
    neural.save_pretrained(tmp_path / "one")
    before = torch.get_num_threads()
    torch.set_num_threads(3)
    try:
        again = Detector.from_pretrained(tmp_path / "one")
    finally:
        torch.set_num_threads(before)
    assert agree(again.detect(everything(0)), neural.detect(everything(0)))


def test_looking_leaves_the_model_as_it_was(neural: Detector, tmp_path: Path) -> None:
    before = files_of(neural, tmp_path / "before")
    neural.detect(everything(1))
    assert files_of(neural, tmp_path / "after") == before


@pytest.mark.slow  # it trains the same once more
def test_steps_and_seed_decide_what_is_learnt_to_the_last_bit(
    neural: Detector, items: list[Item], tmp_path: Path
) -> None:
    bits, again = files_of(neural, tmp_path / "one"), files_of(fitted(items, True), tmp_path / "again")
    for name in ("model.safetensors", "calibration.json"):
        assert again[name] == bits[name]


# --- what it rests on ---------------------------------------------------------------------------------------------


def test_thresholds_rest_on_all_good_parts_where_little_was_learnt_by_heart(neural: Detector) -> None:
    assert neural.calibration.n == neural.card["n_normals"] == neural.card["n_statistics"] == GOODS
    assert neural.card["network"]["calibrated"].startswith(f"calibrated by all {GOODS} good parts, of which 16 that it")
    assert neural.learned is not None
    assert neural.told is not None
    assert len(neural.told.descriptions) == 2
    assert neural.told.hearing.posed
    assert isinstance(neural.pictures, Painter)


@pytest.mark.slow
def test_good_pictures_beyond_those_of_the_statistics_calibrate_too(items: list[Item]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.fitting.MOST", 20)
        detector = fitted(items, True, "many", steps=1)
    assert (detector.card["n_statistics"], detector.calibration.n) == (20, 20 + 4)


def test_what_it_knows_by_heart_does_not_calibrate(items: list[Item]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.learning.calibrating.BY_HEART", -1.0)
        detector = fitted(items, True, "by heart", steps=1)
    assert detector.calibration.n == HELD
    assert detector.card["network"]["calibrated"].startswith(f"calibrated by the {HELD} good parts that it never saw")
    assert detector.learned is not None
    assert (detector.learned.spread.mean > 0).all()


def test_a_defect_scores_above_good_parts(neural: Detector) -> None:
    good = [look(neural, plate(seed).image).pred_score for seed in range(300, 306)]
    bad = [look(neural, plate(seed, defective=True).image) for seed in range(100, 106)]
    assert min(found.pred_score for found in bad) > max(good)
    assert {found.verdict for found in bad} <= {"REJECT", "REFUSED"}  # so coarse a grid is strange all over at once
    assert all(found.pred_mask.any() for found in bad if found.verdict == "REJECT")


def test_the_card_is_strict_json(neural: Detector, closed: Detector) -> None:
    for detector in (neural, closed):
        assert json.loads(json.dumps(detector.card, allow_nan=False)) == detector.card
        assert {"network", "painter"} <= detector.card.keys()


def test_where_training_did_not_help_the_closed_form_judges(
    closed: Detector, items: list[Item], image: NDArray[np.uint8]
) -> None:
    assert closed.learned is not None
    assert not closed.learned.judges
    assert closed.card["network"]["kept"] is False
    assert closed.calibration.n == GOODS
    plain = quick_fit([replace(item, text=None, skeleton=None) for item in items], "neural", COARSE)
    assert plain.calibration.scores.tobytes() == closed.calibration.scores.tobytes()
    found = closed.detect(Sample(image, "ignore stains", None, JOINTS, "part 7"))
    assert found.used == ("image", "mask", "text")
    assert found.pred_score <= look(closed, image).pred_score == look(plain, image).pred_score


def test_words_that_were_learned_are_heard_under_the_closed_form_too(
    closed: Detector, image: NDArray[np.uint8]
) -> None:
    plain, found = look(closed, image), closed.detect(Sample(image, "a dark scratch"))
    assert found.pred_score == plain.pred_score
    assert found.guidance is not None
    assert found.guidance.role == "search"
    assert found.guidance.guided_map is not None
    assert found.guidance.guided_map.any()
    described = closed.detect(Sample(image, "a plate with a ring"))
    assert described.pred_score == plain.pred_score  # nothing was said of these good parts


def test_a_closed_form_that_was_kept_is_saved_and_loaded_as_such(
    closed: Detector, image: NDArray[np.uint8], tmp_path: Path
) -> None:
    closed.save_pretrained(tmp_path / "closed")
    again = Detector.from_pretrained(tmp_path / "closed")
    assert again.learned is not None
    assert not again.learned.judges
    assert agree(look(again, image), look(closed, image))


# --- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["a dark scratch", "a stain", "fish", "寻找划痕"])
def test_looking_for_something_changes_the_guidance_and_not_the_verdict(
    neural: Detector, image: NDArray[np.uint8], text: str
) -> None:
    found, guidance = told(neural, Sample(image, text))
    assert same(found, look(neural, image))
    assert (guidance.role, guidance.basis, guidance.ignored) == ("search", "captions", None)
    assert guidance.found is not None
    assert 0 <= guidance.found <= 1
    assert guidance.guided_map is not None
    assert guidance.guided_map.shape == image.shape[:2]
    assert 0 <= guidance.guided_map.min() <= guidance.guided_map.max() <= found.pred_score * 1.5


def test_other_words_have_another_effect(neural: Detector, image: NDArray[np.uint8]) -> None:
    effects = {told(neural, Sample(image, text))[1].effect for text in ("scratch", "stain", "hole")}
    assert len(effects) == 3


@pytest.mark.parametrize("text", ["ignore stains", "ignore scratches, holes and cracks", "ignore everything dark"])
def test_ignoring_something_can_only_lower_the_score(neural: Detector, text: str) -> None:
    for seed in range(100, 104):
        before = look(neural, plate(seed, defective=seed % 2 == 0).image)
        found, guidance = told(neural, Sample(plate(seed, defective=seed % 2 == 0).image, text))
        assert found.pred_score <= before.pred_score
        assert found.p_value >= before.p_value
        assert guidance.ignored is not None
        assert guidance.effect == guidance.ignored
        assert guidance.guided_map is None


def test_a_place_restricts_where_is_looked(neural: Detector, image: NDArray[np.uint8]) -> None:
    left = plate(101, defective=True, place=(36, 36)).image
    whole, here, away = (neural.detect(Sample(left, text)) for text in (None, "in the left half", "in the right half"))
    assert here.pred_score == pytest.approx(whole.pred_score, rel=0.2)
    assert away.pred_score < whole.pred_score / 2
    assert not away.pred_mask[:, :54].any()
    assert not away.anomaly_map[:, :54].any()
    assert not here.anomaly_map[:, 54:].any()
    assert away.guidance is not None
    assert away.guidance.place == "right"


def test_a_place_and_a_mask_leave_what_is_in_both(neural: Detector, image: NDArray[np.uint8]) -> None:
    mask = np.zeros(image.shape[:2], np.float32)
    mask[:, 30:] = 1
    found = neural.detect(Sample(image, "in the left half", mask))
    assert found.anomaly_map[:, 30:54].any()
    assert not found.anomaly_map[:, :30].any()
    assert not found.anomaly_map[:, 54:].any()


def test_a_model_without_training_hears_what_was_said_of_its_good_parts_and_no_more(
    items: list[Item], image: NDArray[np.uint8]
) -> None:
    plain = quick_fit(items, "plain", COARSE)
    assert plain.learned is None
    found, guidance = told(plain, Sample(image, SAID))
    assert (guidance.role, guidance.basis) == ("description", "descriptions")
    assert found.used == ("image", "mask", "text", "skeleton")
    deaf = plain.detect(Sample(image, "a dark scratch"))
    assert deaf.guidance is None
    assert deaf.used == ("image", "mask", "skeleton")
    assert same(deaf, look(plain, image))
    placed = plain.detect(Sample(image, "a dark scratch in the left half"))  # a place every model understands
    assert placed.guidance is not None
    assert (placed.guidance.place, placed.guidance.basis, placed.guidance.found) == ("left", "looks", None)


def test_words_that_say_what_is_normal_condition_the_map(neural: Detector, image: NDArray[np.uint8]) -> None:
    found, guidance = told(neural, Sample(image, SAID))
    assert (guidance.role, guidance.basis) == ("description", "descriptions")
    assert guidance.guided_map is None
    assert 0 <= guidance.effect <= 1
    assert np.isfinite(found.anomaly_map).all()


@pytest.mark.parametrize("text", [None, ""])
def test_without_words_there_is_no_guidance(neural: Detector, image: NDArray[np.uint8], text: str | None) -> None:
    found = neural.detect(Sample(image, text))
    assert found.guidance is None
    assert same(found, look(neural, image))


# --- any subset ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subset", range(8))
def test_every_subset_of_text_mask_and_skeleton_runs(neural: Detector, closed: Detector, subset: int) -> None:
    whole = everything(0)
    given = {
        name: value
        for at, name in enumerate(("text", "mask", "skeleton"))
        if subset >> at & 1
        for value in [getattr(whole, name)]
    }
    for detector in (neural, closed):
        found = detector.detect(Sample(whole.image, **given))
        assert np.isfinite(found.anomaly_map).all()
        assert np.isfinite(found.pred_score)
        assert (found.guidance is not None) == ("text" in given)
    assert neural.detect(whole).used == ("image", "mask", "text", "skeleton")


def test_a_pose_is_heard_where_poses_were_learnt_from(neural: Detector, image: NDArray[np.uint8]) -> None:
    assert look(neural, image).pred_score != neural.detect(Sample(image, skeleton=JOINTS)).pred_score
    deaf = replace(neural, told=None)
    assert agree(deaf.detect(Sample(image, skeleton=JOINTS)), look(deaf, image))
    assert deaf.detect(Sample(image)).used == ("image", "mask", "text")


# --- what is refused ----------------------------------------------------------------------------------------------


def test_too_few_good_pictures_for_a_network_are_told(items: list[Item]) -> None:
    with pytest.raises(BadData, match="19 good pictures can be used, and a network needs at least 20; add some"):
        fitted(items[:19], True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"minutes": 0}, "0 minutes and 0 steps of training; expected above 0 minutes"),
        ({"minutes": -1}, "-1 minutes"),
        ({"minutes": float("nan")}, "nan minutes"),
        ({"minutes": 1e9}, "at most a day"),
        ({"steps": -1}, "-1 steps of training"),
        ({"network": "huge"}, "network 'huge' is unknown; choose tiny or small or base"),
    ],
)
def test_settings_that_make_no_sense_are_refused_in_words(options: dict[str, Any], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        DetectorConfig(**{"method": "neural", **options})


@pytest.mark.parametrize(
    ("sample", "says"),
    [
        ({"text": "a scratch " * 10_000}, "the text of part 7: .*characters; the limit is 2,000"),
        ({"text": "царапина"}, "the text of part 7: .*Cyrillic"),
        ({"mask": np.ones((40, 50), np.float32)}, "part 7: the mask is 50 x 40 px and the image 108 x 72 px"),
        ({"mask": np.zeros((72, 108), np.float32)}, "part 7: its mask leaves no cell to look at"),
    ],
)
def test_a_sample_that_can_not_be_used_is_refused_by_name(
    neural: Detector, image: NDArray[np.uint8], sample: dict[str, Any], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        neural.detect(Sample(image, name="part 7", **sample))


def config_of(folder: Path) -> dict[str, Any]:
    config: dict[str, Any] = json.loads((folder / "config.json").read_text())["config"]
    return config


@pytest.mark.parametrize(
    "tensor",
    ["learned.network.head.weight", "learned.sight.sharpness", "learned.spread.mean", "told.weights0", "told.kinds"],
)
def test_a_model_that_lacks_a_tensor_of_what_was_learnt_is_refused(
    neural: Detector, tensor: str, tmp_path: Path
) -> None:
    neural.save_pretrained(tmp_path / "cut")
    tensors = load_file(tmp_path / "cut" / "model.safetensors")
    del tensors[tensor]
    save_file(tensors, tmp_path / "cut" / "model.safetensors")
    write_manifest(tmp_path / "cut", config_of(tmp_path / "cut"))
    with pytest.raises(BadModel, match=rf"this Foil can't read the model .*{tensor.split('.')[-1]}"):
        Detector.from_pretrained(tmp_path / "cut")


@pytest.mark.parametrize(
    "change",
    [
        {"network": {"channels_in": 10}},
        {"network": {"grid": [4, 4]}},
        {"question": {"channels": [3]}},
        {"question": {"method": "guessing"}},
        {"network": {}},
    ],
)
def test_a_model_learnt_on_another_representation_is_refused(
    neural: Detector, change: dict[str, Any], tmp_path: Path
) -> None:
    neural.save_pretrained(tmp_path / "other")
    config = config_of(tmp_path / "other")
    for name, value in change.items():
        config["learned"][name] = {**config["learned"][name], **value} if value else value
    write_manifest(tmp_path / "other", config)
    with pytest.raises(BadModel, match="this Foil can't read the model"):
        Detector.from_pretrained(tmp_path / "other")


# --- weights by themselves ----------------------------------------------------------------------------------------


@pytest.fixture
def weights(neural: Detector, tmp_path: Path) -> Path:
    write_weights(neural, tmp_path / "weights.safetensors", "plates")
    return tmp_path / "weights.safetensors"


@pytest.mark.parametrize("helped", [True, False])
def test_only_a_painter_that_helped_travels_with_the_weights(neural: Detector, helped: bool, tmp_path: Path) -> None:
    assert isinstance(neural.pictures, Painter)
    painter = replace(neural.pictures, helped=helped, figures=neural.pictures.figures | {"helped": helped})
    write_weights(replace(neural, pictures=painter), tmp_path / "weights.safetensors", "plates")
    weights = read_weights(tmp_path / "weights.safetensors")
    assert isinstance(weights.painter(painter.memory), Painter) is helped
    assert any(name.startswith("painter.") for name in weights.tensors) is helped


def test_weights_of_another_format_are_refused(weights: Path) -> None:
    with safe_open(weights, "pt") as file:
        card = json.loads(file.metadata()["card"]) | {"format": 1}
        save_file({key: file.get_tensor(key) for key in file.keys()}, weights, {"card": json.dumps(card)})  # noqa: SIM118
    with pytest.raises(BadModel, match="its format is 1, this Foil reads 2"):
        read_weights(weights)


def test_weights_are_taken_as_they_are_and_calibrated_anew(neural: Detector, weights: Path, items: list[Item]) -> None:
    again = fitted(items, True, weights=str(weights))
    assert again.learned is not None
    assert neural.learned is not None
    for name, value in neural.learned.state().items():
        if name.startswith(("network.", "sight.")):
            torch.testing.assert_close(again.learned.state()[name], value, rtol=0, atol=0)
    assert again.calibration.scores.tobytes() == neural.calibration.scores.tobytes()
    assert again.card["network"]["steps"] == neural.card["network"]["steps"]
    assert again.card["network"]["trained_on"] == "plates"


@pytest.mark.parametrize("method", LEARNT)
def test_what_is_learnt_beside_weights_comes_back_from_a_folder_and_hands_them_on_as_they_were(
    neural: Detector, weights: Path, items: list[Item], image: NDArray[np.uint8], method: str, tmp_path: Path
) -> None:
    made = fitted(items, True, method=method, weights=str(weights))
    made.save_pretrained(tmp_path / method)
    assert agree(made.detect(Sample(image)), Detector.from_pretrained(tmp_path / method).detect(Sample(image)))
    write_weights(made, tmp_path / "again.safetensors", "plates")
    before, after = load_file(weights), load_file(tmp_path / "again.safetensors")
    assert before.keys() == after.keys()
    assert all(torch.equal(value, after[name]) for name, value in before.items())


def test_weights_of_another_grid_are_refused_with_a_way_out(weights: Path, items: list[Item]) -> None:
    with pytest.raises(BadModel, match=r"trained for another representation or grid .*train anew"):
        fitted(items, True, weights=str(weights), size=64, align="on")


def test_files_that_are_no_weights_are_refused(neural: Detector, weights: Path, tmp_path: Path) -> None:
    (tmp_path / "text.safetensors").write_text("no weights")
    save_file({"x": torch.zeros(3)}, tmp_path / "bare.safetensors")
    (tmp_path / "short.safetensors").write_bytes(weights.read_bytes()[:-100])
    for name in ("text", "bare", "short", "missing"):
        with pytest.raises(BadModel, match=rf"{name}\.safetensors: no trained weights of Foil"):
            read_weights(tmp_path / f"{name}.safetensors")
    with pytest.raises(BadModel, match="has no trained weights"):
        write_weights(replace(neural, learned=None), tmp_path / "none.safetensors", "plates")


def test_the_command_line_writes_weights_once_and_only_of_what_was_trained(neural: Detector, tmp_path: Path) -> None:
    library.save(neural, "trained")
    library.save(replace(neural, learned=None), "closed")
    file = tmp_path / "out.safetensors"
    wrote = CliRunner().invoke(app, ["models", "weights", "trained", str(file)])
    assert wrote.exit_code == 0
    assert f"--weights {file}" in wrote.output
    assert read_weights(file).size == "tiny"
    again = CliRunner().invoke(app, ["models", "weights", "trained", str(file)])
    assert again.exit_code == 2
    assert "new file" in again.output
    untrained = CliRunner().invoke(app, ["models", "weights", "closed", str(tmp_path / "other.safetensors")])
    assert untrained.exit_code == 2
    assert "has no trained weights" in untrained.output
