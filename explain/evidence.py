"""Evidence: everything that a sentence may rest on, as plain data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from explain import plain
from explain.difference import Region, complete
from explain.nearest import NearNormals, PastCases
from explain.place import Place
from explain.plain import (
    Count,
    Coverage,
    GreyLevels,
    Percent,
    PixelSize,
    PValue,
    Ratio,
    Score,
    Share,
    Sigma,
    WholePixels,
)
from explain.prompt import PromptEffect
from explain.quality import Note
from fusion.detection import Verdict
from fusion.errors import BadInput

VERSION = "4.2"  # 1 knew nothing of what words do, 2 not how much a mask let count, 3 no names
# Older ones that are still read, and what they knew nothing of, beside regions.
_SINCE: dict[str, dict[str, Any]] = {"4": {"normals": None, "cases": None}, "4.1": {}}
Modality = Literal["text", "mask", "skeleton"]


@dataclass(frozen=True)
class Picture:
    name: str  # printable characters only
    sha256: str
    width: WholePixels
    height: WholePixels


@dataclass(frozen=True)
class Limits:
    """T1 and T2, and the false-alarm rates that they promise."""

    review: Score
    reject: Score
    review_rate: Share
    reject_rate: Share


@dataclass(frozen=True)
class Support:
    """What n normals can promise about one false-alarm rate; `fusion.calibration` says how each is found."""

    n: Count
    rate: Share  # promised
    expected_rate: Share
    low: Share  # the true rate may well lie from here
    high: Share  # to here
    confidence: Share  # that the true rate is at most the promised one
    needed: Count  # normals for a firm promise
    extrapolated: bool  # the threshold lies beyond every normal seen


@dataclass(frozen=True)
class Peak:
    """The strongest place of the map, marked or not."""

    value: Sigma
    x: WholePixels
    y: WholePixels
    place: Place
    of_threshold: Ratio | None  # value / the map's threshold


@dataclass(frozen=True)
class Map:
    threshold: Sigma  # from which a place is marked
    beyond_percent: Percent  # of the part
    peak: Peak | None  # None where the map is the same everywhere: no place stands out


@dataclass(frozen=True)
class Evidence:
    """One inspection's findings. Of a refused sample there are none: no score, no map, no region."""

    schema_version: Literal["4.2"]
    sample: Picture
    model: Mapping[str, str | int | float | bool | None]
    verdict: Verdict
    score: Score | None
    p_value: PValue | None
    thresholds: Limits
    support: Support
    map: Map | None
    frame: Literal["part", "picture"]  # what places and shares refer to; the picture where there is no background
    mm_per_px: PixelSize | None
    regions_found: Count  # of which the strongest are in `regions`
    regions: tuple[Region, ...]
    has_text: bool
    has_mask: bool
    has_skeleton: bool
    looked_at: Coverage | None  # of the picture, where a mask left the rest out
    not_used: tuple[Modality, ...]  # given, but not used by this model
    prompt: PromptEffect | None  # None without words, or where the model can't use them
    spread: GreyLevels | None  # mean, of the marked pixels, over which samples of the normal version disagree
    refusal: str | None
    quality: tuple[Note, ...]
    normals: NearNormals | None  # None where the model remembers no pictures
    cases: PastCases | None  # None without a store, or where nothing like it is on record

    def __post_init__(self) -> None:
        found = [name for name in ("score", "p_value", "map") if getattr(self, name) is not None]
        if len(found) != (0 if self.verdict == "REFUSED" else 3):
            raise BadInput(
                f"evidence of {self.verdict} has {found}, expected score, p_value and map, or none if REFUSED"
            )

    def to_json(self) -> str:
        """Return strict JSON, with the keys in the order of the fields."""
        return json.dumps(plain.to_plain(self), ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str) -> "Evidence":
        """Return the evidence that `to_json` wrote; raise BadInput, naming the field, where it has another form."""
        try:
            data = json.loads(text)
        except json.JSONDecodeError as err:
            raise BadInput(f"evidence is no JSON ({err}); expected what Evidence.to_json wrote") from err
        version = data.get("schema_version") if isinstance(data, dict) else None
        if isinstance(version, str) and version in _SINCE:
            data = data | {"schema_version": VERSION} | _SINCE[version]
            if isinstance(data.get("regions"), list):
                data["regions"] = [complete(region) for region in data["regions"]]
        elif isinstance(version, str) and version != VERSION:
            known = " or ".join(repr(one) for one in (*_SINCE, VERSION))
            raise BadInput(
                f"evidence has schema_version {version!r:.20}, expected {known}; inspect the sample again with "
                "this version of Foil"
            )
        evidence: Evidence = plain.from_plain(Evidence, data, "evidence")
        return evidence


def json_schema() -> dict[str, Any]:
    """Return the JSON schema (draft 2020-12) of what `Evidence.to_json` writes."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "Foil evidence"}
    return head | plain.schema(Evidence)
