"""The MCP door, by a real client over standard input and output."""

import asyncio
import base64
import json
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from PIL import Image

from apps.mcp_server.server import create
from assistant import library

SERVER = """
import sys
from types import ModuleType
sys.path.insert(0, {tests!r})
from fake_detector import FakeConfig, FakeDetector, fake_fit
module = ModuleType("fusion.detector")
module.__dict__.update(Detector=FakeDetector, DetectorConfig=FakeConfig, fit=fake_fit)
sys.modules["fusion.detector"] = module
from apps.mcp_server.server import run
run()
"""


@pytest.fixture(autouse=True)
def plates(fake_core: None) -> None:
    library.save(FakeDetector("plates", card={"created": "2026", "method": "gaussian", "n_normals": 60}), "plates")


def test_a_client_finds_the_tools_asks_and_is_shown(plate: Plate, foil_home: Path) -> None:
    bad = str(plate("bad.png", spot=228))

    async def visit() -> dict[str, Any]:
        script = SERVER.format(tests=str(Path(__file__).parent))
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
    server = create(str(tmp_path / "records"))
    good, bad = str(plate("good.png")), str(plate("bad.png", spot=228))

    def ask(question: str) -> dict[str, Any]:
        content, _ = asyncio.run(server.call_tool("ask", {"paths": [good, bad], "question": question}))
        return dict(json.loads(content[0].text))

    first = ask("inspect bad.png")
    assert first["rests_on"][0]["sample"].endswith("bad.png")
    assert ask("and the one before?")["rests_on"][0]["sample"].endswith("good.png")
    ask("accept it, because it is only dust")
    ask("yes")
    from assistant.store import open_store

    store = open_store(str(tmp_path / "records"))
    assert [store.decided(row.record) for row in store.latest(9)] == [[], []]
