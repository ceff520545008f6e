"""Files: whole or not at all, and a sentence for whatever stands in the way."""

import errno
import os
from pathlib import Path

import pytest

from fusion.errors import BadInput, FoilError
from fusion.files import atomic_folder, atomic_write, looks_like, open_input, without_copies


def full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def test_atomic_write_replaces_and_leaves_nothing_else(tmp_path: Path) -> None:
    for content in (b"old", b"new"):
        atomic_write(tmp_path / "a.bin", content)
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"new"


def test_a_full_disk_keeps_the_old_file_and_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    atomic_write(tmp_path / "a.bin", b"old")
    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(FoilError, match=r"a\.bin: the disk is full.*free some space"):
        atomic_write(tmp_path / "a.bin", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]
    assert (tmp_path / "a.bin").read_bytes() == b"old"


def test_writing_into_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FoilError, match="can't be written"):
        atomic_write(tmp_path / "nowhere" / "a.bin", b"new")


def test_a_folder_appears_filled_and_replaces_the_old_one(tmp_path: Path) -> None:
    for name in ("one", "two"):
        with atomic_folder(tmp_path / "model") as folder:
            (folder / name).write_text(name)
            assert name not in [path.name for path in (tmp_path / "model").glob("*")]
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["model", "model/two"]


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, ValueError, SystemExit])
def test_an_interrupted_folder_leaves_the_old_one_and_no_trace(
    tmp_path: Path, interruption: type[BaseException]
) -> None:
    with atomic_folder(tmp_path / "model") as folder:
        (folder / "old").write_text("old")

    def interrupted() -> None:
        with atomic_folder(tmp_path / "model") as folder:
            (folder / "new").write_text("half")
            raise interruption

    with pytest.raises(interruption):
        interrupted()
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["model", "model/old"]


def test_a_full_disk_inside_a_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(FoilError, match="model: the disk is full"), atomic_folder(tmp_path / "model"):
        full_disk()
    assert not list(tmp_path.iterdir())


def test_the_old_folder_comes_back_if_the_new_one_cannot_take_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "old").write_text("old")
    rename = Path.rename

    def interrupted(self: Path, target: Path) -> Path:
        if self.suffix == ".tmp":
            raise KeyboardInterrupt
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt), atomic_folder(tmp_path / "model"):
        pass
    assert [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")] == ["model", "model/old"]


def test_a_folder_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "model").write_text("a file")
    with pytest.raises(FoilError, match="a file has this name"), atomic_folder(tmp_path / "model"):
        pytest.fail("must not get here")


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: None, "no such file"),
        (lambda path: path.mkdir(), "a folder, not a file"),
        (lambda path: path.touch(), r"empty \(0 bytes\)"),
        (lambda path: os.mkfifo(path), "no regular file"),
        (lambda path: path.symlink_to(path), "can't be opened"),
    ],
)
def test_what_cannot_be_opened_is_a_sentence(tmp_path: Path, prepare, message: str) -> None:  # type: ignore[no-untyped-def]
    prepare(tmp_path / "x")
    with pytest.raises(BadInput, match=rf"/x: .*{message}"), open_input(tmp_path / "x", str(tmp_path / "x")):
        pytest.fail("must not get here")


def test_a_forbidden_file_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "x").write_text("secret")
    monkeypatch.setattr(Path, "open", forbidden)
    with pytest.raises(BadInput, match="may not read it; change its permissions"), open_input(tmp_path / "x", "x"):
        pytest.fail("must not get here")


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"hello, world", "a text that begins with 'hello, world'"),
        ("检查这张图片".encode(), "a text that begins"),
        (b"<?xml version='1.0'?>\n<svg width='3'/>", "an SVG drawing"),
        (b"<!DOCTYPE html><p>404", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1", "Git LFS pointer"),
        (b"%PDF-1.7", "a PDF document"),
        (bytes(64), "nothing but zeros"),
        (bytes(128) + b"DICM", "a DICOM picture"),
        (b"\0\0\0\x18ftypmp42", "a video"),
        (bytes(range(256)), "of a kind that Foil doesn't know"),
    ],
)
def test_content_is_named_by_its_first_bytes(head: bytes, words: str) -> None:
    assert words in looks_like(head)


def test_of_copies_the_first_stays(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "bacd"]
    for path, content in zip(paths, ("same", "same", "else", "longer one"), strict=True):
        path.write_text(content)
    missing = tmp_path / "missing"  # kept: whoever reads it will say so
    assert without_copies([*paths, missing]) == [paths[0], paths[2], paths[3], missing]
