"""Put load on the REST door: a real `foil serve`, a small model, many clients that inspect, ask, search and look up.

    python tests/load_rest.py --minutes 5 --clients 50

It is no test of the suite: it takes minutes, and what it tells depends on the machine. Every client asks again half a
second after its last answer, so the server is never idle, and of what an inspection takes most is waiting for its turn.
It prints, for docs/rest.md, how often each was done, what failed, how long it took, how much memory the server held,
and whether every inspection that was acknowledged is on record under a chain that verifies.
"""

import argparse
import os
import random
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import Any

import httpx
import numpy as np

from apps.rest.keys import create
from assistant.fitting import fit_folder
from assistant.store import open_store
from fusion.example.write import render_example

ROOT = Path(__file__).resolve().parents[1]
MODEL = "gasket"
SIDE = 192  # px of a picture
PAUSE = 0.5  # seconds between an answer and the next request of a client, on average
QUESTIONS = ("why was it rejected?", "how big is region 1?", "is it ok?", "这个零件合格吗？")
SEARCHES = ("rejects", "a dark scratch near the edge", "rejects with regions over 20 px", "边缘缺口")
SHARES = {"inspect": 30, "ask": 5, "search": 45, "list": 10, "one": 10}  # in 100 requests


@dataclass
class Seen:
    """What one client did, and what came of it."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SHARES})
    failed: Counter[str] = field(default_factory=Counter)
    acknowledged: dict[int, str] = field(default_factory=dict)  # ids of inspections -> verdicts


@dataclass(frozen=True)
class Load:
    """What all of it came to."""

    seconds: dict[str, list[float]]
    failed: Counter[str]
    acknowledged: dict[int, str]
    lost: list[int]  # acknowledged, and not on record as such
    faults: list[str]  # of the store, once all is over
    records: int
    memory: list[float]  # MB, at equal distances of time


def load(minutes: float, clients: int, folder: Path) -> Load:
    """Set up a library, a server and its clients in a folder; return what came of it."""
    os.environ |= {"FOIL_HOME": str(folder / "home"), "FOIL_STORE": "", "GRADIO_ANALYTICS_ENABLED": "False"}
    pictures = _prepared(folder)
    keys = [create(f"client {number}", "inspector") for number in range(clients)]
    admin = create("admin", "admin")
    with _server(folder) as (address, process):
        _warmed(address, keys[0], pictures)
        over, seen = Event(), [Seen() for _ in keys]
        work = [(address, key, pictures, over, one) for key, one in zip(keys, seen, strict=True)]
        threads = [Thread(target=_client, args=args) for args in work]
        for thread in threads:
            thread.start()
        memory = _watched(process.pid, 60 * minutes, seen)
        over.set()
        for thread in threads:
            thread.join()
        memory.append(_resident(process.pid))
        with httpx.Client(base_url=address, headers={"X-API-Key": admin}, timeout=600) as client:
            verified = client.get("/v1/audit/verify").json()
    return _summed(seen, folder / "records", verified, memory)


def _watched(pid: int, seconds: float, seen: list[Seen]) -> list[float]:
    """Wait for so long; return what a process held meanwhile, in MB, every few seconds."""
    memory, started = list[float](), time.monotonic()
    while (passed := time.monotonic() - started) < seconds:
        memory.append(_resident(pid))
        print(
            f"{passed:4.0f} s {memory[-1]:6.0f} MB {sum(len(one.acknowledged) for one in seen)} inspected", flush=True
        )
        time.sleep(min(10.0, seconds / 20))
    return memory


def _prepared(folder: Path) -> list[Path]:
    """Render a product and fit a model on it; return pictures to send."""
    render_example(folder / "shop", per_product=(20, 4, 2), size=SIDE)
    fit_folder(folder / "shop" / MODEL, MODEL, {})
    return sorted((folder / "shop" / MODEL / "test").rglob("*.png"))


@contextmanager
def _server(folder: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Yield the address of a server that listens, and its process; it ends with the block."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "apps.cli", "serve", "--no-browser", "--port", str(port)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--store", str(folder / "records")], cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            for _ in range(600):
                if _answers(address) or process.poll() is not None:
                    break
                time.sleep(0.2)
            assert process.poll() is None, (folder / "server.log").read_text()
            yield address, process
        finally:
            process.terminate()
            process.wait()
    log_text = (folder / "server.log").read_text()
    assert "Traceback" not in log_text, log_text


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"{address}/v1/health").status_code == 200
    except httpx.HTTPError:
        return False


def _warmed(address: str, key: str, pictures: list[Path]) -> None:
    """Do everything once, so that what is loaded at first is there."""
    seen = Seen()
    with httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=600) as client:
        for name in SHARES:
            _do(client, name, pictures, random.Random(0), seen)
    assert not seen.failed, seen.failed


def _client(address: str, key: str, pictures: list[Path], over: Event, seen: Seen) -> None:
    draw = random.Random(key)
    with httpx.Client(base_url=address, headers={"X-API-Key": key}, timeout=600) as client:
        while not over.wait(draw.expovariate(1 / PAUSE)):
            _do(client, draw.choices(list(SHARES), list(SHARES.values()))[0], pictures, draw, seen)


def _do(client: httpx.Client, name: str, pictures: list[Path], draw: random.Random, seen: Seen) -> None:
    started = time.perf_counter()
    try:
        answer = _asked(client, name, pictures, draw, seen)
        answer.raise_for_status()
        _noted(answer.json(), seen)
        seen.seconds[name].append(time.perf_counter() - started)
    except httpx.HTTPStatusError as error:
        seen.failed[f"{name}: {error.response.status_code} {error.response.text[:200]}"] += 1
    except httpx.HTTPError as error:
        seen.failed[f"{name}: {error!r}"] += 1


def _asked(client: httpx.Client, name: str, pictures: list[Path], draw: random.Random, seen: Seen) -> httpx.Response:
    if name in ("inspect", "ask"):
        picture, data = draw.choice(pictures), {"model": MODEL}
        data |= {"question": draw.choice(QUESTIONS)} if name == "ask" else {}
        return client.post(f"/v1/{name}", files=[("files", (picture.name, picture.read_bytes()))], data=data)
    if name == "search":
        return client.get("/v1/search", params={"words": draw.choice(SEARCHES)})
    if name == "one" and seen.acknowledged:
        return client.get(f"/v1/inspections/{draw.choice(list(seen.acknowledged))}")
    return client.get("/v1/inspections")


def _noted(told: Any, seen: Seen) -> None:
    """Note which inspections were acknowledged."""
    if isinstance(told, dict):
        seen.acknowledged |= {one["id"]: one["verdict"] for one in told.get("results", ())}


def _resident(pid: int) -> float:
    """Return how much memory a process holds, in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


def _summed(seen: list[Seen], records: Path, verified: dict[str, Any], memory: list[float]) -> Load:
    kept = {row.record: row.verdict for row in open_store(str(records)).latest(10**9)}
    acknowledged = {number: verdict for one in seen for number, verdict in one.acknowledged.items()}
    assert len(acknowledged) == sum(len(one.acknowledged) for one in seen), "two inspections got one id"
    return Load(
        {name: [second for one in seen for second in one.seconds[name]] for name in SHARES},
        sum((one.failed for one in seen), Counter()),
        acknowledged,
        [number for number, verdict in acknowledged.items() if kept.get(number) != verdict],
        [f"{fault['number']}: {fault['problem']}" for fault in verified["faults"]],
        verified["records"],
        memory,
    )


def table(found: Load) -> str:
    """Return what came of it as Markdown."""
    lines = ["| | requests | p50 | p95 | longest |", "|---|---|---|---|---|"]
    for name, seconds in found.seconds.items():
        shown = [
            f"{1000 * value:.0f} ms" for value in (*np.quantile(seconds or [0], [0.5, 0.95]), max(seconds, default=0))
        ]
        lines.append(f"| {name} | {len(seconds)} | {' | '.join(shown)} |")
    at = [found.memory[round(place * (len(found.memory) - 1))] for place in (0, 0.25, 0.5, 0.75, 1)]
    lines += ["", f"failed: {dict(found.failed) or 'none'}"]
    lines.append(
        f"acknowledged: {len(found.acknowledged)}, lost: {len(found.lost)}; {found.records} records verified, "
    )
    lines[-1] += f"faults: {found.faults or 'none'}"
    lines.append(f"memory at 0, 25, 50, 75, 100 %: {', '.join(f'{mb:.0f}' for mb in at)} MB")
    return "\n".join(lines)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--clients", type=int, default=50)
    asked = options.parse_args()
    with TemporaryDirectory(prefix="foil-load-") as folder:
        found = load(asked.minutes, asked.clients, Path(folder))
    print(table(found))
    sys.exit(bool(found.failed or found.lost or found.faults))


if __name__ == "__main__":
    main()
