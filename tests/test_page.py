"""The page of a sample: one file that holds all, for any name, in both languages, and never over a stranger's file."""

import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from fake_detector import FakeDetector
from PIL import Image

from assistant.card import badge, card, p_in_words
from assistant.inspection import Failure, Inspection, inspect
from assistant.labels import LABELS
from assistant.page import entry, write_index, write_page
from explain.catalogue import CATALOGUE, Lang
from explain.evidence import Evidence
from fusion.sample import Sample

DETECTOR = FakeDetector()
NORMALS = DETECTOR.calibration.scores.tolist()
HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}.png"


def inspected(
    name: str = "part.png", spot: int = 160, level: int = 120, lang: Lang = "en", side: int = 96
) -> Inspection:
    image = np.full((side, side, 3), level, np.uint8)
    image[20:26, 30:38] = spot
    return inspect(Sample(image=image, name=name), DETECTOR, lang)


def test_the_page_and_its_pictures_lie_side_by_side(tmp_path: Path) -> None:
    page = write_page(inspected("line3/part 7.png"), tmp_path / "new", NORMALS)
    assert page == tmp_path / "new" / "part_7.html"
    assert {path.name for path in (tmp_path / "new" / "part_7").iterdir()} == {
        f"{key}.png" for key in ("input", "normal", "map", "overlay", "mask")
    }


def test_the_page_needs_nothing_but_itself(tmp_path: Path) -> None:
    text = write_page(inspected(), tmp_path, NORMALS).read_text("utf-8")
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!["']?data:)[^"'\s>]+""", text) == []
    assert "<script" not in text
    assert text.count("data:image/jpeg;base64,") == 5  # input, normal, overlay, map, legend


def test_the_page_says_what_was_found(tmp_path: Path) -> None:
    result = inspected(spot=160)
    text = write_page(result, tmp_path, NORMALS, datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)).read_text("utf-8")
    said = [badge("REJECT", "en"), "T1 ", "T2 ", "3.20", "2026-03-04 05:06:07 UTC", result.sample.sha256]
    said += ["generated", "checked against the measurements: yes", "8 × 6", p_in_words(result.evidence, "en")]
    assert [word for word in said if word not in text] == []
    assert text.count("V10") == len(NORMALS), "each good part is a tick on the line"
    for line in result.explanation.text.splitlines():
        assert line in text


def test_where_words_fit_is_a_picture_beside_the_others(tmp_path: Path) -> None:
    image = np.full((96, 96, 3), 120, np.uint8)
    image[20:26, 30:38] = 160
    reader = FakeDetector(card={"network": {}})
    for text, there in (("<b>bright</b> spot", True), ("ignore the label", False)):
        page = write_page(inspect(Sample(image=image, text=text, name="part.png"), reader), tmp_path, NORMALS)
        written = page.read_text("utf-8")
        assert ("Where the words fit" in written) == (page.with_suffix("") / "guided.png").exists() == there
        assert "<b>bright" not in written
        assert "Your words “" in written


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("en", "Only the masked place counted: 50 % of the picture."),
        ("zh", "只有掩膜标出的部分计入判定：占图像的 50%。"),
    ],
)
def test_a_mask_that_decided_what_counts_is_told_on_card_and_page(lang: Lang, said: str, tmp_path: Path) -> None:
    image, left = np.full((96, 96, 3), 120, np.uint8), np.zeros((96, 96), np.float32)
    image[20:26, 70:78], left[:, :48] = 228, 1
    result = inspect(Sample(image, mask=left), DETECTOR, lang)
    assert (result.evidence.verdict, result.evidence.looked_at) == ("PASS", 50)
    assert said in card(result.evidence, NORMALS, lang)
    assert write_page(result, tmp_path, NORMALS).read_text("utf-8").count(said) == 2  # the card, the explanation
    whole = inspect(Sample(image, mask=np.ones_like(left)), DETECTOR, lang)
    assert whole.evidence.looked_at is None
    worded = Sample(image, mask=left, text="ignore the label")
    both = inspect(worded, FakeDetector(card={"network": {}}), lang).explanation.text.splitlines()
    assert both[1] == said
    assert any("label" in line for line in both[2:])


def test_the_page_speaks_chinese(tmp_path: Path) -> None:
    text = write_page(inspected(lang="zh"), tmp_path, NORMALS).read_text("utf-8")
    assert '<html lang="zh-Hans">' in text
    shown = re.sub(r"<style>.*?</style>|<[^>]*>", " ", text, flags=re.DOTALL)
    for head in ("REJECT", "Input", "Regions", "Thresholds", "Where", "good parts"):
        assert head not in shown


def test_every_label_has_the_same_slots_in_both_languages() -> None:
    for key, phrase in {**LABELS, **CATALOGUE}.items():
        english, chinese = ({*re.findall(r"{(\w+)}", text)} for text in phrase)
        assert english == chinese, key


def test_a_hostile_name_stays_text(tmp_path: Path) -> None:
    page = write_page(inspected(HOSTILE), tmp_path, NORMALS)
    index = write_index([entry(inspected(HOSTILE), page), Failure(HOSTILE, f"{HOSTILE}: <b>broken</b>")], tmp_path)
    for text in (page.read_text("utf-8"), index.read_text("utf-8")):
        assert "<img src=x" not in text
        assert "<b>broken" not in text
        assert "&lt;img src=x onerror=alert(1)&gt;" in text
        assert "{{7*7}}" in text
    assert page.parent == tmp_path


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "a\\b\\..\\c.png", "x" * 300 + ".png", "日本.png", "."])
def test_every_name_ends_up_inside_the_folder(name: str, tmp_path: Path) -> None:
    page = write_page(inspected(name), tmp_path / "out", NORMALS)
    assert page.parent == tmp_path / "out"
    assert page.is_file()


def test_samples_called_alike_get_pages_of_their_own(tmp_path: Path) -> None:
    first, second = inspected("a/000.png"), inspected("b/000.png", spot=120)
    pages = [write_page(result, tmp_path) for result in (first, second, first, second)]
    assert pages[0] == pages[2] != pages[1] == pages[3]
    assert "REJECT" in pages[0].read_text("utf-8")
    assert "PASS" in pages[1].read_text("utf-8")


def test_no_other_file_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "notes.html").write_text("mine")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "input.png").write_text("mine")
    for name in ("notes.png", "docs.png", "index.png"):
        page = write_page(inspected(name), tmp_path)
        assert re.fullmatch(r"(notes|docs|index)-[0-9a-f]{8}\.html", page.name)
    assert (tmp_path / "notes.html").read_text() == (tmp_path / "docs" / "input.png").read_text() == "mine"


def test_a_refused_sample_has_no_score_and_no_map(tmp_path: Path) -> None:
    write_page(inspected(), tmp_path, NORMALS)
    page = write_page(inspected(spot=0, level=0), tmp_path, NORMALS)
    text = page.read_text("utf-8")
    assert "REFUSED" in text
    assert "lens cap" in text
    assert "p = " not in text
    assert text.count("data:image") == 1
    assert [path.name for path in (tmp_path / "part").iterdir()] == ["input.png"], "no map of an earlier time stays"


def test_the_normal_version_says_that_it_is_generated(tmp_path: Path) -> None:
    write_page(inspected(), tmp_path)
    normal, seen = (Image.open(tmp_path / "part" / f"{name}.png") for name in ("normal", "input"))
    assert normal.info["DigitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert normal.size[1] > seen.size[1] == 96, "a strip below it says so, too"
    assert "DigitalSourceType" not in seen.info


def test_without_thresholds_the_page_says_that_there_are_none(tmp_path: Path) -> None:
    result = inspected()
    limits = replace(result.evidence.thresholds, review=None, reject=None)
    evidence: Evidence = replace(result.evidence, thresholds=limits)
    text = write_page(replace(result, evidence=evidence), tmp_path).read_text("utf-8")
    assert text.count("none: too few good parts") == 2
    assert "T1 " not in card(evidence, (), "en")


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (1 / 61, "p = 0.016, the smallest that 60 good parts allow: none of them scored this high."),
        (2 / 61, "p = 0.033: about 1 good part in 30 would score this high or higher."),
        (0.62, "p = 0.62: 62 % of the good parts score this high or higher."),
    ],
)
def test_p_is_put_into_plain_words(p: float, said: str) -> None:
    assert p_in_words(replace(inspected().evidence, p_value=p), "en") == said


@pytest.mark.parametrize("score", [-50.0, 0.0, 1.2, 2.0, 4.0, 1e6])
def test_every_score_has_a_place_on_the_line(score: float) -> None:
    line = card(replace(inspected().evidence, score=score), NORMALS, "en")
    places = [float(x) for x in re.findall(r'x[12]?="([\d.]+)%"', line)]
    assert all(0 <= x <= 100 for x in places)
    assert ("→" in line) == (score > 5)


def test_the_index_lists_the_strongest_first_and_the_unscored_last(tmp_path: Path) -> None:
    results = [
        inspected("calm.png", 120),
        inspected("dark.png", 0, 0),
        inspected("wild.png", 250),
        inspected("mild.png"),
    ]
    rows = [entry(result, write_page(result, tmp_path, NORMALS)) for result in results]
    text = write_index([rows[0], Failure("cut.png", "cut.png: cut off"), *rows[1:]], tmp_path).read_text("utf-8")
    assert re.findall(r">([a-z]+\.png)", text) == ["wild.png", "mild.png", "calm.png", "dark.png", "cut.png"]
    assert [tmp_path / page for page in re.findall(r'<a href="([^"]+)">[a-z]', text)] == [
        tmp_path / f"{name}.html" for name in ("wild", "mild", "calm", "dark")
    ]
    assert "Inspected: 5 pictures" in text


def test_an_index_of_nothing_is_a_page(tmp_path: Path) -> None:
    assert "0" in write_index([], tmp_path / "new", "zh").read_text("utf-8")


@pytest.mark.slow
def test_a_page_takes_at_most_60_ms(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(90, 129, (512, 512, 3), np.uint8)
    noise[100:180, 200:290] = 250
    result = inspect(Sample(image=noise, name="part.png"), DETECTOR)
    times = []
    for _ in range(9):
        started = time.perf_counter()
        write_page(result, tmp_path, NORMALS)
        times.append(time.perf_counter() - started)
    assert min(times) <= 0.06
