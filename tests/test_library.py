import json
from pathlib import Path

import numpy as np
import pytest
from fake_detector import FakeDetector

from assistant import library
from assistant.home import home
from assistant.library import BrokenModel, ModelInfo
from fusion.calibration import Calibration
from fusion.errors import BadModel, BadSetting
from fusion.modelfile import MOTION, replace_file, write_manifest

CARD = {"n_normals": 60, "fingerprint": "f", "skipped": []}


def saved(name: str) -> Path:
    return library.save(FakeDetector(name, card=CARD), name)


def test_home_is_where_the_variable_says(foil_home: Path) -> None:
    assert home() == foil_home
    assert library.model_folder("gasket") == foil_home / "models" / "gasket"


def test_home_is_the_systems_place_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FOIL_HOME")
    assert home().name == "foil"
    assert home().is_absolute()


def test_a_model_comes_back_as_it_was_saved(fake_core: None) -> None:
    saved("gasket")
    loaded = library.load("gasket")
    assert (loaded.name, loaded.card) == ("gasket", CARD)
    np.testing.assert_array_equal(loaded.calibration.scores, FakeDetector().calibration.scores)


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "a\\b", "/etc", ".hidden", "a.", "é", "a b", "x" * 65, "a\n"]
)
def test_a_name_that_could_lead_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(BadSetting, match="can't be the name of a model"):
        library.model_folder(name)


@pytest.mark.parametrize("name", ["a", "gasket-2", "Tile_448.v1", "7", "x" * 64])
def test_ordinary_names_are_taken(name: str) -> None:
    assert library.model_folder(name).name == name


def test_an_unknown_model_names_those_that_are_known() -> None:
    with pytest.raises(BadModel, match="fit it first: foil fit DIR --name gasket"):
        library.read("gasket")
    saved("fabric")
    with pytest.raises(BadModel, match=r"no model named gasket .* known are fabric"):
        library.load("gasket")


def test_saving_never_replaces_a_model_unasked() -> None:
    saved("gasket")
    with pytest.raises(BadSetting, match=r"named gasket exists .*--force"):
        saved("gasket")
    library.save(FakeDetector("gasket", card={"n_normals": 5}), "gasket", replace=True)
    assert library.read("gasket").card == {"n_normals": 5}


def test_models_lists_broken_ones_with_their_reason_and_ignores_what_is_none() -> None:
    saved("good")
    (saved("broken") / "card.json").write_text("{}")
    (home() / "models" / ".half.1234.tmp").mkdir()
    (home() / "models" / "notes.txt").write_text("mine")
    broken, good = library.models()
    assert isinstance(good, ModelInfo)
    assert (good.name, good.card, good.calibration.n) == ("good", CARD, 60)
    assert good.bytes == sum(path.stat().st_size for path in good.folder.iterdir())
    assert isinstance(broken, BrokenModel)
    assert broken.name == "broken"
    assert "card.json" in broken.problem


def test_listing_needs_no_library() -> None:
    assert library.models() == []


def test_a_form_that_this_foil_cannot_read_is_a_sentence() -> None:
    replace_file(saved("gasket"), "calibration.json", b'{"scores": "many"}')
    with pytest.raises(BadModel, match="this Foil can't read the model"):
        library.read("gasket")


def test_the_sole_model_needs_no_name() -> None:
    with pytest.raises(BadSetting, match="no model yet"):
        library.sole()
    saved("gasket")
    assert library.sole() == "gasket"
    saved("fabric")
    with pytest.raises(BadSetting, match=r"2 models \(fabric, gasket\)"):
        library.sole()


def test_rates_change_the_calibration_and_nothing_else() -> None:
    folder = saved("gasket")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    calibration = library.set_rates("gasket", 0.2, 0.1)
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {name for name in before if before[name] != after[name]} == {"calibration.json", "config.json"}
    assert library.read("gasket").calibration.thresholds == calibration.thresholds
    assert (calibration.review_rate, calibration.reject_rate) == (0.2, 0.1)
    np.testing.assert_array_equal(calibration.scores, library.read("gasket").calibration.scores)


def test_rates_that_make_no_sense_change_nothing() -> None:
    folder = saved("gasket")
    before = (folder / "calibration.json").read_bytes()
    with pytest.raises(BadSetting, match="reject <= review"):
        library.set_rates("gasket", 0.01, 0.05)
    assert (folder / "calibration.json").read_bytes() == before


def test_rates_of_a_model_with_altered_scores_are_not_set() -> None:
    folder = saved("gasket")
    easier = Calibration(np.linspace(0, 1, 60)).to_json()
    (folder / "calibration.json").write_text(json.dumps(easier))
    with pytest.raises(BadModel, match=r"calibration\.json"):
        library.set_rates("gasket", 0.2, 0.1)


def test_removing_leaves_nothing_behind_and_takes_broken_ones_too() -> None:
    folder = saved("gasket")
    (folder / "config.json").unlink()
    library.remove("gasket")
    assert list(folder.parent.iterdir()) == []
    with pytest.raises(BadModel, match="no model named gasket"):
        library.remove("gasket")


# --- models of movements beside them ------------------------------------------------------------------------------


def movements(name: str) -> Path:
    """Make a model count as one of movements, as its config tells."""
    folder = saved(name)
    write_manifest(folder, {"kind": MOTION})
    return folder


def test_models_of_both_kinds_share_a_library_and_their_names() -> None:
    saved("gasket")
    movements("squat")
    assert [(model.name, model.kind) for model in library.models() if isinstance(model, ModelInfo)] == [
        ("gasket", "pictures"),
        ("squat", "movements"),
    ]
    assert (library.names(), library.names("pictures"), library.names("movements")) == (
        ["gasket", "squat"],
        ["gasket"],
        ["squat"],
    )
    assert (library.sole("pictures"), library.sole("movements")) == ("gasket", "squat")
    with pytest.raises(BadSetting, match=r"2 models \(gasket, squat\)"):
        library.sole()
    with pytest.raises(BadSetting, match="named squat exists"):
        saved("squat")


def test_a_model_of_the_other_kind_is_refused_and_those_of_the_right_one_are_named(fake_core: None) -> None:
    movements("squat")
    with pytest.raises(BadModel, match=r"squat is a model of movements, and this takes one of pictures$"):
        library.load("squat")
    saved("gasket")
    with pytest.raises(BadModel, match="those are gasket"):
        library.load("squat")
    with pytest.raises(BadModel, match="gasket is a model of pictures, and this takes one of movements"):
        library.existing_folder("gasket", "movements")
    library.remove("squat")
    with pytest.raises(BadSetting, match="no model of movements yet"):
        library.sole("movements")


def test_a_model_whose_kind_cannot_be_read_is_listed_as_broken_and_of_neither_kind() -> None:
    (saved("broken") / "config.json").write_text("{")
    assert (library.names(), library.names("pictures"), library.names("movements")) == (["broken"], [], [])
    assert isinstance(library.models()[0], BrokenModel)


def test_rates_of_a_model_of_movements_are_set_like_those_of_pictures() -> None:
    movements("squat")
    library.set_rates("squat", 0.2, 0.1)
    assert (library.read("squat").calibration.review_rate, library.read("squat").kind) == (0.2, "movements")
