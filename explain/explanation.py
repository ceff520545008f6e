"""An explanation that says nothing but what the evidence holds, whoever wrote it."""

import re
from dataclasses import dataclass

from explain.catalogue import Lang, say
from explain.evidence import Evidence
from explain.facts import Facts
from explain.language import NAME, Brief, LanguageModel, Template, masked, template_text, untold
from explain.listening import listen
from explain.sentences import Sentence, sentences_of
from explain.wording import in_quotes, number
from fusion.errors import FoilError


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
    sentences = sentences_of(written, facts, lang, template)
    claims, wrong = sum(s.checked.claims for s in sentences), sum(s.checked.wrong for s in sentences)
    removed = tuple(s.words.strip() for s in sentences if not s.true)
    slots = {"name": name, "claims": number(claims), "wrong": number(wrong)}
    if isinstance(language, Template):
        text, note = "".join(s.words for s in sentences if s.true), ""
    elif any(s.true and s.checked.claims for s in sentences):
        own = sentences_of(template, facts, lang, template)
        text = "\n".join([_mended(sentences, own, masked(evidence, lang)), *_untold(evidence, brief)])
        note = say("narrator.checked", lang, **slots)
    else:
        text, note = template, say("narrator.withheld", lang, **slots)
    return Explanation(_tidy(text), lang, language.name, True, claims, wrong, removed, note)


def _untold(evidence: Evidence, brief: Brief) -> list[str]:
    """Return what no language model is told, as far as its readers should know it."""
    return [] if brief.length == "short" or brief.audience == "operator" else untold(evidence, brief.lang)


def _mended(sentences: list[Sentence], template: list[Sentence], masked: list[str]) -> str:
    """Put the template's sentence of a region where a wrong one spoke of it, and its verdict first if none is left.

    What a mask let count follows the verdict, whether the narrator spoke of it or not.
    """
    covered = {n for s in sentences if s.true for n in s.checked.regions}
    pieces: list[str] = []
    limits = [f"\n{line}\n" for line in masked]
    at = next((i for i, s in enumerate(sentences) if s.true and s.checked.verdict), None)
    for i, s in enumerate(sentences):
        if s.words.strip() in masked:
            continue
        if s.true:
            pieces += [s.words, *(limits if i == at else [])]
            continue
        for n in (n for n in s.checked.regions if n not in covered):
            covered.add(n)
            own = next((t.words.strip() for t in template if t.checked.regions[:1] == (n,)), "")
            pieces.append(("\n" if s.words.startswith("\n") else " ") + own)
    if at is None:
        pieces[:0] = [template[0].words + "\n", *limits]
    return "".join(pieces)


def _tidy(text: str) -> str:
    return re.sub(r"[ \t]*\n\s*", "\n", text).strip()
