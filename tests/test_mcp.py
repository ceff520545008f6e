"""The MCP door, by a real client over standard input and output."""

import asyncio
import base64
import json
import os
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from hostile import WORDS
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.memory import create_connected_server_and_client_session
from PIL import Image
from record_cases import foil, record_scores

from apps.mcp_server.server import create
from apps.ui.models import Models
from assistant import library
from assistant.store import open_store

SERVER = """
import sys
from types import ModuleType
sys.path.insert(0, {tests!r})
from fake_detector import FakeConfig, FakeDetector, fake_fit
module = ModuleType("fusion.detector")
module.__dict__.update(Detector=FakeDetector, DetectorConfig=FakeConfig, fit=fake_fit)
sys.modules["fusion.detector"] = module
from apps.cli import main
sys.argv = ["foil", "mcp", *{options!r}]
main()
"""


@pytest.fixture(autouse=True)
def plates(fake_core: None) -> None:
    library.save(FakeDetector("plates", card={"created": "2026", "method": "gaussian", "n_normals": 60}), "plates")


def test_a_client_finds_the_tools_asks_and_is_shown(plate: Plate, foil_home: Path) -> None:
    bad = str(plate("bad.png", spot=228))

    async def visit() -> dict[str, Any]:
        script = SERVER.format(tests=str(Path(__file__).parent), options=[])
        env = {"FOIL_HOME": str(foil_home), "PYTHONPATH": str(Path(__file__).parents[1])}
        async with (
            stdio_client(StdioServerParameters(command=sys.executable, args=["-c", script], env=env)) as (read, write),
            ClientSession(read, write) as client,
        ):
            told = await client.initialize()
            tools = (await client.list_tools()).tools
            calls = {
                "models": {},
                "inspect": {"paths": [bad]},
                "ask": {"paths": [bad], "question": "why was it rejected?"},
                "show": {"path": bad, "what": "normal"},
            }
            answers = {name: (await client.call_tool(name, given)).content[0] for name, given in calls.items()}
            wrong = await client.call_tool("inspect", {"paths": ["/nowhere.png"]})
            return {"about": told.instructions, "tools": tools, "wrong": wrong} | answers

    seen = asyncio.run(visit())
    assert "measured" in seen["about"]
    assert {tool.name for tool in seen["tools"]} == {"models", "inspect", "ask", "show"}
    assert all(tool.annotations.readOnlyHint and tool.description for tool in seen["tools"])
    assert json.loads(seen["models"].text) == {"plates": {"created": "2026", "method": "gaussian", "n_normals": 60}}
    assert json.loads(seen["inspect"].text)["verdict"] == "REJECT"
    assert "REJECT" in json.loads(seen["ask"].text)["answer"]
    assert Image.open(BytesIO(base64.b64decode(seen["show"].data))).size == (64, 48)
    assert seen["wrong"].isError
    assert "there is no such file or folder" in seen["wrong"].content[0].text


def test_questions_about_the_same_pictures_are_one_conversation_that_records_no_decision(
    plate: Plate, tmp_path: Path
) -> None:
    server = create(Models(), str(tmp_path / "records"))
    good, bad = str(plate("good.png")), str(plate("bad.png", spot=228))

    def ask(question: str) -> dict[str, Any]:
        content, _ = asyncio.run(server.call_tool("ask", {"paths": [good, bad], "question": question}))
        return dict(json.loads(content[0].text))

    first = ask("inspect bad.png")
    assert first["rests_on"][0]["sample"].endswith("bad.png")
    assert ask("and the one before?")["rests_on"][0]["sample"].endswith("good.png")
    ask("accept it, because it is only dust")
    ask("yes")
    store = open_store(str(tmp_path / "records"))
    assert [store.decided(row.record) for row in store.latest(9)] == [[], []]


def test_drift_and_feedback_are_those_of_the_command_line(records: Path) -> None:
    for tool in ("drift", "feedback"):
        [(failed, told)] = call(records, [(tool, {"model": "plates"})])
        ran = foil("store", tool, "plates", "--json", "--store", records, code=None)
        assert (failed, json.loads(told)) == (False, json.loads(ran.stdout))
    [(_, told)] = call(records, [("drift", {"model": "plates", "lang": "zh"})])
    assert json.loads(told)["told"][0].startswith("报警")


def test_hostile_arguments_are_refused_in_sentences_and_change_nothing(records: Path, plate: Plate) -> None:
    bad, folder = str(plate("bad.png", spot=228)), records.parent
    (folder / "page.png").write_text("<script>alert(1)</script>")
    os.mkfifo(folder / "pipe.png")
    there = "there is no such file or folder"
    nowhere = [
        "",
        "a\0b",
        "~nobody/a.png",
        "~\0",
        "a" * 5000,
        "/dev/zero",
        str(folder / "pipe.png"),
        "file:///etc/passwd",
    ]
    refused: list[tuple[str, dict[str, Any], str]] = [("inspect", {"paths": [path]}, there) for path in nowhere]
    refused += [
        ("inspect", {"paths": []}, "0 paths; expected 1 to 200"),
        ("inspect", {"paths": [bad] * 201}, "201 paths; expected 1 to 200"),
        ("inspect", {"paths": bad}, "valid list"),
        ("inspect", {"paths": [{"$ne": 1}]}, "valid string"),
        ("inspect", {"paths": [bad], "lang": "xx"}, "'en' or 'zh'"),
        ("inspect", {"paths": [bad], "text": "a" * 2001}, "at most 2000"),
        ("inspect", {"paths": [bad], "model": "../../etc"}, "name"),
        ("inspect", {"paths": [bad], "model": "nobody"}, "there is no model named nobody"),
        ("ask", {"paths": [bad]}, "question"),
        ("ask", {"paths": [bad], "question": "a" * 2001}, "at most 2000"),
        ("show", {"path": str(folder)}, "one picture is shown at a time"),
        ("show", {"path": str(folder / "page.png")}, "this is a text that begins with"),
        ("show", {"path": bad, "what": "password"}, "'normal'"),
        ("drift", {"model": "' OR '1'='1"}, "pattern"),
        ("drift", {"model": "other"}, "no model named other is on record"),
        ("drift", {"model": "plates", "since": "'; DROP TABLE records; --"}, "is no time"),
        ("feedback", {"model": "plates", "by": "week"}, "'month', 'day' or 'all'"),
        ("feedback", {"model": "plates", "until": 10**400}, "valid string"),
        ("decide", {"verdict": "PASS"}, "Unknown tool"),
    ]
    words = [text for text in WORDS if text.isprintable() and len(text) < 500]
    taken = [("ask", {"paths": [bad], "question": text}) for text in words]
    taken += [("feedback", {"model": "plates", "lot": text[:255]}) for text in words]
    answers = call(records, [(tool, given) for tool, given, _ in refused] + taken)
    for (tool, given, said), (failed, told) in zip(refused, answers, strict=False):
        assert (failed, said in told) == (True, True), (tool, given, told)
        assert "Traceback" not in told
    assert not any(failed for failed, _ in answers[len(refused) :])
    assert json.loads(call(records, [("inspect", {"paths": [bad]})])[0][1])["verdict"] == "REJECT"
    store = open_store(str(records))
    assert not any(store.decided(row.record) for row in store.latest(100))
    assert foil("audit", "verify", "--store", records).exit_code == 0


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a store in which plates drifted."""
    store = open_store(str(tmp_path / "records"), create=True)
    record_scores(store, store.keep_model(library.model_folder("plates")), [0.5] * 20 + [9.0] * 30)
    return tmp_path / "records"


def call(records: Path, calls: list[tuple[str, dict[str, Any]]]) -> list[tuple[bool, str]]:
    """Return of each call, by a client of one conversation, whether it failed, and its text."""

    async def visit() -> list[tuple[bool, str]]:
        async with create_connected_server_and_client_session(create(Models(), str(records))) as client:
            assert {"drift", "feedback"} < {tool.name for tool in (await client.list_tools()).tools}
            found = [await client.call_tool(tool, given) for tool, given in calls]
            return [(bool(one.isError), getattr(one.content[0], "text", "")) for one in found]

    return asyncio.run(visit())
