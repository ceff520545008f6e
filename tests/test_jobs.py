"""Jobs: one at a time in the order asked, each by one worker, cancelled at once, resumed after any crash."""

import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from job_cases import COMMAND, STEP
from record_cases import Shop, foil

from assistant import job_runner, job_wishes, job_worker, library, versions
from assistant.job_wishes import BatchWish, FitWish, ReportWish, ask, drop_old_uploads, open_queue, uploaded
from assistant.job_worker import work
from assistant.jobs import MOST_LOST, Job, Queue
from fusion.errors import BadData, BadInput, BadSetting, NoSuchRecord

pytestmark = pytest.mark.usefixtures("fake_core")


@pytest.fixture(autouse=True)
def workers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job_runner, "POLL", 0.05)
    monkeypatch.setattr(job_runner, "WORKER", COMMAND)


@pytest.fixture
def queue() -> Queue:
    return open_queue(None)


@pytest.fixture
def parts(plate: Plate, tmp_path: Path) -> Path:
    """Return a folder of enough good pictures to train on."""
    for number in range(20):
        plate(f"parts/good{number}.png", 128, 100 + number)
    return tmp_path / "parts"


def wait(for_what: Callable[[], Any], seconds: float = 10) -> Any:
    end = time.monotonic() + seconds
    while not (found := for_what()):
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


@contextmanager
def running(store: str | None = None) -> Iterator[None]:
    """Have somebody work the queue off, as a server does."""
    stop = Event()
    thread = Thread(target=job_runner.run, args=(store, stop))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def do(queue: Queue, store: str | None = None) -> Job:
    """Do the next job as a worker does, but in this very process."""
    job = queue.claim("me")
    assert job
    work(store, job.id, "me", queue.lease)
    return queue.job(job.id)


def steps(home: Path) -> list[int]:
    log = home / "steps"
    return [int(line) for line in log.read_text().split()] if log.exists() else []


def test_jobs_are_taken_in_the_order_asked_and_one_at_a_time(queue: Queue) -> None:
    first, second = (queue.ask("report", {"form": "pdf"}, by) for by in ("Ann", "Bob"))
    taken = queue.claim("one")
    assert taken
    assert (taken.id, taken.by, taken.state) == (first, "Ann", "running")
    assert queue.claim("other") is None
    assert queue.beat(first, "one", {"done": 3})
    assert not queue.beat(first, "other", {"done": 4})
    assert not queue.finish(first, "other", {"report": "not by this one"})
    assert (queue.job(first).state, queue.job(first).progress) == ("running", {"done": 3})
    assert queue.finish(first, "one", {"report": "r.pdf"})
    assert (queue.job(first).state, queue.job(first).outcome) == ("done", {"report": "r.pdf"})
    assert [job.id for job in queue.latest()] == [second, first]
    taken = queue.claim("other")
    assert taken
    assert taken.id == second
    queue.finish(second, "other", None, "the disk is full")
    assert (queue.job(second).state, queue.job(second).error) == ("failed", "the disk is full")
    with pytest.raises(NoSuchRecord, match="there is no job 99"):
        queue.job(99)


def test_of_many_that_ask_at_once_one_gets_the_job(queue: Queue) -> None:
    queue.ask("report", {}, "Ann")
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(queue.claim, map(str, range(8))))
    assert len(list(filter(None, claims))) == 1


def test_a_job_that_was_cancelled_holds_the_queue_until_its_worker_lets_go(queue: Queue) -> None:
    first, second = (queue.ask("report", {}, "Ann") for _ in range(2))
    assert queue.claim("one")
    assert queue.cancel(first).state == "cancelled"
    assert not queue.beat(first, "one", {})
    assert queue.claim("two") is None
    queue.finish(first, "one", {"report": "too late"})
    assert (queue.job(first).state, queue.job(first).outcome) == ("cancelled", {})
    assert queue.claim("two").id == second  # type: ignore[union-attr]
    assert queue.resume(first).state == "waiting"
    queue.let_go(second, "two")
    assert queue.claim("two").id == first  # type: ignore[union-attr]
    for wrong, sentence in ((queue.resume, "only one that was cancelled"), (queue.cancel, "nothing to cancel")):
        queue.finish(first, "two", {})
        with pytest.raises(BadSetting, match=sentence):
            wrong(first)


def test_who_says_nothing_loses_the_job_and_learns_so_and_in_the_end_it_is_given_up(queue: Queue) -> None:
    number = queue.ask("report", {}, "Ann")
    queue.lease = 0.0
    assert [queue.claim(f"worker {turn}").id for turn in range(MOST_LOST)] == [number] * MOST_LOST  # type: ignore[union-attr]
    assert queue.job(number).state == "waiting"  # nobody was heard of
    assert not queue.beat(number, "worker 0", {})
    assert queue.claim("last") is None
    assert "ended 3 times without a word" in queue.job(number).error
    assert queue.resume(number).state == "waiting"
    assert queue.claim("again")


def test_what_cannot_be_done_is_refused_before_anybody_waits(queue: Queue, parts: Path, tmp_path: Path) -> None:
    library.save(FakeDetector("plates"), "plates")
    (tmp_path / "few").mkdir()
    for number in range(5):
        os.link(parts / f"good{number}.png", tmp_path / "few" / f"{number}.png")
    for wish, error, sentence in (
        (FitWish(str(parts), "plates"), BadSetting, "a model named plates exists"),
        (FitWish(str(tmp_path / "few"), "new", minutes=1), BadData, "at least 20"),
        (FitWish(str(tmp_path / "nowhere"), "new"), BadData, "nowhere"),
        (FitWish(str(tmp_path / "few"), "new", names=90), BadData, "learning names takes 8"),
        (FitWish(str(parts), "new", names=-1), BadSetting, "can't be learnt from"),
        (FitWish(str(parts), "new", minutes=-1), BadSetting, "no time to train"),
        (FitWish(str(parts), "new", review=0.01, reject=0.05), BadSetting, "false-alarm rates"),
        (BatchWish(str(tmp_path / "nowhere"), "plates"), BadInput, "nothing here"),
        (ReportWish("docx"), BadSetting, "a report is no 'docx'"),
        (ReportWish(final=True), BadSetting, "by name"),
    ):
        with pytest.raises(error, match=sentence):
            ask(queue, wish, "Ann")
    assert queue.latest() == []


def test_a_training_goes_on_from_its_checkpoint_after_kill_9_and_two_servers_never_do_it_twice(
    queue: Queue, parts: Path, foil_home: Path
) -> None:
    job = ask(queue, FitWish(str(parts), "new", minutes=2 / 60), "Ann")
    with running(), running():
        wait(lambda: queue.job(job.id).progress.get("curve"))
        os.kill(int((foil_home / "pid").read_text()), signal.SIGKILL)
        taken = len(steps(foil_home))
        wait(lambda: not queue.job(job.id).is_open)
    done, total = queue.job(job.id), round(2 / STEP)
    assert (done.state, done.outcome, done.error) == ("done", {"model": "new", "version": None}, "")
    assert 0 < taken < total
    assert sorted(set(steps(foil_home))) == list(range(total))
    assert len(steps(foil_home)) <= total + 1  # the one that was cut off
    assert library.read("new").card["network"]
    assert not list((foil_home / "training").glob("*/*"))


def test_a_training_is_cancelled_at_once_resumed_and_waits_beside_the_model_in_force(
    queue: Queue, parts: Path, foil_home: Path
) -> None:
    library.save(FakeDetector("plates", card={"created": "2026-01-01"}), "plates")
    job = ask(queue, FitWish(str(parts), "plates", minutes=1.2 / 60, replace=True), "Ann")
    with running():
        told = wait(lambda: queue.job(job.id).progress.get("curve") and queue.job(job.id).progress)
        assert (told["stage"], told["of"]) == ("training the network", round(1.2 / STEP))
        assert 0 < told["seconds_left"] <= 1.2
        queue.cancel(job.id)
        began = time.monotonic()
        wait(lambda: queue.claim("probe") is None and _free(queue))
        assert time.monotonic() - began < 3
        taken = len(steps(foil_home))
        assert taken < round(1.2 / STEP)
        assert versions.versions("plates") == []
        queue.resume(job.id)
        wait(lambda: not queue.job(job.id).is_open, seconds=15)
    done = queue.job(job.id)
    assert done.state == "done", done.error
    assert len(steps(foil_home)) <= round(1.2 / STEP) + 1
    (new,) = versions.versions("plates")
    assert new.folder.name == done.outcome["version"]
    assert "network" not in library.read("plates").card
    versions.put_in_force("plates", new.folder.name)
    assert "network" in library.read("plates").card
    (old,) = versions.versions("plates")
    versions.put_in_force("plates", old.folder.name)
    assert library.read("plates").card == {"created": "2026-01-01"}


def _free(queue: Queue) -> bool:
    from sqlalchemy import select

    from assistant.tables import jobs

    with queue.database.reading() as connection:
        return connection.execute(select(jobs.c.id).where(jobs.c.worker.is_not(None))).first() is None


def test_a_batch_skips_what_is_recorded_already_and_a_report_lies_beside_the_store(shop: Shop) -> None:
    queue, opened = open_queue(str(shop.folder)), shop.store
    folder = shop.pictures[0].parent / "lot7"
    folder.mkdir()
    for place, picture in enumerate([*shop.pictures, *shop.pictures]):
        os.link(picture, folder / f"{place}{picture.name}")
    batch = ask(queue, BatchWish(str(folder), "plates"), "Ann")
    assert queue.claim("one")
    queue.note(batch.id, "one", {"after": opened.head().number})
    foil("inspect", *sorted(folder.iterdir())[:3], "--model", "plates", "--store", shop.folder, code=30)
    queue.let_go(batch.id, "one")  # by a worker that got so far
    before = opened.head().number
    report = ask(queue, ReportWish("json", lot="lot7"), "Bob")
    assert shop.foil("jobs", "list").stdout.splitlines()[1].split()[:3] == [f"{report.id}", "report", "waiting"]
    assert do(queue, str(shop.folder)).outcome["verdicts"] == {"PASS": 2, "REJECT": 2, "UNREADABLE": 2}
    assert do(queue, str(shop.folder)).state == "done"
    assert opened.head().number == before + 3 + 1  # the rest, and the report
    made = queue.job(report.id).outcome
    assert (made["inspections"], made["status"], made["record"]) == (4, "draft", opened.head().number)
    assert Path(made["report"]).parent.parent == shop.folder
    assert json.loads(Path(made["report"]).read_text())

    shown = shop.foil("jobs", "show", report.id).stdout
    assert shown.startswith(f"job {report.id}: report of lot7, done\nasked by Bob at 20")
    assert "nothing to cancel" in shop.foil("jobs", "cancel", report.id, code=2).stderr
    assert "there is no job 9" in shop.foil("jobs", "show", 9, code=2).stderr
    assert [job["id"] for job in json.loads(shop.foil("jobs", "list", "--json").stdout)] == [report.id, batch.id]


def test_what_fails_says_so_in_a_sentence_and_ends_nothing_else(queue: Queue, parts: Path) -> None:
    with uploaded(parts, "token") as place:
        failing = ask(queue, FitWish(str(place), "new"), "Ann")
    for picture in place.iterdir():
        picture.write_text("hello")
    fine = ask(queue, FitWish(str(parts), "other"), "Bob")
    assert do(queue).state == "failed"
    assert do(queue).id == fine.id
    assert "0 good pictures can be used" in queue.job(failing.id).error
    assert str(place) not in foil("jobs", "list").stdout
    assert queue.job(fine.id).state == "done"
    for picture in place.iterdir():
        picture.write_bytes((parts / picture.name).read_bytes())
    assert "job 1 waits" in foil("jobs", "resume", failing.id).stdout
    assert foil("jobs", "run").stdout.splitlines()[-1] == "job 1: fit of new, done"
    assert library.names() == ["new", "other"]
    assert not place.exists()  # what was uploaded for the job alone


def test_who_ends_after_a_job_was_cancelled_and_resumed_leaves_what_was_uploaded_to_the_next(
    queue: Queue, parts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with uploaded(parts, "token") as place:
        job = ask(queue, FitWish(str(place), "new", replace=True), "Ann")

    def cancelled_and_resumed() -> None:
        queue.cancel(job.id)
        queue.resume(job.id)

    with monkeypatch.context() as patch:
        patch.setattr(job_worker, "_done", lambda *given: cancelled_and_resumed() or {"model": "new", "version": None})
        assert do(queue).state == "waiting"
    assert place.exists()
    assert do(queue).state == "done"
    assert not place.exists()


def test_uploads_of_a_cancelled_job_stay_a_week(queue: Queue, parts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with uploaded(parts, "token") as place:
        job = ask(queue, FitWish(str(place), "new"), "Ann")
    queue.cancel(job.id)
    drop_old_uploads(queue)
    assert place.exists()
    monkeypatch.setattr(job_wishes, "KEPT", -1)
    drop_old_uploads(queue)
    assert not place.exists()
    assert parts.exists()


def test_a_model_that_was_replaced_is_a_version_and_comes_back(parts: Path) -> None:
    foil("fit", parts, "--name", "plates")
    assert foil("models", "versions", "plates").stdout.splitlines()[1].startswith("in force")
    library.set_rates("plates", 0.3, 0.2)
    foil("fit", parts, "--name", "plates", "--force")
    listed = foil("models", "versions", "plates").stdout.splitlines()
    (which,) = [line.split()[0] for line in listed[2:-1]]
    assert listed[-1] == f"next: foil models switch plates {which}"
    assert library.read("plates").calibration.reject_rate == 0.01
    foil("models", "switch", "plates", which)
    assert library.read("plates").calibration.reject_rate == 0.2
    assert "is no version of plates" in foil("models", "switch", "plates", "../../x", code=2).stderr
    assert [model.calibration.reject_rate for model in versions.versions("plates")] == [0.01]
    foil("models", "remove", "plates", "--yes")
    assert versions.versions("plates") == []
