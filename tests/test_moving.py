"""Movements by the command line: files in, verdicts and words out."""

import json
import re
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from typer.main import get_command
from typer.testing import CliRunner, Result

from apps.cli import app
from apps.commands import options
from assistant import library
from assistant.teaching_movements import fit_movements
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
    told = foil("fit", good, "--name", "squat", "--people", "person(.)_").stdout.splitlines()
    assert re.fullmatch(
        r"squat: fitted on 15 normal movements of 5 people in \d+ s; its thresholds rest on 15", told[0]
    )
    assert told[1] == "seen as COCO-17, 2-D; each as a whole"
    assert told[2].startswith("REVIEW from a score of ")
    assert told[3].startswith("15 normal movements are too few for a false-alarm rate of 1 %")
    assert told[4:] == [f"saved in {home / 'models' / 'squat'}", "next: foil inspect MOVEMENT --model squat"]
    found = foil("inspect", fallen, "--model", "squat", code=20).stdout
    assert re.match(rf"REJECT     {re.escape(str(fallen))}  score \d+\.\d+, p 0\.\d+\n", found)
    assert re.search(r"From 1\.\d s to 1\.\d s the left (wrist|elbow) moves unlike normal", found)
    assert "px too low" in " ".join(found.split())
    zh = foil("inspect", fallen, "--model", "squat", "--lang", "zh", "--json", code=20).stdout
    line = json.loads(zh)
    assert line["verdict"] == "REJECT"
    assert line["findings"][0]["joint"] in ("left wrist", "left elbow")
    assert "动作异常" in line["explanation"]
    normal = write(fallen.parent / "fine.json", squat(98))
    assert foil("inspect", normal, "--model", "squat").stdout.startswith("PASS")
    assert foil("inspect", normal, "--model", "squat", "--quiet").output == ""


def test_a_movement_is_recorded_as_it_was_seen(good: Path, fallen: Path, home: Path, tmp_path: Path) -> None:
    foil("fit", good, "--name", "squat")
    store = ("--store", tmp_path / "records")
    assert "recorded as 3" in foil("inspect", fallen, "--model", "squat", *store, code=20).stdout
    assert "the chain of 3 records holds" in foil("audit", "verify", *store).stdout
    kept = json.loads(json.loads(foil("store", "export", *store).stdout.splitlines()[2])["payload"])
    places = tmp_path / "records" / "files" / kept["places"][:2] / kept["places"]
    assert np.load(places).shape == (FRAMES, 17, 2)
    places.unlink()
    assert "record 3: what it rests on is missing: places" in foil("audit", "verify", *store, code=1).stdout


def test_pages_and_an_index_are_written(good: Path, fallen: Path, home: Path, tmp_path: Path) -> None:
    foil("fit", good, "--name", "squat")
    (fallen.parent / "broken.json").write_text("{")
    told = foil("inspect", fallen, fallen.parent / "broken.json", "--out", tmp_path / "report", code=30).stdout
    assert told.splitlines()[-2:] == ["2 movements: 1 REJECT, 1 UNREADABLE", f"pages: {tmp_path / 'report/index.html'}"]
    assert sorted(path.name for path in (tmp_path / "report").iterdir()) == ["fallen", "fallen.html", "index.html"]
    assert (tmp_path / "report/fallen/movement.gif").is_file()
    index = (tmp_path / "report/index.html").read_text("utf-8")
    assert "fallen.html" in index
    assert "broken.json" in index


def test_files_that_cannot_be_read_are_skipped_and_listed(good: Path, home: Path, tmp_path: Path) -> None:
    data = shutil.copytree(good, tmp_path / "data")
    point = squat(99)
    point[..., :2] = 7
    write(data / "point.json", point)
    (data / "broken.json").write_text("{")
    with zipfile.ZipFile(tmp_path / "data.zip", "w") as archive:
        for path in data.iterdir():
            archive.write(path, f"data/{path.name}")
    for source in (data, tmp_path / "data.zip"):
        told = foil("fit", source, "--name", "squat", "--force").stdout
        assert "fitted on 15 normal movements in" in told
        assert "nobody said who moved (--people)" in told
        assert f"2 of 17 movements could not be used:\n  {source}/broken.json: " in told
        assert f"\n  {source}/point.json: no bone has both ends in sight and apart" in told
    refused = foil("fit", data, "--name", "few", "--only", "_[0-3].json|broken", code=2).stderr.splitlines()[-1]
    assert refused.startswith(f"foil: {data}: 4 of its 5 movements can be read, and it takes 5; the first that can't: ")


def test_what_makes_no_sense_is_a_sentence(good: Path, fallen: Path, home: Path, tmp_path: Path) -> None:
    assert "no model named nobody" in foil("inspect", good, "--model", "nobody", code=2).stderr
    assert "there is no model of movements yet" in foil("inspect", good, code=2).stderr
    assert "none matches 'xyz'" in foil("fit", good, "--name", "a", "--only", "xyz", code=2).stderr
    assert "regular expression" in foil("fit", good, "--name", "a", "--only", "(", code=2).stderr
    assert "nobody knows who moved" in foil("fit", good, "--name", "a", "--people", "subject", code=2).stderr
    assert "it takes 20" in foil("fit", good, "--name", "a", "--method", "neural", code=2).stderr
    assert "false-alarm rates" in foil("fit", good, "--name", "a", "--reject", "0.5", code=2).stderr
    assert "can't be the name" in foil("fit", good, "--name", "../a", code=2).stderr
    assert not home.exists()
    foil("fit", good, "--name", "squat")
    assert "exists" in foil("fit", good, "--name", "squat", code=2).stderr
    assert "none of these movements" in foil("inspect", good, fallen, "--only", "xyz", code=2).stderr
    assert "frames a second" in foil("inspect", fallen, "--rate", "-1", code=2).stderr
    (tmp_path / "empty").mkdir()
    told = foil("inspect", tmp_path / "empty", tmp_path / "none.json", fallen, "--model", "squat", code=30).stdout
    assert re.findall("^[A-Z]+ ", told, re.MULTILINE) == ["UNREADABLE ", "UNREADABLE ", "REJECT "]
    assert "empty: no movements in this folder" in told


def test_options_for_the_other_kind_are_refused(good: Path, fallen: Path, home: Path, tmp_path: Path) -> None:
    refused = foil("fit", good, "--name", "a", "--mask-dir", "masks", code=2).stderr
    assert refused == f"foil: --mask-dir is for pictures, and {good} is read as movements; leave it out\n"
    (tmp_path / "pictures").mkdir()
    refused = foil("fit", tmp_path / "pictures", "--name", "a", "--people", "", code=2).stderr
    assert "--people is for movements, and" in refused
    foil("fit", good, "--name", "squat")
    refused = foil("inspect", fallen, "--mm-per-px", "0.1", code=2).stderr
    assert refused == "foil: --mm-per-px is for pictures, and squat is a model of movements; leave it out\n"
    commands = get_command(app).commands  # type: ignore[attr-defined]
    known = {parameter.name for command in commands.values() for parameter in command.params}
    assert {name for names in options.SOME.values() for name in names} <= known


def test_a_models_rates_and_past_results_are_those_of_pictures(good: Path, fallen: Path, home: Path) -> None:
    foil("fit", good, "--name", "squat", "--rate", "24", "--people", "person(.)_")
    past = fallen.parent / "past.jsonl"
    past.write_text(foil("inspect", fallen, "--json", code=20).stdout)
    told = foil("threshold", "squat", "--reject", "0.02", "--scores", past).stdout
    assert "0 of 1 past results change" in told
    assert library.read("squat").calibration.reject_rate == 0.02


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
    detector = fit_movements(data, "squat", Reading(), people=r"p(\d)/").detector
    assert (detector.card["movements"], detector.card["people"]) == (6, 3)
    assert [(item.label, item.defect, item.split) for item in items_in(data, Reading(only="test"))] == [
        (1, "fallen", "test"),
        (0, "good", "test"),
    ]
    with pytest.raises(BadSetting, match="nobody knows who moved"):
        fit_movements(data, "other", Reading(), people="person")
    with pytest.raises(BadData, match="put them into train/good"):
        fit_movements(data, "other", Reading(only="test"))
    with pytest.raises(BadData, match=r"holds 1 data sets \(person7_of_nobody\)"):
        fit_movements(tmp_path, "other", Reading())
    shutil.move(data / "test", data / "tested")
    with pytest.raises(BadData, match="good sounds like a label"):
        fit_movements(data / "tested", "other", Reading())


@pytest.fixture
def several(tmp_path: Path) -> Path:
    """Return squats and, of the same people, bows that go only half as far down, with what each is in words."""
    for seed in range(16):
        write(tmp_path / "clips" / f"person{seed // 2}_squat{seed}.json", squat(seed))
        write(tmp_path / "clips" / f"person{seed // 2}_bow{seed}.json", squat(seed, bend=20))
    (tmp_path / "about.json").write_text(json.dumps({"squat": "a deep squat", "bow": "a small bow"}))
    return tmp_path


def test_one_model_holds_several_movements_told_apart_by_words(several: Path, home: Path) -> None:
    told = foil("fit", several / "clips", "--name", "all", "--people", r"person(\d)", "--about", several / "about.json")
    assert "a deep squat: 16 movements" in told.output
    new = write(several / "new.json", squat(77))
    assert "judged as: a deep squat, which your words mean" in foil("inspect", new, "--text", "squats").output
    assert "judged as: a deep squat, which it looks most like" in foil("inspect", new).output
    kept = ("--store", several / "records")
    wrong = foil("inspect", new, "--text", "a small bow", "--lang", "zh", *kept, code=20).output
    assert "按您所说的动作判定：a small bow" in wrong
    assert "the chain of 3 records holds" in foil("audit", "verify", *kept).output
    assert "doesn't name one of the movements" in foil("inspect", new, "--text", "scratches", code=2).stderr
    assert "all" in foil("models").output
    known = foil("explain-model", "all").output
    assert "32 movements of 8 people; each as a whole" in known
    assert "a small bow: 16 movements; --text may name it" in known


def test_which_movement_is_which_is_checked_before_the_work(several: Path, home: Path) -> None:
    about = several / "about.json"
    for text, expected in (
        ('{"squat": "a deep squat"}', "none of the patterns squat finds it"),
        ("[1]", "expected an object of patterns and words"),
        ("{", "can't be read as JSON"),
        ('{"person": "a squat", "kneeling": "kneeling"}', "no normal movements of 'kneeling'"),
    ):
        about.write_text(text)
        assert expected in foil("fit", several / "clips", "--name", "all", "--about", about, code=2).stderr
    assert not home.exists()


def test_only_watched_joints_count(good: Path, fallen: Path, home: Path) -> None:
    foil("fit", good, "--name", "squat", "--people", r"person(\d)")
    told = foil("inspect", fallen, "--watch", "left arm", code=20).output
    assert "Only these joints counted: left shoulder, left elbow, left wrist." in told
    assert "wrist" not in foil("inspect", fallen, "--watch", "legs", code=20).output  # its length spoils the scale
    assert "'tail' names no joint" in foil("inspect", fallen, "--watch", "tail", code=2).stderr
    assert "knows one movement" in foil("inspect", fallen, "--text", "a squat", code=2).stderr


def test_a_model_of_movements_tells_what_training_gave(home: Path, tmp_path: Path) -> None:
    for seed in range(32):
        write(tmp_path / "clips" / f"person{seed // 4}_{seed}.json", squat(seed))
    told = foil(
        "fit", tmp_path / "clips", "--name", "deep", "--people", r"person(\d)", "--method", "neural", "--steps", "2"
    )
    known = foil("explain-model", "deep", "--plot", tmp_path / "none.png").output
    (why,) = [line for line in told.output.splitlines() if "AUROC" in line]
    assert "of people whom it never saw" in why
    assert why in known
