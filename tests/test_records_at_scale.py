"""The audit chain at the size of a plant: 10,000 records, each kind of damage found, and kills that lose nothing.

Run it, with its figures: pytest tests/test_records_at_scale.py -m slow -s
"""

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from fake_detector import FakeDetector
from PIL import Image
from record_cases import Shop
from record_writer import WRITER

from assistant import library
from assistant.inspection import inspect_paths
from assistant.recording import Asked, entry
from assistant.store import Store, open_store
from assistant.verifying import verify

pytestmark = pytest.mark.slow
MANY, PICTURES, TRIES, KILLS = 10_000, 100, 15, 20


def clocked(what: str, started: float) -> None:
    print(f"{what}: {time.perf_counter() - started:.1f} s")


def filled(folder: Path) -> Store:
    """Return a store with so many inspections of plates."""
    store = open_store(str(folder / "records"), create=True)
    kept = store.keep_model(library.save(FakeDetector("plates"), "plates"))
    rng, paths = np.random.default_rng(0), []
    for number in range(PICTURES):
        paths.append(folder / f"{number}.png")
        Image.fromarray(rng.integers(100, 160, (48, 64, 3), np.uint8)).save(paths[-1])
    asked = Asked(kept.sha256, kept.config, kept.created, kept.thresholds)
    entries = [entry(result, asked) for result in inspect_paths(paths, FakeDetector("plates"))]  # type: ignore[arg-type]
    started = time.perf_counter()
    for number in range(MANY):
        store.add(entries[number % PICTURES])
    clocked(f"{MANY} inspections added, one process", started)
    return store


def test_ten_thousand_records_hold_and_any_damage_is_found(tmp_path: Path) -> None:
    store = filled(tmp_path)
    started = time.perf_counter()
    assert verify(store).faults == ()
    clocked(f"{MANY + 2} records verified", started)
    size = (tmp_path / "records" / "foil.db").stat().st_size
    print(f"database: {size / 1e6:.1f} MB, {size / MANY / 1000:.1f} kB a record")
    shop, rng, found = Shop(tmp_path / "records", ()), np.random.default_rng(1), 0
    columns = ("previous", "time", "kind", "payload", "hash", "signature")
    started = time.perf_counter()
    for _ in range(TRIES):
        number, column = int(rng.integers(1, MANY + 3)), columns[rng.integers(len(columns))]
        [text] = shop.by_hand(f"SELECT {column} FROM records WHERE number = {number}")
        place, bit = int(rng.integers(len(text))), 1 << int(rng.integers(7))
        flipped = text[:place] + chr(ord(text[place]) ^ bit) + text[place + 1 :]
        shop.by_hand(_set(column, flipped, number))
        found += bool((faults := verify(store).faults) and faults[0].number == number)
        shop.by_hand(_set(column, text, number))
    clocked(f"{found} of {TRIES} single bits flipped in records found, and the record named", started)
    assert found == TRIES
    assert verify(store).faults == ()


def _set(column: str, text: str, number: int) -> str:
    return f"UPDATE records SET {column} = CAST(x'{text.encode().hex()}' AS TEXT) WHERE number = {number}"


def test_kills_among_two_hundred_writes_lose_no_acknowledged_record(tmp_path: Path) -> None:
    acknowledged, kills, rng = 0, 0, np.random.default_rng(2)
    started = time.perf_counter()
    while acknowledged < 200 or kills < KILLS:
        with subprocess.Popen(
            [sys.executable, WRITER, tmp_path / "records", "100000"], stdout=subprocess.PIPE, text=True
        ) as writer:
            assert writer.stdout
            numbers = [int(writer.stdout.readline()) for _ in range(10)]
            time.sleep(float(rng.uniform(0, 0.02)))
            writer.send_signal(signal.SIGKILL)
            numbers += [int(line) for line in writer.stdout if line.endswith("\n")]
        store = open_store(str(tmp_path / "records"))
        assert verify(store).faults == ()
        assert set(numbers) <= {record["number"] for record in store.export()}
        acknowledged, kills = acknowledged + len(numbers), kills + 1
    clocked(f"{acknowledged} writes acknowledged, {kills} kills, none lost, the chain valid after each", started)
