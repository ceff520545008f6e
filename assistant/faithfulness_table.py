"""The tables of `foil bench --explanations`, in Markdown."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.faithfulness import Image, Judged, explanations, fitted, named, nearest_agree
from explain.difference import Region
from explain.naming import attributes
from fusion.bench_table import table
from fusion.progress import Progress, silent

HEAD: tuple[str, ...] = (
    "",
    "painted",
    "detected",
    "place",
    "size",
    "darker / lighter",
    "kind, first",
    "kind, first two",
    "named",
)
HEAD += ("of these right", "deletion", "insertion", "swap")
NOTES = """\
Of detected defects: the named ninth holds the defect's middle or a third of it (of a line, both ends); the longest
extent is within 25 %; darker or lighter, of those that are either; its kind is the likeliest, or among the two
likeliest, of nine; a name is sure enough to be said, and then right; with the named regions made normal the picture
passes; on the good part these regions alone are found again; another picture's map changes the words."""


def report(
    folders: Sequence[Path], settings: Mapping[str, Any], count: int, names: int = 0, progress: Progress = silent
) -> str:
    """Fit on each data set's good parts, and return what its words are worth, and which names labelled defects got."""
    judged: list[Judged] = []
    matrices = []
    for folder in folders:
        dataset, detector = fitted(folder, settings, names, progress)
        judged += explanations(dataset, detector, count, progress=progress)
        matrices.append(
            f"Names for the labelled defects of {dataset.name}:\n\n{confusion(named(dataset, detector, progress))}"
        )
    return "\n\n".join([markdown(judged, lambda j: j.data), markdown(judged, lambda j: j.kind), NOTES, *matrices])


def markdown(judged: Sequence[Judged], key: Callable[[Judged], str]) -> str:
    """Return a row a group and one of all."""
    groups = {name: [one for one in judged if key(one) == name] for name in dict.fromkeys(map(key, judged))}
    return table(HEAD, [_row(name, group) for name, group in [*groups.items(), ("all", list(judged))]])


def _row(name: str, judged: Sequence[Judged]) -> list[str]:
    seen = [one for one in judged if one.detected]
    told = [one for one in seen if one.named]
    shares = [
        _share([one.place for one in seen]),
        _share([one.size for one in seen]),
        _share([one.tone for one in seen if one.tone is not None]),
        _share([one.rank == 1 for one in seen]),
        _share([one.rank <= 2 for one in seen]),
        _share([one.named for one in seen]),
        _share([one.rank == 1 for one in told]),
        *(_share([getattr(one, what) for one in seen]) for what in ("deleted", "inserted", "swapped")),
    ]
    return [name, str(len(judged)), str(len(seen)), *shares]


def _share(right: Sequence[bool]) -> str:
    return f"{100 * sum(right) / len(right):.1f} %" if right else "–"


def confusion(found: Sequence[tuple[str, str, Region, Image]]) -> str:
    """Return which kinds labelled types are called, beside chance and nearest neighbours, which see the labels."""
    if len(found) < 2:
        return f"{len(found)} labelled defects were marked, and a table takes two."
    types = [kind for kind, *_ in found]
    counts = Counter((label, name) for label, name, *_ in found)
    names = [name for name, _ in Counter(name for _, name, *_ in found).most_common()]
    rows = [[label, *(str(counts[label, name]) for name in names)] for label in sorted(set(types))]
    crops = np.array([crop.ravel() for *_, crop in found], float)
    measured = np.array([attributes(region) for _, _, region, _ in found])
    chance = sum((n / len(types)) ** 2 for n in Counter(types).values())
    same = (
        f"Of the same type is the nearest other by attributes in {100 * nearest_agree(measured, types):.1f} %, by the"
    )
    same += f" crop's pixels in {100 * nearest_agree(crops, types):.1f} %, by chance in {100 * chance:.1f} %."
    return table(["labelled", *names], rows) + "\n\n" + same
