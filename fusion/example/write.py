"""Write: render the example products into a folder that opens as MVTec's layout and by its manifests alike."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusion.errors import BadSetting
from fusion.example import fabric, gasket, mannequin
from fusion.example.canvas import Picture
from fusion.files import atomic_folder


class Product(NamedTuple):
    """What can be rendered of a product."""

    render: Callable[[np.random.Generator, int, str | None, float], Picture]  # size, defect, severity
    defects: tuple[str, ...]


PRODUCTS = {
    "gasket": Product(gasket.render, gasket.DEFECTS),
    "fabric": Product(fabric.render, fabric.DEFECTS),
    "mannequin": Product(mannequin.render, mannequin.DEFECTS),
}
SMALLEST, LARGEST = 64, 2048  # pixels a side: below, a fine scratch has no pixel left
TITLE = "# Foil's example data"
README = """{title}

Rendered by Foil (`foil example`), seed {seed}, {size} x {size} pixels; no camera and no downloaded data took part.
Licence: Apache-2.0, as Foil itself.

| product | train, good | test, good | test, of each defect | defects |
|---|---|---|---|---|
{table}

Each product is a folder in MVTec AD's layout: `train/good`, `test/good`, `test/<defect>`, and the defects' pixels in
`ground_truth/<defect>/<name>_mask.png`. Its `manifest.jsonl` says the same, one picture a line, and more: a sentence
on each picture (`text`) and, for the mannequin, its joints (`skeleton`: x, y, confidence in COCO's order).
A mask of a missing or misplaced limb covers where the limb should be and where it is instead.
"""

Counts = tuple[int, int, int]
Progress = Callable[[str, int, int], None]


def render_example(
    folder: Path,
    seed: int = 0,
    per_product: Counts = (60, 12, 6),
    size: int = 320,
    progress: Progress | None = None,
) -> Path:
    """Render three products, each with so many good pictures to train on, to test on, and of each defect; the folder.

    A picture depends on seed, product, split, label, number and size alone. An older example is replaced as a whole.
    """
    _check(folder, seed, per_product, size)
    total = sum(1 for name in PRODUCTS for _ in _planned(name, per_product))
    done = 0
    with atomic_folder(folder) as fresh:
        for name in PRODUCTS:
            rows = []
            for split, label, index in _planned(name, per_product):
                picture = _render(seed, name, split, label, index, size)
                rows.append(_save(fresh / name, split, label, index, picture))
                done += 1
                if progress:
                    progress(f"rendering {name}", done, total)
            lines = "".join(json.dumps(row) + "\n" for row in rows)
            (fresh / name / "manifest.jsonl").write_text(lines, encoding="utf-8")
        (fresh / "README.md").write_text(_readme(seed, per_product, size), encoding="utf-8")
    return folder


def is_example(folder: Path) -> bool:
    """Tell whether a folder was rendered by `render_example`."""
    readme = folder / "README.md"
    return readme.is_file() and readme.read_text(encoding="utf-8", errors="replace").startswith(TITLE)


def samples_to_click(folder: Path) -> list[tuple[Path, str, str]]:
    """Return one good picture and three defects of each product to try first: path, caption, product."""
    if not is_example(folder):
        raise BadSetting(f"{folder}: not a folder of example data; render one with `foil example {folder}`")
    samples = []
    for name in PRODUCTS:
        first: dict[str, tuple[Path, str, str]] = {}
        for line in (folder / name / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["split"] == "test":
                first.setdefault(row["label"], (folder / name / row["path"], row["text"], name))
        samples += list(first.values())[:4]
    return samples


def _check(folder: Path, seed: int, per_product: Counts, size: int) -> None:
    if seed < 0:
        raise BadSetting(f"seed {seed}: expected 0 or more")
    if min(per_product) < 0 or not sum(per_product):
        raise BadSetting(f"counts {per_product}: expected 0 or more of (train good, test good, each defect), not all 0")
    if not SMALLEST <= size <= LARGEST:
        raise BadSetting(f"size {size}: expected {SMALLEST} to {LARGEST} pixels a side")
    held = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
    if held and (not is_example(folder) or held - {"README.md", *PRODUCTS}):
        raise BadSetting(f"{folder}: holds other files, which would be lost; choose a new or an empty folder")


def _planned(name: str, per_product: Counts) -> Iterator[tuple[str, str, int]]:
    """Yield split, label and number of each picture of a product."""
    train, test, defective = per_product
    yield from (("train", "good", index) for index in range(train))
    yield from (("test", "good", index) for index in range(test))
    for defect in PRODUCTS[name].defects:
        yield from (("test", defect, index) for index in range(defective))


def _render(seed: int, name: str, split: str, label: str, index: int, size: int) -> Picture:
    rng = np.random.default_rng([seed, crc32(f"{name}/{split}/{label}".encode()), index])
    severity = (0.8 + index * 0.618034) % 1  # the golden ratio spreads any number evenly; the first is an obvious one
    return PRODUCTS[name].render(rng, size, None if label == "good" else label, severity)


def _save(folder: Path, split: str, label: str, index: int, picture: Picture) -> dict[str, str]:
    """Write a picture and what is known of it, and return its row of the manifest."""
    stem = f"{index:03d}"
    row = {"path": f"{split}/{label}/{stem}.png", "label": label, "split": split, "text": picture.text}
    write_png(folder / row["path"], picture.image)
    if label != "good":
        row["mask"] = f"ground_truth/{label}/{stem}_mask.png"
        write_png(folder / row["mask"], picture.mask.astype(np.uint8) * 255)
    if picture.skeleton is not None:
        row["skeleton"] = f"skeleton/{split}/{label}/{stem}.json"
        joints = [[round(float(x), 2), round(float(y), 2), float(seen)] for x, y, seen in picture.skeleton]
        (folder / row["skeleton"]).parent.mkdir(parents=True, exist_ok=True)
        (folder / row["skeleton"]).write_text(json.dumps(joints) + "\n", encoding="utf-8")
    return row


def write_png(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write a picture, and the folder that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path, compress_level=1)  # sensor noise doesn't compress: more effort saves 2 %


def _readme(seed: int, per_product: Counts, size: int) -> str:
    train, test, defective = per_product
    rows = [
        f"| {name} | {train} | {test} | {defective} | {', '.join(product.defects)} |"
        for name, product in PRODUCTS.items()
    ]
    return README.format(title=TITLE, seed=seed, size=size, table="\n".join(rows))
