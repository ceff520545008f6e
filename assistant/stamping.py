"""Time stamps by a third party (RFC 3161): that the chain up to a record existed at a time that its owner can't choose.

A time-stamping authority, which the user names, signs the SHA-256 of a record's hash together with the time of its
own clock. Its answer is a record of the chain; whoever trusts the authority's certificate can check it, without Foil as
well.
"""

import hashlib
import os
import re
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.recording import Entry
from assistant.signing import certificates
from fusion.errors import BadSetting, FoilError

if TYPE_CHECKING:
    import httpx
    from rfc3161_client import TimeStampResponse

    from assistant.store import Store

PATIENCE = 20.0  # seconds
LARGEST = 100_000  # bytes of an answer
OFF = timedelta(minutes=5)  # so far two clocks may differ
_EXTRA = "time stamps need the package rfc3161-client; run: pip install 'foil[stamp]'"


@dataclass(frozen=True)
class Stamp:
    """That a record, and so all before it, existed at a time."""

    number: int  # of the record that holds the stamp
    of: int  # the record that was stamped
    time: str  # UTC, by the authority's clock
    authority: str
    checked: bool  # whether a certificate that the user trusts has signed it; else it is only what the store says


def stamp(store: "Store", authority: str, trust: Path, patience: float = PATIENCE) -> Stamp:
    """Have the chain's last record stamped by an authority, check its answer, and keep it as a record.

    BadSetting or FoilError, in a sentence, where there is no answer or not the right one; then nothing is kept.
    """
    with _library():
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    url = _address(authority)
    roots = certificates(trust)
    last = store.head()
    request = TimestampRequestBuilder().data(last.hash.encode()).hash_algorithm(HashAlgorithm.SHA256).build()
    answer = _asked(url, request.as_bytes(), patience)
    response = _decoded(answer, f"the answer of {_shown(url)}")
    if problem := _refused(response):
        raise FoilError(f"{_shown(url)} gave no time stamp: {problem}; nothing is kept")
    if problem := _wrong(response, last.hash, roots, request.nonce):
        raise FoilError(f"{_shown(url)}: its time stamp is not right ({problem}), so nothing is kept")
    when = _utc(response)
    if problem := too_early(when, last.time):
        raise FoilError(f"{_shown(url)}: {problem}; set this machine's clock. Nothing is kept")
    said = {"of": last.number, "hash": last.hash, "time": when, "authority": _shown(url)}
    number = store.add(Entry("stamp", said | {"answer": b64encode(answer).decode()}))
    return Stamp(number, last.number, when, _shown(url), True)


def problem_of(said: Mapping[str, Any], hash_of: str | None, time_of: str, trust: Path | None) -> str | None:
    """Return what is wrong with a record's time stamp; None if nothing is. `hash_of` and `time_of` are the record's."""
    if hash_of != said["hash"]:
        return f"it is a time stamp of record {said['of']} with another hash"
    with _library():
        import rfc3161_client  # noqa: F401
    try:
        response = _decoded(b64decode(said["answer"], validate=True), "its time stamp")
    except (ValueError, FoilError) as error:
        return f"{error}"
    if response.status != 0 or _utc(response) != said["time"]:
        return "its time stamp tells another time"
    if problem := _wrong(response, said["hash"], certificates(trust) if trust else None, None):
        return f"its time stamp is not right ({problem})"
    return too_early(said["time"], time_of)


def trusted() -> Path | None:
    """Return the file of certificates that this user trusts to tell the time, if one is set."""
    named = os.environ.get("FOIL_STAMP_TRUST")
    return Path(named).expanduser() if named else None


def too_early(stamped: str, recorded: str) -> str | None:
    """Return what is wrong where a record says that it was made after the stamp that proves it was there already."""
    if datetime.fromisoformat(recorded) <= datetime.fromisoformat(stamped) + OFF:
        return None
    return f"the record says {recorded}, but was stamped at {stamped} already: this machine's clock was wrong"


def _asked(url: "httpx.URL", request: bytes, patience: float) -> bytes:
    """Return what the authority answers to a request, as [RFC 3161, 3.4] has it over HTTP."""
    import httpx

    headers, content = {"Content-Type": "application/timestamp-query"}, bytearray()
    shown, end = _shown(url), time.monotonic() + patience
    try:
        with (
            httpx.Client(timeout=patience, trust_env=url.host not in ("localhost", "127.0.0.1", "::1")) as client,
            client.stream("POST", url, content=request, headers=headers) as response,
        ):
            if response.status_code != 200:
                raise FoilError(f"{shown} answered with HTTP {response.status_code}, expected 200; check the address")
            kind = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if kind != "application/timestamp-reply":
                raise FoilError(f"{shown} answered with {kind or 'no type'!r}, no time stamp; check the address")
            for piece in response.iter_bytes():
                content += piece
                if time.monotonic() > end:
                    raise httpx.ReadTimeout("it drips")
                if len(content) > LARGEST:
                    raise FoilError(f"{shown} answered with more than {LARGEST} bytes, so with no time stamp")
    except httpx.TimeoutException as error:
        raise FoilError(f"{shown} did not answer within {patience:g} s; nothing is kept, try again later") from error
    except httpx.HTTPError as error:
        raise FoilError(f"{shown} can't be reached ({type(error).__name__}); check address and network") from error
    return bytes(content)


def _decoded(answer: bytes, what: str) -> "TimeStampResponse":
    from rfc3161_client import decode_timestamp_response

    try:
        return decode_timestamp_response(answer)
    except ValueError as error:
        raise FoilError(f"{what} is no time stamp of RFC 3161 that can be read ({error!s:.80})") from error


def _refused(response: "TimeStampResponse") -> str | None:
    """Return why an authority refused to stamp; None where it did not."""
    if response.status == 0:
        return None
    why = " ".join(" ".join(response.status_string).split())
    return f"status {response.status}" + (f", {why:.200}" if why else "")


def _wrong(response: "TimeStampResponse", text: str, roots: list[Any] | None, nonce: int | None) -> str | None:
    """Return what is wrong with a stamp of a text; without `roots` nobody looks at who signed it."""
    from rfc3161_client import VerificationError, VerifierBuilder

    info = response.tst_info
    if info.message_imprint.message != hashlib.sha256(text.encode()).digest():
        return "it is of something else"
    if nonce is not None and info.nonce != nonce:
        return "it answers another request"
    if roots is None:
        return None
    try:
        VerifierBuilder(roots=roots).build().verify_message(response, text.encode())
    except VerificationError as error:
        return f"it isn't signed by the authority that you trust: {error}"
    return None


def _utc(response: "TimeStampResponse") -> str:
    return response.tst_info.gen_time.astimezone(UTC).isoformat(timespec="milliseconds")


def _address(authority: str) -> "httpx.URL":
    import httpx

    url = httpx.URL()
    with suppress(httpx.InvalidURL):
        url = httpx.URL(authority)
    if not re.fullmatch("https?", url.scheme) or not url.host:
        raise BadSetting(f"{authority!r:.120} is no address of a time-stamping authority; expected http(s)://HOST/PATH")
    return url


def _shown(url: "httpx.URL") -> str:
    """Return an address without name, password and query, which belong into no record."""
    return str(url.copy_with(userinfo=b"", query=None, fragment=None))


@contextmanager
def _library() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        raise BadSetting(_EXTRA) from error
