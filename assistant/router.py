"""From a question to the tool that answers it, without a language model: nearest example, regression, tell-tale words.

What is near nothing is not understood, and said to be so.
"""

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np

from assistant.counterfactual import read_unlike
from assistant.fit_slots import read_fit
from assistant.phrasings import CUES, chinese, examples
from assistant.slots import Named, Scene, read
from explain.naming import built_in, kind_said

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 0.6  # similarity, tell-tale words counted in, from which a question is understood; docs/conversation.md
OTHER = "other"  # of the examples: what nobody here can answer
UNKNOWN = 0.3  # share of Chinese characters in no lexicon, from which nobody can say what was asked
BARE = {"samples": "inspect", "regions": "region", "rates": "thresholds"}  # what is meant by a name alone
# Words that are no slip of the finger, though one letter makes them a word of the vocabulary.
COMMON = """
about above after again always are been before being best better between both bring came come could days does done down
each even ever every feel feet few find fine first four from gave give goes going gone had half hand hard has have head
her here high him his hold home house into just keep kind knew know last late later leave left less let life line list
little live long lost love made make many mean mine more most move much must name near need never new next none nor not
now off once one only open other our out over own past place play poem put ran rather read real rest right room run said
same saw say sea seem sent set she side since some soon stay stop such sure take tell ten than thank that the their them
then there these they thing think this those three time today told too took two under until upon use used very walk wall
want was water way weather week well went were when while who whole whom why will win wish with without won word work
worst would write year yes yet you your
"""
_LOADING = Lock()  # a second thread waits rather than loads the same
RIDGE, LEANING = 3.0, 0.5  # of the regression, and how much it counts beside the nearest example
REASONED = 0.15  # similarity that a verdict with a reason adds to a decision
_THIS = re.compile(r"\b(?:this|that|the) (?:part|picture|image|photo|sample|piece)\b")
LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Heard:
    """What was understood: a tool, "" if none was, and what the question names."""

    tool: str
    named: Named
    similarity: float
    nearest: tuple[str, ...]  # tools, the nearest first
    follows: bool = False  # it says only what is other than in the question before
    kind: str = ""  # of defect, that something isn't called
    source: str = ""  # what a model is to be fitted on
    name: str = ""  # of that model


def hear(asked: str, scene: Scene, before: str = "") -> Heard:
    """Return what a question asks for; `before` is the tool of the question before it, which it may go on with."""
    mended = _mended(asked)
    named = read(mended, scene)
    if mended != asked:  # a reason goes on the record as it was typed: it ends the question, word by word
        typed = asked.split()[-len(named.reason.split()) :] if named.reason else []
        named = replace(named, asked=asked, reason=" ".join(typed).strip(" .,!?"))
    if named.is_bare:
        kind = next(kind for kind in ("rates", "regions", "samples") if _any(getattr(named, kind)))
        return Heard(before or BARE[kind], named, 1.0, (), follows=bool(before))
    if fit := read_fit(asked):
        return Heard("fit", named, 1.0, ("fit",), source=fit[0], name=fit[1])
    if before == "decide" and named.reason and not named.verdict and re.match(r"because|since|因为|由于", named.text):
        return Heard("decide", named, 1.0, (), follows=True)
    if kind := _unlike(named.masked):
        return Heard("why_not", named, 1.0, ("why_not",), kind=kind)
    reason = named.reason.lower()  # which says nothing of the tool
    english, unknown = glossed(named.masked.removesuffix(".").removesuffix(reason) if named.verdict else named.masked)
    if unknown > UNKNOWN or not english:
        return Heard("", named, 0.0, ())
    scores = similarities(_THIS.sub("it", english))
    if named.verdict and named.reason:
        scores["decide"] += REASONED
    nearest = sorted(scores, key=scores.__getitem__, reverse=True)
    best, tool = scores[nearest[0]], nearest[0]
    return Heard("" if best < LEAST or tool == OTHER else tool, named, best, tuple(nearest))


def similarities(english: str) -> dict[str, float]:
    """Return how near a question is to each tool: nearest example, regression, words that give it away."""
    from fusion.modality.text import text_encoder  # imports torch

    with _LOADING:
        vectors, weights = _learned()
    asked = text_encoder().encode([english])[0]
    near, leaning = vectors @ asked, (asked - vectors.mean(axis=0)) @ weights
    scores = dict.fromkeys(CUES, 0.0)
    for (tool, _), one in zip(examples(), near, strict=True):
        scores[tool] = max(scores[tool], float(one))
    for tool, lean in zip(CUES, leaning, strict=True):
        scores[tool] += LEANING * float(lean)
    for tool, cues in CUES.items():
        scores[tool] += sum(weight for pattern, weight in cues if re.search(pattern, english))
    return scores


def glossed(text: str) -> tuple[str, float]:
    """Return a question word by word in English, and the share of its Chinese that is in no lexicon."""
    words, english, lost, of = chinese(), [], 0, 0
    for run in re.findall(r"[\u4e00-\u9fff]+|[^\u4e00-\u9fff]+", text):
        if not "\u4e00" <= run[0] <= "\u9fff":
            english.append(run.strip())
            continue
        at, of = 0, of + len(run)
        while at < len(run):
            word = next((run[at : at + n] for n in range(8, 0, -1) if run[at : at + n] in words), "")
            lost += not word
            english.append(words.get(word, ""))
            at += len(word) or 1
    return " ".join(filter(None, english)), lost / max(of, 1)


def _unlike(masked: str) -> str:
    """Return the kind of defect that something isn't called, in "why not a crack?" and its like; "" in all else."""
    asked = read_unlike(masked)
    return kind_said(asked.unlike, built_in()) if asked else ""


@cache
def _learned() -> "tuple[NDArray[np.float32], NDArray[np.float32]]":
    """Return the examples' vectors, (N, D), and a ridge regression from vectors to tools, (D, tools)."""
    from fusion.modality.text import text_encoder

    vectors = text_encoder().encode([phrase for _, phrase in examples()])
    x = vectors - vectors.mean(axis=0)
    y = np.array([[tool == one for one in CUES] for tool, _ in examples()], np.float32)
    return vectors, np.linalg.solve(x.T @ x + RIDGE * np.eye(x.shape[1], dtype=np.float32), x.T @ (y - y.mean(axis=0)))


@cache
def _vocabulary() -> Counter[str]:
    known = [phrase for _, phrase in examples()] + [*chinese().values()]
    known += [COMMON]
    known += [pattern for cues in CUES.values() for pattern, _ in cues]
    return Counter(re.findall(r"[a-z]{2,}", " ".join(known).lower()))


def _mended(asked: str) -> str:
    """Return a question whose slips of the finger are mended: words one letter from a word that people use here."""
    return re.sub(r"(?<![\w.-])[A-Za-z]{3,}(?![\w.-]*\d|\.\w)", lambda match: _word(match[0]), asked)


def _word(word: str) -> str:
    small, known = word.lower(), _vocabulary()
    if small in known:
        return word
    cuts = [(small[:at], small[at:]) for at in range(1, len(small) + 1)]  # who slips seldom slips at once
    near = {small[1] + small[0] + small[2:]} | {a + b[1] + b[0] + b[2:] for a, b in cuts if len(b) > 1}
    if len(small) > 3:
        near |= {a + b[1:] for a, b in cuts if b} | {a + c + b for a, b in cuts for c in LETTERS}
        near |= {a + c + b[1:] for a, b in cuts if b for c in LETTERS}
    return max(near & known.keys(), key=lambda one: known[one], default=word)


def _any(value: object) -> bool:
    return any(value) if isinstance(value, tuple) else bool(value)
