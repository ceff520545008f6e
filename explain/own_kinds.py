"""What defects look like on one product, and their kinds: learnt from defects that are painted on its own good parts.

Looks learnt on other products carry over badly: what is a scratch on brushed steel is the surface itself on cloth. So a
detector of most of the good parts marks what is painted on the others. Their outlines are learnt first; then what it
marks of other painted defects is measured as any region is. No labelled defect takes part. The built-in looks count as
one more region each, so that a kind of which nothing was marked keeps its look.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from explain.difference import Region, measure
from explain.kinds import learnt, strongest
from explain.naming import OWN, built_in
from fusion.detector import Detector, fit, part_seen
from fusion.errors import BadData
from fusion.good_parts import FEWEST, Good, spread_out
from fusion.item import Item
from fusion.outlining import ENOUGH, with_outlines
from fusion.outlining import own as own_outlines
from fusion.practice import LEAST
from fusion.progress import Progress, silent
from fusion.synthesis.series import Image, series

HELD = 0.2  # share of the good parts that are painted on
PICTURES, ROOM = 200, 2**30  # of them, at most, and bytes: they are held in memory


def with_own_kinds(detector: Detector, items: Sequence[Item], defects: int, progress: Progress = silent) -> Detector:
    """Return the detector with outlines, and kinds in its card, as so many defects on its good parts `items` look.

    Of a trained one the closed form marks them. BadData if the good parts are too few to hold some back; where too few
    defects are marked, outlines and kinds stay the built-in ones, and the card says so, too.
    """
    held, rest = held_back(items, detector.config.seed)
    config = replace(detector.config, method="gaussian") if detector.config.trained else detector.config
    marks, pictures = fit(rest, config, detector.name, progress), _pictures(held, progress)
    paint = defects if len(pictures) > 1 else 0  # a defect may borrow from another picture
    outlines = own_outlines(marks, pictures, paint, progress)
    if outlines:
        marks, detector = with_outlines(marks, outlines), with_outlines(detector, outlines)
    seen = _marked(marks, pictures, paint, progress)
    count = sum(map(len, seen.values()))
    card = {key: value for key, value in detector.card.items() if key != OWN}
    card |= {"kinds_painted": defects, "kinds_learnt_from": count}
    return replace(detector, card=card | ({OWN: learnt([seen], built_in()).to_json()} if count >= ENOUGH else {}))


def held_back(items: Sequence[Item], seed: int) -> tuple[list[Item], list[Item]]:
    """Return which good parts are painted on, and which the detector that marks is fitted on; BadData of too few."""
    count = round(HELD * len(items))
    if count < 2 or len(items) - count < FEWEST:
        raise BadData(
            f"{len(items)} good parts; to learn names on them a fifth is held back, which takes 8 or more: give more "
            "good parts, or leave out --names"
        )
    order = np.random.default_rng(seed).permutation(len(items))
    chosen = set(order[:count].tolist())
    return [items[at] for at in sorted(chosen)], [item for at, item in enumerate(items) if at not in chosen]


def _pictures(held: Sequence[Item], progress: Progress) -> list[Image]:
    """Return what is painted on; too large ones are fewer."""
    pictures: list[Image] = []
    for _, _, image in Good(progress).read(spread_out(held, PICTURES), "reading parts"):
        pictures.append(image)
        if len(pictures) > 1 and sum(one.nbytes for one in pictures) > ROOM:
            break
    return pictures


def _marked(detector: Detector, pictures: Sequence[Image], defects: int, progress: Progress) -> dict[str, list[Region]]:
    """Return the strongest region of each painted defect that is marked, by its kind."""
    found: dict[str, list[Region]] = defaultdict(list)
    part_of = partial(part_seen, background=detector.background)
    for number, (_, defect) in enumerate(series(pictures, part_of, detector.name, 99, defects, LEAST)):
        progress("painting defects to learn their names", number, defects)
        if one := strongest(defect, detector):
            found[one.kind] += measure(one.image, one.detection, [one.spot])
    return found
