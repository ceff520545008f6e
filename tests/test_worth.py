"""What painted defects are worth: who learns from what, and that what is tested on is never learnt from."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from record_cases import foil
from safetensors.torch import save_file

from assistant.worth import OWN, Bench, Worth, prepared, split, worth
from assistant.worth_table import markdown
from fusion.dataset import Dataset, open_dataset
from fusion.errors import BadData, BadModel, BadSetting
from fusion.example import write
from fusion.example.trained import FOLDER
from fusion.example.write import render_example
from fusion.item import Item
from fusion.painting.denoiser import PainterConfig, PictureDenoiser
from fusion.representation.frame import Frame, FrameConfig
from fusion.segmenter import PLAIN, Lesson, Seen, Segmenter

SETTINGS = {"method": "gaussian", "backbone": "none"}
FEW, BOTH, DRAWN = "a few real ones", "the few and drawn", "drawn alone"
SIDE = 100  # px of a picture of 10 x 10 cells


@pytest.fixture(scope="module")
def gasket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(write, "PRODUCTS", {"gasket": write.PRODUCTS["gasket"]})
        return render_example(tmp_path_factory.mktemp("shop"), per_product=(30, 4, 3), size=96) / "gasket"


@pytest.fixture(scope="module")
def coarse() -> Iterator[None]:
    """Fit on a grid of fewer cells in fewer folds: seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("fusion.representation.frame.CELLS", 100)
        patch.setattr("fusion.fitting.FOLDS", 3)
        yield


@pytest.fixture(scope="module")
def bench(gasket: Path, coarse: None) -> Bench:
    return prepared(open_dataset(gasket), SETTINGS, None)


def picture(seed: int, *strange: int) -> Seen:
    """Return 10 x 10 cells of N(0, I); of a strange one the second token is 4 sigma off, up or down by the cell."""
    tokens = np.random.default_rng(seed).normal(size=(100, 5)).astype(np.float16)
    for cell in strange:
        tokens[cell, 1] += 4 * (-1) ** cell
    frame = Frame(FrameConfig((10, 10), 10))
    return Seen(tokens, np.zeros((10, 10), np.float32), frame, np.eye(2, 3), (SIDE, SIDE))


def square(cell: int, width: int = 10) -> NDArray[np.bool_]:
    """Return a mask of the middle of a cell, (100, 100)."""
    y, x = (10 * at + 5 - width // 2 for at in divmod(cell, 10))
    mask = np.zeros((SIDE, SIDE), bool)
    mask[y : y + width, x : x + width] = True
    return mask


def test_a_segmenter_finds_what_it_was_taught_darker_or_brighter() -> None:
    taught = [Lesson(picture(cell, cell), square(cell)) for cell in range(20, 80)]
    segmenter = Segmenter.taught([*taught, *(Lesson(picture(seed)) for seed in range(100, 120))])
    found = [int(segmenter(picture(1000 + cell, cell)).argmax()) for cell in range(22, 28)]
    assert [abs(one - cell) in (0, 1, 10) for one, cell in zip(found, range(22, 28), strict=True)].count(True) >= 5
    assert segmenter(picture(1, 44)).shape == (10, 10)


def test_the_smallest_defect_has_a_cell_and_what_it_half_covers_teaches_nothing() -> None:
    defect, plain = Lesson(picture(0), square(33, width=2)).cells(np.random.default_rng(0))
    assert defect.tolist() == [33]
    assert 33 not in plain
    wide = square(33) | square(34, width=4)
    defect, plain = Lesson(picture(0), wide).cells(np.random.default_rng(0))
    assert defect.tolist() == [33]
    assert 34 not in plain
    assert len(Lesson(picture(0)).cells(np.random.default_rng(0))[1]) == PLAIN


def test_a_third_of_each_type_of_known_place_is_learnt_from() -> None:
    items = [Item(Path(f"{kind}{n}.png"), 1, kind, "test") for kind in ("crack", "stain") for n in range(6)]
    unmasked = items[0]
    drawn = [split(items, set(items) - {unmasked}, seed) for seed in range(20)]
    for few, rest in drawn:
        assert [item.defect for item in few] == ["crack"] * 2 + ["stain"] * 2
        assert set(few) | set(rest) == set(items)
        assert len(few) + len(rest) == len(items)
        assert unmasked in rest
    assert len({tuple(few) for few, _ in drawn}) > 10


def test_the_good_parts_that_teach_were_not_fitted_on(bench: Bench) -> None:
    assert len(bench.good) == 6
    assert bench.detector.card["n_statistics"] == 24


def test_no_defect_that_is_tested_on_is_learnt_from(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[list[Lesson]] = []
    taught = Segmenter.taught

    def spy(lessons: list[Lesson], seed: int) -> Segmenter:
        given.append(list(lessons))
        return taught(lessons, seed)

    monkeypatch.setattr(Segmenter, "taught", spy)
    found = worth(bench, 9, 0, ["drawing"])
    few, rest = split(bench.defective, bench.placed, 0)
    tested = [bench.seen[item] for item in rest] + [bench.seen[item] for item in bench.seen if item.split == "test"]
    tested = [seen for seen in tested if seen not in [bench.seen[item] for item in few]]
    assert [one.learnt_from for one in found] == [OWN, FEW, BOTH, DRAWN]
    assert [one.defects for one in found] == [0, len(few), len(few) + found[3].defects, found[3].defects]
    assert found[3].defects >= 5
    assert not [lesson for lessons in given for lesson in lessons if lesson.seen in tested]
    assert all(0 <= value <= 1 for one in found for value in (one.pixel_ap, one.aupro, one.auroc))


def test_the_same_seed_measures_the_same_and_another_one_draws_anew(bench: Bench) -> None:
    one, again, other = (worth(bench, 9, seed, ["drawing"]) for seed in (1, 1, 2))
    assert one == again
    assert [row.pixel_ap for row in one] != [row.pixel_ap for row in other]


def test_the_table_tells_the_mean_and_each_seed() -> None:
    found = [Worth("plates", FEW, seed, 7, ap, 0.5, 1.0) for seed, ap in enumerate((0.2, 0.4))]
    assert markdown(found).splitlines()[-1] == (
        "| plates | a few real ones | 7 | 30.0 [20.0, 40.0] | 50.0 [50.0, 50.0] | 100.0 [100.0, 100.0] |"
    )


def test_what_cannot_be_measured_is_a_sentence_before_any_fit(gasket: Path) -> None:
    data = open_dataset(gasket)
    unmarked = Dataset(data.root, data.name, tuple(item for item in data.items if not item.gt_mask))
    with pytest.raises(BadData, match="0 defects can be learnt from"):
        prepared(unmarked, SETTINGS, None)
    with pytest.raises(BadSetting, match="not by neural"):
        prepared(data, {"method": "neural"}, None)
    with pytest.raises(BadModel, match="no painter came with these weights"):
        prepared(data, SETTINGS, FOLDER / "mannequin.safetensors")


def test_options_that_would_say_nothing_are_refused(gasket: Path) -> None:
    file = FOLDER / "mannequin.safetensors"
    assert "--weights is for --synthesis" in foil("bench", gasket, "--weights", file, code=2).stderr
    both = ("--synthesis", "9", "--explanations", "9")
    assert "--explanations and --synthesis: one of them" in foil("bench", gasket, *both, code=2).stderr
    assert "leave out --json" in foil("bench", gasket, "--synthesis", "9", "--json", "rows.jsonl", code=2).stderr
    told = foil("bench", gasket, gasket, "--synthesis", "9", "--weights", file, code=2).stderr
    assert "weights are of one product" in told


@pytest.mark.slow
def test_the_door_judges_a_painter_beside_what_is_drawn(gasket: Path, coarse: None, tmp_path: Path) -> None:
    file = tmp_path / "weights.safetensors"
    write_painter(file)
    told = foil("bench", gasket, "--synthesis", "9", "--backbone", "none", "--weights", file).output
    for name in (OWN, FEW, BOTH, DRAWN, "the few and the model's", "the model's alone"):
        assert f"| gasket | {name} |" in told
    assert "no detector that Foil ships" in told


def write_painter(path: Path) -> None:
    """Write weights with a painter whose network says something, though nothing sensible."""
    config = PainterConfig(width=48, depth=1)
    torch.manual_seed(0)
    denoiser = PictureDenoiser(config)
    with torch.no_grad():
        for weight in denoiser.parameters():
            weight.add_(0.05 * torch.randn(weight.shape))
    card = {"network": {}, "painter": {"helped": True}, "painter_config": vars(config), "format": 2}
    tensors = {f"painter.{key}": value.half().contiguous() for key, value in denoiser.state_dict().items()}
    save_file(tensors, path, {"card": json.dumps(card)})
