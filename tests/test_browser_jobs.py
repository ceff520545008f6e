"""Jobs in a real browser: a training that goes on over a reload, is cancelled, resumed, compared and put in force."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest
from conftest import Plate
from job_cases import COMMAND
from test_browser import Visit, app, browser, visit  # noqa: F401

from apps.ui import jobs_panel
from assistant import job_runner, library, versions
from assistant.home import home

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Do the jobs, as `foil serve` does."""
    monkeypatch.setattr(jobs_panel, "EVERY", 0.3)
    monkeypatch.setattr(job_runner, "POLL", 0.05)
    monkeypatch.setattr(job_runner, "WORKER", COMMAND)
    stop = Event()
    thread = Thread(target=job_runner.run, args=(str(tmp_path / "records"), stop))
    thread.start()
    yield
    stop.set()
    thread.join()


def test_a_training_outlives_a_reload_is_cancelled_resumed_compared_and_put_in_force(
    visit: Visit,  # noqa: F811
    plate: Plate,
) -> None:
    page = visit.page
    assert not page.locator("#jobs").is_visible()
    page.get_by_role("tab", name="Teach").click()
    visit.gives("#files", *(plate(f"good{number}.png", 128, 100 + number) for number in range(20)))
    visit.sees("#check", "20 good pictures to fit on; nothing suspicious.")
    page.locator("#name input, #name textarea").first.fill("plates")
    page.get_by_label("Replace a model of this name").check()
    page.locator("#minutes input[type=number]").fill("1")
    page.keyboard.press("Tab")
    page.locator("#fit").click()
    visit.sees("#made", "The training of plates is job 1")
    visit.sees("#job", "training the network")
    page.locator("#job svg circle").first.wait_for()

    visit.reloads()
    visit.sees("#job", "training: plates")
    visit.sees("#jobs", "Jobs · plates: training the network")
    page.locator("#job-cancel").click()
    visit.sees("#job", "cancelled")
    visit.sees("#job", "Nothing of it is lost")
    (home() / "hurry").touch()
    page.locator("#job-resume").click()
    visit.sees("#job", "Compare, then put the new one in force")
    visit.sees("#job", "Caught at 5 % false alarms")
    visit.sees("#jobs", "Jobs · nothing runs")
    assert "network" not in library.read("plates").card
    page.locator("#job-use").click()
    visit.sees("#job", "This one is in force now.")
    assert "network" in library.read("plates").card
    page.get_by_role("tab", name="Teach").click()
    page.get_by_text("Versions of the selected model").click()
    page.locator("#versions-choice label").first.click()
    page.locator("#versions-switch").click()
    visit.sees(".toast-body", "plates is that version now;")
    assert "network" not in library.read("plates").card
    assert len(versions.versions("plates")) == 1
