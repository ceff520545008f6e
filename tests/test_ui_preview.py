"""Painted defects shown before a fit: one of each kind, as training paints them, and each file says what it is."""

from pathlib import Path

import gradio as gr
import numpy as np
import pytest
from PIL import Image

from apps.ui.frame import Frame
from apps.ui.models import Models
from apps.ui.preview_part import Painted, PreviewPart, paint
from apps.ui.shelf import Shelf
from assistant.page import GENERATED
from assistant.previewing import SIDE, previews
from fusion.dataset import open_dataset
from fusion.errors import BadData
from fusion.synthesis import KINDS, synthesise


@pytest.fixture
def good(tmp_path: Path) -> list[str]:
    """Return good pictures of cloth; the third of them is larger than what is shown."""
    rng, files = np.random.default_rng(0), []
    for number in range(4):
        side = 2 * SIDE if number == 2 else 96
        grain = rng.integers(100, 140, (side, side, 3), np.uint8)
        files.append(tmp_path / "good" / f"part{number}.png")
        files[-1].parent.mkdir(exist_ok=True)
        Image.fromarray(grain).save(files[-1])
    return [str(file) for file in files]


def test_every_kind_is_painted_once_and_each_file_says_that_it_is_generated(good: list[str], tmp_path: Path) -> None:
    done: list[int] = []
    painted = paint(good, 0, Shelf(tmp_path / "shelf"), lambda said, at, of: done.append(at))
    assert [kind for _, kind in painted.shown] == list(KINDS)
    assert done == list(range(len(KINDS) + 1))
    sizes = set()
    for path, _ in painted.shown:
        assert Path(path).name.startswith("generated-")
        with Image.open(path) as shown:
            assert shown.info["Title"] == "Generated: a defect painted on a photograph"
            assert shown.info["DigitalSourceType"] == GENERATED
            assert shown.info["Seed"] == "0"
            sizes.add(shown.width)
    assert sizes == {96, SIDE}, "a large picture is shrunk"


def test_it_is_the_painting_that_training_has(good: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, int]] = []

    def spied(picture: np.ndarray, rng: np.random.Generator, kind: str, part: None, others: list[np.ndarray]) -> object:
        asked.append((kind, len(others)))
        return synthesise(picture, rng, kind, part, others=others)

    monkeypatch.setattr("fusion.synthesis.synthesise", spied)
    assert len(list(previews(open_dataset(Path(good[0]).parent).normals(), 0))) == len(KINDS)
    assert [kind for kind, _ in asked] == list(KINDS)
    assert {count for _, count in asked} == {0, 2}, "a piece is borrowed from another picture of the same shape only"


def test_another_seed_paints_others_and_the_same_one_the_same(good: list[str], tmp_path: Path) -> None:
    first, again, other = (paint(good, seed, Shelf(tmp_path / "shelf")) for seed in (0, 0, 1))
    assert first == again
    assert not {Path(path).read_bytes() for path, _ in first.shown} & {
        Path(path).read_bytes() for path, _ in other.shown
    }


def test_what_cannot_be_read_is_passed_over_and_where_nothing_can_it_is_said(good: list[str], tmp_path: Path) -> None:
    for file in good[:3]:
        Path(file).write_text("hello")
    painted = paint(good, 0, Shelf(tmp_path / "shelf"))
    assert {Path(path).stem.rpartition("-on-")[2] for path, _ in painted.shown} == {"part3"}
    Path(good[3]).write_text("hello")
    with pytest.raises(BadData, match=r"^none of 1 pictures can be painted on; the first problem: .*this is a text"):
        paint(good, 0, Shelf(tmp_path / "shelf"))


def test_what_is_shown_speaks_both_languages_and_forgets_other_files(tmp_path: Path) -> None:
    with gr.Blocks():
        part = PreviewPart(Frame(Models(), Shelf(tmp_path / "shelf")))
    painted = Painted(("a.png",), 4, (("x.png", "scratch"), ("y.png", "hole")))
    gallery, said, button = part.told_of(["a.png"], painted, "zh")
    assert (gallery["value"], gallery["visible"]) == ([("x.png", "划痕"), ("y.png", "孔洞")], True)
    assert "并非真实：这 2 处缺陷" in said
    assert "种子 4" in said
    assert button["value"] == "换一批"
    gallery, said, button = part.told_of(["b.png"], painted, "en")
    assert (gallery["value"], gallery["visible"], button["value"]) == (None, False, "Paint")
    assert "Press the button" in said
    assert "Give good pictures above" in part.told_of(None, painted, "en")[1]
