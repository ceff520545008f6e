"""Backbones: tiny networks of timm and open_clip with weights of our own; nothing here may touch the network."""

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from clip_cases import tiny_clip
from core_cases import COARSE, FEW, equal, files_of, look, plate, quick_fit, same
from safetensors.torch import load_file, save_file
from torch import Tensor

from fusion.detector import Detector
from fusion.errors import BadSetting
from fusion.item import Item
from fusion.representation.backbone import CHANNELS, Backbone, load_backbone, rebuild_backbone

pytest_plugins = ["core_fixtures"]
pytestmark = pytest.mark.usefixtures("single_thread", "no_network")

GRID = (5, 7)
Weights = Callable[[str], Path]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """Return a function that writes random weights of a timm model, once each."""
    folder = tmp_path_factory.mktemp("weights")

    def write(name: str) -> Path:
        import timm

        path = folder / f"{name}.safetensors"
        if not path.exists():
            with torch.random.fork_rng():
                torch.manual_seed(len(name))
                save_file(timm.create_model(name).state_dict(), path)
        return path

    return write


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_clip(tmp_path_factory.mktemp("clip"), "foil-tiny")


def loaded(spec: str, seed: int = 0) -> Backbone:
    backbone = load_backbone(spec, seed)
    assert backbone is not None
    return backbone


def picture(height: int = 100, width: int = 140) -> Tensor:
    return torch.rand(1, 3, height, width, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("spec", ["auto", "none"])
def test_auto_and_none_take_no_backbone(spec: str) -> None:
    assert load_backbone(spec, 0) is None


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "test_vit"])
def test_a_timm_model_reads_its_weights_from_a_file(name: str, weights: Weights) -> None:
    backbone, saved = loaded(f"{name}:{weights(name)}"), load_file(weights(name))
    state = backbone.network.state_dict()
    common = [key for key in state if key.removeprefix("model.") in saved]
    assert len(common) > 0.9 * len(state)
    for key in common:
        equal(state[key], saved[key.removeprefix("model.")])
    assert (backbone.config.name, backbone.config.library) == (name, "timm")
    found = backbone(picture(112, 144), GRID)
    assert not found.requires_grad  # in any thread: else each picture would keep its graph
    assert found.shape[0] == 1
    assert found.shape[2:] == GRID
    assert found.isfinite().all()


def test_an_open_clip_model_reads_its_weights_from_a_file(clip: Path) -> None:
    backbone, saved = loaded(f"foil-tiny:{clip}"), load_file(clip)
    for key, value in backbone.network.state_dict().items():
        equal(value, saved[f"visual.{key}"])
    assert backbone.config.library == "open_clip"
    with torch.inference_mode():
        found = backbone(picture(), GRID)
    assert found.shape == (1, 2 * 32, *GRID), "patch tokens of the middle and of the last block"
    assert found.isfinite().all()


def test_features_are_the_networks_maps_of_the_normalised_picture_averaged_over_cells(weights: Weights) -> None:
    backbone = loaded(f"test_efficientnet:{weights('test_efficientnet')}")
    mean, std = (torch.tensor(values)[:, None, None] for values in (backbone.config.mean, backbone.config.std))
    with torch.inference_mode():
        maps = backbone.network((picture() - mean) / std)
        expected = torch.cat([torch.nn.functional.adaptive_avg_pool2d(one, GRID) for one in maps], dim=1)
        torch.testing.assert_close(backbone(picture(), GRID), expected)


def test_features_of_a_cell_come_from_that_cell(weights: Weights, clip: Path) -> None:
    for spec in (f"test_resnet:{weights('test_resnet')}", f"foil-tiny:{clip}"):
        backbone, image = loaded(spec), torch.full((1, 3, 128, 128), 0.5)
        marked = image.clone()
        marked[..., 96:, :32] = 1
        with torch.inference_mode():
            moved = (backbone(marked, (4, 4)) - backbone(image, (4, 4))).norm(dim=1)[0]
        assert int(moved.argmax()) == 12


def test_many_channels_are_projected_without_changing_lengths_and_alike_for_a_seed(weights: Weights) -> None:
    spec = f"test_resnet:{weights('test_resnet')}"
    one, again, other = loaded(spec), loaded(spec), loaded(spec, seed=1)
    assert one.projection is not None
    assert again.projection is not None
    assert other.projection is not None
    torch.testing.assert_close(one.projection.T @ one.projection, torch.eye(CHANNELS), rtol=0, atol=1e-5)
    equal(one.projection, again.projection)
    assert not torch.equal(one.projection, other.projection)


def test_a_picture_gives_the_same_features_alone_and_in_a_batch(weights: Weights) -> None:
    backbone, pictures = loaded(f"test_resnet:{weights('test_resnet')}"), torch.rand(3, 3, 96, 96)
    with torch.inference_mode():
        together = backbone(pictures, GRID)
        alone = torch.cat([backbone(one[None], GRID) for one in pictures])
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-4)


def test_a_backbone_is_built_again_from_its_state_alone(weights: Weights, clip: Path) -> None:
    for spec in (f"test_resnet:{weights('test_resnet')}", f"foil-tiny:{clip}"):
        backbone = loaded(spec)
        again = rebuild_backbone(backbone.config, backbone.state())
        with torch.inference_mode():
            equal(again(picture(), GRID), backbone(picture(), GRID))


@pytest.mark.parametrize(
    ("spec", "says"),
    [
        ("resnet-fifty", "'resnet-fifty' is neither a timm nor an open_clip model.*--backbone none"),
        ("test_resnet:/nowhere/w.safetensors", "'/nowhere/w.safetensors': expected an existing .safetensors file"),
        ("test_resnet", "'test_resnet' could not be loaded.*test_resnet:FILE.safetensors.*--backbone none"),
        ("foil-tiny/openai", "'foil-tiny/openai' could not be loaded"),
    ],
)
def test_what_cannot_be_loaded_is_told_in_a_sentence(spec: str, says: str, clip: Path) -> None:
    with pytest.raises(BadSetting, match=says):
        load_backbone(spec, 0)


def test_a_pickled_file_is_never_read(tmp_path: Path) -> None:
    torch.save({}, tmp_path / "weights.pth")
    with pytest.raises(BadSetting, match=r"weights\.pth.*can run code when read.*safetensors\.torch\.save_file"):
        load_backbone(f"test_resnet:{tmp_path / 'weights.pth'}", 0)


def test_an_open_clip_model_refuses_the_weights_of_another(clip: Path, weights: Weights) -> None:
    with pytest.raises(BadSetting, match=r"could not be loaded.*Give a weights file that belongs to it"):
        load_backbone(f"foil-tiny:{weights('test_resnet')}", 0)


@pytest.mark.parametrize(("name", "other"), [("test_resnet", "test_vit"), ("test_vit", "test_resnet")])
def test_a_timm_model_refuses_the_weights_of_another(name: str, other: str, weights: Weights) -> None:
    with pytest.raises(BadSetting, match="belongs to it"):
        load_backbone(f"{name}:{weights(other)}", 0)


def test_an_open_clip_name_without_weights_is_refused(clip: Path) -> None:
    with pytest.raises(BadSetting, match="weights"):
        load_backbone("foil-tiny", 0)


@pytest.mark.parametrize("name", ["test_resnet", "foil-tiny"])
def test_a_damaged_weights_file_is_told_in_a_sentence(name: str, clip: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.safetensors").write_bytes(clip.read_bytes()[:100])
    with pytest.raises(BadSetting, match=r"cut\.safetensors"):
        load_backbone(f"{name}:{tmp_path / 'cut.safetensors'}", 0)


def outcome(spec: str, height: int, width: int) -> str:
    """Return the grid on which a picture of this size gets features, or the sentence that refuses the backbone."""
    try:
        return str(tuple(loaded(spec)(picture(height, width), GRID).shape[2:]))
    except BadSetting as error:
        return str(error)


def test_a_network_of_one_input_size_works_or_is_refused_in_a_sentence(weights: Weights) -> None:
    found = outcome(f"test_vit3:{weights('test_vit3')}", 400, 400)
    assert found == str(GRID) or "160" in found


def test_a_patch_network_takes_frames_of_any_size(weights: Weights) -> None:
    assert loaded(f"test_vit:{weights('test_vit')}")(picture(180, 420), GRID).shape[2:] == GRID


def test_networks_whose_channels_come_last_give_as_many_channels_for_every_frame(weights: Weights) -> None:
    backbone = loaded(f"test_mambaout:{weights('test_mambaout')}")
    assert backbone(picture(224, 224), GRID).shape[1] == backbone(picture(180, 420), GRID).shape[1] == 32 + 48


def test_an_open_clip_resnet_works_or_is_refused_in_a_sentence(tmp_path: Path) -> None:
    file = tiny_clip(tmp_path, "foil-tiny-resnet", {"image_size": 64, "layers": [1, 1, 1, 1], "width": 8})
    found = outcome(f"foil-tiny-resnet:{file}", 100, 140)
    assert found == str(GRID) or "foil-tiny-resnet" in found


@pytest.mark.parametrize("library", ["timm", "open_clip"])
def test_a_saved_detector_carries_its_backbone_and_gives_the_same_bits(
    library: str, weights: Weights, clip: Path, goods: dict[str, list[Item]], tmp_path: Path
) -> None:
    spec = f"test_efficientnet:{weights('test_efficientnet')}" if library == "timm" else f"foil-tiny:{clip}"
    detector = quick_fit(goods["plate"][:FEW], "with backbone", COARSE, backbone=spec)
    name = spec.partition(":")[0]
    assert detector.card["representation"] == f"wavelets + {name}"
    before = files_of(detector, tmp_path / "model")
    again = Detector.from_pretrained(tmp_path / "model")
    for image in (plate(50).image, plate(51, defective=True).image):
        assert same(look(again, image), look(detector, image))
    assert look(detector, plate(51, defective=True).image).pred_score > look(detector, plate(50).image).pred_score
    assert files_of(again, tmp_path / "copy")["model.safetensors"] == before["model.safetensors"]


@pytest.mark.data
def test_imagenet_weights_beside_the_checkout_serve_as_a_backbone(shared: Path, goods: dict[str, list[Item]]) -> None:
    file = shared / "weights" / "mobilenetv2_100.imagenet.safetensors"
    if not file.is_file():
        pytest.skip(f"needs {file}")
    spec = f"mobilenetv2_100:{file}"
    state, saved = loaded(spec).network.state_dict(), load_file(file)
    for key, value in state.items():
        equal(value, saved[key].to(value.dtype))
    detector = quick_fit(goods["plate"][:FEW], "imagenet", COARSE, backbone=spec)
    good, bad = (look(detector, plate(51, defective).image) for defective in (False, True))
    assert (good.verdict, bad.verdict in ("REVIEW", "REJECT")) == ("PASS", True)
