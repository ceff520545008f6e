"""What follows the language: each is given its own values, and one that fails leaves the others alone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from apps.ui.following import Follower, on_top
from apps.ui.models import Models
from apps.ui.pages import build
from apps.ui.roles import role_of
from apps.ui.shelf import Shelf

REQUEST = gr.Request()


def refused(*_: Any) -> None:
    raise gr.Error("the library is gone")


def test_each_takes_its_own_values_and_only_who_asks_hears_of_the_visitor() -> None:
    def asks(one: int, request: gr.Request) -> tuple[int, bool]:
        return one, request is REQUEST

    values: Iterator[Any] = iter([1, 2, 3])
    assert Follower(lambda one, two: one + two, [0, 0], ["sum"], None)(values, REQUEST) == {"sum": 3}
    assert Follower(asks, [0], ["one", "request"], None)(values, REQUEST) == {"one": 3, "request": True}
    assert next(values, None) is None


def test_one_that_fails_is_told_and_leaves_the_others_their_values(monkeypatch: pytest.MonkeyPatch) -> None:
    warned: list[str] = []
    monkeypatch.setattr(gr, "Warning", warned.append)
    values: Iterator[Any] = iter(["its own", "another's"])
    assert Follower(refused, [0], ["place"], None)(values, REQUEST) == {}
    assert warned == ["the library is gone"]
    assert next(values) == "another's"


def test_what_a_follower_makes_stands_on_top_of_new_words() -> None:
    words = gr.update(label="Minutes", visible=True)
    assert on_top(None, 5) == 5
    assert on_top(words, 5) == gr.update(label="Minutes", visible=True, value=5)
    assert on_top(words, gr.update(visible=False)) == gr.update(label="Minutes", visible=False)
    assert on_top(words, gr.skip()) == words


def test_nothing_follows_the_language_that_a_viewer_may_not_ask_for(tmp_path: Path) -> None:
    events = build(Models(), Shelf(tmp_path / "shelf"), store=str(tmp_path / "store")).fns.values()
    frame = next(one.fn.__self__ for one in events if getattr(one.fn, "__qualname__", "") == "Frame._in_words")
    assert len(frame._followers) > 9
    assert {role_of(one.function) for one in frame._followers} == {"viewer"}
