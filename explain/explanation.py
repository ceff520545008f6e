"""An explanation that says nothing but what the evidence holds, whoever wrote it."""

import re
from dataclasses import dataclass
from itertools import pairwise

from explain.catalogue import Lang, say
from explain.checking import Checked, check
from explain.evidence import Evidence
from explain.facts import Facts
from explain.language import NAME, Brief, LanguageModel, Template, quoted_in, reason, template_text
from explain.listening import listen
from explain.prompting import told
from explain.wording import in_quotes, number
from fusion.errors import FoilError

SENTENCE_END = re.compile(r"(?<=[.!?])(?=\s)|(?<=[\u3002\uff01\uff1f])|(?=\n)")  # 3.5 ends nothing; 。！？ always do


@dataclass(frozen=True)
class Explanation:
    text: str
    lang: Lang
    narrator: str  # who wrote it
    checked: bool = False  # everything in `text` was found in the evidence
    claims: int = 0  # numbers, places, comparisons, verdicts, names... that the narrator made
    wrong: int = 0  # of which the evidence holds not
    removed: tuple[str, ...] = ()  # the sentences that were taken out, word by word, for the record
    note: str = ""  # who told it and what the check did, or why the template speaks instead; "" of the template


def explain(evidence: Evidence, language: LanguageModel, brief: Brief) -> Explanation:
    """Let a narrator put the evidence into words; what the evidence doesn't hold gives way to the template's words.

    A narrator that fails, hangs or talks without end is replaced by the template, and `note` says why.
    """
    lang, template = brief.lang, template_text(evidence, brief)
    name = in_quotes(language.name, NAME, lang)
    try:
        written = template if isinstance(language, Template) else listen(language, evidence, brief)
    except FoilError as error:
        why = str(error).rstrip(" .!。！")
        return Explanation(template, lang, Template.name, True, note=say("narrator.failed", lang, name=name, why=why))
    facts = Facts(evidence)
    sentences = check_text(written, facts, lang)
    claims, wrong = sum(c.claims for _, c in sentences), sum(c.wrong for _, c in sentences)
    removed = tuple(words.strip() for words, checked in sentences if not checked.true)
    slots = {"name": name, "claims": number(claims), "wrong": number(wrong)}
    if isinstance(language, Template):
        text, note = "".join(words for words, checked in sentences if checked.true), ""
    elif any(checked.true and checked.claims for _, checked in sentences):
        text = "\n".join([_mended(sentences, check_text(template, facts, lang)), *_of_words(evidence, brief)])
        note = say("narrator.checked", lang, **slots)
    else:
        text, note = template, say("narrator.withheld", lang, **slots)
    return Explanation(_tidy(text), lang, language.name, True, claims, wrong, removed, note)


def _of_words(evidence: Evidence, brief: Brief) -> list[str]:
    """Return what a person's words did, which no language model is told: they might give it orders."""
    asked = evidence.prompt is not None and brief.length == "long" and brief.audience != "operator"
    return told(evidence.prompt, brief.lang) if asked and evidence.prompt else []


def check_text(text: str, facts: Facts, lang: Lang) -> list[tuple[str, Checked]]:
    """Return a text sentence by sentence, each with what it claims; together they are the text."""
    bare = _without(text, reason(facts.evidence), *quoted_in(facts.evidence, lang))
    found: list[tuple[str, Checked]] = []
    carried: tuple[int, ...] = ()
    for start, end in pairwise([0, *(match.start() for match in SENTENCE_END.finditer(bare)), len(bare)]):
        checked = check(bare[start:end], facts, carried)
        carried = checked.regions or carried
        found.append((text[start:end], checked))
    return found


def _mended(sentences: list[tuple[str, Checked]], template: list[tuple[str, Checked]]) -> str:
    """Put the template's sentence of a region where a wrong one spoke of it, and its verdict first if none is left."""
    told = {n for _, checked in sentences if checked.true for n in checked.regions}
    pieces: list[str] = []
    for words, checked in sentences:
        if checked.true:
            pieces.append(words)
            continue
        for n in (n for n in checked.regions if n not in told):
            told.add(n)
            own = next((line for line, of in template if of.regions[:1] == (n,)), "")
            pieces.append((" " if pieces else "") + own.strip() if not words.startswith("\n") else f"\n{own.strip()}")
    if not any(checked.true and checked.verdict for _, checked in sentences):
        pieces.insert(0, template[0][0] + "\n")
    return "".join(pieces)


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()


def _without(text: str, *quotes: str) -> str:
    """Blank out what is quoted from the evidence word by word: a name is no claim, and its full stop ends nothing."""
    for quote in filter(None, quotes):
        text = text.replace(quote, "x" * len(quote))
    return text
