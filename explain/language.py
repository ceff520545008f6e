"""Evidence -> words. `Template` needs no model: it says what was measured, in the catalogue's sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from explain.catalogue import CATALOGUE, Lang, say
from explain.evidence import Evidence
from explain.nearest import near, quoted_names
from explain.prompting import quotes, told
from explain.wording import called, in_quotes, number, percent, points, sentence, sight

TOLD = 3  # regions; beyond that, only how many there are
NAME = 40  # characters

Audience = Literal["operator", "engineer", "auditor"]
Length = Literal["short", "long"]


@dataclass(frozen=True, eq=False)
class Brief:
    """For whom words are meant, how many, and the pictures that a narrator may look at, by what they show, as PNG."""

    lang: Lang = "en"
    audience: Audience = "engineer"  # operator: what to do; engineer: figures; auditor: basis and limits
    length: Length = "long"
    pictures: Mapping[str, bytes] = field(default_factory=dict)


class LanguageModel(Protocol):
    """Whatever can put evidence into words; `explanation.explain` checks what it says."""

    @property
    def name(self) -> str:
        """Return what the record calls this narrator."""
        ...

    @property
    def patience(self) -> float | None:
        """Return after how many seconds nobody waits for it any more; None of what never hangs."""
        ...

    @property
    def sees(self) -> bool:
        """Tell whether it looks at pictures, and may."""
        ...

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        """Yield plain text piece by piece, in the language asked for; raise FoilError where it can't."""
        ...


class Template:
    """Words without a model: the same evidence always gives the same text."""

    name = "template"
    patience = None
    sees = False

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        """Yield verdict, up to three regions, what the words did, basis and caveats, as the brief asks."""
        yield "\n".join(_lines(evidence, brief))


def _lines(e: Evidence, brief: Brief) -> list[str]:
    lang, long = brief.lang, brief.length == "long"
    if e.score is None or e.p_value is None:  # refused
        return [*_refused(e, lang), *_quality(e, lang)]
    if brief.audience == "operator":
        verdict = say(f"operator.{e.verdict.lower()}", lang)
        return [verdict, *masked(e, lang), *_sights(e, long, lang), *_action(e, lang), *_quality(e, lang)]
    lines = [_verdict(e, e.score, e.p_value, lang), *masked(e, lang)]
    if long:
        lines += [*_places(e, TOLD, lang), *_action(e, lang), *untold(e, lang)]
    elif brief.audience == "engineer":
        return [*lines, *_places(e, 1, lang), *_action(e, lang), *_quality(e, lang)]
    lines += _worth(e, lang)
    if brief.audience == "auditor":
        lines += _basis(e, lang)
    return lines + _quality(e, lang)


def template_text(evidence: Evidence, brief: Brief) -> str:
    """Return the template's words in one piece."""
    return "".join(Template().narrate(evidence, brief))


def untold(e: Evidence, lang: Lang) -> list[str]:
    """Return what strangers' words go with, so that no language model is told it: they might give it orders."""
    return [*near(e.normals, e.cases, lang), *(told(e.prompt, lang) if e.prompt else [])]


def masked(e: Evidence, lang: Lang) -> list[str]:
    """Return what a mask let count: whoever hears the verdict must know that it says nothing about the rest."""
    if e.looked_at is None:
        return []
    return [say("masked", lang, share=say("percent", lang, number=number(e.looked_at)))]


def _verdict(e: Evidence, score: float, p: float, lang: Lang) -> str:
    t, n = e.thresholds, e.support.n
    key = {"REJECT": "reject", "REVIEW": "review"}.get(e.verdict, "pass.marked" if e.regions else "pass")
    if e.verdict == "REJECT" and p * (n + 1) < 1.01:  # the smallest p that n good parts allow
        key = "reject.all"
    slots = {"score": points(score), "review": points(t.review), "reject": points(t.reject)}
    return say(key, lang, **slots, n=number(n), p=number(p, significant=2))


def _refused(e: Evidence, lang: Lang) -> list[str]:
    """Say why and what to do; nothing else is known of a picture from another world."""
    why = [say("refused.reason", lang, refusal=reason(e))] if reason(e) else []
    return [say("refused", lang, name=quoted(e.sample.name, lang)), *why, say("refused.action", lang)]


def _places(e: Evidence, most: int, lang: Lang) -> list[str]:
    if e.regions:
        side = min(e.sample.width, e.sample.height)
        lines = [sentence(region, e.frame, side, lang) for region in e.regions[:most]]
        more = "found.one" if len(lines) == 1 else "found"
        lines += [say(more, lang, found=number(e.regions_found))] if e.regions_found > most else []
        return lines + ([say("spread", lang, spread=number(e.spread))] if e.spread is not None else [])
    if e.verdict != "PASS":
        return [say("whole", lang)]
    if not e.map or (peak := e.map.peak) is None or peak.of_threshold is None or peak.of_threshold >= 1:
        return []
    place, share, level = say(f"at.{peak.place}", lang), percent(peak.of_threshold, lang), number(e.map.threshold)
    return [say("peak", lang, place=place, value=number(peak.value), of_threshold=share, threshold=level)]


def _sights(e: Evidence, long: bool, lang: Lang) -> list[str]:
    """Return where to look and what is there, without figures."""
    side = min(e.sample.width, e.sample.height)
    return [sight(region, e.frame, side, lang) for region in e.regions[: TOLD if long else 1]]


def _action(e: Evidence, lang: Lang) -> list[str]:
    if e.verdict != "REVIEW":
        return []
    return [say("look" if e.regions else "look.whole", lang)]


def _worth(e: Evidence, lang: Lang) -> list[str]:
    """Say what the promise is worth where the normals are too few for it, and what was given in vain."""
    lines = []
    s = e.support
    if s.needed > s.n:
        shares = {key: percent(getattr(s, key), lang) for key in ("rate", "confidence", "low", "high")}
        key = "support.none" if s.extrapolated else "support"
        lines.append(say(key, lang, n=number(s.n), needed=number(s.needed), **shares))
    if e.not_used:
        names = say("list", lang).join(say(f"modality.{name}", lang) for name in e.not_used)
        lines.append(say("not_used", lang, names=names))
    return lines


def _basis(e: Evidence, lang: Lang) -> list[str]:
    """Say what judged, at which promised rates, and what nobody looked at."""
    t = e.thresholds
    slots = {"review": points(t.review), "reject": points(t.reject), "model": model_quoted(e, lang)}
    rates = {"review_rate": percent(t.review_rate, lang), "reject_rate": percent(t.reject_rate, lang)}
    return [say("auditor.basis", lang, **slots, **rates, n=number(e.support.n)), say("auditor.limits", lang)]


def model_quoted(e: Evidence, lang: Lang) -> str:
    """Return the model's name in quotation marks: the user chose it, and it claims nothing."""
    return in_quotes(str(e.model.get("name") or "-"), NAME, lang)


def _quality(e: Evidence, lang: Lang) -> list[str]:
    slots = {"width": number(e.sample.width), "height": number(e.sample.height)}
    return [say(f"quality.{note}", lang, **slots) for note in e.quality]


def reason(e: Evidence) -> str:
    """Return why a sample was refused, as the detector put it, to stand within a sentence."""
    return (e.refusal or "").rstrip(" .!。！")


def quoted(name: str, lang: Lang) -> str:
    """Return a sample's name in quotation marks, its folder left out and its middle too where it is long."""
    last = name.replace("\\", "/").rstrip("/").rpartition("/")[2]
    return in_quotes(last, NAME, lang) if last else say("name.none", lang)


def quoted_in(e: Evidence, lang: Lang) -> list[str]:
    """Return all that a narrator may quote of strangers' texts: in quotation marks, it claims nothing."""
    kinds = [called(n.kind, lang) for r in e.regions for n in r.names if f"kind.{n.kind}" not in CATALOGUE]
    said = quotes(e.prompt, lang) if e.prompt else []
    return [quoted(e.sample.name, lang), model_quoted(e, lang), *kinds, *said, *quoted_names(e.normals, e.cases, lang)]
