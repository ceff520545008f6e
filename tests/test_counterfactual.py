"""What if a region were normal: pasted in and scored again, by the same detector."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import Plate
from fake_detector import FakeDetector
from test_cli import foil

from assistant import library
from assistant.contributions import Contributions, contributions
from assistant.counterfactual import Answer, Question, answer, question
from assistant.waterfall import waterfall
from fusion.errors import BadSetting
from fusion.sample import Sample


def plates(*spots: tuple[int, int, int]) -> Sample:
    """Return a grey plate with spots: x, y, brightness."""
    image = np.full((48, 96, 3), 120, np.uint8)
    for x, y, level in spots:
        image[y : y + 6, x : x + 8] = level
    return Sample(image)


def asked(text: str, sample: Sample, lang: str = "en") -> Answer | str:
    detector = FakeDetector()
    return answer(question(text), sample, detector.detect(sample), detector, lang)


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("region 1 were normal", Question((1,))),
        ("regions 1 and 3 were normal", Question((1, 3))),
        ("What if region 1 and region 2 were normal?", Question((1, 2))),
        ("if regions 1, 2, and 4 are normal", Question((1, 2, 4))),
        ("regions 1-3 were normal", Question((1, 2, 3))),
        ("regions 1 to 2 were normal", Question((1, 2))),
        ("regions 2–3 and 1 were normal.", Question((2, 3, 1))),
        ("everything was normal", Question()),
        ("all were normal", Question()),
        ("区域 2 正常", Question((2,))),
        ("如果区域1和区域２都恢复正常会怎样？", Question((1, 2))),
        ("区域 1 到 3 正常", Question((1, 2, 3))),
        ("区域1、3正常", Question((1, 3))),
        ("所有区域都正常", Question()),
        ("all regions were normal", Question()),
        ("全部正常", Question()),
        ("what would pass?", Question(to_pass=True)),
        ("怎样才算合格？", Question(to_pass=True)),
        ("什么能通过？", Question(to_pass=True)),
        ("What makes up the score?", Question(in_turn=True)),
        ("得分由什么构成？", Question(in_turn=True)),
    ],
)
def test_a_question_is_understood(text: str, means: Question) -> None:
    assert question(text) == means


@pytest.mark.parametrize(
    "text",
    [
        "the moon were made of cheese",
        "all but region 1 were normal",
        "region 2 were normal but not region 1",
        "region 1 were not normal",
        "region 1 were bigger",
        "region 1.5 were normal",
        "region 1",
        "regions 1 2 were normal",
        "regions 3-1 were normal",
        "regions 1 to 999999999 were normal",
        "what would not pass",
        "",
    ],
)
def test_what_is_not_understood_whole_is_refused_with_the_forms(text: str) -> None:
    with pytest.raises(BadSetting, match=r"can't be computed; ask what if “region 1 were normal”.*“what would pass”"):
        question(text)


@pytest.mark.parametrize(
    "text", ["区域 1 不正常", "除区域 1 外全部正常", "区域 1.5 正常", "区域 3 到 1 正常", "什么不能通过"]
)
def test_what_is_asked_in_chinese_is_refused_in_chinese(text: str) -> None:
    with pytest.raises(BadSetting, match=r"无法计算；请这样提问：“区域 1 正常”.*“什么能通过”"):
        question(text)


def test_a_region_made_normal_takes_its_part_of_the_score_with_it() -> None:
    sample = plates((10, 10, 228), (70, 30, 168))
    one = asked("region 1 were normal", sample)
    assert isinstance(one, Answer)
    assert (one.before, one.score, one.verdict) == (10, 4, "REJECT")
    assert one.text == "If region 1 were normal, the score would be 4.00 instead of 10.00, and the verdict REJECT."
    both = asked("all were normal", sample)
    assert isinstance(both, Answer)
    assert (both.regions, both.score, both.verdict) == ((1, 2), 0, "PASS")
    assert both.text.startswith("If regions 1 and 2 were normal, the score would be 0.00")
    weaker = asked("区域 2 正常", sample, "zh")
    assert isinstance(weaker, Answer)
    assert weaker.text == "若区域 2 恢复正常，得分将为 10.00（现为 10.00），判定为不合格。"


def test_what_would_pass_is_as_little_as_it_takes_strongest_first() -> None:
    found = asked("what would pass", plates((10, 10, 228), (70, 30, 168)))
    assert isinstance(found, Answer)
    assert (found.regions, found.verdict) == ((1, 2), "PASS")
    found = asked("what would pass", plates((10, 10, 228)))
    assert isinstance(found, Answer)
    assert found.regions == (1,)


def test_where_nothing_is_marked_or_the_region_is_none_it_is_said() -> None:
    assert asked("region 1 were normal", plates()) == "Nothing is marked here that could be made normal."
    told = asked("region 3 were normal", plates((10, 10, 228)))
    assert told == "Region 3 is not marked here: there are 1 in all."
    assert asked("regions 1-2 were normal", plates((10, 10, 228))) == "Region 2 is not marked here: there are 1 in all."


@pytest.mark.usefixtures("fake_core")
def test_the_command_line_answers(plate: Plate) -> None:
    library.save(FakeDetector("gasket", card={"created": "2026", "fingerprint": "f"}), "gasket")
    path = plate("new.png", spot=228)
    told = " ".join(foil("inspect", path, "--what-if", "region 1 were normal", code=20).output.split())
    assert "If region 1 were normal, the score would be 0.00 instead of 10.00, and the verdict PASS." in told
    line = json.loads(foil("inspect", path, "--json", "--what-if", "all were normal", code=20).output)
    assert line["what_if"]["verdict"] == "PASS"
    assert "can't be computed" in foil("inspect", path, "--what-if", "pigs could fly", code=2).stderr


@pytest.mark.slow
def test_on_the_example_products_the_score_falls_with_what_is_made_normal(tmp_path: Path) -> None:
    """Deletion; how many then pass is printed: it depends on how good the normal version is (docs/explanations.md)."""
    from fusion.dataset import open_dataset
    from fusion.detector import DetectorConfig, fit
    from fusion.example.write import render_example

    shop, verdicts, falls = render_example(tmp_path / "shop", per_product=(40, 0, 8), size=256), [], []
    for product in ("gasket", "fabric", "mannequin"):
        data = open_dataset(shop / product)
        detector = fit(data.normals(), DetectorConfig(), name=product)
        for item in data.test():
            sample = item.load()
            found = answer(Question(), sample, detector.detect(sample), detector, "en")
            if isinstance(found, Answer):
                verdicts.append(found.verdict)
                falls.append(found.score is not None and found.score < found.before)
    print(f"\n{len(verdicts)} marked, {Counter(verdicts)}, the score falls in {sum(falls)}")
    assert sum(falls) >= 0.95 * len(falls)


@pytest.mark.parametrize("spots", [2, 6])
def test_what_makes_up_a_score_goes_region_by_region_until_it_passes(spots: int) -> None:
    sample, detector = plates(*((8 + 14 * at, 20, 250 - 8 * at) for at in range(spots))), FakeDetector()
    detection = detector.detect(sample)
    found = contributions(sample, detection, detector, "en")
    assert isinstance(found, Contributions)
    assert [step.region for step in found.steps] == [1, 2, 3, 4, None][: min(spots, 5)]
    scores = [found.before, *(step.score for step in found.steps)]
    assert scores == sorted(scores, reverse=True)
    assert (found.before, found.left, found.verdict) == (detection.pred_score, scores[-1], "PASS")
    for at, step in enumerate(found.steps[:-1], 1):  # each is what the detector says of the picture so far
        again = answer(Question(tuple(range(1, at + 1))), sample, detection, detector, "en")
        assert isinstance(again, Answer)
        assert step.score == again.score
    shown = waterfall(found, "zh")
    assert shown.count("<rect") == len(found.steps) + 2
    assert ">区域 2</text>" in shown
    told = re.findall(r"-?[\d.]+\d", re.sub(r"region \d", "", found.text))
    if spots == 2:
        before, first, second, left = map(float, told)
        assert first + second + left == pytest.approx(before, abs=0.011)


def test_of_what_has_no_regions_nothing_makes_up_the_score() -> None:
    sample, detector = plates(), FakeDetector()
    assert contributions(sample, detector.detect(sample), detector, "en") == (
        "Nothing is marked here that could be made normal."
    )
