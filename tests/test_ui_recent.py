"""The picture that the Inspect tab shows is at hand in the Ask tab without a second look; nobody else's is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector

from apps.ui import asking
from apps.ui.asking import Talk
from apps.ui.inspecting import sample_of
from apps.ui.recent import MOST, Recent
from apps.ui.recorder import Recorder
from assistant import library
from assistant.inspection import inspect


def test_what_was_just_inspected_is_not_inspected_again(plate: Plate, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []

    def counted(sample: Any, *rest: Any, **how: Any) -> Any:
        looked.append(sample.name)
        return inspect(sample, *rest, **how)

    monkeypatch.setattr(asking, "inspect", counted)
    detector: Any = FakeDetector()
    recent, path = Recent(), str(plate("bad.png", spot=228))
    sample = sample_of(path)
    recent.keep(detector, inspect(sample, detector))

    def why(talk: Talk, about: Any) -> str:
        talk.beside(about)
        *_, reply = talk.session.ask("why?")
        return reply.text

    first = why(Talk(detector, None, recent), sample)
    assert looked == []
    others = sample_of(path)  # another visitor's, of the same content
    assert why(Talk(detector, None, recent), others) == first
    assert looked == ["bad.png"]
    another: Any = FakeDetector("others")
    assert "the model “others”" in why(Talk(another, None, recent), sample)
    assert looked == ["bad.png"] * 2


def test_only_the_latest_are_kept_and_only_pictures_as_they_are(plate: Plate) -> None:
    detector: Any = FakeDetector(card={"network": {}})
    recent = Recent()
    samples = [sample_of(str(plate(f"{at}.png", spot=200 + at))) for at in range(MOST + 1)]
    for sample in samples:
        recent.keep(detector, inspect(sample, detector))
    assert [recent.find(detector, sample) is not None for sample in samples] == [False] + [True] * MOST
    assert samples[-1].image is not None
    masked = replace(samples[-1], mask=np.ones(samples[-1].image.shape[:2], np.float32))
    worded = replace(samples[0], text="a spot")
    for other in (masked, worded):
        recent.keep(detector, inspect(other, detector))
        assert recent.find(detector, other) is None
    assert recent.find(detector, samples[0]) is None, "words on it were another question"


def test_past_cases_are_told_whether_or_not_a_picture_was_just_inspected(
    fake_core: None, plate: Plate, tmp_path: Path
) -> None:
    library.save(FakeDetector("plates"), "plates")
    recorder, detector = Recorder(str(tmp_path / "records")), library.load("plates")
    for spot in range(200, 212):
        recorder.keep(inspect(sample_of(str(plate(f"{spot}.png", spot))), detector), "plates")
    recall = recorder.recall("plates")
    sample, recent = sample_of(str(plate("bad.png", spot=228))), Recent()
    talks = [Talk(detector, None, recent, recall)]
    recent.keep(detector, inspect(sample, detector, recall=recall))
    talks.append(Talk(detector, None, recent, recall))
    told = []
    for talk in talks:
        talk.beside(sample)
        *_, reply = talk.session.ask("why?")
        told.append(reply.text)
    assert told[0] == told[1]
    assert "on record" in told[0]
