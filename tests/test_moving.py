"""Movements by the command line: files in, verdicts and words out."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.testing import CliRunner, Result

from apps.cli import app
from assistant.moving import fit_movements, inspect_movements
from fusion.errors import BadData, BadSetting
from fusion.motion.collection import Reading, called, items_in, movements_in
from fusion.motion.joints import COCO

pytest_plugins = ["core_fixtures"]
FRAMES, RATE = 48, 24.0


def squat(seed: int, bend: float = 60) -> NDArray[np.float32]:
    """Return a squat seen from the front, as a camera's keypoints, (T, 17, 3); knees go down by `bend` px."""
    rng = np.random.default_rng(seed)
    x = {"nose": 0, "eye": 5, "ear": 9, "shoulder": 25, "elbow": 35, "wrist": 38, "hip": 16, "knee": 18, "ankle": 20}
    y = {
        "nose": 20,
        "eye": 16,
        "ear": 18,
        "shoulder": 50,
        "elbow": 90,
        "wrist": 125,
        "hip": 140,
        "knee": 200,
        "ankle": 260,
    }
    rest = []
    for name in COCO.joints:
        side, part = (-1 if name.startswith("left") else 1), name.split()[-1]
        rest.append((side * x[part], y[part]))
    depth = np.sin(np.pi * np.linspace(0, 1, FRAMES)) ** 2
    down = np.array([0 if "ankle" in name else 0.4 if "knee" in name else 1 for name in COCO.joints])
    places = np.array(rest, float)[None] * (1 + 0.05 * rng.normal()) + (300, 100)
    places = places.repeat(FRAMES, 0)
    places[..., 1] += (bend * (1 + 0.1 * rng.normal()) * depth)[:, None] * down
    places += rng.normal(0, 0.4, places.shape)
    return np.concatenate([places, np.ones((FRAMES, 17, 1))], axis=-1).astype(np.float32)


def write(path: Path, poses: NDArray[np.float32]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [{"image_id": at, "keypoints": pose.ravel().tolist(), "score": 1.0} for at, pose in enumerate(poses)]
    path.write_text(json.dumps({"fps": RATE, "annotations": rows}))
    return path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("squats")
    for seed in range(15):
        write(folder / f"person{seed // 3}_{seed}.json", squat(seed))
    return folder


@pytest.fixture
def fallen(tmp_path: Path) -> Path:
    """Return a squat in which the left wrist hangs far too low in the second half."""
    poses = squat(99)
    poses[28:40, COCO.index("left wrist"), 1] += 60
    return write(tmp_path / "fallen.json", poses)


def foil(*args: str | Path, code: int = 0) -> Result:
    result = CliRunner().invoke(app, [str(arg) for arg in args], env={"COLUMNS": "120", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


def test_from_files_to_words(good: Path, fallen: Path, home: Path) -> None:
    told = foil("movement", "fit", good, "--name", "squat", "--people", "person(.)_").stdout
    assert "squat: fitted on 15 movements of COCO-17" in told
    assert (home / "models" / "squat").is_dir()
    found = foil("movement", "inspect", fallen, "--model", "squat", code=20).stdout
    assert found.startswith("REJECT")
    assert re.search(r"From 1\.\d s to 1\.\d s the left (wrist|elbow) moves unlike normal", found)
    assert "px too low" in found
    zh = foil("movement", "inspect", fallen, "--model", "squat", "--lang", "zh", "--json", code=20).stdout
    line = json.loads(zh)
    assert line["verdict"] == "REJECT"
    assert line["findings"][0]["joint"] in ("left wrist", "left elbow")
    assert "动作异常" in line["explanation"]
    normal = write(fallen.parent / "fine.json", squat(98))
    assert foil("movement", "inspect", normal, "--model", "squat").stdout.startswith("PASS")


def test_a_bad_file_ends_itself_and_a_fit_on_one_says_which(good: Path, home: Path, tmp_path: Path) -> None:
    detector, _ = fit_movements(good, "squat", Reading())
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    results = list(inspect_movements([broken, good / "person0_0.json"], detector, Reading()))
    assert [type(result).__name__ for result in results] == ["Failure", "MovementInspection"]
    assert "UNREADABLE" in foil("movement", "inspect", broken, "--model", "squat", code=30).stdout
    with pytest.raises(BadData, match=r"broken\.json"):
        fit_movements(tmp_path, "other", Reading(only="broken"))


def test_what_makes_no_sense_is_a_sentence(good: Path, home: Path) -> None:
    assert "no model named nobody" in foil("movement", "inspect", good, "--model", "nobody", code=2).stderr
    with pytest.raises(BadData, match="none matches 'xyz'"):
        movements_in(good, Reading(only="xyz"))
    with pytest.raises(BadSetting, match="regular expression"):
        movements_in(good, Reading(only="("))
    with pytest.raises(BadSetting, match="nobody knows who moved"):
        fit_movements(good, "squat", Reading(), people="subject")
    fit_movements(good, "squat", Reading())
    with pytest.raises(BadSetting, match="exists"):
        fit_movements(good, "squat", Reading())
    with pytest.raises(BadSetting, match="can't be the name"):
        fit_movements(good, "../squat", Reading())


def test_each_movement_of_an_archive_is_one(tmp_path: Path) -> None:
    np.savez(tmp_path / "many.npz", a=squat(1), b=squat(2))
    np.savez(tmp_path / "one.npz", a=squat(1))
    assert movements_in(tmp_path / "many.npz", Reading()) == [Path(f"{tmp_path / 'many.npz'}#{key}") for key in "ab"]
    assert movements_in(tmp_path, Reading(only="one")) == [tmp_path / "one.npz"]
    assert movements_in(Path(f"{tmp_path / 'many.npz'}#b"), Reading()) == [Path(f"{tmp_path / 'many.npz'}#b")]


def test_a_key_may_hold_a_slash_and_a_folder_of_frames_is_one_movement(tmp_path: Path) -> None:
    np.savez(tmp_path / "many.npz", **{"s01/a": squat(1), "s02/a": squat(2)})
    names = [called(path, tmp_path) for path in movements_in(tmp_path, Reading())]
    assert names == ["many.npz#s01/a", "many.npz#s02/a"]
    assert [item.label for item in items_in(tmp_path, Reading(only="s02"))] == [0]
    frames = tmp_path / "clip"
    for frame in range(3):
        write(frames / f"clip_{frame:012d}_keypoints.json", squat(1))
    assert movements_in(frames, Reading()) == [frames]
    assert [called(item.path, frames) for item in items_in(frames, Reading())] == ["clip"]


def test_what_is_normal_is_in_train_and_who_moved_is_told_below_the_data(
    good: Path, home: Path, tmp_path: Path
) -> None:
    data = tmp_path / "person7_of_nobody"
    for seed in range(6):
        write(data / f"train/good/p{seed % 3}/squat{seed}.json", squat(seed))
    write(data / "test/fallen/person_x.json", squat(7))
    write(data / "test/good/person_y.json", squat(8))
    detector, _ = fit_movements(data, "squat", Reading(), people=r"p(\d)/")
    assert (detector.card["movements"], detector.card["people"]) == (6, 3)
    assert [(item.label, item.defect, item.split) for item in items_in(data, Reading(only="test"))] == [
        (1, "fallen", "test"),
        (0, "good", "test"),
    ]
    with pytest.raises(BadSetting, match="nobody knows who moved"):
        fit_movements(data, "other", Reading(), people="person")
    with pytest.raises(BadData, match="put them into train/good"):
        fit_movements(data, "other", Reading(only="test"))
