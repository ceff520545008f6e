"""Evidence -> words. `Template` needs no model: it says what was measured, in the catalogue's sentences."""

from typing import Protocol

from explain.catalogue import Lang, say
from explain.evidence import Evidence
from explain.prompting import quotes, told
from explain.wording import in_quotes, number, percent, points, sentence

TOLD = 3  # regions; beyond that, only how many there are
NAME = 40  # characters


class LanguageModel(Protocol):
    """Whatever can put evidence into words; `explanation.explain` checks what it says."""

    @property
    def name(self) -> str:
        """Return what the record calls this narrator."""
        ...

    def narrate(self, evidence: Evidence, lang: Lang) -> str:
        """Return plain text in the language asked for."""
        ...


class Template:
    """Words without a model: the same evidence always gives the same text."""

    name = "template"

    def narrate(self, evidence: Evidence, lang: Lang) -> str:
        """Return the verdict, up to three regions, what the words did, and the caveats, a line each."""
        if evidence.score is None or evidence.p_value is None:  # refused
            lines = [*_refused(evidence, lang), *_quality(evidence, lang)]
        else:
            verdict = _verdict(evidence, evidence.score, evidence.p_value, lang)
            lines = [verdict, *_places(evidence, lang), *_action(evidence, lang)]
            lines += told(evidence.prompt, lang) if evidence.prompt else []
            lines += [*_worth(evidence, lang), *_quality(evidence, lang)]
        return "\n".join(lines)


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


def _places(e: Evidence, lang: Lang) -> list[str]:
    if e.regions:
        side = min(e.sample.width, e.sample.height)
        lines = [sentence(region, e.frame, side, lang) for region in e.regions[:TOLD]]
        lines += [say("found", lang, found=number(e.regions_found))] if e.regions_found > TOLD else []
        return lines + ([say("spread", lang, spread=number(e.spread))] if e.spread is not None else [])
    if e.verdict != "PASS":
        return [say("whole", lang)]
    if not e.map or (peak := e.map.peak) is None or peak.of_threshold is None or peak.of_threshold >= 1:
        return []
    place, share, level = say(f"at.{peak.place}", lang), percent(peak.of_threshold, lang), number(e.map.threshold)
    return [say("peak", lang, place=place, value=number(peak.value), of_threshold=share, threshold=level)]


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
    return [quoted(e.sample.name, lang), *(quotes(e.prompt, lang) if e.prompt else [])]
