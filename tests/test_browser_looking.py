"""Looking closer in a real browser: what if the limit were elsewhere, and pictures at full resolution."""

import pytest
from conftest import Plate
from test_browser import Visit, app, browser, visit  # noqa: F401

from assistant import library

pytestmark = pytest.mark.browser


def test_a_limit_is_moved_in_thought_and_nothing_is_changed(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    visit.sees("#limit", "The scores of the good parts")
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#limit-words", "as it is, with T1 at 1.93 and T2 at 3.17.")
    visit.sees("#limit-words", "REJECT")
    page.locator("#limit-slider input[type=range]").focus()
    page.keyboard.press("Home")
    visit.sees("#limit-words", "60 of the 60 good calibration parts (100 %) would be flagged")
    page.keyboard.press("End")
    visit.sees("#limit-words", "would be the verdict with T1 at 7.92 and T2 at 7.92.")
    visit.sees("#limit-words", "PASS")
    visit.sees("#limit-words", "None of the 60 good calibration parts would be flagged")
    visit.sees("#card", "REJECT")
    assert library.read("plates").calibration.review_rate == 0.05
    page.get_by_text("中文").click()
    visit.sees("#limit-words", "当前设置为 T1 1.93，T2 3.17")


def test_sentences_and_regions_point_at_each_other_and_the_map_can_fade(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    page.locator("#examples button.thumbnail-item").nth(1).click()
    sentence, frame = page.locator("#words [data-regions='1']"), page.locator("#regions rect[data-regions='1']")
    sentence.hover()
    page.wait_for_function("document.querySelector('#regions rect.lit') && document.querySelector('#words p.lit')")
    page.locator("#card").hover()
    page.wait_for_function("!document.querySelector('#marked .lit, #words .lit')")
    frame.hover()
    page.wait_for_function("document.querySelector('#words p.lit').dataset.regions === '1'")
    inside, around = (page.locator(f"#regions {what}").bounding_box() for what in ("rect", "img"))
    scale = min(around["width"] / 64, around["height"] / 48)  # a plate has 64 x 48 pixels
    left = around["x"] + (around["width"] - 64 * scale) / 2
    assert inside["x"] == pytest.approx(left + (30 - 0.96) * scale, abs=2), "the frame lies where the spot does"
    plain = "getComputedStyle(document.querySelector('#overlay .plain')).opacity"
    assert page.evaluate(plain) == "0"
    page.locator("#strength input[type=range]").focus()
    page.keyboard.press("Home")
    page.wait_for_function(f"{plain} === '1'")
    page.locator("#examples button.thumbnail-item").nth(0).click()
    visit.sees("#card", "PASS")
    assert page.evaluate(plain) == "1", "the next picture is shown as strongly"


def test_a_large_picture_is_looked_at_with_all_of_its_pixels_by_keys(
    visit: Visit,  # noqa: F811
    plate: Plate,
) -> None:
    page = visit.page
    assert page.locator("#zoom-open").is_disabled()
    visit.gives("#picture", plate("large.png", 200, size=(2000, 1500)))
    visit.sees("#card", "REJECT")
    page.locator("#regions img").click()
    picture, size = page.locator("#zoom img"), "image => [image.naturalWidth, image.naturalHeight]"
    assert page.evaluate("document.activeElement.closest('#zoom') !== null"), "keys belong to the viewer"
    page.wait_for_function("document.querySelector('#zoom img').naturalWidth === 2000")
    assert picture.evaluate(size) == [2000, 1500]
    assert page.locator("#regions img").evaluate(size) == [1600, 1200], "the page itself stays light"
    assert page.locator("#zoom [aria-pressed=true]").inner_text() == "Numbered regions"
    place = picture.bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 1280, "all of it is seen first"
    page.keyboard.press("f")
    assert page.locator("#zoom output").inner_text() == "100 %"
    assert picture.bounding_box()["width"] == 2000
    before = picture.bounding_box()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    after = picture.bounding_box()
    assert (after["x"] - before["x"], after["y"] - before["y"]) == (-80, 80)
    with page.expect_download() as download:
        page.locator("#zoom .save").click()
    assert download.value.suggested_filename == "regions.jpg"
    page.keyboard.press("1")
    assert page.locator("#zoom [aria-pressed=true]").inner_text() == "Picture"
    assert picture.bounding_box()["x"] == after["x"], "the place stays when another picture is chosen"
    page.keyboard.press("+")
    page.keyboard.press("+")
    page.keyboard.press("-")
    assert page.locator("#zoom output").inner_text() == "125 %"
    page.keyboard.press("Escape")
    picture.wait_for(state="hidden")
    page.locator("#picture").get_by_label("Remove Image").click()
    visit.sees("#card", "the verdict appears here")
    assert page.locator("#zoom-open").is_disabled()
