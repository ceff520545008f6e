"""A store whose files lie behind a URL: the same promises as in a folder, and a sentence for whatever goes wrong."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import fsspec
import pytest
from record_cases import Shop, foil

from assistant.store import open_store
from assistant.vault_url import UrlVault
from fusion.errors import BadSetting, FoilError

pytestmark = pytest.mark.usefixtures("fake_core")


@pytest.fixture(params=["memory", "file", "s3"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return an address of which nobody else knows: in memory, of a folder, and of a bucket of a real S3 server."""
    if request.param == "s3":
        return str(request.getfixturevalue("bucket"))
    return f"memory://{uuid4().hex}/kept" if request.param == "memory" else f"file://{tmp_path}/elsewhere/kept"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    pytest.importorskip("s3fs")
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    keys = {"AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    for name, value in (keys | {"AWS_ENDPOINT_URL": server, "FSSPEC_S3_ENDPOINT_URL": server}).items():
        monkeypatch.setenv(name, value)
    name = f"foil-{uuid4().hex}"
    fsspec.filesystem("s3", skip_instance_cache=True).mkdir(name)
    return f"s3://{name}/line3"


@pytest.fixture
def far(shop: Shop, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    """Return a shop whose store was made with its files behind the URL."""
    monkeypatch.setenv("FOIL_PICTURES", url)
    far = Shop(tmp_path / "far", shop.pictures)
    for picture in shop.pictures[:2]:
        foil("inspect", picture, "--model", "plates", "--store", far.folder, code=None)
    monkeypatch.delenv("FOIL_PICTURES")  # it is noted in the store's folder
    return far


def objects(url: str) -> Any:
    return fsspec.core.url_to_fs(url, use_listings_cache=False)[0]


def picture_of(far: Shop) -> str:
    return str(json.loads(next(one for one in far.store.export() if one["kind"] == "inspection")["payload"])["picture"])


def test_files_lie_there_and_nowhere_else_and_all_that_needs_them_finds_them(far: Shop, url: str) -> None:
    beside = {name for name in os.listdir(far.folder) if not name.startswith("foil.db-")}  # SQLite's own
    assert beside == {"files.url", "foil.db", "key.pem"}
    assert (far.folder / "files.url").read_text().strip() == url
    assert far.store.vault.path(picture_of(far)).startswith(url)
    assert "the chain of 4 records holds" in far.foil("audit", "verify").stdout
    assert "the same, bit for bit" in far.foil("audit", "replay", 3).stdout


def test_an_object_that_was_altered_or_is_missing_is_found_and_named(far: Shop, url: str) -> None:
    path = far.store.vault.path(picture_of(far))
    objects(url).pipe_file(path, b"another")
    told = far.foil("audit", "verify", code=1).stdout
    assert f"what it rests on was altered: picture ({path})" in told
    with pytest.raises(FoilError, match="this file was altered"):
        far.store.vault.read(picture_of(far))
    with pytest.raises(FoilError, match="so nothing new can rest on it"):
        far.store.vault.put(far.pictures[0].read_bytes())
    objects(url).rm_file(path)
    assert f"what it rests on is missing: picture ({path})" in far.foil("audit", "verify", code=1).stdout


def test_pruning_removes_them_and_the_chain_holds(far: Shop, url: str) -> None:
    path = far.store.vault.path(picture_of(far))
    assert objects(url).exists(path)
    far.foil("store", "prune", "--days", 0, "--by", "A. Smith", "--reason", "policy", "--yes")
    assert not objects(url).exists(path)
    told = far.foil("audit", "verify").stdout
    assert "files are gone, pruned by policy" in told


def test_what_is_written_is_there_whole_or_not_at_all(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    vault = UrlVault(url)
    kept = vault.put(b"whole")
    assert (vault.put(b"whole"), vault.read(kept), vault.holds(kept), vault.problem(kept)) == (
        kept,
        b"whole",
        True,
        None,
    )

    def broken(path: str, content: bytes, **_: object) -> None:
        raise OSError("the line was cut")

    monkeypatch.setattr(vault._files, "pipe_file", broken)
    with pytest.raises(FoilError, match=r"can't be reached or written to \(OSError\): the line was cut"):
        vault.put(b"cut off")
    monkeypatch.undo()
    import hashlib

    assert not vault.holds(hashlib.sha256(b"cut off").hexdigest())
    vault.remove("0" * 64)  # what is gone is gone


def test_half_of_a_file_is_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    vault = UrlVault(f"memory://{uuid4().hex}")
    whole = vault._files.pipe_file
    monkeypatch.setattr(vault._files, "pipe_file", lambda path, content: whole(path, content[:2]))
    with pytest.raises(FoilError, match="2 of 5 bytes arrived, so nothing is recorded"):
        vault.put(b"whole")


@pytest.mark.parametrize(
    "wrong",
    ["s3://", "bucket/prefix", "s3://key:secret@bucket/x", "simplecache::s3://bucket", "s3://a b", "https://x/y?key=1"],
)
def test_what_is_no_address_is_refused_without_its_secrets(wrong: str) -> None:
    with pytest.raises(BadSetting, match="is no address for a store's files; expected PROTOCOL://PLACE") as error:
        UrlVault(wrong)
    assert "secret" not in str(error.value)


def test_an_unknown_protocol_is_told() -> None:
    with pytest.raises(BadSetting, match=r"expected s3://bucket/prefix or its like"):
        UrlVault("nosuch://place").check()


def test_files_are_never_looked_for_in_two_places(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOIL_PICTURES", "memory://one")
    with pytest.raises(BadSetting, match="this store's files lie here; copy them to memory://one"):
        open_store(str(shop.folder))
    open_store(str(tmp_path / "new"), create=True)
    monkeypatch.setenv("FOIL_PICTURES", "memory://two")
    with pytest.raises(BadSetting, match="files lie at memory://one, but FOIL_PICTURES names memory://two"):
        open_store(str(tmp_path / "new"))


def test_no_server_no_bucket_and_no_rights_are_sentences(bucket: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FoilError, match="there is no such place; make the bucket"):
        UrlVault("s3://nobodys-bucket/x").put(b"x")
    vault = UrlVault(bucket)

    def refused(*_: object, **__: object) -> None:
        raise PermissionError("Access Denied")

    monkeypatch.setattr(vault._files, "cat_file", refused)
    with pytest.raises(FoilError, match=r"no right to do that \(Access Denied\)"):
        vault.read("0" * 64)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{free.getsockname()[1]}"
    for name in ("AWS_ENDPOINT_URL", "FSSPEC_S3_ENDPOINT_URL"):
        monkeypatch.setenv(name, nobody)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")  # botocore waits between its attempts
    type(vault._files).clear_instance_cache()  # file systems of one kind and place are one
    away = UrlVault(bucket)
    away._files.retries = 1
    with pytest.raises(FoilError, match="it can't be reached or written to"):
        away.read("0" * 64)
