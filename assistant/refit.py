"""A proposal to fit anew: the good parts of before, and those that people called good where the model did not.

Nothing is fitted or switched here. What is written are two data sets that differ in what they fit on alone, to be
compared on labels that neither has seen, before anybody decides.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from shlex import quote
from typing import Any

from assistant.feedback import corrected
from assistant.history import Part, Past
from assistant.vault import AnyVault
from fusion.dataset import open_dataset
from fusion.errors import BadData, BadSetting
from fusion.files import atomic_folder
from fusion.item import Item

HELD = 3  # of so many parts that people called good and the model marked, one is kept to compare on


@dataclass(frozen=True)
class Proposal:
    """Two manifests: before.jsonl fits on what the model knew, after.jsonl on that and what people corrected."""

    folder: Path
    known: int  # good parts of before
    added: int
    held: int  # corrected ones to compare on
    bad: int  # to compare on, too: what people called bad
    gone: int  # whose pictures were pruned
    steps: tuple[str, ...]  # command lines: compare, fit, look at what it promises


def propose(known: Past, vault: AnyVault, data: Path, out: Path) -> Proposal:
    """Write the two data sets to a new folder; BadData where people corrected nothing that could be learned from."""
    if known.fit.kind != "pictures":
        raise BadSetting(
            f"{known.fit.name} is a model of {known.fit.kind}, and parts to fit on are kept of pictures only"
        )
    if out.exists():
        raise BadSetting(f"{out}: it exists; name a new folder")
    dataset = open_dataset(data)
    wanted = sorted(corrected(known), key=lambda part: part.sample)  # by hash: a draw that is always the same
    good = [part for part in wanted if is_kept(part, vault)]
    bad = [part for part in known.parts if part.is_bad and is_kept(part, vault)]
    if not good:
        raise BadData(
            f"{known.fit.name}: people called no part good that it marked and whose picture is kept, so there is "
            "nothing to add; foil store decide ID --verdict PASS says so of a part"
        )
    held = good[HELD - 1 :: HELD]
    added = [part for part in good if part not in held]
    normals = dataset.normals()
    with atomic_folder(out) as folder:
        tested = [replace(item, path=item.path.absolute()) for item in dataset.test() if item.label is not None]
        labelled = [*_copied(held, 0, vault, folder, "held"), *_copied(bad, 1, vault, folder, "bad")]
        new = _copied(added, 0, vault, folder, "added")
        for name, fitted_on in (("before", normals), ("after", [*normals, *new])):
            items = [replace(item, split="train") for item in fitted_on]
            items += [replace(item, split="test") for item in (*tested, *labelled)]
            _write(folder / f"{name}.jsonl", items, folder)
    is_comparable = {0, 1} <= {item.label for item in (*tested, *labelled)}
    gone = len(wanted) - len(good)
    steps = _steps(known, out, is_comparable)
    return Proposal(out, len(normals), len(added), len(held), len(bad), gone, steps)


def is_kept(part: Part, vault: AnyVault) -> bool:
    """Tell whether a part's picture is still there to be learnt from."""
    return part.picture is not None and vault.holds(part.picture)


def _copied(parts: Sequence[Part], label: Any, vault: AnyVault, folder: Path, name: str) -> list[Item]:
    """Copy kept pictures, each under its hash and with a suffix by which programs know it."""
    (folder / name).mkdir(exist_ok=True)
    items = []
    for part in parts:
        path = folder / name / f"{part.sample[:16]}{PurePath(part.name).suffix.lower()}"
        path.write_bytes(vault.read(str(part.picture)))
        items.append(Item(path, label, "good" if label == 0 else "defect", "test"))
    return items


def _write(manifest: Path, items: Iterable[Item], folder: Path) -> None:
    lines = []
    for item in items:
        inside = item.path.is_relative_to(folder)
        path = item.path.relative_to(folder) if inside else item.path.absolute()
        row = {"path": path.as_posix(), "label": item.defect or "defect", "split": item.split, "text": item.text or ""}
        files = {"mask": item.gt_mask, "region": item.region, "skeleton": item.skeleton}
        row |= {column: str(file.absolute()) if file else "" for column, file in files.items()}
        lines.append(json.dumps(row))
    manifest.write_text("\n".join(lines) + "\n", "utf-8")


def _steps(known: Past, out: Path, is_comparable: bool) -> tuple[str, ...]:
    """Return what to run; without both good and bad parts to test on, only the promise can be compared."""
    before, after = (quote(str(out / f"{name}.jsonl")) for name in ("before", "after"))
    method = f"--method {known.fit.card.get('method', 'gaussian')}"
    new = f"{known.fit.name}-next"
    compared = f"foil bench {before} {after} {method}" + ("" if is_comparable else " --promise 20")
    return compared, f"foil fit {after} --name {new} {method}", f"foil threshold {new}"
