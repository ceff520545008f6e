"""Evidence: what is gathered, how it is rounded, and that its JSON is strict, stable and as published."""

import dataclasses
import json
import math
from pathlib import Path

import numpy as np
import pytest
from explain_cases import SUPPORT, H, W, box, detection, disc, evidences, painted, plate, surface
from hypothesis import given, settings

from explain.evidence import Evidence, json_schema
from explain.gather import MAX_REGIONS, gather
from fusion.calibration import Calibration
from fusion.detection import Thresholds
from fusion.errors import BadInput, BadModel, BadSetting
from fusion.sample import Sample

MODEL = {"name": "gaussian", "n_normals": 220, "version": "0.1.0"}


def gathered(normal=None, mask=None, sample=None, support=SUPPORT, model=MODEL, **changes) -> Evidence:
    normal = surface() if normal is None else normal
    mask = np.zeros((H, W), bool) if mask is None else mask
    return gather(sample or Sample(normal), detection(normal, mask, **changes), model, support)


def fits(value, schema) -> bool:
    """Check a value against the few words of JSON schema that ours uses."""
    if "anyOf" in schema:
        return any(fits(value, option) for option in schema["anyOf"])
    if "enum" in schema:
        return value in schema["enum"]
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": float | int}
    if not isinstance(value, types.get(schema["type"], type(None))):
        return False
    if "properties" in schema:
        known = schema["properties"]
        return value.keys() == known.keys() and all(fits(value[key], known[key]) for key in schema["required"])
    if schema["type"] == "array":
        kinds = schema.get("prefixItems") or [schema["items"]] * len(value)
        return len(value) == len(kinds) and all(map(fits, value, kinds))
    return True


@given(evidences)
@settings(max_examples=40, deadline=None)
def test_json_comes_back_as_it_went_and_is_what_the_schema_says(evidence):
    text = evidence.to_json()
    assert Evidence.from_json(text) == evidence
    assert Evidence.from_json(text).to_json() == text
    assert fits(json.loads(text), json_schema())
    assert not fits(json.loads(text) | {"score": "high"}, json_schema())


def test_the_schema_in_the_docs_is_this_one():
    published = json.loads((Path(__file__).parents[1] / "docs" / "evidence.schema.json").read_text(encoding="utf-8"))
    assert published == json_schema(), "write json_schema() there; raise schema_version where old readers would fail"


def test_numbers_are_rounded_where_they_are_gathered():
    normal, part = plate()
    mask = disc(200, 150, 20)
    evidence = gather(
        Sample(painted(normal, mask, 50)),
        detection(normal, mask, part, pred_score=7.3149, p_value=1 / 221),
        MODEL,
        SUPPORT,
        mm_per_px=0.05,
    )
    assert (evidence.score, evidence.p_value) == (7.31, 0.004525)
    region = evidence.regions[0]
    assert (region.area_percent, region.strength.peak, region.strength.times_threshold) == (1.9, 9.3, 1.9)
    assert region.scale is not None
    assert region.scale.width == 1.95
    assert evidence.frame == "part"


def test_rounding_never_moves_a_score_across_a_threshold():
    evidence = gathered(pred_score=4.8996, verdict="REVIEW", thresholds=Thresholds(3.6, 4.8999, 0.05, 0.01))
    assert evidence.score is not None
    assert evidence.thresholds.reject is not None
    assert evidence.score < evidence.thresholds.reject


def test_of_a_refused_sample_there_are_no_findings():
    evidence = gathered(mask=disc(200, 150, 20), verdict="REFUSED", pred_score=math.nan, refusal="it is too\ndark")
    assert (evidence.score, evidence.p_value, evidence.map, evidence.regions) == (None, None, None, ())
    assert evidence.refusal == "it is too dark"


def test_a_score_of_nan_names_the_model_and_not_the_part():
    with pytest.raises(BadModel, match="nan"):
        gathered(pred_score=math.nan)
    with pytest.raises(BadModel, match="inf"):
        gathered(thresholds=Thresholds(3.6, math.inf, 0.05, 0.001))


def test_the_strongest_place_is_known_even_if_nothing_is_marked_and_a_blank_map_has_none():
    found = detection(surface(), np.zeros((H, W), bool), verdict="PASS")
    assert gather(Sample(surface()), found, MODEL, SUPPORT).map.peak is None
    found.anomaly_map[20, 390] = 2.45
    peak = gather(Sample(surface()), found, MODEL, SUPPORT).map.peak
    assert (peak.x, peak.y, peak.place, peak.value, peak.of_threshold) == (390, 20, "upper_right", 2.45, 0.5)


def test_all_places_are_counted_but_only_the_strongest_are_described():
    dots = np.logical_or.reduce([disc(40 + 35 * i, 60 + 90 * j, 6) for i in range(8) for j in range(2)])
    evidence = gathered(mask=dots)
    assert (evidence.regions_found, len(evidence.regions)) == (16, MAX_REGIONS)


def test_what_was_given_but_not_used_is_listed():
    sample = Sample(surface(), text="scratches", mask=np.ones((H, W), np.float32))
    evidence = gathered(sample=sample, used=("image", "mask"))
    assert (evidence.has_text, evidence.has_mask, evidence.has_skeleton) == (True, True, False)
    assert evidence.not_used == ("text",)
    assert gathered(sample=Sample(surface(), text="  ")).not_used == ()


def test_a_hostile_name_becomes_one_printable_line():
    name = "a\x00\x1b[31m\u202egnp.exe\n\ud800 {0} %s <b>"
    evidence = gathered(sample=Sample(surface(), name=name))
    assert evidence.sample.name == "a [31m gnp.exe {0} %s <b>"
    evidence.to_json().encode()


@pytest.mark.parametrize(
    ("normal", "part", "notes"),
    [
        (surface(), None, ()),
        (surface(level=10, noise=2), None, ("dark",)),
        (np.full((H, W, 3), 140, np.uint8), None, ("flat",)),
        (painted(surface(), box(0, 0, 200, 200), 255), None, ("overexposed",)),
        (painted(surface(), box(0, 0, 200, 200), 255), ~box(0, 0, 200, 200), ()),
    ],
)
def test_the_notes_on_the_picture_are_about_the_part(normal, part, notes):
    assert gather(Sample(normal), detection(normal, disc(300, 250, 9), part), MODEL, SUPPORT).quality == notes


def test_bad_input_is_named():
    with pytest.raises(BadInput, match=r"'x\.txt' has no image"):
        gather(Sample(text="x", name="x.txt"), detection(surface(), disc(1, 1, 9)), MODEL, SUPPORT)
    with pytest.raises(BadInput, match="support lacks or has too many keys: needed"):
        gathered(support={k: v for k, v in SUPPORT.items() if k != "needed"})
    with pytest.raises(BadInput, match=r"support\.n is '220', expected a number in count"):
        gathered(support=SUPPORT | {"n": "220"})
    with pytest.raises(BadSetting, match=r"model\['loss'\] is nan"):
        gathered(model={"loss": math.nan})


def test_evidence_from_elsewhere_is_refused_by_the_field_that_is_wrong():
    data = json.loads(gathered().to_json())
    for wrong, message in (
        ({"schema_version": "1"}, "schema_version '1', expected '4' or '4.1' or '4.2'; inspect the sample again"),
        ({"schema_version": 3}, r"evidence\.schema_version"),
        ({"verdict": "MAYBE"}, "verdict"),
        ({"score": "7"}, r"evidence\.score is '7'"),
        ({"extra": 1}, "extra"),
        ({"score": None}, "expected score, p_value and map"),
    ):
        with pytest.raises(BadInput, match=message):
            Evidence.from_json(json.dumps(data | wrong))
    with pytest.raises(BadInput, match="no JSON"):
        Evidence.from_json("{")


def test_evidence_cannot_be_written_with_a_number_that_json_does_not_know():
    with pytest.raises(ValueError, match="nan"):
        dataclasses.replace(gathered(), score=math.nan).to_json()


def test_what_calibration_says_of_its_support_is_what_is_gathered():
    support = Calibration(np.arange(220.0)).support(0.01)
    assert gathered(support=dataclasses.asdict(support)).support.needed == support.needed
