"""Pictures with one known defect each, their normal versions, and random evidence, for the tests of `explain`."""

import dataclasses
import random
import types
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from explain import plain
from explain.change import Change
from explain.colour import Contrast
from explain.difference import Region
from explain.evidence import Evidence, Map
from explain.language import Brief
from explain.naming import LOOKS, UNKNOWN, Name, built_in
from explain.prompt import PromptEffect
from explain.shape import Shape
from fusion.detection import Detection, Guidance, Thresholds, Verdict

H, W = 300, 400
SUPPORT = {"n": 220, "rate": 0.01, "expected_rate": 0.0045, "low": 0.0001, "high": 0.0166, "confidence": 0.643}
SUPPORT |= {"needed": 299, "extrapolated": False}

Y, X = np.mgrid[:H, :W]


class Fake:
    """A narrator that says what it was told to say."""

    name = "fake"
    patience = None
    sees = False

    def __init__(self, text: str) -> None:
        self.text = text

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        yield self.text


def surface(level: float = 140, noise: float = 4, seed: int = 0) -> NDArray[np.uint8]:
    """Return a grey, slightly noisy surface, (300, 400, 3)."""
    grain = np.random.default_rng(seed).normal(level, noise, (H, W, 1))
    return np.clip(grain, 0, 255).astype(np.uint8).repeat(3, axis=2)


def plate() -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return a grey plate on black, and its part: x from 50 to 350, y from 40 to 260."""
    part = (X >= 50) & (X < 350) & (Y >= 40) & (Y < 260)
    return np.where(part[..., None], surface(), 15).astype(np.uint8), part


def box(x0: int, y0: int, x1: int, y1: int) -> NDArray[np.bool_]:
    inside = np.zeros((H, W), bool)
    inside[y0:y1, x0:x1] = True
    return inside


def disc(x: float, y: float, r: float) -> NDArray[np.bool_]:
    inside: NDArray[np.bool_] = (X - x) ** 2 + (Y - y) ** 2 < r * r
    return inside


def line(x0: float, y0: float, x1: float, y1: float, width: float) -> NDArray[np.bool_]:
    length = np.hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    along, across = (X - x0) * dx + (Y - y0) * dy, (Y - y0) * dx - (X - x0) * dy
    inside: NDArray[np.bool_] = (along >= 0) & (along <= length) & (abs(across) <= width / 2)
    return inside


def painted(image: NDArray[np.uint8], where: NDArray[np.bool_], change: Any) -> NDArray[np.uint8]:
    """Return a copy with `change`, a number or RGB, added inside a mask."""
    out = image.astype(int)
    out[where] += np.array(change)
    return np.clip(out, 0, 255).astype(np.uint8)


def detection(
    normal: NDArray[np.uint8],
    mask: NDArray[np.bool_],
    part: NDArray[np.bool_] | None = None,
    verdict: Verdict = "REJECT",
    strength: float = 9.3,
    **changes: Any,
) -> Detection:
    """Return a detection whose map is `strength` inside a mask and 1 elsewhere, marked from 4.9 on."""
    values: dict[str, Any] = {"pred_score": 7.31, "p_value": 1 / 221, "thresholds": Thresholds(3.6, 4.9, 0.05, 0.01)}
    values |= {"anomaly_map": np.where(mask, strength, 1).astype(np.float32), "map_threshold": 4.9, "map_top": 12.0}
    values |= {"pred_mask": mask, "normal": normal, "part": np.ones_like(mask) if part is None else part}
    return Detection(verdict=verdict, **(values | changes))


def guidance(text: str = "only scratches, ignore the label", **changes: Any) -> Guidance:
    """Return what words did that were looked for and found in the upper right, beside a label that was ignored."""
    values: dict[str, Any] = {"text": text, "role": "search", "focus": "scratches", "ignore": "label", "place": ""}
    values |= {"unknown": (), "basis": "captions", "effect": 0.4, "found": 0.62, "ignored": 0.31}
    values |= {"guided_map": np.where(disc(350, 40, 20), 5.25, -1).astype(np.float32)}
    return Guidance(**(values | changes))


def _of(hint: Any, dice: random.Random) -> Any:
    """Return a random value for a field of the evidence: numbers as `gather` would have rounded them."""
    origin, args = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return None if dice.random() < 0.3 else _of(next(arg for arg in args if arg is not type(None)), dice)
    if origin is Annotated and args[0] is int:
        return dice.choice([0, 1, dice.randrange(100), dice.randrange(30_000)])
    if origin is Annotated:
        share = hint in (plain.Share, plain.PValue)
        value = dice.choice([0.0, 1.0, dice.random(), 10 ** dice.uniform(-9, 0 if share else 5)])
        return float(args[1].rounded(value))
    if dataclasses.is_dataclass(hint):
        fields = {name: _of(kind, dice) for name, kind in get_type_hints(hint, include_extras=True).items()}
        if hint is Evidence:  # a refused sample has no findings, any other has all of them
            findings = {"score": plain.Score, "p_value": plain.PValue, "map": Map}
            refused = fields["verdict"] == "REFUSED"
            fields |= {name: None if refused else _of(kind, dice) for name, kind in findings.items()}
        return _consistent(hint(**fields))
    if origin is tuple:
        return tuple(_of(kind, dice) for kind in (args[:1] * dice.randrange(5) if args[-1] is ... else args))
    if origin is Literal:
        return dice.choice(args)
    text = "".join(dice.choices('ab 1９½{}“”"/.!。百', k=dice.choice([0, 5, 60])))
    return (
        {} if origin is Mapping else {str: text, bool: dice.random() < 0.5, float: -dice.randrange(6000) / 1000}[hint]
    )


def _consistent(record: Any) -> Any:
    """Keep to what `gather` can say: numbered regions, a direction of what is elongated, a basis of what is claimed."""
    if isinstance(record, Shape):
        angle = (-85.0, -30.0, 0.0, 30.0)[int(record.length_px) % 4]
        return dataclasses.replace(record, orientation=angle if record.kind == "elongated" else None)
    if isinstance(record, Contrast):
        lightness = 0.0 if record.tone == "same" else record.lightness
        return dataclasses.replace(record, lightness=lightness, colour=record.colour[:2])
    if isinstance(record, Change):
        plain_change = record.kind == "altered" or record.basis == "none"
        return dataclasses.replace(record, kind="altered", basis="none") if plain_change else record
    if isinstance(record, Region):  # one or two kinds, or none that is known
        kinds = [*built_in().names, UNKNOWN]
        first = kinds[record.area_px % len(kinds)]
        count = 1 if first == UNKNOWN else 1 + record.width_px % 2
        names = (Name(first, 0.61), Name(kinds[kinds.index(first) - 1], 0.22))[:count]
        look = tuple(-(1 + at) / 4 for at in range(LOOKS)) if record.look else ()
        taken = record.taken_for and Name(built_in().names[record.width_px % len(built_in().names)], 0.47)
        names = names if first != kinds[0] else names[:1]
        return dataclasses.replace(record, names=names, look=look, taken_for=taken)
    if isinstance(record, PromptEffect):  # a place belongs to a wish
        return dataclasses.replace(record, place=record.place if record.focus or record.ignore else "")
    if isinstance(record, Evidence):
        regions = tuple(dataclasses.replace(r, number=i) for i, r in enumerate(record.regions, start=1))
        if record.frame == "picture":
            regions = tuple(dataclasses.replace(r, border="edge") if r.border == "outside" else r for r in regions)
        found = max(record.regions_found, len(regions)) if regions else 0
        limits = record.thresholds
        review, reject = sorted((limits.review, limits.reject))
        record = dataclasses.replace(record, thresholds=dataclasses.replace(limits, review=review, reject=reject))
        if record.score is not None:
            verdict = "REJECT" if record.score >= reject else "REVIEW" if record.score >= review else "PASS"
            record = dataclasses.replace(record, verdict=verdict)
        prompt = record.prompt
        if prompt and prompt.fits:  # what fits is a region
            fits = dataclasses.replace(prompt.fits, number=1 + prompt.fits.number % len(regions)) if regions else None
            prompt = dataclasses.replace(prompt, fits=fits)
        return dataclasses.replace(record, regions=regions, regions_found=found, prompt=prompt)
    return record


def random_evidence(seed: int) -> Evidence:
    evidence: Evidence = _of(Evidence, random.Random(seed))
    return evidence


# From a seed: drawing each of some hundred fields by itself takes hypothesis a second an example.
evidences: st.SearchStrategy[Evidence] = st.integers(0, 2**32).map(random_evidence)
