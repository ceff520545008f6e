"""The store over PostgreSQL: a real server that the test starts in a folder of its own; skipped where there is none."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from conftest import Plate
from fake_detector import FakeDetector
from record_cases import foil
from record_writer import WRITER

from assistant import library
from assistant.job_wishes import open_queue
from assistant.store import open_store

pytestmark = pytest.mark.usefixtures("fake_core")
USER = "postgres" if hasattr(os, "getuid") and os.getuid() == 0 else None  # the server refuses to run as root


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Return the URL of a new, empty server."""
    pytest.importorskip("pg8000")
    initdb = shutil.which("initdb") or next(
        (str(path) for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")), ""
    )
    if not initdb:
        pytest.skip("needs PostgreSQL's server (Debian: postgresql)")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp(prefix="foil-postgres-"))
    if USER:
        shutil.chown(folder, USER)
    control, data = [str(Path(initdb).with_name("pg_ctl")), "-D", str(folder / "data"), "-w"], str(folder / "data")
    subprocess.run(
        [initdb, "-D", data, "-A", "trust", "-U", "foil", "--no-sync"], user=USER, check=True, capture_output=True
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    try:
        subprocess.run(
            [*control, "-o", options, "-l", str(folder / "log"), "start"], user=USER, check=True, timeout=120
        )
        yield f"postgresql+pg8000://foil@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "immediate", "stop"], user=USER, check=False, capture_output=True)
        shutil.rmtree(folder, ignore_errors=True)


def test_several_processes_make_and_fill_one_store_that_holds(
    server: str, plate: Plate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOIL_FILES", str(tmp_path / "kept"))
    writers = [subprocess.Popen([sys.executable, WRITER, server, "10"]) for _ in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    library.save(FakeDetector("plates"), "plates")
    foil("inspect", plate("bad.png", spot=228), "--model", "plates", "--store", server, code=20)
    assert "bad.png" in foil("store", "show", "--store", server).stdout
    assert "the chain of 33 records holds" in foil("audit", "verify", "--store", server).stdout
    assert "33: the same" in foil("audit", "replay", 33, "--store", server).stdout
    store = open_store(server)
    with store.database.writing() as connection:
        connection.exec_driver_sql("UPDATE records SET payload = replace(payload, 'REJECT', 'PASS') WHERE number = 33")
    assert "record 33: altered" in foil("audit", "verify", "--store", server, code=1).stdout
    store.database.close()


def test_of_many_that_ask_at_once_one_gets_the_job(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOIL_FILES", str(tmp_path / "kept"))
    queue = open_queue(server)
    number = queue.ask("report", {}, "Ann")
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(queue.claim, map(str, range(8))))
    (taken,) = filter(None, claims)
    worker = str(claims.index(taken))
    assert (taken.id, queue.beat(number, worker, {"done": 1}), queue.beat(number, "other", {})) == (number, True, False)
    queue.finish(number, worker, {"report": "r.pdf"})
    assert (queue.job(number).state, queue.job(number).progress) == ("done", {"done": 1})
    queue.database.close()
