"""What the conversation can do with a whole lot, its model and its record: as `tools`, plain functions of a lot."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from assistant import tools
from assistant.answer_table import of_pictures
from assistant.drift import drift as drift_of
from assistant.drift import drift_told
from assistant.history import Part, once
from assistant.lot import Lot
from assistant.phrases import phrase
from assistant.slots import Judged
from assistant.suggestions import SUGGESTED
from assistant.tools import Answer, called
from explain.catalogue import Lang, say
from explain.language import Brief, template_text
from explain.wording import in_quotes, number, percent, points
from fusion.modality.lexicon import translate

NAMED = 20  # pictures named in one answer
NEAREST = 3  # similar pictures told
ORDER = ("PASS", "REVIEW", "REJECT", "REFUSED")


def thresholds(lot: Lot, lang: Lang, sample: str, review: float | None = None, reject: float | None = None) -> Answer:
    """Tell the thresholds in force, or what other rates would change; nothing is set."""
    old = lot.detector.calibration
    force = _limits(old.review_rate, old.reject_rate, lot, lang)
    if review is None and reject is None:
        return Answer([phrase("rates", lang, **force, n=number(old.n))], [])
    reject = old.reject_rate if reject is None else reject
    rates = (max(old.review_rate, reject) if review is None else review, reject)
    new, scores = old.with_rates(*rates).thresholds, {name: e.score or 0.0 for name, e in lot.judged().items()}
    lines = [phrase("rates.new", lang, **_limits(*rates, lot, lang))]
    judged = {name: (old.thresholds.verdict(score), new.verdict(score)) for name, score in scores.items()}
    if sample in judged:
        before, after = (say(f"verdict.{verdict}", lang) for verdict in judged[sample])
        key = "rates.same" if before == after else "rates.this"
        lines.append(phrase(key, lang, name=called(sample, lang), before=before, after=after))
    changed = sum(before != after for before, after in judged.values())
    counts = _counted([after for _, after in judged.values()], lang)
    lines.append(phrase("rates.lot", lang, n=number(len(judged)), changed=number(changed), counts=counts))
    return Answer([*lines, phrase("rates.not_set", lang, model=lot.detector.name)], list(judged))


def summary(lot: Lot, lang: Lang, verdict: Judged | None = None) -> Answer:
    """Count the verdicts of the lot, or name the pictures of one verdict."""
    verdicts = {name: seen.evidence.verdict for name, seen in lot.seen.items() if seen.evidence}
    if verdict:
        names = [name for name, one in verdicts.items() if one == verdict]
        shown = [called(name, lang) for name in names[:NAMED]] + (["…"] if len(names) > NAMED else [])
        said = say("list", lang).join(shown) or phrase("lot.none", lang)
        told = phrase("lot.which", lang, verdict=say(f"verdict.{verdict}", lang), names=said)
        return Answer([told], names, table=of_pictures(lot, names, lang))
    counts = [_counted(list(verdicts.values()), lang)]
    if unread := len(lot.seen) - len(verdicts):
        counts.append(phrase("lot.unreadable", lang, n=number(unread)))
    lines = [phrase("lot", lang, n=number(len(lot.seen)), counts=say("list", lang).join(filter(None, counts)))]
    if ranked := lot.scene("").ranked:
        score = points(lot.evidence(ranked[0]).score or 0.0)
        lines.append(phrase("lot.worst", lang, name=called(ranked[0], lang), score=score))
    c = lot.detector.calibration
    rates = {"review_rate": percent(c.review_rate, lang), "reject_rate": percent(c.reject_rate, lang)}
    lines.append(phrase("lot.promise", lang, **rates, n=number(c.n)))
    return Answer(lines, list(lot.seen), table=of_pictures(lot, list(verdicts), lang))


def drift(lot: Lot, lang: Lang) -> Answer:
    """Tell whether the scores here, in the order of the pictures, are still those of the calibration's good parts."""
    judged = lot.judged().items()
    parts = [
        Part(at, "", name, e.sample.sha256, None, e.verdict, e.score or 0.0, None)
        for at, (name, e) in enumerate(judged, 1)
    ]
    return Answer(drift_told(drift_of(lot.detector.calibration, once(parts)), lang), [name for name, _ in judged])


def sure(lot: Lot, lang: Lang, sample: str) -> Answer:
    """Tell what the p-value means, how far from the thresholds the score lies, and what the promise is worth."""
    e = lot.evidence(sample)
    if e.score is None or e.p_value is None:
        return Answer([tools.refused(e, sample, lang)], [sample])
    p, t = float(f"{e.p_value:.2g}"), e.thresholds
    lines = [phrase("sure.p", lang, p=number(p), of_100=number(100 * p, 2), name=called(sample, lang))]
    if t.review > 0:
        times = {"times": number(e.score / t.reject, 2), "review_times": number(e.score / t.review, 2)}
        limits = {"score": points(e.score), "reject": points(t.reject), "review": points(t.review)}
        lines.append(phrase("sure.far", lang, **times, **limits))
    worth = template_text(e, Brief(lang, length="short")).splitlines()
    lines += [
        line for line in template_text(e, Brief(lang, "auditor", "short")).splitlines()[1:-2] if line not in worth
    ]
    return Answer([*lines, phrase("sure.not", lang)], [sample])


def limits(lot: Lot, lang: Lang) -> Answer:
    """Tell what the model learned from, which defects it may miss, and what nobody measured."""
    card = lot.detector.card
    model = in_quotes(lot.detector.name, 40, lang)
    known = {"n": number(lot.detector.calibration.n), "method": str(card.get("method", "gaussian"))}
    lines = [phrase("limits", lang, model=model, **known)]
    measured = (card.get("network") or {}).get("limits") or {}
    found = [
        f"{kind} {say('percent', lang, number=f'{v:.2g}')}" for kind, v in sorted(measured.items()) if v is not None
    ]
    key = "limits.found" if found else "limits.unknown"
    lines.append(phrase(key, lang, limits=say("list", lang).join(found)))
    return Answer([*lines, phrase("limits.world", lang), say("auditor.limits", lang)], [])


def similar(lot: Lot, lang: Lang, sample: str, text: str = "") -> Answer:
    """Find the pictures whose regions are described most like words, or like a picture's own regions."""
    from fusion.modality.text import text_encoder  # imports torch

    described = {name: tools.bare_sights(e, "en") for name, e in lot.judged().items()}
    wanted = [translate(text)[0]] if text else described.get(sample, [])[:NEAREST]
    others = {name: lines for name, lines in described.items() if lines and (text or name != sample)}
    if not wanted or not others:
        return Answer([phrase("similar.none", lang)], [])
    encode = text_encoder().encode
    near = encode(wanted)
    likeness = {name: near @ encode(lines).T for name, lines in others.items()}  # (W, R): of words with regions
    ranked = sorted(others, key=lambda name: float(likeness[name].max(axis=1).mean()), reverse=True)[:NEAREST]
    what = in_quotes(text, 80, lang) if text else called(sample, lang)
    lines = [phrase("similar.to", lang, what=what)]
    for name in ranked:
        best = int(np.argmax(likeness[name].max(axis=0)))
        seen = {
            "verdict": say(f"verdict.{lot.evidence(name).verdict}", lang),
            "sight": tools.bare_sights(lot.evidence(name), lang)[best],
        }
        close = f"{float(likeness[name].max(axis=1).mean()):.2f}"
        lines.append(phrase("similar", lang, name=called(name, lang), **seen, likeness=close))
    return Answer(lines, ranked)


def decide(lot: Lot, lang: Lang, sample: str, verdict: Judged | None = None, reason: str = "") -> Answer:
    """Say what a decision lacks; one that lacks nothing is recorded by the session, after a yes."""
    return Answer([phrase("decide.reason" if verdict else "decide.verdict", lang)], [])


def fit(lot: Lot, lang: Lang, source: str = "", name: str = "") -> Answer:
    """Say what a fit on good pictures lacks; one that lacks nothing is asked for as a job, after a yes."""
    return Answer([phrase("fit.source", lang)], [])


def report(lot: Lot, lang: Lang) -> Answer:
    """Tell where reports are made: a conversation makes none."""
    return Answer([phrase("report", lang)], [])


def help(lot: Lot, lang: Lang) -> Answer:
    """Tell what can be asked."""
    asked = [in_quotes(getattr(one, lang), 80, lang) for one in SUGGESTED.values()]
    return Answer([phrase("help", lang, n=number(len(lot.seen)), examples=say("list", lang).join(asked))], [])


TOOLS: dict[str, Callable[..., Answer]] = {
    tool.__name__: tool
    for tool in (
        *(tools.inspect, tools.look, tools.compare, tools.why, tools.region, tools.where, tools.normal),
        *(tools.zoom, tools.what_if, tools.makeup, tools.why_not),
        *(thresholds, summary, drift, sure, limits, similar, decide, fit, report, help),
    )
}


def _limits(review: float, reject: float, lot: Lot, lang: Lang) -> dict[str, str]:
    """Return rates, and the thresholds that follow from them."""
    found = lot.detector.calibration.with_rates(review, reject).thresholds
    rates = {"review_rate": percent(review, lang), "reject_rate": percent(reject, lang)}
    return {"review": points(round(found.review, 2)), "reject": points(round(found.reject, 2)), **rates}


def _counted(verdicts: Sequence[str], lang: Lang) -> str:
    counts: Counter[Any] = Counter(verdicts)
    told = [f"{number(counts[one])} {say(f'verdict.{one}', lang)}" for one in ORDER if counts[one]]
    return say("list", lang).join(told)
