"""More processes for programs: they share a port and a store, and one that dies is replaced."""

import os
import signal
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from core_cases import plate
from PIL import Image

from apps.rest import workers
from apps.rest.workers import Told
from apps.ui.serve import HOST
from assistant import library
from assistant.store import open_store
from assistant.verifying import verify
from fusion.detector import Detector
from fusion.errors import FoilError

pytest_plugins = ["core_fixtures"]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def children(of: int) -> list[int]:
    """Return the processes that a process started, but for the one that watches over what they share."""
    rows = subprocess.run(
        ["ps", "-ww", "-o", "pid=", "-o", "args=", "--ppid", str(of)], capture_output=True, text=True, check=False
    )
    told = [line.split(maxsplit=1) for line in rows.stdout.splitlines()]
    return [int(pid) for pid, args in told if "spawn_main" in args]


def test_where_none_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/bin/false")
    with pytest.raises(FoilError, match="no worker answers at http"), workers.workers(free_port(), 2, Told()):
        pass


@pytest.mark.slow
def test_workers_share_a_port_and_a_store_and_one_that_dies_is_replaced(
    memory_detector: Detector, tmp_path: Path
) -> None:
    library.save(replace(memory_detector, name="ring"), "ring")
    Image.fromarray(plate(401, defective=True).image).save(tmp_path / "bad.png")
    store = open_store(str(tmp_path / "records"), create=True)
    port, content = free_port(), (tmp_path / "bad.png").read_bytes()

    def inspected(number: int) -> int:
        files = {"files": (f"{number}.png", content)}
        answer = httpx.post(f"http://{HOST}:{port}/v1/inspect", data={"model": "ring"}, files=files, timeout=120)
        answer.raise_for_status()
        return int(answer.json()["results"][0]["id"])

    with workers.workers(port, 2, Told(str(tmp_path / "records"))), ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(inspected, range(16)))
        [parent] = [pid for pid in children_of_me() if children(pid)]
        before = children(parent)
        os.kill(before[0], signal.SIGKILL)
        end = time.monotonic() + 120
        while len(now := children(parent)) < 2 or before[0] in now:
            assert time.monotonic() < end
            time.sleep(0.2)
        ids += list(pool.map(inspected, range(16, 24)))
    assert len(set(ids)) == 24
    assert verify(store).faults == ()
    assert store.head().number >= 24
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://{HOST}:{port}/v1/health")


def children_of_me() -> list[int]:
    rows = subprocess.run(["ps", "-o", "pid=", "--ppid", str(os.getpid())], capture_output=True, text=True, check=False)
    return [int(pid) for pid in rows.stdout.split()]
