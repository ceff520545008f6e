"""What stands before the REST door: no foreign page, no endless body, nobody who asks too often."""

import json
import time
from collections import OrderedDict
from threading import Lock
from typing import Any

from fastapi import HTTPException

MOST_BYTES = 256 * 2**20  # of a request
BURST, A_SECOND = 60, 20.0  # requests of one caller
_CALLERS = 10_000  # remembered
_TOO_MUCH = f"more than {MOST_BYTES >> 20} MB in one request; send fewer or smaller files"
LOCAL = ("127.0.0.1", "localhost", "[::1]")


class Guard:
    """ASGI middleware; it answers by itself what may not pass."""

    def __init__(self, app: Any, hosts: tuple[str, ...] = LOCAL) -> None:
        self.app, self.hosts, self.pace = app, hosts, Pace()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        if refusal := self._refusal(headers, scope):
            await _answer(send, *refusal)
            return
        seen = 0

        async def counted() -> Any:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > MOST_BYTES:  # whoever lied about the length, or gave none
                raise HTTPException(413, _TOO_MUCH)
            return message

        await self.app(scope, counted, send)

    def _refusal(self, headers: dict[str, str], scope: Any) -> tuple[int, str] | None:
        """Return status and sentence of what can't pass, before anything of it is read."""
        host = headers.get("host", "").rpartition(":")[0] or headers.get("host", "")
        if host not in self.hosts:  # a foreign name that points here: DNS rebinding
            return 421, f"this Foil is not {host!r:.100}; call it by {' or '.join(self.hosts)}"
        origin = headers.get("origin")
        if origin and origin.partition("://")[2] != headers.get("host"):
            return 403, "a page of another site may not call this Foil; call it from a program, or from its own page"
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            return 413, _TOO_MUCH
        if not self.pace.allows(headers.get("x-api-key", "") or str(scope.get("client", ("",))[0])):
            return 429, f"more than {A_SECOND:g} requests a second; wait a little, and send several files at once"
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


async def _answer(send: Any, status: int, sentence: str) -> None:
    body = json.dumps({"error": sentence}, ensure_ascii=False).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
