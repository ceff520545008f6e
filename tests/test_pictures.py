"""Pictures: one scale for every picture of a model, and nothing drawn over what it shows."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from explain_cases import box, detection, disc, guidance, painted, surface
from numpy.typing import NDArray
from PIL import Image

from assistant import colours, pictures
from explain.colour import lab
from explain.difference import regions
from fusion.detection import Detection, Thresholds

THRESHOLDS = Thresholds(3.6, 4.9, 0.05, 0.01)
# What someone without the middle cones sees, in linear light [Viénot et al. 1999].
DEUTERANOPIA = np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]])


def spotted(*spots: NDArray[np.bool_], strength: float = 9.3) -> tuple[NDArray[np.uint8], Detection]:
    mask = np.logical_or.reduce(spots)
    return painted(surface(), mask, -60), detection(surface(), mask, strength=strength)


def lightness(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    return lab(rgb)[..., 0]


def test_a_value_has_the_same_colour_in_every_picture() -> None:
    calm = np.array([[0, 1, 6]], np.float32)
    wild = np.array([[6, 40, 11]], np.float32)
    np.testing.assert_array_equal(colours.heat(calm, 4.9, 12)[0, 2], colours.heat(wild, 4.9, 12)[0, 0])


def test_normal_is_clear_and_what_is_marked_is_opaque() -> None:
    opacity = colours.heat(np.array([[-3, 0, 2.4, 3.7, 4.9, 12, 500]], np.float32), 4.9, 12)[0, :, 3]
    assert opacity[:3].tolist() == [0, 0, 0]
    assert 0 < opacity[3] < 255
    assert opacity[4:].tolist() == [255, 255, 255]


def test_beyond_the_top_the_colour_stays_the_last() -> None:
    np.testing.assert_array_equal(*colours.heat(np.array([[12, 9e9]], np.float32), 4.9, 12)[0])


def test_a_threshold_that_nothing_reaches_leaves_a_scale_from_zero_on() -> None:
    for threshold in (float("inf"), 0.0):
        opacity = colours.heat(np.array([[0, 1, 12]], np.float32), threshold, 12)[0, :, 3]
        assert opacity[0] == 0 < opacity[1] < opacity[2] == 255


def test_where_words_fit_has_the_colours_of_the_map() -> None:
    image, found = spotted(disc(200, 150, 20))
    assert pictures.guided(image, found) is None
    same = replace(found, guidance=guidance(guided_map=found.anomaly_map))
    np.testing.assert_array_equal(pictures.guided(image, same), pictures.overlay(image, found))


@pytest.mark.parametrize("seen_by", [np.eye(3), DEUTERANOPIA], ids=["everybody", "the colour-blind"])
def test_the_scale_grows_lighter_all_the_way(seen_by: NDArray[np.float64]) -> None:
    light = (colours.scale() / 255) ** 2.2 @ seen_by.T
    seen = np.round(255 * np.clip(light, 0, 1) ** (1 / 2.2)).astype(np.uint8)[::32]
    steps = np.diff(lightness(seen))
    assert steps.min() > 0.5
    assert np.linalg.norm(np.diff(lab(seen), axis=0), axis=1).max() < 12, "no step jumps out"


def test_an_overlay_is_grey_where_nothing_differs_and_coloured_where_something_does() -> None:
    image, found = spotted(disc(200, 150, 30))
    drawn = pictures.overlay(painted(image, box(0, 0, 60, 60), (90, 0, 0)), found).astype(int)
    chroma = drawn.max(-1) - drawn.min(-1)
    assert chroma[~found.pred_mask].max() == 0
    assert chroma[found.pred_mask].min() > 60


@pytest.mark.parametrize("level", [15, 140, 245], ids=["dark", "grey", "light"])
def test_outlines_can_be_seen_on_any_picture(level: int) -> None:
    image, spot = surface(level), disc(200, 150, 30)
    drawn = pictures.contours(image, detection(image, spot), ())
    changed = (drawn != image).any(-1)
    assert abs(lightness(drawn[changed]) - lightness(image[changed])).max() > 40


def test_outlines_and_numbers_stay_off_the_defects() -> None:
    image, found = spotted(disc(100, 150, 30), box(250, 100, 300, 110))
    drawn = pictures.contours(image, found, regions(image, found))
    np.testing.assert_array_equal(drawn[found.pred_mask], image[found.pred_mask])
    assert (drawn[~found.pred_mask] != image[~found.pred_mask]).any()


def test_fragments_of_one_place_get_one_outline() -> None:
    image, found = spotted(box(100, 100, 140, 104), box(143, 100, 180, 104))
    drawn = pictures.contours(image, found, ())
    np.testing.assert_array_equal(drawn[100:104, 140:143], image[100:104, 140:143])


def test_lines_and_numbers_grow_with_the_picture() -> None:
    image, found = spotted(disc(200, 150, 30))
    large = np.kron(image, np.ones((4, 4, 1), np.uint8))
    zoomed = {name: np.kron(getattr(found, name), np.ones((4, 4))) for name in ("anomaly_map", "pred_mask", "part")}
    found_large = replace(
        found,
        normal=large,
        anomaly_map=zoomed["anomaly_map"].astype(np.float32),
        pred_mask=zoomed["pred_mask"] > 0,
        part=zoomed["part"] > 0,
    )
    small_share = (pictures.contours(image, found, regions(image, found)) != image).any(-1).mean()
    large_share = (pictures.contours(large, found_large, regions(large, found_large)) != large).any(-1).mean()
    assert large_share == pytest.approx(small_share, rel=0.3)


def test_numbers_get_out_of_each_others_way() -> None:
    image, found = spotted(*(disc(120 + 26 * i, 150, 6) for i in range(6)))
    alone = [(pictures.contours(image, found, [r]) != image).any(-1).sum() for r in regions(image, found)]
    outlines = (pictures.contours(image, found, ()) != image).any(-1).sum()
    together = (pictures.contours(image, found, regions(image, found)) != image).any(-1).sum()
    assert together - outlines > 0.9 * (sum(alone) - 6 * outlines)


def test_a_line_leads_from_each_number_to_what_it_is_the_number_of() -> None:
    from scipy import ndimage

    image, found = spotted(disc(100, 80, 20), disc(300, 220, 30))
    drawn = (pictures.contours(image, found, regions(image, found)) != image).any(-1)
    assert ndimage.label(drawn, np.ones((3, 3)))[1] == 2, "an outline, a line and a number hang together"


def test_a_picture_smaller_than_its_numbers_can_be_drawn() -> None:
    image = np.full((12, 9, 3), 90, np.uint8)
    mask = np.zeros((12, 9), bool)
    mask[3:9, 2:7] = True
    found = detection(image, mask)
    assert pictures.contours(image, found, regions(image, found)).shape == (12, 9, 3)


def test_growing_a_mask_stops_at_the_border() -> None:
    mask = np.zeros((4, 6), bool)
    mask[0, 0] = True
    assert pictures.grown(mask, 1).sum() == 4
    assert pictures.grown(mask, 99).all()
    assert mask.sum() == 1


def test_a_caption_covers_no_pixel() -> None:
    for width in (40, 640):
        image = surface()[:, :width]
        shown = pictures.captioned(image, "Generated: what normal would look like")
        np.testing.assert_array_equal(shown[: len(image)], image)
        assert shown[len(image) :].max() > 100, "the caption is there"


def test_side_by_side_has_one_height() -> None:
    row = pictures.side_by_side([surface(), surface()[:, :100]], 72)
    assert row.shape == (72, 96 + 2 + 24, 3)


@pytest.mark.parametrize("shape", [(5, 7, 3), (5, 7), (1, 1, 3)])
def test_a_png_reads_back_with_its_texts(shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    image = Image.open(BytesIO(pictures.png(picture, Title="生成, “generated”")))
    np.testing.assert_array_equal(np.asarray(image), picture)
    assert image.info["Title"] == "生成, “generated”"
    assert image.info["Software"] == "Foil"


def test_shrinking_keeps_the_form_and_leaves_small_pictures_alone() -> None:
    assert pictures.shrunk(surface(), 200).shape == (150, 200, 3)
    assert pictures.shrunk(surface(), 999).shape == surface().shape


def test_the_legend_shows_the_colours_of_the_map() -> None:
    shown = colours.legend(4.9, 12, THRESHOLDS, 512)
    middle = shown[38, 16:496].astype(int)
    chosen = colours.heat(np.linspace(0, 12, 480, dtype=np.float32)[None], 4.9, 12)[0, :, :3]
    np.testing.assert_allclose(middle[300], chosen[300], atol=4)
    np.testing.assert_array_equal(shown[38, 16 + 196], (244, 243, 246), "T2 at 4.9 of 12")


@pytest.mark.parametrize("thresholds", [Thresholds(1e9, float("inf"), 0.05, 0.01), Thresholds(4, 4, 0.01, 0.01)])
def test_the_legend_copes_with_thresholds_beyond_it_or_alike(thresholds: Thresholds) -> None:
    assert colours.legend(thresholds.review, 12, thresholds, 640).shape == (98, 640, 3)


@pytest.mark.parametrize("top", [0.03, 1, 7.7, 12, 250, 99_999])
def test_ticks_are_few_and_round(top: float) -> None:
    ticks = colours.ticks(top)
    assert 3 <= len(ticks) <= 7
    assert ticks[0] == 0 < ticks[-1] <= top
    assert all(len(f"{tick:g}".replace(".", "").strip("0")) <= 2 for tick in ticks)
