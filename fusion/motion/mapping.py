"""Mapping files: a joint set described in a small JSON file, for every skeleton that isn't built in."""

import json
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from fusion.errors import BadInput, BadSetting
from fusion.files import looks_like, open_input
from fusion.modality.text import read_text
from fusion.motion.joint_sets import BUILT_IN
from fusion.motion.joints import AXES, CONFIDENCE, UNITS, Convention, JointSet

MOST_JOINTS = 1000
HIGHEST_RATE = 10_000.0  # frames a second
_LARGEST = 1 << 20  # bytes: a mapping of a thousand joints needs a tenth of it
KEYS = ("base", "name", "joints", "bones", "root", "angles", "aliases", "channels", "unit", "rate", "up")


def joint_set(name: str) -> JointSet:
    """Return the built-in joint set of this name, in any case, or the one that the mapping file there describes."""
    known = {built_in.casefold(): joints for built_in, joints in BUILT_IN.items()}
    if joints := known.get(name.casefold()):
        return joints
    if not Path(name).suffix and not Path(name).exists():
        raise BadSetting(f"{name}: no joint set; known are {', '.join(BUILT_IN)}, or give the path of a mapping file")
    return read_joint_set(Path(name))


def read_joint_set(path: Path) -> JointSet:
    """Read a mapping file; docs/movements.md shows one. BadInput names the entry that makes no sense."""
    with open_input(path, str(path)) as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise BadInput(f"{path}: larger than 1 MB, which is no mapping file; expected JSON with the key 'joints'")
    try:
        entries = json.loads(content)
    except (ValueError, RecursionError):
        raise BadInput(f"{path}: this is {looks_like(content[:2048])}, not JSON; expected a mapping file") from None
    if not isinstance(entries, dict):
        raise BadInput(f"{path}: a mapping file is an object with the key 'joints', not {entries!r:.60}")
    if unknown := sorted(entries.keys() - set(KEYS)):
        raise BadInput(f"{path}: {unknown[0]!r:.60} is no entry of a mapping file; known are {', '.join(KEYS)}")
    if "base" in entries and {"joints", "bones", "root"} & entries.keys():
        raise BadInput(f"{path}: 'base' brings joints, bones and root with it; leave these out, or leave out 'base'")
    return _Mapping(path, entries).joint_set()


@dataclass(frozen=True)
class _Mapping:
    """The entries of one mapping file, checked as they are asked for."""

    path: Path
    entries: dict[str, Any]

    def joint_set(self) -> JointSet:
        base = self.base or JointSet(self.path.stem, self.joints, self._bones(), self._root())
        return replace(
            base,
            name=self._word("name", self.entries.get("name", base.name)),
            angles=self._angles() or base.angles,
            aliases=self._aliases() or base.aliases,
            convention=self._convention(),
        )

    @cached_property
    def base(self) -> JointSet | None:
        name = self.entries.get("base")
        if "base" in self.entries and (not isinstance(name, str) or name not in BUILT_IN):
            raise self.bad("base", f"expected one of {', '.join(BUILT_IN)}")
        return BUILT_IN[name] if name else None

    @cached_property
    def joints(self) -> tuple[str, ...]:
        if self.base:
            return self.base.joints
        joints = self._words("joints")
        if not 3 <= len(joints) <= MOST_JOINTS:
            raise self.bad("joints", f"it names {len(joints)}; expected 3 to {MOST_JOINTS:,} names in file order")
        if twice := [joint for joint in joints if joints.count(joint) > 1]:
            raise self.bad("joints", f"{twice[0]} is in it twice; every joint needs a name of its own")
        return joints

    def bad(self, key: str, reason: str) -> BadInput:
        return BadInput(f"{self.path}: {key!r} is {self.entries.get(key)!r:.80}; {reason}")

    def _convention(self) -> Convention:
        base = self.base.convention if self.base else None
        channels = self._words("channels") if base is None or "channels" in self.entries else base.channels
        axes = tuple(channel for channel in channels if channel != CONFIDENCE)
        if tuple(sorted(axes)) not in (AXES[:2], AXES) or len(channels) - len(axes) > 1:
            raise self.bad("channels", "expected x, y, perhaps z, perhaps confidence, in the order of the file")
        flat = len(axes) == 2
        unit = self.entries.get("unit", base.unit if base else "px" if flat else "")
        if unit not in [unit for unit in UNITS if (unit == "px") == flat]:
            raise self.bad("unit", f"expected {'px, as there is no z' if flat else 'mm, cm or m, as there is a z'}")
        up = self.entries.get("up", base.up if base and (base.unit == "px") == flat else "-y" if flat else "z")
        if up not in [sign + axis for axis in (AXES[1:2] if flat else AXES) for sign in ("", "-")]:
            raise self.bad("up", "expected the axis that grows upwards: y or -y in pictures; x, y, z, -x, -y or -z")
        return Convention(channels, unit, self._rate(base.rate if base else None), up)

    def _rate(self, otherwise: float | None) -> float | None:
        rate = self.entries.get("rate", otherwise)
        if rate is None:
            return None
        if isinstance(rate, bool) or not isinstance(rate, int | float) or not 0 < rate <= HIGHEST_RATE:
            raise self.bad("rate", f"expected frames a second, more than 0 and at most {HIGHEST_RATE:,.0f}")
        return float(rate)

    def _angles(self) -> tuple[tuple[str, str, str, str], ...]:
        angles = []
        for angle, joints in self._table("angles").items():
            three = self._known("angles", joints)
            if len(set(three)) != 3:
                raise self.bad("angles", f"{angle!r:.40} needs three joints: an end, the one that bends, an end")
            angles.append((self._word("angles", angle), three[0], three[1], three[2]))
        return tuple(angles)

    def _aliases(self) -> tuple[tuple[str, str], ...]:
        aliases = self._table("aliases")
        self._known("aliases", list(aliases))
        return tuple((joint, self._word("aliases", words)) for joint, words in aliases.items())

    def _bones(self) -> tuple[tuple[str, str], ...]:
        bones = []
        for bone in self._list("bones"):
            pair = self._known("bones", bone)
            if len(set(pair)) != 2:
                raise self.bad("bones", f"{bone!r:.60} is no pair of two joints")
            bones.append((pair[0], pair[1]))
        return tuple(bones)

    def _root(self) -> tuple[str, ...]:
        root = self._known("root", self._list("root"))
        if not root:
            raise self.bad("root", "expected the joints whose middle is the body's place, such as both hips")
        return root

    def _known(self, key: str, names: Any) -> tuple[str, ...]:
        if not isinstance(names, list):
            raise self.bad(key, f"{names!r:.60} is no list of joints")
        if unknown := [name for name in names if name not in self.joints]:
            raise self.bad(key, f"{unknown[0]!r:.60} is none of its joints; write it as in 'joints', or add it there")
        return tuple(names)

    def _words(self, key: str) -> tuple[str, ...]:
        return tuple(self._word(key, word) for word in self._list(key))

    def _word(self, key: str, word: Any) -> str:
        """Return a name as one clean line: it will stand in reports."""
        clean = read_text(word, str(self.path)) if isinstance(word, str) else ""
        if not 1 <= len(clean) <= 80:
            raise self.bad(key, f"{word!r:.60} is no name of 1 to 80 characters")
        return clean

    def _list(self, key: str) -> list[Any]:
        value = self.entries.get(key)
        if not isinstance(value, list):
            raise self.bad(key, "expected a list" if key in self.entries else "the file needs this entry, a list")
        return value

    def _table(self, key: str) -> dict[str, Any]:
        value = self.entries.get(key, {})
        if not isinstance(value, dict):
            raise self.bad(key, "expected an object")
        return value
