"""Words held against defects that are known: each judgement by itself, and the door that prints them."""

from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from explain_cases import detection, disc, painted, surface
from record_cases import foil

from assistant.faithfulness import Judged, Painted, judge, nearest_agree
from assistant.faithfulness_table import confusion, markdown
from fusion.detection import Detection
from fusion.sample import Sample

BLOB = disc(200, 150, 20)


class Scripted:
    """A detector that marks what is darker than 100, and passes the rest."""

    card: ClassVar[dict[str, object]] = {}

    def detect(self, sample: Sample, samples: int = 0) -> Detection:
        dark = sample.image.mean(axis=-1) < 100
        verdict, score = ("REJECT", 9.0) if dark.sum() > 20 else ("PASS", 0.0)
        return detection(surface(), dark, verdict=verdict, pred_score=score)

    def without(self, image: np.ndarray, place: np.ndarray, rank: int) -> np.ndarray:
        return np.where(place[..., None], surface(), image)


def judged(told: np.ndarray, true: np.ndarray, kind: str = "stain") -> Judged:
    normal = surface()
    case = Painted(normal, painted(normal, true, -80), true, kind)
    return judge("plates", case, detection(normal, told), Scripted(), None)


def test_what_is_said_rightly_counts_as_right():
    one = judged(BLOB, BLOB)
    assert (one.detected, one.place, one.size, one.tone) == (True, True, True, True)
    assert (one.deleted, one.inserted, one.swapped) == (True, True, True)
    assert 1 <= one.rank <= 9
    assert 0 < one.sure <= 1


def test_the_wrong_place_size_and_tone_count_as_wrong():
    assert not judged(disc(40, 40, 20), BLOB).place
    assert not judged(disc(200, 150, 40), BLOB).size
    normal = surface()
    lighter = Painted(normal, painted(normal, BLOB, 60), BLOB, "stain")
    told = detection(painted(normal, BLOB, 110), BLOB)  # a normal version brighter than the defect
    assert judge("plates", lighter, told, Scripted(), None).tone is False


def test_of_what_was_not_detected_nothing_is_said():
    normal = surface()
    case = Painted(normal, painted(normal, BLOB, -80), BLOB, "hole")
    missed = detection(normal, BLOB, verdict="PASS", pred_score=1.0)
    assert judge("plates", case, missed, Scripted(), None) == Judged("plates", "hole")


def test_the_table_counts_words_of_detected_defects_only():
    seen = Judged("a", "hole", True, place=True, tone=None, rank=2, sure=0.5)
    text = markdown([seen, Judged("a", "hole")], lambda one: one.data)
    assert "| a | 2 | 1 | 100.0 % | 0.0 % | – | 0.0 % | 100.0 % |" in text


def test_nearest_neighbours_agree_where_types_lie_apart():
    values = np.array([[0, 0], [0, 1], [9, 9], [9, 8]], float)
    assert nearest_agree(values, ["a", "a", "b", "b"]) == 1
    assert nearest_agree(values, ["a", "b", "a", "b"]) == 0


@pytest.mark.slow
def test_the_door_prints_both_tables(tmp_path: Path) -> None:
    from fusion.example.write import render_example

    shop = render_example(tmp_path / "shop", per_product=(12, 3, 1), size=128)
    told = foil("bench", shop / "gasket", "--explanations", "9", "--names", "9").output
    assert "| all | 9 |" in told
    assert "Names for the labelled defects of gasket" in told


def test_rows_are_not_kept_of_words(tmp_path: Path) -> None:
    told = foil("bench", tmp_path, "--explanations", "9", "--json", tmp_path / "rows.jsonl", code=2)
    assert "leave out --json" in told.stderr
    assert confusion([]).startswith("0 labelled defects were marked")
