"""Conversations without a browser: going back to a question, whose they are, how many stay, and what is gone."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from conftest import Plate
from fake_detector import FakeDetector

from apps.rest.keys import ANYONE, Caller
from apps.ui.asking import INERT, Talk, answered, asked, uploaded
from apps.ui.inspecting import sample_of
from apps.ui.models import Models
from apps.ui.pages import build
from apps.ui.shelf import Shelf
from apps.ui.talks import Seat, Talks
from assistant import library
from assistant.lot import Lot
from assistant.router import similarities
from assistant.session import Session

ONE, OTHER = Caller("station 1", "inspector"), Caller("station 2", "inspector")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "shelf")


def about(*paths: Path, detector: Any = None) -> Talk:
    talk = Talk(detector or FakeDetector())
    for path in paths:
        talk.upload(str(path))
        talk.history.append(uploaded(str(path)))
    return talk


def ask(talk: Talk, question: str, shelf: Shelf) -> str:
    *_, reply = answered(talk, question, shelf, "en")
    return reply.text


def begun(talks: Talks, caller: Caller, tab: str, talk: Talk) -> Seat:
    """Return a page in a tab of a browser that speaks in a conversation."""
    seat = Seat()
    talks.come(caller, seat, tab)
    talks.begin(caller, seat, talk)
    return seat


def test_a_question_is_answered_again_as_if_nothing_had_been_said_or_given_since(plate: Plate, shelf: Shelf) -> None:
    talk = about(plate("a.png"), plate("b.png", 200))
    first = ask(talk, "how many pictures are there?", shelf)
    second = ask(talk, "is it ok?", shelf)
    kept = talk.told("en")
    talk.upload(str(plate("c.png", 180)))
    talk.history.append(uploaded(str(plate("c.png", 180))))
    assert ask(talk, "how many pictures are there?", shelf) != first
    assert "PASS" in ask(talk, "inspect the first one", shelf)

    turn = talk.turn_at(4)
    assert turn is not None
    assert turn.question == "is it ok?"
    talk.back_to(turn)
    assert ask(talk, turn.question, shelf) == second
    assert talk.told("en") == kept
    assert list(talk.session.lot.seen) == ["a.png", "b.png"]
    talk.upload(str(plate("d/c.png", 228)))
    assert "score 10.00" in ask(talk, "why?", shelf), "a name that is free again is of a new picture"

    talk.back_to(talk.turns[0])
    assert ask(talk, "how many pictures are there?", shelf) == first
    assert [talk.turn_at(at) is not None for at in range(-1, 5)] == [False, False, False, True, False, False]


def test_what_waits_for_a_yes_waits_again_and_what_was_asked_before_counts_again(plate: Plate, tmp_path: Path) -> None:
    talk = about(plate("a.png", 200))
    session = Session(talk.session.lot, by="A. Smith")

    def said(question: str) -> str:
        *_, reply = session.ask(question)
        return reply.text

    said("is it ok?")
    before = session.stand()
    follows = said("and region 1?")
    session.go_back(before)
    said("how many were rejected?")
    session.go_back(before)
    assert said("and region 1?") == follows
    for number in range(6):
        plate(f"parts/good/{number}.png", level=120 + number)
    assert "yes / no" in said(f"fit on {tmp_path}/parts/good and call it bracket")
    waits = session.stand()
    dropped = said("no")
    assert said("no") != dropped
    session.go_back(waits)
    assert said("no") == dropped


def test_a_lot_forgets_pictures_with_all_that_was_kept_of_them(plate: Plate) -> None:
    detector: Any = FakeDetector()
    lot = Lot(detector)
    lot.fill([plate("a.png"), plate("b.png", 200)])
    lot.inspection("b.png")
    lot.forget_after(1)
    assert list(lot.seen) == ["a.png"]
    assert [name for name, _ in lot._whole] == ["a.png"]


def test_a_question_is_shown_as_it_was_typed_and_is_never_html() -> None:
    similarities("hello")
    typed = "is <b>1</b> < 2 & 3 &lt; 4?\n<!-- -->"
    content = str(asked(typed)["content"])
    assert content.replace(INERT, "") == typed
    assert all(content[at + 1] == INERT for at, one in enumerate(content) if one in "<&")


@pytest.mark.parametrize(("mine", "others"), [((ONE, "t1"), (OTHER, "t1")), ((ANYONE, "t1"), (ANYONE, "t2"))])
def test_nobody_finds_the_conversations_of_somebody_else(
    mine: tuple[Caller, str], others: tuple[Caller, str], plate: Plate, shelf: Shelf
) -> None:
    talks, talk = Talks(), about(plate("a.png"))
    seat = begun(talks, *mine, talk)
    ask(talk, "why?", shelf)
    for caller, tab in (others, (others[0], ""), (others[0], seat.key)):
        stranger = Seat()
        assert talks.come(caller, stranger, tab) is None
        assert talks.earlier(caller, stranger) == []
        assert talks.open(caller, stranger, seat.key) is None
        assert talks.of(caller, stranger) is None
    assert talks.of(others[0], seat) is (talk if others[0] is mine[0] else None), "another key on the same page"
    assert talks.of(mine[0], seat) is talk


def test_a_key_s_owner_finds_conversations_in_any_browser_and_one_page_speaks_in_each(
    plate: Plate, shelf: Shelf
) -> None:
    talks, talk = Talks(), about(plate("a.png"))
    seat, elsewhere = begun(talks, ONE, "t1", talk), Seat()
    ask(talk, "why?", shelf)
    assert talks.come(ONE, elsewhere, "t2") is None, "each tab speaks in one of its own"
    assert [one.key for one in talks.earlier(ONE, elsewhere)] == [seat.key]
    assert talks.open(ONE, elsewhere, seat.key) is talk
    assert talks.of(ONE, seat) is None, "it goes on where it was opened last"
    assert talks.of(ONE, elsewhere) is talk
    assert talks.come(ONE, Seat(), "t1") is None
    assert talks.come(ONE, Seat(), "t2") is talk


def test_a_reload_goes_on_and_what_was_left_does_not_come_back_by_itself(plate: Plate, shelf: Shelf) -> None:
    talks, talk = Talks(), about(plate("a.png"))
    before = begun(talks, ANYONE, "t1", talk)
    assert talks.come(ANYONE, Seat(), "t1") is None, "nothing was asked yet"
    ask(talk, "why?", shelf)
    after = Seat()
    assert talks.come(ANYONE, after, "t1") is talk
    assert talks.of(ANYONE, before) is None
    talks.leave(after)
    assert talks.come(ANYONE, Seat(), "t1") is None
    assert [one.talk for one in talks.earlier(ANYONE, after)] == [talk]
    talks.begin(ANYONE, after, about())
    talks.leave(after)
    assert len(talks.earlier(ANYONE, after)) == 1, "what nothing was asked in is not kept"


def test_a_question_that_comes_before_its_page_tells_its_tab_is_found_by_that_tab(plate: Plate, shelf: Shelf) -> None:
    talks, talk, seat = Talks(), about(plate("a.png")), Seat()
    talks.begin(ANYONE, seat, talk)
    ask(talk, "why?", shelf)
    assert talks.come(ANYONE, seat, "t1") is talk
    assert talks.of(ANYONE, seat) is talk
    assert talks.come(ANYONE, Seat(), "t1") is talk


def test_what_was_used_least_recently_makes_room(plate: Plate, shelf: Shelf) -> None:
    talks, detector = Talks(pictures=4, models=2), FakeDetector()
    pages = []
    for number in range(3):
        talk = about(plate(f"{number}/a.png"), plate(f"{number}/b.png", 150), detector=detector)
        ask(talk, "why?", shelf)
        pages.append(begun(talks, ONE, f"t{number}", talk))
        if number == 1:
            talks.of(ONE, pages[0])
    talks.bound()
    assert [talks.of(ONE, page) is not None for page in pages] == [True, False, True]
    large = about(*(plate(f"{number}.png", 130 + number) for number in range(5)), detector=detector)
    last = begun(talks, ONE, "t4", large)
    talks.bound()
    assert talks.of(ONE, last) is large, "the one that was used last stays, however large"
    assert talks.of(ONE, pages[2]) is None
    seats = [begun(talks, ONE, f"m{number}", about(detector=FakeDetector(f"m{number}"))) for number in range(3)]
    talks.bound()
    assert [talks.of(ONE, seat) is not None for seat in seats] == [False, True, True], "models stay in memory, too"


def test_a_picture_whose_file_is_gone_is_told_in_its_place(plate: Plate, shelf: Shelf, tmp_path: Path) -> None:
    talk = about(plate("a.png", 200))
    ask(talk, "where is it?", shelf)
    whole = talk.told("en")
    assert [isinstance(one["content"], str) for one in whole] == [False, True, False, True]
    Path(whole[0]["content"]["path"]).unlink()
    Path(whole[2]["content"]["path"]).unlink()
    told = talk.told("zh")
    assert told[0] == {"role": "user", "content": "（此图像已不再保留。）"}
    assert told[2] == {"role": "assistant", "content": "（此图像已不再保留。）"}
    assert [told[1], told[3]] == [whole[1], whole[3]]


def test_a_conversation_is_told_from_others_by_its_time_its_question_and_its_model(plate: Plate, shelf: Shelf) -> None:
    talks, talk = Talks(), about(plate("a.png"))
    seat = begun(talks, ANYONE, "t1", talk)
    ask(talk, "why is it like that, and " + "very " * 20 + "so?", shelf)
    talks.leave(seat)
    (kept,) = talks.earlier(ANYONE, seat)
    kept.began = datetime.now().replace(hour=7, minute=5)
    assert kept.label("en").startswith("07:05 “why is it like that")
    assert kept.label("en").endswith("so?” · plates")
    kept.began -= timedelta(days=400)
    assert kept.label("zh").startswith(f"{kept.began:%Y-%m-%d} 07:05 “why")


def test_the_inspect_tab_s_picture_does_not_displace_the_one_that_an_earlier_conversation_speaks_of(
    plate: Plate,
) -> None:
    talk, shown = about(plate("a.png", 200)), sample_of(str(plate("b.png")))
    talk.goes_on(shown)
    talk.beside(shown)
    assert talk.session.at_hand == "a.png"
    talk.beside(sample_of(str(plate("c.png", 150))))
    assert talk.session.at_hand == "c.png"


def test_a_conversation_comes_back_with_its_model_unless_another_one_has_inspected_something_since(
    fake_core: None, plate: Plate, shelf: Shelf
) -> None:
    for name in ("dishes", "plates"):
        library.save(FakeDetector(name), name)
    events = build(Models(), shelf).fns.values()
    tab = next(one.fn.__self__ for one in events if getattr(one.fn, "__qualname__", "") == "AskTab._come")
    seat, request, sample = Seat(), gr.Request(), sample_of(str(plate("a.png", 200)))

    def asked_by(model: str) -> list[str]:
        *_, (chat, _) = tab.answering.click("why?", seat, sample, model, "en", request)
        return [one["content"] for one in chat if one["role"] == "user"]

    tab._come("t1", seat, None, "dishes", "en", request)
    assert asked_by("plates") == ["why?"]
    chat, picture, *chips, earlier, model = tab._come("t1", Seat(), None, "dishes", "en", request)
    assert (len(chat), model, earlier["visible"]) == (3, "plates", False)
    assert Path(picture).name == "at-hand.png"
    assert chips[0]["value"] != "why?"

    chat, picture, *_, earlier, model = tab._come("t1", seat := Seat(), sample, "dishes", "en", request)
    assert (chat, earlier["visible"], model) == ([], True, gr.skip())
    assert asked_by("dishes") == ["why?"], "it begins anew"
    chat, *_, model = tab._go_on(earlier["choices"][0][1], seat, sample, "en", request)
    assert (len(chat), model["value"]) == (3, "plates")
    assert asked_by("plates") == ["why?", "why?"]
    library.set_rates("plates", 0.2, 0.1)
    assert asked_by("plates") == ["why?"], "another model of the same name"
    with pytest.raises(gr.Error, match="no longer kept"):
        tab._go_on("99", seat, sample, "en", request)
    with pytest.raises(gr.Error, match="no longer part"):
        next(tab.answering.retry(seat, "en", request, gr.RetryData(None, {"index": 7, "value": ""})))
