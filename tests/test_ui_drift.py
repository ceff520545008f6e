"""Drift and lots in the review tab: what is counted, what is drawn, and what is said where there is nothing."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import gradio as gr
import numpy as np
import pytest
from fake_detector import FakeDetector
from record_cases import record_scores

from apps.ui import drifting
from apps.ui.drift_part import DriftPart
from apps.ui.frame import Frame
from apps.ui.models import Models
from apps.ui.shelf import Shelf
from assistant import library
from assistant.course import MOST, course
from assistant.reports.scope import Scope
from assistant.store import Store, open_store

if TYPE_CHECKING:
    from assistant.kept import Kept

FIELD = re.compile("<td>(.*?)</td>")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path / "records"), create=True)


@pytest.fixture
def kept(store: Store) -> "Kept":
    return store.keep_model(library.save(FakeDetector("plates"), "plates"))


def steady(n: int, seed: int = 0) -> list[float]:
    return np.random.default_rng(seed).uniform(0, 1.9, n).tolist()


def rows(shown: str) -> list[list[str]]:
    return [FIELD.findall(row) for row in shown.split("<tr")[2:]]


def test_lots_are_counted_the_latest_first_with_what_people_said(store: Store, kept: "Kept") -> None:
    first = record_scores(store, kept, [1.0, 2.0, 5.0], "a/lot1/{}.png")
    record_scores(store, kept, [1.0, 1.0], "<b>/{}.png")
    record_scores(store, kept, [1.0], "loose{}.png")
    record_scores(store, kept, [1.2], "a/lot1/late{}.png")
    store.decide(first[0], "REJECT", "M. Keller", "a hair crack")  # passed, but bad
    store.decide(first[1], "PASS", "M. Keller", "dust")
    store.decide(first[2], "REJECT", "M. Keller", "right")
    store.decide(first[2], "PASS", "M. Keller", "wrong before")  # the last word counts
    shown = drifting.shown(course(store, "plates", Scope()), "en")
    assert rows(shown) == [
        ["All", "7", "5", "1", "1", "0", "3", "2", "1"],
        ["lot1", "4", "2", "1", "1", "0", "3", "2", "1"],
        ["in no folder", "1", "1", "0", "0", "0", "0", "0", "0"],
        ["&lt;b&gt;", "2", "2", "0", "0", "0", "0", "0", "0"],
    ]
    assert "Of 1 REJECTs among them they let 1 pass" in shown
    only = drifting.shown(course(store, "plates", Scope(lot="lot1")), "zh")
    assert [row[:2] for row in rows(only)] == [["全部", "4"], ["lot1", "4"]]


def test_drift_has_colour_shape_and_words_and_its_sentences(store: Store, kept: "Kept") -> None:
    record_scores(store, kept, steady(60))
    calm = drifting.shown(course(store, "plates", Scope()), "en")
    assert '<span class="foil-badge foil-pass"><svg' in calm
    assert "<b>No drift</b></span> Model plates" in calm
    assert "No drift: what may be good among 60 parts" in calm
    record_scores(store, kept, [1.9 for _ in range(60)], "later/{}.png")
    alarm = course(store, "plates", Scope())
    assert '<span class="foil-badge foil-reject"><svg' in drifting.shown(alarm, "en")
    assert "<b>Alarm: good parts changed</b>" in drifting.shown(alarm, "en")
    assert "<b>报警：良品发生变化</b>" in drifting.shown(alarm, "zh")
    assert "报警：良品发生了变化。" in drifting.shown(alarm, "zh")


def test_the_chart_holds_the_ends_and_says_where_it_leaves_parts_out(store: Store, kept: "Kept") -> None:
    record_scores(store, kept, [0.5, *steady(2 * MOST), 3.5])
    record_scores(store, kept, [1.0], "asked/{}.png", {"text": "scratch"})
    found = course(store, "plates", Scope())
    assert len(found.scores) == MOST
    assert [(one.score, one.verdict) for one in (found.scores[0], found.scores[-1])] == [(0.5, "PASS"), (3.5, "REJECT")]
    shown = drifting.shown(found, "en")
    assert shown.count("<circle cx") >= MOST - 1
    assert f"Drawn are {MOST} of {2 * MOST + 2} parts" in shown
    assert "Left out of drift and chart: inspected under a mask, words or chosen joints" in shown
    assert 'role="img" aria-label="Scores in the order of inspection"' in shown


def test_where_nothing_is_on_record_it_is_said_and_the_language_follows(
    store: Store, kept: "Kept", tmp_path: Path
) -> None:
    with gr.Blocks():
        frame = Frame(Models(), Shelf(tmp_path / "shelf"), str(tmp_path / "records"))
        assert frame.recorder
        part = DriftPart(frame, frame.recorder)
    assert "appear here" in part._said(None, "en")
    for chosen, at_top, said in (("", None, "Choose a model"), ("", "&", "&amp;"), ("", "plates", "plates")):
        seen, shown = part._look(chosen, at_top, None, None, None, "en")
        assert said in shown
        assert '<div class="foil-empty">' in part._said(seen, "zh")
    record_scores(store, kept, steady(9))
    seen, shown = part._look("plates", "bolts", "", "", "", "en")
    assert rows(shown)[0][1] == "9"
    assert "<td>全部</td>" in part._said(seen, "zh")
    with pytest.raises(gr.Error, match="is after --until"):
        part._look("plates", None, None, "2026-12-01", "2026-11-01", "en")
