"""The REST door: what the command line does, over HTTP; and who doesn't get in."""

import json
from pathlib import Path

import pytest
from conftest import Plate
from fastapi.testclient import TestClient
from record_cases import foil
from rest_cases import BASE, door, post

from apps.rest import guard, keys, uploads
from apps.rest.app import create
from apps.ui.models import Models
from explain.remote import Remote


@pytest.fixture
def client(fake_core: None, tmp_path: Path) -> TestClient:
    return door(tmp_path / "records")


def test_pictures_are_inspected_recorded_and_decided_on_as_by_the_command_line(
    client: TestClient, plate: Plate, tmp_path: Path
) -> None:
    good, bad = plate("good.png"), plate("sub/bad.png", spot=228)
    (tmp_path / "broken.png").write_text("no picture at all")
    results = post(client, good, bad, tmp_path / "broken.png").json()["results"]
    assert [one["verdict"] for one in results] == ["PASS", "REJECT", "UNREADABLE"]
    told = json.loads(foil("inspect", bad, "--model", "plates", "--json", code=20).stdout)
    assert results[1]["explanation"] == told["explanation"]
    assert results[1]["path"] == "bad.png"
    assert "foil-rest" not in json.dumps(results)  # no place of this machine

    number = results[1]["id"]
    found = client.get(f"/v1/inspections/{number}").json()
    assert found["document"]["verdict"] == "REJECT"
    assert [one["record"] for one in client.get("/v1/inspections").json()] == [number, results[0]["id"]]
    assert client.get("/v1/inspections").json()[0]["name"] == "bad.png"
    said = {"verdict": "PASS", "by": "M. Keller", "reason": "film"}
    assert client.post(f"/v1/inspections/{number}/decisions", json=said).status_code == 201
    assert client.get(f"/v1/inspections/{number}").json()["decisions"][0]["by"] == "M. Keller"
    listed = client.get("/v1/search", params={"words": "rejects since 2026-01-01"}).json()
    assert (listed["understood"]["verdict"], [one["number"] for one in listed["found"]]) == ("REJECT", [number])
    assert listed["found"][0]["decided"] == "PASS"
    assert client.get("/v1/search", params={"like": 2**80}).status_code == 422
    verified = client.get("/v1/audit/verify").json()
    assert (verified["faults"], verified["head"]) == ([], client.get("/v1/audit/head").json()["hash"])


def test_a_language_model_tells_only_where_it_is_asked_to_and_where_there_is_one(
    client: TestClient, plate: Plate, tmp_path: Path
) -> None:
    bad = plate("bad.png", spot=228)
    refused = post(client, bad, language_model="true")
    assert (refused.status_code, "foil serve --language" in refused.json()["error"]) == (422, True)
    narrator = Remote("http://127.0.0.1:9/v1", "nobody", patience=1.0)  # where nothing answers
    told = TestClient(create(Models(narrator=narrator)), base_url=BASE)
    assert post(told, bad).json()["results"][0]["narrator"]["narrator"] == "template"
    asked = post(told, bad, language_model="true").json()["results"][0]
    assert (asked["verdict"], asked["narrator"]["narrator"]) == ("REJECT", "template")
    assert "nothing answers" in json.dumps(asked["narrator"])


def test_words_a_mask_and_a_language_reach_the_inspection(client: TestClient, plate: Plate) -> None:
    bad = plate("bad.png", spot=228)
    black = plate("mask.png", spot=255, level=0)
    files = [("files", ("bad.png", bad.read_bytes())), ("mask", ("mask.png", black.read_bytes()))]
    told = client.post("/v1/inspect", files=files, data={"model": "plates", "lang": "zh"}).json()["results"][0]
    assert told["verdict"] == "REJECT"
    assert told["lang"] == "zh"
    two = [*files, ("files", ("again.png", bad.read_bytes()))]
    refused = client.post("/v1/inspect", files=two, data={"model": "plates"})
    assert (refused.status_code, "one picture" in refused.json()["error"]) == (422, True)


def test_models_are_listed_and_what_is_wrong_is_a_sentence(client: TestClient, plate: Plate) -> None:
    assert client.get("/v1/models").json() == [{"name": "plates", "kind": "pictures"}]
    assert client.get("/v1/models/plates").json()["card"]["fingerprint"] == "f"
    assert client.get("/v1/health").json()["status"] == "ok"
    for answer, status, words in (
        (client.get("/v1/models/nowhere"), 404, "there is no model named nowhere"),
        (client.get("/v1/models/..%2f..%2fetc"), 404, "Not Found"),
        (post(client, plate("a.png"), model="nowhere"), 404, "no model named nowhere"),
        (post(client, plate("a.png"), lang="xx"), 422, "lang"),
        (client.post("/v1/inspect", data={"model": "plates"}), 422, "files"),
        (client.get("/v1/inspections/99"), 404, "there is no inspection 99"),
        (client.get("/v1/elsewhere"), 404, "Not Found"),
    ):
        assert answer.status_code == status, answer.text
        assert words in answer.json()["error"]


def test_from_the_first_key_on_everyone_needs_one_and_a_role_that_suffices(client: TestClient, plate: Plate) -> None:
    made = {role: foil("keys", "add", role, "--role", role).stdout.split()[0] for role in keys.ROLES}
    assert made["viewer"] not in keys.keys_file().read_text()
    assert foil("keys", "list").stdout.split() == [word for role in keys.ROLES for word in (role, role)]
    ways = (
        ("viewer", lambda key: client.get("/v1/models", headers={"X-API-Key": key})),
        ("inspector", lambda key: post(client, plate("a.png"), key=key)),
        ("admin", lambda key: client.get("/v1/audit/verify", headers={"X-API-Key": key})),
    )
    for number, (role, way) in enumerate(ways):
        assert [way(key).status_code for key in ("", "wrong")] == [401, 401]
        statuses = [way(made[one]).status_code for one in keys.ROLES]
        assert statuses == [403] * number + [200] * (3 - number), role
    foil("keys", "revoke", "viewer")
    assert client.get("/v1/models", headers={"X-API-Key": made["viewer"]}).status_code == 401
    foil("keys", "revoke", "inspector")
    foil("keys", "revoke", "admin")
    assert client.get("/v1/models").status_code == 401  # the last key gone lets nobody in
    assert client.get("/v1/health").status_code == 200


def test_a_name_signs_with_the_key_that_it_came_by(client: TestClient, plate: Plate) -> None:
    key = keys.create("station 3", "inspector")
    number = post(client, plate("a.png", spot=228), key=key).json()["results"][0]["id"]
    said = {"verdict": "REJECT", "by": "M. Keller", "reason": "hole"}
    client.post(f"/v1/inspections/{number}/decisions", json=said, headers={"X-API-Key": key})
    decided = client.get(f"/v1/inspections/{number}", headers={"X-API-Key": key}).json()["decisions"]
    assert decided[0]["by"] == "M. Keller (key of station 3)"


@pytest.mark.parametrize("content", ["{", '{"a": {"role": "king", "sha256": ""}}', "[1]"])
def test_keys_that_cannot_be_read_let_nobody_in(client: TestClient, content: str) -> None:
    keys.keys_file().parent.mkdir(parents=True, exist_ok=True)
    keys.keys_file().write_text(content)
    answer = client.get("/v1/models")
    assert (answer.status_code, "nobody is let in" in answer.json()["error"]) == (503, True)
    assert str(keys.keys_file().parent) not in answer.text


def test_foreign_pages_names_and_floods_are_turned_away(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/v1/health", headers={"Origin": "http://evil.example"}).status_code == 403
    assert client.get("/v1/health", headers={"Origin": BASE}).status_code == 200
    assert client.get("/v1/health", headers={"Host": "evil.example"}).status_code == 421
    monkeypatch.setattr(guard, "MOST_BYTES", 1000)
    form = {"Content-Type": "multipart/form-data; boundary=x"}
    assert client.post("/v1/inspect", content=b"x" * 1001, headers=form).status_code == 413
    untold = client.post("/v1/inspect", content=(b"x" * 500 for _ in range(3)), headers=form)
    assert untold.status_code == 413
    monkeypatch.setattr(guard, "A_SECOND", 0.001)
    key = keys.create("one", "viewer")
    asked = [client.get("/v1/health", headers={"X-API-Key": key}).status_code for _ in range(guard.BURST + 5)]
    assert asked == [200] * guard.BURST + [429] * 5
    guesses = [client.get("/v1/models", headers={"X-API-Key": f"{n}"}).status_code for n in range(guard.BURST + 5)]
    assert guesses[0] == 401
    assert guesses[-1] == 429  # another guess is no other caller


def test_a_caller_may_go_on_after_a_while() -> None:
    pace = guard.Pace()
    assert all(pace.allows("a", now=0.0) for _ in range(guard.BURST))
    assert not pace.allows("a", now=0.0)
    assert pace.allows("a", now=1.0)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "", "..", ".", "a\x00b.png", "x" * 500, "<b>.png"]
)
def test_a_hostile_name_stays_in_its_folder_and_ends_with_it(name: str) -> None:
    import io

    class One:
        filename, file = name, io.BytesIO(b"content")

    with uploads.kept([One()]) as called:
        (place,) = called
        assert place.read_bytes() == b"content"
        assert place.parent.parent.name.startswith("foil-rest-")
        assert place.resolve() == place
    assert not place.exists()


def test_the_description_for_programs_has_every_address_and_an_example(client: TestClient) -> None:
    told = client.get("/openapi.json").json()
    assert set(told["paths"]) == {
        "/v1/health",
        "/v1/models",
        "/v1/models/{name}",
        "/v1/inspect",
        "/v1/jobs",
        "/v1/jobs/fit",
        "/v1/jobs/batch",
        "/v1/jobs/report",
        "/v1/jobs/{job}",
        "/v1/jobs/{job}/resume",
        "/v1/reports/{report}",
        "/v1/ask",
        "/v1/inspections",
        "/v1/inspections/{number}",
        "/v1/inspections/{number}/decisions",
        "/v1/search",
        "/v1/drift",
        "/v1/feedback",
        "/v1/audit/head",
        "/v1/audit/verify",
    }
    example = told["paths"]["/v1/inspect"]["post"]["responses"]["200"]["content"]["application/json"]["example"]
    assert example["results"][0]["verdict"] == "REJECT"
