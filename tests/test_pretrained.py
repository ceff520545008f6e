"""A model's folder: whole, verified, and written completely or not at all."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from core_cases import COARSE, files_of, look, plate, quick_fit, same
from safetensors.torch import load_file, save_file

from fusion.detector import Detector
from fusion.errors import BadModel
from fusion.item import Item
from fusion.modelfile import verify, write_manifest

pytest_plugins = ["core_fixtures"]

FILES = ("model.safetensors", "calibration.json", "card.json", "card.md", "config.json")
NAMED = pytest.mark.parametrize("name", FILES)


@pytest.fixture(scope="module")
def detector(goods: dict[str, list[Item]]) -> Detector:
    return quick_fit(goods["plate"][:6], "plate model", COARSE)


@pytest.fixture
def folder(detector: Detector, tmp_path: Path) -> Path:
    detector.save_pretrained(tmp_path / "models" / "plate")
    return tmp_path / "models" / "plate"


def refused(folder: Path) -> str:
    with pytest.raises(BadModel) as caught:
        Detector.from_pretrained(folder)
    return str(caught.value)


def test_a_model_is_these_files_and_no_pickle(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)
    assert load_file(folder / "model.safetensors")
    for name in ("calibration.json", "card.json", "config.json"):
        json.loads((folder / name).read_text(), parse_constant=pytest.fail)


def test_a_model_found_by_its_path_as_text_is_the_same(folder: Path, detector: Detector) -> None:
    again = Detector.from_pretrained(str(folder))
    assert same(look(again, plate(1).image), look(detector, plate(1).image))


def test_rates_set_before_saving_are_in_force_after_loading(detector: Detector, tmp_path: Path) -> None:
    detector.with_rates(0.2, 0.02).save_pretrained(tmp_path / "strict")
    calibration = Detector.from_pretrained(tmp_path / "strict").calibration
    assert (calibration.review_rate, calibration.reject_rate) == (0.2, 0.02)


@NAMED
def test_a_missing_file_is_named(name: str, folder: Path) -> None:
    (folder / name).unlink()
    assert f"{folder / name}" in refused(folder)
    assert "missing" in refused(folder)


@NAMED
@pytest.mark.parametrize("where", ["first", "middle", "last"])
def test_one_altered_byte_in_any_file_is_noticed_and_the_file_named(name: str, where: str, folder: Path) -> None:
    content = bytearray((folder / name).read_bytes())
    at = {"first": 0, "middle": len(content) // 2, "last": len(content) - 2}[where]
    content[at] ^= 1
    (folder / name).write_bytes(content)
    assert f"{folder / name}" in refused(folder)


@NAMED
def test_a_file_cut_off_is_noticed_and_named(name: str, folder: Path) -> None:
    (folder / name).write_bytes((folder / name).read_bytes()[:-40])
    assert f"{folder / name}" in refused(folder)


def test_a_newer_format_is_refused_with_the_advice_to_update(folder: Path) -> None:
    manifest = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(manifest | {"format": 999}))
    assert "format 999" in refused(folder)
    assert "update Foil" in refused(folder)


def test_no_folder_and_an_empty_folder_are_told_apart(tmp_path: Path) -> None:
    assert "there is no such model folder" in refused(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    assert "config.json" in refused(tmp_path / "empty")


@pytest.mark.parametrize("tensor", ["pictures", "view0.factor", "spread.mean", "world.middle"])
def test_a_tensor_that_this_foil_needs_and_does_not_find_is_told(tensor: str, folder: Path) -> None:
    tensors = load_file(folder / "model.safetensors")
    del tensors[tensor]
    save_file(tensors, folder / "model.safetensors")
    write_manifest(folder, verify_nothing(folder))
    assert "this Foil can't read the model" in refused(folder)
    assert tensor in refused(folder)


def verify_nothing(folder: Path) -> dict[str, object]:
    """Return what a model's config says, its hashes unchecked."""
    config: dict[str, object] = json.loads((folder / "config.json").read_text())["config"]
    return config


def test_a_setting_that_this_foil_does_not_know_is_told(folder: Path) -> None:
    config = verify_nothing(folder)
    config["detector"] = {"method": "gaussian", "turbo": True}
    write_manifest(folder, config)
    assert "turbo" in refused(folder)


def test_a_backbone_that_another_version_of_timm_builds_differently_is_told(
    folder: Path, goods: dict[str, list[Item]]
) -> None:
    tensors = load_file(folder / "model.safetensors")
    save_file(tensors | {"backbone.network.old.weight": tensors["spread.mean"].clone()}, folder / "model.safetensors")
    mean = [0.5, 0.5, 0.5]
    backbone = {"name": "test_resnet", "library": "timm", "mean": mean, "std": mean, "side": 0}
    write_manifest(folder, verify_nothing(folder) | {"backbone": backbone})
    assert "this Foil can't read the model" in refused(folder)


def interrupted(*_: object) -> None:
    raise KeyboardInterrupt


def full(*_: object) -> None:
    raise OSError(28, "No space left on device")


STEPS = ("pretrained._tensors", "pretrained.json_bytes", "pretrained._readable")


@pytest.mark.parametrize("step", [*STEPS, "modelfile.atomic_write", "modelfile.write_manifest"])
@pytest.mark.parametrize("problem", [interrupted, full])
def test_an_interrupted_save_leaves_nothing_and_an_older_model_whole(
    step: str, problem: Callable[..., None], folder: Path, detector: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with monkeypatch.context() as patch:
        patch.setattr(f"fusion.{step}", problem)
        for target in (folder, folder.parent / "new"):
            with pytest.raises((KeyboardInterrupt, Exception)):
                detector.with_rates(0.5, 0.4).save_pretrained(target)
    assert [path.name for path in folder.parent.iterdir()] == ["plate"], "no temporary folder stays behind"
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert Detector.from_pretrained(folder).calibration.review_rate == 0.05


def test_saving_again_replaces_the_older_model_as_a_whole(folder: Path, detector: Detector) -> None:
    detector.with_rates(0.3, 0.1).save_pretrained(folder)
    assert Detector.from_pretrained(folder).calibration.review_rate == 0.3
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES)


def test_saving_twice_and_saving_what_was_loaded_give_the_same_bytes(detector: Detector, tmp_path: Path) -> None:
    first = files_of(detector, tmp_path / "first")
    assert files_of(detector, tmp_path / "second") == first
    assert files_of(Detector.from_pretrained(tmp_path / "first"), tmp_path / "third") == first


def test_the_readable_card_says_what_the_model_is(folder: Path, detector: Detector) -> None:
    card = (folder / "card.md").read_text()
    assert card.startswith("---\nlibrary_name: foil\n")
    assert "# plate model" in card
    assert f"| n_normals | {detector.card['n_normals']} |" in card
    assert "fitted on good parts only" in card
    assert json.loads((folder / "card.json").read_text()) == detector.card
    assert verify(folder)["config"]["name"] == "plate model"
