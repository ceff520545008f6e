"""A narrator's text, sentence by sentence, each with what it claims."""

import re
from dataclasses import dataclass
from itertools import pairwise

from explain.catalogue import Lang
from explain.checking import Checked, check
from explain.facts import Facts
from explain.language import quoted_in, reason

SENTENCE_END = re.compile(r"(?<=[.!?])(?=\s)|(?<=[\u3002\uff01\uff1f])|(?=\n)")  # 3.5 ends nothing; 。！？ always do
_NOTHING = Checked(claims=1, wrong=1, verdict=False)  # words without anything measured are one claim, and a wrong one


@dataclass(frozen=True)
class Sentence:
    words: str  # with the white space before it: the sentences of a text, one after the other, are the text
    checked: Checked

    @property
    def true(self) -> bool:
        return self.checked.wrong == 0


def sentences_of(text: str, facts: Facts, lang: Lang, template: str = "") -> list[Sentence]:
    """Return a text's sentences; one that says nothing measured may stay only if the template says it, too.

    Who can't be understood can't be checked: "a gash runs through it" names what no list of defects knows.
    """
    bare = _without(text, reason(facts.evidence), *quoted_in(facts.evidence, lang))
    found: list[Sentence] = []
    carried: tuple[int, ...] = ()
    for start, end in pairwise([0, *(match.start() for match in SENTENCE_END.finditer(bare)), len(bare)]):
        words, checked = text[start:end], check(bare[start:end], facts, carried)
        carried = checked.regions or carried
        idle = words.strip() and not checked.claims and words.strip() not in template
        found.append(Sentence(words, _NOTHING if idle else checked))
    return found


def _without(text: str, *quotes: str) -> str:
    """Blank out what is quoted from the evidence word by word: a name is no claim, and its full stop ends nothing."""
    for quote in sorted(filter(None, quotes), key=len, reverse=True):  # a short one may stand in a longer one
        text = text.replace(quote, "x" * len(quote))
    return text
