"""An explanation whose every number is in the evidence; a sentence with another number is taken out."""

import re
from dataclasses import dataclass
from itertools import pairwise

from explain import plain
from explain.catalogue import Lang, say
from explain.claims import claims, supported
from explain.evidence import Evidence
from explain.language import LanguageModel, quoted_in, reason

SENTENCE_END = re.compile(r"(?<=[.!?])(?=\s)|(?<=[\u3002\uff01\uff1f])|(?=\n)")  # 3.5 ends nothing; 。！？ always do


@dataclass(frozen=True)
class Explanation:
    text: str
    lang: Lang
    narrator: str  # who wrote it
    checked: bool = False  # every number of `text` was found in the evidence
    removed: tuple[str, ...] = ()  # the sentences that were taken out, word by word, for the record


def explain(evidence: Evidence, language: LanguageModel, lang: Lang) -> Explanation:
    """Let a narrator put the evidence into words, and take out every sentence that claims a number it doesn't hold."""
    written = language.narrate(evidence, lang)
    held = list(plain.numbers(evidence))
    held += [(claim.unit or "count", claim.value) for claim in claims(evidence.refusal or "")]

    bare = _without(written, reason(evidence), *quoted_in(evidence, lang))
    kept: list[str] = []
    removed: list[str] = []
    for start, end in pairwise([0, *(match.start() for match in SENTENCE_END.finditer(bare)), len(bare)]):
        true = all(supported(claim, held) for claim in claims(bare[start:end]))
        (kept if true else removed).append(written[start:end])
    text = re.sub(r"\n\s*\n", "\n", "".join(kept)).strip() or say("withheld", lang)
    return Explanation(text, lang, language.name, checked=True, removed=tuple(sentence.strip() for sentence in removed))


def _without(text: str, *quotes: str) -> str:
    """Blank out what is quoted from the evidence word by word: a name is no claim, and its full stop ends nothing."""
    for quote in filter(None, quotes):
        text = text.replace(quote, "x" * len(quote))
    return text
