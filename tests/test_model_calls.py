"""A language model that helps to understand: it may choose a tool, and nothing that it says is believed otherwise."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from record_cases import Shop, foil
from test_local import parrot
from test_remote import Server, body, serve

from assistant import library
from assistant.calling import Call
from assistant.lot import Lot
from assistant.lot_tools import TOOLS
from assistant.model_calls import call_by
from assistant.session import Session
from assistant.slots import Scene
from explain.local import Local
from explain.remote import Remote
from explain.tool_calls import ToolCall, call_in_message, call_in_text
from fusion.errors import BadModel

__all__ = ["serve"]
SCENE = Scene(("a.png", "b.png", "c.png"), "b.png", ("c.png", "b.png", "a.png"))
ODD = "gimme the lowdown on what's bugging you there, mate"  # which the router takes for nothing


class Scripted:
    """A model that chooses what it was told to, and keeps what it was asked."""

    name = "scripted"

    def __init__(self, tool: str = "", **arguments: Any) -> None:
        self.call = ToolCall(tool, arguments) if tool else None
        self.asked: list[tuple[Sequence[Mapping[str, str]], Sequence[Mapping[str, Any]]]] = []

    def choose(self, asked: Sequence[Mapping[str, str]], tools: Sequence[Mapping[str, Any]]) -> ToolCall | None:
        self.asked.append((asked, tools))
        return self.call


class Dead(Scripted):
    def choose(self, *_: Any) -> ToolCall | None:
        raise BadModel("nothing answers there")


def chosen(question: str, tool: str, **arguments: Any) -> Call | None:
    return call_by(Scripted(tool, **arguments), question, SCENE, None, "en")


@pytest.mark.parametrize(
    ("tool", "given", "slots"),
    [
        ("why", {}, {"sample": "b.png"}),
        ("why", {"sample": 3}, {"sample": "c.png"}),
        ("compare", {}, {"sample": "b.png", "other": "a.png"}),
        ("compare", {"sample": 1, "other": 2}, {"sample": "a.png", "other": "b.png"}),
        ("region", {"regions": [2, 1]}, {"sample": "b.png", "regions": (2, 1), "place": ""}),
        ("region", {"regions": 2, "place": "upper_left"}, {"sample": "b.png", "regions": (2,), "place": "upper_left"}),
        ("what_if", {"to_pass": True}, {"sample": "b.png", "regions": (), "to_pass": True}),
        ("thresholds", {"reject": 0.001}, {"sample": "b.png", "review": None, "reject": 0.001}),
        ("look", {"text": "scratches"}, {"sample": "b.png", "text": "scratches"}),
        ("summary", {"verdict": "REJECT"}, {"verdict": "REJECT"}),
    ],
)
def test_a_choice_becomes_a_call(tool: str, given: dict[str, Any], slots: dict[str, Any]) -> None:
    assert chosen("?", tool, **given) == Call(tool, slots, "en")


@pytest.mark.parametrize(
    ("tool", "given"),
    [
        ("delete_everything", {}),
        ("why", {"sample": 4}),
        ("why", {"sample": 0}),
        ("why", {"sample": "c.png"}),
        ("why", {"sample": True}),
        ("region", {"regions": ["1"]}),
        ("region", {"place": "outer space"}),
        ("what_if", {"to_pass": "yes"}),
        ("why_not", {}),
        ("why_not", {"kind": "dragon"}),
        ("look", {}),
        ("look", {"text": "x" * 501}),
        ("thresholds", {"reject": 2.0}),
        ("thresholds", {"reject": float("nan")}),
        ("decide", {"reason": "dust"}),
        ("decide", {"verdict": "SHIP IT"}),
        ("fit", {}),
        ("fit", {"source": "/etc", "name": "etc"}),
        ("fit", {"source": ["?"]}),
    ],
)
def test_a_choice_that_can_t_be_made_is_none(tool: str, given: dict[str, Any]) -> None:
    assert chosen("?", tool, **given) is None


def test_a_reason_is_what_the_person_typed_or_none() -> None:
    said = "let it go, it is only dust"
    for reason, kept in (("it is only dust", "it is only dust"), ("approved by the quality manager", "")):
        call = chosen(said, "decide", verdict="PASS", reason=reason)
        assert call is not None
        assert call.slots["reason"] == kept


def test_it_is_told_the_tools_and_no_name_of_any_picture() -> None:
    model = Scripted()
    assert call_by(model, ODD, SCENE, Call("why", {}, "en"), "en") is None
    [(asked, tools)] = model.asked
    assert ".png" not in json.dumps([asked, tools])
    assert "number 2 is at hand. The last tool was why." in asked[0]["content"]
    assert {tool["function"]["name"] for tool in tools} == TOOLS.keys()
    assert all(tool["function"]["description"] for tool in tools)
    [decide] = [tool["function"]["parameters"] for tool in tools if tool["function"]["name"] == "decide"]
    assert (decide["required"], set(decide["properties"])) == (["verdict"], {"sample", "verdict", "reason"})


def talk(plate: Plate, model: Any) -> Session:
    lot = Lot(FakeDetector())
    lot.fill([plate("a.png"), plate("b.png", spot=228)])
    return Session(lot, model=model)


def test_only_what_was_not_understood_is_asked_and_it_is_said_who_understood_it(plate: Plate) -> None:
    model = Scripted("why")
    session = talk(plate, model)
    *_, plain = session.ask("why?")
    assert model.asked == []
    *_, helped = session.ask(ODD)
    assert helped.tool == "why"
    assert helped.text.splitlines() == ["The language model “scripted” took that for: why.", *plain.text.splitlines()]
    *_, lost = talk(plate, Scripted()).ask(ODD)
    assert lost.text.startswith("I did not understand that. Nothing was done.")
    *_, dead = talk(plate, Dead()).ask(ODD)
    assert "“scripted” could not be asked what that means: nothing answers there" in dead.text
    assert "I did not understand that." in dead.text


def test_a_decision_that_a_model_chose_still_waits_for_a_yes(shop: Shop, plate: Plate) -> None:
    from apps.commands.keeping import keeping

    lot = Lot(library.load("plates"), keeping(shop.store, "plates", words=""))
    lot.fill([plate("late.png", spot=228)])
    before = shop.store.head().number
    said = "mate, tick the box over there: merely dusty"
    session = Session(lot, shop.store, "A. Smith", model=Scripted("decide", verdict="PASS", reason="merely dusty"))
    *_, asked = session.ask(said)
    assert asked.tool == "decide"
    assert asked.text.startswith("The language model “scripted” took that for: decide.\nShall I record PASS for")
    assert shop.store.head().number == before


CALL = {"function": {"name": "why", "arguments": '{"sample": 2}'}}


@pytest.mark.parametrize(
    "message",
    [
        {"content": None, "tool_calls": [CALL]},
        {"content": "", "tool_calls": [{"function": {"name": "why", "arguments": {"sample": 2}}}]},
        {"content": 'Sure!\n<tool_call>\n{"name": "why", "arguments": {"sample": 2}}\n</tool_call>'},
        {"content": '{"name": "why", "parameters": {"sample": 2}}'},
    ],
)
def test_calls_are_read_in_every_form(message: dict[str, Any]) -> None:
    assert call_in_message(message) == ToolCall("why", {"sample": 2})


@pytest.mark.parametrize("text", ["", "It is fine.", "{", '{"name": 3}', '{"name": "why", "arguments": "{"}', "{}{}"])
def test_what_is_no_call_is_none(text: str) -> None:
    assert call_in_text(text) is None


def test_an_address_is_asked_with_tools_and_what_goes_wrong_is_said(serve: Any) -> None:
    answer = {"choices": [{"message": {"content": None, "tool_calls": [CALL]}}]}
    good = serve(lambda handler: body(handler, json.dumps(answer)))
    tools = [{"type": "function", "function": {"name": "why", "description": "", "parameters": {}}}]
    asked = [{"role": "user", "content": "?"}]
    assert Remote(good.url, "m", 5).choose(asked, tools) == ToolCall("why", {"sample": 2})
    assert good.asked[0]["tools"] == tools
    for status, text, why in ((400, "{}", "HTTP 400"), (200, "[]", "broken JSON"), (200, "{}", "broken JSON")):
        bad: Server = serve(lambda handler, text=text, status=status: body(handler, text, status=status))
        with pytest.raises(BadModel, match=why):
            Remote(bad.url, "m", 5).choose(asked, tools)
    with pytest.raises(BadModel, match="nothing answers at"):
        Remote("http://127.0.0.1:9/v1", "m", 5).choose(asked, tools)


@pytest.mark.usefixtures("no_network")
def test_a_model_in_a_folder_chooses_by_its_chat_template(tmp_path: Path) -> None:
    says = '<tool_call> {"name": "why", "arguments": {"sample": 2}} </tool_call>'
    model = Local(str(parrot(tmp_path / "m", says)))
    assert model.choose([{"role": "user", "content": "?"}], []) == ToolCall("why", {"sample": 2})
    assert Local(str(parrot(tmp_path / "n", "no idea"))).choose([{"role": "user", "content": "?"}], []) is None


@pytest.mark.usefixtures("fake_core")
def test_the_command_takes_a_model(plate: Plate, serve: Any) -> None:
    library.save(FakeDetector("gasket", card={"created": "2026", "fingerprint": "f"}), "gasket")
    answer = {"choices": [{"message": {"tool_calls": [CALL | {"function": {"name": "limits", "arguments": "{}"}}]}}]}
    server = serve(lambda handler: body(handler, json.dumps(answer)))
    told = foil("ask", plate("a.png"), "-q", ODD, "--language", f"{server.url}#qwen", "--json").output
    assert json.loads(told)["tool"] == "limits"
