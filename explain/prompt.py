"""What a person's words did to a detection, as evidence: measured by the detector, put into words by `prompting`."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from explain.place import Frame, Place, whole_if_empty
from explain.plain import Share, Sigma, WholePixels
from fusion.detection import Basis, Detection, Guidance
from fusion.errors import BadModel

Field = Literal[Place, "edge", ""]  # where alone was looked; "" = everywhere


@dataclass(frozen=True)
class GuidedPlace:
    """Where the words explain the picture best."""

    value: Sigma  # by how much better than normal does
    x: WholePixels
    y: WholePixels
    place: Place


@dataclass(frozen=True)
class PromptEffect:
    """A prompt as it was understood, and its effect; `fusion.detection.Guidance` says how each is measured.

    The texts are a stranger's: they are only ever quoted, and no number in them supports a claim.
    """

    text: str  # one line of printable characters, like the others
    role: Literal["description", "search"]
    focus: str
    ignore: str
    place: Field
    unknown: tuple[str, ...]
    basis: Basis
    effect: Share  # of the map
    found: Share | None  # of the difference from normal
    ignored: Share | None  # of the difference from normal
    strongest: GuidedPlace | None  # None where the words explain no place better than normal does


def effect_of(guidance: Guidance, detection: Detection) -> PromptEffect:
    """Return what the words did to a detection, not rounded yet."""
    if guidance.place not in get_args(Field):
        raise BadModel(
            f"the model looked only {guidance.place!r}, expected one of {', '.join(filter(None, get_args(Field)))}, or "
            "'' for everywhere; fit the model again"
        )
    return PromptEffect(
        text=clean(guidance.text),
        role=guidance.role,
        focus=clean(guidance.focus),
        ignore=clean(guidance.ignore),
        place=guidance.place,  # type: ignore[arg-type]  # it is one of them
        unknown=tuple(map(clean, guidance.unknown)),
        basis=guidance.basis,
        effect=guidance.effect,
        found=guidance.found,
        ignored=guidance.ignored,
        strongest=_strongest(guidance, detection),
    )


def clean(text: str) -> str:
    """Return a text as one line of printable characters: no control codes, no reversed writing, no half characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _strongest(guidance: Guidance, detection: Detection) -> GuidedPlace | None:
    if guidance.guided_map is None or not guidance.focus:
        return None
    values = guidance.guided_map
    y, x = (int(v) for v in np.unravel_index(int(values.argmax()), values.shape))
    value = float(values[y, x])
    if value <= 0:
        return None
    return GuidedPlace(value, x, y, Frame(whole_if_empty(detection.part)).place(x, y))
