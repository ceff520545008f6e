"""The example data set: small, honest and the same every time."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fusion.dataset import open_dataset
from fusion.errors import BadSetting
from fusion.example.trained import FOLDER, example_settings
from fusion.example.write import PRODUCTS, is_example, render_example, samples_to_click
from fusion.item import Item
from fusion.layouts import mvtec
from fusion.learning.weights import read_weights
from fusion.modality.skeleton import read_skeleton

COUNTS, SIZE = (3, 1, 2), 96
NAMED = {  # the word that gives the defect away in its caption
    "scratch": "scratch",
    "chip": "chipped",
    "blocked_hole": "blocked",
    "stain": "stain",
    "hole": "hole",
    "pulled_thread": "thread",
    "foreign_fibre": "fibre",
    "missing_limb": "missing",
    "wrong_pose": "too",
    "crack": "crack",
    "paint": "paint",
}


def rows_of(folder: Path, product: str) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / product / "manifest.jsonl").read_text().splitlines()]


def pixels(path: Path) -> np.ndarray:
    return np.asarray(Image.open(path))


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return render_example(tmp_path_factory.mktemp("data") / "example", per_product=COUNTS, size=SIZE)


@pytest.mark.parametrize("product", PRODUCTS)
def test_layout_and_manifest_name_the_same_pictures(example: Path, product: str) -> None:
    rows = rows_of(example, product)
    on_disk = {str(path.relative_to(example / product)) for path in (example / product).glob("t*/*/*.png")}
    masks = {str(path.relative_to(example / product)) for path in (example / product).glob("ground_truth/*/*.png")}
    assert {row["path"] for row in rows} == on_disk
    assert {row["mask"] for row in rows if "mask" in row} == masks
    assert all(row["path"].startswith(f"{row['split']}/{row['label']}/") for row in rows)
    counts = Counter((row["split"], row["label"]) for row in rows)
    defects = {("test", defect): COUNTS[2] for defect in PRODUCTS[product].defects}
    assert counts == {("train", "good"): COUNTS[0], ("test", "good"): COUNTS[1]} | defects


@pytest.mark.parametrize("product", PRODUCTS)
def test_a_product_opens_by_its_manifest_and_by_its_folders_with_the_same_pictures_labels_and_masks(
    example: Path, product: str
) -> None:
    def seen(items: Sequence[Item]) -> set[tuple[object, ...]]:
        return {(item.path, item.label, item.defect, item.split, item.gt_mask) for item in items}

    dataset = open_dataset(example / product)
    assert seen(dataset.items) == seen(mvtec(example / product))
    assert len(dataset.normals()) == COUNTS[0]
    assert all(item.text and item.load().image is not None for item in dataset.items)


@pytest.mark.parametrize("product", PRODUCTS)
def test_exactly_the_defects_have_masks_of_part_of_their_picture(example: Path, product: str) -> None:
    for row in rows_of(example, product):
        assert pixels(example / product / row["path"]).shape == (SIZE, SIZE, 3)
        assert ("mask" in row) == (row["label"] != "good")
        if "mask" in row:
            mask = pixels(example / product / row["mask"])
            assert mask.shape == (SIZE, SIZE)
            assert set(np.unique(mask)) == {0, 255}
            assert (mask > 0).mean() < 0.15


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_good_picture_has_an_empty_mask_and_a_finest_defect_does_not(name: str) -> None:
    product = PRODUCTS[name]
    assert not product.render(np.random.default_rng(1), SIZE, None, 0.0).mask.any()
    for defect in product.defects:
        for seed in range(3):
            assert product.render(np.random.default_rng(seed), SIZE, defect, 0.0).mask.any(), (defect, seed)


@pytest.mark.parametrize("name", PRODUCTS)
def test_a_defect_changes_its_sound_twin_where_its_mask_is_and_hardly_elsewhere(name: str) -> None:
    for defect in PRODUCTS[name].defects:
        for severity in (0.0, 0.9):
            picture = PRODUCTS[name].render(np.random.default_rng(5), SIZE, defect, severity)
            sound = PRODUCTS[name].render(np.random.default_rng(5), SIZE, None, severity)
            change = np.abs(picture.image.astype(float) - sound.image).mean(axis=2)
            assert change[picture.mask].mean() > max(4, 8 * change[~picture.mask].mean()), (defect, severity)


@pytest.mark.parametrize("product", PRODUCTS)
def test_captions_are_sentences_that_name_the_defect(example: Path, product: str) -> None:
    for row in rows_of(example, product):
        assert row["text"][0].isupper()
        assert row["text"].endswith(".")
        expected = "without defects" if row["label"] == "good" else NAMED[row["label"]]
        assert expected in row["text"]


def test_a_caption_says_where_the_mask_is() -> None:
    for seed in range(12):
        picture = PRODUCTS["gasket"].render(np.random.default_rng(seed), SIZE, "chip", 0.5)
        rows, columns = np.nonzero(picture.mask)
        x, y = columns.mean() / SIZE - 0.5, rows.mean() / SIZE - 0.5
        assert ("left" in picture.text, "right" in picture.text) in {(x < 0, False), (False, x > 0), (False, False)}
        assert not ("upper" in picture.text or "top" in picture.text) or y < 0
        assert not ("lower" in picture.text or "bottom" in picture.text) or y > 0


def test_only_the_mannequin_has_skeletons_and_they_lie_in_the_picture(example: Path) -> None:
    assert not any("skeleton" in row for product in ("gasket", "fabric") for row in rows_of(example, product))
    for row in rows_of(example, "mannequin"):
        joints = read_skeleton(example / "mannequin" / row["skeleton"], size=(SIZE, SIZE))
        assert joints.shape == (17, 3)
        assert (joints[:, 2] == 1).all() or row["label"] == "missing_limb"


def test_a_joint_lies_on_the_figure_and_a_missing_one_is_zero() -> None:
    whole = PRODUCTS["mannequin"].render(np.random.default_rng(3), SIZE, None, 0.0)
    lacking = PRODUCTS["mannequin"].render(np.random.default_rng(3), SIZE, "missing_limb", 0.5)
    assert whole.skeleton is not None
    assert lacking.skeleton is not None
    wood = whole.image[..., 0] > 1.2 * whole.image[..., 2]  # brown before grey
    x, y = whole.skeleton[:, :2].astype(int).T
    assert wood[y, x].all()
    gone = lacking.skeleton[:, 2] == 0
    assert gone.sum() == 1
    assert not lacking.skeleton[gone].any()


def test_a_turned_limb_moves_its_joints_out_of_the_normals_range() -> None:
    render = PRODUCTS["mannequin"].render
    normals = np.stack([np.asarray(render(np.random.default_rng(k), SIZE, None, 0.0).skeleton) for k in range(12)])
    wrong = np.asarray(render(np.random.default_rng(50), SIZE, "wrong_pose", 0.0).skeleton)
    away = np.linalg.norm(wrong[:, :2] - normals[..., :2].mean(axis=0), axis=1)
    assert away.max() > 2 * np.linalg.norm(normals[..., :2] - normals[..., :2].mean(axis=0), axis=2).max()


@pytest.mark.parametrize("product", PRODUCTS)
def test_normals_differ_from_each_other(example: Path, product: str) -> None:
    first, second, third = (pixels(path).astype(float) for path in sorted((example / product / "train/good").iterdir()))
    assert min(np.abs(a - b).mean() for a, b in ((first, second), (second, third), (third, first))) > 3


def test_the_same_seed_gives_the_same_bytes_and_a_picture_does_not_depend_on_its_neighbours(
    example: Path, tmp_path: Path
) -> None:
    fewer = content(render_example(tmp_path / "again", per_product=(1, 1, 1), size=SIZE))
    all_of_it = content(example)
    pictures = {name for name in fewer if name.endswith((".png", "0.json"))}
    assert len(pictures) == 3 * (1 + 1 + 4 + 4) + 6
    assert all(fewer[name] == all_of_it[name] for name in pictures)


def test_another_seed_gives_other_pictures(example: Path, tmp_path: Path) -> None:
    other = render_example(tmp_path / "other", seed=1, per_product=(1, 0, 0), size=SIZE)
    name = "gasket/train/good/000.png"
    assert (other / name).read_bytes() != (example / name).read_bytes()


def test_progress_counts_to_the_end(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    render_example(tmp_path / "x", per_product=(1, 0, 0), size=64, progress=lambda *step: seen.append(step))
    assert seen == [("rendering gasket", 1, 3), ("rendering fabric", 2, 3), ("rendering mannequin", 3, 3)]


def test_an_interrupted_rendering_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(stage: str, done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        render_example(tmp_path / "x", per_product=(1, 0, 0), size=64, progress=stop)
    assert not list(tmp_path.iterdir())


def test_a_folder_of_other_files_is_left_alone_and_an_older_example_replaced(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "thesis.txt").write_text("irreplaceable")
    with pytest.raises(BadSetting, match="theirs: holds other files"):
        render_example(theirs)
    assert (theirs / "thesis.txt").read_text() == "irreplaceable"
    older = render_example(tmp_path / "x", per_product=(2, 0, 0), size=64)
    render_example(older, per_product=(1, 0, 0), size=64)
    assert len(list((older / "gasket/train/good").iterdir())) == 1
    (older / "notes.txt").write_text("mine")
    with pytest.raises(BadSetting, match="holds other files"):
        render_example(older, per_product=(1, 0, 0), size=64)


@pytest.mark.parametrize(
    ("setting", "says"),
    [({"seed": -1}, "seed -1"), ({"per_product": (1, -1, 0)}, "counts"), ({"size": 8}, "size 8: expected 64")],
)
def test_a_setting_without_sense_is_refused(tmp_path: Path, setting: dict[str, int], says: str) -> None:
    with pytest.raises(BadSetting, match=says):
        render_example(tmp_path / "x", **setting)
    assert not list(tmp_path.iterdir())


def test_samples_to_click_are_one_good_and_three_defects_of_each_product(example: Path) -> None:
    samples = samples_to_click(example)
    assert [product for _, _, product in samples] == [product for product in PRODUCTS for _ in range(4)]
    assert [path.parent.name == "good" for path, _, _ in samples] == [True, False, False, False] * 3
    assert all(path.is_file() and text.endswith(".") for path, text, _ in samples)
    assert len({path.parent for path, _, _ in samples}) == len(samples)


def test_samples_of_another_folder_are_refused(tmp_path: Path) -> None:
    assert not is_example(tmp_path)
    with pytest.raises(BadSetting, match="not a folder of example data"):
        samples_to_click(tmp_path)


def test_the_readme_says_where_it_comes_from(example: Path) -> None:
    readme = (example / "README.md").read_text()
    assert "Rendered by Foil" in readme
    assert "Apache-2.0" in readme
    assert "| mannequin | 3 | 1 | 2 | missing_limb, wrong_pose, crack, paint |" in readme


def test_shipped_weights_are_small_readable_and_named_after_a_product() -> None:
    files = list(FOLDER.glob("*.safetensors"))
    assert files
    assert {file.stem for file in files} < set(PRODUCTS)
    assert sum(file.stat().st_size for file in files) <= 8_000_000
    for file in files:
        weights = read_weights(file)
        assert weights.size == "tiny"
        assert weights.seen
        assert example_settings(file.stem) == {"method": "neural", "weights": str(file)}
    assert example_settings("fabric") == {}
