"""A memory that takes in more good parts without a new fit: what was accepted passes, and nothing else changes much."""

import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from core_cases import COARSE, files_of, look, plate, quick_fit, same
from PIL import Image
from record_cases import foil

from assistant import library, versions
from assistant.growth import grow
from assistant.history import latest
from assistant.store import open_store
from fusion.detector import Detector
from fusion.diffusion.denoiser import GaussianDenoiser
from fusion.errors import BadData, BadSetting
from fusion.growing import STRANGE, grown
from fusion.item import Item
from fusion.modelfile import GROWN
from fusion.sample import Sample

pytest_plugins = ["core_fixtures"]
JOINTS = np.array([[40 + 2 * (at % 5), 12 + 3 * at, 1] for at in range(17)], float)
ODD = plate(400, defective=True, place=(40, 40))  # a mark that somebody says is allowed


def test_what_was_taken_in_passes_and_what_is_bad_elsewhere_does_not(memory_detector: Detector) -> None:
    larger = grown(memory_detector, [Sample(ODD.image, name="odd.png")])
    before, now = look(memory_detector, ODD.image), look(larger, ODD.image)
    assert before.pred_score >= before.thresholds.review
    assert now.pred_score < 0.5 * before.pred_score
    other = plate(401, defective=True, place=(72, 30))
    assert look(larger, other.image).verdict == look(memory_detector, other.image).verdict == "REJECT"
    scores = [
        [look(one, plate(seed).image).pred_score for seed in range(300, 312)] for one in (memory_detector, larger)
    ]
    assert np.allclose(*scores, rtol=0.1, atol=0.3)
    assert now.remembered is not None
    assert now.remembered.nearest[0].name == "odd.png"
    assert larger.card[GROWN] == [Sample(ODD.image).sha256]
    assert larger.calibration is memory_detector.calibration


def test_what_skeletons_said_of_the_good_parts_stays_beside_the_memory_that_grows(
    goods: dict[str, list[Item]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [*goods["plate"]]
    for at in range(1, len(items), 2):
        joints = JOINTS + np.random.default_rng(at).uniform(-8, 8, JOINTS.shape) * (1, 1, 0)
        (tmp_path / f"{at}.json").write_text(json.dumps(joints.tolist()))
        items[at] = replace(items[at], skeleton=tmp_path / f"{at}.json")
    monkeypatch.setattr("fusion.told.FEWEST", 6)
    posed = quick_fit(items, "memory", COARSE, method="memory")
    assert posed.told
    larger = grown(posed, [Sample(ODD.image)])
    assert look(larger, ODD.image).pred_score < 0.5 * look(posed, ODD.image).pred_score
    sample = Sample(ODD.image, skeleton=JOINTS.astype(np.float32))
    before, now = posed.detect(sample), larger.detect(sample)
    assert before.pred_score == now.pred_score >= now.thresholds.review


def test_a_grown_model_is_saved_like_any_other(memory_detector: Detector, tmp_path: Path) -> None:
    larger = grown(memory_detector, [Sample(ODD.image, name="odd.png")])
    files_of(larger, tmp_path / "model")
    assert same(look(Detector.from_pretrained(tmp_path / "model"), ODD.image), look(larger, ODD.image))


def test_a_memory_without_places_takes_in_what_was_strange(memory_detector: Detector) -> None:
    view = memory_detector.views[0]
    flat = view.denoise.memory.reshape(-1, 1, view.denoise.memory.shape[-1])  # type: ignore[attr-defined]
    pooled = replace(memory_detector, views=(replace(view, denoise=replace(view.denoise, memory=flat)),))
    larger = grown(pooled, [Sample(ODD.image)])
    assert len(larger.views[0].denoise.memory) - len(flat) == STRANGE  # type: ignore[attr-defined]
    assert look(larger, ODD.image).pred_score < look(pooled, ODD.image).pred_score


def test_what_has_no_memory_says_what_to_do(memory_detector: Detector) -> None:
    view = replace(memory_detector.views[0], denoise=GaussianDenoiser())
    closed = replace(memory_detector, views=(view,), config=replace(memory_detector.config, method="gaussian"))
    with pytest.raises(BadSetting, match=r"judges by gaussian, which is no memory.*propose a new fit"):
        grown(closed, [Sample(ODD.image)])


def test_people_s_decisions_grow_a_version_that_waits(memory_detector: Detector, tmp_path: Path) -> None:
    library.save(replace(memory_detector, name="ring"), "ring")
    for name, case in {"odd": ODD, "bad": plate(401, defective=True)}.items():
        Image.fromarray(case.image).save(tmp_path / f"{name}.png")
    where = ("--store", tmp_path / "records")
    foil("inspect", tmp_path / "odd.png", tmp_path / "bad.png", "--model", "ring", *where, code=20)
    nothing = foil("store", "feedback", "ring", "--grow", *where, code=2).stderr
    assert "people called no further part good" in nothing
    [odd, bad] = [part.number for part in latest(open_store(str(tmp_path / "records")), "ring")[0].parts]
    foil("store", "decide", odd, "--verdict", "PASS", "--by", "A", "--reason", "allowed", *where)
    foil("store", "decide", bad, "--verdict", "REJECT", "--by", "A", "--reason", "cracked", *where)
    told = foil("store", "feedback", "ring", "--grow", *where).stdout
    assert "ring took in 1 parts that people called good and it had marked:" in told
    assert "of 1 that people called bad, 1 reached T1 before, and 1 now" in told
    [waiting] = versions.versions("ring")
    assert f"foil models switch ring {waiting.folder.name}" in told
    assert re.search(rf"{waiting.folder.name} +\d+ \+ 1 ", foil("models", "versions", "ring").stdout)
    assert GROWN not in library.load("ring").card
    foil("models", "switch", "ring", waiting.folder.name)
    assert foil("inspect", tmp_path / "odd.png", "--model", "ring").stdout.startswith("PASS")
    store = open_store(str(tmp_path / "records"))
    with pytest.raises(BadData, match="no further part"):
        grow(latest(store, "ring")[0], store.vault)
    library.save(replace(memory_detector.with_rates(0.2, 0.1), name="ring"), "ring", replace=True)
    as_json = json.loads(foil("store", "feedback", "ring", "--grow", "--json", *where).stdout)
    assert as_json["grown"]["bad"] == 1
