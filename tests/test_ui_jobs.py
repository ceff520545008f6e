"""Jobs as the page tells them: every kind and state, in both languages, with nothing of a stranger's taken for HTML."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fake_detector import FakeDetector
from network_card import NETWORK

from apps.ui import jobs_told
from apps.ui.curve import curve_of
from apps.ui.detecting import detection_charts
from apps.ui.words import word
from apps.ui.words_jobs import STAGES
from assistant import library, versions
from assistant.jobs import Job
from explain.catalogue import Lang
from fusion.calibration import Calibration

EVIL = "<img src=x onerror=alert(1)>"
CURVE = {"loss": [[1, 2.0], [2, 1.0], [3, 0.5]], "validation": [[0, 2.5], [3, 0.6]]}
AT = {"stage": "training the network", "done": 30, "of": 120, "seconds_left": 200.0, "curve": CURVE}
FIT = Job(3, "fit", {"name": "plates"}, EVIL, "running", "2026-11-29T02:40:11+00:00", None, None, AT, {}, "")


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("training: plates", "30 of 120", "about 3 min left")), ("zh", (["训练", "plates"][1], "30 / 120"))],
)
def test_a_training_is_told_with_its_curve_and_the_time_left(lang: Lang, words: tuple[str, ...]) -> None:
    told = jobs_told.told(FIT, lang)
    assert EVIL not in told
    assert all(said in told for said in words)
    assert "width: 25%" in told
    assert len(re.findall("<circle", told)) == len(CURVE["loss"])
    assert jobs_told.far(FIT, lang) == (
        "training the network 25 %, about 3 min left" if lang == "en" else "训练网络 25 %，约剩 3 分钟"
    )
    assert jobs_told.strip([FIT], lang).startswith(word("jobs", lang))
    assert jobs_told.strip([replace(FIT, state="done")], lang) == word("jobs.idle", lang)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_other_job_is_told_without_a_word_missing(lang: Lang) -> None:
    batch = replace(FIT, kind="batch", settings={"folder": f"/data/{EVIL}", "model": "plates"}, progress={})
    report = replace(batch, kind="report", settings={"lot": EVIL})
    counted = {"inspections": 3, "verdicts": {"PASS": 2, "UNREADABLE": 1}}
    for job in (
        replace(batch, state="waiting"),
        replace(batch, state="failed", error=EVIL),
        replace(batch, state="cancelled"),
        replace(batch, state="done", outcome=counted),
        replace(report, state="done", outcome={"inspections": 3, "open": 1}),
        replace(FIT, state="done", outcome={"model": "nowhere", "version": None}),
    ):
        told = jobs_told.told(job, lang) + jobs_told.line(job, lang).replace(EVIL, "")
        assert EVIL not in told
        assert "{" not in told


def test_a_new_version_stands_beside_the_model_in_force_until_it_is_put_in_force() -> None:
    library.save(FakeDetector("plates"), "plates")
    made = FakeDetector("plates", calibration=Calibration(np.linspace(0, 2, 40)), card={"network": NETWORK})
    which = versions.save_aside(made, "plates").name  # type: ignore[arg-type]
    done = replace(FIT, state="done", outcome={"model": "plates", "version": which}, progress={})
    assert jobs_told.is_version(done)
    told = jobs_told.told(done, "en")
    for cells in (
        ("Good parts", "60", "40"),
        ("Told from good parts (AUROC)", "95.1 %", "97 %"),
        ("a scratch", "94 %", "98 %", "0.041 %"),
    ):
        assert re.search(".*".join(map(re.escape, cells)), told), cells
    assert "Probability of detection by size" in told
    versions.put_in_force("plates", which)
    assert not jobs_told.is_version(done)
    assert "This one is in force now." in jobs_told.told(done, "en")
    library.set_rates("plates", 0.3, 0.2)
    assert "was changed since" in jobs_told.told(done, "en")


def test_the_probability_of_detection_is_drawn_for_each_kind_from_what_the_card_keeps() -> None:
    drawn = detection_charts(NETWORK, "en")
    scratch, stain = (drawn[at:].partition("</figure>")[0] for at in (m.start() for m in re.finditer("<figure", drawn)))
    assert (scratch.count('class="hit"'), scratch.count('class="miss"')) == (3, 2)
    assert (scratch.count('class="seen"'), stain.count('class="seen"')) == (1, 0)
    assert "0.041 %" in scratch
    xs = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', scratch)]
    assert xs == sorted(xs)
    curve = [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.]+) ([\d.]+)", scratch.split('class="seen"')[0])]
    assert curve[-1][1] < curve[-60][1], "larger ones are found more often, and more stands higher"
    assert "合成缺陷" in detection_charts(NETWORK, "zh")
    assert detection_charts({key: NETWORK[key] for key in NETWORK if key != "detection"}, "en") == ""


def test_a_curve_without_spread_or_below_zero_is_no_error() -> None:
    flat = curve_of({"loss": [[1, 1.0], [2, 1.0]], "validation": []}, "en")
    assert "nan" not in flat
    assert len(re.findall("<circle", flat)) == 2
    assert curve_of({"loss": [[1, 0.0]], "validation": []}, "en") == ""


def test_steps_have_chinese_names_of_steps_that_there_are() -> None:
    root = Path(__file__).parents[1]
    modules = [path for floor in ("fusion", "explain", "assistant") for path in (root / floor).rglob("*.py")]
    source = "".join(path.read_text("utf-8") for path in modules)
    assert [stage for stage in STAGES if f'"{stage}"' not in source] == []
