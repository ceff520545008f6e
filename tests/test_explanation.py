"""No number without evidence, whoever narrates."""

import dataclasses
import re
from collections import Counter

import pytest
from explain_cases import SUPPORT, Fake, box, detection, disc, evidences, painted, surface
from hypothesis import given, settings

from explain import plain
from explain.claims import claims, supported
from explain.explanation import explain
from explain.gather import gather
from explain.language import Brief, Template
from fusion.sample import Sample


@pytest.fixture(scope="module")
def evidence():
    normal, mask = surface(), disc(300, 80, 20)
    sample = Sample(painted(normal, mask, 40), name="part 99.png")
    return gather(sample, detection(normal, mask), {}, SUPPORT, mm_per_px=0.05)


def all_numbers(value) -> list[float]:
    """Return every number in plain data, as it stands, in percent, and without its sign."""
    if isinstance(value, dict | list):
        return [n for item in (value.values() if isinstance(value, dict) else value) for n in all_numbers(item)]
    return [value, 100 * value, abs(value)] if type(value) in (int, float) else []


@pytest.mark.parametrize("lang", ["en", "zh"])
@given(evidence=evidences)
@settings(max_examples=60, deadline=None)
def test_every_number_that_the_template_writes_is_in_the_evidence_and_nothing_is_removed(evidence, lang):
    evidence = dataclasses.replace(evidence, refusal=None)  # its words are not the template's
    explanation = explain(evidence, Template(), Brief(lang))
    assert explanation.removed == ()
    assert explanation.checked
    held = all_numbers(plain.to_plain(evidence))
    for digits in re.findall(r"\d[\d,]*(?:\.\d+)?", re.sub("“[^”]*”", "", explanation.text)):
        number, decimals = float(digits.replace(",", "")), len(digits.partition(".")[2])
        assert any(abs(number - v) <= 0.5 * 10**-decimals * (1 + 1e-9) for v in held), digits


@given(evidence=evidences)
@settings(max_examples=30, deadline=None)
def test_a_refusal_is_quoted_whatever_numbers_it_names(evidence):
    refusal = "it lies 43.2 sigma out (limit 6½). 95 % sure!"
    none = {"score": None, "p_value": None, "map": None}
    evidence = dataclasses.replace(evidence, verdict="REFUSED", refusal=refusal, **none)
    explanation = explain(evidence, Template(), Brief("en"))
    assert explanation.removed == ()
    assert "Reason: it lies 43.2 sigma out (limit 6½). 95 % sure." in explanation.text


@pytest.mark.parametrize(
    "lie",
    [
        "It is 142 px wide.",
        "It covers 7.31 % of the part.",  # the score's number, as a share
        "There are 17 further defects.",
        "I am 99.9% sure.",
        "There are seventeen cracks.",
        "It is three times too dark.",
        "Half of the part is gone.",
        "The score is -7.31.",
        "The score is 7.",  # rounded beyond recognition
        "It measures ½ mm.",
        "It is 10³ px wide.",
        "另有１７处缺陷。",
        "另有十七处缺陷。",
        "缺陷占百分之三十。",
        "缺陷长一百四十二像素。",
    ],
)
def test_a_lie_is_taken_out_and_kept_for_the_record(evidence, lie):
    told = f"REJECT: the score is 7.31. {lie} It is in the upper right."
    explanation = explain(evidence, Fake(told), Brief("en"))
    assert explanation.text == "REJECT: the score is 7.31. It is in the upper right."
    assert explanation.removed == (lie,)
    assert explanation.narrator == "fake"


@pytest.mark.parametrize(
    "truth",
    [
        "The score is 7.31, and the threshold 4.9.",
        "The score is about 7.3.",
        "p = 0.0045, i.e. 0.45 % of good parts.",
        "It measures 39 × 39 px (1.95 mm) and peaks at 9.3 sigma, 1.9 times T2.",
        "Region 1 is the 1st to look at; one place is marked.",
        "It differs more than all of the 220 good parts.",
        "区域 1 宽３９像素，峰值 9.3σ，四周正常。",
        "该零件有一处缺陷，十分明显。",
    ],
)
def test_a_truth_stays(evidence, truth):
    explanation = explain(evidence, Fake(truth), Brief("en"))
    assert explanation.removed == ()
    assert explanation.text.endswith(truth)


def test_a_large_dark_area_is_a_difference_in_chinese_and_no_colour_defect():
    normal, mask = surface(), box(50, 50, 350, 250)
    seen = gather(Sample(painted(normal, mask, -40)), detection(normal, mask), {}, SUPPORT)
    explanation = explain(seen, Template(), Brief("zh"))
    assert "一大片暗色差异区域" in explanation.text
    assert explanation.removed == ()
    assert explain(seen, Fake("区域 1 有色差。"), Brief("zh")).wrong


def test_a_name_is_no_claim_and_ends_no_sentence_but_only_in_quotation_marks(evidence):
    truth = "“part 99.png” is rejected. Its score is 7.31."
    assert explain(evidence, Fake(truth), Brief("en")).text == truth
    assert explain(evidence, Fake("There are part 99.png of them."), Brief("en")).removed == (
        "There are part 99.png of them.",
    )


def test_where_nothing_is_left_the_template_speaks_and_it_says_so(evidence):
    explanation = explain(evidence, Fake("It is 12345 px wide. 另有 999 处。"), Brief("zh"))
    assert explanation.text == explain(evidence, Template(), Brief("zh")).text
    assert explanation.note.startswith("语言模型“fake”的解说没有一句能从证据中得到印证")
    assert explanation.removed == ("It is 12345 px wide.", "另有 999 处。")
    assert (explanation.claims, explanation.wrong) == (3, 3)
    assert "its answer was empty" in explain(evidence, Fake(""), Brief("en")).note


@pytest.mark.parametrize("length", ["short", "long"])
@pytest.mark.parametrize("audience", ["operator", "engineer", "auditor"])
@pytest.mark.parametrize(
    ("lang", "said"),
    [("en", "Only the masked place counted: 99.6 % of the picture."), ("zh", "占图像的 99.6%。")],
)
def test_what_a_mask_let_count_is_told_to_everyone_right_after_the_verdict(evidence, lang, said, audience, length):
    brief, seen = Brief(lang, audience, length), dataclasses.replace(evidence, looked_at=99.6)
    told = explain(seen, Template(), brief)
    assert told.removed == ()
    assert told.text.splitlines()[1].endswith(said)
    line = told.text.splitlines()[1]
    for words in ("REJECT (score 7.31). Look at region 1.", f"REJECT (score 7.31).\nLook at region 1. {line}"):
        assert explain(seen, Fake(words), brief).text == f"REJECT (score 7.31).\n{line}\nLook at region 1."
    assert explain(seen, Fake("Look at region 1, at 9.3 sigma."), brief).text.splitlines()[1] == line


def test_a_narrator_of_ones_own_may_fail_in_any_way(evidence):
    class Broken(Fake):
        patience = 5.0

        def narrate(self, evidence, brief):
            yield "REJECT"
            raise KeyError("\x1b[31mno key")

    explanation = explain(evidence, Broken(""), Brief("en"))
    assert explanation.text == explain(evidence, Template(), Brief("en")).text
    assert "it failed: '\\x1b[31mno key'; take another model" in explanation.note


def test_lines_stay_lines(evidence):
    told = "REJECT (score 7.31).\nIt is 4242 px.\nLook at region 1."
    assert explain(evidence, Fake(told), Brief("en")).text == "REJECT (score 7.31).\nLook at region 1."


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234.5 px, 3,4", [(1234.5, "px"), 3, 4]),
        ("between 0.01 and 1.66 %", [(0.01, "percent"), (1.66, "percent")]),
        ("34 × 32 px", [(34, "px"), (32, "px")]),
        ("12 mm²", [(12, "mm2")]),
        ("ΔL* −31.2", [-31.2]),
        ("10-20 px", [(10, "px"), (20, "px")]),
        ("三处, 三十二个, 一万两千件", [3, 32, 12000]),
        ("百分之五", [(5, "percent")]),
        ("1e-3, T1, T2, ５０％", [0.001, (50, "percent")]),
        ("twice, a dozen, twelve px", [2, 12, (12, "px")]),
    ],
)
def test_numbers_are_read_with_their_units(text, values):
    found = [(c.value, c.unit) for c in claims(text)]
    assert Counter(found) == Counter(v if isinstance(v, tuple) else (v, None) for v in values)


def test_a_number_counts_only_with_its_unit():
    (claim,) = claims("141 px")
    assert supported(claim, [("px", 141.0)])
    assert not supported(claim, [("sigma", 141.0), ("count", 141.0)])
    (share,) = claims("5 %")
    assert supported(share, [("ratio", 0.05)])
    assert not supported(share, [("count", 5.0)])


def test_swapping_the_map_changes_the_text(evidence):
    normal, mask = surface(), disc(100, 200, 30)
    other = gather(Sample(painted(normal, mask, 40)), detection(normal, mask), {}, SUPPORT)
    for lang in ("en", "zh"):
        assert explain(evidence, Template(), Brief(lang)).text != explain(other, Template(), Brief(lang)).text
        assert explain(evidence, Template(), Brief(lang)) == explain(evidence, Template(), Brief(lang))
