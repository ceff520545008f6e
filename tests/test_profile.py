"""A profile across a region: where the line lies, what it shows, and that its chart says the same."""

import re

import numpy as np
import pytest
from explain_cases import H, W, detection, painted, surface

from assistant.profile_chart import LEFT, profile_chart
from explain.colour import lab
from explain.grouping import find
from explain.profile import Profile, profile


def scratch(slope: float) -> np.ndarray:
    """Return a mask, (H, W), of a line 5 px wide through the middle, that falls by `slope` a pixel."""
    rows, columns = np.mgrid[:H, :W]
    away = np.abs((rows - H / 2) - slope * (columns - W / 2)) / np.hypot(1, slope)
    return (away <= 2.5) & (np.abs(columns - W / 2) < 60)


def measured(mask: np.ndarray, by: int = 40) -> tuple[Profile, np.ndarray]:
    normal = surface()
    image = painted(normal, mask, by)
    found = detection(normal, mask)
    return profile(image, found, find(found)[0]), image


@pytest.mark.parametrize("slope", [0.0, 1.0, -2.0])
def test_the_line_crosses_the_narrow_side_and_shows_both_lightnesses(slope: float) -> None:
    found, image = measured(scratch(slope))
    assert found.marked.sum() == pytest.approx(5, abs=2)
    assert found.marked[np.abs(found.along).argmin()]  # through a place that is marked
    apart = found.seen - found.normal
    expected = (lab(image)[..., 0] - lab(surface())[..., 0])[scratch(slope)].mean()
    assert apart[found.marked][1:-1].mean() == pytest.approx(expected, abs=2)
    assert np.abs(apart[np.abs(found.along) > 8]).max() < 0.5
    assert found.along.min() <= -11
    assert found.along.max() >= 11


def test_a_line_ends_at_the_pictures_edge() -> None:
    mask = np.zeros((H, W), bool)
    mask[:6, 40:120] = True
    found, _ = measured(mask)
    assert 0 < len(found.along) < 25
    assert np.isfinite(found.seen).all()


def test_a_lone_pixel_has_a_profile_too() -> None:
    mask = np.zeros((H, W), bool)
    mask[50, 60] = True
    found, _ = measured(mask)
    assert len(found.along) == 25
    assert 1 <= found.marked.sum() <= 2


@pytest.mark.parametrize(("scale", "unit"), [(None, "px"), (0.05, "mm")])
def test_the_chart_draws_both_and_shades_what_is_marked(scale: float | None, unit: str) -> None:
    found, _ = measured(scratch(0.0))
    chart = profile_chart(found, 2, "en", scale)
    assert f">{unit}</text>" in chart
    assert 'aria-label="Across region 2: lightness (L*)"' in chart
    assert chart.count('class="wrong"') == found.marked.sum()
    curves = [re.findall(r"[ML]([0-9.]+) ([0-9.]+)", path) for path in re.findall(r'<path d="(M[^"]*)"', chart)]
    drawn = [np.array(curve, float) for curve in curves if len(curve) > 5]
    assert [len(curve) for curve in drawn] == [len(found.along)] * 2
    normal, seen = drawn
    middle = len(found.along) // 2
    assert seen[middle, 1] < normal[middle, 1] - 50  # lighter, so higher up
    assert seen[:, 0].min() >= LEFT
    assert "横穿区域 2" in profile_chart(found, 2, "zh", scale)
