"""Take a picture of every page of the app, as docs/app.md shows them: light, dark, on a phone, and in Chinese.

    python tests/screenshots.py --home FOLDER              # all of them, into docs/screenshots
    python tests/screenshots.py --home FOLDER --only review,ask --out ANOTHER

It is no test of the suite: it is for the eyes. A real `foil serve --example` is started on a free port and gone through
in Chromium as a visitor would; what it fits stays in `--home`, so that the next time takes less.
"""

import argparse
import io
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from movement_cases import write_fallen, write_squats
from PIL import Image
from test_browser import CHROMIUM, QUIET

ROOT = Path(__file__).resolve().parents[1]
FOIL = [sys.executable, "-m", "apps.cli"]
PATIENCE = 240_000  # milliseconds, of a machine that does other work, too
MOST = 160_000  # bytes of a picture
QUALITIES = (88, 80, 72, 64, 56, 48, 42)
WIDE = {"width": 1280, "height": 850}
PLAIN = {"viewport": WIDE, "color_scheme": "light", "locale": "en-US"}
LOOKS: dict[str, dict[str, Any]] = {
    "light": PLAIN,
    "dark": PLAIN | {"color_scheme": "dark"},
    "phone": PLAIN | {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
    "zh": PLAIN | {"locale": "zh-CN"},
}
TABS = ("inspect", "ask", "teach", "review", "gallery", "movements")
# The second question and the third follow the first one's answer.
QUESTIONS = {
    "en": ("why was it rejected?", "how big is region 1?", "what if it were normal?"),
    "zh": ("为什么不合格？", "区域 1 有多大？", "如果它正常会怎样？"),
}
CHIP, LIMB = 2, 9  # which example is clicked
TRAINING = 2  # minutes, of the job that is seen at work
# What fades or blinks would be caught halfway.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"


class Visitor:
    """A browser's page in one of the looks."""

    def __init__(self, browser: Any, address: str, look: str, home: Path) -> None:
        self.look, self.home, options = look, home, LOOKS[look]
        self.lang = "zh" if options["locale"] == "zh-CN" else "en"
        self.page = browser.new_context(**options).new_page()
        self.page.set_default_timeout(PATIENCE)
        self.page.goto(address)
        self.page.wait_for_function("document.querySelector('#model input')?.value")
        self.page.add_style_tag(content=STILL)
        self.page.wait_for_timeout(1500)  # the tour invites as the last thing that a new page does

    def opens(self, tab: str) -> None:
        """Open a tab, which on a narrow page lies behind a button."""
        index = TABS.index(tab)
        shown = self.page.locator("[role=tablist] [role=tab]")
        one = shown.nth(index)
        if index < shown.count() and one.is_visible():
            one.click()
        else:
            self.page.locator(".overflow-menu > button").click()
            self.page.locator(".overflow-dropdown button").nth(index - self.tabs_seen()).click()

    def tabs_seen(self) -> int:
        return sum(one.is_visible() for one in self.page.locator("[role=tablist] [role=tab]").all())

    def closes_the_tour(self) -> None:
        if self.page.locator("#tour").is_visible():
            self.page.locator("#tour button").last.click()
            self.page.locator("#tour").wait_for(state="hidden")

    def gives(self, place: str, *files: Path) -> None:
        self.page.locator(f"{place} input[type=file]").first.set_input_files(files)

    def judged(self, number: int = 0) -> None:
        """Click an example and wait for all that is said and shown of it."""
        self.page.locator("#examples button.thumbnail-item").nth(number).click()
        self.page.locator("#card .foil-card").wait_for()
        self.page.locator("#words .foil-words").wait_for()
        self.page.locator("#regions img").wait_for()
        self.page.locator("#limit-words .foil-limit, #limit-words p").first.wait_for()

    def is_shown(self, place: str, what: str) -> None:
        self.page.locator(place).get_by_text(re.compile(what)).first.wait_for()


def good_parts(home: Path, count: int) -> list[Path]:
    return sorted((home / "example/gasket/train/good").glob("*.png"))[:count]


def inspect(visitor: Visitor) -> None:
    visitor.closes_the_tour()
    visitor.judged(CHIP)


def several(visitor: Visitor) -> None:
    inspect(visitor)  # its model is the one at the top
    visitor.page.locator("#many > button").click()
    kinds = ("good", "scratch", "chip", "blocked_hole", "stain")
    tests = [visitor.home / f"example/gasket/test/{kind}/00{number}.png" for kind in kinds for number in (2, 3)]
    with TemporaryDirectory(prefix="foil-") as folder:
        named = [Path(folder, f"{one.parent.name}-{one.name}") for one in tests]
        for one, copy in zip(tests, named, strict=True):
            shutil.copyfile(one, copy)
        visitor.gives("#many-files", *named)
        visitor.is_shown("#many-told", r"\d+ pictures:|\d+ 幅图像：")
    visitor.page.locator("#card .foil-card").wait_for()
    visitor.page.locator("#regions img").wait_for()
    visitor.page.locator("#words [data-regions]").first.hover()


def tour(visitor: Visitor) -> None:
    for step in (1, 2):
        visitor.page.locator("#tour button.primary").click()
        visitor.is_shown("#tour", f"{step} / 5")
        visitor.page.wait_for_timeout(1500)  # it scrolls to what it speaks of
    visitor.page.locator("#card .foil-card").wait_for()
    visitor.page.locator("#regions img").wait_for()


def zoom(visitor: Visitor) -> None:
    inspect(visitor)
    visitor.page.locator("#regions img").click()
    visitor.page.locator("#zoom img").wait_for()


def ask(visitor: Visitor) -> None:
    inspect(visitor)
    visitor.opens("ask")
    for number, question in enumerate(QUESTIONS[visitor.lang], 1):
        visitor.page.locator("#ask textarea").fill(question)
        visitor.page.locator("#ask button.submit-button").click()
        # Every answer ends with what it rests on.
        ended = "n => (document.querySelector('#chat').innerText.match(/Rests on|依据/g) ?? []).length >= n"
        visitor.page.wait_for_function(ended, arg=number)


def teach(visitor: Visitor) -> None:
    visitor.closes_the_tour()
    visitor.judged(LIMB)  # its model is trained
    visitor.opens("teach")
    visitor.page.locator("#what-if .foil-pod").wait_for()
    visitor.gives("#files", *good_parts(visitor.home, 20))
    visitor.is_shown("#check", "20")
    visitor.page.locator("#preview > button").click()
    visitor.page.locator("#preview-gallery img").nth(8).wait_for()


def review(visitor: Visitor) -> None:
    visitor.closes_the_tour()
    visitor.opens("review")
    visitor.page.locator("#review-marked img").wait_for()


def drift(visitor: Visitor) -> None:
    inspect(visitor)  # its model is the one at the top
    visitor.opens("review")
    visitor.page.locator("#review-marked img").wait_for()
    visitor.page.locator("#review-drift > button").click()
    visitor.page.locator("#drift .foil-table").wait_for()
    visitor.page.evaluate("document.querySelector('#review-drift').scrollIntoView()")


def gallery(visitor: Visitor) -> None:
    inspect(visitor)
    visitor.opens("gallery")
    visitor.gives("#gallery-files", *good_parts(visitor.home, 16))  # all 60 would take minutes on a busy machine
    visitor.is_shown("#gallery-source", "16")
    visitor.page.locator("#gallery-time p").wait_for()
    visitor.page.locator("#gallery-start").click()
    visitor.page.locator("#gallery-panels figure img").nth(2).wait_for()
    visitor.page.locator("#gallery-sheet:not([disabled])").wait_for()


def movements(visitor: Visitor) -> None:
    visitor.closes_the_tour()
    visitor.opens("movements")
    visitor.gives("#movement", write_fallen(visitor.home / "squat-with-one-arm.json"))
    visitor.page.locator("#movement-card .foil-card").wait_for()
    visitor.page.locator("#animation img").first.wait_for()


def report(visitor: Visitor) -> None:
    review(visitor)
    visitor.page.locator("#review-report button").first.click()
    visitor.page.locator("#review-make").click()
    visitor.page.locator("#review-made .foil-state").wait_for()
    visitor.page.locator("#review-page iframe").wait_for()
    visitor.page.evaluate("document.querySelector('#review-report').scrollIntoView()")
    visitor.page.wait_for_timeout(2000)


def jobs(visitor: Visitor) -> None:
    visitor.closes_the_tour()
    visitor.page.locator("#job svg circle").first.wait_for()


PAGES: dict[str, Callable[[Visitor], None]] = {
    one.__name__: one
    for one in (review, drift, report, inspect, several, tour, zoom, ask, teach, gallery, movements, jobs)
}


PARTS = ("report", "drift", "tour", "zoom", "jobs")  # of which only what is in sight is shown


def take(visitor: Visitor, out: Path, whole: bool) -> None:
    """Write what a visitor sees as a JPEG of at most MOST bytes, as good as that allows."""
    visitor.page.mouse.move(0, 0)
    visitor.page.wait_for_timeout(1500)
    picture = Image.open(io.BytesIO(visitor.page.screenshot(full_page=whole))).convert("RGB")
    for quality in QUALITIES:
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=quality, optimize=True)
        if file.tell() <= MOST:
            break
    out.write_bytes(file.getvalue())
    print(f"{out}: {picture.width} x {picture.height}, {file.tell() // 1000} kB", flush=True)


@contextmanager
def example_served(home: Path) -> Iterator[str]:
    """Serve the example products and a store, by a process of its own."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = ["serve", "--example", "--no-browser", "--port", str(port), "--store", str(home / "records")]
    process = subprocess.Popen([*FOIL, *command], stdout=subprocess.PIPE, text=True, **known(home))
    assert process.stdout is not None
    try:
        if not any(line.startswith("Foil is open") for line in process.stdout):
            raise SystemExit("foil serve ended before it served")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def browsing() -> Iterator[Any]:
    """Start Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())


def known(home: Path) -> dict[str, Any]:
    """Return where Foil runs, and what is its own."""
    return {"cwd": ROOT, "env": os.environ | {"FOIL_HOME": str(home), "PYTHONPATH": str(ROOT)}}


def prepare(home: Path) -> None:
    """Fit a model of movements, once, and begin with nothing on record."""
    if not (home / "models/squats").exists():
        write_squats(home / "squats", 5, 3)
        subprocess.run([*FOIL, "fit", str(home / "squats"), "--name", "squats"], check=True, **known(home))
    shutil.rmtree(home / "records", ignore_errors=True)


def inspected(address: str, home: Path) -> None:
    """Put on record what waits for a decision."""
    good = sorted((home / "example/gasket/test/good").glob("*.png"))
    bad = [home / f"example/gasket/test/{name}/001.png" for name in ("scratch", "chip", "blocked_hole", "stain")]
    for lot, found in (("lot6", good), ("lot7", bad)):
        for picture in found:
            name = picture.name if found is good else f"{picture.parent.name}.png"
            files, model = {"files": (f"{lot}/{name}", picture.read_bytes())}, {"model": "gasket"}
            httpx.post(f"{address}/api/v1/inspect", files=files, data=model, timeout=120).raise_for_status()


def train(address: str, home: Path) -> None:
    """Ask for a training to be looked at."""
    asked = {"source": str(home / "example/gasket"), "name": "gasket", "replace": True, "minutes": TRAINING}
    httpx.post(f"{address}/api/v1/jobs/fit", json=asked).raise_for_status()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="where the example, its models and records lie")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/screenshots")
    parser.add_argument("--only", default=",".join(PAGES), help="pages, by commas")
    parser.add_argument("--looks", default=",".join(LOOKS))
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    home = given.home.resolve()
    prepare(home)
    with example_served(home) as address, browsing() as browser:
        inspected(address, home)
        for name in given.only.split(","):
            if name == "jobs":
                train(address, home)
            for look in given.looks.split(","):
                visitor = Visitor(browser, address, look, home)
                PAGES[name](visitor)
                take(visitor, given.out / f"{name}-{look}.jpg", whole=name not in PARTS)
                visitor.page.context.close()


if __name__ == "__main__":
    main()
