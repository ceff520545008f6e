"""Archives: what is harmless is unpacked as it is, and what isn't leaves no trace."""

import errno
import shutil
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from fusion import archive
from fusion.archive import unpack_zip
from fusion.errors import BadInput, FoilError


def packed(path: Path, *names: str, content: bytes = b"picture") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in names:
            file.writestr(name, content)
    return path


def contents(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "parts.zip"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "unpacked" / "parts"


def test_files_are_unpacked_without_what_macos_and_windows_add(source: Path, target: Path) -> None:
    junk = ("__MACOSX/a/._1.png", "a/.DS_Store", "a/Thumbs.db", ".hidden/2.png")
    folder = unpack_zip(packed(source, "a/1.png", "b/", "b\\2.png", *junk), target)
    assert folder == target
    assert contents(folder) == ["a/1.png", "b/2.png"]
    assert (folder / "a/1.png").read_bytes() == b"picture"


@pytest.mark.parametrize(
    ("names", "inside"),
    [
        (("set/v2/train/good/1.png", "set/v2/test/dent/2.png"), "set/v2"),
        (("set/train/good/1.png",), "set"),
        (("good/1.png",), "."),
        (("set/bad/1.png",), "set"),
        (("set/1.png",), "set"),
        (("set/1.png", "manifest.csv"), "."),
    ],
)
def test_the_folder_that_holds_the_data_is_returned(
    source: Path, target: Path, names: tuple[str, ...], inside: str
) -> None:
    assert unpack_zip(packed(source, *names), target) == target / inside


def test_names_in_utf8_that_do_not_say_so_are_read(source: Path, target: Path) -> None:
    packed(source, "é划.png")
    raw = bytearray(source.read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):  # clear the flag, as macOS leaves it
        place = raw.index(signature) + offset
        raw[place : place + 2] = struct.pack("<H", struct.unpack_from("<H", raw, place)[0] & ~0x800)
    source.write_bytes(raw)
    assert contents(unpack_zip(source, target)) == ["é划.png"]


@pytest.mark.parametrize("name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png"])
def test_a_path_out_of_the_folder_is_refused(source: Path, target: Path, name: str) -> None:
    with pytest.raises(BadInput, match=r"parts\.zip: .*evil\.png' would leave the folder"):
        unpack_zip(packed(source, "fine.png", name), target)
    assert contents(source.parent) == ["parts.zip"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR])
def test_links_and_devices_are_refused(source: Path, target: Path, kind: int) -> None:
    with zipfile.ZipFile(source, "w") as file:
        link = zipfile.ZipInfo("link.png")
        link.create_system, link.external_attr = 3, (kind | 0o777) << 16
        file.writestr(link, "/etc/passwd")
    with pytest.raises(BadInput, match=r"link\.png is a link or a device"):
        unpack_zip(source, target)
    assert not target.exists()


def test_an_encrypted_archive_is_refused(source: Path, target: Path) -> None:
    raw = bytearray(packed(source, "1.png").read_bytes())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    source.write_bytes(raw)
    with pytest.raises(BadInput, match=r"1\.png is encrypted; make the archive again without a password"):
        unpack_zip(source, target)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_name_twice_is_refused(source: Path, target: Path) -> None:
    with pytest.raises(BadInput, match=r"1\.png is in it twice"):
        unpack_zip(packed(source, "1.png", "1.png"), target)


@pytest.mark.parametrize(
    ("limit", "value", "message"),
    [("MOST_FILES", 2, "3 files; the limit is 2"), ("MOST_BYTES", 20, "GB unpacked; the limit is")],
)
def test_too_much_is_refused(
    source: Path, target: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, message: str
) -> None:
    monkeypatch.setattr(archive, limit, value)
    with pytest.raises(BadInput, match=message):
        unpack_zip(packed(source, "1.png", "2.png", "3.png"), target)
    assert not target.exists()


def test_a_zip_bomb_is_refused_before_it_is_unpacked(source: Path, target: Path) -> None:
    with pytest.raises(BadInput, match=r"unpacks to [\d,]+ times its size, as a ZIP bomb does; the limit is 200"):
        unpack_zip(packed(source, "1.bmp", content=bytes(20_000_000)), target)
    assert not target.exists()


def test_a_member_that_lies_about_its_size_is_refused(source: Path, target: Path) -> None:
    raw = bytearray(packed(source, "1.png", content=b"longer than it says").read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\x01\x02") + 24, 4)
    source.write_bytes(raw)
    with pytest.raises(BadInput, match="damaged"):
        unpack_zip(source, target)
    assert not target.exists()


def test_damage_anywhere_is_refused_or_harmless(source: Path, target: Path) -> None:
    whole = packed(source, "1.png", "2.png", content=bytes(range(200))).read_bytes()
    for length in range(1, len(whole) - 1, 7):
        source.write_bytes(whole[:length])
        with pytest.raises(BadInput, match=r"parts\.zip: "):
            unpack_zip(source, target)
        assert not target.exists()
    source.write_bytes(whole.replace(bytes(range(50, 60)), bytes(10), 1))
    with pytest.raises(BadInput, match=r"damaged or cut off \(.*; make or copy it again"):
        unpack_zip(source, target)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"hello", "a text that begins with 'hello', not a ZIP"),
        (b"Rar!\x1a", "a RAR archive"),
    ],
)
def test_what_is_no_zip_is_named(source: Path, target: Path, content: bytes, message: str) -> None:
    source.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        unpack_zip(source, target)


def test_an_archive_without_files_is_refused(source: Path, target: Path) -> None:
    with pytest.raises(BadInput, match="holds no files"):
        unpack_zip(packed(source, "empty/", "__MACOSX/._1.png"), target)


def test_a_folder_with_other_files_is_never_replaced(source: Path, target: Path) -> None:
    target.mkdir(parents=True)
    (target / "mine.txt").write_text("keep me")
    with pytest.raises(FoilError, match="not empty"):
        unpack_zip(packed(source, "1.png"), target)
    assert contents(target) == ["mine.txt"]


def test_a_full_disk_leaves_no_trace(source: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(FoilError, match="the disk is full"):
        unpack_zip(packed(source, "1.png"), target)
    assert list(target.parent.iterdir()) == []
