"""What a sample is most like: the good parts that are remembered, and past cases with how people decided them."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from explain_cases import SUPPORT, Fake, detection, disc, painted, surface
from record_cases import Shop, foil
from rest_cases import door, post

from assistant.inspection import Inspection
from assistant.page import write_page
from explain.checking import check
from explain.evidence import Evidence
from explain.explanation import explain
from explain.facts import Facts
from explain.gather import gather
from explain.instructions import messages
from explain.language import Brief, Template, template_text
from explain.nearest import NearNormal, NearNormals, PastCase, PastCases
from fusion.detection import GoodPart, Remembered
from fusion.sample import Sample

NORMALS = Remembered(24, 5.125, (GoodPart("good 17.png", "a" * 64, 3.1999), GoodPart("b.png", "b" * 64, 3.6)))
CASES = PastCases(
    "difference",
    120,
    (
        PastCase(17, "2026-11-28T10:00:00.000Z", "ring 4.png", "REJECT", "PASS", 0.934),
        PastCase(21, "2026-11-28T11:00:00.000Z", "c.png", "REVIEW", None, 0.9),
    ),
)


SAID = "REJECT: the score is 7.31, and region 1 lies in the upper right."


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    normal, mask = surface(), disc(300, 80, 20)
    found = detection(normal, mask, remembered=NORMALS)
    return gather(Sample(painted(normal, mask, 40), name="new.png"), found, {}, SUPPORT, cases=CASES)


def test_it_is_gathered_rounded_and_comes_back_from_json(evidence):
    assert evidence.normals == NearNormals(
        24, 5.1, (NearNormal("good 17.png", "a" * 64, 3.2), NearNormal("b.png", "b" * 64, 3.6))
    )
    assert [case.likeness for case in evidence.cases.nearest] == [0.93, 0.9]
    assert Evidence.from_json(evidence.to_json()) == evidence


def test_evidence_of_the_version_before_is_still_read_and_knows_of_none(evidence):
    data = json.loads(evidence.to_json()) | {"schema_version": "4"}
    old = {key: value for key, value in data.items() if key not in ("normals", "cases")}
    assert Evidence.from_json(json.dumps(old)) == dataclasses.replace(evidence, normals=None, cases=None)


@pytest.mark.parametrize("audience", ["engineer", "auditor"])
def test_the_template_says_it_in_a_sentence_each_and_all_of_it_is_covered(evidence, audience):
    for lang, said in (
        (
            "en",
            [
                "Most like it of the 24 remembered good parts: “good 17.png”, 3.2 grey levels apart (usual among them:"
                " 5.1).",
                "Most like it of the 120 marked samples on record, by what differs: inspection 17, “ring 4.png”"
                " (REJECT; a person decided PASS; likeness 0.93).",
            ],
        ),
        (
            "zh",
            [
                "在记住的 24 件良品中，与之最相似的是“good 17.png”，相距 3.2 个灰度级（它们之间通常为 5.1）。",
                "在记录中的 120 个有标记的样品里，差异最相似的是检验 17，“ring 4.png”"
                "（不合格；人工判定为合格；相似度 0.93）。",
            ],
        ),
    ):
        told = explain(evidence, Template(), Brief(lang, audience))
        assert told.removed == ()
        assert [line for line in told.text.splitlines() if "17" in line] == said
    told = template_text(
        dataclasses.replace(
            evidence, normals=dataclasses.replace(evidence.normals, nearest=(NearNormal("", "", 3.2),))
        ),
        Brief(),
    )
    assert "whose names were not kept, the one most like it is 3.2 grey levels apart" in told


def test_operators_and_who_wants_it_short_are_not_told(evidence):
    for brief in (Brief(audience="operator"), Brief(length="short"), Brief(audience="auditor", length="short")):
        assert "17" not in template_text(evidence, brief)


def test_no_language_model_is_told_it_but_its_readers_are(evidence):
    asked = json.dumps(messages(evidence, Brief()), ensure_ascii=False)
    assert "ring 4" not in asked
    assert "good 17" not in asked
    assert "inspection 17" not in asked
    told = explain(evidence, Fake(SAID), Brief())
    assert told.text.splitlines()[-1].startswith("Most like it of the 120 marked samples on record")
    assert "17" not in explain(evidence, Fake(SAID), Brief(audience="operator")).text


@pytest.mark.parametrize(
    "truth",
    [
        "Inspection 17 was rejected.",
        "Inspection 17 was REJECT, and a person decided PASS.",
        "It is most like inspection 17, with a likeness of 0.93.",
        "Inspection 21 went to REVIEW (likeness 0.90), and nobody decided it; inspection 17 (REJECT; decided PASS).",
        "The nearest past case was REJECT, but this part is a REJECT, too.",
        "Inspection 17 is not a PASS by the program.",
        "The score is unusual: 7.31, above 4.9.",
        "They are usually among them: 5.1 grey levels.",
        "There are 24 remembered good parts, and 120 samples on record.",
        "检验 17（不合格；人工判定为合格）。",
    ],
)
def test_what_is_so_of_past_cases_stays(evidence, truth):
    checked = check(truth, Facts(evidence))
    assert (checked.wrong, checked.claims > 0) == (0, True)


@pytest.mark.parametrize(
    "lie",
    [
        "Inspection 18 was rejected.",
        "Inspection 17 was PASS.",
        "Inspection 17 was REJECT, and a person decided REJECT.",
        "A person decided on inspection 17: REJECT by people.",
        "Inspection 17 was not rejected.",
        "Inspection 17, likeness 0.39.",
        "Inspection 17, likeness 0.90.",
        "Nobody knows it, inspection 17 (REJECT; nobody decided).",
        "The nearest past case was PASS.",
        "Inspection 17 was REJECT, but this part may pass.",
        "It is 3.2 grey levels darker.",
        "There are 24 further regions.",
        "There are 120 good parts.",
        "The score is 0.93.",
        "检验 17（合格）。",
        "检验 17（不合格；无人判定）。",
    ],
)
def test_what_is_not_so_of_past_cases_is_found(evidence, lie):
    assert check(lie, Facts(evidence)).wrong


def test_without_cases_nothing_may_be_said_of_any(evidence):
    assert check("Inspection 17 was rejected.", Facts(dataclasses.replace(evidence, cases=None))).wrong


def test_another_parts_verdict_is_not_this_ones(evidence):
    assert not check("Inspection 17 was REJECT.", Facts(evidence)).verdict


def test_of_a_refused_sample_nothing_is_alike():
    normal = surface()
    found = detection(normal, np.zeros(normal.shape[:2], bool), verdict="REFUSED", refusal="it is dark")
    seen = gather(Sample(normal), found, {}, SUPPORT, cases=CASES)
    assert (seen.normals, seen.cases) == (None, None)


def test_a_store_tells_the_nearest_cases_and_the_replay_stays_the_same(shop: Shop, plate: Plate) -> None:
    first = json.loads(shop.foil("inspect", shop.pictures[1], "--model", "plates", "--json", code=20).stdout)
    assert first["cases"] is None, "one defect is no store of them"
    again = [shop.pictures[1]] * 5
    shop.foil("inspect", *again, "--model", "plates", code=20)
    other = shop.foil("inspect", plate("other.png", spot=240), "--model", "plates", "--json", code=20)
    assert json.loads(other.stdout)["cases"] is None, "nor is one sample, however often"
    more = [plate(f"lot9/{at}.png", spot=228 + at, level=121 + at) for at in range(6)]
    rows = shop.foil("inspect", *more, "--model", "plates", "--json", code=20).stdout.splitlines()
    assert [json.loads(row)["cases"] for row in rows] == [None] * 6, "a batch is no precedent of itself"
    shop.foil(
        "store", "decide", 4, "--verdict", "PASS", "--by", "A", "--reason", "dust"
    )  # and 11 is of the same sample
    new = plate("lot9/new.png", spot=228, level=119)
    told = json.loads(shop.foil("inspect", new, "--model", "plates", "--json", code=20).stdout)
    assert (told["cases"]["compared"], told["cases"]["samples"]) == ("difference", 8)
    assert len(told["cases"]["nearest"]) == 3
    one = told["cases"]["nearest"][0]
    assert (one["record"], one["name"], one["verdict"], one["decided"]) == (11, "bad.png", "REJECT", "PASS")
    assert "inspection 11, “bad.png” (REJECT; a person decided PASS; likeness" in told["explanation"]
    for number in (told["id"], 11):
        assert "the same, bit for bit" in shop.foil("audit", "replay", number).stdout
    alone = json.loads(foil("inspect", new, "--model", "plates", "--json", code=20).stdout)
    assert alone["cases"] is None
    same = ("verdict", "pred_score", "p_value", "regions", "map")
    assert [alone[key] for key in same] == [told[key] for key in same]
    shop.foil("audit", "verify")


def test_over_rest_they_are_told_without_a_place_of_this_machine(fake_core: None, plate: Plate, tmp_path: Path) -> None:
    client = door(tmp_path / "records")
    assert post(client, *(plate(f"{at}.png", spot=228 + at) for at in range(6))).status_code == 200
    answer = post(client, plate("new.png", spot=240))
    [told] = answer.json()["results"]
    assert (told["cases"]["samples"], told["cases"]["nearest"][0]["decided"]) == (6, None)
    assert str(tmp_path) not in answer.text
    kept = client.get(f"/v1/inspections/{told['id']}").json()["document"]["evidence"]
    assert kept["cases"] == told["cases"]


def test_a_page_shows_them_with_what_people_decided(tmp_path: Path, evidence: Evidence) -> None:
    normal, mask = surface(), disc(300, 80, 20)
    sample, found = Sample(painted(normal, mask, 40), name="new.png"), detection(normal, mask, remembered=NORMALS)
    for lang, heads in (("en", ("Most like it", "by nobody")), ("zh", ("最相似者", "无人判定"))):
        words = explain(evidence, Template(), Brief(lang))
        page = write_page(Inspection(sample, found, evidence, words, 0.1, "plates"), tmp_path).read_text("utf-8")
        for said in (*heads, "good 17.png", "ring 4.png", "2026-11-28 10:00", "0.93", "5.1"):
            assert said in page, said
    bare = dataclasses.replace(evidence, normals=None, cases=None)
    page = write_page(Inspection(sample, found, bare, words, 0.1, "plates"), tmp_path).read_text("utf-8")
    assert "最相似者" not in page
