"""The page's login: who holds no key sees nothing, and who holds one does no more than its role may."""

import asyncio
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from apps.rest import keys
from apps.ui.login import ENTER, LEAVE, MOST, UPLOAD, Login, who
from apps.ui.models import Models
from apps.ui.pages import build
from apps.ui.roles import CALLER, Guarded, caller_of, role_of, signed, takes
from apps.ui.shelf import Shelf

VIEWER = keys.Caller("<b>station</b>", "viewer")


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """Answer with whom the login let in."""
    caller = scope.get(CALLER)
    await PlainTextResponse(caller.name if caller else "anyone")(scope, receive, send)


@pytest.fixture
def client() -> TestClient:
    return TestClient(Login(behind, ("/api", "/mcp")), follow_redirects=False)


def test_without_keys_nobody_is_asked_for_one(client: TestClient) -> None:
    assert client.get("/").text == "anyone"
    assert who(keys.ANYONE, "en") == ""


def test_from_the_first_key_on_nobody_sees_the_page_without_one(client: TestClient) -> None:
    key = keys.create("station 3", "inspector")
    closed = client.get("/config")
    assert closed.status_code == 401
    assert "Your key" in closed.text
    assert "您的密钥" in client.get("/", headers={"accept-language": "zh-CN"}).text
    assert client.get("/api/v1/health").text == "anyone", "programs are asked by the REST door itself"
    assert client.get("/apix").status_code == 401
    assert "not known" in client.post(ENTER, data={"key": "guessed"}).text
    assert client.post(ENTER, data={"key": key, "more": "x" * MOST}).status_code == 401

    entered = client.post(ENTER, data={"key": f" {key} "})
    assert (entered.status_code, entered.headers["location"]) == (303, "/")
    assert {"HttpOnly", "SameSite=strict"} <= set(entered.headers["set-cookie"].split("; "))
    assert key not in entered.headers["set-cookie"], "other programs on this machine are sent the cookie, too"
    assert client.get("/").text == "station 3"


def test_a_key_that_is_revoked_and_who_leaves_are_out_at_once(client: TestClient) -> None:
    for name in ("one", "two"):
        client.post(ENTER, data={"key": keys.create(name, "admin")})
        assert client.get("/").text == name
    keys.revoke("two")
    assert client.get("/").status_code == 401
    client.post(ENTER, data={"key": keys.create("three", "admin")})
    cookies = dict(client.cookies)
    assert client.post(LEAVE, headers={"origin": "http://evil.example"}).status_code == 403
    assert client.post(LEAVE, headers={"origin": "http://testserver"}).headers["location"] == "/"
    client.cookies.update(cookies)
    assert client.get("/").status_code == 401, "an old cookie opens nothing"


def test_a_viewer_uploads_nothing_and_keys_that_cannot_be_read_let_nobody_in(client: TestClient) -> None:
    client.post(ENTER, data={"key": keys.create("guest", "viewer")})
    assert client.post(UPLOAD, content=b"x").status_code == 403
    assert client.get("/").text == "guest"
    keys.keys_file().write_text("no json")
    broken = client.get("/")
    assert (broken.status_code, "nobody is let in" in broken.text) == (503, True)


def asked_by(caller: keys.Caller) -> gr.Request:
    scope = {"type": "http", "headers": [(b"accept-language", b"zh")], CALLER: caller}
    return gr.Request(Request(scope))


def test_an_event_is_refused_before_anything_is_done() -> None:
    done = []

    @takes("admin")
    def retrain() -> None:
        done.append("retrained")

    with Guarded() as blocks:
        gr.Button().click(retrain)
        gr.Button().click(lambda: done.append("inspected"))
    refused, inspected = blocks.fns.values()
    with pytest.raises(gr.Error, match="的角色是查看者，此操作需要管理员"):
        asyncio.run(blocks.process_api(refused, [], None, asked_by(VIEWER)))
    with pytest.raises(gr.Error, match="检验员"):
        asyncio.run(blocks.process_api(inspected, [], None, asked_by(VIEWER)))
    assert done == []
    asyncio.run(blocks.process_api(inspected, [], None, asked_by(keys.Caller("one", "inspector"))))
    asyncio.run(blocks.process_api(refused, [], None, asked_by(keys.ANYONE)))
    assert done == ["inspected", "retrained"]


def test_what_happens_by_itself_may_happen_to_everybody_and_what_changes_something_takes_more(tmp_path: Path) -> None:
    blocks = build(Models(), Shelf(tmp_path), store=str(tmp_path / "records"))
    events = blocks.fns
    header = {one._id for one in blocks.blocks.values() if getattr(one, "elem_id", None) in ("lang", "model")}
    happens = [
        number
        for number, one in events.items()
        if any(trigger in ("load", "tick") or where in header for where, trigger in one.targets)
    ]
    for number in happens:  # grows
        happens += [after for after, one in events.items() if one.trigger_after == number]
    assert len(happens) > 15
    refused = [
        events[number].name for number in happens if events[number].fn and role_of(events[number].fn) != "viewer"
    ]
    assert refused == []
    roles = {one.name: role_of(one.fn) for one in events.values() if one.fn}
    assert {roles[name] for name in ("_fit", "_apply", "_switch", "_check")} == {"admin"}
    assert {
        roles[name]
        for name in ("_decide", "_given_picture", "ask", "retry", "edit", "_come", "_go_on", "_begin", "_masked")
    } == {"inspector"}


def test_what_is_recorded_says_whose_key_it_came_by() -> None:
    assert signed("M. Keller", VIEWER) == "M. Keller (key of <b>station</b>)"
    assert signed(" ", VIEWER) == " ", "a name is still missing"
    assert signed("M. Keller", keys.ANYONE) == "M. Keller"
    assert caller_of(asked_by(VIEWER)) is VIEWER
    assert caller_of(None) is keys.ANYONE
    assert "&lt;b&gt;station&lt;/b&gt; · viewer" in who(VIEWER, "en")
