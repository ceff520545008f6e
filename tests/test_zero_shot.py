"""Zero-shot words: a tiny open_clip model that learnt colours from whole pictures must point to the right places."""

import socket
from pathlib import Path

import numpy as np
import pytest
import torch
from clip_cases import COLOURS, SIDE, SPOT, VISION, spotted, taught_clip, tiny_clip
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from fusion.errors import BadSetting
from fusion.modality import clip
from fusion.synthesis import KINDS, SYNONYMS
from fusion.zero_shot import RARE, ZeroShot, zero_shot

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread")

GRID = (SIDE // SPOT, SIDE // SPOT)
Cells = NDArray[np.float32]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError("a test tried to reach the network")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(socket.socket, "connect", refuse)


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
