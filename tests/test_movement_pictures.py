"""Pictures of movements: a wrong joint has its colour where it is, the same for all movements; time runs as it did."""

from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from motion_cases import Person, hidden, squat
from movement_cases import KNEE, inspected
from PIL import Image

from assistant.colours import PAPER, heat
from assistant.movement_pictures import CELL, FRAMES, GREY, animation, excerpt, moments, strip, thumbnail
from assistant.movement_views import views_of
from assistant.moving import MovementInspection
from fusion.motion.joints import COCO

ASIDE = (200.0, 200.0, 0.0)  # mm


def strip_of(inspection: MovementInspection):
    view = views_of(inspection.motion, inspection.detection.normal)[0]
    return strip(inspection.motion, inspection.detection, view)


def coloured(picture):
    """Return where a picture is neither black, white nor between them, (H, W)."""
    return np.ptp(picture.astype(int), axis=-1) > 40


def played(inspection: MovementInspection) -> Image.Image:
    view = views_of(inspection.motion, inspection.detection.normal)[0]
    return Image.open(BytesIO(animation(inspection.motion, inspection.detection, view)))


def durations(gif: Image.Image) -> list[int]:
    found = []
    for frame in range(gif.n_frames):
        gif.seek(frame)
        found.append(gif.info["duration"])
    return found


def test_a_wrong_joint_is_coloured_where_it_is_and_when_it_is():
    result = inspected()
    picture, shown = strip_of(result), moments(result.detection)
    view = views_of(result.motion, result.detection.normal)[0]
    expected = heat(np.array([[KNEE[3]]], np.float32), 10.0, 40.0)[0, 0, :3]
    for place, frame in enumerate(shown):
        cell = picture[: CELL[1], place * CELL[0] : (place + 1) * CELL[0]]
        assert coloured(cell).any() == (KNEE[1] <= frame < KNEE[2])
        if KNEE[1] <= frame < KNEE[2]:
            x, y = view.placed(*CELL)[0][frame, COCO.index("left knee")]
            np.testing.assert_array_equal(cell[round(y), round(x)], expected)
    assert any(KNEE[1] <= frame < KNEE[2] for frame in shown)
    assert not coloured(strip_of(inspected(()))).any()


def test_a_colour_means_the_same_whatever_else_is_in_the_movement():
    stronger = ("right wrist", 22, 28, 400.0)
    colour = heat(np.array([[KNEE[3]]], np.float32), 10.0, 40.0)[0, 0, :3]
    for wrong in ((KNEE,), (KNEE, stronger)):
        assert (strip_of(inspected(wrong)) == colour).all(axis=-1).sum() > 8
    assert not (strip_of(inspected((stronger,))) == colour).all(axis=-1).any()


def test_the_normal_version_is_seen_where_it_differs_unless_it_was_refused():
    grey = [
        int((strip_of(result) == np.array(GREY)).all(axis=-1).sum())
        for result in (inspected(off=ASIDE), inspected(), inspected(off=ASIDE, refusal="it takes too long"))
    ]
    assert grey[0] > 4
    assert grey[1:] == [0, 0]


def test_moments_run_from_the_first_frame_to_the_last_with_the_strangest_among_them():
    result = inspected((("nose", 17, 18, 20.0),))
    shown = moments(result.detection)
    assert shown == sorted(set(shown))
    assert 17 in shown
    assert len(shown) == 8
    assert (shown[0], shown[-1]) == (0, len(result.motion) - 1)


def test_two_frames_are_a_movement_too():
    motion = squat(3)
    result = inspected((("nose", 1, 2, 20.0),), replace(motion, places=motion.places[:2], confidence=np.ones((2, 17))))
    assert moments(result.detection) == [0, 1]
    assert strip_of(result).shape[1] == 2 * CELL[0]
    gif = played(result)
    assert gif.n_frames == 1, "25 frames a second, of which every other is shown"
    assert sum(durations(gif)) == 80


def test_a_joint_that_was_not_seen_is_not_drawn_and_the_rest_is():
    motion = hidden(squat(3), "left knee")
    all_there, without = strip_of(inspected(())), strip_of(inspected((), motion))
    white = [(picture == np.array(PAPER)).all(axis=-1).sum() for picture in (all_there, without)]
    assert 0 < white[1] < white[0]
    assert not coloured(strip_of(inspected((KNEE,), motion))).any(), "what was not seen can't be shown to be wrong"
    dark = replace(motion, confidence=np.zeros_like(motion.confidence), places=np.zeros_like(motion.places))
    assert strip_of(replace(inspected(()), motion=dark)).shape == all_there.shape
    frameless = hidden(squat(3), "nose", 5, 9)
    assert np.isnan(views_of(frameless, frameless)[0].seen[5:9, 0]).all()


def test_where_nobody_was_there_is_nothing_and_the_rest_is_as_large_as_ever():
    motion = squat(3)
    nobody = replace(motion, places=motion.places.copy(), confidence=motion.confidence.copy())
    nobody.places[30:40], nobody.confidence[30:40] = 0, 0
    for there, gap in zip(views_of(motion, motion), views_of(nobody, nobody), strict=True):
        assert np.isnan(gap.normal[30:40]).all()
        sizes = [np.ptp(view.placed(*CELL)[1][:30, :, 1]) for view in (there, gap)]
        assert sizes[1] == pytest.approx(sizes[0], rel=0.05)
    assert strip_of(inspected((), nobody)).shape == strip_of(inspected(())).shape


@pytest.mark.parametrize(("off", "shows"), [((0, 1), "front"), ((1, 0), "side")])
def test_the_side_that_shows_the_difference_comes_first(off, shows):
    facing = Person(430, 1.6, 0.5, 1.3, 2.4, turn=0.0)  # looks along x
    result = inspected(motion=squat(facing), off=(200.0 * off[0], 200.0 * off[1], 0.0))
    views = views_of(result.motion, result.detection.normal)
    assert views[0].name == shows
    assert len(views) == 2


@pytest.mark.parametrize("turn", [0.0, 1.0, 4.0])
def test_from_the_front_left_is_on_the_right_and_up_is_up_and_forward_is_to_the_right_from_the_side(turn):
    motion = squat(Person(430, 1.6, 0.5, 1.3, 2.4, turn))
    front, side = (next(v for v in views_of(motion, motion) if v.name == name).normal for name in ("front", "side"))
    left, right, nose, ear, ankle = (
        COCO.index(name) for name in ("left hip", "right hip", "nose", "left ear", "left ankle")
    )
    assert (front[:, left, 0] > front[:, right, 0]).all()
    assert (front[:, nose, 1] < front[:, ankle, 1]).all()
    assert (side[:, nose, 0] > side[:, ear, 0]).all()


def test_a_picture_is_seen_in_its_own_plane():
    motion = squat(3, flat=True)
    (view,) = views_of(motion, motion)
    assert view.name == "picture"
    np.testing.assert_array_equal(view.normal, motion.places)


def test_a_joint_thrown_far_away_does_not_make_the_body_small():
    result = inspected(off=(0.0, 0.0, 50_000.0))
    _, normal = views_of(result.motion, result.detection.normal)[0].placed(*CELL)
    assert np.ptp(normal[..., 1]) > 0.4 * CELL[1]


def test_who_walks_through_the_room_is_followed():
    still = squat(3)
    walk = still.places + np.linspace(0, 9000, len(still), dtype=np.float32)[:, None, None] * (1, 1, 0)
    walking = replace(still, places=walk.astype(np.float32))
    for view in views_of(walking, walking):
        assert np.ptp(view.placed(*CELL)[1][..., 1]) > 0.3 * CELL[1], "no smaller than who stays"


def test_an_animation_takes_as_long_as_the_movement_and_repeats():
    result = inspected()
    gif = played(result)
    assert abs(sum(durations(gif)) / 1000 - result.motion.seconds) <= 0.01
    assert gif.info["loop"] == 0
    assert gif.n_frames <= np.ceil(FRAMES * result.motion.seconds)
    assert coloured(np.asarray(gif.convert("RGB"))).any()
    assert gif.size[0] == 2 * Image.open(BytesIO(played_refused())).size[0]


def played_refused() -> bytes:
    result = inspected(refusal="it takes too long")
    return animation(result.motion, result.detection, views_of(result.motion, result.detection.normal)[0])


def test_of_a_refused_movement_only_itself_is_shown():
    assert not coloured(np.asarray(Image.open(BytesIO(played_refused())).convert("RGB"))).any()
    assert not coloured(strip_of(inspected(refusal="it takes too long"))).any()


def test_of_a_long_movement_the_ten_seconds_around_the_strangest_play():
    short = squat(3)
    many = [squat(3, turn) for turn in range(10)]
    motion = replace(
        short,
        places=np.concatenate([one.places for one in many]),
        confidence=np.concatenate([one.confidence for one in many]),
    )
    result = inspected((("left knee", 400, 410, 30.0),), motion)
    start, end = excerpt(result.detection, motion.rate)
    assert start <= 400 < end
    assert end - start == 250
    view = views_of(motion, motion)[0]
    content = animation(motion, result.detection, view)
    assert len(content) < 2_000_000
    assert sum(durations(Image.open(BytesIO(content)))) == 10_000


def test_a_thumbnail_is_as_high_as_asked_and_marks_what_is_wrong():
    result = inspected()
    view = views_of(result.motion, result.detection.normal)[0]
    picture = thumbnail(result.motion, result.detection, view, 144)
    assert picture.shape[0] == 144
    assert coloured(picture).any()


def test_pictures_are_the_same_each_time():
    one, other = inspected(), inspected()
    np.testing.assert_array_equal(strip_of(one), strip_of(other))
    assert played_refused() == played_refused()
