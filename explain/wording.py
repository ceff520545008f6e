"""One region, one sentence: its form follows what was measured, never chance."""

import math
from decimal import Decimal
from typing import Literal

from explain.catalogue import CATALOGUE, Lang, say
from explain.change import Change
from explain.colour import Contrast
from explain.difference import Region
from explain.naming import UNKNOWN

SLIGHT = 6.0  # L*: below it a change of brightness is there, but doesn't name the thing
THIN = 0.02  # of the picture's shorter side
LONG = 15.0  # times as long as wide is thin, too
SMALL = 0.1  # percent of the part
LARGE = 15.0  # percent of the part
WORD = 40  # characters of a user's word for a kind

Frame = Literal["part", "picture"]


def number(value: float, significant: int | None = None) -> str:
    """Return a number as plain digits, without an exponent; all of its digits, or so many significant ones."""
    if significant and value:
        return f"{value:.{max(significant - 1 - math.floor(math.log10(abs(value))), 0)}f}"
    return _digits(Decimal(repr(value)))


def points(score: float) -> str:
    """Return a score with two decimals, or with as many as keep it on its side of a threshold."""
    return max(f"{score:.2f}", number(score), key=len)


def percent(share: float, lang: Lang) -> str:
    """Return a share in [0, 1] in percent."""
    return say("percent", lang, number=_digits(100 * Decimal(repr(share))))


def in_quotes(text: str, longest: int, lang: Lang) -> str:
    """Return a stranger's text in quotation marks, which none inside it can end; its middle is left out if long."""
    short = text if len(text) <= longest else f"{text[: longest // 2]}…{text[-(longest // 2 - 1) :]}"
    return say("name", lang, name=short.translate({ord("“"): "'", ord("”"): "'"}))


def _digits(value: Decimal) -> str:
    whole, _, fraction = f"{value:f}".partition(".")
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else f"{int(whole):,}" if len(whole) > 4 else whole


def sentence(region: Region, frame: Frame, shorter_side: int, lang: Lang) -> str:
    """Return the sentence of one region of a picture with this shorter side in pixels."""
    first = region.number == 1
    facts = [
        _strength(region, lang, with_ratio=first),
        *_contrast(region.contrast, lang),
        *_change(region.change, lang),
    ]
    head = _head(region, frame, shorter_side, lang)
    facts = [*facts, *_mirror(region, lang), *_names(region, lang), *_taken(region, lang)]
    facts_said = say("clause", lang).join(facts)
    return say("region", lang, number=number(region.number), head=head, facts=facts_said)


def sight(region: Region, frame: Frame, shorter_side: int, lang: Lang) -> str:
    """Return what a region is and where, without figures."""
    key, noun = _form(region, shorter_side)
    noun = f"noun.{key}" if f"noun.{key}" in CATALOGUE else noun
    seen = say(noun, lang, look=_look(region.contrast, lang))
    likeness = "".join(say("sight.name", lang, name=called(name.kind, lang)) for name in region.names[:1])
    where = _where(region, frame, lang)
    return say("sight", lang, number=number(region.number), noun=seen, where=where, likeness=likeness)


def called(kind: str, lang: Lang) -> str:
    """Return what people call a kind; a kind of the user's own has the user's word in both languages."""
    return say(f"kind.{kind}", lang) if f"kind.{kind}" in CATALOGUE else in_quotes(kind, WORD, lang)


def _names(region: Region, lang: Lang) -> list[str]:
    """Say what kinds a region looks like, and how sure that is."""
    said = [say("fact.name", lang, name=called(n.kind, lang), sure=percent(n.sure, lang)) for n in region.names]
    if not said:
        return []
    if region.names[0].kind == UNKNOWN:
        return [say("fact.unknown", lang)]
    return [say("fact.names", lang, names=say("or", lang).join(said))]


def _mirror(region: Region, lang: Lang) -> list[str]:
    """Say what lies at its mirror place: another region, or, of what is said first, nothing."""
    if region.mirror is None or (region.mirror.region is None and region.number > 1):
        return []
    if region.mirror.region is None:
        added = (region.change.kind, region.change.basis) == ("added", "detail")  # "nothing like it" was just said
        return [say("fact.alone.added" if added else "fact.alone", lang)]
    return [say("fact.mirrored", lang, number=number(region.mirror.region))]


def _taken(region: Region, lang: Lang) -> list[str]:
    """Say what a model of pictures and words takes a region for, where one looked at it."""
    seen = region.taken_for
    return [say("fact.taken", lang, name=called(seen.kind, lang), sure=percent(seen.sure, lang))] if seen else []


def _head(region: Region, frame: Frame, shorter_side: int, lang: Lang) -> str:
    """Say what it is, where, and how big."""
    key, noun = _form(region, shorter_side)
    share = say("percent", lang, number=number(region.area_percent))
    slots = {
        "where": _where(region, frame, lang),
        "look": _look(region.contrast, lang),
        "size": _size(region, lang),
        "length": _length(region.shape.length_px, region.scale.length if region.scale else None, lang),
        "breadth": _length(region.shape.breadth_px, region.scale.breadth if region.scale else None, lang),
        "direction": _direction(region.shape.orientation, lang),
        "fragments": number(region.shape.fragments),
        "share": say(f"share.{frame}", lang, percent=share),
    }
    return say(key, lang, **slots, noun=say(noun, lang, **slots))


def _form(region: Region, shorter_side: int) -> tuple[str, str]:
    """Return the key of the sentence and of the noun that fit a region."""
    change, kind = region.change, region.shape.kind
    if change.basis == "background" or change.kind == "missing":
        return f"{change.kind}.{change.basis}", "noun.patch"
    if kind == "speckled":
        return "specks", "noun.patch"
    if kind == "elongated":
        thin = region.shape.breadth_px <= THIN * shorter_side or region.shape.aspect >= LONG
        return "line", "noun.line" if thin else "noun.band"
    if kind == "spread":
        return "blob", "noun.area" if region.area_percent >= LARGE else "noun.irregular"
    return "blob", "noun.spot" if region.area_percent < SMALL else "noun.patch"


def _where(region: Region, frame: Frame, lang: Lang) -> str:
    border = "" if (frame, region.border) == ("picture", "inside") else say(f"{frame}.{region.border}", lang)
    if region.ends:
        first, last = (say(f"end.{place}", lang) for place in region.ends)
        return say("where.ends", lang, first=first, last=last, border=border)
    return say("where", lang, place=say(f"at.{region.place}", lang), border=border)


def _look(contrast: Contrast, lang: Lang) -> str:
    """Name it by its brightness or its colour, whichever changed more; by neither if both changed little."""
    shift = math.hypot(contrast.red, contrast.yellow)
    if abs(contrast.lightness) >= max(SLIGHT, 0.7 * shift):
        return say(f"look.{contrast.tone}", lang)
    return say(f"look.{contrast.colour[0]}", lang) if contrast.colour and shift >= SLIGHT else ""


def _size(region: Region, lang: Lang) -> str:
    slots = {"width": number(region.width_px), "height": number(region.height_px)}
    if region.scale is None:
        return say("size", lang, **slots)
    return say("size.mm", lang, **slots, w=number(region.scale.width), h=number(region.scale.height))


def _length(px: float, mm: float | None, lang: Lang) -> str:
    return say("length", lang, px=number(px)) if mm is None else say("length.mm", lang, px=number(px), mm=number(mm))


def _direction(degrees: float | None, lang: Lang) -> str:
    if degrees is None:
        return ""
    key = "rising" if degrees > 0 else "falling"
    if abs(degrees) <= 10 or abs(degrees) >= 80:
        key = "horizontal" if abs(degrees) <= 10 else "vertical"
    return say(f"direction.{key}", lang, angle=say("angle", lang, degrees=number(abs(degrees))))


def _strength(region: Region, lang: Lang, with_ratio: bool) -> str:
    peak, times = number(region.strength.peak), region.strength.times_threshold
    if with_ratio and times is not None:
        return say("fact.peak.times", lang, peak=peak, times=number(times, significant=2))
    return say("fact.peak", lang, peak=peak)


def _contrast(contrast: Contrast, lang: Lang) -> list[str]:
    amount = number(abs(contrast.lightness))
    shifts = [say(f"colour.{shift}", lang) for shift in contrast.colour]
    colour = say("colour.both", lang, first=shifts[0], second=shifts[1]) if len(shifts) == 2 else "".join(shifts)
    if contrast.tone == "same":
        key = "fact.colour" if colour else "fact.same"
        return [say(key, lang, colour=colour, difference=number(contrast.difference))]
    key = "fact.tone.colour" if colour else "fact.tone" if abs(contrast.lightness) >= SLIGHT else "fact.tone.slight"
    tone = say(f"tone.{contrast.tone}", lang)
    return [say(key, lang, amount=amount, tone=tone, colour=colour, difference=number(contrast.difference))]


def _change(change: Change, lang: Lang) -> list[str]:
    """Say what the surface did, unless the sentence's head said it already."""
    if change.kind == "altered":
        if change.texture == "same" or change.roughness is None:
            return []
        return [say(f"fact.{change.texture}", lang, times=number(change.roughness))]
    return [say("fact.added", lang)] if (change.kind, change.basis) == ("added", "detail") else []
