"""People: one person's poses out of everybody's, by track, and never two people taken for one."""

from collections import Counter
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadInput
from fusion.motion.arrays import Recording, refuse_too_much
from fusion.motion.joints import CONFIDENCE, JointSet
from fusion.motion.keypoints import Pose, Poses
from fusion.motion.matching import by_names, by_shape, channels_of, shown
from fusion.motion.tables import LONGEST_GAP

_HIGHEST = 6.0  # AlphaPose's confidences may pass 1, by its own documentation up to here


def pick(poses: Poses, person: str | None, name: str) -> list[Pose]:
    """Return the poses of one person in the order of frames: of this track, else of the one in the most frames.

    Without tracks there must be one person a frame at most. BadInput says what to do where it can't be told who is who.
    """
    tracks = Counter(pose.track for pose in poses.found if pose.track is not None)
    alone = max(Counter(pose.frame for pose in poses.found).values(), default=1) == 1
    known = f"its people are {shown(list(tracks))}" if tracks else "its people have no track ids"
    if person is not None and person not in tracks:
        raise BadInput(f"{name}: there is no person {shown([person])}; {known}")
    chosen = person
    if person is None and tracks and tracks.total() == len(poses.found):
        chosen = tracks.most_common(1)[0][0]  # the first of several
    elif person is None and not alone:
        crowd = Counter(pose.frame for pose in poses.found)
        frame, count = next((frame, count) for frame, count in sorted(crowd.items()) if count > 1)
        remedy = "choose one by person" if tracks else "let the pose tool track people, or keep one person a file"
        raise BadInput(
            f"{name}: {count} people in frame {frame}, and not all with a track id, so it can't be told who is who "
            f"({known}); {remedy}"
        )
    found = [pose for pose in poses.found if chosen is None or pose.track == chosen]
    found.sort(key=lambda pose: pose.frame)
    if twice := [one.frame for one, other in pairwise(found) if one.frame == other.frame]:
        raise BadInput(f"{name}: the person {shown([str(chosen)])} is in frame {twice[0]} twice; give each frame once")
    return found


def lay_out(found: list[Pose], poses: Poses, joints: JointSet | None, name: str) -> Recording:
    """Return one person's poses frame after frame, NaN where there are none.

    Time runs from the file's first frame to its last, whoever was in them.
    """
    frames = np.array(sorted(poses.frames))
    gaps = np.diff(frames) - 1 > LONGEST_GAP
    if gaps.any():
        before, after = frames[np.argmax(gaps)], frames[np.argmax(gaps) + 1]
        raise BadInput(f"{name}: no frame between {before} and {after}; are these really numbers of frames?")
    shape = found[0].values.shape
    if odd := next((pose for pose in found if pose.values.shape != shape), None):
        came, other = (" x ".join(map(str, pose.values.shape)) for pose in (found[0], odd))
        raise BadInput(
            f"{name}: {came} numbers in frame {found[0].frame}, {other} in frame {odd.frame}; expected as many in each"
        )
    matched, channels, places = _match(shape, poses.names, joints, name)
    first, last = int(frames[0]), int(frames[-1])
    refuse_too_much((last - first + 1) * len(matched.joints) * len(channels), name)
    values = np.full((last - first + 1, len(matched.joints), len(channels)), np.nan)
    stacked = np.stack([pose.values for pose in found]).reshape(len(found), -1, len(channels))
    values[np.ix_([pose.frame - first for pose in found], places)] = stacked
    if CONFIDENCE in channels:
        at = channels.index(CONFIDENCE)
        values[..., at] = _confidences(values[..., at])
    return Recording(matched, channels, iter([values]), first, poses.rate)


def _match(
    shape: tuple[int, ...], names: list[str] | None, joints: JointSet | None, name: str
) -> tuple[JointSet, tuple[str, ...], list[int]]:
    if names is None:
        matched, channels = by_shape(shape, joints, name)
        return matched, channels, list(range(len(matched.joints)))
    matched, places = by_names(names, joints, name)
    count = shape[-1] if len(shape) == 2 else shape[0] / len(names)
    found = channels_of(matched, int(count))
    if found is None or count != int(count) or (len(shape) == 2 and shape[0] != len(names)):
        came = " x ".join(map(str, shape))
        raise BadInput(f"{name}: poses of {came} numbers, though it names {len(names)} joints; give all of each")
    return matched, found, places


def _confidences(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return confidences as a Motion has them: COCO's visibility 0, 1, 2 becomes 0, 0.5, 1, AlphaPose's end at 1."""
    known = values[~np.isnan(values)]
    if (known == 2).any() and np.isin(known, (0, 1, 2)).all():
        return values / 2
    return np.where((values > 1) & (values <= _HIGHEST), 1.0, values)
