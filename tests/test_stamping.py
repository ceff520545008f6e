"""Time stamps: a third party says when the chain was there; what is wrong with its answer is told, and not kept."""

import json
import shutil
import socket
import subprocess
import time
from base64 import b64decode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from record_cases import Shop
from stamp_authority import Answer, answered, make_authority, serving

from assistant.stamping import stamp, too_early
from assistant.verifying import verify
from fusion.errors import BadSetting, FoilError

pytest.importorskip("rfc3161_client")
pytestmark = [
    pytest.mark.usefixtures("fake_core"),
    pytest.mark.skipif(not shutil.which("openssl"), reason="openssl plays the authority"),
]
REPLY = "application/timestamp-reply"


@pytest.fixture(scope="module")
def authorities(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return the folders of two authorities that know nothing of each other."""
    folder = tmp_path_factory.mktemp("tsa")
    for name in ("ours", "theirs"):
        make_authority(folder / name)
    return folder / "ours", folder / "theirs"


@pytest.fixture
def ours(authorities: tuple[Path, Path]) -> Path:
    return authorities[0]


@pytest.fixture
def url(ours: Path) -> Iterator[str]:
    with serving(lambda query: (200, REPLY, answered(ours, query))) as address:
        yield address


def stamped(shop: Shop, url: str, ours: Path, code: int | None = 0) -> str:
    result = shop.foil("audit", "stamp", "--authority", url, "--trust", ours / "root.pem", code=code)
    return result.output


def refused(shop: Shop, answer: Answer, ours: Path, drip: float = 0, **options: float) -> str:
    """Return why a stamp was refused, after a look whether anything was kept."""
    before = shop.store.head().number
    with serving(answer, drip) as address, pytest.raises(FoilError) as error:
        stamp(shop.store, address, ours / "root.pem", **options)
    assert shop.store.head().number == before
    assert verify(shop.store).faults == ()
    return str(error.value)


def test_a_stamp_is_a_record_that_proves_when_what_came_before_it_was_there(shop: Shop, url: str, ours: Path) -> None:
    last = shop.store.head()
    told = stamped(shop, url, ours).splitlines()
    assert told[0].startswith(f"time stamp: record {last.number} and all before it existed by {datetime.now(UTC):%Y-}")
    assert told[0].endswith(f"says {url}")
    assert told[1] == f"recorded as {last.number + 1}"
    record = shop.store.head()
    assert (record.kind, record.content["of"], record.content["hash"]) == ("stamp", last.number, last.hash)

    checked = shop.foil("audit", "verify", "--trust", ours / "root.pem").stdout
    assert f"existed by {record.content['time']}, says {url} (checked)" in checked
    assert "NOT checked: name its certificate (--trust)" in shop.foil("audit", "verify").stdout


def test_anyone_can_check_it_without_foil(shop: Shop, url: str, ours: Path, tmp_path: Path) -> None:
    stamped(shop, url, ours)
    said = shop.store.head().content
    (tmp_path / "answer.tsr").write_bytes(b64decode(said["answer"]))
    (tmp_path / "head").write_text(said["hash"])
    command = ["openssl", "ts", "-verify", "-data", "head", "-in", "answer.tsr", "-CAfile", ours / "root.pem"]
    assert "OK" in subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True).stdout


def test_where_it_is_set_once_no_option_is_needed(
    shop: Shop, url: str, ours: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FOIL_STAMP_AUTHORITY", url)
    monkeypatch.setenv("FOIL_STAMP_TRUST", str(ours / "root.pem"))
    shop.foil("audit", "stamp")
    assert [one.checked for one in verify(shop.store).stamps] == [True]


def test_nobody_is_asked_unless_named(shop: Shop) -> None:
    told = shop.foil("audit", "stamp", code=2).output
    assert "--authority URL --trust CERTIFICATES.pem" in told


def test_another_authority_than_the_trusted_one_is_refused_and_found(
    shop: Shop, url: str, authorities: tuple[Path, Path]
) -> None:
    ours, theirs = authorities
    told = refused(shop, lambda query: (200, REPLY, answered(theirs, query)), ours)
    assert "isn't signed by the authority that you trust" in told
    stamped(shop, url, ours)
    found = verify(shop.store, trust=theirs / "root.pem")
    assert [fault.number for fault in found.faults] == [shop.store.head().number]
    assert "isn't signed by the authority that you trust" in found.faults[0].problem
    assert found.stamps == ()


def test_an_old_answer_and_one_of_something_else_are_refused(shop: Shop, ours: Path) -> None:
    seen: list[bytes] = []

    def keeping(query: bytes) -> tuple[int, str, bytes]:
        seen.append(answered(ours, query))
        return 500, "text/plain", b""

    assert "HTTP 500, expected 200" in refused(shop, keeping, ours)
    assert "it answers another request" in refused(shop, lambda _: (200, REPLY, seen[0]), ours)
    shop.store.decide(3, "PASS", "A. Smith", "seen")
    assert "it is of something else" in refused(shop, lambda _: (200, REPLY, seen[0]), ours)


def test_an_altered_answer_is_refused(shop: Shop, ours: Path) -> None:
    def altered(query: bytes) -> tuple[int, str, bytes]:
        answer = answered(ours, query)
        return 200, REPLY, answer[:-20] + bytes([answer[-20] ^ 1]) + answer[-19:]

    assert "isn't signed by the authority that you trust" in refused(shop, altered, ours)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((404, "text/html", b"no"), "HTTP 404, expected 200; check the address"),
        ((200, "text/html", b"<html>"), "answered with 'text/html', no time stamp"),
        ((200, REPLY, b"nonsense"), "is no time stamp of RFC 3161 that can be read"),
        ((200, REPLY, b""), "is no time stamp of RFC 3161 that can be read"),
        ((200, REPLY, b"x" * 200_000), "more than 100000 bytes"),
        ((200, REPLY, bytes.fromhex("30053003020102")), "gave no time stamp: status 2"),
    ],
)
def test_what_is_no_time_stamp_is_told_in_a_sentence(
    shop: Shop, ours: Path, answer: tuple[int, str, bytes], told: str
) -> None:
    assert told in refused(shop, lambda _: answer, ours)


def test_nobody_waits_for_ever(shop: Shop, ours: Path) -> None:
    def slow(_: bytes) -> tuple[int, str, bytes]:
        time.sleep(1.0)
        return 200, REPLY, b""

    assert "did not answer within 0.2 s" in refused(shop, slow, ours, patience=0.2)


def test_nobody_waits_for_ever_where_it_drips(shop: Shop, ours: Path) -> None:
    drops = (200, REPLY, b"x" * 40)
    assert "did not answer within 0.3 s" in refused(shop, lambda _: drops, ours, drip=0.05, patience=0.3)


def test_an_address_where_nobody_is_and_what_is_none(shop: Shop, ours: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://user:secret@127.0.0.1:{free.getsockname()[1]}/tsr?key=secret"
    with pytest.raises(FoilError, match=r"can't be reached \(ConnectError\)") as error:
        stamp(shop.store, address, ours / "root.pem")
    assert "secret" not in str(error.value)
    for nothing in ("ftp://host/x", "tsa", "http://", "http:///x", "http://host:port/"):
        with pytest.raises(BadSetting, match=r"expected http\(s\)://HOST/PATH"):
            stamp(shop.store, nothing, ours / "root.pem")


@pytest.mark.parametrize(("content", "told"), [(None, "can't be read"), (b"no", "no X.509 certificate can be read")])
def test_what_is_trusted_must_be_a_certificate(shop: Shop, tmp_path: Path, content: bytes | None, told: str) -> None:
    file = tmp_path / "trust.pem"
    if content:
        file.write_bytes(content)
    with pytest.raises(BadSetting, match=told):
        stamp(shop.store, "http://127.0.0.1:9/", file)


def test_a_clock_that_runs_ahead_is_told() -> None:
    now = datetime.now(UTC)
    stamped, later = (one.isoformat(timespec="milliseconds") for one in (now, now + timedelta(minutes=6)))
    assert too_early(stamped, stamped) is None
    assert "this machine's clock was wrong" in str(too_early(stamped, later))
    assert too_early(later, stamped) is None  # stamped long after it was made


def test_a_stamp_that_was_put_in_by_hand_is_found(shop: Shop, url: str, ours: Path) -> None:
    stamped(shop, url, ours)
    said = shop.store.head().content
    from assistant.recording import Entry

    shop.store.add(Entry("stamp", said | {"time": "2020-01-01T00:00:00.000+00:00"}))
    shop.store.add(Entry("stamp", said | {"of": 3}))
    shop.store.add(Entry("stamp", said | {"of": 99}))
    shop.store.add(Entry("stamp", said | {"answer": "!"}))
    problems = [fault.problem for fault in verify(shop.store).faults]
    assert problems[0] == "its time stamp tells another time"
    assert problems[1] == "it is a time stamp of record 3 with another hash"
    assert problems[2] == "it is a time stamp of record 99, which does not stand before it"
    assert len(problems) == 4


def test_a_report_says_what_the_stamp_proves(shop: Shop, url: str, ours: Path) -> None:
    stamped(shop, url, ours)
    out = shop.folder.parent / "lot.json"
    shop.foil("report", "--out", out)
    (told,) = json.loads(out.read_text(encoding="utf-8"))["integrity"]["time_stamps"]
    assert (told["of"], told["checked"]) == (5, False)
    page = out.with_suffix(".html")
    shop.foil("report", "--out", page)
    assert f"record 5 and all before it existed by {told['time'][:16].replace('T', ' ')}" in " ".join(
        page.read_text(encoding="utf-8").split()
    )
