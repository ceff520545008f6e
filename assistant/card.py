"""The verdict at a glance, as HTML: colour, word and shape, and the score on a line among the good parts."""

from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path

from assistant.labels import label, movement_label
from explain.catalogue import Lang
from explain.evidence import Evidence, Support
from explain.language import masked
from explain.movement import MovementEvidence
from explain.wording import number, percent, points
from fusion import calibration

Judged = Evidence | MovementEvidence

# Drawn on a 24 x 24 field: a verdict must be told apart without its colour.
_SHAPES = {
    "PASS": '<circle cx="12" cy="12" r="11"/><path d="M6.5 12.5l4 4 7-8.5"/>',
    "REVIEW": '<path class="solid" d="M12 1.5L23.5 22H.5z"/><path d="M12 8.5v6.5M12 18.2v.6"/>',
    "REJECT": '<path class="solid" d="M7.4 1h9.2L23 7.4v9.2L16.6 23H7.4L1 16.6V7.4z"/><path d="M8 8l8 8M16 8l-8 8"/>',
    "REFUSED": '<path class="solid" d="M12 .5L23.5 12 12 23.5.5 12z"/><path d="M7 12h10"/>',
    "UNREADABLE": '<rect x="1" y="1" width="22" height="22" rx="3"/><path d="M12 6v7.5M12 17.2v.6"/>',
}


def style() -> str:
    """Return the CSS of everything in this file."""
    return Path(__file__).with_name("card.css").read_text(encoding="utf-8")


def badge(verdict: str, lang: Lang, said: str = "") -> str:
    """Return a verdict's shape and word, or what is said in its place, in its colour."""
    shape = f'<svg viewBox="0 0 24 24" aria-hidden="true">{_SHAPES[verdict]}</svg>'
    return (
        f'<span class="foil-badge foil-{verdict.lower()}">{shape}<b>{escape(said or label(verdict, lang))}</b></span>'
    )


def card(evidence: Judged, normals: Sequence[float], lang: Lang) -> str:
    """Return badge, score, number line and p-value in plain words; `normals` are the held-out scores of good parts."""
    if evidence.score is None or evidence.verdict == "REFUSED":
        score, below = label("score.none", lang), ""
    else:
        score = label("score", lang, score=points(evidence.score))
        below = number_line(evidence, normals, lang) + f'<p class="foil-p">{escape(p_in_words(evidence, lang))}</p>'
    prompt = evidence.prompt if isinstance(evidence, Evidence) else None
    if prompt and prompt.ignored:  # who reads no further must know that this verdict is milder
        left_out = label("left_out", lang, share=percent(prompt.ignored, lang))
        below += f'<p class="foil-p">{escape(left_out)}</p>'
    if isinstance(evidence, Evidence):
        below += "".join(f'<p class="foil-p">{escape(line)}</p>' for line in masked(evidence, lang))
    head = f'<div class="foil-head">{badge(evidence.verdict, lang)}<span class="foil-score">{score}</span></div>'
    return f'<div class="foil-card foil-{evidence.verdict.lower()}">{head}{below}</div>'


def notice(verdict: str, text: str, lang: Lang) -> str:
    """Return a card that holds a badge and a sentence, for what has no score at all."""
    head = f'<div class="foil-head">{badge(verdict, lang)}</div>'
    return f'<div class="foil-card foil-{verdict.lower()}">{head}<p>{escape(text)}</p></div>'


def p_in_words(evidence: Judged, lang: Lang) -> str:
    """Return what the p-value says to someone who never heard of p-values."""
    p, n, said = evidence.p_value, evidence.support.n, _labels(evidence)
    if p is None:
        return ""
    if p * (n + 1) < 1.01:  # the smallest that n good parts allow; 1.01, since p is rounded
        return said("p.least", lang, p=number(p, significant=2), n=number(n))
    if p > 0.4:
        return said("p.half", lang, p=number(p, significant=2), percent=percent(round(p, 2), lang))
    return said("p", lang, p=number(p, significant=2), one_in=number(round(1 / p)))


def support_in_words(
    support: Support | calibration.Support, lang: Lang, labels: Callable[..., str] = label
) -> list[str]:
    """Return what n good parts promise about a false-alarm rate, a sentence each."""
    low, high, rate, confidence = (
        percent(share, lang) for share in (support.low, support.high, support.rate, support.confidence)
    )
    if support.extrapolated:
        said = [labels("support.beyond", lang, rate=rate)]
    else:
        said = [labels("support.range", lang, rate=rate, low=low, high=high, confidence=confidence)]
    if support.needed > support.n:
        said.append(labels("support.needed", lang, needed=number(support.needed)))
    return said


def number_line(evidence: Judged, normals: Sequence[float], lang: Lang) -> str:
    """Return an SVG, as wide as its surroundings: the good parts' scores, T1 and T2 as zones, and this score."""
    review, reject, score = evidence.thresholds.review, evidence.thresholds.reject, evidence.score
    assert score is not None  # a refused sample has no line
    seen = [*normals, *(limit for limit in (review, reject) if limit is not None)] or [score]
    low, high = min(*seen, score), max(seen)
    width = 1.2 * (high - low) or 1.0  # beyond the last threshold there is room for its name
    if score > low + width:  # a score far out must not squeeze the rest, so it is shown at the end at the latest
        width = min(score - low, 2 * width)

    def x(value: float) -> float:
        return 3 + 94 * min(max((value - low) / width, 0), 1)

    zones, limits, start = [], [], 0.0
    for name, verdict, limit in (("T1", "pass", review), ("T2", "review", reject)):
        if limit is not None:
            zones.append(_zone(verdict, start, x(limit)))
            anchor, dx = ("end", -4) if name == "T1" and x(limit) > 12 else ("start", 4)
            limits.append(
                f'<line x1="{x(limit):.2f}%" x2="{x(limit):.2f}%" y1="26" y2="62" class="limit"/>'
                f'<text x="{x(limit):.2f}%" dx="{dx}" y="62" text-anchor="{anchor}">{name} {points(limit)}</text>'
            )
            start = x(limit)
    zones.append(_zone("reject" if reject is not None else "review" if review is not None else "pass", start, 100.0))
    strip = "".join(f"M{10 * x(value):.1f} 0V10" for value in normals)
    at = x(score)
    anchor = "start" if at < 15 else "end" if at > 85 else "middle"
    arrow = " →" if score > low + width else ""
    caption = _labels(evidence)("line.normals", lang, n=number(len(normals))) if len(normals) else ""
    return (
        f'<svg class="foil-line" width="100%" height="68" role="img" aria-label="{points(score)}">{"".join(zones)}'
        f'<svg x="0" y="30" width="100%" height="14" viewBox="0 0 1000 10" preserveAspectRatio="none">'
        f'<path d="{strip}" class="normals"/></svg>{"".join(limits)}'
        f'<text x="{at:.2f}%" y="12" text-anchor="{anchor}" class="value">{points(score)}{arrow}</text>'
        f'<svg x="{at:.2f}%" y="16" width="1" height="32" overflow="visible"><path d="M0 12L-7 0H7z" class="marker"/>'
        f'<path d="M0 0V32" class="marker"/></svg></svg><p class="foil-caption">{caption}</p>'
    )


def _zone(verdict: str, start: float, end: float) -> str:
    return f'<rect x="{start:.2f}%" y="28" width="{end - start:.2f}%" height="18" class="zone-{verdict}"/>'


def _labels(evidence: Judged) -> Callable[..., str]:
    return movement_label if isinstance(evidence, MovementEvidence) else label
