"""Zero-shot words: a tiny open_clip model that learnt colours from whole pictures must point to the right places."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import torch
from clip_cases import COLOURS, SIDE, SPOT, VISION, spotted, taught_clip, tiny_clip
from core_cases import plate, same
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

from apps.cli import app
from apps.ui.models import Models
from apps.ui.serve import serve
from assistant import library
from assistant.inspection import inspect
from fusion.detection import Guidance
from fusion.detector import Detector
from fusion.errors import BadSetting
from fusion.modality import clip
from fusion.sample import Sample
from fusion.synthesis import KINDS, SYNONYMS
from fusion.zero_shot import RARE, ZeroShot, zero_shot

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread", "no_network")

GRID = (SIDE // SPOT, SIDE // SPOT)
Cells = NDArray[np.float32]


@pytest.fixture(scope="module")
def taught(tmp_path_factory: pytest.TempPathFactory) -> ZeroShot:
    return zero_shot(f"open_clip:foil-taught:{taught_clip(tmp_path_factory.mktemp('taught'), 'foil-taught')}")


@pytest.fixture(scope="module")
def untaught(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("untaught"), "foil-untaught")


def two_spots(seed: int) -> tuple[NDArray[np.uint8], list[tuple[str, int]]]:
    """Draw a picture with spots of two kinds, and return it with both kinds and their cells."""
    rng = np.random.default_rng(seed)
    kinds, cells = rng.choice(9, 2, replace=False), rng.choice(16, 2, replace=False)
    found = [(KINDS[kind], int(cell)) for kind, cell in zip(kinds, cells, strict=True)]
    return spotted(rng, {kind: SPOT * np.array(divmod(cell, 4)) for kind, cell in found}), found


def test_of_two_defects_words_name_the_one_that_was_asked_for(taught: ZeroShot) -> None:
    shares = []
    for seed in range(60):
        picture, spots = two_spots(seed)
        for (asked, here), (_, there) in (spots, spots[::-1]):
            share = taught.share(picture, SYNONYMS[asked][0], GRID).ravel()
            shares.append((share[here], share[there], np.delete(share, [here, there]).mean()))
    right, wrong, elsewhere = np.array(shares).T
    assert (right > wrong).mean() >= 0.8
    assert right.mean() > 3 * wrong.mean()
    assert right.mean() > 5 * elsewhere.mean()


def test_phrases_between_commas_are_each_looked_for(taught: ZeroShot) -> None:
    named, elsewhere = [], []
    for seed in range(20):
        picture, [(one, here), (other, there)] = two_spots(seed)
        both = taught.share(picture, f"{SYNONYMS[one][0]}, {SYNONYMS[other][0]}", GRID).ravel()
        named.append(both[[here, there]])
        elsewhere.append(np.delete(both, [here, there]))
    assert np.mean(named, axis=0).min() > 3 * np.mean(elsewhere)


def test_what_is_true_of_all_of_a_picture_names_no_place(taught: ZeroShot) -> None:
    everywhere = np.full((SIDE, SIDE, 3), COLOURS["scratch"], np.uint8)
    rare = 1 / (1 + np.exp(RARE))
    for words in ("scratch", "a normal part", "a fish"):
        share = np.sort(taught.share(everywhere, words, GRID), axis=None)
        assert share[(share.size - 1) // 2] <= rare + 1e-6, words


def test_shares_are_finite_lie_on_any_grid_and_depend_on_nothing_else(taught: ZeroShot) -> None:
    picture = np.random.default_rng(2).integers(0, 256, (50, 90, 3)).astype(np.uint8)
    for grid in ((4, 4), (3, 2), (20, 21)):
        share = taught.share(picture, "a scratch", grid)
        assert share.shape == grid
        assert share.dtype == np.float32
        assert ((share > 0) & (share < 1)).all()
        taught.share(picture[::-1].copy(), "ein Kratzer 划痕 🙂", grid)
        assert taught.share(picture, "a scratch", grid).tobytes() == share.tobytes()


def test_words_that_are_nearest_to_any_defect_compete_with_no_kind(taught: ZeroShot) -> None:
    kinds, anything = taught.kinds[:-1], taught.kinds[-1:]
    assert taught._other_kinds(anything).shape[0] == 0
    torch.testing.assert_close(taught._other_kinds(kinds[2:4]), kinds[[0, 1, 4, 5, 6, 7, 8]])


def test_a_place_is_what_its_own_patch_brings_into_the_space_of_words(taught: ZeroShot) -> None:
    rng = np.random.default_rng(3)
    visual, x = taught.visual, torch.from_numpy(rng.normal(size=(1, 3, SIDE, SIDE))).float()
    with torch.inference_mode():
        (before,) = clip.patches(visual, x, [0])
        block, token = visual.transformer.resblocks[-1], before[0, :, 1, 2]
        d = len(token)
        value = block.ln_1(token) @ block.attn.in_proj_weight[2 * d :].T + block.attn.in_proj_bias[2 * d :]
        vector = visual.ln_post(block.attn.out_proj(value)) @ visual.proj
        found = clip.places(visual, x)[0, :, 1, 2]
    torch.testing.assert_close(found, vector / vector.norm(), rtol=1e-4, atol=1e-5)


def test_a_name_stands_for_its_weights(taught: ZeroShot, untaught: Path, tmp_path: Path) -> None:
    first = zero_shot(f"open_clip:foil-untaught:{untaught}")
    assert zero_shot(f"open_clip:foil-untaught:{untaught}") is first
    changed = {key: value + 0.01 * (key == "visual.proj") for key, value in load_file(untaught).items()}
    save_file(changed, tmp_path / "w.safetensors")
    again = zero_shot(f"open_clip:foil-untaught:{tmp_path / 'w.safetensors'}")
    assert first.name.startswith(f"open_clip:foil-untaught:{untaught} (")
    assert first.name.split("(")[1] != again.name.split("(")[1]


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("minilm", "'minilm': expected open_clip:ARCH:FILE.safetensors"),
        ("", "expected open_clip:ARCH:FILE"),
        ("open_clip:", "'' is no open_clip model"),
        ("open_clip:foil-nobody", "'foil-nobody' is no open_clip model"),
        ("open_clip:foil-untaught", "'foil-untaught' needs weights.*:FILE.safetensors"),
        ("open_clip:foil-untaught/nobody", "could not be loaded.*inspect without"),
        ("open_clip:foil-untaught:/nowhere/w.safetensors", "'/nowhere/w.safetensors': expected an existing"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_a_sentence(spec: str, says: str, untaught: Path) -> None:
    with pytest.raises(BadSetting, match=says):
        zero_shot(spec)


def test_weights_that_are_damaged_foreign_or_no_numbers_are_refused(untaught: Path, tmp_path: Path) -> None:
    good = load_file(untaught)
    (tmp_path / "cut.safetensors").write_bytes(untaught.read_bytes()[:300])
    save_file({"weight": torch.zeros(3)}, tmp_path / "foreign.safetensors")
    for part in ("visual.proj", "text_projection"):
        bad = {key: value * torch.nan if key == part else value for key, value in good.items()}
        save_file(bad, tmp_path / f"{part}.safetensors")
    for name, says in (
        ("cut", "cut"),
        ("foreign", "foreign"),
        ("visual.proj", "finite"),
        ("text_projection", "finite"),
    ):
        with pytest.raises(BadSetting, match=says):
            zero_shot(f"open_clip:foil-untaught:{tmp_path / name}.safetensors")


@pytest.mark.parametrize(
    ("name", "vision"),
    [
        ("foil-seer-resnet", {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8}),
        ("foil-seer-pooled", {**VISION, "attentional_pool": True, "attn_pooler_heads": 2}),
        ("foil-seer-flat", {**VISION, "layers": 1}),
        ("foil-seer-custom", {**VISION, "qk_norm": True}),
    ],
)
def test_towers_whose_patches_do_not_reach_the_words_are_refused(
    name: str, vision: dict[str, object], tmp_path: Path
) -> None:
    with pytest.raises(BadSetting, match="choose one of open_clip's"):
        zero_shot(f"open_clip:{name}:{tiny_clip(tmp_path, name, vision)}")


# --- any detector -------------------------------------------------------------------------------------------------


class OnTheLeft(ZeroShot):
    """One for which a stain is the left half of every picture that it is shown, and nothing else is anything."""

    def share(self, picture: NDArray[np.uint8], words: str, grid: tuple[int, int]) -> Cells:
        share = np.zeros(grid, np.float32)
        share[:, : grid[1] // 2] = words == "stains"
        return share


@pytest.fixture(scope="module")
def left(taught: ZeroShot) -> ZeroShot:
    return OnTheLeft(**vars(taught))


@pytest.fixture(scope="module")
def spec(untaught: Path) -> str:
    return f"open_clip:foil-untaught:{untaught}"


def guidance(detector: Detector, image: NDArray[np.uint8], text: str) -> Guidance:
    found = detector.detect(Sample(image, text)).guidance
    assert found is not None
    return found


@pytest.mark.parametrize("method", ["gaussian", "memory"])
def test_a_detector_that_learnt_no_words_hears_them_once_it_is_given_some(
    method: str, detectors: dict[str, Detector], memory_detector: Detector, spec: str
) -> None:
    detector = memory_detector if method == "memory" else detectors["plate"]
    image = plate(100, defective=True).image
    deaf, heard = (one.detect(Sample(image, "a stain")) for one in (detector, detector.with_words(spec)))
    assert deaf.guidance is None
    assert "text" not in deaf.used
    assert "text" in heard.used
    assert heard.guidance is not None
    assert (heard.guidance.role, heard.guidance.basis, heard.guidance.focus) == ("search", "zero-shot", "a stain")
    assert same(deaf, heard), "looking for something changes no verdict"


def test_what_words_explain_lies_where_the_picture_shows_it(detectors: dict[str, Detector], left: ZeroShot) -> None:
    detector = replace(detectors["plate"], zero_shot=left)
    here, there = (plate(100, defective=True, place=place).image for place in ((25, 36), (85, 36)))
    shares = [guidance(detector, image, "stains").found or 0.0 for image in (here, there)]
    assert shares[0] > 0.8
    assert shares[1] < 0.2
    assert guidance(detector, here, "scratches").found == 0
    inside = guidance(detector, here, "stains").guided_map
    assert inside is not None
    assert inside[:, :40].max() > 3
    assert not inside[:, 64:].any()


def test_ignoring_takes_out_what_the_words_explain_and_no_more(detectors: dict[str, Detector], left: ZeroShot) -> None:
    detector = replace(detectors["plate"], zero_shot=left)
    here, there = (plate(100, defective=True, place=place).image for place in ((25, 36), (85, 36)))
    for image, all_of_it in ((here, True), (there, False)):
        before, after = (detector.detect(Sample(image, text)) for text in (None, "ignore stains"))
        assert before.verdict == "REJECT"
        assert after.guidance is not None
        assert after.guidance.ignored is not None
        if all_of_it:
            assert after.pred_score < 0.6 * before.pred_score
            assert after.guidance.ignored > 0.8
        else:
            assert after.pred_score == before.pred_score
            assert after.guidance.ignored < 0.2


def test_threads_and_order_change_no_bit(detectors: dict[str, Detector], spec: str) -> None:
    detector = detectors["plate"].with_words(spec)
    samples = [Sample(plate(100 + n, defective=True).image, f"ignore {SYNONYMS[KINDS[n]][0]}") for n in range(4)]
    alone = [detector.detect(sample) for sample in samples]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(detector.detect, samples[::-1]))[::-1]
    assert all(same(one, other) for one, other in zip(alone, together, strict=True))


def test_a_crop_is_taken_for_the_kind_that_it_shows(taught: ZeroShot) -> None:
    right = []
    for seed in range(45):
        kind, rng = KINDS[seed % 9], np.random.default_rng(seed)
        likely = taught.kinds_of(spotted(rng, {kind: rng.integers(0, SIDE - SPOT, 2)}))
        assert likely.shape == (9,)
        assert float(likely.sum()) == pytest.approx(1, abs=1e-4)
        right.append(KINDS[int(likely.argmax())] == kind)
    assert np.mean(right) >= 0.8


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_each_region_says_what_the_pictures_and_words_take_it_for(
    lang: Literal["en", "zh"], detectors: dict[str, Detector], spec: str
) -> None:
    detector, sample = detectors["plate"].with_words(spec), Sample(plate(100, defective=True).image)
    found = inspect(sample, detector, lang)
    for region in found.evidence.regions:
        assert region.taken_for is not None
        assert region.taken_for.kind in KINDS
    said = "to the model of pictures and words it looks like a" if lang == "en" else "在图文模型看来外观类似"
    assert said in found.explanation.text
    assert found.explanation.removed == ()
    deaf = inspect(sample, detectors["plate"], lang)
    assert said not in deaf.explanation.text
    names = [[region.names for region in one.evidence.regions] for one in (found, deaf)]
    assert names[0] == names[1], "what is calibrated stays as it is"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_evidence_names_the_words_and_the_text_says_what_they_are(
    lang: Literal["en", "zh"], detectors: dict[str, Detector], spec: str
) -> None:
    detector = detectors["plate"].with_words(spec)
    found = inspect(Sample(plate(100, defective=True).image, "a stain"), detector, lang)
    assert found.evidence.prompt is not None
    assert found.evidence.prompt.basis == "zero-shot"
    assert str(found.evidence.model["words"]).startswith(f"{spec} (")
    assert ("(zero-shot)" if lang == "en" else "（零样本）") in found.explanation.text
    assert found.to_json()["model"]["words"] == found.evidence.model["words"]


def test_foil_inspect_takes_words_for_any_model(
    detectors: dict[str, Detector], spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    library.save(detectors["plate"], "plate")
    Image.fromarray(plate(100, defective=True).image).save(tmp_path / "new.png")
    args = ["inspect", str(tmp_path / "new.png"), "--text", "a stain", "--json"]
    told, deaf = (CliRunner().invoke(app, [*args, *more]) for more in (["--words", spec], []))
    assert (told.exit_code, deaf.exit_code) == (20, 20), told.output + deaf.output
    assert json.loads(told.stdout)["prompt"]["basis"] == "zero-shot"
    assert json.loads(deaf.stdout)["prompt"]["basis"] == "looks"
    wrong = CliRunner().invoke(app, [*args, "--words", "open_clip:foil-untaught:/nowhere/w.safetensors"])
    assert wrong.exit_code == 2
    assert "'/nowhere/w.safetensors': expected an existing .safetensors file" in " ".join(wrong.output.split())


def test_the_page_gives_words_to_every_model(
    detectors: dict[str, Detector], spec: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    library.save(detectors["plate"], "plate")
    assert Models().get("plate").zero_shot is None
    assert Models(spec).get("plate").zero_shot is zero_shot(spec)
    with pytest.raises(BadSetting, match="nowhere"):
        serve(port=0, words="open_clip:foil-untaught:/nowhere/w.safetensors")
