"""What a person's words did to a detection, as evidence: measured by the detector, put into words by `prompting`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from explain.place import Frame, Place, whole_if_empty
from explain.plain import Count, Share, Sigma, Sureness, WholePixels
from fusion.detection import Basis, Detection, Guidance
from fusion.errors import BadModel

if TYPE_CHECKING:
    from explain.grouping import Spot

Field = Literal[Place, "edge", ""]  # where alone was looked; "" = everywhere


@dataclass(frozen=True)
class GuidedPlace:
    """Where the words explain the picture best."""

    value: Sigma  # by how much better than normal does
    x: WholePixels
    y: WholePixels
    place: Place


@dataclass(frozen=True)
class RegionFit:
    """The region that fits words best, by its looks and by what the model hears."""

    number: Count
    sure: Sureness  # that it is of the kind that is looked for, by its looks alone


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
    fits: RegionFit | None = None  # the region that fits what is looked for best; None where none does
    left_out: tuple[Place, ...] = ()  # where regions were that the words left out as a whole
    unsure: tuple[Place, ...] = ()  # where those are that they might have meant, which still count


def effect_of(
    guidance: Guidance, detection: Detection, spots: Sequence["Spot"] = (), fits: RegionFit | None = None
) -> PromptEffect:
    """Return what the words did to a detection, not rounded yet; one of its spots `fits` what is looked for best."""
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
        strongest=_strongest(guidance, detection, None if fits is None else spots[fits.number - 1]),
        fits=fits,
        left_out=guidance.left_out,  # type: ignore[arg-type]  # a region has no other places
        unsure=guidance.unsure,  # type: ignore[arg-type]
    )


def clean(text: str) -> str:
    """Return a text as one line of printable characters: no control codes, no reversed writing, no half characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _strongest(guidance: Guidance, detection: Detection, spot: "Spot | None") -> GuidedPlace | None:
    """Return where the words explain most, of a spot if one is given."""
    if guidance.guided_map is None or not guidance.focus:
        return None
    values = guidance.guided_map
    if spot is not None:
        x0, y0, x1, y1 = spot.bbox
        inside = np.zeros_like(values)
        inside[y0:y1, x0:x1] = np.where(spot.mask, values[y0:y1, x0:x1], 0)
        values = inside if inside.any() else values
    y, x = (int(v) for v in np.unravel_index(int(values.argmax()), values.shape))
    value = float(values[y, x])
    if value <= 0:
        return None
    return GuidedPlace(value, x, y, Frame(whole_if_empty(detection.part)).place(x, y))
