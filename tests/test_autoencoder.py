"""Latents of diffusers' autoencoders as a representation; tiny ones with weights of our own, no network."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from core_cases import COARSE, FEW, equal, look, plate, quick_fit, same

from fusion.detector import Detector
from fusion.errors import BadSetting
from fusion.item import Item
from fusion.representation.autoencoder import SPLIT, floor, load_autoencoder
from fusion.representation.backbone import Backbone, load_backbone, rebuild_backbone

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread", "no_network")

GRID = (5, 7)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    from diffusers import AutoencoderKL, AutoencoderTiny, UNet2DModel

    root = tmp_path_factory.mktemp("autoencoders")
    blocks = {"down_block_types": ["DownEncoderBlock2D"] * 2, "up_block_types": ["UpDecoderBlock2D"] * 2}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        made: dict[str, Any] = {
            "tiny": AutoencoderTiny(
                encoder_block_out_channels=(8, 8, 8),
                decoder_block_out_channels=(8, 8, 8),
                num_encoder_blocks=(1, 1, 1),
                num_decoder_blocks=(1, 1, 1),
            ),
            "kl": AutoencoderKL(block_out_channels=(8, 8), norm_num_groups=4, latent_channels=4, **blocks),
            "unet": UNet2DModel(
                block_out_channels=(8, 8),
                norm_num_groups=4,
                down_block_types=("DownBlock2D",) * 2,
                up_block_types=("UpBlock2D",) * 2,
            ),
        }
    for name, model in made.items():
        model.save_pretrained(root / name)
    return {name: root / name for name in made}


def loaded(spec: str) -> Backbone:
    backbone = load_backbone(spec, 0)
    assert backbone is not None
    return backbone


@pytest.mark.parametrize("name", ["tiny", "kl"])
def test_a_cell_is_told_by_the_latents_of_its_quarters(folders: dict[str, Path], name: str) -> None:
    backbone, whole = loaded(f"autoencoder:{folders[name]}"), load_autoencoder(str(folders[name]))
    factor = 4 if name == "tiny" else 2
    x = torch.rand(1, 3, GRID[0] * SPLIT * factor, GRID[1] * SPLIT * factor, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        encoded = whole.encode(2 * x - 1)
        latents = encoded.latents if name == "tiny" else encoded.latent_dist.mode()
        found = backbone(x, GRID)
    assert found.shape == (1, 4 * SPLIT**2, *GRID)
    for row, column in np.ndindex(SPLIT, SPLIT):
        quarter = found[:, row * SPLIT + column :: SPLIT**2]
        torch.testing.assert_close(quarter, latents[:, :, row::SPLIT, column::SPLIT], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["tiny", "kl"])
def test_latents_are_built_again_from_their_state_without_the_decoder(folders: dict[str, Path], name: str) -> None:
    backbone = loaded(f"autoencoder:{folders[name]}")
    assert not any("decoder" in key for key in backbone.state())
    x = torch.rand(1, 3, 90, 130)
    equal(rebuild_backbone(backbone.config, backbone.state())(x, GRID), backbone(x, GRID))


def test_a_model_sees_through_latents_alone_and_comes_back_from_its_folder(
    folders: dict[str, Path], tmp_path: Path, goods: dict[str, list[Item]]
) -> None:
    both = quick_fit(goods["plate"][:FEW], "both", COARSE, backbone=f"autoencoder:{folders['tiny']}")
    alone = quick_fit(goods["plate"][:FEW], "alone", COARSE, backbone=f"only:autoencoder:{folders['tiny']}")
    assert (both.card["representation"], len(both.views)) == ("wavelets + autoencoder:tiny", 2)
    assert (alone.card["representation"], len(alone.views)) == ("autoencoder:tiny", 1)
    image = plate(100, defective=True).image
    for made in (both, alone):
        made.save_pretrained(tmp_path / made.name)
        assert json.loads((tmp_path / made.name / "card.json").read_text())["floor_db"] == made.card["floor_db"] < 20
        assert same(look(Detector.from_pretrained(tmp_path / made.name), image), look(made, image))
    assert look(alone, image).pred_score > max(look(alone, plate(seed).image).pred_score for seed in range(300, 304))


def test_the_floor_is_what_a_round_trip_keeps(folders: dict[str, Path]) -> None:
    whole, picture = load_autoencoder(str(folders["tiny"])), plate(3).image
    x = torch.from_numpy(picture[:72, :108].transpose(2, 0, 1).copy()).float()[None] / 127.5 - 1
    with torch.inference_mode():
        lost = (whole.decode(whole.encode(x).latents).sample - x).square().mean()
    assert floor(whole, [picture[:72, :108]] * 3) == pytest.approx(10 * np.log10(4 / float(lost)), abs=1e-3)


def test_what_is_no_autoencoder_is_told_in_a_sentence(folders: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(BadSetting, match=r"a UNet2DModel; expected AutoencoderTiny or AutoencoderKL"):
        load_backbone(f"autoencoder:{folders['unet']}", 0)
    with pytest.raises(BadSetting, match=r"could not be loaded.*a folder that AutoencoderTiny .*--backbone none"):
        load_backbone(f"autoencoder:{tmp_path}", 0)
