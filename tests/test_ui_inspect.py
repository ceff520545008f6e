"""The Inspect tab without a browser: several pictures at once, poses, other models, and what is recorded of them."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from PIL import Image

from apps.ui import many
from apps.ui.inspect_tab import InspectTab
from apps.ui.inspecting import in_paragraphs, look, sample_of, with_pose
from apps.ui.many import Given, Many, captions, inspected, paired, told
from apps.ui.many_part import ManyPart, _at_hand
from apps.ui.marked import marked
from apps.ui.models import Models
from apps.ui.pages import build
from apps.ui.recorder import OnRecord, Recorder
from apps.ui.shelf import Shelf
from assistant import library
from assistant.recognising import MOST, recognised
from fusion.errors import BadInput, BadModel, BadSetting

JOINTS = [[20 + joint, 10 + joint, 1] for joint in range(17)]


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def posed(path: Path, joints: Any = JOINTS) -> str:
    path.write_text(json.dumps(joints))
    return str(path)


def part_of(blocks: gr.Blocks, kind: type) -> Any:
    """Return the part of a page that answers some of its events."""
    return next(
        event.fn.__self__ for event in blocks.fns.values() if isinstance(getattr(event.fn, "__self__", 0), kind)
    )


# ── several at once ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pose_goes_with_the_picture_of_its_name() -> None:
    given, poses = paired(["/t/b.png", "/t/a.json", "/t/a.PNG", "/u/c.tif"], "en")
    assert given == [Given("/t/b.png"), Given("/t/a.PNG", "/t/a.json"), Given("/u/c.tif")]
    assert poses == []
    assert paired(["/t/part.png", "/t/worker.npy"], "en") == ([Given("/t/part.png", "/t/worker.npy")], [])
    assert paired(["/t/worker.npz"], "en") == ([], ["/t/worker.npz"])


def test_a_pose_that_goes_with_none_of_several_is_said() -> None:
    with pytest.raises(BadInput, match=r"c\.json: no picture among these is named like this pose"):
        paired(["/t/a.png", "/t/b.png", "/t/c.json"], "en")
    with pytest.raises(BadSetting, match="201 pictures at once: the page takes 200"):
        paired([f"/t/{number}.png" for number in range(201)], "en")


def test_several_are_inspected_and_a_bad_one_ends_itself_only(plate: Plate, shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "<b>.png").write_text("hello")
    files = [
        plate("good.png"),
        tmp_path / "<b>.png",
        plate("bad.png", 200),
        plate("odd.png", 150),
        plate("dark.png", 0, 0),
    ]
    given, _ = paired([str(file) for file in files], "en")
    found = tuple(inspected(given, FakeDetector(), "", "en", shelf))
    whole = Many(len(given), found, True, "plates")
    assert [one.given.name for one in whole.judged] == ["bad.png", "odd.png", "dark.png", "good.png"]
    said = [said for _, said in captions(whole, "en")]
    assert said == ["■ REJECT 7.20\nbad.png", "▲ REVIEW 2.20\nodd.png", "◆ REFUSED\ndark.png", "● PASS 0.00\ngood.png"]
    assert all(max(Image.open(path).size) <= many.SMALL for path, _ in captions(whole, "en"))
    words = told(whole, "en")
    assert "5 pictures: 1 ■ REJECT, 1 ▲ REVIEW, 1 ◆ REFUSED, 1 ● PASS, 1 unreadable." in words
    assert "&lt;b&gt;.png: this is a text" in words
    assert "<b>" not in words
    assert "已检测 2 / 5" in told(Many(5, found[:2]), "zh")
    assert "Stopped after 2 of 5 pictures" in told(Many(5, found[:2], True), "en")


def test_the_worst_of_several_is_at_hand_and_a_click_records_nothing_twice(
    fake_core: None, plate: Plate, shelf: Shelf, tmp_path: Path
) -> None:
    library.save(FakeDetector("plates"), "plates")
    blocks = build(Models(), shelf, store=str(tmp_path / "records"))
    part = part_of(blocks, ManyPart)
    tab = part_of(blocks, InspectTab)
    files = [str(plate(f"{spot}.png", spot)) for spot in (128, 200, 150)]
    *_, last = part._inspect(files, None, "plates", "", "en")
    whole, _, _, stop, (sample, shown, on_record) = last
    assert (whole.ended, stop["visible"]) == (True, False)
    assert (sample.name, Path(shown).name) == ("200.png", "200.png")
    records = tab.frame.recorder.store
    for lang in ("en", "zh"):
        view = tab.again(sample, "plates", lang, {}, "", on_record)
        assert view[0] == on_record
    assert len(records.latest(9)) == 3, "told once more, in another language, it is the same inspection"
    assert tab.again(sample, "plates", "en", {}, "", None)[0] != on_record
    assert len(records.latest(9)) == 4, "a picture given anew is looked at anew"
    library.set_rates("plates", 0.1, 0.02)
    tab.again(sample, "plates", "en", {}, "", on_record)
    assert len(records.latest(9)) == 5, "under other thresholds, too"
    second = gr.SelectData(None, {"index": 1, "value": None})
    picked = part._picked(whole, "en", second)
    assert (picked[0].name, picked[2], picked[3]) == ("150.png", whole.judged[1].on_record, "plates")
    Path(files[2]).unlink()
    with pytest.raises(gr.Error, match=r"150\.png was given more than an hour ago"):
        part._picked(whole, "en", second)


def test_a_single_file_is_what_is_at_hand_and_a_pose_joins_it(plate: Plate, shelf: Shelf, tmp_path: Path) -> None:
    part = part_of(build(Models(), shelf), ManyPart)
    [came] = part._inspect([str(plate("one.png"))], None, None, "", "en")
    sample = came[-1][0]
    assert (sample.name, sample.skeleton, came[0]) == ("one.png", None, Many(0))
    [came] = part._inspect([posed(tmp_path / "worker.json")], sample, None, "", "en")
    assert came[-1][0].skeleton.tolist() == JOINTS
    for at_hand, said in ((None, "there is no picture that it goes with"), (sample, "expected one pose of 17 joints")):
        with pytest.raises(gr.Error, match=said):
            [*part._inspect([posed(tmp_path / "no.json", [1, 2])], at_hand, None, "", "en")]
    with pytest.raises(gr.Error, match="Choose a model"):
        [*part._inspect([str(plate("a.png")), str(plate("b.png"))], None, None, "", "en")]


# ── what is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_pose_is_drawn_over_its_picture_and_a_model_that_makes_nothing_of_it_says_so(
    plate: Plate, shelf: Shelf, tmp_path: Path
) -> None:
    sample = with_pose(sample_of(str(plate("part.png", 160))), posed(tmp_path / "pose.json"))
    view = look(sample, FakeDetector(), "en", shelf)
    assert view.unheard == ("skeleton",)
    assert view.posed is not None
    drawn, plain = (np.asarray(Image.open(path)) for path in (view.posed, view.pair[0] if view.pair else ""))
    assert not np.array_equal(drawn[10, 20], plain[10, 20]), "a joint lies there"
    assert [Path(path).stem for path in view.whole] == ["input", "normal", "overlay", "regions", "posed"]
    assert 'id="posed"' in marked(view, "en")
    assert look(sample_of(str(plate("part.png", 160))), FakeDetector(), "en", shelf).posed is None
    with pytest.raises(BadInput, match=r"pose\.json: "):
        with_pose(sample, posed(tmp_path / "pose.json", [[900, 1, 1]] * 17))


def test_a_sentence_and_the_frame_of_its_region_know_each_other(plate: Plate, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("part.png", 160))), FakeDetector(), "en", shelf)
    frame = re.search(r'<rect data-regions="1" x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"', marked(view, "en"))
    assert frame is not None
    x, y, width, height = map(float, frame.groups())
    [(number, (x0, y0, x1, y1))] = view.places
    assert number == 1
    assert x < x0 < x1 < x + width, "the frame hides nothing of its region"
    assert y < y0 < y1 < y + height
    assert '<p data-regions="1">Region' in view.words
    for line, numbers in (
        ("Regions 1 and 3 are alike.", "1 3"),
        ("区域 2、5 位于上方。", "2 5"),
        ("Nothing is marked.", None),
    ):
        said = in_paragraphs(line)
        assert (f'data-regions="{numbers}"' in said) if numbers else ("data-regions" not in said), line


def test_only_pictures_of_the_shelf_are_handed_out(shelf: Shelf, tmp_path: Path) -> None:
    (tmp_path / "secret.png").write_bytes(b"secret")
    picture, report = Path(shelf.put("a b.png", b"picture")), Path(shelf.put("a.html", b"<script>"))
    assert shelf.picture("/".join(picture.parts[-2:])) == picture
    for place in ("/".join(report.parts[-2:]), "../secret.png", str(tmp_path / "secret.png"), "", "a.png"):
        assert shelf.picture(place) is None, place


def test_no_event_makes_a_place_for_pictures_anew(plate: Plate, shelf: Shelf) -> None:
    part = part_of(build(Models(), shelf), ManyPart)
    [came] = part._inspect([str(plate("one.png"))], None, None, "", "en")
    at_hand = (sample_of(str(plate("before.png"))), "/t/before.png", None)
    assert _at_hand(came[-1], *at_hand)[1] == str(plate("one.png"))
    assert _at_hand(None, *at_hand) == at_hand, "a value, since an update would undo how its file is read"
    assert _at_hand((at_hand[0], None, None), *at_hand)[1] == "/t/before.png"


# ── other models ─────────────────────────────────────────────────────────────────────────────────────────────────────


class Strict(FakeDetector):
    """Knows no dark parts, as the fake does, and no bright ones."""

    def detect(self, sample: Any, samples: int = 0) -> Any:
        found = super().detect(sample, samples)
        return replace(found, verdict="REFUSED", refusal="too bright") if sample.image.mean() > 100 else found


def test_a_refused_picture_is_recognised_by_the_model_to_which_it_looks_normal(plate: Plate) -> None:
    models = {"plates": FakeDetector("plates"), "strict": Strict("strict")}

    def get(name: str) -> Any:
        if name == "broken":
            raise BadModel("broken: it was altered")
        return models[name]

    sample = sample_of(str(plate("plate.png", 150)))
    assert recognised(sample, ["strict", "broken", "plates"], get) == ["plates"]
    assert recognised(sample_of(str(plate("dark.png", 0, 0))), ["strict", "plates"], get) == []
    asked: list[str] = []

    def counted(name: str) -> Any:
        asked.append(name)
        return models["strict"]

    recognised(sample, [f"m{number}" for number in range(20)], counted)
    assert len(asked) == MOST


def test_the_page_offers_the_model_that_knows_a_refused_picture(
    fake_core: None, plate: Plate, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("discs", "plates"):
        library.save(FakeDetector(name), name)
    models = Models()
    loaded = {"discs": Strict("discs"), "plates": FakeDetector("plates")}
    monkeypatch.setattr(models, "get", loaded.__getitem__)
    blocks = build(models, shelf)
    tab = part_of(blocks, InspectTab)
    places = [component.elem_id for component in tab.shown]
    shown = tab.again(sample_of(str(plate("plate.png", 150))), "discs", "en", {}, "", None)
    other = shown[places.index("other")]
    assert (other["value"], other["visible"]) == ("Inspect it with plates", True)
    assert shown[tab.shown.index(tab.recognised)] == "plates"
    assert "It looks like a part of plates" in shown[places.index("card")]
    assert "REFUSED" in shown[places.index("card")], "the chosen model's verdict stays until somebody chooses another"
    shown = tab.again(sample_of(str(plate("dark.png", 0, 0))), "discs", "en", {}, "", None)
    assert "no other model here knows such parts" in shown[places.index("card")]
    assert shown[places.index("other")]["visible"] is False


def test_what_is_on_record_is_known_by_sample_fit_and_thresholds(plate: Plate, tmp_path: Path, shelf: Shelf) -> None:
    view = look(sample_of(str(plate("a.png", 200))), FakeDetector(), "en", shelf)
    other = look(sample_of(str(plate("b.png", 201))), FakeDetector(), "en", shelf)
    moved = look(sample_of(str(plate("a.png", 200))), FakeDetector().with_rates(0.1, 0.02), "en", shelf)
    assert view.inspection
    assert other.inspection
    assert moved.inspection
    known = OnRecord.of(view.inspection, 7)
    assert known is not None
    assert [known.is_of(one) for one in (view.inspection, other.inspection, moved.inspection)] == [True, False, False]
    assert OnRecord.of(view.inspection, None) is None
    assert Recorder(str(tmp_path / "never")).keep(view.inspection, "plates", known) == 7
