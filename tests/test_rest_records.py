"""The REST door to a model's past: drift and feedback."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from record_cases import foil, record_scores
from rest_cases import door

from assistant import library
from assistant.store import open_store


@pytest.fixture
def client(fake_core: None, tmp_path: Path) -> TestClient:
    return door(tmp_path / "records")


def test_drift_and_feedback_are_those_of_the_command_line(client: TestClient, tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "records"), create=True)
    kept = store.keep_model(library.model_folder("plates"))
    numbers = record_scores(store, kept, [0.5] * 20 + [9.0] * 30, "lot7/{}.png")
    asked = {"model": "plates"}
    found = client.get("/v1/drift", params=asked).json()
    assert (found["state"], found["alarm"], found["parts"]) == ("undecided", True, 50)
    assert found == json.loads(
        foil("store", "drift", "plates", "--json", "--store", tmp_path / "records", code=1).stdout
    )
    assert client.get("/v1/drift", params=asked | {"lang": "zh"}).json()["told"][0].startswith("报警")

    said = {"verdict": "PASS", "by": "M. Keller", "reason": "film"}
    assert client.post(f"/v1/inspections/{numbers[-1]}/decisions", json=said).status_code == 201
    told = client.get("/v1/feedback", params=asked | {"by": "all"}).json()
    assert [one["number"] for one in told["called_good_but_marked"]] == [numbers[-1]]
    assert (told["periods"][0]["good"], told["periods"][0]["parts"]) == (1, 50)
    ran = foil("store", "feedback", "plates", "--by", "all", "--json", "--store", tmp_path / "records")
    assert told == json.loads(ran.stdout)
    assert client.get("/v1/feedback", params=asked | {"lot": "lot8"}).json()["periods"] == []
    for way, status, words in (
        ("drift?model=other", 404, "no model named other is on record; known are plates"),
        ("feedback?model=plates&since=monday", 422, "'monday' is no time"),
        ("feedback?model=plates&by=week", 422, "by:"),
        ("drift", 422, "model: Field required"),
    ):
        answer = client.get(f"/v1/{way}")
        assert (answer.status_code, words in answer.json()["error"]) == (status, True), answer.text
