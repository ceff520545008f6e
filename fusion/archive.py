"""Archives: unpack a ZIP that nobody vouches for, into one folder and nowhere else."""

import shutil
import stat
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath, PureWindowsPath
from tempfile import TemporaryDirectory

from fusion.errors import BadInput, FoilError
from fusion.files import atomic_folder, looks_like, open_input
from fusion.layouts import MVTEC_FOLDERS, label_of

MOST_FILES = 20_000
MOST_BYTES = 4_000_000_000  # unpacked
MOST_RATIO = 200  # unpacked to packed; pictures hardly shrink at all
_RATIO_FROM = 16_000_000  # bytes: less does no harm, and a few masks may well shrink more
_JUNK = frozenset({"__MACOSX", "Thumbs.db", "desktop.ini"})
_ENCRYPTED, _UTF8 = 0x1, 0x800  # bits of a member's flags


def is_zip(source: Path) -> bool:
    """Return whether a path is one of a ZIP by its name; an .npz is data, not an archive of them."""
    return source.suffix.lower() == ".zip" and not source.is_dir()


@contextmanager
def unpacked(source: Path) -> Iterator[Path]:
    """Yield a ZIP as a folder, which is there for as long as the block lasts, and anything else as it is."""
    if not is_zip(source):
        yield source
        return
    with TemporaryDirectory(prefix="foil-") as temporary:
        place = Path(temporary, source.stem)
        try:
            yield unpack_zip(source, place)
        except FoilError as error:  # the user knows the archive, not where it was unpacked
            raise type(error)(str(error).replace(str(place), str(source))) from error


def unpack_zip(source: Path, target: Path) -> Path:
    """Unpack a ZIP into the new folder `target`, or leave no trace; return the folder that holds the data.

    BadInput if a member would leave the folder, is a link, is encrypted or damaged, or if there is too much of it.
    """
    if target.is_dir() and any(target.iterdir()):
        raise FoilError(f"{target}: not empty, so nothing is unpacked into it; choose a new folder")
    with open_input(source, str(source)) as file:
        head = file.read(2048)
        if not head.startswith(b"PK"):
            raise BadInput(f"{source}: this is {looks_like(head)}, not a ZIP archive")
        try:
            with zipfile.ZipFile(file) as archive:
                members = _members(archive, source)
                with atomic_folder(target) as folder:
                    for inside, member in members.items():
                        (folder / inside).parent.mkdir(parents=True, exist_ok=True)
                        with archive.open(member) as packed, (folder / inside).open("xb") as unpacked:
                            shutil.copyfileobj(packed, unpacked)  # never more than the size that the member states
        except FoilError:
            raise
        except Exception as error:  # decoders raise every kind of exception on damaged archives
            raise BadInput(f"{source}: the archive is damaged or cut off ({error}); make or copy it again") from error
    return _data_folder(target)


def _members(archive: zipfile.ZipFile, source: Path) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """Return what is to be unpacked by its place, once all of it is known to be harmless."""
    members: dict[PurePosixPath, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        inside = _place(member, source)
        if member.is_dir() or any(part.startswith(".") or part in _JUNK for part in inside.parts):
            continue
        if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
            raise BadInput(f"{source}: {inside} is a link or a device; pack the files themselves")
        if member.flag_bits & _ENCRYPTED:
            raise BadInput(f"{source}: {inside} is encrypted; make the archive again without a password")
        if inside in members:
            raise BadInput(f"{source}: {inside} is in it twice; make the archive again")
        members[inside] = member
    _refuse_too_much(members, source)
    return members


def _place(member: zipfile.ZipInfo, source: Path) -> PurePosixPath:
    name = member.filename.replace("\\", "/")  # as some packers on Windows write it
    if not member.flag_bits & _UTF8 and not name.isascii():
        with suppress(UnicodeError):  # another code page, which nothing states: the name is odd, but still its own
            name = name.encode("cp437").decode("utf-8")  # macOS writes UTF-8 without saying so
    inside = PurePosixPath(name)
    if inside.is_absolute() or ".." in inside.parts or PureWindowsPath(name).drive:
        raise BadInput(f"{source}: {name!r} would leave the folder it is unpacked into; don't trust this archive")
    return inside


def _refuse_too_much(members: dict[PurePosixPath, zipfile.ZipInfo], source: Path) -> None:
    total = sum(member.file_size for member in members.values())
    if not members:
        raise BadInput(f"{source}: the archive holds no files; pack the pictures' folder again")
    if len(members) > MOST_FILES:
        raise BadInput(f"{source}: {len(members):,} files; the limit is {MOST_FILES:,}: split it or unpack it yourself")
    if total > MOST_BYTES:
        raise BadInput(
            f"{source}: {total / 1e9:.1f} GB unpacked; the limit is {MOST_BYTES / 1e9:.0f} GB: split it or unpack it "
            "yourself"
        )
    if total > max(_RATIO_FROM, MOST_RATIO * source.stat().st_size):
        raise BadInput(
            f"{source}: unpacks to {total / source.stat().st_size:,.0f} times its size, as a ZIP bomb does; the limit "
            f"is {MOST_RATIO} times"
        )


def _data_folder(folder: Path) -> Path:
    """Return the folder inside wrappers that hold nothing but one folder, whose name isn't a part of a layout."""
    while True:
        inner = next(folder.iterdir())
        if not inner.is_dir() or len(list(folder.iterdir())) > 1:
            return folder
        if inner.name in MVTEC_FOLDERS or label_of(inner.name) is not None:
            return folder
        folder = inner
