"""A picture of the scene says which movement is expected: learned by `foil fit --about`, asked by `foil inspect`."""

import json
from pathlib import Path

import numpy as np
import pytest
from motion_cases import squat
from movement_cases import write
from scene_cases import measured, photograph, room
from typer.testing import CliRunner, Result

from apps.cli import app
from apps.ui import movements
from apps.ui.shelf import Shelf
from assistant.moving import load_movement_model
from fusion.errors import BadInput, BadSetting
from fusion.modality.image import write_png
from fusion.motion.collection import Reading

MOVEMENTS = {"squat": "a deep squat", "bow": "a small bow", "still": "standing still"}
DEPTH = {"squat": 1.0, "bow": 0.4, "still": 0.05}
ROOMS = dict(zip(MOVEMENTS, (1, 2, 3), strict=True))


def foil(*args: str | Path, code: int = 0) -> str:
    result: Result = CliRunner().invoke(app, [str(one) for one in args], env={"COLUMNS": "300", "NO_COLOR": "1"})
    assert result.exit_code == code, result.output
    return result.output


def shot(path: Path, number: int, seed: int) -> Path:
    path.parent.mkdir(exist_ok=True)
    write_png(path, photograph(room(number), np.random.default_rng(seed)))
    return path


@pytest.fixture(scope="module")
def station(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of three movements of four people, and an about-file with two pictures of the room of each."""
    folder = tmp_path_factory.mktemp("station")
    for name in MOVEMENTS:
        for seed in range(8):
            motion = squat(seed // 2, seed, flat=True)
            low = motion.places[0]
            motion.places[:] = low + DEPTH[name] * (motion.places - low)
            write(folder / f"clips/person{seed // 2}_{name}{seed}.json", motion)
        for seed in range(2):
            shot(folder / f"rooms/{name}{seed}.png", ROOMS[name], seed)
    about = {
        name: {"words": words, "scenes": [f"rooms/{name}{n}.png" for n in range(2)]}
        for name, words in MOVEMENTS.items()
    }
    (folder / "about.json").write_text(json.dumps(about))
    return folder


@pytest.fixture(scope="module")
def model(station: Path) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FOIL_HOME", str(station / "home"))
        told = foil(
            *("fit", station / "clips", "--name", "hall", "--people", r"person(\d)"),
            *("--about", station / "about.json"),
        )
    assert "a small bow: 8 movements, 2 pictures of its scene" in told
    return station / "home"


@pytest.fixture
def home(model: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FOIL_HOME", str(model))
    return model


def test_the_scene_chooses_the_movement(home: Path, station: Path, tmp_path: Path) -> None:
    new = station / "clips/person0_squat0.json"
    line = json.loads(foil("inspect", new, "--scene", shot(tmp_path / "a.png", ROOMS["squat"], 9), "--json"))
    assert (line["taken_for"], line["taken_by"]) == ("a deep squat", "scene")
    told = foil("inspect", new, "--scene", shot(tmp_path / "b.png", ROOMS["still"], 9), code=20)
    assert "judged as: standing still, whose scene your picture shows" in told
    both = foil("inspect", new, "--scene", tmp_path / "a.png", "--text", "squats", "--lang", "zh")
    assert "按您所说、且与图片场景相符的动作判定：a deep squat" in both
    assert "which it looks most like" in foil("inspect", new)


def test_what_the_scene_cannot_tell_is_a_sentence(home: Path, station: Path, tmp_path: Path) -> None:
    new, here = station / "clips/person0_squat0.json", shot(tmp_path / "here.png", ROOMS["bow"], 9)
    unknown = foil("inspect", new, "--scene", shot(tmp_path / "new.png", 77, 9), code=2)
    assert "the picture shows no scene that is known here: the nearest is rooms/" in unknown
    told = foil("inspect", new, "--scene", here, "--text", "a deep squat", code=2)
    assert "'a deep squat' means a deep squat, but the picture shows the scene of a small bow" in told
    (tmp_path / "note.png").write_text("hello")
    for path, said in (
        (tmp_path / "none.png", "none.png: there is no such file"),
        (tmp_path / "note.png", "note.png: this is a text that begins with 'hello'"),
        (new, "person0_squat0.json"),
    ):
        assert said in foil("inspect", new, "--scene", path, code=2)


def test_a_model_introduces_its_scenes_and_stores_no_picture(home: Path) -> None:
    assert (
        "standing still: 8 movements; --text may name it; --scene may show rooms/still0.png, rooms/still1.png"
        in foil("explain-model", "hall")
    )
    files = {path.suffix for path in (home / "models/hall").iterdir()}
    assert files == {".safetensors", ".json"}
    scenes = load_movement_model("hall", watch="left leg").scenes
    assert scenes is not None
    assert scenes.seen.shape == (6, 16, 74)


def test_rooms_are_told_apart_and_unknown_ones_refused() -> None:
    for given in (1, 3):
        found = measured(given, 3)
        assert found["right"] >= 95
        assert found["another movement's"] == 0
        assert found["unknown rooms refused"] >= 95


def test_a_model_without_scenes_says_so(station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    (tmp_path / "about.json").write_text(json.dumps(MOVEMENTS))
    foil("fit", station / "clips", "--name", "words", "--about", tmp_path / "about.json")
    foil("fit", station / "clips", "--name", "one", "--only", "squat")
    new, scene = station / "clips/person0_squat0.json", station / "rooms/squat0.png"
    assert "words was taught no scenes" in foil("inspect", new, "--model", "words", "--scene", scene, code=2)
    assert "knows one movement, and no scene" in foil("inspect", new, "--model", "one", "--scene", scene, code=2)
    assert "scene" not in foil("explain-model", "words")


def test_scenes_are_checked_before_the_work(station: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    rooms = {name: str(station / f"rooms/{name}0.png") for name in MOVEMENTS}
    (tmp_path / "note.png").write_text("hello")
    about = tmp_path / "about.json"

    def known(**scenes: list[str]) -> dict[str, object]:
        return {name: {"words": words, "scenes": scenes.get(name, [])} for name, words in MOVEMENTS.items()}

    for content, said in (
        (known(squat=["none.png"]), f"{tmp_path / 'none.png'}: there is no such file"),
        (known(squat=["note.png"]), f"{tmp_path / 'note.png'}: this is a text"),
        (known(squat=[rooms["squat"]]), "scenes of one movement only tell nothing apart"),
        (known(squat=[rooms["squat"]], bow=[rooms["squat"]]), "can't be told apart"),
        (
            {**known(**{name: [one] for name, one in rooms.items()}), "kneel": "kneeling"},
            "no normal movements of 'kneeling'",
        ),
        ({"squat": {"words": "a squat", "scene": "a.png"}}, "expected an object of patterns and words"),
        ({"squat": {"scenes": []}}, "expected an object of patterns and words"),
        ({"squat": {"words": "a squat", "scenes": "a.png"}}, "expected an object of patterns and words"),
    ):
        about.write_text(json.dumps(content))
        assert said in foil("fit", station / "clips", "--name", "a", "--about", about, code=2)
    assert not (tmp_path / "home").exists()


def test_the_tab_takes_a_picture_of_the_scene(home: Path, station: Path, tmp_path: Path) -> None:
    model, shelf, new = load_movement_model("hall"), Shelf(tmp_path / "shelf"), station / "clips/person0_squat0.json"
    picture = str(shot(tmp_path / "here.png", ROOMS["squat"], 9))
    view = movements.look(str(new), None, model, Reading(), "en", shelf, scene=picture)
    assert "a deep squat, whose scene your picture shows" in view.words
    with pytest.raises(BadSetting, match="means a small bow, but the picture"):
        movements.look(str(new), None, model, Reading(), "en", shelf, "a small bow", picture)
    (tmp_path / "note.png").write_text("hello")
    with pytest.raises(BadInput, match=r"^note\.png: "):
        movements.look(str(new), None, model, Reading(), "en", shelf, scene=str(tmp_path / "note.png"))
