"""What the evidence holds: its numbers, each with what it is of, and whether a thing said of some regions is so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from explain import plain
from explain.claims import Claim, claims, supported
from explain.difference import Region
from explain.evidence import Evidence
from explain.naming import Name
from explain.plain import Unit
from explain.vocabulary import Subject
from fusion.modality.prompt import phrases

LEVEL, UPRIGHT = 15, 75  # degrees: up to or from which a line may be called horizontal or vertical
_LIMITS = ("thresholds.review", "thresholds.reject", "map.threshold")


@dataclass(frozen=True)
class Role:
    """What a number is of, as told by the words before or after it, and the fields that hold such numbers."""

    fields: tuple[str, ...]
    before: str = r"(?!)"
    after: str = r"(?!)"
    counts: bool = False  # only what has no unit: "60 good parts", but not "5 % of good parts"


_SURE = ("names.sure", "taken_for.sure", "prompt.fits.sure")
_NEAR = ("normals.remembered", "normals.usual", "normals.nearest.apart")
_CASES = ("cases.samples", "cases.nearest.record", "cases.nearest.likeness")
_ALONE = (*_SURE, *_NEAR, *_CASES)  # no measure of anything else
ROLES: tuple[Role, ...] = (
    Role(("normals.remembered",), r"记住的", r"remembered", counts=True),
    Role(("normals.usual",), r"\busual(?:ly)? among them|之间通常"),
    Role(("normals.nearest.apart",), r"相距", r"apart\b"),
    Role(("cases.samples",), r"记录中的", r"(?:marked |other )*samples on record", counts=True),
    Role(("thresholds.review",), r"review (?:threshold|limit|level)|T1|复检阈值", r"for review"),
    Role(("thresholds.reject",), r"reject(?:ion)? (?:threshold|limit|level)|T2|判退阈值", r"for reject"),
    Role(("map.threshold",), r"marking (?:threshold|level)|标记阈值"),
    Role(_LIMITS, r"threshold|limit|阈值"),
    Role(("score",), r"scor(?:e|ed|es|ing)|得分|分数|评分"),
    Role(("p_value",), r"\bp(?:[- ]?values?)?|p ?值"),
    Role(
        ("strength.peak", "strength.mean", "map.peak.value", "prompt.strongest.value"),
        r"peak\w*|strength|maximum|峰值|强度",
    ),
    Role(("shape.length_px", "scale.length"), r"\blength|长度?", r"long\b|(?:in )?length"),
    Role(
        ("shape.breadth_px", "width_px", "scale.breadth", "scale.width", "sample.width"),
        r"\b(?:width|breadth|thickness)|宽度?",
        r"wide\b|across\b|thick\b|(?:in )?(?:width|breadth)",
    ),
    Role(("height_px", "scale.height", "sample.height"), r"\bheight|高度?", r"high\b|tall\b|(?:in )?height"),
    Role(("contrast.difference",), r"ΔE|delta[- ]?E|colou?r difference|色差"),
    Role(("strength.times_threshold", "map.peak.of_threshold"), after=r"(?:the|its) (?:marking )?(?:threshold|level)"),
    Role(_SURE, r"把握", r"sure\b"),
    Role(("shape.fragments",), after=r"(?:\w+ )?(?:specks|fragments|pieces|dots)|小点", counts=True),
    Role(("regions_found", "regions"), after=r"(?:\w+ ){0,2}(?:region|place|area|spot|location)s", counts=True),
    Role(("support.n", "support.needed"), after=r"(?:good|normal) (?:part|sample|picture)s?|件?良品", counts=True),
    Role(("support.confidence",), r"confidence(?: level)?|置信度", r"confidence|的置信度"),
    Role(
        ("support.rate", "thresholds.review_rate", "thresholds.reject_rate", "support.low", "support.high"),
        r"false[- ]alarm rate|误报率",
        r"false[- ]alarm|的误报率",
    ),
)
_IS = "is|was|of|at|about|around|just|by|being|equals|measured|reaches|rises to|comes to|amounts to|为|是|约|仅|达到?"
_GLUE = rf"[ (（:：=≈]*(?:(?:{_IS})[ (（:：=≈]*){{0,3}}$"
_ROLES = [
    (role, re.compile(rf"(?:{role.before}){_GLUE}", re.I), re.compile(rf"\s*[)）]?\s*-?(?:of )?(?:{role.after})", re.I))
    for role in ROLES
]


def role_of(claim: Claim, before: str, after: str) -> Role | None:
    """Return what a number is of, by the text between it and its neighbours; None if that doesn't tell."""
    near: list[tuple[int, Role]] = []
    for role, told_before, told_after in _ROLES:
        if role.counts and claim.unit is not None:
            continue
        if match := told_before.search(before):
            near.append((len(before) - match.start(), role))
        elif told_after.match(after):
            near.append((0, role))
    return max(near, key=lambda found: found[0], default=(0, None))[1]


@dataclass(frozen=True)
class Facts:
    """The evidence, as something that a claim can be held against."""

    evidence: Evidence

    @cached_property
    def numbers(self) -> list[tuple[str, Unit, float, int | None]]:
        """Return field, unit, value and region of every number; of a region's, the field within it."""
        e, told = self.evidence, claims(self.evidence.refusal or "")
        found: list[tuple[str, Unit, float, int | None]] = [
            (field, unit, value, None)
            for field, unit, value in plain.named_numbers(e)
            if not field.startswith("regions.")
        ]
        found += [("refusal", claim.unit or "count", claim.value, None) for claim in told]
        found += [("regions", "count", float(len(e.regions)), None)]
        return found + [(*number, r.number) for r in e.regions for number in plain.named_numbers(r)]

    def number(self, claim: Claim, role: Role | None, scope: Sequence[int] | None) -> bool:
        """Tell whether a number is held, by its role if it has one, of some regions (of any if None) or of none."""
        held = [
            (unit, value)
            for field, unit, value, region in self.numbers
            if (region is None or scope is None or region in scope)
            and (field in role.fields if role else field not in _ALONE)
        ]
        return supported(claim, held)

    def sure(self, claim: Claim, kind: str, scope: Sequence[int] | None) -> bool:
        """Tell whether a number is how sure it is that one of some regions is of a kind, and not of another one."""
        names = [name for region in self.regions(scope) for name in _named(region) if name.kind == kind]
        e = self.evidence
        fits = [e.prompt.fits.sure] if e.prompt and e.prompt.fits else []
        return supported(claim, [("ratio", sure) for sure in (*(name.sure for name in names), *fits)])

    def regions(self, scope: Sequence[int] | None) -> tuple[Region, ...]:
        return tuple(r for r in self.evidence.regions if scope is None or r.number in scope)

    def says(self, subject: Subject, value: str, scope: Sequence[int] | None) -> bool:
        """Tell whether a thing said in words is so, of one of some regions, or of the whole."""
        if subject in OF_REGIONS:
            return any(OF_REGIONS[subject](r, value) for r in self.regions(scope)) or (
                scope is None and self._elsewhere(subject, value)
            )
        return subject in OF_ALL and OF_ALL[subject](self.evidence, value)

    def _elsewhere(self, subject: Subject, value: str) -> bool:
        """Tell whether a place is the one of what isn't marked: the map's peak, or what words point at."""
        e, known = self.evidence, list[str]()
        if e.map and e.map.peak:
            known.append(e.map.peak.place)
        if e.prompt:
            known += [e.prompt.place, *([e.prompt.strongest.place] if e.prompt.strongest else [])]
            known += [*e.prompt.left_out, *e.prompt.unsure]
            known += [place for one in phrases(e.prompt.ignore) for place in one.places]
        return subject in ("place", "border") and any(_within(value, place) for place in known if place)


def _within(claimed: str, place: str) -> bool:
    """Tell whether a place lies in the one claimed: the upper left lies on the left, but not the reverse."""
    return set(claimed.split("_")) <= set(place.split("_"))


def _direction(region: Region, value: str) -> bool:
    angle = region.shape.orientation
    if angle is None:
        return False
    so = {"horizontal": abs(angle) <= LEVEL, "vertical": abs(angle) >= UPRIGHT}
    return so.get(value, (angle > 0) == (value == "rising"))


def _border(region: Region, value: str) -> bool:
    return region.border in {"edge": ("edge", "reaches_edge"), "inside": ("inside",), "outside": ("outside",)}[value]


def _found(e: Evidence, value: str) -> bool:
    n = e.regions_found
    return {
        "nothing": n == 0 and e.verdict == "PASS",
        "no place": n == 0,
        "some": n > 0,
        "several": n > 1,
        "rest": True,
        "few": e.support.needed > e.support.n,
        "one": n == 1,
    }[value]


def _named(region: Region) -> tuple[Name, ...]:
    """Return all that a region is said to look like."""
    return (*region.names, region.taken_for) if region.taken_for else region.names


OF_REGIONS: dict[Subject, Callable[[Region, str], bool]] = {
    "place": lambda r, value: any(_within(value, place) for place in (r.place, *(r.ends or ()))),
    "border": _border,
    "tone": lambda r, value: r.contrast.tone == value,
    "colour": lambda r, value: value in r.contrast.colour,
    "texture": lambda r, value: r.change.texture == value,
    "change": lambda r, value: r.change.kind == value,
    "form": lambda r, value: r.shape.kind == value,
    "direction": _direction,
    "name": lambda r, value: any(name.kind == value for name in _named(r)),
}
OF_ALL: dict[Subject, Callable[[Evidence, str], bool]] = {
    "verdict": lambda e, value: e.verdict == value,
    "found": _found,
    "beyond": lambda e, _: e.p_value is not None and e.p_value * (e.support.n + 1) < 1.01,  # n allow no smaller p
    "quality": lambda e, value: value in e.quality,
}
