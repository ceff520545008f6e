"""Drift and feedback: an alarm where good parts changed, none where people found defects, and an honest promise."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from numpy.typing import NDArray
from record_cases import Shop, foil, record_scores

from assistant import library
from assistant.drift import State, drift, drift_told
from assistant.feedback import feedback
from assistant.history import Part, fits, latest, past
from assistant.reports.scope import Scope
from assistant.store import Store, open_store
from fusion.calibration import Calibration
from fusion.dataset import open_dataset
from fusion.drift import ALARM, find_shift, z_values
from fusion.looks import TRAITS, look, traits

Scores = NDArray[np.float64]
Draw = Callable[..., Scores]


@pytest.fixture
def draw() -> Draw:
    """Return a function that draws scores: of good parts, shifted by so many of their standard deviations."""
    rng = np.random.default_rng(1)
    return lambda n, by=0.0: rng.gamma(9.0, 1.0, n) + 3.0 * by


def parts(scores: Scores, decided: dict[int, str] | None = None) -> list[Part]:
    said = decided or {}
    return [Part(i, f"2026-11-{1 + i // 100:02}T00:00", f"{i}.png", str(i), None, "", s, said.get(i)) for i, s in
            enumerate(scores.tolist())]  # fmt: skip


@pytest.mark.parametrize("n", [30, 300])
def test_where_nothing_changed_alarms_are_as_rare_as_promised(n: int, draw: Draw) -> None:
    alarms = sum(find_shift(draw(n), draw(300).tolist()) is not None for _ in range(150))
    assert alarms <= 150 * ALARM + 4  # binomial: more than 5 of 150 come once in 500 times at 1 %


def test_ranks_among_all_before_are_independent_standard_normals(draw: Draw) -> None:
    from scipy.stats import kstest

    z = np.concatenate([z_values(draw(20), draw(30).tolist()) for _ in range(100)])
    assert kstest(z, "norm").pvalue > 0.01
    pairs = z.reshape(100, 30)
    assert abs(np.mean(pairs[:, :-1] * pairs[:, 1:])) < 0.06


def test_equal_scores_are_no_drift() -> None:
    assert find_shift(np.zeros(60), [0.0] * 400) is None


@pytest.mark.parametrize(("by", "within"), [(1.0, 90), (2.0, 25), (-2.0, 25)])
def test_a_shift_is_found_soon_and_dated(by: float, within: int, draw: Draw) -> None:
    delays, begun = [], []
    for _ in range(10):
        shift = find_shift(draw(100), [*draw(200), *draw(120, by)])
        assert shift is not None
        assert shift.higher == (by > 0)
        delays.append(shift.at - 200)
        begun.append(shift.since - 200)
    assert 0 <= np.median(delays) <= within
    assert abs(np.median(begun)) <= 12


@pytest.mark.parametrize(
    ("defects", "decided", "shift", "state", "alarm"),
    [
        (0, "", 0.0, "steady", False),
        (60, "REJECT", 0.0, "defects", False),
        (60, "", 0.0, "undecided", True),
        (60, "PASS", 0.0, "changed", True),
        (0, "", 1.5, "changed", True),
        (60, "REJECT", 1.5, "changed", True),
        (0, "", -2.0, "changed", True),
    ],
)
def test_what_people_called_bad_is_no_drift(
    defects: int, decided: str, shift: float, state: State, alarm: bool, draw: Draw
) -> None:
    scores, rng = np.concatenate([draw(100), draw(200, shift), 40 + draw(defects)]), np.random.default_rng(0)
    order = np.concatenate([np.arange(100), 100 + rng.permutation(len(scores) - 100)])
    bad = {int(place): decided for place in np.flatnonzero(order >= 300) if decided}
    found = drift(Calibration(draw(100)), parts(scores[order], bad))
    assert (found.state, found.is_alarm) == (state, alarm)
    assert all(drift_told(found, "zh"))
    assert ("ALARM" in drift_told(found, "en")[0]) == alarm


def test_traits_tell_light_colour_and_blur_apart() -> None:
    rng = np.random.default_rng(0)
    picture = np.clip(rng.normal(120, 25, (200, 200, 3)), 0, 255).astype(np.uint8)
    changes = {
        "brightness": picture - picture // 20,
        "sharpness": cv2.GaussianBlur(picture, (0, 0), 0.7),
        "red against green": np.dstack([picture[..., 0] - 6, picture[..., 1:]]),
        "yellow against blue": np.dstack([picture[..., :2], picture[..., 2] + 6]),
    }
    before = traits(look(picture))
    for trait, changed in changes.items():
        assert traits(look(changed))[TRAITS.index(trait)] < before[TRAITS.index(trait)]


def test_pictures_that_change_raise_an_alarm_though_scores_do_not(draw: Draw) -> None:
    rng = np.random.default_rng(3)
    known = Calibration(draw(100), traits=rng.normal(0, 1, (100, len(TRAITS))))
    seen = rng.normal(0, 1, (160, len(TRAITS)))
    seen[80:, TRAITS.index("brightness")] -= 2
    plain = parts(np.minimum(draw(160), known.thresholds.review - 0.01))
    found = drift(known, [replace(part, traits=tuple(one)) for part, one in zip(plain, seen, strict=True)])
    assert (found.state, found.is_alarm) == ("steady", True)
    assert found.look is not None
    assert (found.look.trait, found.look.higher) == ("brightness", False)
    assert abs(int(found.look.since.name.removesuffix(".png")) - 80) <= 12
    first, second, *_ = drift_told(found, "en")
    assert first.startswith("ALARM: the pictures changed. Since inspection 8")
    assert "they are darker than those of the good parts" in first
    assert second.startswith("No drift")
    assert "更暗" in drift_told(found, "zh")[0]
    assert found.to_json()["look"]["trait"] == "brightness"
    assert drift(replace(known, traits=None), plain).look is None


def test_where_pictures_stay_as_they_are_alarms_are_rare(draw: Draw) -> None:
    rng, alarms = np.random.default_rng(4), 0
    for _ in range(40):
        seen = rng.normal(0, 1, (150, len(TRAITS)))
        known = Calibration(draw(60), traits=rng.normal(0, 1, (60, len(TRAITS))))
        these = [replace(part, traits=tuple(one)) for part, one in zip(parts(draw(150)), seen, strict=True)]
        alarms += drift(known, these).look is not None
    assert alarms <= 3  # more than 3 of 40 come once in 1,000 times at 1 %


def test_what_was_inspected_has_traits_by_its_index(shop: Shop) -> None:
    known, _ = latest(shop.store, "plates")
    assert known.parts
    for part in known.parts:
        assert part.traits is not None
        assert len(part.traits) == len(TRAITS)


@pytest.fixture
def records(tmp_path: Path, fake_core: None) -> Store:
    """Return a store that keeps a model whose good parts score 0 to 2."""
    store = open_store(str(tmp_path / "records"), create=True)
    store.keep_model(library.save(FakeDetector("plates", card={"created": "2026"}), "plates"))
    return store


def test_the_command_says_so_and_its_exit_code_does(records: Store) -> None:
    kept = records.keep_model(library.model_folder("plates"))
    where = ("--store", records.name.removeprefix("sqlite:///").removesuffix("/foil.db"))
    rng = np.random.default_rng(2)
    record_scores(records, kept, rng.uniform(0, 1.9, 60).tolist())
    assert "No drift: what may be good among 60 parts" in foil("store", "drift", "plates", *where).stdout
    numbers = record_scores(records, kept, [9.0] * 30, "lot8/{}.png")
    open_ones = foil("store", "drift", "plates", *where, code=1).stdout
    assert "30 at or above T1 nobody called good or bad" in open_ones
    for number in numbers:
        records.decide(number, "REJECT", "A", "cracked")
    assert "More defects, no drift" in foil("store", "drift", "plates", *where).stdout
    told = json.loads(foil("store", "drift", "plates", "--lot", "lot8", "--json", *where).stdout)
    assert (told["state"], told["parts"], told["bad"], told["alarm"]) == ("defects", 30, 30, False)
    assert (
        "no model named other is on record; known are plates" in foil("store", "drift", "other", *where, code=2).stderr
    )
    assert "No drift to tell" in foil("store", "drift", "plates", "--since", "2099-01-01", *where).stdout


def test_masked_worded_and_repeated_inspections_are_left_out(records: Store) -> None:
    kept = records.keep_model(library.model_folder("plates"))
    record_scores(records, kept, [1.0, 1.5])
    record_scores(records, kept, [1.0, 1.5])
    record_scores(records, kept, [1.0], "words{}.png", {"text": 'ignore the label", "asked": {"text": "'})
    record_scores(records, kept, [1.0], "watch{}.png", {"watch": "left knee"})
    [fit] = fits(records, "plates")
    known = past(records, fit)
    assert ([part.score for part in known.parts], known.again, known.guided) == ([1.0, 1.5], 2, 2)


def test_thresholds_are_no_new_fit_but_new_scores_are(records: Store) -> None:
    library.set_rates("plates", 0.3, 0.2)
    records.keep_model(library.model_folder("plates"))
    [fit] = fits(records, "plates")
    assert len(fit.versions) == 2
    assert fit.calibration.review_rate == 0.3
    other = FakeDetector("plates", calibration=Calibration(np.linspace(0, 3, 60)))
    records.keep_model(library.save(other, "plates", replace=True))
    known, before = latest(records, "plates")
    assert [len(before), known.fit.calibration.scores.max()] == [1, 3]


def test_the_promise_is_checked_on_all_good_parts_not_on_those_that_were_looked_at(records: Store) -> None:
    kept = records.keep_model(library.model_folder("plates"))
    numbers = record_scores(records, kept, [*np.linspace(0, 1.8, 95), *[1.99] * 3, 9.0, 9.0])
    [fit] = fits(records, "plates")
    [found] = feedback(past(records, fit), "all")
    assert (found.review.least.seen, found.review.most.seen, found.review.kept) == (0, 5, "kept")
    for number in numbers[95:98]:
        records.decide(number, "PASS", "A", "dust")
    records.decide(numbers[98], "REJECT", "A", "crack")
    records.decide(numbers[0], "REJECT", "A", "crack, seen by chance")
    [found] = feedback(past(records, fit))
    assert (found.good, found.bad, found.escaped, found.passed_looked_at) == (3, 2, 1, 1)
    assert (found.review.called, found.review.least.seen, found.review.least.of) == (3, 3, 97)
    told = foil("store", "feedback", "plates", "--by", "all", "--store", Path(str(records.database.file)).parent).stdout
    assert "of the 3 called good 3 reach it; of all 97 to 98 that may be good 3 to 4 do, and" in told
    assert "escapes: 1 of 2 parts that people called bad had passed" in told
    assert "called good by people, and marked by plates: 3" in told


def test_more_than_promised_is_said_to_be(records: Store) -> None:
    kept = records.keep_model(library.model_folder("plates"))
    numbers = record_scores(records, kept, [*[0.5] * 60, *[5.0] * 40])
    [fit] = fits(records, "plates")
    assert [one.review.kept for one in feedback(past(records, fit))] == ["open"]
    for number in numbers[60:]:
        records.decide(number, "PASS", "A", "good")
    assert [one.review.kept for one in feedback(past(records, fit))] == ["broken"]


def test_a_new_fit_is_proposed_with_what_to_compare_it_by(shop: Shop, plate: Plate, tmp_path: Path) -> None:
    fresh = [plate(f"line/{i}.png", spot=200 + i) for i in range(3)]
    shop.foil("inspect", *fresh, "--model", "plates", code=20)
    good = [plate(f"parts/{i}.png", level=120 + i) for i in range(4)]
    for number in (6, 7, 8):
        shop.foil("store", "decide", number, "--verdict", "PASS", "--by", "A", "--reason", "polished")
    shop.foil("store", "decide", 4, "--verdict", "REJECT", "--by", "A", "--reason", "cracked")
    out = tmp_path / "next"
    told = shop.foil("store", "feedback", "plates", "--data", good[0].parent, "--out", out).stdout
    assert "4 good parts of before, 2 more to fit on; to compare on, unseen: 1 called good, 1 called bad" in told
    assert f"foil bench {out}/before.jsonl {out}/after.jsonl --method gaussian" in told
    before, after = (open_dataset(out / f"{name}.jsonl") for name in ("before", "after"))
    assert [len(before.normals()), len(after.normals())] == [4, 6]
    assert sorted(str(item.label) for item in before.test()) == ["0", "1"]
    assert {item.path for item in before.test()} == {item.path for item in after.test()}
    assert {item.load().sha256 for item in after.normals()} > {item.load().sha256 for item in before.normals()}
    assert (
        "it exists; name a new folder"
        in shop.foil("store", "feedback", "plates", "--data", good[0].parent, "--out", out, code=2).stderr
    )
    assert "a proposal takes both" in shop.foil("store", "feedback", "plates", "--out", tmp_path / "x", code=2).stderr
    scope = Scope(since="2099-01-01")
    assert replace(latest(shop.store, "plates", scope)[0]).parts == ()


def test_a_report_says_so(records: Store, tmp_path: Path) -> None:
    kept = records.keep_model(library.model_folder("plates"))
    record_scores(records, kept, [9.0] * 20)
    where = Path(str(records.database.file)).parent
    foil("report", "--store", where, "--out", tmp_path / "r.json")
    [model] = json.loads((tmp_path / "r.json").read_text())["models"]
    assert (model["drift"]["state"], model["drift"]["undecided"]) == ("undecided", 20)
