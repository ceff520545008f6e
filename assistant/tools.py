"""What the conversation can do with a picture: plain functions of a lot, each of whose numbers was computed.

What stands in their signatures beside lot and language is what a question may name; `lot_tools` has the others.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from assistant import counterfactual
from assistant.answer_table import Table, of_pictures, of_regions
from assistant.colours import Picture
from assistant.contributions import contributions
from assistant.lot import Lot
from assistant.phrases import phrase
from assistant.pictures import contours, side_by_side
from explain.catalogue import Lang, say
from explain.difference import Region
from explain.evidence import Evidence
from explain.language import Brief, template_text
from explain.naming import kinds_in
from explain.place import Frame, Place
from explain.prompting import told, wishes
from explain.wording import in_quotes, number, points, sentence, sight
from fusion.modality.prompt import read_prompt

TOLD = 8  # regions in one answer
NAME = 80  # characters
HEIGHT = 480  # pixels of pictures side by side
ROOM = 12  # pixels at least, around what is enlarged


@dataclass(frozen=True, eq=False)
class Answer:
    """Lines of an answer, the names of the pictures that it rests on, and what goes with it."""

    lines: Sequence[str]
    rests: Sequence[str]
    picture: Picture | None = None
    table: Table | None = None


def inspect(lot: Lot, lang: Lang, sample: str) -> Answer:
    """Tell verdict, regions and caveats of a picture."""
    found = lot.inspection(sample)
    return Answer(template_text(found.evidence, Brief(lang)).splitlines(), [sample], outlined(lot, sample))


def look(lot: Lot, lang: Lang, sample: str, text: str) -> Answer:
    """Look again at a picture under a person's words: what to look for, what to leave out, where."""
    prompt = read_prompt(text)
    asked = wishes(prompt.focus, prompt.ignore, prompt.place, lang)
    if not asked:
        return Answer([phrase("look.nothing", lang)], [])
    found = lot.inspection(sample, text)
    e, lines = found.evidence, [phrase("look.read", lang, wishes=say("list", lang).join(asked))]
    if e.prompt is None and e.score is not None:
        lines.append(phrase("look.deaf", lang))
    lines += template_text(e, Brief(lang, length="short")).splitlines()[:2]
    if e.prompt:
        lines += told(e.prompt, lang)[e.prompt.role == "search" :]  # how a search was read stands above
    if prompt.place and e.score is not None:
        lines += _there(e, prompt.place, sample, lang)
    return Answer(lines, [sample], outlined(lot, sample, text))


def compare(lot: Lot, lang: Lang, sample: str, other: str) -> Answer:
    """Tell which of two pictures differs more from normal, and where each differs most."""
    if not other or other == sample:
        return Answer([phrase("compare.one", lang)], [sample])
    pair, lines = (sample, other), []
    for name in pair:
        e = lot.evidence(name)
        if e.score is None:
            return Answer([refused(e, name, lang)], pair)
        slots = {"verdict": say(f"verdict.{e.verdict}", lang), "score": points(e.score)}
        lines.append(phrase("compare.line", lang, name=called(name, lang), **slots, regions=number(e.regions_found)))
    scores = {name: lot.evidence(name).score or 0.0 for name in pair}
    less, more = sorted(pair, key=scores.__getitem__)
    by = points(round(scores[more] - scores[less], 2))
    slots = {"more": called(more, lang), "less": called(less, lang), "by": by}
    lines.append(phrase("compare.more", lang, **slots) if scores[more] > scores[less] else phrase("compare.same", lang))
    for name in pair:
        lines += [
            phrase("compare.strongest", lang, name=called(name, lang), sight=one)
            for one in sights(lot.evidence(name), lang)[:1]
        ]
    drawn = [picture for name in pair if (picture := outlined(lot, name)) is not None]
    return Answer(lines, pair, side_by_side(drawn, HEIGHT), of_pictures(lot, pair, lang))


def why(lot: Lot, lang: Lang, sample: str) -> Answer:
    """Tell what the verdict rests on, and what the strongest region has to do with it, by making that normal."""
    found = lot.inspection(sample)
    e = found.evidence
    lines = template_text(e, Brief(lang, "engineer")).splitlines()
    if e.score is not None:
        basis = -2 - len(e.quality)  # an auditor's words end with basis, limits and the picture's quality
        lines.append(template_text(e, Brief(lang, "auditor", "short")).splitlines()[basis])
    if e.regions:
        lines += what_if(lot, lang, sample, (1,)).lines
    return Answer(lines, [sample], outlined(lot, sample))


def region(lot: Lot, lang: Lang, sample: str, regions: tuple[int, ...] = (), place: str = "") -> Answer:
    """Describe regions of a picture, by their numbers or by where they are; without either, all of them."""
    e = lot.evidence(sample)
    if (problem := _nothing(e, sample, regions, lang)) is not None:
        return Answer([problem], [sample])
    chosen = [r for r in e.regions if r.number in regions] if regions else list(e.regions[:TOLD])
    if place and not regions:
        return Answer(_there(e, place, sample, lang), [sample], outlined(lot, sample))
    return Answer([_sentence(e, r, lang) for r in chosen], [sample], outlined(lot, sample))


def where(lot: Lot, lang: Lang, sample: str, regions: tuple[int, ...] = ()) -> Answer:
    """Tell place, box and size of regions, in pixels, and in mm where the picture's scale is known."""
    e = lot.evidence(sample)
    if (problem := _nothing(e, sample, regions, lang)) is not None:
        return Answer([problem], [sample])
    lines = []
    for r in [r for r in e.regions if not regions or r.number in regions]:
        x0, y0, x1, y1 = (number(value) for value in r.bbox)
        share = say("percent", lang, number=number(r.area_percent))
        slots = {"number": number(r.number), "place": say(f"at.{r.place}", lang), "share": share}
        slots |= {"width": number(r.width_px), "height": number(r.height_px), "area": number(r.area_px)}
        frame = phrase(f"frame.{e.frame}", lang)
        lines.append(phrase("where", lang, **slots, x0=x0, y0=y0, x1=x1, y1=y1, frame=frame))
        if r.scale:
            lines.append(phrase("where.mm", lang, width=number(r.scale.width), height=number(r.scale.height)))
    if e.regions_found > len(e.regions) and not regions:
        lines.append(phrase("more", lang, found=number(e.regions_found)))
    return Answer(lines, [sample], outlined(lot, sample), of_regions(e, regions, lang))


def normal(lot: Lot, lang: Lang, sample: str) -> Answer:
    """Show a picture beside its normal version."""
    found = lot.inspection(sample)
    if found.evidence.score is None or found.sample.image is None:
        return Answer([refused(found.evidence, sample, lang)], [sample])
    said = phrase("normal", lang, name=called(sample, lang), found=number(found.evidence.regions_found))
    return Answer([said], [sample], side_by_side([found.sample.image, found.detection.normal], HEIGHT))


def zoom(lot: Lot, lang: Lang, sample: str, regions: tuple[int, ...] = (), place: str = "") -> Answer:
    """Show regions, or what lies at a place, enlarged beside the normal version; without either, the first region."""
    found = lot.inspection(sample)
    e, image = found.evidence, found.sample.image
    if image is None or e.score is None:
        return Answer([refused(e, sample, lang)], [sample])
    box: Sequence[int]
    if place and place != "edge" and not regions:
        box = Frame(found.detection.part).field(cast(Place, place))
        what = phrase("zoom.place", lang, place=say(f"at.{place}", lang))
    elif (problem := _nothing(e, sample, regions, lang)) is not None:
        return Answer([problem], [sample])
    else:
        chosen = regions or (1,)
        boxes = np.array([r.bbox for r in e.regions if r.number in chosen])
        box = [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()]
        what = phrase("zoom.regions", lang, numbers=say("list", lang).join(map(number, chosen)))
    rows, columns = _around(box, image.shape[:2])
    cut = [one[rows, columns] for one in (image, found.detection.normal)]
    times = f"{HEIGHT / len(cut[0]):.1f}"
    said = phrase("zoom", lang, what=what, name=called(sample, lang), times=times)
    return Answer([said], [sample], side_by_side(cut, HEIGHT))


def what_if(lot: Lot, lang: Lang, sample: str, regions: tuple[int, ...] = (), to_pass: bool = False) -> Answer:
    """Make regions normal (all, if none is named; or as few as it takes to pass), and judge again."""
    found, asked = lot.inspection(sample), counterfactual.Question(regions, to_pass)
    answered = counterfactual.answer(asked, found.sample, found.detection, lot.detector, lang)
    return Answer([answered if isinstance(answered, str) else answered.text], [sample])


def makeup(lot: Lot, lang: Lang, sample: str) -> Answer:
    """Tell what makes up a score: the strongest regions made normal one after another, and what is left each time."""
    found = lot.inspection(sample)
    made = contributions(found.sample, found.detection, lot.detector, lang)
    return Answer([made if isinstance(made, str) else made.text], [sample], outlined(lot, sample))


def why_not(lot: Lot, lang: Lang, sample: str, regions: tuple[int, ...] = (), kind: str = "") -> Answer:
    """Tell why a region (the strongest, if none is named) isn't called some kind of defect, such as a crack."""
    e, asked = lot.evidence(sample), counterfactual.Question(regions[:1] or (1,), unlike=kind)
    return Answer(
        [counterfactual.unlike(asked, e.regions, kinds_in(lot.detector.card), lang)], [sample], outlined(lot, sample)
    )


def called(name: str, lang: Lang) -> str:
    """Return the name of a picture in the lot, in quotation marks: with its folder, where another has its last part."""
    return in_quotes(name, NAME, lang)


def sights(e: Evidence, lang: Lang) -> list[str]:
    """Return of every described region what it is and where, without figures."""
    return [sight(r, e.frame, min(e.sample.width, e.sample.height), lang) for r in e.regions]


def bare_sights(e: Evidence, lang: Lang) -> list[str]:
    """Return the same without the regions' numbers, which would make any two of them alike."""
    return [re.sub(r"^[^:：]*[:：] ?", "", one).rstrip(".。") for one in sights(e, lang)]


def refused(e: Evidence, name: str, lang: Lang) -> str:
    """Return why nothing can be said of a refused picture."""
    return phrase("refused", lang, name=called(name, lang), refusal=(e.refusal or "").rstrip(" .!。"))


def outlined(lot: Lot, sample: str, text: str = "") -> Picture | None:
    """Return a picture with its regions numbered; None of a refused one."""
    found = lot.inspection(sample, text)
    if found.evidence.score is None or found.sample.image is None:
        return None
    return contours(found.sample.image, found.detection, found.evidence.regions)


def _around(box: Sequence[int], shape: tuple[int, ...]) -> tuple[slice, slice]:
    """Return rows and columns of a box, x0, y0, x1, y1, with what lies around it, inside a picture."""
    margin = max(ROOM, (max(box[2] - box[0], box[3] - box[1])) // 3)
    (x0, y0, x1, y1), (height, width) = box, shape
    return slice(max(0, y0 - margin), min(height, y1 + margin)), slice(max(0, x0 - margin), min(width, x1 + margin))


def _nothing(e: Evidence, name: str, regions: Sequence[int], lang: Lang) -> str | None:
    """Return why nothing can be said of these regions; None if something can."""
    if e.score is None:
        return refused(e, name, lang)
    if not e.regions:
        return phrase("none_marked", lang, name=called(name, lang))
    missing = [n for n in regions if not 1 <= n <= len(e.regions)]
    slots = {"name": called(name, lang), "found": number(len(e.regions))}
    return phrase("missing", lang, number=number(missing[0]), **slots) if missing else None


def _there(e: Evidence, place: str, name: str, lang: Lang) -> list[str]:
    """Return the sentences of the regions at a place."""
    here = [r for r in e.regions if (r.border != "inside" if place == "edge" else _within(place, r.place))]
    if here:
        return [_sentence(e, r, lang) for r in here]
    slots = {"name": called(name, lang), "place": say(f"at.{place}", lang)}
    return [phrase("none_there", lang, **slots, found=number(len(e.regions)))]


def _within(asked: str, place: str) -> bool:
    return set(asked.split("_")) <= set(place.split("_"))


def _sentence(e: Evidence, r: Region, lang: Lang) -> str:
    return sentence(r, e.frame, min(e.sample.width, e.sample.height), lang)
