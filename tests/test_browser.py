"""The app in a real browser: clicked as a visitor would, and listened to so that nothing leaves the machine."""

import os
import re
import shutil
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from movement_cases import write_fallen, write_squats

from apps.ui.serve import launched
from assistant import library
from assistant.inspection import inspect
from assistant.page import write_page
from fusion.item import Item

pytestmark = pytest.mark.browser

CHROMIUM = "/usr/bin/chromium"
QUIET = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
QUIET += " --disable-component-update --disable-sync"
QUIET += " --use-fake-device-for-media-stream --use-fake-ui-for-media-stream"  # a camera that is none
SECONDS = 20_000  # in milliseconds: how long a slow machine may take to answer a click


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    executable = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
    if executable is None:
        message = f"there is no {CHROMIUM}; apt-get install chromium"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=QUIET.split())
        yield chromium
        chromium.close()


@pytest.fixture
def app(fake_core: None, plate: Plate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the app with one model and two pictures to click, and return its address."""
    for name in ("GRADIO_ANALYTICS_ENABLED", "GRADIO_RUN_HISTORY", "GRADIO_TEMP_DIR"):
        monkeypatch.setenv(name, "True")  # so that what `launched` sets is seen to, and forgotten after the test
    library.save(FakeDetector("plates"), "plates")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    clickable = [
        (plate("good/a.png"), "A plate without defects.", "plates"),
        (plate("stain/b.png", 200), "A plate with a <b>bright</b> stain.", "plates"),
    ]
    blocks = launched(port, tmp_path / "served", clickable, store=str(tmp_path / "records"))
    yield f"http://127.0.0.1:{port}"
    blocks.close(verbose=False)


class Visit:
    """A page, all that it asked for, and all that went wrong on it."""

    def __init__(self, browser: Any, address: str, **options: Any) -> None:
        self.page = browser.new_context(
            **{"viewport": {"width": 1280, "height": 850}, "locale": "en-US"} | options
        ).new_page()
        self.hosts: set[str] = set()
        self.wrong: list[str] = []
        self.page.set_default_timeout(SECONDS)
        self.page.on("request", lambda request: self.hosts.add(re.sub(r"^(\w+:)(//([^/:]+))?.*", r"\1\3", request.url)))
        self.page.on("console", lambda said: self.wrong.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("dialog", lambda dialog: self.wrong.append(f"dialog: {dialog.message}"))
        self.page.goto(address)
        self.sees("#card", "example" if options.get("locale") != "zh-CN" else "示例")
        # The page starts in two steps; what a visitor does before the model is known finds none.
        self.page.wait_for_function("document.querySelector('#model input')?.value")

    def sees(self, place: str, text: str) -> None:
        self.page.locator(place).get_by_text(text).first.wait_for()

    def reloads(self) -> None:
        """Load the page again; what was being asked for then is cut off, and Gradio says so of each request."""
        before = len(self.wrong)
        self.page.reload()
        cut_off = ("AbortError: ", "Connection errored out.")
        self.wrong[before:] = [said for said in self.wrong[before:] if not any(word in said for word in cut_off)]

    def text(self, place: str) -> str:
        return str(self.page.locator(place).inner_text())

    def gives(self, place: str, *files: Path) -> None:
        self.page.locator(f"{place} input[type=file]").set_input_files(files)


@pytest.fixture
def visit(browser: Any, app: str) -> Iterator[Visit]:
    visit = Visit(browser, app)
    yield visit
    assert visit.wrong == []
    assert visit.hosts <= {"http:127.0.0.1", "data:", "blob:http", "blob:"}, "nothing is fetched from anywhere else"
    visit.page.context.close()


def test_an_example_is_clicked_and_judged(visit: Visit) -> None:
    page = visit.page
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    visit.sees("#words", "Region 1")
    assert visit.text("#caption") == "A plate with a <b>bright</b> stain."
    for place in ("#pair", "#overlay", "#regions", "#legend"):
        page.locator(f"{place} img").first.wait_for()
        page.wait_for_function(
            "place => [...document.querySelectorAll(place)].every(img => img.complete && img.naturalWidth > 0)",
            arg=f"{place} img",
        )
    with page.expect_download() as download:
        page.locator("#report").click()
    assert download.value.suggested_filename == "plates-stain-b.html"
    assert "REJECT" in Path(download.value.path()).read_text("utf-8")
    page.get_by_text("中文").click()
    visit.sees("#card", "不合格")
    visit.sees("#words", "区域 1")
    visit.sees("#report", "下载报告")
    page.wait_for_function("document.documentElement.lang === 'zh-CN'")
    page.get_by_role("tab", name="训练").click()
    visit.sees("#files", "点击上传")  # a word of Gradio's own
    page.get_by_role("tab", name="检测").click()
    page.locator("#picture").get_by_label("Remove Image").click()
    page.wait_for_function("!document.querySelector('#caption').innerText.trim()")
    visit.sees("#card", "判定结果将显示在此处")


def test_a_picture_is_uploaded_then_one_that_is_none(visit: Visit, plate: Plate, tmp_path: Path) -> None:
    visit.gives("#picture", plate("mine.png", 200))
    visit.sees("#card", "REJECT")
    (tmp_path / "<img src=x onerror=alert(1)>.png").write_text("hello")
    visit.page.locator("#picture").get_by_label("Remove Image").click()
    visit.sees("#card", "the verdict appears here")
    visit.gives("#picture", tmp_path / "<img src=x onerror=alert(1)>.png")
    visit.sees("#card", "this is a text that begins with 'hello'")
    assert visit.page.locator("#pair img, #overlay img, #legend img").count() == 0, "nothing of the last picture stays"


def test_a_place_is_drawn_over_and_ignored_then_a_mask_is_given_then_all_counts_again(
    visit: Visit, plate: Plate
) -> None:
    page = visit.page
    visit.gives("#picture", plate("mine.png", 200))
    visit.sees("#card", "REJECT")
    page.get_by_text("Where to look (optional)").click()
    page.locator("#mask-apply").click()
    visit.sees(".toast-body", "nothing is drawn and no mask is given")
    page.wait_for_timeout(500)
    page.get_by_text("Ignore where I draw").click()
    canvas = page.locator("#drawing canvas").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box
    middle, centre = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(middle - 60, centre)
    page.mouse.down()
    for step in range(13):
        page.mouse.move(middle - 60 + 10 * step, centre + (20 if step % 2 else -20))
    page.mouse.up()
    page.locator("#mask-apply").click()
    visit.sees("#card", "PASS")
    visit.sees("#words", "Only the masked place counted")
    page.locator("#mask-clear").click()
    visit.sees("#card", "REJECT")
    visit.gives("#mask-file", plate("roi.png", 255, level=0))
    page.locator("#mask-file").get_by_text("roi").wait_for()
    page.locator("#mask-apply").click()
    visit.sees("#words", "Only the masked place counted")
    visit.sees("#card", "REJECT")


def test_what_was_inspected_is_recorded_and_so_is_what_a_person_decides(
    visit: Visit, app: str, plate: Plate, tmp_path: Path
) -> None:
    page = visit.page
    visit.gives("#picture", plate("mine.png", 200))
    visit.sees("#card", "REJECT")
    page.get_by_text("Was this right?").click()
    visit.sees("#recorded", "Recorded as inspection 3.")
    page.locator("#judge-record").click()
    visit.sees(".toast-body", "A decision takes a choice, your name and a reason.")
    page.get_by_text("It is good").click()
    page.locator("#judge-by input, #judge-by textarea").first.fill("<b>M. Keller</b>")
    page.locator("#judge-reason input, #judge-reason textarea").first.fill("film, wiped off")
    page.locator("#judge-record").click()
    visit.sees("#recorded", "decision 4 on inspection 3")
    told = page.request.get(f"{app}/api/v1/inspections/3").json()  # programs see the same
    assert (told["document"]["verdict"], told["decisions"][0]["verdict"]) == ("REJECT", "PASS")
    assert told["decisions"][0]["reason"] == "film, wiped off"
    assert page.request.get(f"{app}/api/v1/audit/verify").json()["faults"] == []


def test_words_point_and_leave_out(visit: Visit) -> None:
    page = visit.page
    library.save(FakeDetector("plates", card={"network": {}}), "plates", replace=True)
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    assert page.locator("#guided img").count() == 0
    page.locator("#prompt textarea, #prompt input").first.fill("<img src=x onerror=alert(1)> bright spot")
    page.keyboard.press("Enter")
    visit.sees("#words", "fits best in the centre")
    page.locator("#guided img").first.wait_for(state="attached")
    page.locator("#chips").get_by_text("ignore the label").click()
    visit.sees("#card", "was left out of the score")
    assert page.locator("#prompt textarea, #prompt input").first.input_value() == "ignore the label"
    page.get_by_text("中文").click()
    visit.sees("#words", "文字“ignore the label”理解为：忽略“the label”。")
    page.locator("#chips").get_by_text("只看孔洞和裂纹").click()
    visit.sees("#words", "文字“只看孔洞和裂纹”理解为：查找“hole and crack”。")
    page.locator("#prompt textarea, #prompt input").first.fill("只看污染和划痕")
    page.keyboard.press("Enter")
    visit.sees("#words", "最符合“contamination and scratch”")


def test_a_model_is_taught_and_its_rates_are_changed(visit: Visit, plate: Plate) -> None:
    page = visit.page
    page.get_by_role("tab", name="Teach").click()
    page.locator("#fit").click()
    visit.sees(".toast-body", "Give good pictures or a ZIP first.")
    visit.gives("#files", *(plate(f"good{number}.png", 128, 100 + number) for number in range(8)))
    visit.sees("#check", "8 good pictures to fit on; nothing suspicious.")
    page.locator("#name input, #name textarea").first.fill("mine")
    page.locator("#fit").click()
    visit.sees("#made", "mine is ready and selected.")
    page.locator("#fit").click()
    visit.sees(".toast-body", "a model named mine exists")
    visit.sees("#made", "The new model is introduced here.")
    assert page.locator("#model input").input_value() == "mine"
    page.locator("#apply-reject_rate input").fill("30")
    page.locator("#apply").click()
    visit.sees(".toast-body", "false-alarm rates must satisfy")
    page.locator("#apply-review_rate input").fill("40")
    page.locator("#apply").click()
    visit.sees("#what-if .now", "40 % / 30 %")
    assert library.read("mine").calibration.reject_rate == 0.3


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_nothing_is_wider_than_the_window_and_nothing_jumps(browser: Any, app: str, width: int, scheme: str) -> None:
    visit = Visit(browser, app, viewport={"width": width, "height": 850}, color_scheme=scheme, locale="zh-CN")
    page = visit.page
    top = page.locator("#pair").bounding_box()["y"] + page.evaluate("scrollY") if width > 600 else None
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#words", "区域 1")
    if top is not None:
        assert page.locator("#pair").bounding_box()["y"] + page.evaluate("scrollY") == pytest.approx(top, abs=30)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("tab", name="训练").click()
    visit.sees("#what-if", "60 件良品")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert visit.wrong == []
    page.context.close()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_report_asks_for_nothing_and_prints_on_one_page(
    browser: Any, plate: Plate, tmp_path: Path, lang: Any
) -> None:
    sample = Item(plate("part.png", 200, size=(640, 480)), None, "", "test").load()
    assert sample.image is not None
    for x in range(20, 600, 70):
        sample.image[300:320, x : x + 30] = 220
    card = {f"key_{number}": "a value of some length" for number in range(20)} | {"network": {}}
    result = inspect(replace(sample, text="bright spot, ignore the print"), FakeDetector(card=card), lang)
    assert len(result.evidence.regions) == 8
    assert result.evidence.prompt is not None
    page = browser.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    report = write_page(result, tmp_path, FakeDetector().calibration.scores.tolist())
    page.goto(report.as_uri())
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    pages = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(pages) == 1
    page.close()


def test_a_movement_plays_beside_its_normal_version_and_a_model_of_movements_is_taught(
    visit: Visit, plate: Plate, tmp_path: Path
) -> None:
    page = visit.page
    page.get_by_role("tab", name="Movements").click()
    page.locator("#movements-teach").get_by_text("Teach a new model of movements").click()
    page.locator("#movement-fit").click()
    visit.sees(".toast-body", "Give normal movements or a ZIP first.")
    visit.gives("#movement-files", *write_squats(tmp_path / "good"))
    page.locator("#movement-files").get_by_text("person2_1").wait_for()
    page.locator("#people input, #people textarea").first.fill(r"person(\d)")
    page.locator("#movement-name input, #movement-name textarea").first.fill("squats")
    page.locator("#movement-fit").click()
    visit.sees("#movement-made", "squats is ready and selected.")
    visit.gives("#movement", write_fallen(tmp_path / "<img src=x onerror=alert(1)>.json"))
    visit.sees("#movement-words", "moves unlike normal")
    assert page.locator("#animation img, #charts img, #charts svg").count() >= 3
    assert all(page.locator("#animation img, #charts img").evaluate_all("all => all.map(img => img.naturalWidth > 0)"))
    visit.gives("#scene", plate("room.png", 200))
    visit.sees("#movement-card", "knows one movement, and no scene of it")
    page.locator("#scene").get_by_label("Remove Image").click()
    visit.sees("#movement-words", "moves unlike normal")
    page.get_by_text("中文").click()
    visit.sees("#movement-words", "的动作异常")
    visit.sees("#charts", "左腿")
    (tmp_path / "text.json").write_text("hello")
    page.locator("#movement").get_by_label("Clear").first.click()
    visit.sees("#movement-card", "上传动作文件")
    visit.gives("#movement", tmp_path / "text.json")
    visit.sees("#movement-card", "text.json")
    assert page.locator("#animation img, #charts svg").count() == 0, "nothing of the last movement stays"
