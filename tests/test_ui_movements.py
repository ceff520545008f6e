"""The app's tab of movements, without a browser: what it shows, what it teaches, and what it says of bad files."""

import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from motion_cases import squat
from movement_cases import write, write_fallen, write_squats

from apps.ui import movements
from apps.ui.models import Models
from apps.ui.shelf import Shelf
from assistant import library
from assistant.moving import load_movement_model, narrowed
from assistant.teaching_movements import MovementFit, fit_movements
from fusion.errors import BadData, BadInput, BadModel, BadSetting, FoilError
from fusion.motion.collection import Reading

if TYPE_CHECKING:
    from fusion.motion.detector import MotionDetector

HOSTILE = "<img src=x onerror=alert(1)>.json"
RATES = (0.2, 0.1)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> "MotionDetector":
    folder = tmp_path_factory.mktemp("movements")
    write_squats(folder / "good", 5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOIL_HOME", str(folder / "home"))
        return fit_movements(folder / "good", "squats", Reading(), r"person(\d)", rates=RATES).detector


def test_a_look_fills_every_place(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    view = movements.look(str(write_fallen(tmp_path / "fallen.json")), None, detector, Reading(), "en", shelf)
    assert "REJECT" in view.card
    assert re.search("left (wrist|elbow) moves unlike normal", view.words)
    assert view.animation.startswith('<figure class="foil-play"><img src="data:image/gif;base64,')
    assert "Normal version (generated)" in view.animation
    assert view.charts.count("data:image/jpeg") == 1, "a picture's plane is seen from one side"
    assert 'class="foil-chart"' in view.charts
    assert view.evidence is not None
    assert (view.evidence["verdict"], view.evidence["path"]) == ("REJECT", "fallen.json")
    assert view.report is not None
    assert Path(view.report).name == "fallen.html"
    assert "foil-reject" in Path(view.report).read_text("utf-8")


def test_a_look_speaks_chinese(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    view = movements.look(str(write_fallen(tmp_path / "a.json")), None, detector, Reading(), "zh", shelf)
    assert "不合格" in view.card + view.words
    assert "实际动作" in view.animation
    assert "哪个关节，何时" in view.charts


def test_names_are_shown_as_text(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    view = movements.look(str(write_fallen(tmp_path / HOSTILE)), None, detector, Reading(), "en", shelf)
    report = Path(view.report or "").read_text("utf-8")
    shown = view.card + view.words + view.animation + view.charts + report
    assert "<img src=x" not in shown + movements.failed(f"{HOSTILE}: cut off", "en").card
    assert "&lt;img src=x" in report


def test_a_refused_movement_plays_alone(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    short = squat(9, flat=True)
    short = replace(short, places=short.places[:20], confidence=short.confidence[:20])
    view = movements.look(str(write(tmp_path / "short.json", short)), None, detector, Reading(), "en", shelf)
    assert "REFUSED" in view.card
    assert "Normal version" not in view.animation
    assert "foil-chart " not in view.charts


def test_of_an_archive_one_movement_is_chosen(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    one = squat(2, flat=True)
    poses = np.concatenate([one.places, one.confidence[..., None]], axis=-1)
    np.savez(tmp_path / "many.npz", a=poses, b=poses)
    np.savez(tmp_path / "one.npz", a=poses)
    path = str(tmp_path / "many.npz")
    assert movements.keys_of(path) == ["a", "b"]
    assert movements.keys_of(str(tmp_path / "one.npz")) == []
    view = movements.look(path, "b", detector, Reading(rate=25), "en", shelf)
    assert view.evidence is not None
    assert view.evidence["path"] == "many.npz#b"
    with pytest.raises(BadInput, match=r"^many\.npz#b: nothing says how many frames a second"):
        movements.look(path, "b", detector, Reading(), "en", shelf)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("text.json", b"hello", "text.json"),
        ("cut.json", b'{"annotations": [{"image_id": 0', "cut off"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0", "picture.png"),
        ("empty.csv", b"", "empty.csv"),
    ],
)
def test_a_file_that_is_no_movement_is_told_by_its_own_name(
    detector: "MotionDetector", shelf: Shelf, tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=re.escape(said)) as caught:
        movements.look(str(tmp_path / name), None, detector, Reading(), "en", shelf)
    assert str(tmp_path) not in str(caught.value)


def test_joint_sets_are_chosen_or_described(tmp_path: Path) -> None:
    assert movements.joints_of(None, "") is None
    chosen = movements.joints_of(None, "BODY_25")
    assert chosen is not None
    assert chosen.name == "BODY_25"
    mapping = tmp_path / "arm.json"
    mapping.write_text(json.dumps({"base": "COCO-17", "rate": 50}))
    described = movements.joints_of(str(mapping), "BODY_25")
    assert described is not None
    assert described.convention.rate == 50
    mapping.write_text("{")
    with pytest.raises(BadInput, match=r"^arm\.json: "):
        movements.joints_of(str(mapping), "")


@pytest.mark.parametrize("packed", [False, True])
def test_a_model_is_taught_from_files_or_from_a_zip(tmp_path: Path, packed: bool) -> None:
    files = [str(path) for path in write_squats(tmp_path / "good")]
    if packed:
        with zipfile.ZipFile(tmp_path / "good.zip", "w") as archive:
            for file in files:
                archive.write(file, f"squats/{Path(file).name}")
        files = [str(tmp_path / "good.zip")]
    done: list[int] = []
    taught = movements.fitted(
        files, "new", Reading(), r"person(\d)", 0.0, RATES, False, lambda stage, at, of: done.append(at)
    )
    assert library.names("movements") == ["new"]
    assert load_movement_model("new").calibration.review_rate == 0.2
    text = movements.introduced(taught, "en")
    assert "<b>new is ready and selected.</b>" in text
    assert "6 normal movements of COCO-17" in text
    assert "Nobody said who moved" not in text
    assert "已选中" in movements.introduced(taught, "zh")
    assert done
    with pytest.raises(BadSetting, match="a model named new exists"):
        movements.fitted(files, "new", Reading(), "", 0.0, RATES, False)


def test_what_cannot_be_used_is_listed_and_who_moved_is_asked_for(detector: "MotionDetector") -> None:
    place = "/tmp/foil-1/pictures/legs<b>.json"
    card = detector.card | {"people": None, "skipped": [(place, f"{place}: no joint is seen in it")]}
    taught = MovementFit(replace(detector, name="new", card=card), Path("new"), 9, 1.5, None, None)
    text = movements.introduced(taught, "en")
    assert "Nobody said who moved" in text
    assert "1 movements could not be used" in text
    assert "<li>legs&lt;b&gt;.json: no joint is seen in it</li>" in text


def test_a_file_that_cannot_be_read_is_listed_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text("{")
    files = [*map(str, write_squats(tmp_path / "good")), str(tmp_path / "cut.json")]
    text = movements.introduced(movements.fitted(files, "new", Reading(), "", 0.0, RATES, False), "en")
    assert "1 movements could not be used" in text
    assert "<li>cut.json: " in text
    assert "/tmp" not in text


def test_errors_in_teaching_name_the_file_and_not_where_it_was_put(tmp_path: Path) -> None:
    files = [str(path) for path in write_squats(tmp_path / "good")]
    (tmp_path / "cut.json").write_text("{")
    for given, people, said in (
        ([*files[:2], str(tmp_path / "cut.json")], "", r"^pictures: 2 of its 3 .* first that can't: cut\.json: "),
        (files, "subject", "nobody knows who moved"),
        (files[:3], "", "5"),
        ([str(tmp_path / "cut.json"), str(tmp_path / "a.zip")], "", "one ZIP"),
    ):
        with pytest.raises(FoilError, match=said) as caught:
            movements.fitted(given, "new", Reading(), people, 0.0, RATES, False)
        assert "/tmp" not in str(caught.value)
    with pytest.raises(BadData, match="no movements in it"):
        movements.fitted(files, "new", Reading(only="xyz"), "", 0.0, RATES, False)
    assert library.names("movements") == []


def test_models_of_movements_are_loaded_once_and_again_when_they_change(tmp_path: Path) -> None:
    files = [str(path) for path in write_squats(tmp_path / "good")]
    movements.fitted(files, "new", Reading(), "", 0.0, RATES, False)
    models = Models()
    first = models.movement("new")
    assert models.movement("new") is first
    movements.fitted(files, "new", Reading(), "", 0.0, (0.3, 0.1), True)
    assert models.movement("new").calibration.review_rate == 0.3
    with pytest.raises(BadModel, match=r"no model named gone in .*; known are new"):
        models.movement("gone")


def test_the_tab_hears_which_joints_count(detector: "MotionDetector", shelf: Shelf, tmp_path: Path) -> None:
    path = str(write_fallen(tmp_path / "fallen.json"))
    view = movements.look(path, None, narrowed(detector, "左臂"), Reading(), "en", shelf)
    assert "Only these joints counted: left shoulder, left elbow, left wrist." in view.words
