"""Clips as cameras and people leave them: videos, animations, folders and ZIPs of frames, and what is none of them."""

import shutil
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from pose_cases import shade, shade_of, write_frames, write_video

from fusion.errors import BadInput, BadSetting
from fusion.motion.frames import is_clip, read_clip


def order(path: Path, **options: float) -> tuple[list[int], float, int]:
    """Return which frames a clip holds, told by their shade, their rate, and how many there should be."""
    with read_clip(path, **options) as clip:
        frames = list(clip.frames())
        assert all(frame.shape == (48, 64, 3) and frame.dtype == np.uint8 for frame in frames)
        assert all(frame[..., 1:].max() < 30 for frame in frames), "red stays red"
        return [shade_of(frame) for frame in frames], clip.rate, clip.count


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of clips of 20 frames each, 10 a second where they say so."""
    folder = tmp_path_factory.mktemp("clips")
    for name, codec in (("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v"), ("100%02d.mp4", "mp4v")):
        write_video(folder / name, codec)
    images = [Image.fromarray(shade(at)) for at in range(20)]
    for name in ("a.gif", "a.webp", "a.png"):
        images[0].save(folder / name, save_all=True, append_images=images[1:], duration=100, loop=0, lossless=True)
    write_frames(folder / "frames")
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for file in (folder / "frames").iterdir():
            archive.write(file, f"frames/{file.name}")
    return folder


@pytest.mark.parametrize("name", ["a.mp4", "a.avi", "a.mkv", "a.gif", "a.webp", "a.png", "100%02d.mp4"])
def test_a_clip_is_all_of_its_frames_in_order(name: str, clips: Path) -> None:
    assert is_clip(clips / name)
    assert order(clips / name) == (list(range(20)), 10.0, 20)
    assert order(clips / name, every=0.5) == ([0, 5, 10, 15], 2.0, 4)
    assert order(clips / name, rate=40, every=0.1) == ([0, 4, 8, 12, 16], 10.0, 5)
    assert order(clips / name, every=0.01) == (list(range(20)), 10.0, 20)


@pytest.mark.parametrize("name", ["frames", "a.zip"])
def test_pictures_in_order_of_their_names_are_a_clip_whose_rate_is_asked_for(name: str, clips: Path) -> None:
    assert is_clip(clips / name)
    assert order(clips / name, rate=25) == (list(range(20)), 25.0, 20)
    assert order(clips / name, rate=25, every=0.2) == ([0, 5, 10, 15], 5.0, 4)
    with pytest.raises(BadInput, match="no sensible number of frames a second; give it, such as --rate 30"):
        order(clips / name)


def test_a_zip_is_unpacked_for_as_long_as_it_is_read(
    clips: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with read_clip(clips / "a.zip", rate=10) as clip:
        assert len(list(clip.frames())) == len(list(clip.frames())) == 20
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())


def test_frames_that_stand_still_last_as_long_as_they_were_shown(tmp_path: Path) -> None:
    images = [Image.fromarray(shade(at)) for at in (0, 1, 1, 1, 2)]  # Pillow writes three frames, one of them longer
    for name in ("a.gif", "a.webp"):
        images[0].save(tmp_path / name, save_all=True, append_images=images[1:], duration=40, lossless=True)
        assert order(tmp_path / name) == ([0, 1, 1, 1, 2], 25.0, 5)


def test_a_name_is_never_taken_for_an_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("concat:a.mp4", "http:a.mp4"):
        write_video(Path(name))
        assert order(Path(name))[0] == list(range(20))


def test_pictures_are_no_clips(tmp_path: Path) -> None:
    for suffix in ("png", "gif", "webp", "jpg", "avif", "bmp", "tif"):
        Image.fromarray(shade(3)).save(tmp_path / f"one.{suffix}")
        assert not is_clip(tmp_path / f"one.{suffix}"), suffix
    (tmp_path / "broken.gif").write_bytes(b"GIF89a")
    assert not is_clip(tmp_path / "broken.gif")


def test_a_clip_that_is_cut_off_or_damaged_is_refused_not_shortened(clips: Path, tmp_path: Path) -> None:
    for name in ("a.mp4", "a.avi", "a.mkv", "a.gif", "a.webp", "a.png", "a.zip"):
        content = (clips / name).read_bytes()
        (tmp_path / name).write_bytes(content[: len(content) // 2])
        with pytest.raises(BadInput, match=rf"{name}: .*(damaged|cut off)"):
            order(tmp_path / name, rate=10)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.mp4", b"", "the file is empty"),
        (
            "a.mp4",
            b"hello, this is no video",
            "a text that begins with 'hello, this is no video', not a clip; expected",
        ),
        ("a.mp4", b"#EXTM3U\nhttp://127.0.0.1/a.ts\n", "a text that begins with '#EXTM3U"),
        ("a.mp4", b"ffconcat version 1.0\nfile /etc/passwd\n", "a text that begins with 'ffconcat"),
        ("a.mp4", bytes(4096), "nothing but zeros"),
        ("a.mp4", b"\0\0\0\x18ftypmp42" + bytes(4096), "a video that is damaged, cut off or of an unknown codec"),
        ("a.mp4", b"\x1a\x45\xdf\xa3" + bytes(4096), "a video that is damaged"),
        ("a.gif", b"GIF89a" + bytes(4096), "damaged or cut off"),
        ("a.gif", b"GIF89a\x40\0\x30\0" + bytes(4096), "damaged or cut off"),
        ("a.webp", b"RIFF\x10\0\0\0WEBPVP8 " + bytes(4096), "damaged or cut off"),
    ],
)
def test_what_is_no_clip_is_refused_in_words(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=why):
        order(tmp_path / name)


def test_a_folder_that_is_no_clip_is_refused_in_words(clips: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        order(tmp_path / "missing.mp4")
    with pytest.raises(BadInput, match="no pictures in it; expected the frames of one clip"):
        order(tmp_path, rate=30)
    for place in ("left/0.png", "right/0.png"):
        (tmp_path / place).parent.mkdir()
        shutil.copy(clips / "frames" / "frame0.png", tmp_path / place)
    with pytest.raises(BadInput, match="pictures in 2 folders; give the frames of one clip at a time"):
        order(tmp_path, rate=30)
    Image.new("RGB", (200, 120)).save(tmp_path / "left/1.png")
    with pytest.raises(BadInput, match="frame 1 has 200 x 120 px, those before it 64 x 48; expected"):
        order(tmp_path / "left", rate=30)
    (tmp_path / "left/1.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(BadInput, match=r"1.png: damaged or cut off"):
        order(tmp_path / "left", rate=30)


def test_a_video_without_frames_is_refused(tmp_path: Path) -> None:
    cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 10, (64, 48)).release()
    with pytest.raises(BadInput, match=r"a.avi: (it holds no frame|a video that is damaged)"):
        order(tmp_path / "a.avi")


@pytest.mark.parametrize("name", ["a.mp4", "a.gif", "frames"])
def test_too_many_or_too_large_frames_are_refused(name: str, clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fusion.motion.video.MOST_FRAMES", 19)
    with pytest.raises(BadInput, match=r"more than 19 frames; keep fewer, such as .* \(--every 0.1\)"):
        order(clips / name, rate=10)
    monkeypatch.setattr("fusion.motion.video.MOST_FRAMES", 20)
    assert len(order(clips / name, rate=10)[0]) == 20
    if name != "frames":  # pictures have a limit of their own
        monkeypatch.setattr("fusion.motion.video.LARGEST_FRAME", 3000)
        with pytest.raises(BadInput, match="frames of 64 x 48 px; expected at least 16 px on each side and at most"):
            order(clips / name)


def test_intervals_and_rates_are_above_0(clips: Path) -> None:
    for options in ({"every": 0.0}, {"every": -1.0}, {"rate": float("nan")}, {"rate": float("inf")}):
        with pytest.raises(BadSetting, match="expected a number above 0"):
            order(clips / "a.mp4", **options)
    with pytest.raises(BadInput, match="no sensible number of frames a second"):
        order(clips / "a.mp4", rate=5000)
