"""Prompts: what English and Chinese words ask to look for, to leave out, and where; the rest is refused in words."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from explain.place import PLACES
from fusion.errors import BadInput
from fusion.modality.lexicon import lexicon, translate
from fusion.modality.prompt import Phrase, phrases, read_prompt

KINDS = {
    "scratch": "划痕 划伤 刮痕",
    "crack": "裂纹 裂缝",
    "hole": "孔洞",
    "blowhole": "气孔 砂眼",
    "stain": "污渍",
    "oil stain": "油污",
    "rust": "锈",
    "chip": "缺口",
    "chipped edge": "崩边",
    "missing part": "缺件",
    "missing": "缺失",
    "misplaced": "错位 偏移",
    "wrong texture": "纹理异常",
    "wear": "磨损",
    "burr": "毛刺",
    "contamination": "污染 脏污",
    "foreign object": "异物",
    "dust": "灰尘",
    "fibre": "纤维",
}

WORDS = (
    "no ",
    "except ",
    "but not ",
    "ignore ",
    "can be ignored",
    "dent ",
    "left ",
    "the ",
    ", ",
    ". ",
    "不",
    "划",
    "Ж",
)


def test_the_lexicon_knows_the_words_of_inspection() -> None:
    assert {chinese: lexicon()[chinese] for words in KINDS.values() for chinese in words.split()} == {
        chinese: english for english, words in KINDS.items() for chinese in words.split()
    }
    assert sum(english != "" for english in lexicon().values()) > 150
    assert all(english.isascii() for english in lexicon().values())
    assert all("\u4e00" <= letter <= "\u9fff" for chinese in lexicon() for letter in chinese)


def test_no_chinese_word_stands_for_two_english_ones() -> None:
    from fusion.modality import lexicon as module

    entries = [word for entry in module._LINES.replace("|", "\n").splitlines() for word in entry.split(":")[-1].split()]
    assert sorted({word for word in entries if entries.count(word) > 1}) == []


@pytest.mark.parametrize(
    ("chinese", "english", "unknown"),
    [
        ("划痕", "scratch", ()),
        ("左上角的划痕", "upper left scratch", ()),  # 左上角 is longer than 左
        ("螺丝孔边缘有毛刺", "screw hole edge burr", ()),
        ("忽略标签，只看划痕。", "ignore label, only scratch.", ()),
        ("忽略標籤，只看劃痕", "ignore label, only scratch", ()),  # traditional characters
        ("检查PCB的虚焊", "look for PCB solder joint", ()),
        ("龘龘划痕齉", "scratch", ("龘龘", "齉")),
        ("scratches, 0.5 mm", "scratches, 0.5 mm", ()),
        ("ＤＥＥＰ scratch", "DEEP scratch", ()),
        ("rayé царапина scratch", "scratch", ("rayé", "царапина")),
        ("傷がある dust", "dust", ("傷", "がある")),  # Japanese, so its characters are not read as Chinese
    ],
)
def test_chinese_is_cut_into_the_longest_words_and_what_is_left_over_is_told(
    chinese: str, english: str, unknown: tuple[str, ...]
) -> None:
    assert translate(chinese) == (english, unknown)


@pytest.mark.parametrize(
    ("text", "focus", "ignore", "place"),
    [
        ("", "", "", ""),
        ("scratches near the rim, ignore the label", "scratches near the rim", "the label", "edge"),
        ("look for stains in the lower right", "stains in the lower right", "", "lower_right"),
        ("Please check for cracks!", "cracks", "", ""),
        ("find dents", "dents", "", ""),
        ("Is there a hole on the left side?", "a hole on the left side", "", "left"),
        ("Could you please find any rust in the centre", "rust in the centre", "", "centre"),
        ("only scratches", "scratches", "", ""),
        ("I only care about dents", "dents", "", ""),
        ("anything except dust", "", "dust", ""),
        ("everything but the screw", "", "the screw", ""),
        ("ignore everything except scratches", "scratches", "", ""),
        ("no cracks? holes!", "holes", "cracks", ""),
        ("not dust but scratches", "scratches", "dust", ""),
        ("scratches, but not on the label", "scratches", "the label", ""),
        ("ignore dust, fibres and the label. dents", "dents", "dust, fibres and the label", ""),
        ("ignore only the label", "", "the label", ""),
        ("do not ignore small scratches", "small scratches", "", ""),
        ("don’t look at the label, look for dents", "dents", "the label", ""),
        ("no need to check the background", "", "the background", ""),
        ("the label can be ignored, find dents", "dents", "the label", ""),
        ("scratches must not be ignored", "scratches", "", ""),
        ("a bottle with no cap", "a bottle with no cap", "", ""),  # a defect, nothing to leave out
        ("a label that is not straight", "a label that is not straight", "", ""),
        ("no defects", "no defects", "", ""),
        ("burn marks", "burn marks", "", ""),
        ("only look at the top", "", "", "upper"),
        ("ignore the upper left", "", "the upper left", ""),  # a place to leave out is none to look at
        ("scratches on the left edge", "scratches on the left edge", "", "left"),
        ("dents at the top and at the bottom", "dents at the top and at the bottom", "", ""),
        ("a crack at a right angle", "a crack at a right angle", "", ""),
        ("忽略标签，只看划痕", "scratch", "label", ""),
        ("标签可以忽略，找左上角的划痕", "upper left scratch", "label", "upper_left"),
        ("标签不看", "", "label", ""),
        ("除灰尘外都检查", "", "dust", ""),
        ("除了划痕，还要看孔洞", "scratch, hole", "", ""),
        ("有没有油污？", "oil stain", "", ""),
        ("没有裂纹？孔洞！", "hole", "crack", ""),
        ("不要忽略小划痕", "small scratch", "", ""),
        ("其他忽略，只看螺丝缺失", "screw missing", "", ""),
        ("请检查边缘的崩边、毛刺和裂纹", "edge chipped edge, burr and crack", "", "edge"),
        ("检查瓶子有没有裂纹，不用管标签", "bottle, crack", "label", ""),
        ("只看右下", "", "", "lower_right"),
        ("look for 划痕, 忽略 the label", "scratch", "the label", ""),
    ],
)
def test_a_prompt_says_what_to_look_for_what_to_leave_out_and_where(
    text: str, focus: str, ignore: str, place: str
) -> None:
    prompt = read_prompt(text)
    assert (prompt.text, prompt.focus, prompt.ignore, prompt.place) == (text, focus, ignore, place)
    assert prompt.unknown == ()


@pytest.mark.parametrize("place", [place for row in PLACES for place in row])
def test_every_place_that_a_report_names_can_be_asked_for(place: str) -> None:
    words = place.replace("_", " ")
    assert read_prompt(f"scratches in the {words}").place == place
    assert read_prompt(f"scratches, {words.replace('upper', 'top').replace('lower', 'bottom')}").place == place
    assert read_prompt(f"dust, {words.replace(' ', '-')} side").place == place


def test_what_was_not_understood_is_reported_beside_what_was() -> None:
    prompt = read_prompt("找龘龘的划痕 и пыль")
    assert (prompt.focus, prompt.unknown) == ("scratch", ("龘龘", "и", "пыль"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("царапины на краю", "front.png: 'царапины на краю' is written in Cyrillic letters"),
        ("خدش على الحافة", "in Arabic letters"),
        ("傷を探す", "in Hiragana letters"),
        ("스크래치", "in Hangul letters"),
        ("scrаtch", "in Cyrillic letters"),  # its fourth letter only looks like an a
        ("龘龘", "nothing in '龘龘' was understood"),
        ("!?!,.;", "nothing in '![?]!,.;' was understood"),
        ("🙂🙂", "nothing in '🙂🙂' was understood"),
        ("12345", "nothing in '12345' was understood"),
        ("x" * 2000, "nothing in 'x{40}…' was understood"),
        ("x " * 50_000, "99,999 characters; the limit is 2,000"),
    ],
)
def test_a_prompt_of_which_nothing_is_understood_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(BadInput, match=says) as caught:
        read_prompt(text, "front.png")
    if len(text) <= 2000:
        for part in ("English or Chinese", "'scratches near the rim, ignore the label'", "'忽略标签，只看划痕'"):
            assert part in str(caught.value)


@pytest.mark.parametrize(
    ("text", "focus"),
    [
        ("<script>alert('scratch')</script>", "script alert, scratch, script"),
        ("'; DROP TABLE samples; --", "DROP TABLE samples"),
        ("scratch\x1b[31m\u202e\0 dent", "scratch 31 m dent"),
        ("{{7*7}} ${PATH} %s scratch", "7 7 PATH s scratch"),
        ("../../etc/passwd", "etc, passwd"),
    ],
)
def test_hostile_texts_become_plain_words(text: str, focus: str) -> None:
    assert read_prompt(text).focus == focus


@given(text=st.text(max_size=60) | st.lists(st.sampled_from(WORDS), max_size=300).map("".join))
@example("a, " * 600)
@example("划" * 2000)
@settings(max_examples=200, deadline=None)
def test_any_text_is_read_into_plain_words_or_refused(text: str) -> None:
    try:
        prompt = read_prompt(text)
    except BadInput:
        return
    for words in (prompt.focus, prompt.ignore):
        assert re.fullmatch(r"[A-Za-z0-9'., -]*", words), "neither marks nor letters that the encoder does not know"
        assert words == words.strip(" ,")
    assert prompt.place in {"", "edge", *(place for row in PLACES for place in row)}
    assert read_prompt(prompt.text) == prompt


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("scratches in the upper left", [("scratches", "upper_left")]),
        ("the label in the upper right and dust", [("the label", "upper_right"), ("dust", "")]),
        ("upper left scratch", [("scratch", "upper_left")]),
        ("dents at the top and at the bottom", [("dents", "upper"), ("dents", "lower")]),
        ("top and bottom scratches", [("scratches", "upper"), ("scratches", "lower")]),
        ("the left half and dirt", [("", "left"), ("dirt", "")]),
        ("dirt, the left side", [("dirt", ""), ("", "left")]),
        ("the left and right edges", [("", "left edge"), ("", "right edge")]),
        ("scratches on the left edge", [("scratches", "left edge")]),
        ("stains that are at the top right corner", [("stains", "upper_right")]),
        ("everything in the centre", [("", "centre")]),
        ("chipped edges", [("chipped edges", "")]),  # a kind of defect, no place
        ("anything", []),
        ("", []),
    ],
)
def test_each_thing_of_a_list_has_its_own_place(text: str, found: list[tuple[str, str]]) -> None:
    assert phrases(text) == tuple(Phrase(what, tuple(places.split())) for what, places in found)


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("ignore the upper left", [("upper_left",)]),
        ("忽略左侧", [("left",)]),
        ("ignore dents at the top and at the bottom", []),  # not all that lies there
        ("忽略上方和下方的划痕", []),
        ("only the upper left", []),
    ],
)
def test_a_place_is_left_out_altogether_only_where_nothing_is_named_there(text: str, places: list[tuple[str]]) -> None:
    assert list(read_prompt(text).whole_places_left_out) == places
