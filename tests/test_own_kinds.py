"""Names learnt on a product's own good parts: what is learnt, what it takes, and who uses it."""

import dataclasses
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from explain_cases import detection, disc, painted, surface
from fake_detector import FakeDetector
from PIL import Image
from record_cases import foil

from assistant import library
from assistant.inspection import inspect
from explain import own_kinds
from explain.grouping import find
from explain.naming import OWN, UNKNOWN, Kinds, attributes, built_in, kinds_in, read_kinds
from explain.own_kinds import ENOUGH, with_own_kinds
from fusion.detection import Detection
from fusion.errors import BadData
from fusion.item import Item
from fusion.sample import Sample
from fusion.synthesis import KINDS

DEFECTS = 90


class Seeing(FakeDetector):
    """A detector to which a normal part is grey, and that marks whatever isn't."""

    background = False

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        image = sample.image
        off = np.abs(image.astype(int) - 128).max(axis=-1) > 6
        score = 9.0 if off.any() else 0.0
        return detection(np.full_like(image, 128), off, verdict="REJECT" if score else "PASS", pred_score=score)


class Blind(Seeing):
    """A detector that marks nothing."""

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        return super().detect(dataclasses.replace(sample, image=np.full_like(sample.image, 128)))


def parts(folder: Path, count: int) -> list[Item]:
    """Save so many grey pictures, each a little lighter than the one before."""
    for number in range(count):
        Image.fromarray(np.full((96, 96, 3), 126 + number % 4, np.uint8)).save(folder / f"{number:02}.png")
    return [Item(path, 0, "", "train") for path in sorted(folder.glob("*.png"))]


@pytest.fixture
def learnt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(own_kinds, "fit", lambda *_: Seeing("plates"))
    monkeypatch.setattr(own_kinds, "own_outlines", lambda *_: None)  # tests/test_outline.py has them
    return with_own_kinds(FakeDetector("plates"), parts(tmp_path, 12), DEFECTS).card


def test_a_model_learns_what_kinds_look_like_here_and_its_card_holds_it(learnt: dict[str, Any]) -> None:
    assert learnt["kinds_painted"] == DEFECTS
    assert ENOUGH <= learnt["kinds_learnt_from"] <= DEFECTS
    own = kinds_in(learnt)
    assert own.names == KINDS
    assert not np.allclose(own.looks, built_in().looks, atol=0.1)
    assert Kinds.from_json(own.to_json()).to_json() == learnt[OWN]


def test_the_same_parts_teach_the_same(learnt: dict[str, Any], tmp_path: Path) -> None:
    again = with_own_kinds(FakeDetector("plates"), parts(tmp_path, 12), DEFECTS).card
    assert again == learnt


def test_where_too_little_is_marked_names_stay_foil_s_and_the_card_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_kinds, "fit", lambda *_: Blind("plates"))
    monkeypatch.setattr(own_kinds, "own_outlines", lambda *_: None)
    before = FakeDetector("plates", card={OWN: {"of": "an older fit"}})
    card = with_own_kinds(before, parts(tmp_path, 12), 9).card
    assert card == {"kinds_painted": 9, "kinds_learnt_from": 0}
    assert kinds_in(card) is built_in()


def test_too_few_good_parts_are_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"7 good parts.*leave out --names"):
        with_own_kinds(FakeDetector("plates"), parts(tmp_path, 7), DEFECTS)


def test_a_kind_of_which_nothing_was_marked_keeps_its_look() -> None:
    from explain.kinds import kinds_of

    mask = disc(200, 150, 20)
    image = painted(surface(), mask, -60)
    (region,) = own_kinds.measure(image, found := detection(surface(), mask), find(found))
    own = kinds_of([{"stain": [region] * 9}], built_in())
    at = KINDS.index("stain")
    assert np.allclose(np.delete(own.looks, at, axis=0), np.delete(built_in().looks, at, axis=0))
    assert np.allclose(own.looks[at], (9 * attributes(region) + built_in().looks[at]) / 10)


def test_an_inspection_names_by_its_model_s_kinds_and_a_user_s_too(learnt: dict[str, Any], tmp_path: Path):
    image = painted(surface(), disc(200, 150, 20), -60)
    own = Kinds.from_json(learnt[OWN])
    for least, first in ((0.0, own.rank), (1.1, None)):
        card = {OWN: dataclasses.replace(own, least=least).to_json()}
        region = inspect(Sample(image), FakeDetector("plates", card=card)).evidence.regions[0]
        assert region.names[0].kind == (first(region)[0].kind if first else UNKNOWN)
    (file := tmp_path / "ours.json").write_text('{"rust": {"like": "stain"}}')
    assert np.array_equal(read_kinds(file, own).looks[-1], own.looks[KINDS.index("stain")])


def test_what_can_t_be_is_said_before_the_fit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from assistant.fitting import fit_folder

    parts(tmp_path, 6)
    monkeypatch.setattr("fusion.detector.fit", lambda *_: pytest.fail("it was fitted"))
    with pytest.raises(BadData, match="to learn names on them a fifth is held back"):
        fit_folder(tmp_path, "ring", {}, names=90)


def test_the_page_says_what_names_are_learnt_from_and_asks_for_them_as_a_job(
    learnt: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apps.ui import teaching
    from assistant.fitting import Fit
    from assistant.job_wishes import FitWish

    detector = FakeDetector("plates", card=learnt | {"skipped": []})
    fit = Fit("plates", tmp_path, 12, detector.card, detector.calibration, 1.0, None)
    assert f"of {DEFECTS} painted defects were marked; names of defects are learnt from them" in unbroken_out(
        teaching.introduced(fit, "en")
    )
    few = dataclasses.replace(fit, card={key: value for key, value in fit.card.items() if key != OWN})
    assert "too few to learn names from" in unbroken_out(teaching.introduced(few, "en"))
    wished: list[FitWish] = []
    monkeypatch.setattr("assistant.job_wishes.ask", lambda _, wish, by: wished.append(wish) or SimpleNamespace(id=1))
    teaching.asked(None, [str(path) for path in tmp_path.glob("*.png")], "ring", (0.05, 0.01), False, 1, 540)  # type: ignore[arg-type]
    assert (wished[0].names, wished[0].minutes) == (540, 1)


def unbroken_out(text: str) -> str:
    return text.replace("\u00a0", " ")


@pytest.mark.slow
def test_the_door_learns_names_on_real_pictures(tmp_path: Path) -> None:
    from fusion.example.write import render_example

    shop = render_example(tmp_path / "shop", per_product=(60, 3, 1), size=160)
    told = foil("fit", shop / "gasket", "--name", "ring", "--names", "200").output
    assert "of 200 defects painted on good parts were marked; names of defects are learnt from them" in told
    ring = library.load("ring")
    assert kinds_in(ring.card) is not built_in()
    assert ring.pictures.outlines is not None
