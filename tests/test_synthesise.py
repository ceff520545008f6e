"""Defects from words: which kind, where, what the files say of themselves, and how sure the normal version is."""

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from conftest import Plate
from core_cases import plate as draw
from core_cases import quick_fit, same, write_goods
from fake_detector import FakeDetector
from numpy.typing import NDArray
from PIL import Image
from typer.testing import CliRunner, Result

from apps.cli import app
from assistant import library
from assistant.inspection import Failure, inspect
from assistant.page import GENERATED, write_page
from assistant.synthesising import SAMPLERS, Painting, Wish, synthesise, synthesise_paths, write_folder
from fusion.dataset import open_dataset
from fusion.detector import Detector
from fusion.errors import BadData, BadInput, BadSetting
from fusion.modality.text import TextEncoder
from fusion.painter import Painter
from fusion.painting.denoiser import PainterConfig, PictureDenoiser
from fusion.picture import PictureMemory
from fusion.region import field
from fusion.sample import Sample
from fusion.synthesis import KINDS, SYNONYMS
from fusion.synthesis.asked import drawing_of, kind_of

PAINTER = FakeDetector("painter", card={"network": {}})


def no_encoder(texts: Sequence[str]) -> NDArray[np.float32]:
    raise AssertionError(f"{texts} needed no embedding")


def foil(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "100"})
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def painter(fake_core: None) -> None:
    library.save(PAINTER, "painter")


def texts_of(path: Path) -> dict[str, str]:
    with Image.open(path) as picture:
        return dict(picture.text)  # type: ignore[attr-defined]


def disc(side: int = 120) -> NDArray[np.bool_]:
    y, x = np.mgrid[:side, :side]
    return (x - 80) ** 2 + (y - 40) ** 2 < 30**2


# --- what words ask for -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_for_a_kind_means_it_alone_and_in_a_phrase(kind: str) -> None:
    for word in SYNONYMS[kind]:
        assert kind_of(word, no_encoder) == kind
        assert kind_of(f"A small dark {word} on the rim", no_encoder) == kind


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("several deep scratches", "scratch"),
        ("a rough stain", "stain"),
        ("a stain on the rough side", "stain"),
        ("a part is missing in the upper left", "missing part"),
        ("a part is in the wrong position", "misplaced part"),
        ("a broken-off corner, dirty", "chip"),
        ("a cloth with holes", "hole"),
    ],
)
def test_the_thing_that_is_named_decides_and_not_what_is_said_of_it(words: str, kind: str) -> None:
    assert kind_of(words, no_encoder) == kind


def test_words_that_name_no_kind_mean_the_one_they_are_most_like() -> None:
    def encode(texts: Sequence[str]) -> NDArray[np.float32]:
        return np.array([[1, 0] if text in ("corrosion", "rust") else [0, 1] for text in texts], np.float32)

    assert kind_of("corrosion", encode) == "stain"


@pytest.mark.parametrize("place", ["upper_left", "lower", "right", "centre"])
@pytest.mark.parametrize("kind", ["scratch", "stain", "hole"])
def test_a_shape_lies_on_the_part_in_the_place_of_its_box_that_is_named(kind: str, place: str) -> None:
    picture = np.random.default_rng(0).integers(90, 130, (120, 120, 3)).astype(np.uint8)
    part = disc()
    seam = cv2.dilate(part.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    box = np.zeros_like(part)
    box[11:70, 51:110] = field(place, (59, 59)) > 0
    for seed in range(5):
        _, mask = drawing_of(picture, part, kind, "", place, np.random.default_rng(seed))
        assert mask.any()
        assert not (mask & ~seam).any()
        assert (mask & box).sum() >= 0.85 * mask.sum()


def test_the_edge_is_the_parts_own_and_what_breaks_off_there_is_not_made_small_by_it() -> None:
    picture = np.where(disc()[..., None], np.uint8(150), np.uint8(20)).repeat(3, axis=-1)

    def drawn(kind: str, place: str) -> list[NDArray[np.bool_]]:
        rngs = [np.random.default_rng(seed) for seed in range(6)]
        return [drawing_of(picture, disc(), kind, "large", place, rng)[1] for rng in rngs]

    y, x = np.mgrid[:120, :120]
    for mask in drawn("stain", "edge"):
        assert np.hypot(x - 80, y - 40)[mask].min() > 15
    anywhere = np.mean([mask.sum() for mask in drawn("chip", "")])
    assert np.mean([mask.sum() for mask in drawn("chip", "edge")]) == anywhere
    assert np.mean([mask.sum() for mask in drawn("chip", "upper_right")]) > 0.3 * anywhere


def test_large_is_larger_than_small_and_a_large_picture_gets_a_large_shape() -> None:
    picture = np.full((300, 300, 3), 120, np.uint8)

    def area(words: str, scale: int = 1) -> float:
        large = picture.repeat(scale, 0).repeat(scale, 1)
        part = np.ones(large.shape[:2], bool)
        return float(
            np.mean([drawing_of(large, part, "stain", words, "", np.random.default_rng(s))[1].mean() for s in range(6)])
        )

    assert area("a small stain") < area("a stain") < area("a large stain")
    assert area("a stain", 4) == pytest.approx(area("a stain"), rel=0.7)


def test_a_place_where_nothing_of_the_part_lies_is_refused() -> None:
    y, x = np.mgrid[:200, :200]
    ring = np.abs(np.hypot(x - 100, y - 100) - 90) < 5
    with pytest.raises(BadInput, match="at its centre"):
        drawing_of(np.zeros((200, 200, 3), np.uint8), ring, "stain", "", "centre", np.random.default_rng(0))


@pytest.mark.parametrize("tone", ["dark", "bright", "red"])
def test_a_drawing_has_the_tone_that_is_asked_for(tone: str) -> None:
    y, x = np.mgrid[:160, :160]
    picture = np.stack([100 + x / 4, 100 + y / 4, 120 + 0 * x], axis=-1).astype(np.uint8)
    part, changes = np.ones((160, 160), bool), []
    for seed in range(6):
        made, mask = drawing_of(picture, part, "stain", f"a large {tone} stain", "", np.random.default_rng(seed))
        changes.append((made.astype(float) - picture)[mask].mean(axis=0))
    light, red = np.mean(changes, axis=1), np.array([change[0] - change[1:].mean() for change in changes])
    assert {"dark": (light < 0), "bright": (light > 0), "red": (red > 0)}[tone].sum() >= 5


def test_any_model_draws_inside_a_mask_and_the_mask_is_what_changed() -> None:
    image = draw(3).image
    where = np.zeros(image.shape[:2], np.float32)
    where[20:60, 30:80] = 1
    (made,) = synthesise(Sample(image=image, mask=where), FakeDetector("plain"), Wish("a dark hole", seed=4))
    assert made.mask.any()
    assert not made.mask[where == 0].any()
    assert made.shown > 0.5
    near = cv2.dilate(made.mask.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    assert (made.image[~near] == image[~near]).all()
    assert made.to_json()["by"] == "drawing"
    assert "sampler" not in made.to_json()
    with pytest.raises(BadInput, match="is empty"):
        next(synthesise(Sample(image=image, mask=0 * where), FakeDetector("plain"), Wish("a dark hole")))


# --- paintings ----------------------------------------------------------------------------------------------------


def test_a_painting_keeps_to_its_mask_and_the_seed_decides_it(plate: Plate) -> None:
    image = np.asarray(Image.open(plate("a.png")).convert("RGB"))
    first, second = synthesise(Sample(image=image), PAINTER, Wish("a large stain", count=2, seed=5, by="model"))
    (again,) = synthesise(Sample(image=image), PAINTER, Wish("a large stain", seed=6, by="model"))
    assert (first.seed, second.seed) == (5, 6)
    assert (second.mask == again.mask).all()
    assert (second.image == again.image).all()
    assert (first.mask != second.mask).any()
    assert (first.image[~first.mask] == image[~first.mask]).all()
    assert first.drawn
    assert first.kind == "stain"
    assert first.shown == 1
    rows, columns = np.nonzero(first.mask)
    assert first.bbox == (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)


def test_pictures_of_a_folder_get_their_defects_at_places_of_their_own(plate: Plate, tmp_path: Path) -> None:
    for number in range(3):
        plate(f"line/{number}.png", spot=120 + number)
    found = [one for one in synthesise_paths(tmp_path / "line", PAINTER, Wish("a stain")) if isinstance(one, Painting)]
    assert len({one.mask.tobytes() for one in found}) == 3


def test_what_is_not_from_the_models_world_is_not_painted_on(plate: Plate) -> None:
    (refused,) = synthesise_paths(plate("dark.png", spot=0, level=0), PAINTER, Wish("a stain"))
    assert isinstance(refused, Failure)
    assert "lens cap" in refused.reason


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"text": "upper left"}, "names no defect"),
        ({"text": "no scratch"}, "names no defect"),
        ({"text": " "}, "names no defect"),
        ({"text": "a stain", "steps": 51}, "steps 51: expected 1 to 50"),
        ({"text": "a stain", "count": 0}, "count 0"),
        ({"text": "a stain", "strength": float("nan")}, "strength nan"),
        ({"text": "a stain", "sampler": "heun"}, "ddim or dpm"),
        ({"text": "a stain", "by": "hand"}, "drawing or model"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_before_any_picture_is_read(options: dict[str, object], why: str) -> None:
    with pytest.raises(BadSetting, match=re.escape(why)):
        Wish(**options)  # type: ignore[arg-type]


def test_words_in_letters_that_nobody_reads_are_refused() -> None:
    with pytest.raises(BadInput, match="Cyrillic"):
        Wish("царапина")


def test_a_folder_of_nothing_is_not_written(plate: Plate, tmp_path: Path) -> None:
    refused = synthesise_paths(plate("dark.png", spot=0, level=0), PAINTER, Wish("a stain"))
    with pytest.raises(BadData, match="nothing could be painted"):
        list(write_folder(refused, tmp_path / "out"))
    assert not list(tmp_path.glob("*out*")) + list(tmp_path.glob(".*out*"))


# --- the command --------------------------------------------------------------------------------------------------


def test_the_picture_says_to_machines_and_to_people_that_it_is_generated(
    plate: Plate, tmp_path: Path, painter: None
) -> None:
    mask = plate("mask.png", spot=255, level=0)
    out = tmp_path / "out.png"
    told = foil(
        "synthesise",
        plate("a.png"),
        "--text",
        "a deep scratch",
        "--mask",
        mask,
        "--out",
        out,
        "--seed",
        3,
        "--by",
        "model",
    )
    assert told.stdout == f"{out}  generated scratch, 8 x 6 px at (30, 20), seed 3\n"
    said = texts_of(out)
    assert said["DigitalSourceType"] == GENERATED
    assert (said["Description"], said["Model"], said["Seed"]) == ("a deep scratch", "painter", "3")
    made = np.asarray(Image.open(out))
    assert made.shape[0] > 48, "there is a strip below"
    assert (made[20:26, 30:38] == 183).all()
    foil(
        "synthesise", plate("a.png"), "--text", "a deep scratch", "--mask", mask, "--out", tmp_path / "b.png", "--plain"
    )
    assert Image.open(tmp_path / "b.png").size == (64, 48)
    assert texts_of(tmp_path / "b.png")["DigitalSourceType"] == GENERATED


def test_a_data_set_opens_as_anomalous_pictures_of_the_test_with_their_masks(
    plate: Plate, tmp_path: Path, painter: None
) -> None:
    for number in range(2):
        plate(f"good/{number}.png", spot=120 + number)
    (tmp_path / "good" / "broken.png").write_text("no picture")
    args = (
        "synthesise",
        tmp_path / "good",
        "--text",
        "深划痕",
        "--count",
        "2",
        "--data-set",
        tmp_path / "more",
        "--json",
        "--by",
        "model",
    )
    lines = [json.loads(line) for line in foil(*args, code=30).stdout.splitlines()]
    assert [("error" in line) for line in lines] == [False, False, False, False, True]
    items = open_dataset(tmp_path / "more").items
    assert [(item.label, item.defect, item.split, item.text) for item in items] == [
        (1, "scratch", "test", "深划痕")
    ] * 4
    for item, line in zip(items, lines, strict=False):
        x0, y0, x1, y1 = line["bbox"]
        mask = item.load_gt_mask()
        assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0
        image = item.load().image
        assert image is not None
        assert image.shape == (48, 64, 3), "no strip"
        assert (image[mask] >= 180).all()
        assert texts_of(item.path)["DigitalSourceType"] == GENERATED
        assert line["file"] == str(item.path)
    with pytest.raises(BadData, match="no good pictures"):
        open_dataset(tmp_path / "more").normals()


def test_what_can_hardly_be_seen_is_told_and_stays_out_of_a_data_set(
    plate: Plate, tmp_path: Path, fake_core: None
) -> None:
    library.save(PAINTER, "painter")
    faint = plate("a.png", spot=128, level=175)  # the fake paints grey of 180
    told = foil("synthesise", faint, "--text", "a stain", "--out", tmp_path / "a0.png", "--by", "model").stdout
    assert "hardly visible: it shows in 0% of its mask" in told
    args = ("--text", "a stain", "--count", "8", "--data-set", tmp_path / "more", "--by", "model")
    refused = foil("synthesise", faint, *args, code=30).stderr.splitlines()
    assert len(refused) == 3, "175 + 8 is seed 3"
    assert "seed 2 shows in 0% of its mask only" in refused[-1]
    assert len(open_dataset(tmp_path / "more").items) == 5


def test_several_pictures_go_into_a_new_folder(plate: Plate, tmp_path: Path, painter: None) -> None:
    out = tmp_path / "out"
    told = foil("synthesise", plate("a.png"), "--text", "a stain", "--count", "3", "--out", out).stdout.splitlines()
    assert told[-1] == f"written to {out}"
    assert sorted(path.name for path in out.iterdir()) == ["a-0000.png", "a-0001.png", "a-0002.png"]


def test_nothing_is_ever_written_over(plate: Plate, tmp_path: Path, painter: None) -> None:
    picture = plate("line/a.png")
    before = picture.read_bytes()
    for args in (("--out", picture), ("--count", "2", "--out", tmp_path), ("--data-set", picture.parent)):
        refused = foil("synthesise", picture, "--text", "a stain", *args, code=2).stderr
        assert "would be lost" in refused
    assert picture.read_bytes() == before


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("--text", "a stain", "--out", "a.jpg"), "ends in .png"),
        (("--text", "a stain", "--out", "a.png", "--data-set", "b"), "both say where"),
        (("--text", "the left side"), "names no defect"),
        (("--text", "a stain", "--model", "nobody"), "no model named nobody"),
        (("--text", "a stain", "--steps", "0"), "steps 0"),
    ],
)
def test_wrong_usage_is_a_sentence_and_leaves_nothing(
    args: tuple[str, ...], why: str, plate: Plate, tmp_path: Path, painter: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = plate("a.png")
    monkeypatch.chdir(tmp_path)
    here = sorted(tmp_path.rglob("*"))
    assert why in foil("synthesise", picture, *args, code=2).stderr
    assert sorted(tmp_path.rglob("*")) == here


def test_a_model_that_cannot_paint_and_a_picture_that_cannot_be_read_are_refused(
    plate: Plate, tmp_path: Path, fake_core: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    library.save(FakeDetector("plain"), "plain")
    args = ("--text", "a stain", "--data-set", tmp_path / "more", "--by", "model")
    assert "method neural" in foil("synthesise", plate("a.png"), *args, code=2).stderr
    assert "no such file" in foil("synthesise", tmp_path / "none.png", "--text", "a stain", code=2).stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "home"]


# --- how sure the normal version is -------------------------------------------------------------------------------


def test_samples_say_how_sure_the_normal_version_is(plate: Plate, tmp_path: Path, painter: None) -> None:
    args = ("inspect", plate("a.png", spot=228), "--json", "--samples", "4", "--out", tmp_path / "report")
    assert json.loads(foil(*args, code=20).stdout)["spread"] == 4
    drawn = np.asarray(Image.open(tmp_path / "report/a/spread.png"))
    assert drawn[22, 33] == round(4 / 64 * 255)
    assert drawn[0, 0] == 0
    assert json.loads(foil(*args[:3], code=20).stdout)["spread"] is None
    foil("inspect", plate("a.png", spot=228), "--out", tmp_path / "report", code=20)
    assert not (tmp_path / "report/a/spread.png").exists(), "of an earlier inspection"


def test_samples_of_a_model_that_draws_none_are_refused(plate: Plate, fake_core: None) -> None:
    library.save(FakeDetector("plain"), "plain")
    assert "method neural" in foil("inspect", plate("a.png"), "--samples", "2", code=2).stderr


def test_the_spread_is_a_file_beside_the_page_and_no_figure_on_it(tmp_path: Path) -> None:
    image = np.full((96, 96, 3), 120, np.uint8)
    image[20:26, 30:38] = 228
    pages = [
        write_page(inspect(Sample(image=image, name=f"{k}.png"), PAINTER, samples=k), tmp_path).read_text("utf-8")
        for k in (0, 3)
    ]
    assert pages[0].count("<figure>") == pages[1].count("<figure>")
    assert "sure to 3 grey levels" in pages[1]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Detector:
    """A detector of plates with a tiny painter whose network says something, though nothing sensible."""
    detector = quick_fit(write_goods(tmp_path_factory.mktemp("plates"), "plate", 8), cells=144)
    assert isinstance(detector.pictures, PictureMemory)
    denoiser = PictureDenoiser(PainterConfig(width=48, depth=1, text=8)).eval()
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for weight in denoiser.parameters():
            weight.copy_(0.05 * torch.randn(weight.shape, generator=generator))
    return replace(detector, pictures=Painter(detector.pictures, denoiser, True, {}))


def test_the_spread_lies_where_the_normal_version_differs_and_changes_nothing_else(real: Detector) -> None:
    sample = Sample(image=draw(50, defective=True).image)
    plain, sampled = real.detect(sample), real.detect(sample, samples=2)
    assert plain.spread is None
    assert same(plain, sampled)
    assert sampled.spread is not None
    assert sampled.spread.shape == sampled.pred_mask.shape
    assert sampled.spread[sampled.pred_mask].mean() > 0
    assert (sampled.spread == 0).mean() > 0.5
    assert (real.detect(sample, samples=2).spread == sampled.spread).all()


def test_what_draws_no_samples_says_so_also_where_nothing_is_wrong(real: Detector) -> None:
    assert isinstance(real.pictures, Painter)
    good = Sample(image=draw(51).image)
    assert real.with_rates(1e-6, 1e-6).detect(good, samples=2).spread is None
    for pictures in (real.pictures.memory, replace(real.pictures, helped=False)):
        with pytest.raises(BadSetting, match="no trained painter that is better"):
            replace(real, pictures=pictures).detect(good, samples=2)
    with pytest.raises(BadSetting, match="at least 2 samples"):
        real.detect(good, samples=1)


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_the_real_detector_paints_where_it_is_asked_to(
    sampler: str, real: Detector, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = np.ones((1, 8), np.float32) / np.sqrt(8)
    monkeypatch.setattr("fusion.detector.text_encoder", lambda name: TextEncoder(name, 8, lambda text: words[0]))
    image = draw(52).image
    (made,) = synthesise(Sample(image=image), real, Wish("a large stain", by="model", steps=3, sampler=sampler))
    near = cv2.dilate(made.mask.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    assert (made.image[~near] == image[~near]).all()
    assert made.shown > 0
