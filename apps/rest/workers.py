"""More processes for the REST door: workers that share a port of their own, and a store.

The page stays in one process, since a visitor's conversation does. Workers keep nothing between two requests but loaded
models, so any of them may answer; the operating system hands connections out.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from apps.ui.serve import HOST
from fusion.errors import FoilError

if TYPE_CHECKING:
    from fastapi import FastAPI

PATIENCE = 180.0  # seconds for the first worker to answer: each imports torch, on a busy machine
LEFT = 10.0  # seconds for requests that are under way when the workers are to end
_TOLD = "FOIL_WORKER"  # JSON, in the environment: a store's address may hold a password, which no command line may


@dataclass(frozen=True)
class Told:
    """What each worker is told: as the options of `foil serve`."""

    store: str | None = None
    words: str | None = None
    language: str = "template"
    patience: float = 120.0
    send_pictures: bool = False


@contextmanager
def workers(port: int, count: int, told: Told) -> Iterator[None]:
    """Have so many processes answer REST requests on 127.0.0.1 while the block runs; one that dies is replaced.

    FoilError where none of them answers.
    """
    command = [sys.executable, "-P", "-m", "apps.rest.workers", str(port), str(count)]
    environment = {**os.environ, _TOLD: json.dumps(asdict(told))}
    running = subprocess.Popen(command, env=environment, start_new_session=True)  # Ctrl-C is ours to tell
    try:
        _await(running, port)
        yield
    finally:
        running.terminate()
        try:
            running.wait(2 * LEFT)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def application() -> "FastAPI":
    """Return what a worker serves, as the one who started it said."""
    from apps.commands.options import narrator
    from apps.rest.app import create
    from apps.ui.models import Models

    told = Told(**json.loads(os.environ[_TOLD]))
    speaker = narrator(told.language, told.patience, told.send_pictures)
    return create(Models(told.words, speaker), told.store)


def _await(running: "subprocess.Popen[bytes]", port: int) -> None:
    import httpx

    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and running.poll() is None:
        try:
            if httpx.get(f"http://{HOST}:{port}/v1/health", timeout=5, trust_env=False).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.2)
    raise FoilError(f"no worker answers at http://{HOST}:{port}; look above for why, or serve without --workers")


def main() -> None:
    import uvicorn

    port, count = (int(text) for text in sys.argv[1:])
    uvicorn.run(
        "apps.rest.workers:application",
        factory=True,
        host=HOST,
        port=port,
        workers=count,
        log_level="warning",
        timeout_graceful_shutdown=int(LEFT),
    )


if __name__ == "__main__":
    main()
