"""The tables of `foil bench --guide`, in Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.faithfulness import fitted
from assistant.pointing import Half, Pointed, pointings
from assistant.reports.statistics import rate
from fusion.bench_table import table
from fusion.progress import Progress, silent

HEAD = ("", "only: it comes first", "ignore: it is gone", "and said so", "the other still counts")
NOTES = """\
Of pictures on which two painted defects are marked apart, words mean one: by the name of its kind, by its place as Foil
itself names it, or by both; English and Chinese in turn. Shares with their 95 % intervals (Wilson). By place alone is
asked only where the other does not lie in the named place, too. First is the region that the words are said to fit;
where none is said to, the strongest. Both halves are of good parts that nothing was fitted on; what was chosen was
chosen on the first."""


def report(
    folders: Sequence[Path],
    settings: Mapping[str, Any],
    count: int,
    half: Half,
    names: int = 0,
    progress: Progress = silent,
) -> str:
    """Fit on each data set's good parts, paint so many pairs on others, and return what words point at."""
    found: list[Pointed] = []
    told = []
    for folder in folders:
        dataset, detector = fitted(folder, settings, names, progress)
        marked, judged = pointings(dataset, detector, count, half, progress=progress)
        told.append(f"{dataset.name}: {marked} of {count} painted pairs are marked apart.")
        found += judged
    return "\n\n".join([markdown(found), *told, NOTES])


def markdown(found: Sequence[Pointed]) -> str:
    """Return a row a way to name a defect, a language, a data set, and one of all."""
    groups = {f"by {by}": [one for one in found if one.by == by] for by in ("kind", "place", "both")}
    groups |= {
        name: [one for one in found if one.lang == lang] for name, lang in (("English", "en"), ("Chinese", "zh"))
    }
    groups |= {name: [one for one in found if one.data == name] for name in dict.fromkeys(one.data for one in found)}
    return table(HEAD, [_row(name, group) for name, group in [*groups.items(), ("all", list(found))]])


def _row(name: str, found: Sequence[Pointed]) -> list[str]:
    only, ignore = ([one for one in found if one.asked == asked] for asked in ("only", "ignore"))
    gone = [one for one in ignore if one.gone]
    shares = [[bool(one.first) for one in only], [one.gone for one in ignore], [one.said for one in gone]]
    return [name, *map(_share, [*shares, [one.kept for one in ignore]])]


def _share(right: Sequence[bool]) -> str:
    if not right:
        return "–"
    seen = rate(sum(right), len(right))
    return f"{100 * seen.share:.1f} % of {seen.of} [{100 * seen.low:.1f}, {100 * seen.high:.1f}]"
