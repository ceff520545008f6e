"""Check: look at every file of a data set before hours go into it, and say what would spoil them."""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from fusion.dataset import Dataset
from fusion.errors import FoilError
from fusion.item import Item

Kind = Literal["unusable", "leak", "contradiction", "copy", "mask", "dark", "blurred"]
_HEADINGS: dict[Kind, str] = {
    "unusable": "can't be used",
    "leak": "are tested on and fitted on",
    "contradiction": "are labelled good and anomalous",
    "copy": "are copies of another picture",
    "mask": "have a mask that doesn't fit",
    "dark": "are almost black",
    "blurred": "are much less sharp than the others",
}
_DARK = 20  # of 255: almost black if 99 % of the pixels are below
# Variance of the Laplacian at 512 px, against the median of the set. On magnetic tiles, screws and juice bottles every
# sharp picture is above 1/11; blurred by a Gaussian of 2 px nearly all are below 1/16, of 3 px all are below 1/40.
_BLURRED = 1 / 16
_ENOUGH = 8  # pictures for that median to mean anything


@dataclass(frozen=True)
class Finding:
    """One file and what is wrong with it."""

    kind: Kind
    path: str  # relative to the data set where it lies inside
    reason: str


@dataclass(frozen=True)
class DataReport:
    """What a data set holds and what is wrong with it, as plain data."""

    name: str
    root: str
    counts: dict[str, dict[str, int]]  # split -> good, type of defect, "anomalous" or "unlabelled" -> pictures
    sizes: dict[str, tuple[int, int]]  # smallest, median, largest (by area): (width, height)
    distinct_sizes: int
    channels: dict[str, int]  # grey, colour -> pictures
    masks: dict[str, int]  # present, missing, empty, unusable -> anomalous pictures
    findings: tuple[Finding, ...]

    @property
    def ok(self) -> bool:
        return not self.findings

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=2)

    def lines(self) -> list[str]:
        """Return the report as lines for a person; of each kind of finding at most five files."""
        lines = [f"{self.name}: {sum(sum(kinds.values()) for kinds in self.counts.values())} pictures in {self.root}"]
        lines += [f"{split}: {_listed(kinds)}" for split, kinds in self.counts.items()]
        if self.sizes:
            span = ", ".join(f"{name} {width} x {height}" for name, (width, height) in self.sizes.items())
            lines.append(f"size: {span} px; {self.distinct_sizes} different")
            lines.append(f"channels: {_listed(self.channels)}")
        if any(self.masks.values()):
            lines.append(f"masks of the anomalous: {_listed(self.masks)}")
        for kind, heading in _HEADINGS.items():
            found = [finding for finding in self.findings if finding.kind == kind]
            if found:
                lines.append(f"{len(found)} {heading}:")
                lines += [f"  {finding.path}: {finding.reason}" for finding in found[:5]]
                lines += [f"  and {len(found) - 5} more"] if len(found) > 5 else []
        return lines if self.findings else [*lines, "nothing suspicious found"]


@dataclass(frozen=True)
class _Look:
    """What is kept of a picture once it was read, so that memory holds one picture at a time."""

    item: Item
    size: tuple[int, int]
    grey: bool
    digest: bytes  # of the pixels, so that copies in another format or with other metadata are found too
    brightest: float  # 99th percentile
    sharpness: float


def check(dataset: Dataset, progress: Callable[[int, int], None] | None = None) -> DataReport:
    """Read every file once, one at a time, and report; a file that can't be used is a finding, never an exception."""
    looks: list[_Look] = []
    findings: list[Finding] = []
    masks = Counter(dict.fromkeys(("present", "missing", "empty", "unusable"), 0))
    masks_expected = any(item.label == 1 and item.gt_mask for item in dataset.items)
    for number, item in enumerate(dataset.items, 1):
        try:
            looks.append(_look(item))
        except (FoilError, OSError) as error:
            findings.append(_finding("unusable", dataset, item, str(error)))
        else:
            state, reason = _mask_state(item)
            masks.update([state] if item.label == 1 else [])
            if reason and (state != "missing" or masks_expected):
                findings.append(_finding("mask", dataset, item, reason))
        if progress:
            progress(number, len(dataset.items))
    findings += [*_copies(dataset, looks), *_suspicious(dataset, looks)]
    return _report(dataset, looks, dict(masks), findings)


def _look(item: Item) -> _Look:
    image = item.load().image
    assert image is not None  # an item always has a picture
    height, width = image.shape[:2]
    grey = bool((image == image[..., :1]).all())
    digest = hashlib.sha256(f"{width} x {height}".encode() + image.tobytes()).digest()
    brightest = float(np.percentile(image.max(axis=2), 99))
    return _Look(item, (width, height), grey, digest, brightest, _sharpness(image))


def _sharpness(image: NDArray[np.uint8]) -> float:
    """Return the variance of the Laplacian, at a common resolution so that sizes don't matter."""
    small = Image.fromarray(image).convert("L")
    small.thumbnail((512, 512))
    g = np.asarray(small, np.float32)
    return float((4 * g[1:-1, 1:-1] - g[:-2, 1:-1] - g[2:, 1:-1] - g[1:-1, :-2] - g[1:-1, 2:]).var())


def _mask_state(item: Item) -> tuple[str, str]:
    """Return whether a picture's ground truth is present, missing, empty or unusable, and what is wrong with it."""
    if item.gt_mask is None:
        return "missing", "no mask belongs to it, though others have one" if item.label == 1 else ""
    try:
        marked = bool(item.load_gt_mask().any())
    except (FoilError, OSError) as error:
        return "unusable", str(error)
    if item.label == 0:
        return "present", "good, but its mask marks a defect" if marked else ""
    return ("present", "") if marked else ("empty", "its mask marks nothing")


def _copies(dataset: Dataset, looks: Sequence[_Look]) -> Iterator[Finding]:
    """Yield pictures whose content was seen before, the gravest reason first."""
    groups: defaultdict[bytes, list[Item]] = defaultdict(list)
    for look in looks:
        groups[look.digest].append(look.item)
    for first, *others in groups.values():
        for item in others:
            if {first.label, item.label} == {0, 1}:
                kind: Kind = "contradiction"
            else:
                kind = "leak" if first.split != item.split else "copy"
            yield _finding(kind, dataset, item, f"the same picture as {_path(dataset, first)}")


def _suspicious(dataset: Dataset, looks: Sequence[_Look]) -> Iterator[Finding]:
    typical = float(np.median([look.sharpness for look in looks])) if len(looks) >= _ENOUGH else 0.0
    for look in looks:
        if look.brightest < _DARK:
            yield _finding("dark", dataset, look.item, f"99 % of its pixels are below {look.brightest:.0f} of 255")
        elif look.sharpness < _BLURRED * typical:
            share = look.sharpness / typical
            yield _finding("blurred", dataset, look.item, f"{share:.1%} of the usual variance of the Laplacian")


def _report(dataset: Dataset, looks: list[_Look], masks: dict[str, int], findings: list[Finding]) -> DataReport:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for item in dataset.items:
        counts[item.split][item.defect or ("anomalous" if item.label == 1 else "unlabelled")] += 1
    sizes = sorted((look.size for look in looks), key=lambda size: size[0] * size[1])
    places = {"smallest": 0, "median": len(sizes) // 2, "largest": -1} if sizes else {}
    channels = Counter("grey" if look.grey else "colour" for look in looks)
    return DataReport(
        name=dataset.name,
        root=str(dataset.root),
        counts={split: dict(counts[split]) for split in ("train", "test") if split in counts},
        sizes={name: sizes[place] for name, place in places.items()},
        distinct_sizes=len(set(sizes)),
        channels=dict(channels),
        masks=masks,
        findings=tuple(findings),
    )


def _finding(kind: Kind, dataset: Dataset, item: Item, reason: str) -> Finding:
    return Finding(kind, _path(dataset, item), reason)


def _path(dataset: Dataset, item: Item) -> str:
    inside = item.path.is_relative_to(dataset.root)
    return str(item.path.relative_to(dataset.root) if inside else item.path)


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
