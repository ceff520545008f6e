"""The MCP door over HTTP, in the app's process and alone: a real client, and who is kept out."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client
from record_cases import foil
from starlette.applications import Starlette
from starlette.testclient import TestClient
from test_browser import app  # noqa: F401
from test_mcp import SERVER

from apps import mcp_server
from apps.mcp_server.http import Door
from apps.rest import keys
from apps.ui.models import Models
from assistant import library
from assistant.store import open_store

BEGIN = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}},
}
TAKES = {"accept": "application/json, text/event-stream"}


def asked(address: str, tool: str, given: dict[str, Any], headers: dict[str, str] | None = None) -> str:
    """Return what a tool answers a client over HTTP."""

    async def visit() -> str:
        async with (
            httpx.AsyncClient(headers=headers, timeout=60) as http,
            streamable_http_client(address, http_client=http) as (read, write, _),
            ClientSession(read, write) as client,
        ):
            await client.initialize()
            (content,) = (await client.call_tool(tool, given)).content
            return str(getattr(content, "text", ""))

    return asyncio.run(visit())


def test_the_app_offers_its_tools_beside_its_page_and_records_in_its_store(
    app: str,  # noqa: F811
    plate: Plate,
    tmp_path: Path,
) -> None:
    bad = str(plate("bad.png", spot=228))
    told = json.loads(asked(f"{app}/mcp", "inspect", {"paths": [bad]}))
    assert told["verdict"] == "REJECT"
    assert [row.record for row in open_store(str(tmp_path / "records")).latest(9)] == [told["id"]]
    why = {"paths": [bad], "question": "why was it rejected?"}
    assert "REJECT" in json.loads(asked(f"{app}/mcp", "ask", why))["answer"]


def test_from_the_first_key_on_it_takes_an_inspectors(app: str) -> None:  # noqa: F811
    made = {role: keys.create(role, role) for role in keys.ROLES}
    for key, status, said in (("", 401, "foil keys add"), ("guessed", 401, "foil keys add"), (made["viewer"], 403, "")):
        for method in ("GET", "POST", "DELETE"):
            answer = httpx.request(method, f"{app}/mcp", headers=TAKES | {"x-api-key": key})
            assert (answer.status_code, said in answer.text) == (status, True), (method, key)
        assert httpx.post(f"{app}/mcp", json=BEGIN, headers=TAKES | {"x-api-key": key}).status_code == status
    assert json.loads(asked(f"{app}/mcp", "models", {}, {"x-api-key": made["inspector"]}))["plates"] == {}


@pytest.fixture
def client() -> TestClient:
    door = Door(Models(), None)
    return TestClient(Starlette(routes=[door.route], lifespan=door.running), base_url="http://127.0.0.1:7862")


def test_foreign_pages_and_names_are_kept_out(client: TestClient) -> None:
    with client:
        assert client.post("/mcp", json=BEGIN, headers=TAKES).status_code == 200
        foreign = {"host": "evil.example"}, {"origin": "http://evil.example"}
        assert [client.post("/mcp", json=BEGIN, headers=TAKES | one).status_code for one in foreign] == [421, 403]
        assert client.post("/mcp", content=b"x" * 2**21, headers=TAKES).status_code == 413
        keys.create("somebody", "admin")
        keys.keys_file().write_text("{broken")
        refused = client.get("/mcp", headers=TAKES)
        assert (refused.status_code, "keys can't be read" in refused.json()["error"]) == (503, True)


def test_alone_it_serves_at_a_port_of_its_own(fake_core: None, foil_home: Path) -> None:
    library.save(FakeDetector("plates", card={"method": "gaussian"}), "plates")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.listen()
        taken = foil("mcp", "--http", "--port", port, code=2)
        assert f"foil mcp --http --port {port + 1}" in taken.stderr
    script = SERVER.format(tests=str(Path(__file__).parent), options=["--http", "--port", str(port)])
    env = {**os.environ, "FOIL_HOME": str(foil_home), "PYTHONPATH": str(Path(__file__).parents[1])}
    with subprocess.Popen([sys.executable, "-c", script], env=env) as running:
        try:
            address, end = f"http://127.0.0.1:{port}/mcp", time.monotonic() + 60
            while time.monotonic() < end:
                try:
                    httpx.get(address)
                    break
                except httpx.ConnectError:
                    time.sleep(0.1)
            assert json.loads(asked(address, "models", {}))["plates"] == {"method": "gaussian"}
        finally:
            running.terminate()


def test_without_the_package_the_command_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mcp_server, "is_there", lambda: False)
    assert "pip install 'foil[mcp]'" in foil("mcp", code=2).stderr
