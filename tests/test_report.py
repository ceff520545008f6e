"""Reports by their door: every figure is the store's, every page says what it is, nothing final hides what is open."""

import csv
import json
import re
import time
from io import BytesIO, StringIO
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from network_card import NETWORK
from PIL import Image
from pypdf import PdfReader
from record_cases import Shop, foil, inspect_rows

from assistant import library
from assistant.inspection import inspect_paths
from assistant.recording import Asked, entry
from assistant.report import write_report
from assistant.reports.blocks import Document, Section, Text
from assistant.reports.pdf import pdf
from assistant.reports.scope import Scope
from assistant.reports.statistics import rate
from assistant.reports.words import WORDS
from assistant.store import open_store
from fusion.errors import BadSetting

pytestmark = pytest.mark.usefixtures("fake_core")
HOSTILE = "<img src=x onerror=alert(1)>#set text(red) $x$ {{7*7}}.png"


def report(shop: Shop, name: str, *options: str | int, code: int = 0) -> Path:
    shop.foil("report", "--out", shop.folder.parent / name, *options, code=code)
    return shop.folder.parent / name


def pages(path: Path) -> list[str]:
    """Return the text of every page, as who copies it gets it, without the breaks of lines."""
    return [" ".join(page.extract_text().split()) for page in PdfReader(path).pages]


def refused(shop: Shop, *options: str | int) -> str:
    return shop.foil("report", "--out", shop.folder.parent / "no.pdf", *options, code=2).stderr


def review(shop: Shop, plate: Plate) -> int:
    """Inspect a plate that is between the thresholds; return its id."""
    shop.foil("inspect", plate("lot9/doubt.png", spot=150), "--model", "plates", code=10)
    return shop.store.head().number


def test_a_report_has_ten_sections_and_says_on_each_page_what_it_is(shop: Shop) -> None:
    head = shop.store.head().hash
    path = report(shop, "all.pdf")
    told, reader = pages(path), PdfReader(path)
    titles = [item.title for item in reader.outline if not isinstance(item, list)]
    assert [title.split()[0] for title in titles] == ["How", *map(str, range(1, 11)), "Annex:"]
    for number, page in enumerate(told, 1):
        assert f"page {number} of {len(told)}" in page
        assert "DRAFT" in page
        assert head in page
    whole = " ".join(told)
    for said in ("How to read this report", "What normal would look like generated", "Open: none"):
        assert said in whole


def test_its_figures_are_those_of_the_store(shop: Shop) -> None:
    kept = json.loads(shop.foil("store", "show", 4, "--json").stdout)
    whole = " ".join(pages(report(shop, "all.pdf")))
    limits = kept["thresholds"]
    for figure in (kept["pred_score"], limits["review"], limits["reject"]):
        assert f"{figure:.2f}" in whole
    assert kept["model"]["name"] in whole
    assert " ".join(kept["explanation"].split()) in whole
    assert shop.store.inspection(4).model in whole
    told = json.loads(report(shop, "all.json").read_text("utf-8"))
    assert [one["score"] for one in told["inspections"]] == [row.score for row in reversed(shop.store.latest(9))]
    assert told["inspections"][1]["document"] == {key: kept[key] for key in told["inspections"][1]["document"]}
    assert told["unreadable"][0]["number"] == 5
    assert told["integrity"]["holds"]


def test_chinese_can_be_read_and_copied_and_every_font_is_embedded(shop: Shop) -> None:
    path = report(shop, "all.pdf", "--lang", "zh")
    whole = "".join(pages(path))
    for said in ("检验报告", "草稿", "第 1 页，共", "不合格：该件与正常状态的差异", "记录的完整性"):
        assert said in whole
    fonts = [font.get_object() for page in PdfReader(path).pages for font in page["/Resources"]["/Font"].values()]
    for font in fonts:
        inner = font["/DescendantFonts"][0].get_object()
        assert "/FontFile3" in inner["/FontDescriptor"].get_object()


def test_final_is_refused_while_a_review_is_open_and_then_stays_in_the_store(shop: Shop, plate: Plate) -> None:
    number = review(shop, plate)
    told = refused(shop, "--final", "--by", "A. Smith")
    assert f"a person must first decide on 1 of its inspections ({number}): foil store decide {number}" in told
    assert "give --by" in refused(shop, "--final")
    shop.foil("store", "decide", number, "--verdict", "PASS", "--by", "Li", "--reason", "=dust")
    path = report(shop, "final.pdf", "--final", "--by", "A. Smith")
    for page in pages(path):
        assert "FINAL" in page
        assert "DRAFT" not in page
        assert "by A. Smith" in page
    record = list(shop.store.export())[-1]
    said = json.loads(record["payload"])
    assert (record["kind"], said["status"], said["by"]) == ("report", "final", "A. Smith")
    kept = shop.store.vault.path(said["report"])
    assert kept.read_bytes() == path.read_bytes()
    assert shop.foil("audit", "verify")
    kept.write_bytes(kept.read_bytes().replace(b"A", b"B", 1))
    assert f"record {record['number']}: what it rests on was altered: report" in shop.foil(
        "audit", "verify", code=1
    ).stdout.replace("\n", " ")
    assert "the records don't hold" in refused(shop, "--final", "--by", "A. Smith")


def test_hostile_names_and_reasons_are_text_wherever_they_stand(shop: Shop, plate: Plate) -> None:
    shop.foil("inspect", plate(HOSTILE, spot=228), "--model", "plates", code=20)
    number = shop.store.head().number
    shop.foil("store", "decide", number, "--verdict", "REJECT", "--by", "<b>x", "--reason", "=1+1 #panic() \u0639")
    html = report(shop, "all.html").read_text("utf-8")
    assert "<img src=x" not in html
    assert "<script" not in html
    assert "&lt;b&gt;x" in html
    assert (
        re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?(?!["']?(?:data:|#))[^"'\s>]+""", html.replace("src=x", "")) == []
    )
    whole = "".join(pages(report(shop, "all.pdf"))).replace(" ", "")
    assert HOSTILE.replace(" ", "") in whole
    assert "=1+1#panic()‹U+0639›" in whole
    told = list(csv.DictReader(StringIO(report(shop, "all.csv").read_text("utf-8-sig"))))
    assert told[-2]["reason"].startswith("'=1+1")
    assert [row["program_verdict"] for row in told] == ["PASS", "REJECT", "REJECT", "UNREADABLE"]


def test_a_report_is_of_one_sample_a_lot_or_a_period(shop: Shop, plate: Plate) -> None:
    number = review(shop, plate)

    def numbers(*options: str | int) -> list[int]:
        told = json.loads(report(shop, "some.json", *options).read_text("utf-8"))
        return [one["number"] for one in told["inspections"]]

    assert numbers() == [3, 4, number]
    assert numbers("--lot", "lot9") == [number]
    assert numbers("--sample", f"3,5-{number}") == [3, number]
    assert numbers("--since", "2020-01-01", "--until", "2999-12-31") == [3, 4, number]
    assert "a person must decide" in " ".join(pages(report(shop, "one.pdf", "--sample", number)))
    assert "there is no inspection 99" in refused(shop, "--sample", "3,99")
    assert "nothing on record is of --lot lot8" in refused(shop, "--lot", "lot8")
    assert "names no inspections" in refused(shop, "--sample", "three")
    assert "is no time" in refused(shop, "--since", "monday")
    assert "nothing lies between" in refused(shop, "--since", "2026-02-01", "--until", "2026-01-01")
    assert "a report is no such file; expected .pdf" in foil(
        "report", "--out", "x.doc", "--store", shop.folder, code=2
    ).stderr.replace("\n", " ")


def test_a_whole_day_is_meant_to_its_end() -> None:
    day = Scope(since="2026-11-28", until="2026-11-28")
    assert day.holds(1, "2026-11-28T23:59:59.999+00:00", "a")
    assert not day.holds(1, "2026-11-29T00:00:00.000+00:00", "a")
    assert not Scope(lot="a.png").holds(1, "", "lot/a.png"), "a lot is a folder"
    with pytest.raises(BadSetting, match="names no inspections"):
        Scope("1;2")


def test_records_that_do_not_hold_are_said_so_first_and_an_altered_document_is_refused(shop: Shop) -> None:
    picture = json.loads(shop.store.inspection(4).payload)["picture"]
    shop.store.vault.path(picture).write_bytes(b"another")
    first = pages(report(shop, "broken.pdf"))
    assert "WARNING: the records do not hold" in first[0]
    assert "record 4: what it rests on was altered" in " ".join(first)
    assert "No pictures of it" in " ".join(first)
    shop.by_hand("UPDATE inspections SET document = replace(document, 'REJECT', 'PASS')")
    assert "inspection 4 was altered: its document isn't the recorded one" in refused(shop)


def test_pictures_that_are_gone_by_policy_or_come_out_otherwise_are_said_to_be(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FakeDetector.detect
    monkeypatch.setattr(FakeDetector, "detect", lambda self, sample, samples: _more(whole(self, sample, samples)))
    assert "not bit for bit the one that was recorded" in " ".join(pages(report(shop, "other.pdf")))
    monkeypatch.undo()
    shop.foil("store", "prune", "--days", 0, "--by", "A", "--reason", "policy", "--yes")
    whole_text = " ".join(pages(report(shop, "pruned.pdf", "--sample", 4)))
    assert "the kept one was removed by policy, as record" in whole_text


def test_detection_limits_are_drawn_where_the_card_has_them(shop: Shop) -> None:
    assert "states none" in " ".join(pages(report(shop, "none.pdf")))
    library.save(FakeDetector("plates", card={"network": NETWORK}), "plates", replace=True)
    shop.foil("inspect", shop.pictures[1], "--model", "plates", code=20)
    told = " ".join(pages(report(shop, "pod.pdf", "--sample", shop.store.head().number)))
    assert "a scratch 0.041 %" in told
    assert "No limit within the sizes that were tried: a stain." in told


def test_rows_of_a_table_are_reported_by_their_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inspect_rows(tmp_path, monkeypatch)
    foil("report", "--store", tmp_path / "records", "--out", tmp_path / "rows.pdf", "--lang", "zh")
    whole = " ".join(pages(tmp_path / "rows.pdf"))
    assert "new.csv row 1" in whole
    assert re.search(r"flow \d · \d+%", whole), "a column stands in the Pareto chart"


@pytest.mark.slow
def test_a_thousand_samples_take_less_than_a_minute(tmp_path: Path) -> None:
    """Run it, with its figures: pytest tests/test_report.py -m slow -s."""
    store = open_store(str(tmp_path / "records"), create=True)
    kept = store.keep_model(library.save(FakeDetector("plates"), "plates"))
    rng, paths = np.random.default_rng(0), []
    for number in range(100):
        image = rng.integers(100, 132, (240, 320, 3), np.uint8)
        image[50:60, 60:90] = 200 if number % 10 == 3 else 132  # every tenth is rejected, with its pictures
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(image).save(paths[-1])
    asked = Asked(kept.sha256, kept.config, kept.created, kept.thresholds)
    entries = [entry(found, asked) for found in inspect_paths(paths, FakeDetector("plates"))]  # type: ignore[arg-type]
    for number in range(1000):
        store.add(entries[number % 100])
    for name in ("all.pdf", "all.html", "all.json", "all.csv"):
        started, used = time.perf_counter(), time.process_time()
        write_report(store, Scope(), tmp_path / name)
        seconds = time.process_time() - used
        print(f"{name}: {seconds:.1f} s of a core, {time.perf_counter() - started:.1f} s on the clock")
        assert seconds < 60


def test_every_character_that_the_fonts_are_said_to_have_they_have() -> None:
    listed = Path(library.__file__).with_name("reports") / "fonts" / "characters.txt"
    text = listed.read_text("utf-8")
    shown = Document("en", "t", "s", "DRAFT", True, "m", "2026-01-01T00:00:00+00:00", "h", [], [])
    bold = Text("".join(c for c in text if c.isprintable()), "heading")
    content = pdf(Document(**{**vars(shown), "sections": [Section("all", [Text(bold.words), bold])]}))
    assert len(PdfReader(BytesIO(content)).pages) > 1  # PDF/A knows no missing character, so it would not be made


def test_rates_are_the_books() -> None:
    assert rate(10, 100)[2:] == pytest.approx((0.0552, 0.1744), abs=1e-4)  # Wilson
    assert rate(0, 9).low == 0
    assert rate(9, 9).high == 1


def test_both_languages_say_the_same_with_the_same_figures() -> None:
    for key, (english, chinese) in WORDS.items():
        assert set(re.findall(r"{\w+}", english)) == set(re.findall(r"{\w+}", chinese)), key


def _more(detection: object) -> object:
    from dataclasses import replace

    shifted = detection.anomaly_map + np.float32(0.01)  # type: ignore[attr-defined]
    return replace(detection, anomaly_map=shifted)  # type: ignore[type-var]
