"""What if the limit were elsewhere: the counts are those of the thresholds themselves, and nothing is changed."""

import re

import numpy as np
import pytest

from apps.ui.what_if import Standing, chart, words
from fusion.calibration import Calibration
from fusion.detection import Thresholds

CALIBRATION = Calibration(np.linspace(0, 2, 60))
NORMALS = CALIBRATION.scores.tolist()


def standing(score: float) -> Standing:
    return Standing(NORMALS, CALIBRATION.thresholds, score)


def plain(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).replace("\u00a0", " ")  # numbers keep their units on a line


def said(score: float, limit: float | None) -> str:
    return plain(words(standing(score), limit, "en"))


@pytest.mark.parametrize("limit", [0.0, 0.5, 1.0, 1.9, 2.0, 3.5])
@pytest.mark.parametrize("score", [0.4, 1.95, 7.2])
def test_a_limit_judges_as_the_thresholds_would_that_it_stands_for(limit: float, score: float) -> None:
    would = standing(score).at(limit)
    assert (would.review, would.reject) == (limit, max(limit, CALIBRATION.thresholds.reject))
    told = said(score, limit)
    assert told.startswith(f"{would.verdict(score)} would be the verdict with T1 at {limit:.2f}")
    flagged = sum(would.verdict(normal) != "PASS" for normal in NORMALS)
    assert (f"{flagged} of the 60 good calibration parts" if flagged else "None of the 60 good") in told
    assert "nothing is changed" in told


def test_as_it_is_the_very_thresholds_count_and_not_what_a_slider_rounds_them_to() -> None:
    assert standing(1.0).at(None) == CALIBRATION.thresholds
    told = said(1.0, None)
    assert told.startswith("PASS as it is, with T1 at 1.93 and T2 at 3.17.")
    assert "2 of the 60 good calibration parts (3.3 %) would be flagged, 0 of them rejected." in told


def test_none_of_few_promises_little() -> None:
    few = Standing([0.1, 0.2, 0.3], Thresholds(0.4, 0.5, 0.05, 0.01), 0.2)
    assert "up to 63.2 % of all others still may" in plain(words(few, 0.45, "en"))


def test_the_histogram_holds_every_part_in_the_colour_of_its_verdict() -> None:
    html = chart(standing(9.2), 1.0, "zh")
    heights = {
        name: sum(float(tall) for tall in re.findall(rf'height="([\d.]+)" class="bar-{name}"', html))
        for name in ("pass", "review", "reject")
    }
    assert heights["pass"] == pytest.approx(heights["review"], rel=0.01), "thirty on each side of 1.0"
    assert heights["reject"] == 0
    assert "60 件校准良品的得分" in html
    assert "→" in html, "a score far out is drawn at the end"
    assert "→" not in chart(standing(2.2), 1.0, "zh")


def test_scores_below_zero_and_all_alike_have_an_axis_too() -> None:
    for normals, limits in (([-2.0, -1.5, -1.0], (-0.9, -0.8)), ([0.0, 0.0], (0.0, 0.0))):
        one = Standing(normals, Thresholds(*limits, 0.05, 0.01), normals[0])
        assert one.axis.high > one.axis.low
        assert "<svg" in chart(one, None, "en") + words(one, None, "en")
