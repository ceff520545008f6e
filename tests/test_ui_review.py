"""The review tab and the gallery without a browser: what they show of a store, and what methods show of a picture."""

import base64
from dataclasses import replace
from html import unescape
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from bench_cases import fit
from conftest import Plate
from fake_detector import FakeDetector
from PIL import Image
from record_cases import Shop

from apps.ui import galleries, reviewing
from apps.ui.galleries import Run
from apps.ui.inspecting import sample_of
from apps.ui.shelf import Shelf
from apps.ui.words_review import METHODS
from assistant import fitting, gallery, library
from assistant.awaiting import Wanted, awaiting, narrowed
from assistant.job_wishes import ReportWish, ask, open_queue
from assistant.job_worker import work
from assistant.reports import facts
from assistant.reports.pictures import Painter
from assistant.retention import prune
from assistant.sources import source_of
from fusion.progress import silent
from fusion.recipes import of_kind


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def cases(shop: Shop, number: int, shelf: Shelf, lang: str = "en") -> list[reviewing.Case]:
    store = shop.store
    return list(reviewing.opened(store, number, Painter(store, 400), shelf, lang))  # type: ignore[arg-type]


# ── review ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_an_inspection_is_shown_in_words_first_and_then_with_its_pictures(shop: Shop, shelf: Shelf) -> None:
    shop.store.decide(4, "REVIEW", "<b>M. Keller</b>", "not sure")
    words, whole = cases(shop, 4, shelf)
    assert "REJECT" in words.card
    assert "score 10.00" in words.card
    assert words.pair is None
    assert "&lt;b&gt;M. Keller" in words.words
    assert f"Inspection 4 of {shop.pictures[1]} by the model plates" in words.words
    assert whole.words == words.words
    assert whole.decisions == 1
    assert whole.pair is not None
    assert whole.marked is not None
    assert {Image.open(path).size for path in (*whole.pair, whole.marked)} == {(64, 48)}
    assert Image.open(whole.pair[1]).info["DigitalSourceType"]
    assert "data:image" in whole.below
    assert "不合格" in cases(shop, 4, shelf, "zh")[1].card


def test_pictures_that_a_policy_removed_are_told_of_and_so_are_those_that_are_missing(shop: Shop, shelf: Shelf) -> None:
    shop.store.vault.remove(str(shop.store.inspection(3).picture))
    assert "No pictures of it" in cases(shop, 3, shelf)[-1].below
    prune(shop.store, 0, "A. Smith", "policy", ["REJECT"])
    assert "removed by policy, as record" in cases(shop, 4, shelf)[-1].below
    assert cases(shop, 4, shelf)[-1].pair is None


def test_what_is_no_picture_is_shown_by_its_words(shop: Shop, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    found, model = facts.one(shop.store, 4)
    document = {key: value for key, value in found.document.items() if key != "evidence"}
    row = replace(found, document=document, said={"model": found.model})
    monkeypatch.setattr(facts, "one", lambda store, number: (row, model))
    (case,) = cases(shop, 4, shelf)
    assert "score 10.00, p = 0.016" in case.card
    assert "REJECT: this part differs" in case.words
    assert "is of no picture" in case.below


def test_the_queue_tells_each_in_three_lines_and_counts_all(shop: Shop, plate: Plate) -> None:
    shop.foil("inspect", plate("lot8/<b>.png", spot=148), "--model", "plates", code=10)
    waiting = awaiting(shop.store)
    (first, number), _ = reviewing.lines(waiting, "en")
    assert (first.splitlines()[:2], number) == (["▲ REVIEW · score 2.00", "lot8/<b>.png"], 6)
    chosen = narrowed(shop.store, waiting, Wanted(verdict="REJECT"))
    assert (
        "2 wait for a decision · ■\u00a0REJECT\u00a01 · ▲\u00a0REVIEW\u00a01 · 1 fit the filter"
        in reviewing.counted(waiting, chosen, "en")
    )
    assert "2 项待决定 · ■\u00a0不合格\u00a01" in reviewing.counted(waiting, waiting, "zh")


@pytest.mark.parametrize(
    ("before", "decided", "after", "following"),
    [
        ([9, 7, 5], 7, [9, 5], 5),
        ([9, 7, 5], 5, [9, 7], 9),  # the last one: from the top
        ([9, 7, 5], 7, [5, 9, 7], 5),  # put back, to the end
        ([9], 9, [9], 9),
        ([9], 9, [], None),
        ([9, 7], 9, [11], 11),  # came meanwhile
        ([], 3, [5], 5),
    ],
)
def test_the_next_one_comes_by_itself(before: list[int], decided: int, after: list[int], following: int | None) -> None:
    assert reviewing.following(before, decided, after) == following


def test_a_report_that_a_job_made_is_looked_at_beside_its_file(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    queue, head = open_queue(str(shop.folder)), shop.store.head().number
    number = ask(queue, ReportWish(), "").id
    assert queue.claim("me")
    work(str(shop.folder), number, "me", queue.lease)
    made = queue.job(number).outcome
    assert (Path(made["report"]).read_bytes()[:4], made["record"]) == (b"%PDF", head + 1)
    assert shop.store.head().number == head + 1, "only the file is recorded"
    beside = Path(made["report"]).with_suffix(".html")
    page = reviewing.preview(beside, "en")
    assert page.startswith('<iframe class="foil-report" sandbox="" title="Preview of the report" srcdoc="&lt;!doctype')
    assert "bad.png" in unescape(page)
    monkeypatch.setattr(reviewing, "PREVIEW", 100)
    assert "download the PDF" in reviewing.preview(beside, "en")


# ── gallery ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def good(plate: Plate, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(gallery, "detector_fit", lambda: fit)
    return [str(plate(f"good/{number}.png", 128, 100 + number)) for number in range(8)]


def test_every_method_of_pictures_has_its_name_in_both_languages() -> None:
    assert METHODS.keys() == {row.name for row in of_kind("pictures")}


def test_a_model_without_a_network_offers_the_closed_forms_alone() -> None:
    closed, asked = ({row.name for row in gallery.ready(trained)} for trained in (False, True))
    assert closed == {"gaussian", "memory"}
    assert closed | {"neural", "ddpm"} < asked
    assert "distilled" not in asked, "it would have to be trained first"


def test_a_panel_comes_with_each_method_and_none_after_a_stop(plate: Plate, good: list[str]) -> None:
    picture = plate("bad.png", 250)
    run = Run(sample_of(str(picture)), ("gaussian", "memory"))
    before = galleries.panels(run, "en")
    assert before.count("<figure") == 3
    assert "being fitted" in before
    assert "waits for its turn" in before
    with galleries.good_of(good, None) as dataset:  # type: ignore[union-attr]
        walk = run.walk(picture, dataset, None, silent)
        next(walk)
        assert 'alt="Difference by Gaussian distance, over the picture; score' in galleries.panels(run, "en")
        run.ended.set()
        assert list(walk) == []
    after = galleries.panels(run, "zh")
    assert after.count("<img") == 3  # the picture, one method, the scale
    assert "未显示" in after


def test_good_parts_are_those_given_or_those_that_the_model_was_fitted_on(
    fake_core: None, good: list[str], plate: Plate
) -> None:
    assert galleries.good_of(None, None) is None
    library.save(FakeDetector("old"), "old")
    assert galleries.good_of(None, "old") is None, "nobody remembers where they lay"
    fitting.fit_folder(Path(good[0]).parent, "new", {})
    known = source_of("new")
    assert known is not None
    assert known.path == Path(good[0]).parent
    assert (galleries.counted(None, "new"), galleries.counted(good[:6], "new")) == (8, 6)
    library.save(FakeDetector("new", card={"fingerprint": "another"}), "new", replace=True)
    assert source_of("new") is None, "that model was fitted on others"


def test_the_time_grows_with_parts_and_methods_and_is_said_in_words() -> None:
    one, both = (galleries.expected(methods, 60, 0.2) for methods in (["gaussian"], ["gaussian", "memory"]))
    assert both == pytest.approx(2 * one)
    assert galleries.expected(["neural", "ddpm"], 60, 0.2) < 2 * galleries.expected(["neural"], 60, 0.2)
    assert galleries.lasting(31.0, "en") == "30 seconds"
    assert galleries.lasting(0.1, "en") == "5 seconds"
    assert galleries.lasting(200.0, "zh") == " 3 分钟"


def test_the_scale_begins_in_grey_and_ends_bright() -> None:
    strip = np.asarray(Image.open(BytesIO(base64.b64decode(galleries._strip().partition(",")[2]))), int)[7]
    assert np.ptp(strip[0]) < 12
    assert strip[-1].mean() > strip[0].mean() + 20
    assert np.ptp(strip[-1]) > 100
