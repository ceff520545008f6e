"""Teach and Review in a real browser: a folder picked or dropped, defects painted on it, and drift looked at."""

from pathlib import Path

import pytest
from conftest import Plate
from record_cases import record_scores
from test_browser import Visit, app, browser, visit  # noqa: F401

from assistant import library
from assistant.store import open_store

pytestmark = pytest.mark.browser


@pytest.fixture
def folder(plate: Plate, tmp_path: Path) -> Path:
    """Return a data set as people keep it: with a defect set aside, and with what is no picture."""
    for number in range(8):
        plate(f"Teile ä/train/good/{number}.png", 128, 100 + number)
    plate("Teile ä/test/stain/0.png", 200)
    root = tmp_path / "Teile ä"
    for junk in ("train/good/Thumbs.db", "train/.DS_Store", "read me.txt", ".git/HEAD"):
        (root / junk).parent.mkdir(exist_ok=True)
        (root / junk).write_text("no picture")
    return root


def test_a_folder_is_picked_and_defects_are_painted_on_its_good_pictures(visit: Visit, folder: Path) -> None:  # noqa: F811
    page = visit.page
    page.get_by_role("tab", name="Teach").click()
    page.get_by_text("What defects would it be taught with?").click()
    visit.sees("#preview-said", "Give good pictures above")
    page.locator("#preview-paint").click()
    visit.sees(".toast-body", "Give good pictures or a ZIP first.")
    with page.expect_file_chooser() as chosen:
        page.locator("#folder").click()
    chosen.value.set_files(folder)
    visit.sees("#check", "8 good pictures to fit on; nothing suspicious.")
    visit.sees("#preview-said", "Press the button to paint on these pictures.")
    page.locator("#preview-paint").click()
    visit.sees("#preview-said", "Painted, not real: these 9 defects were never photographed.")
    pictures = page.locator("#preview-gallery .thumbnail-item img")
    assert pictures.count() == 9
    first = pictures.first.get_attribute("src")
    page.get_by_text("中文").click()
    visit.sees("#preview-gallery", "划痕")
    page.locator("#preview-paint").get_by_text("换一批").click()
    visit.sees("#preview-said", "种子 1")
    page.wait_for_function(
        "first => document.querySelector('#preview-gallery .thumbnail-item img').getAttribute('src') !== first",
        arg=first,
    )


def test_a_folder_is_dropped_in_the_place_of_files_that_were_given(
    visit: Visit,  # noqa: F811
    folder: Path,
    plate: Plate,
) -> None:
    page = visit.page
    page.get_by_role("tab", name="Teach").click()
    visit.gives("#files", *(plate(f"good{number}.png", 128, 100 + number) for number in range(6)))
    visit.sees("#check", "6 good pictures to fit on")
    box = page.locator("#files").bounding_box()
    assert box
    chromium = page.context.new_cdp_session(page)

    def drops(path: Path) -> None:
        data = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
        for step in ("dragEnter", "dragOver", "drop"):
            place = {"x": box["x"] + 60, "y": box["y"] + 100}
            chromium.send("Input.dispatchDragEvent", {"type": step, "data": data, **place})

    drops(plate("another.png", 128, 115))
    visit.sees("#check", "7 good pictures to fit on; nothing suspicious.")
    drops(folder)
    visit.sees("#check", "8 good pictures to fit on; nothing suspicious.")
    visit.sees("#files", "Teile ä")


def test_drift_and_lots_are_looked_at_when_somebody_opens_them(visit: Visit, tmp_path: Path) -> None:  # noqa: F811
    page = visit.page
    page.get_by_role("tab", name="Review").click()
    page.get_by_text("Is production drifting?").click()
    visit.sees("#drift", "Nothing that plates inspected is on record here.")
    store = open_store(str(tmp_path / "records"))
    kept = store.keep_model(library.model_folder("plates"))
    record_scores(store, kept, [0.1 * (number % 20) for number in range(60)])
    page.locator("#drift-look").click()
    visit.sees("#drift", "No drift: what may be good among 60 parts")
    assert page.locator("#drift figure circle").count() == 60
    record_scores(store, kept, [1.9] * 60, "later/{}.png")
    page.locator("#drift-look").click()
    visit.sees("#drift", "Alarm: good parts changed")
    page.get_by_text("中文").click()
    visit.sees("#drift", "报警：良品发生变化")
    assert page.locator("#drift tbody tr").first.inner_text().split() == [
        "全部",
        "120",
        "120",
        "0",
        "0",
        "0",
        "0",
        "0",
        "0",
    ]
