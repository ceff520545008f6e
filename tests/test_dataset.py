"""Data sets: every arrangement that people have is understood, and what can't be is asked about, never guessed."""

import os
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fusion.dataset import Dataset, Item, open_dataset
from fusion.errors import BadData, BadInput

DATA = Path(__file__).parents[2] / "shared" / "data"


def make(root: Path, *names: str) -> Path:
    """Put small pictures, each of another content, under these names."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        level = 1 + sum(name.encode()) % 250
        Image.fromarray(np.full((20, 24 + len(name), 3), level, np.uint8)).save(path)
    return root


def summary(dataset: Dataset) -> dict[tuple[str, int | None, str], int]:
    return dict(Counter((item.split, item.label, item.defect) for item in dataset.items))


def masks(dataset: Dataset) -> dict[str, str]:
    inside = dataset.root
    return {
        item.path.relative_to(inside).as_posix(): item.gt_mask.relative_to(inside).as_posix()
        for item in dataset.items
        if item.gt_mask
    }


def test_loose_pictures_are_all_normal_hidden_and_system_files_left_out(tmp_path: Path) -> None:
    make(tmp_path, "b/2.PNG", "1.jpg", "b/c/3.bmp", "._1.jpg", "__MACOSX/1.jpg", ".cache/4.png")
    (tmp_path / "Thumbs.db").write_text("")
    dataset = open_dataset(tmp_path)
    assert summary(dataset) == {("train", 0, "good"): 3}
    assert [item.path.name for item in dataset.normals()] == ["1.jpg", "2.PNG", "3.bmp"]
    assert dataset.test() == []
    assert dataset.name == tmp_path.name


@pytest.mark.parametrize("folders", [("good", "broken"), ("OK", "NG"), ("bad",), ("part_ok", "part_nok", "other")])
def test_loose_folders_named_like_labels_are_asked_about(tmp_path: Path, folders: tuple[str, ...]) -> None:
    make(tmp_path, *(f"{folder}/1.png" for folder in folders))
    with pytest.raises(BadData, match=r"sounds like a label.*normal_dir and abnormal_dir"):
        open_dataset(tmp_path)


def test_loose_folders_that_are_all_good_are_taken(tmp_path: Path) -> None:
    assert len(open_dataset(make(tmp_path, "good/1.png")).normals()) == 1
    assert len(open_dataset(make(tmp_path, "ok_monday/1.png", "ok_tuesday/1.png")).normals()) == 3


def test_mvtecs_layout_with_each_way_to_name_masks(tmp_path: Path) -> None:
    make(tmp_path, "train/good/0.png", "train/good/1.png", "test/good/0.png", "validation/good/7.png")
    make(tmp_path, "test/dent/0.jpg", "test/dent/1.jpg", "test/hole/0.png", "test/logical/3.png")
    make(tmp_path, "ground_truth/dent/0_mask.png", "ground_truth/dent/1.png")
    make(tmp_path, "ground_truth/logical/3/000.png", "ground_truth/logical/3/001.png")
    dataset = open_dataset(tmp_path)
    assert summary(dataset) == {
        ("train", 0, "good"): 2,
        ("test", 0, "good"): 2,
        ("test", 1, "dent"): 2,
        ("test", 1, "hole"): 1,
        ("test", 1, "logical"): 1,
    }
    assert masks(dataset) == {
        "test/dent/0.jpg": "ground_truth/dent/0_mask.png",
        "test/dent/1.jpg": "ground_truth/dent/1.png",
        "test/logical/3.png": "ground_truth/logical/3",
    }


def test_folders_that_deny_good_are_not_good(tmp_path: Path) -> None:
    dataset = open_dataset(
        make(tmp_path, "train/ok/0.png", "test/not_ok/1.png", "test/defect-free/2.png", "test/OK/3.png")
    )
    assert summary(dataset) == {("train", 0, "good"): 1, ("test", 0, "good"): 2, ("test", 1, "not_ok"): 1}


def test_mvtecs_layout_without_folders_inside(tmp_path: Path) -> None:
    dataset = open_dataset(make(tmp_path, "train/0.png", "test/0.png"))
    assert summary(dataset) == {("train", 0, "good"): 1, ("test", None, ""): 1}


def test_defects_among_the_training_pictures_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"train/scratch: train holds good samples only; move it to test"):
        open_dataset(make(tmp_path, "train/good/0.png", "train/scratch/0.png"))


def test_several_categories_are_named_to_choose_from(tmp_path: Path) -> None:
    make(tmp_path, "screw/train/good/0.png", "bottle/train/good/0.png", "readme/0.png")
    with pytest.raises(BadData, match=r"holds 2 data sets \(bottle, screw\); choose one, such as .*/bottle"):
        open_dataset(tmp_path)


def test_named_folders_one_or_several(tmp_path: Path) -> None:
    make(tmp_path, "a/1.png", "b/2.png", "held/3.png", "bad/crack/1.png", "bad/5.png", "dented/1.png")
    make(tmp_path, "m1/crack/1.png", "m1/5_mask.png", "m2/1.png")
    dataset = open_dataset(tmp_path, ["a", "b"], ["bad", tmp_path / "dented"], "held", ["m1", "m2"])
    assert summary(dataset) == {
        ("train", 0, "good"): 2,
        ("test", 0, "good"): 1,
        ("test", 1, "crack"): 1,
        ("test", 1, "bad"): 1,
        ("test", 1, "dented"): 1,
    }
    assert masks(dataset) == {
        "bad/crack/1.png": "m1/crack/1.png",
        "bad/5.png": "m1/5_mask.png",
        "dented/1.png": "m2/1.png",
    }


def test_named_folders_find_masks_below_the_defects_name(tmp_path: Path) -> None:
    make(tmp_path, "good/1.png", "crack/1.png", "mask/crack/1.png")
    assert masks(open_dataset(tmp_path, "good", "crack", mask_dir="mask")) == {"crack/1.png": "mask/crack/1.png"}


def test_a_fifth_of_the_good_is_held_back_where_none_is_set_aside(tmp_path: Path) -> None:
    make(tmp_path, *(f"good/{i}.png" for i in range(10)), "bad/0.png")
    dataset = open_dataset(tmp_path, "good", "bad")
    assert summary(dataset) == {("train", 0, "good"): 8, ("test", 0, "good"): 2, ("test", 1, "bad"): 1}
    assert open_dataset(tmp_path, "good", "bad") == dataset
    assert summary(open_dataset(tmp_path, "good")) == {("train", 0, "good"): 10}


@pytest.mark.parametrize(
    ("folders", "message"),
    [(("good", "typo"), "there is no folder .*typo; names are relative"), ((".", "bad"), "lies in two of the named")],
)
def test_named_folders_must_exist_and_not_overlap(tmp_path: Path, folders: tuple[str, str], message: str) -> None:
    make(tmp_path, "good/1.png", "bad/1.png")
    with pytest.raises(BadData, match=message):
        open_dataset(tmp_path, *folders)


def test_masks_beside_their_pictures(tmp_path: Path) -> None:
    good = [f"MT_Free/Imgs/{i:02d}.jpg" for i in range(20)]
    make(tmp_path, *good, *(name.replace("jpg", "png") for name in good), "MT_Fray/Imgs/a.jpg", "MT_Fray/Imgs/a.png")
    make(tmp_path, "MT_Break/Imgs/b.png", "MT_Break/Imgs/b_mask.png")
    dataset = open_dataset(tmp_path)
    assert summary(dataset) == {
        ("train", 0, "good"): 16,
        ("test", 0, "good"): 4,
        ("test", 1, "MT_Fray"): 1,
        ("test", 1, "MT_Break"): 1,
    }
    assert masks(dataset)["MT_Fray/Imgs/a.jpg"] == "MT_Fray/Imgs/a.png"
    assert masks(dataset)["MT_Break/Imgs/b.png"] == "MT_Break/Imgs/b_mask.png"
    paths = sorted(tmp_path.glob("MT_Free/Imgs/*.jpg"))
    random.Random(0).shuffle(paths)
    assert {item.path for item in dataset.items if item.split == "train"} == set(paths[:16])


def test_masks_beside_pictures_without_any_good_folder_are_asked_about(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"1\.png beside 1\.jpg is taken for its mask, but no folder is named good"):
        open_dataset(make(tmp_path, "1.jpg", "1.png"))


CSV = "\ufeffImage_Path,Label,mask_path,region,text,split,serial\n"


def manifest(root: Path, content: str, name: str = "manifest.csv") -> Path:
    (root / name).write_text(content, encoding="utf-8")
    return root / name


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_csv_manifest_with_the_columns_of_others(tmp_path: Path, separator: str) -> None:
    make(tmp_path, "a.png", "b.png", "b_gt.png")
    rows = "a.png,Good,,,,train,1\nb.png,Scratch,b_gt.png,a.png,a label,test,2\n,,,,,,\na.png,,,,,test,3\n"
    path = manifest(tmp_path, (CSV + rows).replace(",", separator))
    dataset = open_dataset(path)
    assert dataset.items == (
        Item(tmp_path / "a.png", 0, "good", "train"),
        Item(tmp_path / "b.png", 1, "Scratch", "test", tmp_path / "b_gt.png", tmp_path / "a.png", "a label"),
        Item(tmp_path / "a.png", None, "", "test"),
    )
    assert (dataset.root, dataset.name) == (tmp_path, "manifest")
    assert open_dataset(tmp_path).items == dataset.items


def test_a_jsonl_manifest_with_paths_from_windows_and_from_above(tmp_path: Path) -> None:
    make(tmp_path, "sub/a.png", "b.png")
    (tmp_path / "lists").mkdir()
    rows = (
        '{"path": "..\\\\sub\\\\a.png", "label": 0, "tags": ["x"]}\n\n'
        '{"image": "../b.png", "label": true, "skeleton": "../b.json"}\n'
    )
    path = manifest(tmp_path / "lists", rows, "rows.jsonl")
    first, second = open_dataset(path).items
    assert first.path.resolve() == (tmp_path / "sub/a.png").resolve()
    assert (second.label, second.defect, second.skeleton) == (1, "", tmp_path / "lists" / "../b.json")
    with pytest.raises(BadData, match=r"line 1: \.\..*leaves the archive"):
        open_dataset(path, confined=True)


def test_an_absolute_path_leaves_an_archive_too(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    path = manifest(tmp_path, f"path,mask\na.png,{tmp_path.parent / 'secret.png'}\n")
    assert open_dataset(path).items[0].gt_mask == tmp_path.parent / "secret.png"
    with pytest.raises(BadData, match="leaves the archive"):
        open_dataset(path, confined=True)


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        *((word, (0, "good")) for word in ("good", "Normal", "0", "0.0")),
        *((word, (1, "")) for word in ("anomalous", "bad", "DEFECT", "1", "1.0")),
        *((word, (1, word)) for word in ("bent wire", "划痕")),
        *((word, (None, "")) for word in ("", "unknown")),
    ],
)
def test_a_manifests_labels(tmp_path: Path, label: str, expected: tuple[int | None, str]) -> None:
    item = open_dataset(manifest(make(tmp_path, "a.png"), f"path,label,label_index\na.png,{label},5\n")).items[0]
    assert (item.label, item.defect) == expected


def test_a_manifest_without_splits_fits_on_the_good_and_holds_a_fifth_back(tmp_path: Path) -> None:
    names = [f"{i}.png" for i in range(5)]
    rows = "path,label\n" + "".join(f"{name},good\n" for name in names)
    make(tmp_path, *names, "x.png")
    assert summary(open_dataset(manifest(tmp_path, rows))) == {("train", 0, "good"): 5}
    with_defect = summary(open_dataset(manifest(tmp_path, rows + "x.png,dent\n")))
    assert with_defect == {("train", 0, "good"): 4, ("test", 0, "good"): 1, ("test", 1, "dent"): 1}


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("m.csv", "file,label\na.png,good\n", "line 2: no path; expected the columns path, label"),
        ("m.csv", "path,label\na.png,2\n", "line 2: label 2; expected 0"),
        ("m.csv", "path,split\na.png,holdout\n", "line 2: split 'holdout'; expected train or test"),
        ("m.csv", "path,split\na.png,train\na.png,\n", "line 3: no split, though other rows have one"),
        ("m.csv", "path,text\na.png,bent, and dirty\n", "line 2: more fields than columns"),
        ("m.csv", 'path,text\na.png,"open\n', "no CSV"),
        ("m.csv", "path\nnope.png\n", "none of its 1 pictures is there, such as .*nope.png"),
        ("m.csv", "path\n", "no pictures in it, only a header"),
        ("m.csv", "", "empty"),
        ("m.jsonl", '{"path": "a.png"}\n{"path":\n', "line 2: no JSON"),
        ("m.jsonl", "[1, 2]\n", "line 1: expected an object"),
        ("m.jsonl", '{"path": ["a.png"]}\n', "line 1: path holds .*expected a word"),
        ("m.txt", "a.png", "a data set is a folder or a manifest"),
    ],
)
def test_a_manifests_mistakes_are_named_by_line(tmp_path: Path, name: str, content: str, message: str) -> None:
    make(tmp_path, "a.png")
    with pytest.raises(BadData, match=rf"{name}.*{message}"):
        open_dataset(manifest(tmp_path, content, name))


def test_a_manifest_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.csv").write_bytes("path,label\na.png,划痕\n".encode("gbk"))
    with pytest.raises(BadData, match="not in UTF-8"):
        open_dataset(tmp_path / "m.csv")


def test_nothing_to_find_is_said_with_what_is_there(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no such folder"):
        open_dataset(tmp_path / "nowhere")
    with pytest.raises(BadData, match="no pictures in it, it is empty"):
        open_dataset(tmp_path)
    (tmp_path / "a.pdf").touch()
    with pytest.raises(BadData, match=r"no pictures in it, only 1 \.pdf; expected .*\.png"):
        open_dataset(tmp_path)


def test_an_unreadable_folder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(path: Any) -> Callable[..., Any]:
        raise PermissionError(13, "Permission denied", str(path))

    make(tmp_path, "train/good/1.png")
    monkeypatch.setattr(os, "scandir", forbidden)
    with pytest.raises(BadData, match=r"Permission denied\); change its permissions"):
        open_dataset(tmp_path)


def test_a_folder_inside_a_forbidden_one_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(self: Path, **_: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "stat", forbidden)
    with pytest.raises(BadData, match="this user may not read it; change its permissions"):
        open_dataset(tmp_path)


def test_copies_count_once_among_the_normals(tmp_path: Path) -> None:
    make(tmp_path, "1.png", "2.png")
    (tmp_path / "3.png").write_bytes((tmp_path / "1.png").read_bytes())
    assert [item.path.name for item in open_dataset(tmp_path).normals()] == ["1.png", "2.png"]


def test_without_good_pictures_to_fit_on_it_says_what_there_is(tmp_path: Path) -> None:
    dataset = open_dataset(make(tmp_path, "test/dent/1.png", "test/good/2.png"))
    with pytest.raises(BadData, match="only 1 in test/dent, 1 in test/good; put good ones into train/good"):
        dataset.normals()


def test_an_item_loads_all_that_belongs_to_it(tmp_path: Path) -> None:
    make(tmp_path, "a.png")
    region = np.zeros((20, 29), np.uint8)
    region[5:] = 255
    Image.fromarray(region).save(tmp_path / "region.png")
    (tmp_path / "pose.json").write_text(str([[3, 4, 1]] * 17))
    item = Item(
        tmp_path / "a.png", 1, "dent", "test", *[tmp_path / "region.png"] * 2, " a\ndent ", tmp_path / "pose.json"
    )
    sample = item.load()
    assert sample.image is not None
    assert sample.image.shape == (20, 29, 3)
    assert sample.mask is not None
    assert sample.mask.sum() == 15 * 29
    assert sample.skeleton is not None
    assert sample.skeleton.shape == (17, 3)
    assert (sample.text, sample.name) == ("a dent", str(tmp_path / "a.png"))
    assert item.load_gt_mask().sum() == 15 * 29


def test_ground_truth_without_a_mask_is_nowhere_on_the_good_and_missing_on_others(tmp_path: Path) -> None:
    path = make(tmp_path, "a.png") / "a.png"
    mask = Item(path, 0, "good", "test").load_gt_mask()
    assert (mask.shape, mask.any()) == ((20, 29), False)
    with pytest.raises(BadInput, match=r"a\.png: no ground-truth mask belongs to it"):
        Item(path, 1, "dent", "test").load_gt_mask()


@pytest.mark.data
@pytest.mark.parametrize(
    ("name", "normals", "good", "anomalous"),
    [("magnetic_tile", 761, 191, 392), ("screw", 320, 41, 119), ("juice_bottle", 335, 54, 142)],
)
def test_real_data_sets_split_as_their_readme_says(name: str, normals: int, good: int, anomalous: int) -> None:
    if not DATA.is_dir():
        pytest.skip(f"{DATA} is not there")
    dataset = open_dataset(DATA / name)
    assert len(dataset.normals()) == normals
    assert Counter(item.label for item in dataset.test()) == {0: good, 1: anomalous}
    assert all(item.gt_mask for item in dataset.items if item.label == 1)
    item = next(item for item in dataset.items if item.label == 1)
    image = item.load().image
    assert image is not None
    assert item.load_gt_mask().shape == image.shape[:2]
    assert item.load_gt_mask().any()
