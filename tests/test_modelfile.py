import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from fusion import modelfile
from fusion.errors import BadModel, FoilError
from fusion.modelfile import replace_file, verify, write_manifest


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "gasket"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "calibration.json").write_bytes(b"{}")
    write_manifest(folder, {"size": 224})
    return folder


def rewritten(folder: Path, **changes: object) -> None:
    manifest = json.loads((folder / "config.json").read_text()) | changes
    (folder / "config.json").write_text(json.dumps(manifest))


def test_what_was_written_is_accepted_and_holds_the_config(model: Path) -> None:
    manifest = verify(model)
    assert manifest["config"] == {"size": 224}
    assert manifest["format"] == 1
    assert set(manifest["files"]) == {"model.safetensors", "calibration.json"}
    assert all(len(digest) == 64 for digest in manifest["files"].values())


def test_a_copy_of_the_folder_is_accepted(model: Path, tmp_path: Path) -> None:
    assert verify(shutil.copytree(model, tmp_path / "copy")) == verify(model)


@pytest.mark.parametrize(
    ("break_it", "named", "why"),
    [
        (shutil.rmtree, "gasket", "no such model folder"),
        (lambda model: (model / "model.safetensors").unlink(), "model.safetensors", "missing"),
        (lambda model: (model / "config.json").unlink(), "config.json", "missing"),
        (lambda model: (model / "model.safetensors").write_bytes(b"Weights"), "model.safetensors", "hash differs"),
        (lambda model: (model / "calibration.json").write_bytes(b""), "calibration.json", "hash differs"),
        (lambda model: rewritten(model, config={"size": 448}), "config.json", "hash differs"),
        (lambda model: (model / "config.json").write_text('{"format": 1,'), "config.json", "no JSON"),
        (lambda model: (model / "config.json").write_bytes(b"\xff\xfe\x00"), "config.json", "no JSON"),
        (lambda model: (model / "config.json").write_text("[1]"), "config.json", "didn't write this"),
        (lambda model: (model / "config.json").write_text('{"architecture": "vit"}'), "config.json", "didn't write"),
        (lambda model: rewritten(model, format=2, foil="9.0"), "gasket", "Foil 9.0 in format 2"),
    ],
)
def test_a_broken_folder_is_a_sentence_that_names_the_file(
    model: Path, break_it: Callable[[Path], object], named: str, why: str
) -> None:
    break_it(model)
    with pytest.raises(BadModel, match=why) as refused:
        verify(model)
    assert str(refused.value).startswith(str(model if named == "gasket" else model / named))


def test_a_newer_format_asks_for_a_newer_foil(model: Path) -> None:
    rewritten(model, format=2)
    with pytest.raises(BadModel, match="update Foil"):
        verify(model)


def test_with_names_only_these_are_hashed_but_none_may_be_missing(model: Path) -> None:
    (model / "model.safetensors").write_bytes(b"altered")
    assert verify(model, "calibration.json")
    (model / "model.safetensors").unlink()
    with pytest.raises(BadModel, match=r"model\.safetensors.*missing"):
        verify(model, "calibration.json")


def test_a_name_that_the_model_never_had_is_incomplete(model: Path) -> None:
    with pytest.raises(BadModel, match=r"lists no card\.json"):
        verify(model, "card.json")


def test_replacing_a_file_keeps_the_model_whole(model: Path) -> None:
    replace_file(model, "calibration.json", b'{"rate": 1}')
    assert (model / "calibration.json").read_bytes() == b'{"rate": 1}'
    assert len(verify(model)["files"]["calibration.json"]) == 64


@pytest.mark.parametrize("crash_at", [1, 2, 3])
def test_a_crash_at_any_write_of_a_replacement_leaves_a_model_that_is_whole(
    model: Path, monkeypatch: pytest.MonkeyPatch, crash_at: int
) -> None:
    writes, write = [], modelfile.atomic_write

    def crash(path: Path, content: bytes) -> None:
        writes.append(path)
        if len(writes) == crash_at:
            raise KeyboardInterrupt
        write(path, content)

    monkeypatch.setattr(modelfile, "atomic_write", crash)
    with pytest.raises(KeyboardInterrupt):
        replace_file(model, "calibration.json", b"new")
    assert verify(model)
    assert (model / "calibration.json").read_bytes() == (b"{}" if crash_at < 3 else b"new")

    monkeypatch.setattr(modelfile, "atomic_write", write)
    replace_file(model, "calibration.json", b"newer")  # and it heals
    assert isinstance(verify(model)["files"]["calibration.json"], str)


def test_an_altered_file_is_not_replaced(model: Path) -> None:
    (model / "calibration.json").write_bytes(b"tampered")
    with pytest.raises(FoilError, match="hash differs"):
        replace_file(model, "calibration.json", b"new")
    assert (model / "calibration.json").read_bytes() == b"tampered"
