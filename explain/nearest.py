"""What a sample is most like: good parts that the model remembers, and past cases on record; as evidence, in sentences.

Names of files are a stranger's: they are only ever quoted, and no number in them supports a claim.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from explain.catalogue import Lang, say
from explain.plain import Count, GreyLevels, Quantity
from explain.prompt import clean
from explain.wording import in_quotes, number
from fusion.detection import Remembered, Verdict

NAME = 40  # characters

Likeness = Annotated[float, Quantity("ratio", decimals=2)]  # cosine of what is compared: 1 = the same


@dataclass(frozen=True)
class NearNormal:
    """A good part that the model remembers; without a name where the model kept none."""

    name: str  # printable characters only
    sha256: str
    apart: GreyLevels  # root mean square over a small picture, outside what is wrong


@dataclass(frozen=True)
class NearNormals:
    remembered: Count
    usual: GreyLevels  # how far a remembered one is from the next of them: the median
    nearest: tuple[NearNormal, ...]  # the nearest first


@dataclass(frozen=True)
class PastCase:
    """Another sample that was inspected by a model of this name, and what came of it."""

    record: Count  # the id of the inspection
    time: str  # UTC
    name: str  # of the file, without its folder; printable characters only
    verdict: Verdict  # of the program
    decided: Literal["PASS", "REVIEW", "REJECT"] | None  # by a person, the last time; None: nobody decided
    likeness: Likeness


@dataclass(frozen=True)
class PastCases:
    """The nearest on record at the moment of the inspection: nothing of score or verdict rests on them."""

    compared: Literal["difference", "picture"]  # what differs from normal, or the picture as a whole
    samples: Count  # to choose from
    nearest: tuple[PastCase, ...]  # the nearest first


def near_normals(remembered: Remembered | None) -> NearNormals | None:
    """Return as evidence what a detection says of the good parts that are remembered."""
    if remembered is None or not remembered.nearest:
        return None
    parts = tuple(NearNormal(clean(part.name), part.sha256, part.apart) for part in remembered.nearest)
    return NearNormals(remembered.of, remembered.usual, parts)


def near(normals: NearNormals | None, cases: PastCases | None, lang: Lang) -> list[str]:
    """Return which good part, and which past case, is most like the sample, a sentence each."""
    lines = []
    if normals and normals.nearest:
        first = normals.nearest[0]
        slots = {"apart": number(first.apart), "usual": number(normals.usual), "n": number(normals.remembered)}
        lines.append(
            say("near.normal" if first.name else "near.normal.nameless", lang, **slots, name=_quote(first.name, lang))
        )
    if cases and cases.nearest:
        case = cases.nearest[0]
        decided = say(f"verdict.{case.decided}", lang) if case.decided else ""
        slots = {"n": number(cases.samples), "record": str(case.record), "likeness": number(case.likeness)}
        slots |= {"name": _quote(case.name, lang), "verdict": say(f"verdict.{case.verdict}", lang)}
        slots |= {"decided": say("near.decided" if decided else "near.undecided", lang, verdict=decided)}
        lines.append(say(f"near.case.{cases.compared}", lang, **slots))
    return lines


def quoted_names(normals: NearNormals | None, cases: PastCases | None, lang: Lang) -> list[str]:
    """Return all that `near` quotes, as it stands in the text."""
    names = [part.name for part in normals.nearest] if normals else []
    names += [case.name for case in cases.nearest] if cases else []
    return [_quote(name, lang) for name in names]


def _quote(name: str, lang: Lang) -> str:
    return in_quotes(name, NAME, lang)
