"""What a person's words did, in sentences. The words themselves are only quoted, so they can't pass as a finding."""

from explain.catalogue import Lang, say
from explain.prompt import PromptEffect
from explain.wording import in_quotes, number, percent
from fusion.modality.prompt import phrases

SLIGHT = 0.05  # a smaller share of the map or of the difference counts as none
LONGEST = 80  # characters of a prompt
TOLD = 5  # of what was not understood


def told(p: PromptEffect, lang: Lang) -> list[str]:
    """Return how the words were read, what they did to picture and verdict, and what lets them act, a line each."""
    wanted = _description(p, lang) if p.role == "description" else _search(p, lang)
    lines = [*wanted, *_ignored(p, lang)]
    if p.unknown:
        words = say("list", lang).join(_quote(word, lang) for word in p.unknown[:TOLD])
        lines.append(say("prompt.unknown", lang, words=words))
    return [*lines, say(f"prompt.{p.basis}", lang)]


def quotes(p: PromptEffect, lang: Lang) -> list[str]:
    """Return everything that `told` quotes, as it stands in the text."""
    return [_quote(words, lang) for words in (p.text, p.focus, p.ignore, *_named(p.ignore), *p.unknown)]


def _quote(words: str, lang: Lang) -> str:
    return in_quotes(words, LONGEST, lang)


def _description(p: PromptEffect, lang: Lang) -> list[str]:
    lines = [say("prompt.description", lang, text=_quote(p.text, lang))]
    if _nothing(p):
        return [*lines, say("prompt.no_effect", lang, effect=percent(p.effect, lang))]
    return [*lines, say("prompt.changed", lang, effect=percent(p.effect, lang))]


def _search(p: PromptEffect, lang: Lang) -> list[str]:
    asked = wishes(p.focus, p.ignore, p.place, lang)
    key = "prompt.read" if asked else "prompt.read.nothing"
    read = say(key, lang, text=_quote(p.text, lang), wishes=say("clause", lang).join(asked))
    lines = [read, *_place(p, lang), *_found(p, lang)]
    if _nothing(p) and (p.found or 0) < SLIGHT and p.fits is None:
        key = "prompt.no_effect.else" if p.place or _left_places(p) else "prompt.no_effect"
        lines.append(say(key, lang, effect=percent(p.effect, lang)))
    return lines


def wishes(focus: str, ignore: str, place: str, lang: Lang) -> list[str]:
    """Return what words were understood to ask for, each wish by itself: what, where, and what not."""
    asked = [say("wish.focus", lang, words=_quote(focus, lang))] if focus else []
    for one in phrases(ignore):
        where = say("list", lang).join(say(f"at.{place}", lang) for place in one.places)
        key = "wish.ignore" if not where else "wish.ignore.at" if one.what else "wish.ignore.all"
        asked.append(say(key, lang, words=_quote(one.what, lang), place=where))
    return asked + ([say("wish.place", lang, place=say(f"at.{place}", lang))] if place else [])


def _named(ignore: str) -> list[str]:
    return [one.what for one in phrases(ignore)]


def _left_places(p: PromptEffect) -> list[tuple[str, ...]]:
    return [one.places for one in phrases(p.ignore) if not one.what]


def _nothing(p: PromptEffect) -> bool:
    """Tell whether the words changed too little to count."""
    return p.effect < SLIGHT and (p.ignored or 0) < SLIGHT and not p.left_out


def _found(p: PromptEffect, lang: Lang) -> list[str]:
    if not p.focus or (p.found is None and p.fits is None):
        return []
    if p.fits is not None:
        fit = {"number": number(p.fits.number), "sure": percent(p.fits.sure, lang)}
        return [say("prompt.fits", lang, focus=_quote(p.focus, lang), **fit), *_explains(p, lang)]
    return _explains(p, lang) or [
        say("prompt.not_found", lang, focus=_quote(p.focus, lang), found=percent(p.found or 0, lang))
    ]


def _explains(p: PromptEffect, lang: Lang) -> list[str]:
    """Say where the words explain the difference best, and how much of it, if it is worth saying."""
    if p.strongest is None or p.found is None or p.found < SLIGHT:
        return []
    slots = {"focus": _quote(p.focus, lang), "found": percent(p.found, lang)}
    place, value = say(f"at.{p.strongest.place}", lang), number(p.strongest.value)
    return [say("prompt.found", lang, place=place, value=value, **slots)]


def _place(p: PromptEffect, lang: Lang) -> list[str]:
    lines = [say("prompt.place", lang, place=say(f"at.{p.place}", lang))] if p.place else []
    for places in _left_places(p):
        where = say("list", lang).join(say(f"at.{place}", lang) for place in places)
        lines.append(say("prompt.place.out", lang, place=where))
    return lines


def _ignored(p: PromptEffect, lang: Lang) -> list[str]:
    """Say what does not count any more: of all that words can do, this alone makes a verdict milder."""
    lines, slots = [], {"ignore": _quote(p.ignore, lang)}
    for key, places in (("prompt.left_out", p.left_out), ("prompt.unsure", p.unsure)):
        where = say("list", lang).join(say(f"at.{place}", lang) for place in dict.fromkeys(places))
        lines += [say(key, lang, places=where, **slots)] if places else []
    if p.ignore and p.ignored is not None and not (p.left_out or p.unsure):
        key = "prompt.ignored" if p.ignored > 0 else "prompt.ignored.nothing"
        lines.append(say(key, lang, ignored=percent(p.ignored, lang), **slots))
    return lines
