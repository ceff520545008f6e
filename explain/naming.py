"""Names for what was measured: the kinds of defect that look most like a region, and how sure that is.

Nothing here has seen a labelled defect. A kind's look is the mean of the attributes of synthetic defects as
`explain.kinds` measured them; a region is as near to it as their distance in the spread within kinds says
(Mahalanobis). What isn't sure enough has the name "unknown kind".
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explain.plain import Sureness, from_plain
from fusion.errors import BadInput, BadSetting

if TYPE_CHECKING:
    from explain.difference import Region

FILE = Path(__file__).with_name("kinds.json")  # written by `python -m explain.kinds`
UNKNOWN = "unknown kind"
OWN = "kinds"  # in a model's card: what `explain.own_kinds` learnt
TOLD = 2  # names, at most
EXAMPLE = '{"burr": {"examples": [REGION]}, "rust": {"like": "stain"}, "tarnish": {}}'
LOOKS = 9  # kinds that the network knows, those of `fusion.synthesis`
UNLIKELY = -6.0  # log probability: what is less likely is no less like it
FEWEST = 0.1  # sureness below which a second name isn't worth saying


@dataclass(frozen=True)
class Name:
    kind: str
    sure: Sureness  # calibrated: of so many synthetic defects that look so, so many are of this kind


@dataclass(frozen=True, eq=False)
class Kinds:
    """What is known of the kinds: a look each, (K, D), how attributes are whitened, (D, D), and two constants."""

    names: tuple[str, ...]
    looks: NDArray[np.float64]
    whiten: NDArray[np.float64]
    scale: float  # of squared distances
    least: float  # sureness below which a kind is unknown

    def far(self, region: "Region") -> NDArray[np.float64]:
        """Return the squared distance of a region to each look, (K,)."""
        return np.asarray(np.square((self.looks - attributes(region)) @ self.whiten).sum(axis=1), np.float64)

    def rank(self, region: "Region") -> tuple[Name, ...]:
        """Return every kind, the surest first."""
        far = self.far(region)
        near = np.exp(-(far - far.min()) / self.scale)
        order = np.argsort(-near, kind="stable")
        return tuple(Name(self.names[i], float(near[i] / near.sum())) for i in order)

    def name(self, region: "Region") -> tuple[Name, ...]:
        """Return the one or two names that fit a region; (unknown kind,) if none is sure enough."""
        first, *others = self.rank(region)
        if first.sure < self.least:
            return (Name(UNKNOWN, 1 - first.sure),)
        return (first, *(other for other in others[: TOLD - 1] if other.sure >= FEWEST))

    def to_json(self) -> dict[str, Any]:
        """Return the same as plain data, which `from_json` reads."""
        looks = {name: [round(float(v), 4) for v in look] for name, look in zip(self.names, self.looks, strict=True)}
        whiten = [[round(float(v), 4) for v in row] for row in self.whiten]
        return {"looks": looks, "whiten": whiten, "scale": self.scale, "least": self.least}

    @classmethod
    def from_json(cls, known: Mapping[str, Any]) -> "Kinds":
        """Return what `to_json` wrote."""
        looks, whiten = np.array(list(known["looks"].values())), np.array(known["whiten"])
        return cls(tuple(known["looks"]), looks, whiten, known["scale"], known["least"])


@cache
def built_in() -> Kinds:
    """Return the nine kinds of `fusion.synthesis`, as they look on the products that `fusion.practice` knows."""
    return Kinds.from_json(json.loads(FILE.read_text(encoding="utf-8")))


def kinds_in(card: Mapping[str, Any]) -> Kinds:
    """Return the kinds as a model's own good parts have them, by its card; the built-in ones if it learnt none."""
    return Kinds.from_json(card[OWN]) if OWN in card else built_in()


def attributes(region: "Region") -> NDArray[np.float64]:
    """Return what a region looks like: its measures, and how likely each built-in kind is to the network, (D,)."""
    look = region.look or (-math.log(LOOKS),) * LOOKS
    return np.concatenate([measures(region), np.maximum(look, UNLIKELY)])


def measures(region: "Region") -> NDArray[np.float64]:
    """Return what was measured of a region, in numbers that hardly depend on the picture's size, (D,)."""
    shape, contrast, change, detail = region.shape, region.contrast, region.change, region.detail
    size = max(contrast.difference, 1.0)
    kind = (change.kind, change.basis)
    return np.array(
        [
            math.log(max(region.area_percent, 1e-3)),
            math.log(max(shape.aspect, 1.0)),
            math.log(max(shape.length_px, 1.0) ** 2 / max(region.area_px, 1)),
            shape.solidity,
            math.log(max(shape.fragments, 1)),
            contrast.lightness / 20,
            math.log(size),
            math.hypot(contrast.red, contrast.yellow) / size,
            {"inside": 0.0, "reaches_edge": 0.5, "edge": 1.0, "outside": 1.0}[region.border],
            float(kind == ("missing", "background")),
            float(kind == ("missing", "detail")),
            float(kind == ("added", "detail")),
            {"rougher": 1.0, "same": 0.0, "smoother": -1.0}[change.texture],
            detail.fill,
            detail.uneven,
            4 * detail.mixed,
            3 * detail.steep,
            detail.through,
            math.log(max(detail.grain, 0.01)),
            20 * detail.ragged,
            3 * detail.foreign,
        ]
    )


def read_kinds(path: Path, own: Kinds) -> Kinds:
    """Return a model's kinds and a user's own, from JSON: {"burr": {"examples": [...]}, "rust": {"like": "stain"}}.

    Examples are regions as `foil inspect --json` writes them. A word that is like a kind takes its place; one with
    neither is like the kind whose words mean most the same, by MiniLM. BadSetting says what is wrong.
    """
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadSetting(f"{path}: no JSON that can be read ({error}); expected an object of kinds") from error
    if not isinstance(known, dict) or not known:
        raise BadSetting(f"{path}: expected a JSON object of kinds, such as {EXAMPLE}")
    looks: dict[str, NDArray[np.float64]] = {}
    replaced = set(known)
    for word, said in known.items():
        if not isinstance(said, dict) or said.keys() - {"examples", "like"}:
            raise BadSetting(f"{path}: {word} is {said!r:.60}, expected examples, like, or {{}}; such as {EXAMPLE}")
        if examples := said.get("examples"):
            looks[word] = _mean(examples, f"{path}: an example of {word}")
            continue
        like = said.get("like") or _meant(word)
        if like not in own.names:
            raise BadSetting(f"{path}: {word} is like {like!r}, which is no kind; choose from {', '.join(own.names)}")
        looks[word] = own.looks[own.names.index(like)]
        replaced.add(like)
    rest = [i for i, name in enumerate(own.names) if name not in replaced]
    names = (*(own.names[i] for i in rest), *looks)
    return replace(own, names=names, looks=np.array([*own.looks[rest], *looks.values()]))


def kind_said(words: str, kinds: Kinds) -> str:
    """Return the kind that words, English or Chinese, are a name of; "" if of none."""
    from fusion.modality.lexicon import translate
    from fusion.synthesis.asked import named_kind

    bare = re.sub(r"^(?:an?|the|any) ", "", words.strip().lower())
    own = {name.lower(): name for name in kinds.names}
    named = named_kind(translate(bare)[0].lower())
    return own.get(bare) or (named if named in kinds.names else "")


def _mean(examples: Any, what: str) -> NDArray[np.float64]:
    """Return the mean attributes of regions as plain data, (D,)."""
    from explain.difference import Region, complete

    try:
        regions = [from_plain(Region, complete(one), "it") for one in examples]
    except (BadInput, TypeError) as error:
        raise BadSetting(f"{what} is no region as foil inspect --json writes it: {error}") from error
    return np.asarray(np.mean([attributes(region) for region in regions], axis=0), np.float64)


def _meant(word: str) -> str:
    """Return the kind, of `fusion.synthesis`, that free words mean."""
    from fusion.modality.text import text_encoder
    from fusion.synthesis.asked import kind_of

    return kind_of(word, text_encoder().encode)
