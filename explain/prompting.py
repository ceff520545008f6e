"""What a person's words did, in sentences. The words themselves are only quoted, so they can't pass as a finding."""

from explain.catalogue import Lang, say
from explain.prompt import PromptEffect
from explain.wording import in_quotes, number, percent

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
    return [_quote(words, lang) for words in (p.text, p.focus, p.ignore, *p.unknown)]


def _quote(words: str, lang: Lang) -> str:
    return in_quotes(words, LONGEST, lang)


def _description(p: PromptEffect, lang: Lang) -> list[str]:
    lines = [say("prompt.description", lang, text=_quote(p.text, lang))]
    if _nothing(p):
        return [*lines, say("prompt.no_effect", lang, effect=percent(p.effect, lang))]
    return [*lines, say("prompt.changed", lang, effect=percent(p.effect, lang))]


def _search(p: PromptEffect, lang: Lang) -> list[str]:
    wishes = [say("wish.focus", lang, words=_quote(p.focus, lang))] if p.focus else []
    wishes += [say("wish.ignore", lang, words=_quote(p.ignore, lang))] if p.ignore else []
    wishes += [say("wish.place", lang, place=say(f"at.{p.place}", lang))] if p.place else []
    key = "prompt.read" if wishes else "prompt.read.nothing"
    read = say(key, lang, text=_quote(p.text, lang), wishes=say("clause", lang).join(wishes))
    lines = [read, *_place(p, lang), *_found(p, lang)]
    if _nothing(p) and (p.found or 0) < SLIGHT:
        key = "prompt.no_effect.else" if p.place else "prompt.no_effect"
        lines.append(say(key, lang, effect=percent(p.effect, lang)))
    return lines


def _nothing(p: PromptEffect) -> bool:
    """Tell whether the words changed too little to count."""
    return p.effect < SLIGHT and (p.ignored or 0) < SLIGHT


def _found(p: PromptEffect, lang: Lang) -> list[str]:
    if not p.focus or p.found is None:
        return []
    slots = {"focus": _quote(p.focus, lang), "found": percent(p.found, lang)}
    if p.strongest is None or p.found < SLIGHT:
        return [say("prompt.not_found", lang, **slots)]
    place, value = say(f"at.{p.strongest.place}", lang), number(p.strongest.value)
    return [say("prompt.found", lang, place=place, value=value, **slots)]


def _place(p: PromptEffect, lang: Lang) -> list[str]:
    return [say("prompt.place", lang, place=say(f"at.{p.place}", lang))] if p.place else []


def _ignored(p: PromptEffect, lang: Lang) -> list[str]:
    """Say what does not count any more: of all that words can do, this alone makes a verdict milder."""
    if not p.ignore or p.ignored is None:
        return []
    key = "prompt.ignored" if p.ignored > 0 else "prompt.ignored.nothing"
    return [say(key, lang, ignore=_quote(p.ignore, lang), ignored=percent(p.ignored, lang))]
