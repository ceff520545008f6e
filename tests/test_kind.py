"""Whether data are pictures, movements or a table, told without opening more than a table's header."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from fusion.kind import kind_at

HEADER = "left knee x,left knee y\n"


@pytest.mark.parametrize(
    ("files", "kind"),
    [
        ({"a.json": "{}", "deep/b.npz": ""}, "movements"),
        ({"clip/clip_000000000001_keypoints.json": "{}"}, "movements"),
        ({"a.csv": "1,2,3\n"}, "movements"),
        ({"list.csv": "path,label\n"}, "movements"),  # of a folder only what is called a manifest is one
        ({"a.png": "", "a.json": "{}"}, "pictures"),
        ({"train/good/a.JPG": "", "poses/a.npy": ""}, "pictures"),
        ({"notes.txt": "nothing", ".hidden.json": "{}"}, "pictures"),
        ({}, "pictures"),
    ],
)
@pytest.mark.parametrize("packed", [False, True])
def test_a_folder_and_a_zip_tell_their_kind(files: dict[str, str], kind: str, packed: bool, tmp_path: Path) -> None:
    folder, archive = tmp_path / "data", tmp_path / "data.zip"
    folder.mkdir()
    with zipfile.ZipFile(archive, "w") as zipped:
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
            zipped.writestr(f"data/{name}", text)
    assert kind_at(archive if packed else folder) == kind


@pytest.mark.parametrize(("name", "text"), [("csv", "image_path;label\n../a.png;ok\n"), ("jsonl", "{}")])
def test_a_folder_with_a_manifest_holds_pictures_that_lie_elsewhere(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / f"manifest.{name}").write_text(text)
    assert kind_at(tmp_path) == "pictures"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.npz", b"", "movements"),
        ("a.json", b"garbage", "movements"),
        ("a.csv", HEADER.encode(), "movements"),
        ("a.tsv", b"0.5\t0.25\n", "tables"),
        ("a.csv", b"1;2,5;;4;5\n", "tables"),
        ("a.csv", b"7\n8\n", "tables"),
        ("a.csv", b",".join([b"1", b"", *[b"0.5"] * 32]), "movements"),  # x and y of 17 joints
        ("a.tsv", b"\t".join([b"", *[b"1"] * 74]), "movements"),
        ("a.csv", b"1  " * 34, "movements"),
        ("a.csv", b"pressure,2024,2025\n", "tables"),
        ("a.csv", b"left knee x,left knee y,left hip x,mood\n", "movements"),  # whose reader names the odd one
        ("a.csv", b"pressure,flow\n1,2\n", "tables"),
        ("a.tsv", b"pressure\tflow x\theat\n", "tables"),
        ("a.csv", b"region,pressure,label\n1,2,0\n", "tables"),  # a manifest has a path
        ("a.parquet", b"PAR1", "tables"),
        ("a.csv", b"image;mask\n", "pictures"),
        ("a.csv", b"", "pictures"),
        ("a.csv", b'"no end\n', "pictures"),
        ("a.jsonl", b"", "pictures"),
        ("a.zip", b"garbage", "pictures"),
        ("a.exe", b"garbage", "pictures"),
        ("a.png", b"garbage", "pictures"),
    ],
)
def test_a_file_tells_its_kind(name: str, content: bytes, kind: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    assert kind_at(tmp_path / name) == kind


def test_arrays_tell_their_kind(tmp_path: Path) -> None:
    np.savez(tmp_path / "table.npz", X=np.zeros((4, 6)), y=np.zeros(4))
    np.savez(tmp_path / "poses.npz", keypoints=np.zeros((4, 17, 2)))
    np.save(tmp_path / "named.npy", np.zeros(4, [("pressure", float), ("flow", float)]))
    for columns in (34, 35):
        np.save(tmp_path / f"{columns}.npy", np.zeros((4, columns)))
    kinds = {path.name: kind_at(path) for path in tmp_path.iterdir()}
    assert kinds == {
        "table.npz": "tables",
        "poses.npz": "movements",
        "named.npy": "tables",
        "34.npy": "movements",  # x and y of 17 joints
        "35.npy": "tables",
    }


def test_what_is_not_there_is_taken_as_it_is_called(tmp_path: Path) -> None:
    assert kind_at(tmp_path / "none") == kind_at(tmp_path / "none.csv") == kind_at(tmp_path / "none.zip") == "pictures"
    assert kind_at(tmp_path / "none.json") == kind_at(tmp_path / "none.npz#a/b") == "movements"
