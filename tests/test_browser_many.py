"""Several pictures at once, poses, the camera, and another model, in a real browser."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from test_browser import Visit, app, browser, visit  # noqa: F401

from assistant import library

pytestmark = pytest.mark.browser

DROP = """given => {
  const data = new DataTransfer();
  for (const [name, bytes] of given) {
    const type = name.endsWith('.png') ? 'image/png' : 'application/json';
    data.items.add(new File([Uint8Array.from(atob(bytes), one => one.charCodeAt(0))], name, {type}));
  }
  document.querySelector('#picture [aria-dropeffect], #picture img')
    .dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


def drop(there: Visit, *files: Path) -> None:
    there.page.evaluate(DROP, [(file.name, b64encode(file.read_bytes()).decode()) for file in files])


def test_several_are_dropped_on_the_picture_and_the_worst_is_shown(
    visit: Visit,  # noqa: F811
    plate: Plate,
    tmp_path: Path,
) -> None:
    (tmp_path / "none.png").write_text("hello")
    drop(visit, plate("fine.png"), tmp_path / "none.png", plate("worst.png", 200), plate("odd.png", 150))
    visit.sees("#many-told", "4 pictures: 1 ■ REJECT, 1 ▲ REVIEW, 1 ● PASS, 1 unreadable.")
    visit.sees("#many-told", "none.png: this is a text")
    visit.sees("#card", "REJECT")
    page = visit.page
    page.locator("#picture img").wait_for()
    assert page.locator("#many-stop").is_hidden()
    thumbnails = page.locator("#many-shown button.thumbnail-item")
    assert [one.inner_text().split()[-1] for one in thumbnails.all()] == ["worst.png", "odd.png", "fine.png"]
    thumbnails.nth(1).click()
    visit.sees("#card", "REVIEW")
    visit.sees("#words", "2.2 sigma")
    page.get_by_text("中文").click()
    visit.sees("#many-told", "4 幅图像：■ 不合格 1 幅")
    visit.sees("#many-shown", "待复检")


def test_a_picture_is_taken_with_the_camera_as_it_is_and_a_pose_is_dropped_on_one(
    visit: Visit,  # noqa: F811
    plate: Plate,
    tmp_path: Path,
) -> None:
    page = visit.page
    # Gradio (6.31) may ask for the progress of a capture before that has a name, and is told that there is none.
    done = {"content_type": "text/event-stream", "body": 'data: {"msg": "done"}\n\n'}
    page.route(re.compile(r"/upload_progress\?upload_id=$"), lambda route: route.fulfill(**done))
    page.locator("#picture").get_by_label("Capture from camera").click()
    page.locator("#picture").get_by_text("Click to Access Webcam").click()
    video = page.locator("#picture video")
    video.wait_for()
    assert "flip" not in (video.get_attribute("class") or ""), "a part is not seen in a mirror"
    page.wait_for_function("document.querySelector('#picture video').videoWidth > 0")
    page.locator("#picture").get_by_label("capture photo").click()
    page.locator("#card .foil-card").wait_for()
    page.locator("#pair img").first.wait_for()
    page.locator("#picture").get_by_label("Remove Image").click()
    visit.sees("#card", "the verdict appears here")
    page.locator("#picture").get_by_label("Upload file").click()
    pose = tmp_path / "worker.json"
    pose.write_text(json.dumps([[20 + joint, 10 + joint, 1] for joint in range(17)]))
    drop(visit, pose)
    visit.sees(".toast-body", "there is no picture that it goes with")
    drop(visit, plate("worker.png", 200))
    visit.sees("#card", "REJECT")
    drop(visit, pose)
    page.locator("#posed img").wait_for()
    visit.sees("#unheard", "the pose is shown, and changes nothing")
    page.locator("#picture").get_by_label("Remove Image").click()
    page.locator("#posed").wait_for(state="detached")


def test_a_refused_picture_is_handed_to_the_model_that_knows_it(
    visit: Visit,  # noqa: F811
    plate: Plate,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page, detect = visit.page, FakeDetector.detect

    def strict(self: FakeDetector, sample: Any, samples: int = 0) -> Any:
        found = detect(self, sample, samples)
        return replace(found, verdict="REFUSED", refusal="it is no plate") if self.name == "plates" else found

    monkeypatch.setattr(FakeDetector, "detect", strict)
    library.save(FakeDetector("discs"), "discs")
    visit.reloads()
    page.wait_for_function("document.querySelector('#model input')?.value === 'discs'")
    page.locator("#model input").click()
    page.get_by_role("option", name="plates").click()
    visit.gives("#picture", plate("disc.png", 200))
    visit.sees("#card", "It was held against plates. It looks like a part of discs.")
    page.locator("#other").click()
    visit.sees("#card", "REJECT")
    assert page.locator("#model input").input_value() == "discs"
    page.locator("#other").wait_for(state="hidden")
