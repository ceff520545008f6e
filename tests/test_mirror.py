"""Mirror places: what a symmetric part says of a region, and a narrator's claims of that, which are checked."""

import dataclasses
import json

import numpy as np
import pytest
from explain_cases import SUPPORT, H, W, detection, disc, painted, plate, surface
from numpy.typing import NDArray

from explain.checking import check
from explain.difference import regions
from explain.evidence import Evidence
from explain.facts import Facts
from explain.gather import gather
from explain.mirror import Mirror, symmetries
from explain.wording import sentence
from fusion.sample import Sample

PLATE, PART = plate()
LEFT, RIGHT, MIDDLE = disc(90, 110, 14), disc(309, 110, 14), disc(200, 150, 30)


def found(*marks: NDArray[np.bool_], part: NDArray[np.bool_] = PART, normal: NDArray[np.uint8] = PLATE) -> Evidence:
    image = normal
    for mark in marks:
        image = painted(image, mark, -60)
    seen = detection(normal, np.logical_or.reduce(marks), part=part)
    return gather(Sample(image), seen, {"name": "plates"}, SUPPORT)


def said(evidence: Evidence, lang: str = "en") -> str:
    return sentence(evidence.regions[0], "part", 300, lang)  # type: ignore[arg-type]


def test_a_defect_on_one_side_has_nothing_like_it_on_the_other() -> None:
    evidence = found(LEFT)
    mirror = evidence.regions[0].mirror
    assert mirror is not None
    assert (mirror.region, mirror.likeness >= 0.85, mirror.apart > 15) == (None, True, True)
    assert "nothing like it at its mirror place on the part" in said(evidence)
    assert "零件上与其对称的位置没有这样的结构" in said(evidence, "zh")


def test_what_comes_on_both_sides_is_told_of_each() -> None:
    evidence = found(LEFT, RIGHT)
    assert [region.mirror.region if region.mirror else None for region in evidence.regions] == [2, 1]
    assert "its mirror place on the part is region 2" in said(evidence)
    assert "与其对称的位置是区域 2" in said(evidence, "zh")
    first = evidence.regions[0].mirror
    assert first is not None
    assert first.apart < 3


def test_where_there_is_no_symmetry_or_no_other_side_nothing_is_said() -> None:
    lopsided = (PART & ~disc(300, 220, 90)) | disc(60, 60, 40)
    askew = np.where(lopsided[..., None], surface(), 15).astype(np.uint8)
    whole = np.ones((H, W), bool)
    for evidence in (
        found(MIDDLE),
        found(LEFT, part=lopsided, normal=askew),
        found(LEFT, part=whole, normal=surface()),
    ):
        assert evidence.regions[0].mirror is None
        assert "mirror" not in said(evidence)
    assert symmetries(PLATE, np.zeros((H, W), bool)) == []


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("Region 1 has nothing like it at its mirror place on the part.", True),
        ("Region 1 is dark, and no defect lies at its mirror place.", True),
        ("The mirror place of region 1 is region 2.", False),
        ("Region 1: its mirror place on the part is region 2.", False),
        ("区域 1：零件上与其对称的位置没有这样的结构。", True),
        ("区域 1：零件上与其对称的位置是区域 2。", False),
    ],
)
def test_a_claim_of_it_is_held_against_what_was_measured(text: str, right: bool) -> None:
    alone, both = found(LEFT), found(LEFT, RIGHT)
    assert (check(text, Facts(alone)).wrong == 0) is right
    if "region 2" in text.split(".")[0].removeprefix("The mirror place of region 1 is") or "区域 2" in text:
        assert check(text, Facts(both)).wrong == 0
    elif right:
        assert check(text, Facts(both)).wrong == 1


def test_evidence_from_before_is_still_read() -> None:
    evidence = found(LEFT)
    old = json.loads(evidence.to_json()) | {"schema_version": "4.1"}
    for region in old["regions"]:
        del region["mirror"]
    read = Evidence.from_json(json.dumps(old))
    assert read.regions == tuple(dataclasses.replace(region, mirror=None) for region in evidence.regions)
    assert Evidence.from_json(evidence.to_json()) == evidence
    assert isinstance(evidence.regions[0].mirror, Mirror)


def test_regions_measured_alone_know_their_mirror_place_as_well() -> None:
    image = painted(PLATE, LEFT, -60)
    (region,) = regions(image, detection(PLATE, LEFT, part=PART))
    assert region.mirror is not None
