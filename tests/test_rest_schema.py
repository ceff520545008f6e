"""The REST door against its own description: whatever is sent, the answer is one that /openapi.json tells of.

Schemathesis makes requests of the description, as it allows them and as it forbids them. It says so where an answer is
a 5xx, has a status, a form or a type that isn't described, where what is forbidden is taken, or where no key is needed.
"""

from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
import schemathesis
from conftest import Plate
from hypothesis import HealthCheck, assume, given, settings
from rest_cases import BASE, done_report, door, post
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from apps.rest import guard, keys
from assistant.audit import Fault
from assistant.store import open_store
from assistant.verifying import verify

# A description can't say which texts hold no words, which days there are, or what a file must hold: that is 422, too.
BEYOND = [positive_data_acceptance]
PATIENCE = 300.0  # seconds: the first search after many decisions reads all their reasons
TAKES_NOTHING = ("GET /v1/health",)  # so nothing that it takes can be wrong


class Explored:
    """A door with an inspection (3) behind it, and what it answers to what is made of its description."""

    def __init__(self, records: Path, picture: Path) -> None:
        self.client = client = door(records)
        assert post(client, picture).json()["results"][0]["id"] == 3
        self.reported, self.parts = done_report(client, records), picture.parent
        self.key, self.records, self.picture = keys.create("schemathesis", "admin"), records, picture.read_bytes()
        self.schema = schemathesis.openapi.from_asgi("/openapi.json", client.app, headers={"Host": "127.0.0.1"})

    @property
    def faults(self) -> tuple[Fault, ...]:
        """Return what is wrong with the store after all that."""
        return verify(open_store(str(self.records))).faults

    def statuses(self, mode: GenerationMode, examples: int) -> dict[str, Counter[int]]:
        """Return how often each address answered what; a failed check fails the test."""
        found = {}
        for operation in (one.ok() for one in self.schema.get_all_operations()):
            if mode is GenerationMode.POSITIVE or operation.label not in TAKES_NOTHING:
                found[operation.label] = self._of(operation, mode, examples)
        return found

    def _of(self, operation: Any, mode: GenerationMode, examples: int) -> Counter[int]:
        counts: Counter[int] = Counter()
        examined = settings(
            max_examples=examples,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )

        @examined
        @given(operation.as_strategy(generation_mode=mode))
        def made_up(case: Any) -> None:
            how = {"base_url": BASE, "headers": {"X-API-Key": self.key}, "timeout": PATIENCE}
            answer = case.call(**how)
            sent = parse_qs(urlsplit(answer.request.url).query, keep_blank_values=True)
            assume(set(case.query or {}) <= set(sent))  # a list of nothing, as one that is wrong, reaches nobody
            case.validate_response(answer, excluded_checks=BEYOND, transport_kwargs=how)
            counts[answer.status_code] += 1

        @examined
        @given(operation.as_strategy())
        def there(case: Any) -> None:
            self._name_what_is_there(case)
            made_up.hypothesis.inner_test(case)

        made_up()
        if mode is GenerationMode.POSITIVE:
            there()
        return counts

    def _name_what_is_there(self, case: Any) -> None:
        """Put the model, the inspection and the picture that there are in the places of made up ones."""
        for given_by, name, value in (
            (case.path_parameters, "number", 3),
            (case.path_parameters, "name", "plates"),
            (case.path_parameters, "job", self.reported + 1),
            (case.path_parameters, "report", self.reported),
            (case.body, "source", str(self.parts)),
            (case.body, "folder", str(self.parts)),
            (case.query, "model", "plates"),
            (case.query, "like", 3),
            (case.body, "model", "plates"),
            (case.body, "files", [self.picture]),
            (case.body, "question", ["why?"]),
        ):
            if isinstance(given_by, dict) and name in given_by:
                given_by[name] = value
        if isinstance(case.body, dict):
            for name in ("mask", "text", "language_model"):  # which no made up one fits
                case.body.pop(name, None)


@pytest.fixture
def explored(fake_core: None, plate: Plate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Explored:
    monkeypatch.setattr(guard, "BURST", 10**9)
    return Explored(tmp_path / "records", plate("bad.png", spot=228))


@pytest.fixture
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every question for one after reasons, and no sentence for near: what tells loads slowly."""
    monkeypatch.setattr("assistant.router.similarities", lambda _: Counter(why=1.0))
    monkeypatch.setattr("assistant.sentences.Sentences.near", lambda self, *_: np.zeros(len(self.texts), np.float32))


def test_answers_are_as_described(explored: Explored, without_torch: None) -> None:
    taken = explored.statuses(GenerationMode.POSITIVE, 3)
    assert [label for label, counts in taken.items() if not counts[200] + counts[201]] == []
    refused = explored.statuses(GenerationMode.NEGATIVE, 6)
    assert [label for label, counts in refused.items() if counts[200] + counts[201]] == []
    assert explored.faults == ()


@pytest.mark.slow
@pytest.mark.parametrize("mode", GenerationMode)
def test_answers_are_as_described_to_much_more(explored: Explored, mode: GenerationMode) -> None:
    explored.client.get("/v1/search?words=spot", headers={"X-API-Key": explored.key})  # loads what tells what is near
    assert sum(explored.statuses(mode, 100).values(), Counter()).total() > 1000
    assert explored.faults == ()
