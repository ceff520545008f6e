"""Data sets: whatever arrangement of pictures a user has, as one list of items."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fusion.errors import BadData, BadInput
from fusion.files import without_copies
from fusion.item import Item
from fusion.layouts import loose, masks_beside, mvtec, named_folders, refuse_several
from fusion.manifest import MANIFEST_SUFFIXES, read_manifest
from fusion.modality.image import IMAGE_SUFFIXES

__all__ = ["Dataset", "Item", "open_dataset"]

Folders = str | Path | Sequence[str | Path] | None


@dataclass(frozen=True)
class Dataset:
    """The items found under a folder or in a manifest; nothing of them is read yet."""

    root: Path
    name: str
    items: tuple[Item, ...]

    def normals(self) -> list[Item]:
        """Return the good pictures to fit on, each content once: a copy would vouch for its own original."""
        good = {item.path: item for item in self.items if item.label == 0 and item.split == "train"}
        if not good:
            kinds = Counter(f"{item.split}/{item.defect or 'unlabelled'}" for item in self.items)
            found = ", ".join(f"{count} in {kind}" for kind, count in kinds.items())
            raise BadData(
                f"{self.root}: no good pictures to fit on, only {found}; put good ones into train/good, or name their "
                "folder with normal_dir"
            )
        return [good[path] for path in without_copies(good)]

    def test(self) -> list[Item]:
        """Return the items to test on, good, anomalous and unlabelled."""
        return [item for item in self.items if item.split == "test"]


def open_dataset(
    path: str | Path,
    normal_dir: Folders = None,
    abnormal_dir: Folders = None,
    normal_test_dir: Folders = None,
    mask_dir: Folders = None,
    confined: bool = False,
) -> Dataset:
    """Find the items of a folder (loose pictures, MVTec, named folders, masks beside pictures) or of a manifest.

    Folder names are anomalib's, relative to `path`, one or several. `confined` is for unpacked archives: their manifest
    may name no file outside. BadData says what was found instead.
    """
    root = Path(path)
    try:
        if not root.exists():
            raise BadData(f"{root}: there is no such folder or manifest; check the path")
        named = [_folders(root, names) for names in (normal_dir, abnormal_dir, normal_test_dir, mask_dir)]
        items = named_folders(root, *named) if any(named) else _recognise(root, confined)
    except BadInput as error:  # here it is the data set that can't be used, not one of its samples
        raise BadData(str(error)) from error
    except PermissionError:
        raise BadData(f"{root}: this user may not read it; change its permissions or run as its owner") from None
    if not items:
        raise BadData(f"{root}: no pictures in it, {_instead(root)}; expected {', '.join(sorted(IMAGE_SUFFIXES))}")
    name = (root if root.is_dir() else root.with_suffix("")).resolve().name
    return Dataset(root if root.is_dir() else root.parent, name, tuple(items))


def _recognise(root: Path, confined: bool) -> list[Item]:
    """Return the items of the first layout that fits; the most explicit come first."""
    if root.is_file():
        if root.suffix.lower() not in MANIFEST_SUFFIXES:
            raise BadData(f"{root}: a data set is a folder or a manifest ({', '.join(sorted(MANIFEST_SUFFIXES))})")
        return read_manifest(root, confined)
    manifests = [path for path in sorted(root.glob("manifest.*")) if path.suffix.lower() in MANIFEST_SUFFIXES]
    if manifests:
        return read_manifest(manifests[0], confined)
    if (root / "train").is_dir() or (root / "test").is_dir():
        return mvtec(root)
    refuse_several(root)
    return masks_beside(root) or loose(root)


def _folders(root: Path, names: Folders) -> list[Path]:
    if names is None:
        return []
    return [root / name for name in ([names] if isinstance(names, str | Path) else names)]


def _instead(root: Path) -> str:
    """Return what is in the place of pictures, for a message."""
    if root.is_file():
        return "only a header"
    kinds = Counter(path.suffix.lower() or "without suffix" for path in root.rglob("*") if path.is_file())
    return "only " + ", ".join(f"{n} {kind}" for kind, n in kinds.most_common(5)) if kinds else "it is empty"
