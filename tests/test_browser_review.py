"""Review and gallery in a real browser: a queue worked off by keys alone, a report, and methods side by side."""

from pathlib import Path

import pytest
from bench_cases import fit
from conftest import Plate
from test_browser import Visit, app, browser, visit  # noqa: F401
from test_browser_jobs import work  # noqa: F401

from assistant import gallery

pytestmark = pytest.mark.browser


def test_the_queue_is_worked_off_by_keys_and_a_report_is_made(visit: Visit, plate: Plate) -> None:  # noqa: F811
    page = visit.page
    page.get_by_role("tab", name="Review").click()
    visit.sees("#review-card", "Nothing waits for a decision.")
    page.get_by_role("tab", name="Inspect").click()
    for name, spot in (("<b>one.png", 200), ("two.png", 148)):
        visit.gives("#picture", plate(name, spot))
        visit.sees("#card", "REJECT" if spot == 200 else "REVIEW")
        page.locator("#picture").get_by_label("Remove Image").click()
        visit.sees("#card", "the verdict appears here")
    page.get_by_role("tab", name="Review").click()
    visit.sees("#review-counts", "2 wait for a decision · ■ REJECT 1 · ▲ REVIEW 1")
    visit.sees("#review-card", "score 2.00")
    page.locator("#review-pair img").first.wait_for()
    page.keyboard.press("j")
    visit.sees("#review-card", "score 7.20")
    page.keyboard.press("1")
    page.keyboard.type("Jack 123")  # letters and digits that are keys, too
    assert page.locator("#review-by input, #review-by textarea").first.input_value() == "Jack 123"
    page.keyboard.press("Enter")
    page.keyboard.type("dust, kept")
    page.keyboard.press("Enter")
    visit.sees("#review-recorded", "decision 5 on inspection 3")
    told = page.request.get(f"{page.url.rstrip('/')}/api/v1/inspections/3").json()
    assert [told["decisions"][0][key] for key in ("verdict", "by", "reason")] == ["PASS", "Jack 123", "dust, kept"]
    visit.sees("#review-counts", "1 wait for a decision")
    visit.sees("#review-card", "score 2.00")
    page.keyboard.press("3")
    page.keyboard.type("a chip")
    page.keyboard.press("Enter")
    visit.sees("#review-card", "Nothing waits for a decision.")
    page.get_by_text("Make a report: of today").click()
    page.locator("#review-final").get_by_role("checkbox").check()
    page.locator("#review-by input, #review-by textarea").first.fill("")
    page.locator("#review-make").click()
    visit.sees(".toast-body", "people answer for a final report by name")
    page.locator("#review-final").get_by_role("checkbox").uncheck()
    page.locator("#review-make").click()
    visit.sees("#review-made", "report: all on record")
    visit.reloads()
    page.get_by_role("tab", name="Review").click()
    page.get_by_text("Make a report: of today").click()
    visit.sees("#review-made", "2 inspections, on 0 of which")
    page.frame_locator("#review-page iframe").get_by_text("Jack 123").first.wait_for()
    with page.expect_download() as download:
        page.locator("#review-pdf").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")


def test_methods_are_shown_side_by_side_as_each_is_ready(
    visit: Visit,  # noqa: F811
    plate: Plate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(gallery, "detector_fit", lambda: fit)
    page = visit.page
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    page.get_by_role("tab", name="Gallery").click()
    visit.sees("#gallery-source", "No good parts are known for this model")
    page.locator("#gallery-picture img").wait_for()  # that of the first tab
    page.locator("#gallery-start").click()
    visit.sees(".toast-body", "No good parts are known")
    visit.gives("#gallery-files", *(plate(f"good{number}.png", 128, 100 + number) for number in range(8)))
    visit.sees("#gallery-time", "2 methods take about 5 seconds")
    page.locator("#gallery-start").click()
    visit.sees("#gallery-panels", "Memory (nearest normal)")
    page.locator("#gallery-panels figure img").nth(2).wait_for()
    visit.sees("#gallery-time", "2 of 2 methods are ready.")
    with page.expect_download() as download:
        page.locator("#gallery-sheet").click()
    assert download.value.suggested_filename.endswith(".png")
    page.get_by_text("中文").click()
    visit.sees("#gallery-panels", "高斯距离")
