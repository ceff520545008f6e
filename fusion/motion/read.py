"""Reading: any file that people keep movements in becomes a Motion, or a sentence that says what to do."""

from pathlib import Path

import numpy as np

from fusion.errors import BadInput
from fusion.files import call, open_input
from fusion.motion.arrays import Recording, keys_of, open_archive, refuse_too_much
from fusion.motion.documents import poses_in
from fusion.motion.joints import JointSet
from fusion.motion.motion import Motion
from fusion.motion.people import lay_out, pick
from fusion.motion.placing import motion_of, refuse_too_little
from fusion.motion.recording import head_of, open_recording, rate_of, split_key


def read_motion(
    source: Path | bytes,
    joints: JointSet | None = None,
    rate: float | None = None,
    person: str | None = None,
    name: str = "",
) -> Motion:
    """Read one person's movement, in pixels or millimetres, from a file, FILE.npz#KEY, a folder or ZIP of JSON frames.

    Joint sets of pictures are told by how many joints there are. `rate`, frames a second, goes before the file's own
    and the joint set's; one of them must say it. `person` is a track id; without it, whoever is in the most frames.
    """
    name = call(source, name, "the movement")
    path, key = split_key(source)
    poses = None if key else poses_in(path, name)
    if poses is not None:
        refuse_too_little(len(poses.frames), len({pose.frame for pose in poses.found}), name)
        return _whole(lay_out(pick(poses, person, name), poses, joints, name), rate, name)
    if person is not None:
        raise BadInput(f"{name}: arrays and tables hold one person only; leave the choice of a person out")
    with open_input(path, name) as file, open_recording(file, key, joints, name) as recording:
        return _whole(recording, rate, name)


def motion_keys(path: Path) -> tuple[str, ...]:
    """Return the names of the movements in a .npz, each to be read as FILE.npz#KEY, unread; () of any other file."""
    with open_input(path, str(path)) as file:
        if not head_of(file).startswith(b"PK"):
            return ()
        with open_archive(file, str(path)) as archive:
            return tuple(keys_of(archive))


def _whole(recording: Recording, rate: float | None, name: str) -> Motion:
    rate = rate_of(rate, recording, name)
    refuse_too_much((recording.frames or 0) * len(recording.joints.joints) * len(recording.channels), name)
    kept, numbers = [], 0
    for chunk in recording.chunks:
        numbers += chunk.size
        refuse_too_much(numbers, name)
        kept.append(chunk)
    values = np.concatenate(kept)
    motion = motion_of(values, recording.channels, recording.joints, rate, name, recording.first)
    refuse_too_little(len(motion), int(motion.confidence.any(axis=1).sum()), name)
    return motion
