"""A movement's page and charts: one file that holds all, in both languages, for any name, never over a stranger's."""

import base64
import json
import re
import time
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from motion_cases import hidden, squat
from movement_cases import KNEE, inspected
from PIL import Image

from assistant.colours import INK, heat
from assistant.inspection import Failure
from assistant.movement_angles import angle_charts
from assistant.movement_map import limbs, map_chart
from assistant.movement_page import movement_entry, write_movement_page
from assistant.moving import MovementInspection
from assistant.page import write_index
from explain.catalogue import Lang
from fusion.motion.joint_sets import BUILT_IN
from fusion.motion.joints import COCO

HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}.json"
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def chart(inspection: MovementInspection, lang: Lang = "en") -> str:
    return map_chart(inspection.detection, inspection.evidence, lang)


def rasters(svg: str) -> list[tuple[float, np.ndarray]]:
    """Return the pictures in a chart, and how far down each begins."""
    found = re.findall(r'<image href="data:image/png;base64,([^"]+)" x="\d+" y="([\d.]+)"', svg)
    return [(float(y), np.asarray(Image.open(BytesIO(base64.b64decode(text))))) for text, y in found]


# ── the map ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("joints", BUILT_IN.values(), ids=lambda joints: joints.name)
def test_every_joint_has_a_limb(joints):
    grouped = limbs(joints)
    assert sorted(joint for _, members in grouped for joint in members) == list(range(len(joints.joints)))
    assert [limb for limb, _ in grouped] == ["head", "left arm", "right arm", "left leg", "right leg"]


def test_a_limb_runs_from_the_body_outwards():
    names = {limb: [COCO.joints[joint] for joint in members] for limb, members in limbs(COCO)}
    assert names["left arm"] == ["left shoulder", "left elbow", "left wrist"]
    assert names["right leg"] == ["right hip", "right knee", "right ankle"]


def test_a_wrong_joint_is_coloured_in_its_row_and_at_its_time():
    svg = chart(inspected())
    frames = inspected().detection.anomaly_map.shape[1]
    y = float(re.search(r'y="([\d.]+)" text-anchor="end">left knee<', svg)[1])
    top, picture = next((top, picture) for top, picture in rasters(svg)[:-1] if top <= y <= top + len(picture))
    row = picture[round(y - top - 4)]
    wrong = (row != np.array(INK)).any(axis=-1)
    assert np.flatnonzero(wrong)[[0, -1]] / len(row) * frames == pytest.approx((KNEE[1], KNEE[2]), abs=0.2)
    np.testing.assert_array_equal(row[wrong][0], heat(np.full((1, 1), KNEE[3], np.float32), 10.0, 40.0)[0, 0, :3])
    assert all((picture == np.array(INK)).all() for _, picture in rasters(chart(inspected(())))[:-1])


def test_the_scale_is_the_models_whatever_the_movement_shows():
    legends = [
        rasters(chart(result))[-1][1] for result in (inspected(()), inspected(), inspected((("nose", 3, 9, 900.0),)))
    ]
    for legend in legends[1:]:
        np.testing.assert_array_equal(legend, legends[0])
    assert "joints are marked from 10" in chart(inspected())


def test_axes_say_what_they_are():
    svg = chart(inspected())
    assert ">seconds<" in svg
    assert re.findall(r'text-anchor="middle">([\d.]+)<', svg)[:3] == ["0", "0.5", "1"]
    assert all(f">{name}<" in svg for name in (*COCO.joints, "Left leg", "Head and trunk"))
    zh = chart(inspected(), "zh")
    assert all(f">{name}<" in zh for name in ("左膝", "左腿", "头和躯干", "时间（秒）"))
    assert not re.findall(r">[^<]*[a-z]{2}[^<]*</text>", zh)


def test_what_the_words_tell_is_framed():
    assert chart(inspected()).count('class="found"') == 1
    assert 'class="found"' not in chart(inspected(()))


def test_of_a_thousand_joints_the_strangest_are_shown_under_names_that_are_text():
    joints = replace(
        COCO, joints=tuple(f"<b>joint {at}" for at in range(200)), bones=(), root=("<b>joint 0",), angles=()
    )
    rng = np.random.default_rng(0)
    motion = replace(
        squat(3),
        places=rng.normal(0, 100, (40, 200, 3)).astype(np.float32),
        confidence=np.ones((40, 200)),
        joints=joints,
    )
    svg = chart(inspected((("<b>joint 150", 5, 9, 30.0),), motion))
    assert "<b>" not in svg
    assert svg.count("&lt;b&gt;joint") == 60
    assert "&lt;b&gt;joint 150<" in svg


# ── the angles ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_angle_that_is_told_of_is_drawn_with_its_band_and_the_wrong_time_shaded():
    result = inspected(off=(150.0, 0.0, 0.0))
    charts = angle_charts(result.detection, result.evidence, "en")
    told = result.evidence.findings[0]
    assert told.bend is not None
    (svg,) = [svg for name, svg in charts if name == f"{told.bend}, degrees"]
    assert svg.count('class="band"') == svg.count('class="seen"') == svg.count('class="wrong"') == 1
    x, width = map(float, re.search(r'<rect x="([\d.]+)" y="6" width="([\d.]+)"', svg).groups())
    share = (x - 40) / (410 - 40 - 14)
    assert share * result.motion.seconds == pytest.approx(told.start, abs=0.01)
    assert width > 0
    assert ">seconds<" in svg
    assert angle_charts(result.detection, result.evidence, "zh")[0][0].endswith("（度）")


def test_without_a_finding_the_furthest_angles_are_drawn_unshaded():
    result = inspected(())
    high = result.detection.angle_high.copy()
    high[:, 3] = -60
    charts = angle_charts(replace(result.detection, angle_high=high), result.evidence, "en")
    assert charts[0][0] == f"{COCO.angles[3][0]}, degrees"
    assert not any('class="wrong"' in svg for _, svg in charts)


def test_a_curve_is_broken_where_the_joint_was_not_seen():
    def line(motion):
        result = inspected((), motion)
        high = np.where(np.array([bend[0] for bend in COCO.angles]) == "left knee", -60, 180).astype(np.float32)
        detection = replace(result.detection, angle_high=np.broadcast_to(high, result.detection.angles.shape))
        charts = angle_charts(detection, result.evidence, "en")
        assert all("nan" not in svg for _, svg in charts)
        return next((re.search(r'd="([^"]*)" class="seen"', svg)[1] for name, svg in charts if "left knee" in name), "")

    assert line(squat(3)).count("M") == 1
    assert line(hidden(squat(3), "left knee", 10, 20)).count("M") == 2
    assert line(hidden(squat(3), "left knee")) == "", "what was never seen has no curve"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_page_holds_everything_and_its_files_lie_beside_it(tmp_path: Path) -> None:
    result = inspected(name="clips/squat 7.json", off=(150.0, 0.0, 0.0))
    page = write_movement_page(result, tmp_path / "new", normals=[0.1, 0.9])
    assert page == tmp_path / "new" / "squat_7.html"
    beside = {path.name for path in (tmp_path / "new" / "squat_7").iterdir()}
    assert beside == {"movement.gif", "moments1.png", "moments2.png", "evidence.json"}
    evidence = json.loads((tmp_path / "new" / "squat_7" / "evidence.json").read_text("utf-8"))
    assert evidence["findings"][0]["joint"] == "left knee"
    text = page.read_text("utf-8")
    assert 'foil-badge foil-reject"' in text
    assert "each tick is one of the 2 normal movements" in text
    assert "left knee moves unlike normal" in text
    assert "good part" not in text
    assert re.findall(r'(?:src|href)="(?!data:)', text) == []
    assert all(re.findall(r'<img [^>]*alt="([^"]*)"', text)), "who can't see the pictures is told what they are"
    assert text.count('role="img" aria-label="') >= 3
    gif = Image.open(BytesIO(base64.b64decode(re.search(r"data:image/gif;base64,([^\"]+)", text)[1])))
    assert gif.n_frames > 10


def test_a_page_speaks_chinese(tmp_path: Path) -> None:
    text = write_movement_page(inspected(name="深蹲.json"), tmp_path, "zh").read_text("utf-8")
    seen = re.sub(r"<style>.*?</style>|<pre>.*?</pre>|<[^>]*>", " ", text, flags=re.DOTALL)
    assert "左膝的动作异常" in seen
    words = set(re.findall(r"[A-Za-z]{3,}", seen)) - {"squats", "json", "COCO", "JSON", "UTC", "SHA"}
    assert {word for word in words if not re.fullmatch("[0-9a-f]+", word)} == set()


def test_a_page_stands_for_any_name(tmp_path: Path) -> None:
    text = write_movement_page(inspected(name=HOSTILE), tmp_path).read_text("utf-8")
    assert "<img src=x" not in text
    assert "{{7*7}}" in text
    assert "&lt;img src=x onerror=alert(1)&gt;" in text


def test_movements_of_one_archive_have_pages_of_their_own_and_the_same_one_is_written_over(tmp_path: Path) -> None:
    names = ["data.npz#m01_s01.a", "data.npz#m01_s01.b", "data.npz#m01_s01.a", "other/data.npz#m01_s01.a"]
    pages = [write_movement_page(inspected(name=name), tmp_path).name for name in names]
    assert pages[:3] == ["m01_s01.a.html", "m01_s01.b.html", "m01_s01.a.html"]
    assert len(set(pages)) == 3


def test_a_refused_movement_has_a_page_without_judgement(tmp_path: Path) -> None:
    result = inspected(refusal="it takes 9 s, and normal movements take 2 to 3 s")
    text = write_movement_page(result, tmp_path).read_text("utf-8")
    assert "not scored" in text
    assert "it takes 9 s" in text
    assert "foil-chart" not in text.split("</style>")[1]
    assert movement_entry(result, tmp_path / "a.html").score is None


def test_the_same_movement_makes_the_same_page(tmp_path: Path) -> None:
    one, other = (write_movement_page(inspected(), tmp_path / name, written=NOW).read_bytes() for name in "ab")
    assert one == other


def test_an_index_lists_movements(tmp_path: Path) -> None:
    entries = []
    for name, wrong in (("calm.json", ()), ("wild.json", (KNEE,))):
        result = inspected(wrong, name=name)
        entries.append(movement_entry(result, write_movement_page(result, tmp_path)))
    text = write_index([*entries, Failure("cut.json", "cut.json: cut off")], tmp_path).read_text("utf-8")
    assert re.findall(r">([a-z]+\.json)", text) == ["wild.json", "calm.json", "cut.json"]
    assert "Inspected: 3 movements" in text
    both = write_index([entries[0], replace(entries[1], kind="picture")], tmp_path).read_text("utf-8")
    assert "Inspected: 2 pictures and movements" in both


@pytest.mark.slow
def test_a_page_of_ten_seconds_takes_at_most_two(tmp_path: Path) -> None:
    short = squat(3)
    motion = replace(short, places=np.tile(short.places, (5, 1, 1))[:250], confidence=np.ones((250, 17), np.float32))
    result = inspected(motion=motion)
    started = time.perf_counter()
    write_movement_page(result, tmp_path)
    assert time.perf_counter() - started < 2
