"""The template's words, in both languages: what it says, what it leaves unsaid, and one catalogue behind it."""

import dataclasses
import re
import string

import numpy as np
import pytest
from explain_cases import SUPPORT, H, W, box, detection, disc, line, painted, plate, random_evidence, surface

from explain import catalogue
from explain.catalogue import CATALOGUE
from explain.evidence import Evidence
from explain.gather import gather
from explain.language import Brief, template_text
from explain.naming import Name
from fusion.sample import Sample

ENOUGH = SUPPORT | {"needed": 210}
BLANK = np.zeros((H, W), bool)


def evidence(image=None, normal=None, mask=BLANK, part=None, support=ENOUGH, mm=None, **changes):
    normal = surface() if normal is None else normal
    sample = image if isinstance(image, Sample) else Sample(normal if image is None else image)
    return gather(sample, detection(normal, mask, part, **changes), {}, support, mm)


def told(evidence: Evidence, lang="en", audience="engineer", length="long") -> str:
    return template_text(evidence, Brief(lang, audience, length))


def test_every_phrase_is_in_both_languages_with_the_same_slots():
    slots = {key: [{name for _, name, _, _ in string.Formatter().parse(text) if name} for text in phrase]
             for key, phrase in CATALOGUE.items()}  # fmt: skip
    assert [key for key, (en, zh) in slots.items() if en != zh] == []
    assert [key for key, phrase in CATALOGUE.items() if not all(phrase)] == []


def test_english_has_no_chinese_and_chinese_has_no_half_width_punctuation_or_english_sentence():
    chinese = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
    for key, (en, zh) in CATALOGUE.items():
        bare = re.sub(r"\{\w+\}", "", zh)
        assert not chinese.search(en), key
        assert not (chinese.search(bare) and re.search(r"[,;:()?!]", bare)), key
        assert not re.search(r"[A-Za-z]{4,}", bare), key


def test_every_phrase_is_said_on_some_occasion(monkeypatch):
    said = set()

    class Recorder(dict):
        def __getitem__(self, key):
            said.add(key)
            return super().__getitem__(key)

    monkeypatch.setattr(catalogue, "CATALOGUE", Recorder(CATALOGUE))
    for seed in range(900):
        for audience in ("operator", "engineer", "auditor"):
            told(random_evidence(seed), audience=audience)
        told(random_evidence(seed), length="short")
    others = ("movement.", "row.", "whatif", "makeup", "whynot", "trait.", "verdict.")  # said in tests of their own
    others += ("wish.ignore.", "prompt.place.out")
    elsewhere = {key for key in CATALOGUE if key.startswith(others)}
    assert set(CATALOGUE) - said - elsewhere == {"narrator.checked", "narrator.withheld", "narrator.failed"}


def test_a_rejected_scratch_reads_as_an_inspector_would_write_it():
    normal, part = plate()
    scratch = line(90, 60, 102, 130, 5)
    e = evidence(painted(normal, scratch, -60), normal, scratch, part, support=SUPPORT, mm=0.05)
    named = dataclasses.replace(e.regions[0], names=(Name("crack", 0.71), Name("scratch", 0.29)))
    e = dataclasses.replace(e, regions=(named,))
    assert told(e) == (
        "REJECT: this part differs from normal more than any of the 220 good parts"
        " (score 7.31, reject threshold 4.90; p = 0.0045).\n"
        "Region 1: a thin dark line runs almost vertically (80 degrees) from the upper left to the left,"
        " inside the part: 72 px (3.6 mm) long, 4.9 px (0.246 mm) wide, 0.54 % of the part;"
        " peak 9.3 sigma (1.9 times the marking threshold), 24.2 L* darker than normal,"
        " nothing like it in the normal version, nor at its mirror place on the part, looks like a crack (71 % sure)"
        " or a scratch (29 % sure).\n"
        "With 220 good parts, a false-alarm rate of 1 % is promised with 64.3 % confidence only, and the true rate may"
        " well lie between 0.01 % and 1.66 %; a firm promise takes 299 good parts."
    )
    assert told(e, "zh") == (
        "不合格：该件与正常状态的差异超过全部 220 件良品（得分 7.31，判退阈值 4.90；p = 0.0045）。\n"
        "区域 1：自左上方至左侧（零件内部）有一条暗色细线，接近竖直（80°），长 72 px（3.6 mm），"
        "宽 4.9 px（0.246 mm），占零件面积 0.54%；峰值 9.3σ（标记阈值的 1.9 倍），"
        "较正常暗 24.2 L*，正常状态下此处没有这样的结构，零件上与其对称的位置也没有，"
        "外观类似裂纹（把握 71%）或划痕（把握 29%）。\n"
        "仅有 220 件良品时，1% 的误报率只有 64.3% 的置信度，实际误报率可能在 0.01% 至 1.66% 之间；"
        "要可靠地保证这一误报率，需要 299 件良品。"
    )


def chip():
    normal, part = plate()
    mask = disc(350, 150, 30) & part
    return evidence(np.where(mask[..., None], 15, normal).astype(np.uint8), normal, mask, part)


def stain():
    normal, part = plate()
    return evidence(painted(normal, disc(300, 220, 20), (30, -30, -30)), normal, disc(300, 220, 20), part)


def dots():
    mask = np.logical_or.reduce([disc(150 + 11 * i, 100 + 11 * j, 3) for i in range(3) for j in range(3)])
    return evidence(painted(surface(), mask, -50), surface(), mask)


def haze():
    mask = box(50, 50, 350, 250)
    return evidence(painted(surface(), mask, 10), surface(), mask)


@pytest.mark.parametrize(
    ("case", "en", "zh"),
    [
        (chip, "a piece is missing on the right, reaching the part's edge", "右侧（延伸至零件边缘）缺了一块"),
        (stain, "a compact reddish patch in the lower right, inside the part", "右下方（零件内部）有一处偏红斑块"),
        (dots, "9 dark specks scattered", "9 个暗色小点"),
        (haze, "a large area in the centre", "中央有一大片差异区域"),
    ],
)
def test_the_form_of_a_sentence_follows_what_was_measured(case, en, zh):
    assert en in told(case())
    assert zh in told(case(), "zh")


def test_pass_says_how_far_below_the_strongest_place_stays():
    e = evidence(verdict="PASS", pred_score=2.1, p_value=0.4103)
    assert told(e) == "PASS: nothing stands out (score 2.10, review threshold 3.60; p = 0.41)."
    found = detection(surface(), BLANK, verdict="PASS", pred_score=2.1, p_value=0.4103)
    found.anomaly_map[20, 390] = 2.31
    e = gather(Sample(surface()), found, {}, ENOUGH)
    assert "The strongest place, in the upper right, reaches 2.31 sigma, 47 % of the level" in told(e)
    assert "差异最大处在右上方，为 2.31σ，相当于标记阈值（4.9σ）的 47%。" in told(e, "zh")


def test_review_says_why_and_what_a_person_should_look_at():
    review = {"verdict": "REVIEW", "pred_score": 4.1, "p_value": 0.0317}
    text = told(evidence(painted(surface(), disc(200, 150, 20), 40), surface(), disc(200, 150, 20), **review))
    assert text.startswith("REVIEW: the score of 4.10 lies between the review threshold of 3.60 and the reject")
    assert "A person should look at region 1 first" in text
    assert "compare the whole picture" in told(evidence(**review))
    assert told(evidence(**review), "zh").startswith("待复检：得分 4.10 介于复检阈值 3.60 与判退阈值 4.90 之间")


def test_so_few_normals_that_the_threshold_is_extrapolated_are_said_to_be_too_few():
    few = SUPPORT | {"n": 12, "rate": 0.01, "extrapolated": True}
    assert "12 good parts are too few for a false-alarm rate of 1 %" in told(evidence(support=few))
    assert "12 件良品不足以支持 1% 的误报率" in told(evidence(support=few), "zh")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_blank_map_gives_no_localised_claim(lang):
    places = {getattr(phrase, lang) for key, phrase in CATALOGUE.items() if key.startswith(("at.", "end.", "part."))}
    for verdict in ("PASS", "REVIEW", "REJECT"):
        text = told(evidence(verdict=verdict), lang)
        assert [place for place in places if place in text] == []


def test_refused_says_why_and_what_to_do_and_gives_no_score():
    sample = Sample(surface(), name="C:\\in\\a.b 9.png")
    e = evidence(sample, verdict="REFUSED", refusal="it is too dark.")
    text = told(e)
    assert text.startswith("REFUSED: “a.b 9.png” was not judged")
    assert "Reason: it is too dark.\n" in text
    assert "take it again" in text
    assert "7.31" not in text
    assert "score" not in text
    assert told(e, "zh").startswith("拒绝评估：“a.b 9.png”与")


def test_more_than_three_places_are_counted_and_three_are_described():
    mask = np.logical_or.reduce([disc(60 + 55 * i, 150, 10) for i in range(6)])
    text = told(evidence(painted(surface(), mask, 40), surface(), mask))
    assert text.count("Region ") == 3
    assert "In all, 6 places are marked; the strongest are described here." in text


def test_a_short_text_counts_two_places_and_says_that_one_is_described():
    mask = disc(60, 150, 10) | disc(300, 150, 10)
    e = evidence(painted(surface(), mask, 40), surface(), mask, strength=4.92)
    brief = Brief(length="short")
    assert "In all, 2 places are marked; the strongest is described here." in template_text(e, brief)
    assert "差异最大的一处" in template_text(e, dataclasses.replace(brief, lang="zh"))
    assert "peak 4.92 sigma (1.0 times the marking threshold)" in template_text(e, brief)


def test_what_was_given_in_vain_is_said():
    e = evidence(Sample(surface(), text="look left", mask=np.ones((H, W), np.float32)), used=("image",))
    assert "Given, but not used by this model: the text, the mask." in told(e)
    assert "已提供，但本模型未使用：文字说明、掩膜。" in told(e, "zh")
    assert "Given" not in told(dataclasses.replace(e, not_used=()))


def test_a_hostile_name_stays_a_name():
    name = "../{score}” 99 %\n\x1b[31m" + "x" * 300
    for lang in ("en", "zh"):
        text = told(evidence(Sample(surface(), name=name), verdict="REFUSED"), lang)
        assert re.search(r"“\{score\}' 99 % \[31mx+…x+”", text)
        assert "x" * 40 not in text
        assert "\x1b" not in text


def test_the_same_evidence_gives_the_same_words_and_another_map_gives_others():
    here, there = disc(100, 150, 20), disc(300, 150, 20)
    image = painted(surface(), here | there, 40)
    one, same, other = (evidence(image, surface(), mask) for mask in (here, here, there))
    for lang in catalogue.Lang.__args__:
        assert told(one, lang) == told(same, lang) != told(other, lang)
