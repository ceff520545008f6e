"""A prompt: what a person asks to look for, what to leave out, and where, read from English or Chinese words."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from fusion.errors import BadInput
from fusion.modality.lexicon import translate
from fusion.modality.text import read_text


@dataclass(frozen=True)
class Prompt:
    text: str  # as given, cleaned by read_text
    focus: str  # English words to look for; "" = whatever there is
    ignore: str  # English words to leave out; "" = nothing
    place: str  # one of explain.place's nine fields, or "edge"; "" = everywhere
    unknown: tuple[str, ...]  # what was not understood

    @property
    def names_places(self) -> bool:
        """Tell whether words name a place, which every model understands."""
        return bool(self.place or any(phrase.places for phrase in phrases(self.ignore)))

    @property
    def whole_places_left_out(self) -> tuple[tuple[str, ...], ...]:
        """Return the places of which everything is to be left out, as "ignore the upper left" asks."""
        return tuple(phrase.places for phrase in phrases(self.ignore) if not phrase.what)


@dataclass(frozen=True)
class Phrase:
    """One of the things that a list of words names, and where."""

    what: str  # "" = whatever there is
    places: tuple[str, ...]  # fields, or "edge", in all of which it lies; () = everywhere


def _any(phrases: str) -> str:
    """Return a pattern for one of several phrases, the longer before the shorter."""
    return rf"(?:{'|'.join(sorted(phrases.split('; '), key=len, reverse=True))})(?![\w'-])"


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


_LOOK = (
    "look; look for; look at; look out for; look only for; look only at; only look for; only look at; looking for; "
    "check; check for; checking for; inspect; inspect for; inspecting for; search for; searching for; find; detect; "
    "show me; watch for; watch out for; scan for; focus on; concentrate on; care about; pay attention to; report"
)
_DROP = (
    "ignore; ignoring; ignore only; disregard; disregarding; skip; skipping; exclude; excluding; overlook; leave out; "
    "leaving out; omit; forget about; filter out"
)
_DO_NOT = _any(
    "do not; don't; dont; never; must not; should not; shouldn't; need not; no need to; don't need to; not to"
)
_SOUND = _any(
    "defect; defects; damage; flaw; flaws; fault; faults; anomaly; anomalies; problem; problems; issue; issues"
)
_START = r"(?:^\s*|,\s*|\b(?:and|or|but)\s+)"  # of a clause: elsewhere "no cap" and "not straight" name a defect

# What turns the reading: each alternative's group says what the words after it are.
_TURN = re.compile(
    rf"(?P<keep_1>\b{_DO_NOT} {_any(_DROP + '; miss')}|\bnothing (?:but|except)\b|\bexcept\b(?=.*\balso\b))"
    rf"|(?P<leave_1>\b{_DO_NOT} {_any(_LOOK)}|\b{_any(_DROP + '; instead of; rather than; not counting')})"
    rf"|(?P<flip>\b{_any('except; except for; apart from; aside from; other than; but not; but no; but for')}"
    r"|\b(?:everything|anything|all) but\b)"
    rf"|(?P<leave_2>{_START}(?:no|not|never mind)\b(?! (?:only|just)\b)(?! {_SOUND}))"
    rf"|(?P<keep_2>\b{_any(_LOOK + '; is there; are there; only; just; but; instead; not only; not just')})",
    re.IGNORECASE,
)
_OUT = "ignored; skipped; excluded; disregarded; left out"
_LEFT_OUT = re.compile(  # said of what came before it
    rf"(?<![^,.;!?])([^,.;!?]+?) (?:(?:can|may|should|must|could|to|is|are) be {_any(_OUT)}"
    rf"|(?:is|are) {_any('fine; ok; okay; allowed; acceptable; irrelevant')}"
    r"|(?:do not|does not|don't|doesn't) matter|ignore)(?=\s*(?:[,.;!?]|$))",
    re.IGNORECASE,
)
_NOT_LEFT_OUT = re.compile(
    rf" (?:cannot|can't|mustn't|shouldn't|(?:can|may|should|must) not) be {_any(_OUT + '; missed; overlooked')}",
    re.IGNORECASE,
)

# Words that say nothing at the beginning or at the end of a part, and those that name nothing in particular.
_BEFORE = _set(
    "please kindly pls can could would will you i we want need like to and or then also for of is are there if whether "
    "that any hello hi me so in on at do does did has have it what how many much let us let's ,"
)
_AFTER = _set("please kindly and or also then for of to that if is are there the a an in on at any it thanks ,")
_GENERAL = _set(
    "the a an any some all this that these those my our its of in on at to near from and or for with by is are "
    "anything everything something thing things other others rest else it picture image photo area region"
)
_FIELDS = _set(
    "upper top lower bottom left right upper-left upper-right lower-left lower-right top-left top-right bottom-left "
    "bottom-right centre center middle edge edges rim rims border borders margin corner corners hand side half"
)
_PLACE = re.compile(
    r"\b(?:(?P<row>upper|top|lower|bottom)[ -](?P<column>left|right)"
    r"|(?P<left>left|right)[ -](?P<top>upper|top|lower|bottom)"
    r"|(?P<one>upper|top|lower|bottom|left(?! over)|(?<!all )right(?! angle| way)|centre|center|middle)"
    r"|(?P<edge>(?<!chipped )(?<!broken )(?<!broken-off )(?:edge|rim|border|margin|corner))s?)\b"
)
# A place with the words that tie it to what lies there.
_SAID_OF = re.compile(
    r"(?:\b(?:that|which) (?:is|are|lies|lie) )?(?:\b(?:in|on|at|near|along|across|from|of|to) )?(?:\bthe )?"
    rf"{_PLACE.pattern}"
    r"(?:[ -]hand)?(?: (?:side|half|part|corner|edge|third|area|region)s?)?",
    re.IGNORECASE,
)
_NOUN = re.compile(r"\b(?:half|side|part|corner|area|region)s?\b", re.IGNORECASE)  # of a place by itself
_ROW = {"upper": "upper", "top": "upper", "lower": "lower", "bottom": "lower"}


def read_prompt(text: str, name: str = "the text") -> Prompt:
    """Return what a prompt asks for; BadInput where none of it is English or Chinese.

    "only", "ignore", "except", "no" and their like decide what is looked for and what is left out; after "ignore" a
    comma goes on with the list, and a full stop ends it. A place counts where it is said of what is looked for.
    """
    text = read_text(text, name)
    english, unknown = translate(text)
    if text and not re.search(r"[A-Za-z]{2}", english):
        raise BadInput(_refusal(text, name))
    parts = list(_parts(english))
    wanted = [words for keep, words in parts if keep]
    return Prompt(
        text=text,
        focus=", ".join(words for words in wanted if not _within(words, _GENERAL | _FIELDS)),
        ignore=", ".join(words for keep, words in parts if not keep and not _within(words, _GENERAL)),
        place=_place(", ".join(wanted)),
        unknown=unknown,
    )


def phrases(words: str) -> tuple[Phrase, ...]:
    """Return what a list of English words names, each with its own place.

    "the label in the upper right and dust" is a label at one place, and dust everywhere. A bare place shares what it is
    joined to by "and": "dents at the top and at the bottom", "the left and right edges"; not so "the left half".
    """
    found: list[Phrase] = []
    for listed in re.split(r"\s*,\s*", words):
        joined = re.split(r"\s+(?:and|or)\s+", listed)
        one_by_one = [_phrase(one) for one in joined]
        for at, (text, phrase) in enumerate(zip(joined, one_by_one, strict=True)):
            if phrase.places and not phrase.what and not _NOUN.search(text):
                nearest = [*one_by_one[at + 1 :], *reversed(one_by_one[:at])]
                what = next((other.what for other in nearest if other.what), "")
                shared = any(len(other.places) > 1 and other.places[-1] == "edge" for other in nearest)
                edge = ("edge",) if shared and not what and "edge" not in phrase.places else ()
                phrase = Phrase(what, phrase.places + edge)
            found.append(phrase)
    return tuple(phrase for phrase in found if phrase.what or phrase.places)


def _phrase(words: str) -> Phrase:
    what = " ".join(_SAID_OF.sub(" ", words).split())
    field, edges = _place(words), {match["edge"] for match in _PLACE.finditer(words.lower())} - {None, "corner"}
    places = tuple(dict.fromkeys([*([field] if field else []), *(["edge"] if edges else [])]))
    return Phrase("" if _within(what, _GENERAL) else what, places)


def _parts(english: str) -> Iterator[tuple[bool, str]]:
    """Yield the parts of a text, each with whether it is to be looked for, or else left out."""
    english = _LEFT_OUT.sub(r". ignore \1 . ", _NOT_LEFT_OUT.sub("", english))
    for sentence in re.split(r"[.;!?]+(?=[\s,]|$)", english):
        keep, at = True, 0
        for turn in _TURN.finditer(sentence):
            yield from ((keep, words) for words in _trimmed(sentence[at : turn.start()]))
            kind = str(turn.lastgroup).partition("_")[0]
            keep, at = not keep if kind == "flip" else kind == "keep", turn.end()
        yield from ((keep, words) for words in _trimmed(sentence[at:]))


def _trimmed(part: str) -> Iterator[str]:
    """Yield a part without the words at its ends that say nothing; nothing if no others are in it."""
    words = part.replace(",", " , ").split()
    while words and words[0].lower() in _BEFORE:
        words.pop(0)
    while words and words[-1].lower() in _AFTER:
        words.pop()
    if words:
        yield re.sub(r"(?: ,)+", ",", " ".join(words))


def _within(words: str, known: frozenset[str]) -> bool:
    return set(words.lower().replace(",", " ").split()) <= known


def _place(words: str) -> str:
    """Return the one field that words name; "" where they name none or several. A field says more than the edge."""
    found = set()
    for match in _PLACE.finditer(words.lower()):
        row = _ROW.get(match["row"] or match["top"] or match["one"] or "", "")
        column = match["column"] or match["left"] or (match["one"] if match["one"] in ("left", "right") else "")
        found.add("edge" if match["edge"] else f"{row}_{column}".strip("_") or "centre")
    fields = (found - {"edge", "centre"}) or found
    return fields.pop() if len(fields) == 1 else ""


def _refusal(text: str, name: str) -> str:
    scripts = {unicodedata.name(letter, "?").split()[0].title() for letter in text if letter.isalpha()}
    foreign = sorted(scripts - {"Latin", "Cjk", "Fullwidth", "?"})
    shown = repr(text if len(text) <= 40 else f"{text[:40]}…")
    came = f"{shown} is written in {' and '.join(foreign)} letters" if foreign else f"nothing in {shown} was understood"
    return (
        f"{name}: {came}; prompts are read as English or Chinese words of inspection. Say what to look for, as in "
        "'scratches near the rim, ignore the label' or '忽略标签，只看划痕', or leave the prompt empty"
    )
