"""What the tests of the REST door share: a door with a model and a store behind it, and pictures sent to it."""

from pathlib import Path
from typing import Any

from fake_detector import FakeDetector
from fastapi.testclient import TestClient

from apps.rest.app import create
from apps.ui.models import Models
from assistant import library
from assistant.job_wishes import open_queue
from assistant.job_worker import work

BASE = "http://127.0.0.1"


def door(records: Path) -> TestClient:
    """Return the door, called by its own name, with a model of plates; what it inspects is recorded."""
    library.save(FakeDetector("plates", card={"created": "2026", "fingerprint": "f"}), "plates")
    return TestClient(create(Models(), str(records)), base_url=BASE)


def post(client: TestClient, *pictures: Path, key: str = "", to: str = "inspect", **form: Any) -> Any:
    files = [("files", (path.name, path.read_bytes())) for path in pictures]
    data = {"model": "plates"} | form
    return client.post(f"/v1/{to}", files=files, data=data, headers={"X-API-Key": key} if key else {})


def done_report(client: TestClient, records: Path) -> int:
    """Return the id of a report that is done; the job after it waits."""
    number = int(client.post("/v1/jobs/report", json={"form": "json"}).json()["id"])
    client.post("/v1/jobs/report", json={"form": "csv"})
    queue = open_queue(str(records))
    assert queue.claim("me")
    work(str(records), number, "me", queue.lease)
    return number
