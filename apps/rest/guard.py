"""What stands before the REST door: no foreign page, no endless body, nobody who asks too often."""

import json
import re
import time
from collections import Counter, OrderedDict
from threading import Lock
from typing import Any

from fastapi import HTTPException

from apps.rest import keys
from fusion.errors import FoilError

MOST_BYTES = 256 * 2**20  # of a request with files
MOST_TEXT = 2**20  # of any other, which is held in memory whole
MOST_AT_ONCE = 1024 * 2**20  # of all requests whose files are here: the smaller ones are held in memory
BURST, A_SECOND = 60, 20.0  # requests of one caller
_CALLERS = 10_000  # remembered
LOCAL = ("127.0.0.1", "localhost", "[::1]")
_ONCE = ("host", "origin", "content-length", "content-type", "x-api-key")  # two of them: which one counts?


class Guard:
    """ASGI middleware; it answers by itself what may not pass."""

    def __init__(self, app: Any, hosts: tuple[str, ...] = LOCAL) -> None:
        self.app, self.hosts, self.pace, self._here = app, hosts, Pace(), 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        raw = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in scope["headers"]]
        headers = dict(raw)
        times = Counter(name for name, _ in raw)
        if refusal := self._refusal(headers, times, scope):
            await _answer(send, *refusal)
            return
        most, seen = _most(headers), 0

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            more = len(message.get("body", b""))
            seen, self._here = seen + more, self._here + more
            if seen > most:  # whoever lied about the length, or gave none
                raise HTTPException(413, _too_much(most))
            if self._here > MOST_AT_ONCE:
                raise HTTPException(503, "too many files of others are being inspected; send it again in a moment")
            return message

        try:
            await self.app(scope, counted, send)
        finally:
            self._here -= seen

    def _refusal(self, headers: dict[str, str], times: Counter[str], scope: Any) -> tuple[int, str] | None:
        """Return status and sentence of what can't pass, before anything of it is read."""
        if twice := [name for name in _ONCE if times[name] > 1]:
            return 400, f"the header {twice[0]} came {times[twice[0]]} times; send it once"
        host = re.sub(r":\d*$", "", headers.get("host", ""))
        if host not in self.hosts:  # a foreign name that points here: DNS rebinding
            return 421, f"this Foil is not {host!r:.100}; call it by {' or '.join(self.hosts)}"
        origin = headers.get("origin")
        if origin and origin.partition("://")[2] != headers.get("host"):
            return 403, "a page of another site may not call this Foil; call it from a program, or from its own page"
        try:
            caller = keys.caller_of(headers.get("x-api-key"))
        except FoilError:  # the keys can't be read, and who asks for anything that takes one is told so
            caller = None
        address = str((scope.get("client") or ("",))[0])
        if not self.pace.allows(f"key of {caller.name}" if caller and caller is not keys.ANYONE else address):
            return 429, f"more than {A_SECOND:g} requests a second; wait a little, and send several files at once"
        length = headers.get("content-length", "0")
        if not re.fullmatch(r"[0-9]{1,15}", length) or int(length) > _most(headers):
            return 413, _too_much(_most(headers))
        if caller is None and (length != "0" or "transfer-encoding" in headers):  # no byte of a stranger is read
            return 401, keys.UNKNOWN
        return None


class Pace:
    """A bucket of tokens a caller, filled at a steady rate."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # caller: tokens, when

    def allows(self, caller: str, now: float | None = None) -> bool:
        now = time.monotonic() if now is None else now
        with self._lock:
            tokens, then = self._left.get(caller, (float(BURST), now))
            tokens = min(float(BURST), tokens + (now - then) * A_SECOND)
            self._left[caller] = (tokens - 1 if tokens >= 1 else tokens, now)
            self._left.move_to_end(caller)
            while len(self._left) > _CALLERS:
                self._left.popitem(last=False)
            return tokens >= 1


def _most(headers: dict[str, str]) -> int:
    return MOST_BYTES if headers.get("content-type", "").lower().startswith("multipart/form-data") else MOST_TEXT


def _too_much(most: int) -> str:
    return f"more than {most >> 20} MB in one request; send fewer or smaller files"


async def _answer(send: Any, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
