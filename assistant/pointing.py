"""Do words point? Two painted defects on unseen good parts, and words that mean one of them by kind, place or both.

Asked about are only pictures on which both are marked, apart from each other: of what is not found no words can choose.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal
from zlib import crc32

import numpy as np

from assistant import guide
from assistant.faithfulness import Image, Mask
from explain.catalogue import Lang, say
from explain.difference import measure
from explain.gather import MAX_REGIONS
from explain.grouping import Spot, find
from explain.meaning import best_fit
from explain.naming import Kinds, kinds_in
from explain.place import Frame, Place, whole_if_empty
from fusion.dataset import Dataset
from fusion.detection import Detection
from fusion.progress import Progress, silent
from fusion.region import within
from fusion.sample import Sample
from fusion.synthesis.series import OTHERS

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

By = Literal["kind", "place", "both"]
Half = Literal["first", "second"]
BYS: tuple[By, ...] = ("kind", "place", "both")
# What people call the kinds; the first of each are the names that Foil itself gives.
NAMES: Mapping[str, Mapping[Lang, tuple[str, ...]]] = {
    "scratch": {"en": ("scratches", "scrapes", "grooves"), "zh": ("划痕", "刮伤", "擦伤")},
    "crack": {"en": ("cracks", "fractures", "fissures"), "zh": ("裂纹", "裂缝", "开裂")},
    "hole": {"en": ("holes", "pits", "pores"), "zh": ("孔洞", "气孔", "麻点")},
    "stain": {"en": ("stains", "spots", "smudges"), "zh": ("污渍", "斑点", "油污")},
    "chip": {"en": ("chips", "nicks", "chipped edges"), "zh": ("缺口", "崩边", "豁口")},
    "missing part": {"en": ("missing parts", "missing pieces", "what is missing"), "zh": ("缺件", "缺失", "漏装")},
    "misplaced part": {"en": ("misplaced parts", "shifted parts", "bent parts"), "zh": ("错位", "错件", "偏移")},
    "wrong texture": {"en": ("wrong texture", "rough areas", "worn areas"), "zh": ("纹理异常", "粗糙", "磨损")},
    "contamination": {"en": ("contamination", "foreign objects", "dirt"), "zh": ("污染", "异物", "灰尘")},
}
_ASKED: Mapping[str, Mapping[Lang, tuple[str, ...]]] = {
    "only kind": {"en": ("only {names}", "look for {names} only"), "zh": ("只看{names}", "只找{names}")},
    "only place": {"en": ("look only {at}", "only what is {at}"), "zh": ("只看{at}", "只检查{at}")},
    "only both": {"en": ("only {names} {at}", "look for {names} {at}"), "zh": ("只看{at}的{names}", "找{at}的{names}")},
    "ignore kind": {"en": ("ignore {names}", "leave out {names}"), "zh": ("忽略{names}", "不看{names}")},
    "ignore place": {"en": ("ignore everything {at}", "ignore what is {at}"), "zh": ("忽略{at}", "不看{at}")},
    "ignore both": {
        "en": ("ignore {names} {at}", "leave out {names} {at}"),
        "zh": ("忽略{at}的{names}", "不看{at}的{names}"),
    },
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Pair:
    """Two defects on a good part; words will mean the first."""

    image: Image
    masks: tuple[Mask, Mask]
    kinds: tuple[str, str]
    places: tuple[Place, Place]
    apart: bool = True  # the second does not lie in the place that names the first


@dataclass(frozen=True)
class Pointed:
    """What words that mean one of two marked defects did."""

    data: str
    kind: str
    by: By
    lang: Lang
    asked: str  # "only" or "ignore"
    text: str
    first: bool | None = None  # whether what they mean came first; None of "ignore"
    gone: bool = False  # what was to be left out is not marked any more
    kept: bool = False  # the other still is
    said: bool = False  # that something was left out is in the evidence


def paint_pairs(detector: "Detector", dataset: Dataset, count: int, half: Half, seed: int = 0) -> Iterator[Pair]:
    """Yield pairs on the good parts that are only tested on: every second of them, from the first or from the second.

    Whoever changes how words are heard looks at one half and reports the other.
    """
    from fusion.detector import part_seen
    from fusion.synthesis import pair

    goods = [item for item in dataset.test() if item.label == 0][half == "second" :: 2]
    pictures = [image for item in goods if (image := item.load().image) is not None]
    for number in range(count):
        rng = np.random.default_rng([seed, crc32(dataset.name.encode()), half == "second", number])
        clean = pictures[number % len(pictures)]
        part = part_seen(clean, detector.background)
        others = [other for other in pictures if other is not clean and other.shape == clean.shape][:OTHERS]
        *defects, image = pair(clean, rng, part, others)
        one, two = defects if rng.random() < 0.5 else defects[::-1]
        frame = Frame(whole_if_empty(part))
        places = [frame.place(*(float(at.mean()) for at in reversed(each.mask.nonzero()))) for each in (one, two)]
        apart = float(within((places[0],), part)[two.mask].mean()) < 1 / 4
        yield Pair(image, (one.mask, two.mask), (one.kind, two.kind), (places[0], places[1]), apart)


def pointed(data: str, pair: Pair, detector: "Detector", number: int) -> list[Pointed] | None:
    """Return what words did that mean the first defect of a pair; None where not both are marked apart."""
    plain = detector.detect(Sample(pair.image))
    if plain.refusal or {0, 1} - {_whose(spot, pair) for spot in find(plain)[:MAX_REGIONS]}:
        return None
    rng, found = np.random.default_rng([1, number]), []
    langs: tuple[Lang, Lang] = ("en", "zh")
    for at, (key, forms) in enumerate(_ASKED.items()):
        asked, by = key.split()
        if by == "place" and not pair.apart:
            continue  # such words mean both
        if asked == "ignore" and by != BYS[number % len(BYS)]:
            continue  # each picture is judged again in one way: it takes the longest
        lang = langs[(number + at) % 2]
        names = NAMES[pair.kinds[0]][lang]
        slots = {"names": names[int(rng.integers(len(names)))], "at": say(f"at.{pair.places[0]}", lang)}
        text = forms[lang][int(rng.integers(len(forms[lang])))].format(**slots)
        told = Pointed(data, pair.kinds[0], by, lang, asked, text)  # type: ignore[arg-type]  # _ASKED has no others
        seen = guide.detect(detector, Sample(pair.image, text=text))
        found.append(_judged(told, pair, seen, kinds_in(detector.card)))
    return found


def _judged(told: Pointed, pair: Pair, seen: Detection, kinds: Kinds) -> Pointed:
    spots, said = find(seen)[:MAX_REGIONS], seen.guidance
    whose = [_whose(spot, pair) for spot in spots]
    if told.asked == "only":
        at = 1 if spots else 0
        if said and said.focus and spots:
            fits = best_fit(said.focus, measure(pair.image, seen, spots), spots, seen, kinds)
            at = fits.number if fits else 1  # else nothing is said to fit, and the strongest stands first
        return replace(told, first=at > 0 and whose[at - 1] == 0)
    out = said is not None and bool(said.left_out or said.ignored or told.by == "place")
    return replace(told, gone=0 not in whose, kept=1 in whose, said=out)


def _whose(spot: Spot, pair: Pair) -> int:
    """Return which defect of a pair, 0 or 1, a spot is of: the one that it holds more of; 2 if it holds neither."""
    x0, y0, x1, y1 = spot.bbox
    one, two = (int((mask[y0:y1, x0:x1] & spot.mask).sum()) for mask in pair.masks)
    return 2 if one == two == 0 else int(two > one)


def pointings(
    dataset: Dataset, detector: "Detector", count: int, half: Half, seed: int = 0, progress: Progress = silent
) -> tuple[int, list[Pointed]]:
    """Paint so many pairs, and return how many have both defects marked apart, and what words did on those."""
    marked, found = 0, list[Pointed]()
    for number, pair in enumerate(paint_pairs(detector, dataset, count, half, seed)):
        progress(f"{dataset.name}: what words point at", number, count)
        judged = pointed(dataset.name, pair, detector, number)
        marked += judged is not None
        found += judged or []
    return marked, found
