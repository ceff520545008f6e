"""Layouts: the ways in which people arrange samples in folders, each a function from a folder to items."""

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal

from fusion.errors import BadData
from fusion.item import Item
from fusion.modality.image import pictures_in

_GOOD = frozenset({"good", "normal", "ok", "free"})
_BAD = frozenset(
    {"bad", "defect", "defects", "defective", "anomaly", "anomalous", "abnormal", "ng", "nok", "not", "non"}
)
MVTEC_FOLDERS = frozenset({"train", "validation", "test", "ground_truth"})
Find = Callable[[Path], list[Path]]  # a folder -> the samples in it
TRAIN_SHARE = 0.8  # of the good, where there are defects to find but no good pictures set aside for the test


def label_of(name: str) -> Literal[0, 1] | None:
    """Return the label that a folder's name tells, if it does: 0 of "good", "MT_Free", 1 of "bad", "not ok"."""
    words = set(name.casefold().replace("-", "_").replace(" ", "_").split("_"))
    if "free" not in words and words & _BAD:  # "defect_free" is good
        return 1
    return 0 if words & _GOOD else None


def hold_back(items: Sequence[Item]) -> list[Item]:
    """Move a fifth of the good to the test, always the same: sorted, shuffled by random.Random(0), 80 % stay."""
    good = sorted((item for item in items if item.label == 0), key=lambda item: item.path)
    random.Random(0).shuffle(good)
    held = {item.path for item in good[int(TRAIN_SHARE * len(good)) :]}
    return [replace(item, split="test") if item.path in held else item for item in items]


def loose(root: Path, find: Find = pictures_in) -> list[Item]:
    """Take every sample as normal; where folders are named like labels, ask instead of learning from defects."""
    samples = find(root)
    places = [path.relative_to(root).parts for path in samples]
    groups = sorted({parts[0] for parts in places if len(parts) > 1})
    good, bad = ([name for name in groups if label_of(name) == label] for label in (0, 1))
    if bad or (good and good != groups):
        named = ", or say which is which with normal_dir and abnormal_dir" if find is pictures_in else ""
        raise BadData(
            f"{root}: holds {_some(groups)}; {(bad or good)[0]} sounds like a label, so not everything can be "
            f"taken as normal. Use train/good and test/<defect>{named}"
        )
    return [Item(path, 0, "good", "train") for path in samples]


def mvtec(root: Path, find: Find = pictures_in) -> list[Item]:
    """Read train/good, validation/good, test/<defect>, ground_truth/<defect>, as MVTec AD and LOCO have them."""
    items: list[Item] = []
    masks = _index([root / "ground_truth"]) if (root / "ground_truth").is_dir() else {}
    for path in find(root / "train") if (root / "train").is_dir() else ():
        inside = path.relative_to(root / "train")
        if len(inside.parts) > 1 and label_of(inside.parts[0]) != 0:
            raise BadData(f"{root / 'train' / inside.parts[0]}: train holds good samples only; move it to test")
        items.append(Item(path, 0, "good", "train"))
    for folder in (root / "validation", root / "test"):
        for path in find(folder) if folder.is_dir() else ():
            inside = path.relative_to(folder)
            items.append(_tested(path, inside.parts[0] if len(inside.parts) > 1 else "", _find(masks, inside)))
    return items


def refuse_several(root: Path) -> None:
    """Refuse a folder whose subfolders are data sets of MVTec's layout themselves: their defects are not normal."""
    several = sorted(path.parent.parent.name for path in root.glob("*/train/good"))
    if several:
        raise BadData(
            f"{root}: holds {len(several)} data sets ({', '.join(several)}); choose one, such as {root / several[0]}"
        )


def named_folders(
    root: Path, normal: Sequence[Path], abnormal: Sequence[Path], normal_test: Sequence[Path], masks: Sequence[Path]
) -> list[Item]:
    """Read folders whose roles the user named, as anomalib's Folder has them; a mask is found by its picture's name."""
    missing = [str(folder) for folder in (*normal, *abnormal, *normal_test, *masks) if not folder.is_dir()]
    if missing:
        raise BadData(f"{root}: there is no folder {_some(missing)}; names are relative to {root}")
    items = [Item(path, 0, "good", "train") for folder in normal for path in pictures_in(folder)]
    items += [Item(path, 0, "good", "test") for folder in normal_test for path in pictures_in(folder)]
    for position, folder in enumerate(abnormal):
        known = _index(masks[position : position + 1] if len(masks) == len(abnormal) else masks)
        for path in pictures_in(folder):
            inside = path.relative_to(folder)
            mask = _find(known, inside) or _find(known, folder.name / inside)
            items.append(Item(path, 1, inside.parts[0] if len(inside.parts) > 1 else folder.name, "test", mask))
    _refuse_two_roles(items)
    return hold_back(items) if abnormal and not normal_test else items


def masks_beside(root: Path) -> list[Item]:
    """Read folders of pictures with their masks beside them, X.jpg and X.png or X_mask.png; nothing without any mask.

    The first folder's name is the type of defect, or says that it is good, as in the magnetic tiles' MT_Free/Imgs.
    """
    stems: defaultdict[tuple[Path, str], list[Path]] = defaultdict(list)
    for path in pictures_in(root):
        stems[path.parent, path.stem].append(path)
    masks: dict[Path, Path] = {}
    for (parent, stem), paths in stems.items():
        beside = stems.get((parent, f"{stem}_mask"), []) or [path for path in paths if path.suffix.lower() == ".png"]
        pictures = [path for path in paths if path not in beside]
        if len(pictures) == len(beside) == 1:
            masks[pictures[0]] = beside[0]
    if not masks:
        return []
    items, taken = [], set(masks.values())
    for path in (path for paths in stems.values() for path in paths if path not in taken):
        inside = path.relative_to(root)
        items.append(_tested(path, inside.parts[0] if len(inside.parts) > 1 else "", masks.get(path)))
    if not any(item.label == 0 for item in items):
        picture, mask = next(iter(masks.items()))
        raise BadData(
            f"{root}: {mask.name} beside {picture.name} is taken for its mask, but no folder is named good, normal or "
            "ok, so there is nothing to learn from; name one so, or keep pictures and masks in folders of their own"
        )
    return hold_back([replace(item, split="train") if item.label == 0 else item for item in items])


def _tested(path: Path, kind: str, mask: Path | None) -> Item:
    """Return a sample of the test in a folder named `kind`; without a folder nobody said what it is."""
    if not kind:
        return Item(path, None, "", "test", mask)
    return Item(path, 0, "good", "test", mask) if label_of(kind) == 0 else Item(path, 1, kind, "test", mask)


def _index(folders: Sequence[Path]) -> dict[Path, Path]:
    """Return the masks in these folders by their place in them, without suffix; LOCO's folders of masks as well."""
    found: dict[Path, Path] = {}
    for folder in folders:
        for path in pictures_in(folder):
            inside = path.relative_to(folder)
            found.setdefault(inside.with_suffix(""), path)
            found.setdefault(inside.parent, path.parent)
    return found


def _find(masks: dict[Path, Path], inside: Path) -> Path | None:
    return masks.get(inside.parent / f"{inside.stem}_mask") or masks.get(inside.parent / inside.stem)


def _refuse_two_roles(items: Sequence[Item]) -> None:
    seen: set[Path] = set()
    for item in items:
        if item.path in seen:
            raise BadData(f"{item.path}: lies in two of the named folders; name folders that don't contain each other")
        seen.add(item.path)


def _some(names: Sequence[str]) -> str:
    """Return a few of many names, for a message."""
    return ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
