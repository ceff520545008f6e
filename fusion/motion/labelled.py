"""Labelled movements: which of a data set's are fitted on, which are tested, and what each of these truly is."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

from fusion.errors import BadData, BadInput, BadSetting
from fusion.item import Item
from fusion.motion.collection import Reading, called, items_in, movements_in, pattern, told
from fusion.motion.motion import Motion
from fusion.motion.read import read_motion
from fusion.progress import Progress, silent


@dataclass(frozen=True)
class Patterns:
    """What names tell; a pattern finds its group in a name, or else the whole match. "" = names don't tell it."""

    normal: str = ""  # names that are normal; "": MVTec's layout says it
    fit_on: str = ""  # of these the normal ones are fitted on, the others left out; all others are tested
    people: str = ""  # who moved
    by: str = ""  # what splits the data into groups

    def __post_init__(self) -> None:
        if bool(self.normal) != bool(self.fit_on):
            raise BadSetting(
                "--normal says which movements are normal, and --fit-on which to fit on; give both, or neither "
                "for folders in MVTec's layout"
            )


@dataclass(frozen=True, eq=False)
class Group:
    """Movements that one row of a benchmark is about."""

    name: str
    fitted: list[Motion]
    people: list[str] | None  # who moves in these; None if nobody said
    tested: list[tuple[Motion, int]]  # with the label, which goes into the comparison and nowhere else; 1 = not normal
    unusable: dict[str, str]  # path -> why

    @property
    def fingerprint(self) -> str:
        """Return a hash of what was seen, who moved, and what it was for."""
        fitted = zip([motion.sha256 for motion in self.fitted], self.people or repeat(""), strict=False)
        told = [list(fitted), [(motion.sha256, label) for motion, label in self.tested], sorted(self.unusable)]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:16]


def groups_in(source: Path, reading: Reading, patterns: Patterns, progress: Progress = silent) -> list[Group]:
    """Read a data set's movements, group by group; BadData if one has none to fit on, or not both kinds to test on.

    A movement that can't be read is left out and listed.
    """
    by, found = pattern(patterns.by), defaultdict(list)
    for item in _items(source, reading, patterns):
        found[told(by, called(item.path, source), "its group") if patterns.by else ""].append(item)
    groups, done, count = [], 0, sum(map(len, found.values()))
    for name, items in sorted(found.items()):
        progress("reading movements", done, count)
        groups.append(_read(name, items, source, reading, patterns))
        done += len(items)
    return groups


def _items(source: Path, reading: Reading, patterns: Patterns) -> list[Item]:
    if not patterns.normal:
        return items_in(source, reading)
    paths = movements_in(source, reading)
    names = [called(path, source) for path in paths]
    normal, fit_on = (
        _matching(text, names, source, option)
        for text, option in ((patterns.normal, "--normal"), (patterns.fit_on, "--fit-on"))
    )
    return [
        Item(path, 0 if good else 1, "good" if good else "other", "train" if chosen else "test")
        for path, good, chosen in zip(paths, normal, fit_on, strict=True)
        if good or not chosen  # of people fitted on, what isn't normal would be told by other means than a stranger's
    ]


def _matching(text: str, names: Sequence[str], source: Path, option: str) -> list[bool]:
    matches = [bool(pattern(text).search(name)) for name in names]
    if not any(matches):
        such = f", such as {names[0]}," if names else ""
        raise BadData(f"{source}: none of {len(names)} names of movements{such} matches {option} {text!r}")
    return matches


def _read(name: str, items: Sequence[Item], source: Path, reading: Reading, patterns: Patterns) -> Group:
    who, group = pattern(patterns.people), Group(name, [], [] if patterns.people else None, [], {})
    for item in items:
        try:
            motion = read_motion(item.path, reading.joints, reading.rate)
        except BadInput as error:
            group.unusable[str(item.path)] = str(error)
            continue
        if item.split == "train":
            group.fitted.append(motion)
            if group.people is not None:
                group.people.append(told(who, called(item.path, source), "who moved"))
        elif item.label is None:
            group.unusable[str(item.path)] = "nobody said whether it is normal, so it can't be compared"
        else:
            group.tested.append((motion, int(item.label)))
    good, bad = (sum(label == kind for _, label in group.tested) for kind in (0, 1))
    if not (group.fitted and good and bad):
        raise BadData(
            f"{source}{f', {name}' if name else ''}: {len(group.fitted)} normal movements to fit on, {good} normal and "
            f"{bad} others to test on; a benchmark needs all three, as in train/good, test/good and test/KIND, or told "
            "by --normal and --fit-on"
        )
    return group
