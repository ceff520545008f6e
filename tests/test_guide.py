"""The guide: words that name a kind of defect choose among what is marked, and nobody hides what was not meant."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from explain_cases import SUPPORT, H, W, detection, disc, guidance, line, painted, surface
from numpy.typing import NDArray
from record_cases import foil

from assistant import guide
from assistant.counterfactual import without
from assistant.pointing import Pair, Pointed, paint_pairs, pointed
from assistant.pointing_table import markdown
from explain.difference import Region
from explain.gather import gather
from explain.grouping import find
from explain.language import Brief, template_text
from explain.naming import Kinds, Name, built_in
from fusion.detection import Detection
from fusion.modality.prompt import read_prompt
from fusion.region import where_to_look
from fusion.sample import Sample

SCRATCH, STAIN = line(60, 40, 150, 70, 5), disc(320, 230, 40)  # in the upper left, and in the lower right
IMAGE = painted(painted(surface(), SCRATCH, -60), STAIN, -50)


class ByShape(Kinds):
    """Kinds that are told apart by one thing: what is long is a scratch rather than a crack, what is not, a stain."""

    def rank(self, region: Region) -> tuple[Name, ...]:
        likely = {"scratch": 0.8, "crack": 0.2} if region.shape.aspect > 3 else {"stain": 0.95, "hole": 0.05}
        named = [Name(kind, likely.get(kind, 0.0)) for kind in self.names]
        return tuple(sorted(named, key=lambda name: -name.sure))


@pytest.fixture(autouse=True)
def by_shape(monkeypatch: pytest.MonkeyPatch) -> None:
    own = built_in()
    known = ByShape(own.names, own.looks, own.whiten, own.scale, own.least)
    for module in ("guide", "pointing", "inspection"):
        monkeypatch.setattr(f"assistant.{module}.kinds_in", lambda _: known)
    monkeypatch.setattr("explain.gather.built_in", lambda: known)


@dataclass(frozen=True)
class Seeing:
    """A detector that marks what is dark, hears places, and no other word; it counts how often it is asked."""

    asked: list[Sample]
    background: bool = False
    card: ClassVar[dict[str, Any]] = {}

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        self.asked.append(sample)
        assert sample.image is not None
        dark = surface().mean(axis=-1) - sample.image.mean(axis=-1) > 25
        prompt = read_prompt(sample.text) if sample.text else None
        look_at = where_to_look(sample.mask, prompt, np.ones(dark.shape, bool))
        marked = dark if look_at is None else dark & (look_at >= 0.5)
        said = None
        if prompt and prompt.names_places:
            said = guidance(
                prompt.text, focus=prompt.focus, ignore=prompt.ignore, place=prompt.place, basis="looks", effect=0.0,
                found=None, ignored=None, guided_map=None,
            )  # fmt: skip
        strong = 9.0 if marked.any() else 1.0
        verdict = "REJECT" if marked.any() else "PASS"
        return detection(surface(), marked, verdict=verdict, pred_score=strong, guidance=said)

    def without(self, image: NDArray[np.uint8], place: NDArray[np.bool_], rank: int) -> NDArray[np.uint8]:
        return np.where(place[..., None], surface(), image)


def seen(text: str | None, image: NDArray[np.uint8] = IMAGE, mask: NDArray[np.float32] | None = None) -> Detection:
    return guide.detect(Seeing([]), Sample(image, text=text, mask=mask))  # type: ignore[arg-type]


def marks(found: Detection) -> tuple[bool, bool]:
    """Return whether the scratch and whether the stain are marked."""
    return bool((found.pred_mask & SCRATCH).any()), bool((found.pred_mask & STAIN).any())


def told(text: str, image: NDArray[np.uint8] = IMAGE) -> str:
    return template_text(gather(Sample(image, text=text), seen(text, image), {}, SUPPORT), Brief("en"))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("ignore scratches", (False, True)),
        ("忽略划痕", (False, True)),
        ("ignore scratches in the upper left", (False, True)),
        ("ignore scratches in the lower right", (True, True)),  # there is none
        ("ignore the upper left", (False, True)),
        ("忽略右下方", (True, False)),
        ("ignore holes", (True, True)),
        ("ignore the label", (True, True)),
        ("only scratches", (True, True)),  # looking for something hides nothing
        ("only in the upper left", (True, False)),
    ],
)
def test_words_leave_out_what_they_mean_and_nothing_else(text: str, left: tuple[bool, bool]) -> None:
    assert marks(seen(text)) == left


def test_without_words_that_name_a_kind_a_detector_is_asked_once_and_believed() -> None:
    for text in (None, "ignore the upper left", "ignore the label"):
        asked: list[Sample] = []
        guide.detect(Seeing(asked), Sample(IMAGE, text=text))  # type: ignore[arg-type]
        assert len(asked) == 1


def test_what_was_left_out_is_said_with_its_place_and_the_verdict_does_without_it() -> None:
    alone = painted(surface(), SCRATCH, -60)
    found = seen("ignore scratches", alone)
    assert (found.verdict, found.pred_mask.any()) == ("PASS", False)
    assert found.guidance is not None
    assert (found.guidance.left_out, found.guidance.ignored) == (("upper_left",), 1.0)
    said = told("ignore scratches", alone)
    assert "Left out as “scratches”, by its looks: what was marked in the upper left. Score and verdict" in said


def test_what_words_left_out_does_not_come_back_when_something_else_is_made_normal() -> None:
    sample, detector = Sample(IMAGE, text="ignore scratches"), Seeing([])
    found = guide.detect(detector, sample)  # type: ignore[arg-type]
    stain = find(found)
    assert len(stain) == 1
    assert without(sample, stain, detector).verdict == "PASS"  # type: ignore[arg-type]
    assert without(replace(sample, text=None), stain, detector).verdict == "REJECT"  # type: ignore[arg-type]


def test_a_mask_drawn_by_a_person_stays_in_force() -> None:
    upper = np.ones((H, W), np.float32)
    upper[H // 2 :] = 0
    found = seen("ignore scratches", mask=upper)
    assert marks(found) == (False, False)


def test_what_is_too_unsure_counts_and_is_told() -> None:
    found = seen("ignore cracks")  # the line looks like a scratch rather than a crack
    assert marks(found) == (True, True)
    assert found.guidance is not None
    assert found.guidance.unsure == ("upper_left",)
    assert "Still counted: what is marked in the upper left, which may be what “cracks” means" in told("ignore cracks")


def test_what_is_looked_for_is_found_among_the_regions_by_a_model_that_hears_no_words() -> None:
    e = gather(Sample(IMAGE, text="only scratches"), seen("only scratches"), {}, SUPPORT)
    assert e.prompt is not None
    assert e.prompt.fits is not None
    assert e.regions[e.prompt.fits.number - 1].place == "upper_left"
    assert e.not_used == ()
    assert "This model itself hears no words" in told("only scratches")


def test_a_part_that_is_described_and_words_of_another_language_are_left_to_the_detector() -> None:
    class Deaf(Seeing):
        def detect(self, sample: Sample, samples: int = 0) -> Detection:
            return super().detect(replace(sample, text=None), samples)

    assert guide.detect(Deaf([]), Sample(IMAGE, text="царапина")).guidance is None  # type: ignore[arg-type]
    described = replace(seen(None), guidance=guidance("ignore scratches", role="description", ignore="scratches"))

    class Told(Seeing):
        def detect(self, sample: Sample, samples: int = 0) -> Detection:
            return described

    assert guide.detect(Told([]), Sample(IMAGE, text="ignore scratches")) is described  # type: ignore[arg-type]


# --- what words point at, measured --------------------------------------------------------------------------------


def test_a_pair_is_asked_about_by_kind_place_and_both_in_both_languages() -> None:
    pair = Pair(IMAGE, (SCRATCH, STAIN), ("scratch", "stain"), ("upper_left", "lower_right"))
    told = [pointed("plates", pair, Seeing([]), number) for number in range(6)]  # type: ignore[arg-type]
    assert all(told)
    found = [one for each in told if each for one in each]
    assert {(one.asked, one.by, one.lang) for one in found} == {
        (asked, by, lang) for asked in ("only", "ignore") for by in ("kind", "place", "both") for lang in ("en", "zh")
    }
    assert all(one.first for one in found if one.asked == "only")
    assert all(one.gone and one.kept and one.said for one in found if one.asked == "ignore")


def test_a_place_that_holds_both_is_not_asked_for_alone_and_what_is_not_marked_apart_not_at_all() -> None:
    pair = Pair(IMAGE, (SCRATCH, STAIN), ("scratch", "stain"), ("upper_left", "upper_left"), apart=False)
    found = pointed("plates", pair, Seeing([]), 0)  # type: ignore[arg-type]
    assert found is not None
    assert {one.by for one in found} == {"kind", "both"}
    missed = replace(pair, image=painted(surface(), STAIN, -50))
    assert pointed("plates", missed, Seeing([]), 0) is None  # type: ignore[arg-type]


def test_the_wrong_one_counts_as_wrong() -> None:
    pair = Pair(IMAGE, (STAIN, SCRATCH), ("scratch", "stain"), ("lower_right", "upper_left"))  # named the other way
    found = pointed("plates", pair, Seeing([]), 0)  # type: ignore[arg-type]
    assert found is not None
    assert [one.first for one in found if one.asked == "only" and one.by == "kind"] == [False]
    assert [(one.gone, one.kept) for one in found if one.asked == "ignore" and one.by == "kind"] == [(False, False)]


def test_the_table_counts_with_intervals() -> None:
    one = Pointed("a", "scratch", "kind", "en", "only", "only scratches", first=True)
    out = Pointed("a", "scratch", "kind", "zh", "ignore", "忽略划痕", gone=True, kept=False, said=True)
    text = markdown([one, out])
    assert "| by kind | 100.0 % of 1 [20.7, 100.0] | 100.0 % of 1 [20.7, 100.0] | 100.0 % of 1 [20.7, 100.0] |" in text
    assert "| by place | – | – | – | – |" in text
    assert "| 0.0 % of 1 [0.0, 79.3] |" in text


@dataclass(frozen=True)
class Good:
    """An item, and a data set of eight such: plates, each of its own grey."""

    grey: int = 0
    label: int = 0
    name: str = "plates"

    def load(self) -> Sample:
        noise = np.random.default_rng(self.grey).integers(-4, 5, (96, 96, 3))
        return Sample(np.asarray(np.clip(self.grey + noise, 0, 255), np.uint8))

    def test(self) -> list["Good"]:
        return [Good(grey) for grey in range(80, 240, 20)] + [Good(10, label=1)]


def test_the_halves_share_no_picture() -> None:
    used: list[set[int]] = []
    for half in ("first", "second"):
        pairs = list(paint_pairs(Seeing([]), Good(), 4, half))  # type: ignore[arg-type]
        for pair in pairs:
            one, two = pair.masks
            assert pair.kinds[0] != pair.kinds[1]
            assert not (one & two).any()
        used.append({round(float(np.median(pair.image)) / 20) for pair in pairs})
    assert used == [{4, 6, 8, 10}, {5, 7, 9, 11}]


def test_the_door_prints_the_table(tmp_path: Path) -> None:
    told = foil("bench", "--help").output
    assert "--guide" in told
