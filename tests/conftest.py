"""What every test may count on: a library of its own, a detector that needs no torch, the data beside the checkout."""

import gc
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from fake_detector import FakeConfig, FakeDetector, fake_fit
from PIL import Image
from record_cases import Shop, foil

from assistant import library

Plate = Callable[..., Path]


def pytest_collection_finish() -> None:
    """Seek garbage seldom: among all that tests import, each search takes long and finds little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


@pytest.fixture(autouse=True)
def foil_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep every test out of the user's own library, and the tests out of each other's."""
    monkeypatch.setenv("FOIL_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def shared() -> Path:
    """Return the folder of development data beside the checkout."""
    folder = Path(__file__).resolve().parents[2] / "shared"
    if not folder.is_dir():
        pytest.skip(f"needs the development data in {folder}")
    return folder


@pytest.fixture
def fake_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the fake in the place of fusion.detector, so that nothing imports torch."""
    module = ModuleType("fusion.detector")
    module.__dict__.update(Detector=FakeDetector, DetectorConfig=FakeConfig, fit=fake_fit)
    monkeypatch.setitem(sys.modules, "fusion.detector", module)


@pytest.fixture
def plate(tmp_path: Path) -> Plate:
    """Return a function that writes a picture of a plate, of a given brightest spot, and returns its path."""

    def write(name: str, spot: int = 128, level: int = 120, size: tuple[int, int] = (64, 48)) -> Path:
        image = np.full((*size[::-1], 3), level, np.uint8)
        image[20:26, 30:38] = spot
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(image).save(path)
        return path

    return write


@pytest.fixture
def shop(plate: Plate, tmp_path: Path, fake_core: None) -> Shop:
    """Return a store with a model (2) and a good (3), a bad (4) and an unreadable (5) plate."""
    library.save(FakeDetector("plates", card={"created": "2026", "fingerprint": "f"}), "plates")
    (tmp_path / "broken.png").write_text("no picture at all")
    pictures = (plate("good.png"), plate("bad.png", spot=228), tmp_path / "broken.png")
    foil("inspect", *pictures, "--model", "plates", "--store", tmp_path / "records", code=30)
    return Shop(tmp_path / "records", pictures)


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection: what loads weights must do with what is here."""

    def refuse(*_: object) -> None:
        raise OSError("a test tried to reach the network")

    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(socket.socket, "connect", refuse)
