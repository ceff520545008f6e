"""Jobs over REST: asked for by whoever may, told to whoever may look, cancelled, and a report fetched."""

from pathlib import Path

import pytest
from conftest import Plate
from fastapi.testclient import TestClient
from rest_cases import done_report, door, post

from apps.rest import keys
from assistant.job_wishes import open_queue


@pytest.fixture
def client(fake_core: None, tmp_path: Path) -> TestClient:
    return door(tmp_path / "records")


def test_jobs_are_asked_for_told_cancelled_and_resumed(client: TestClient, plate: Plate, tmp_path: Path) -> None:
    for number in range(5):
        plate(f"lot7/{number}.png", 128, 100 + number)
    folder = str(tmp_path / "lot7")
    fit = client.post("/v1/jobs/fit", json={"source": folder, "name": "new"})
    batch = client.post("/v1/jobs/batch", json={"folder": folder, "model": "plates", "lang": "zh"})
    assert (fit.status_code, batch.status_code) == (201, 201)
    assert [(job["id"], job["state"], job["kind"]) for job in client.get("/v1/jobs").json()] == [
        (2, "waiting", "batch"),
        (1, "waiting", "fit"),
    ]
    assert client.get("/v1/jobs/2").json()["settings"]["folder"] == "lot7"  # and not where that is
    assert client.delete("/v1/jobs/1").json()["state"] == "cancelled"
    assert client.delete("/v1/jobs/1").status_code == 422
    assert client.post("/v1/jobs/1/resume").json()["state"] == "waiting"
    for answer, status, words in (
        (client.get("/v1/jobs/9"), 404, "there is no job 9"),
        (client.get("/v1/reports/1"), 404, "made no report"),
        (client.post("/v1/jobs/fit", json={"source": folder, "name": "plates"}), 422, "plates exists"),
        (client.post("/v1/jobs/fit", json={"source": folder, "name": "new", "minutes": 5}), 422, "at least 20"),
        (client.post("/v1/jobs/fit", json={"source": "lot7", "name": "new"}), 422, "source"),
        (client.post("/v1/jobs/fit", json={"source": "/", "name": "new"}), 422, "source"),
        (client.post("/v1/jobs/batch", json={"folder": folder, "model": "nowhere"}), 404, "no model named nowhere"),
        (client.post("/v1/jobs/report", json={"final": True}), 422, "by name"),
    ):
        assert answer.status_code == status, answer.text
        assert words in answer.json()["error"]


def test_a_report_is_fetched_when_it_is_done(client: TestClient, plate: Plate, tmp_path: Path) -> None:
    post(client, plate("a.png", spot=228))
    number = done_report(client, tmp_path / "records")
    told = client.get(f"/v1/jobs/{number}").json()
    assert (told["state"], told["outcome"]["report"]) == ("done", f"job-{number}.json")
    assert client.get(f"/v1/reports/{number}").json()["inspections"][0]["verdict"] == "REJECT"
    assert str(tmp_path) not in str(told)


def test_who_may_ask_for_what(client: TestClient, plate: Plate, tmp_path: Path) -> None:
    made: dict[str, dict[str, str]] = {role: {"X-API-Key": keys.create(role, role)} for role in keys.ROLES}
    fit = {"source": str(plate("parts/a.png").parent), "name": "new"}
    for path, body, statuses in (
        ("/v1/jobs/fit", fit, [403, 403, 201]),
        ("/v1/jobs/report", {}, [403, 201, 201]),
        ("/v1/jobs/batch", {"folder": fit["source"], "model": "plates"}, [403, 201, 201]),
    ):
        assert [client.post(path, json=body, headers=made[role]).status_code for role in keys.ROLES] == statuses
        assert client.post(path, json=body).status_code == 401
    assert [client.get("/v1/jobs", headers=made[role]).status_code for role in keys.ROLES] == [200] * 3
    assert [client.delete("/v1/jobs/1", headers=made[role]).status_code for role in keys.ROLES] == [403, 403, 200]
    assert open_queue(str(tmp_path / "records")).job(1).by == "admin"


def test_without_a_store_only_fits_are_jobs(fake_core: None, plate: Plate) -> None:
    from apps.rest.app import create
    from apps.ui.models import Models

    client = TestClient(create(Models()), base_url="http://127.0.0.1")
    assert client.post("/v1/jobs/report", json={}).status_code == 405
    body = {"source": str(plate("parts/a.png").parent), "name": "new"}
    assert client.post("/v1/jobs/fit", json=body).status_code == 201
