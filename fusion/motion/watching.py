"""Watching: from words such as "only the left leg" to the joints that count."""

import re

import numpy as np
from numpy.typing import NDArray

from fusion.errors import BadSetting
from fusion.motion.chain import names_of
from fusion.motion.joints import JointSet

_LIMBS = {  # what people say, and what the joints of it are called
    "leg": ("hip", "thigh", "knee", "shin", "ankle", "heel", "toe", "foot"),
    "foot": ("ankle", "heel", "toe", "foot"),
    "feet": ("ankle", "heel", "toe", "foot"),
    "arm": ("shoulder", "upper arm", "elbow", "forearm", "wrist", "hand", "thumb"),
    "head": ("head", "forehead", "nose", "eye", "ear", "neck"),
    "trunk": ("neck", "back", "collarbone", "breastbone", "shoulder", "pelvis", "hip"),
}
_ALIASES = {"腿": "leg", "脚": "foot", "臂": "arm", "头": "head", "躯干": "trunk", "膝": "knee", "踝": "ankle"}
_ALIASES |= {"髋": "hip", "肩": "shoulder", "肘": "elbow", "腕": "wrist", "手": "hand", "左": "left ", "右": "right "}
_FILLERS = re.compile(r"\b(only|watch|look|just|the|at|both|please)\b|[只看请的]")
_AND = re.compile(r",|;|，|、|和|\band\b|\+")


def watched(words: str, joints: JointSet) -> NDArray[np.bool_]:
    """Return the joints that words name, (J,): "left leg", "both knees", "right wrist and head", "只看左腿".

    BadSetting names what can be watched if a part of the words names nothing.
    """
    names = names_of(joints)
    found = np.zeros(len(names), bool)
    for part in _AND.split(words.casefold()):
        for said, meant in _ALIASES.items():
            part = part.replace(said, meant)
        part = _plain(part)
        if not part:
            continue
        these = np.array([_plain(name) == part for name in names])
        if not these.any():
            these = np.array([_named(name, part) for name in names])
        if not these.any():
            known = ", ".join((*_LIMBS, *names))
            raise BadSetting(f"{part!r} names no joint of {joints.name}; known, with left or right before: {known}")
        found |= these
    if not found.any():
        raise BadSetting(f"{words!r} names no joint; say for example: left leg, right wrist")
    return found


def _plain(text: str) -> str:
    return " ".join(_FILLERS.sub(" ", text).split())


def _named(name: str, part: str) -> bool:
    """Return whether a joint is meant by words, in singular or plural, perhaps with a side."""
    side, _, what = part.partition(" ")
    if side not in ("left", "right"):
        side, what = "", part
    if not name.startswith(side):
        return False
    limb = _LIMBS.get(what) or _LIMBS.get(what.removesuffix("s"))
    wanted = limb or (re.escape(what.removesuffix("s")),)
    return any(re.search(rf"\b{one}", name) for one in wanted)
