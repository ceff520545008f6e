"""Movements: which joint moves unlike normal, from when to when, in which direction and by how much, in words.

The same order as for pictures: numbers are measured and rounded once, sentences only quote them.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from explain import plain
from explain.catalogue import Lang, say
from explain.evidence import Limits, Support
from explain.plain import Count, Degrees, Millimetres, Pixels, PValue, Score, Seconds, Sigma
from explain.prompt import clean
from explain.wording import number, points
from fusion.detection import Verdict
from fusion.motion.detection import MotionDetection
from fusion.motion.motion import Motion

MOST = 3  # findings
SHADOW = 0.5  # of the strongest: what is weaker may be its shadow, on other joints and at other times
NEAR = 0.5  # of a direction's length: how much of it must lie along an axis to be called by it
Way = Literal["up", "down", "aside"]
TakenBy = Literal["words", "scene", "words and scene", "looks"]
Map = NDArray[np.float32]  # (J, T)


@dataclass(frozen=True)
class Finding:
    """One joint over one stretch of time, at which the movement is unlike normal."""

    joint: str  # as people call it
    start: Seconds
    end: Seconds
    peak: Sigma
    bend: str | None  # the angle that is furthest out of its normal range there; None if none is
    angle: Degrees | None  # 180 = straight
    normal_low: Degrees | None
    normal_high: Degrees | None
    way: Way | None  # where it is, against its normal version
    off_mm: Millimetres | None  # how far, of a movement in space
    off_px: Pixels | None  # or in a picture


@dataclass(frozen=True)
class MovementEvidence:
    """Everything that a sentence on a movement may rest on."""

    schema_version: Literal["movement 1"]
    name: str
    sha256: str
    frames: Count
    seconds: Seconds
    model: dict[str, str | int | float | bool | None]
    verdict: Verdict
    score: Score
    p_value: PValue
    thresholds: Limits
    support: Support
    taken_for: str | None  # of several movements the one that it was judged as
    taken_by: TakenBy | None  # how that was decided
    watched: tuple[str, ...]  # joints that counted; () = all
    findings: tuple[Finding, ...]
    refusal: str | None

    def to_json(self) -> dict[str, Any]:
        """Return plain data, strict JSON."""
        told: dict[str, Any] = plain.to_plain(self)
        return told


def movement_evidence(
    motion: Motion,
    detection: MotionDetection,
    model: dict[str, Any],
    support: dict[str, Any],
    taken: tuple[str, TakenBy] | None = None,
    watched: Sequence[str] = (),
) -> MovementEvidence:
    """Return the evidence of one movement; `model` and `support` as in `explain.gather.gather`.

    `taken` says as which of several movements it was judged, and how that was decided, `watched` which joints counted.
    """
    evidence = MovementEvidence(
        schema_version="movement 1",
        name=clean(motion.name),
        sha256=motion.sha256,
        frames=len(motion),
        seconds=motion.seconds,
        model=model,
        verdict=detection.verdict,
        score=detection.pred_score,
        p_value=detection.p_value,
        thresholds=Limits(**asdict(detection.thresholds)),
        support=plain.from_plain(Support, support, "support"),
        taken_for=clean(taken[0]) if taken else None,
        taken_by=taken[1] if taken else None,
        watched=tuple(watched),
        findings=() if detection.verdict in ("PASS", "REFUSED") else tuple(_findings(motion, detection)),
        refusal=clean(detection.refusal) if detection.refusal else None,
    )
    return plain.rounded(evidence)


def tell(e: MovementEvidence, lang: Lang) -> str:
    """Return verdict and findings in words, a line each."""
    judged_as = []
    if e.taken_for and e.taken_by:
        judged_as.append(say(f"movement.by {e.taken_by}", lang, movement=e.taken_for))
    if e.watched:
        joints = say("list", lang).join(joint_name(joint, lang) for joint in e.watched)
        judged_as.append(say("movement.watched", lang, joints=joints))
    if e.verdict == "REFUSED":
        return "\n".join([say("movement.refused", lang, refusal=e.refusal or ""), *judged_as])
    slots = {"score": points(e.score), "review": points(e.thresholds.review), "reject": points(e.thresholds.reject)}
    lines = [say(f"movement.{e.verdict.lower()}", lang, p=number(e.p_value, significant=2), **slots)]
    return "\n".join(lines + judged_as + [_sentence(finding, lang) for finding in e.findings])


def _findings(motion: Motion, detection: MotionDetection) -> list[Finding]:
    """Return the strongest joints and their stretches of time, one after the other, neighbours left out."""
    left = detection.anomaly_map.copy()
    found: list[Finding] = []
    top = float(left.max())
    level = max(min(detection.map_threshold, top), SHADOW * top)
    near = _neighbours(motion)
    while len(found) < MOST and float(left.max()) >= max(level, 1e-6):
        joint, frame = (int(at) for at in np.unravel_index(int(left.argmax()), left.shape))
        start, end = _stretch(detection.anomaly_map[joint] >= level, frame)
        found.append(_finding(motion, detection, joint, start, end))
        left[near[joint], start : end + 1] = -np.inf
    return found


def _stretch(high: NDArray[np.bool_], frame: int) -> tuple[int, int]:
    """Return the first and the last frame of the stretch around a frame."""
    start = end = frame
    while start > 0 and high[start - 1]:
        start -= 1
    while end + 1 < len(high) and high[end + 1]:
        end += 1
    return start, end


def _neighbours(motion: Motion) -> NDArray[np.bool_]:
    """Return for each joint itself and what at most two bones connect it with, (J, J)."""
    one = np.eye(len(motion.joints.joints), dtype=bool)
    for a, b in motion.joints.bones:
        i, j = motion.joints.index(a), motion.joints.index(b)
        one[i, j] = one[j, i] = True
    return np.asarray(one.astype(int) @ one > 0)


def _finding(motion: Motion, detection: MotionDetection, joint: int, start: int, end: int) -> Finding:
    name = motion.joints.joints[joint]
    bend, angle, low, high = _bend(motion, detection, name, start, end)
    apart = (motion.places - detection.normal.places)[start : end + 1, joint].astype(np.float64)
    worst = apart[int(np.linalg.norm(apart, axis=1).argmax())]
    off, space = float(np.linalg.norm(worst)), len(worst) == 3
    upward = worst[2] if space else -worst[1]  # in pictures y points down
    way: Way = "aside" if abs(upward) < NEAR * off else "up" if upward > 0 else "down"
    return Finding(
        joint=dict(motion.joints.aliases).get(name, name),
        start=start / motion.rate,
        end=(end + 1) / motion.rate,
        peak=float(detection.anomaly_map[joint, start : end + 1].max()),
        bend=bend,
        angle=angle,
        normal_low=low,
        normal_high=high,
        way=way if off > 0 else None,
        off_mm=off if space and off > 0 else None,
        off_px=off if not space and off > 0 else None,
    )


def _bend(
    motion: Motion, detection: MotionDetection, joint: str, start: int, end: int
) -> tuple[str | None, float | None, float | None, float | None]:
    """Return the bend at or next to a joint that is furthest out of its normal range: name, angle, and the range."""
    best: tuple[float, str, float, float, float] | None = None
    for number_, (name, *joints) in enumerate(motion.joints.angles):
        if joint not in joints:
            continue
        stretch = slice(start, end + 1)
        seen, low, high = (
            part[stretch, number_] for part in (detection.angles, detection.angle_low, detection.angle_high)
        )
        out = np.nan_to_num(np.maximum(low - seen, seen - high), nan=-1.0)
        at = int(out.argmax())
        if out[at] > 0 and (best is None or out[at] > best[0]):
            best = float(out[at]), name, float(seen[at]), float(low[at]), float(high[at])
    return best[1:] if best else (None, None, None, None)


def _sentence(f: Finding, lang: Lang) -> str:
    joint = joint_name(f.joint, lang)
    head = say("movement.finding", lang, start=number(f.start), end=number(f.end), joint=joint, peak=number(f.peak))
    parts = [head]
    if f.bend and f.angle is not None and f.normal_low is not None and f.normal_high is not None:
        slots = {"angle": number(f.angle), "low": number(f.normal_low), "high": number(f.normal_high)}
        parts.append(say("movement.bend", lang, bend=joint_name(f.bend, lang), **slots))
    off, unit = (f.off_mm, "mm") if f.off_mm is not None else (f.off_px, "px")
    if off is not None and f.way:
        parts.append(say(f"movement.{f.way}", lang, off=number(off), unit=unit))
    return say("clause", lang).join(parts) + say("movement.end", lang)


def joint_name(name: str, lang: Lang) -> str:
    """Return what a joint is called; what has no Chinese name keeps its own."""
    if lang == "en":
        return name
    side, _, part = name.partition(" ")
    if side in _SIDES_ZH and part in JOINTS_ZH:
        return _SIDES_ZH[side] + JOINTS_ZH[part]
    return JOINTS_ZH.get(name, name)


_SIDES_ZH = {"left": "左", "right": "右"}
JOINTS_ZH = {
    **{"nose": "鼻", "eye": "眼", "ear": "耳", "head": "头", "forehead": "前额", "back of the head": "后脑"},
    **{"neck": "颈", "base of the neck": "颈根", "trunk": "躯干", "back": "背", "collarbone": "锁骨"},
    **{"breastbone": "胸骨", "shoulder blade": "肩胛", "shoulder": "肩", "upper arm": "上臂", "elbow": "肘"},
    **{"forearm": "前臂", "wrist": "腕", "outer wrist": "腕外侧", "hand": "手", "finger": "手指", "hip": "髋"},
    **{"mid hip": "髋中点", "back of the pelvis": "骨盆后侧", "thigh": "大腿", "knee": "膝", "shin": "小腿"},
    **{"ankle": "踝", "heel": "足跟", "toe": "足尖", "toes": "脚趾", "big toe": "大脚趾", "small toe": "小脚趾"},
}
