"""Detection -> regions: the right words and sizes for defects that are known exactly."""

import numpy as np
import pytest
from explain_cases import H, W, X, Y, box, detection, disc, line, painted, plate, surface

from explain.difference import Region, regions
from fusion.errors import BadInput, BadSetting


def only(image, normal, mask, part=None, **more) -> Region:
    (region,) = regions(image, detection(normal, mask, part), **more)
    return region


def test_a_dark_scratch_is_elongated_darker_and_as_long_as_it_is():
    normal, part = plate()
    scratch = line(90, 60, 102, 197, 5)
    region = only(painted(normal, scratch, -60), normal, scratch, part)
    assert (region.shape.kind, region.contrast.tone, region.border) == ("elongated", "darker", "inside")
    assert region.shape.length_px == pytest.approx(137.5, rel=0.1)
    assert region.shape.breadth_px == pytest.approx(5, rel=0.1)
    assert region.shape.orientation == pytest.approx(-85, abs=1)  # 12 to the right, 137 down
    assert region.contrast.lightness == pytest.approx(-25, abs=5)
    assert (region.change.kind, region.change.basis) == ("added", "detail")
    assert region.ends == ("upper_left", "lower_left")


@pytest.mark.parametrize("degrees", [-60, -10, 0, 30, 90])
def test_orientation_rises_with_the_right_hand_end(degrees):
    normal = surface()
    dx, dy = 80 * np.cos(np.radians(degrees)), -80 * np.sin(np.radians(degrees))
    mask = line(200 - dx, 150 - dy, 200 + dx, 150 + dy, 6)
    assert only(normal, normal, mask).shape.orientation == pytest.approx(degrees, abs=1)


def test_a_bright_blob_is_compact_lighter_and_inside():
    normal, part = plate()
    blob = disc(200, 150, 20)
    region = only(painted(normal, blob, 50), normal, blob, part)
    assert (region.shape.kind, region.contrast.tone) == ("compact", "lighter")
    assert (region.place, region.border) == ("centre", "inside")
    assert (region.width_px, region.height_px) == (pytest.approx(40, rel=0.1), pytest.approx(40, rel=0.1))
    assert region.area_px == np.count_nonzero(blob)
    assert region.area_percent == pytest.approx(100 * np.count_nonzero(blob) / np.count_nonzero(part))
    assert region.centroid == pytest.approx((200.5, 150.5))


def test_a_red_stain_is_redder_and_a_fading_colour_is_paler_not_red():
    normal, part = plate()
    stain = disc(200, 150, 20)
    assert only(painted(normal, stain, (30, -30, -30)), normal, stain, part).contrast.colour[0] == "redder"
    green = painted(normal, part, (-60, 0, -60))
    region = only(painted(green, stain, (40, 0, 40)), green, stain, part)
    assert region.contrast.red > 5  # towards red, on the numbers
    assert region.contrast.colour == ("paler",)
    assert only(painted(green, stain, (-30, 0, -30)), green, stain, part).contrast.colour == ("stronger",)


def test_noise_is_not_put_into_words():
    mask = disc(200, 150, 30)
    contrast = only(surface(seed=1), surface(seed=2), mask).contrast
    assert (contrast.tone, contrast.colour) == ("same", ())


@pytest.mark.parametrize("of", ["input", "normal"])
def test_a_piece_broken_off_is_missing_whichever_picture_the_part_was_cut_from(of):
    normal, whole = plate()
    chip = disc(350, 150, 30) & whole
    image = normal.copy()
    image[chip] = 15
    region = only(image, normal, chip, whole if of == "normal" else whole & ~chip)
    assert (region.change.kind, region.change.basis) == ("missing", "background")
    assert region.border in ("edge", "reaches_edge")
    assert (region.place, region.contrast.tone) == ("right", "darker")


def test_a_burr_beside_the_part_is_added():
    normal, part = plate()
    burr = box(350, 140, 362, 160)
    image = normal.copy()
    image[burr] = 140
    region = only(image, normal, burr, part)
    assert (region.change.kind, region.change.basis, region.border) == ("added", "background", "edge")


def test_a_print_that_is_gone_is_missing_detail_and_a_stain_is_just_altered():
    printed = surface().copy()
    area = box(160, 120, 240, 180)
    printed[area & (X // 5 % 2 == 0)] = 40
    assert only(surface(), printed, area).change.kind == "missing"
    shade = np.exp(-((X - 200) ** 2 + (Y - 150) ** 2) / 800)[..., None]
    stained = (surface() * (1 - 0.3 * shade)).astype(np.uint8)
    assert only(stained, surface(), disc(200, 150, 35)).change.kind == "altered"


def test_a_rough_surface_is_rougher_and_a_scratch_is_not():
    area, scratch = disc(200, 150, 40), line(100, 100, 250, 160, 2)
    rough, smooth = surface(noise=16, seed=3), surface()
    for normal, other, word in ((smooth, rough, "rougher"), (rough, smooth, "smoother")):
        region = only(np.where(area[..., None], other, normal), normal, area)
        assert (region.change.kind, region.change.texture) == ("altered", word)
    wide = line(90, 96, 260, 164, 26)  # a map is wider than the scratch under it
    assert only(painted(surface(), scratch, -60), surface(), wide).change.texture == "same"


@pytest.mark.parametrize(
    ("x", "y", "place"),
    [(70, 60, "upper_left"), (200, 60, "upper"), (330, 150, "right"), (200, 150, "centre"), (70, 240, "lower_left")],
)
def test_places_are_relative_to_the_part_and_not_to_the_picture(x, y, place):
    normal = np.full((H, 3 * W, 3), 15, np.uint8)
    part, mask = np.zeros((2, H, 3 * W), bool)
    plate_image, plate_part = plate()
    normal[:, 2 * W :], part[:, 2 * W :], mask[:, 2 * W :] = plate_image, plate_part, disc(x, y, 8)
    assert only(normal, normal, mask, part).place == place


@pytest.mark.parametrize(
    ("mask", "border"),
    [(disc(200, 150, 20), "inside"), (box(50, 100, 58, 160), "edge"), (box(50, 140, 200, 150), "reaches_edge")],
)
def test_the_border_is_the_parts_where_there_is_background(mask, border):
    normal, part = plate()
    assert only(normal, normal, mask, part).border == border


def test_what_lies_apart_from_the_part_is_outside_and_the_pictures_border_counts_without_background():
    normal, part = plate()
    assert only(normal, normal, disc(20, 20, 6), part).border == "outside"
    assert only(normal, normal, box(0, 100, 8, 160)).border == "edge"


def test_fragments_of_one_scratch_are_one_region_and_distant_ones_are_not():
    normal = surface()
    dashed = line(100, 100, 220, 100, 4) & (X % 12 < 9)
    region = only(normal, normal, dashed)
    assert (region.shape.kind, region.shape.fragments) == ("elongated", 11)
    two = disc(100, 100, 10) | disc(200, 100, 10)
    assert len(regions(normal, detection(normal, two))) == 2


def test_specks_are_dropped_unless_one_is_the_strongest():
    normal = surface()
    blob, speck = disc(100, 100, 10), box(300, 200, 301, 202)
    weak, strong = detection(normal, blob | speck), detection(normal, blob | speck)
    weak.anomaly_map[speck] = 5
    strong.anomaly_map[speck] = 20
    assert [r.area_px for r in regions(normal, weak)] == [np.count_nonzero(blob)]
    assert [r.area_px for r in regions(normal, strong)] == [2, np.count_nonzero(blob)]


def test_many_dots_close_together_are_speckled_and_an_open_ring_is_spread():
    normal = surface()
    dots = np.logical_or.reduce([disc(150 + 11 * i, 100 + 11 * j, 3) for i in range(3) for j in range(3)])
    assert only(normal, normal, dots).shape.kind == "speckled"
    assert only(normal, normal, disc(200, 150, 60) & ~disc(200, 150, 54) & (X < 200)).shape.solidity < 0.5
    assert only(normal, normal, box(50, 50, 350, 250)).shape.kind == "spread"


def test_regions_come_strongest_first_with_their_strength_and_no_more_than_asked():
    normal = surface()
    spots = [disc(60 + 90 * i, 150, 10) for i in range(4)]
    found = detection(normal, np.logical_or.reduce(spots))
    for spot, strength in zip(spots, (6, 9, 7, 8), strict=True):
        found.anomaly_map[spot] = strength
    result = regions(normal, found, max_regions=3)
    assert [(r.number, r.strength.peak) for r in result] == [(1, 9), (2, 8), (3, 7)]
    assert result[0].strength.times_threshold == pytest.approx(9 / 4.9)
    assert result[0].strength.mean == 9
    assert result[0].bbox == (141, 141, 160, 160)


def test_a_scale_gives_millimetres_and_its_absence_none():
    normal, mask = surface(), box(100, 100, 140, 120)
    scale = only(normal, normal, mask, mm_per_px=0.05).scale
    assert scale is not None
    assert (scale.width, scale.height, scale.area) == pytest.approx((2.0, 1.0, 2.0))
    assert only(normal, normal, mask).scale is None
    with pytest.raises(BadSetting, match="mm_per_px is 0"):
        only(normal, normal, mask, mm_per_px=0)


def test_a_large_thin_region_is_measured_although_it_is_seen_at_a_stride():
    size = 1500
    normal = np.full((size, size, 3), 140, np.uint8)
    mask = np.zeros((size, size), bool)
    mask[700, 10:-10] = True
    image = painted(normal, mask, -60)
    region = only(image, normal, mask)
    assert (region.contrast.tone, region.shape.kind, region.area_px) == ("darker", "elongated", size - 20)


def test_an_empty_mask_gives_nothing_and_sizes_that_disagree_are_named():
    normal = surface()
    assert regions(normal, detection(normal, np.zeros((H, W), bool))) == ()
    with pytest.raises(BadInput, match="differ in size"):
        regions(normal[:-1], detection(normal, disc(200, 150, 20)))


def test_a_detection_is_left_as_it_was():
    normal, mask = surface(), disc(200, 150, 20)
    image = painted(normal, mask, 40)
    found = detection(normal, mask)
    before = [a.copy() for a in (image, found.normal, found.anomaly_map, found.pred_mask, found.part)]
    regions(image, found)
    after = (image, found.normal, found.anomaly_map, found.pred_mask, found.part)
    assert all((a == b).all() for a, b in zip(before, after, strict=True))
