"""Check: one pass tells what a data set holds and what would spoil it, and no file stops it."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from fusion.check import DataReport, check
from fusion.dataset import open_dataset


def picture(seed: int, height: int = 60, width: int = 80) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(40, 220, (height, width, 3), np.uint8)


def save(root: Path, name: str, image: Any) -> None:
    (root / name).parent.mkdir(parents=True, exist_ok=True)
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(root / name)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a sound data set: nine good pictures, one with a defect and its mask."""
    for i in range(8):
        save(tmp_path, f"train/good/{i}.png", picture(i))
    save(tmp_path, "test/good/8.png", picture(8, 30, 40)[..., 0])
    save(tmp_path, "test/dent/9.png", picture(9))
    mask = np.zeros((60, 80), np.uint8)
    mask[10:20, 10:20] = 255
    save(tmp_path, "ground_truth/dent/9_mask.png", mask)
    return tmp_path


def found(report: DataReport) -> list[tuple[str, str]]:
    return [(finding.kind, finding.path) for finding in report.findings]


def test_a_sound_data_set_is_counted_and_nothing_is_found(root: Path) -> None:
    report = check(open_dataset(root))
    assert report.counts == {"train": {"good": 8}, "test": {"good": 1, "dent": 1}}
    assert report.sizes == {"smallest": (40, 30), "median": (80, 60), "largest": (80, 60)}
    assert report.distinct_sizes == 2
    assert report.channels == {"colour": 9, "grey": 1}
    assert report.masks == {"present": 1, "missing": 0, "empty": 0, "unusable": 0}
    assert report.ok
    assert report.findings == ()


def test_every_unusable_file_is_a_finding_with_its_reason(root: Path) -> None:
    (root / "train/good/empty.png").touch()
    (root / "train/good/note.png").write_text("call the supplier")
    (root / "train/good/cut.png").write_bytes((root / "train/good/0.png").read_bytes()[:900])
    save(root, "train/good/tiny.png", picture(0, 1, 1))
    report = check(open_dataset(root))
    assert found(report) == [("unusable", f"train/good/{name}.png") for name in ("cut", "empty", "note", "tiny")]
    reasons = [finding.reason for finding in report.findings]
    for reason, words in zip(reasons, ("damaged or cut off", "0 bytes", "call the supplier", "1 x 1 px"), strict=True):
        assert words in reason
    assert not report.ok


def test_copies_leaks_and_contradictions_are_found_by_their_pixels(root: Path) -> None:
    save(root, "train/good/copy.bmp", picture(0))
    save(root, "test/good/leak.tiff", picture(1))
    save(root, "test/dent/contradiction.png", picture(2))
    report = check(open_dataset(root))
    kinds = dict(found(report))
    assert kinds["copy"] == "train/good/copy.bmp"
    assert kinds["leak"] == "test/good/leak.tiff"
    assert kinds["contradiction"] == "test/dent/contradiction.png"
    leak = next(finding for finding in report.findings if finding.kind == "leak")
    assert leak.reason == "the same picture as train/good/1.png"


def test_masks_that_do_not_fit_are_found(root: Path) -> None:
    for name, size in (("empty", (60, 80)), ("turned", (80, 60))):
        save(root, f"test/dent/{name}.png", picture(len(name) + 20))
        save(root, f"ground_truth/dent/{name}.png", np.zeros(size, np.uint8))
    save(root, "test/dent/without.png", picture(40))
    save(root, "ground_truth/good/8.png", np.full((30, 40), 255, np.uint8))
    report = check(open_dataset(root))
    assert report.masks == {"present": 1, "missing": 1, "empty": 1, "unusable": 1}
    reasons = {Path(finding.path).stem: finding.reason for finding in report.findings if finding.kind == "mask"}
    assert reasons.keys() == {"empty", "turned", "without", "8"}
    assert reasons["empty"] == "its mask marks nothing"
    assert "the mask is 60 x 80 px, its picture 80 x 60 px" in reasons["turned"]
    assert reasons["8"] == "good, but its mask marks a defect"


def test_without_any_masks_their_absence_is_counted_not_lamented(root: Path) -> None:
    (root / "ground_truth/dent/9_mask.png").unlink()
    report = check(open_dataset(root))
    assert report.masks["missing"] == 1
    assert report.ok


def test_dark_and_blurred_pictures_stand_out(root: Path) -> None:
    save(root, "train/good/dark.png", picture(30) // 20)
    save(root, "train/good/blurred.png", Image.fromarray(picture(31)).filter(ImageFilter.GaussianBlur(3)))
    save(root, "train/good/softer.png", Image.fromarray(picture(32)).filter(ImageFilter.GaussianBlur(0.5)))
    assert found(check(open_dataset(root))) == [("blurred", "train/good/blurred.png"), ("dark", "train/good/dark.png")]


def test_progress_counts_every_item(root: Path) -> None:
    (root / "train/good/empty.png").touch()
    calls: list[Sequence[int]] = []
    check(open_dataset(root), lambda *call: calls.append(call))
    assert calls == [(number, 11) for number in range(1, 12)]


def test_the_report_is_readable_by_people_and_machines(root: Path) -> None:
    for i in range(7):
        (root / f"train/good/empty{i}.png").touch()
    report = check(open_dataset(root))
    lines = report.lines()
    assert lines[:6] == [
        f"{root.name}: 17 pictures in {root}",
        "train: 15 good",
        "test: 1 dent, 1 good",
        "size: smallest 40 x 30, median 80 x 60, largest 80 x 60 px; 2 different",
        "channels: 9 colour, 1 grey",
        "masks of the anomalous: 1 present",
    ]
    assert lines[6] == "7 can't be used:"
    assert lines[-1] == "  and 2 more"
    data = json.loads(report.to_json())
    assert data["counts"] == report.counts
    assert len(data["findings"]) == 7


def test_nothing_readable_still_makes_a_report(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("no picture")
    report = check(open_dataset(tmp_path))
    assert found(report) == [("unusable", "a.png")]
    assert report.lines()[-1].startswith("  a.png: ")


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path: Path) -> None:
    import tracemalloc

    for i in range(12):
        save(tmp_path, f"{i}.png", picture(i, 300, 400))
    dataset = open_dataset(tmp_path)
    check(dataset)  # whatever is loaded once
    tracemalloc.start()
    check(dataset)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 12 * 300 * 400 * 3
