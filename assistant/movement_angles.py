"""The angles of a movement over time, with the band in which nine of ten normals are."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from assistant.charts import between, line, svg, text, time_axis
from assistant.labels import movement_label as label
from explain.catalogue import Lang
from explain.movement import Finding, MovementEvidence, joint_name
from explain.wording import number
from fusion.motion.chain import names_of
from fusion.motion.detection import MotionDetection
from fusion.motion.joints import JointSet

Numbers = NDArray[np.float64]

WIDTH, HEIGHT = 410, 170  # of a chart
LEFT, RIGHT, TOP, BOTTOM = 40, 14, 6, 38  # around the axes
MOST = 4  # charts
POINTS = 400  # of a curve


def angle_charts(detection: MotionDetection, evidence: MovementEvidence, lang: Lang) -> list[tuple[str, str]]:
    """Return the angles that matter most, over time with normals' band: what each is called, and an SVG."""
    bends = [bend[0] for bend in detection.normal.joints.angles]
    charts = []
    for place in _relevant(detection, evidence.findings):
        name = label("angle", lang, bend=joint_name(bends[place], lang))
        told = [finding for finding in evidence.findings if _concerns(finding, detection.normal.joints, place)]
        charts.append((name, _angle_chart(detection, place, told, name, lang)))
    return charts


def _relevant(detection: MotionDetection, findings: Sequence[Finding]) -> list[int]:
    """Return the bends to show: those that the findings tell of, or else those furthest out of their normal range."""
    joints = detection.normal.joints
    bends = range(len(joints.angles))
    told = [bend for finding in findings for bend in bends if joints.angles[bend][0] == finding.bend]
    near = [bend for finding in findings for bend in bends if _concerns(finding, joints, bend)]
    worst = np.argsort(-_out(detection).max(axis=0, initial=-np.inf), kind="stable")
    seen = np.asarray(np.isfinite(detection.angles).any(axis=0))
    ranked = told or near or [int(bend) for bend in worst[:2]]
    return [bend for bend in dict.fromkeys(ranked) if seen[bend]][:MOST]


def _concerns(finding: Finding, joints: JointSet, bend: int) -> bool:
    """Return whether a finding is about a bend: one that it tells of, else one at its joint."""
    name, *ends = joints.angles[bend]
    called = dict(zip(joints.joints, names_of(joints), strict=True))
    return name == finding.bend if finding.bend else finding.joint in [called[end] for end in ends]


def _out(detection: MotionDetection) -> Numbers:
    """Return how far each angle is out of its normal range, in degrees, (T, A); below 0 inside it or unseen."""
    seen, low, high = (
        part.astype(np.float64) for part in (detection.angles, detection.angle_low, detection.angle_high)
    )
    return np.nan_to_num(np.maximum(low - seen, seen - high), nan=-1.0)


def _angle_chart(detection: MotionDetection, bend: int, findings: Sequence[Finding], name: str, lang: Lang) -> str:
    frames, rate = len(detection.angles), detection.normal.rate
    bins = np.array_split(np.arange(frames), min(frames, POINTS))
    out = _out(detection)[:, bend]
    kept = np.array([part[out[part].argmax()] for part in bins])  # the peak of each step must not fall between
    seen, low, high = (
        part[kept, bend].astype(np.float64) for part in (detection.angles, detection.angle_low, detection.angle_high)
    )
    values = np.concatenate([seen, low, high])
    bottom, top = float(np.nanmin(values)) - 4, float(np.nanmax(values)) + 4
    wide, height, seconds = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM, frames / rate

    def at(values: Numbers) -> Numbers:
        x = LEFT + wide * (kept + 0.5) / frames
        return np.stack([x, TOP + height * (top - values) / (top - bottom)], axis=1)

    parts = []
    for finding in findings:
        x = LEFT + wide * finding.start / seconds
        end = LEFT + wide * min(finding.end, seconds) / seconds
        parts.append(f'<rect x="{x:.1f}" y="{TOP}" width="{end - x:.1f}" height="{height}" class="wrong"/>')
    for tick in between(bottom, top):
        y = TOP + height * (top - tick) / (top - bottom)
        parts.append(f'<path d="M{LEFT} {y:.1f}h{wide}" class="grid"/>')
        parts.append(text(LEFT - 5, y + 4, number(tick), "end"))
    if np.isfinite(low + high).all():
        parts.append(f'<path d="{line(np.concatenate([at(low), at(high)[::-1]]))}z" class="band"/>')
    parts.append(f'<path d="{line(at(seen))}" class="seen"/>')
    parts += time_axis(LEFT, TOP + height, wide, seconds, label("seconds", lang))
    return svg(WIDTH, HEIGHT, parts, name)
