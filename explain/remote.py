"""A language model behind an OpenAI-compatible address: Ollama, vLLM, llama.cpp, LM Studio, `transformers serve`...

Nothing is sent unless the user names an address; pictures only if the user allows it, besides.
"""

import json
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from explain.evidence import Evidence
from explain.instructions import messages
from explain.language import Brief
from explain.repair import SENTENCES, is_json
from explain.tool_calls import Message, Tool, ToolCall, call_in_message
from fusion.errors import BadModel

if TYPE_CHECKING:
    import httpx

TOKENS = 800  # of an answer
TRIES = 3
CONNECT = 5.0  # seconds
LINE = 1_000_000  # characters; no event of a stream is longer
# Asked of every server: one that knows it can only answer so, one that doesn't answers in its own way or refuses.
FORM: dict[str, Any] = {
    "type": "json_schema",
    "json_schema": {
        "name": "explanation",
        "strict": True,
        "schema": {
            "type": "object",
            "properties": {
                SENTENCES: {
                    "type": "array",
                    "items": {"type": "string"},
                    "description": "plain text, one sentence each",
                }
            },
            "required": [SENTENCES],
            "additionalProperties": False,
        },
    },
}
UNKNOWN = (400, 415, 422, 500, 501)  # how servers refuse a field that they don't know
_BROKEN = "the server's answer was broken JSON, or none of OpenAI's form; check the address"
_HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Remote:
    """Streams from `url`/chat/completions; a closed generator closes the connection, which ends the answer there."""

    url: str  # up to and with /v1
    model: str
    patience: float = 60.0
    sees: bool = False  # whether pictures may be sent
    key: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        return self.model

    def narrate(self, evidence: Evidence, brief: Brief) -> Iterator[str]:
        """Yield the answer's words as they come; raise BadModel, saying what to do, where there are none."""
        asked: dict[str, Any] = {"model": self.model, "messages": messages(evidence, brief), "stream": True}
        asked |= {"temperature": 0, "seed": 0, "max_tokens": TOKENS, "response_format": FORM}
        if self.sees and brief.pictures:
            asked["messages"][1]["content"] = _with_pictures(asked["messages"][1]["content"], brief)
        end = time.monotonic() + self.patience
        with self._client() as client, _told(self.url), self._asked(client, asked, end) as response:
            yield from _words(response)

    def choose(self, asked: Sequence[Message], tools: Sequence[Tool]) -> ToolCall | None:
        """Return the call that a question means; None if it chose none; raise BadModel where it could not be asked."""
        wanted = {"model": self.model, "messages": list(asked), "tools": list(tools), "stream": False}
        wanted |= {"temperature": 0, "seed": 0, "max_tokens": TOKENS}
        end = time.monotonic() + self.patience
        with self._client() as client, _told(self.url), self._asked(client, wanted, end) as response:
            answer = "".join(_lines(response))
        try:
            return call_in_message(json.loads(answer)["choices"][0]["message"])
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise BadModel(_BROKEN) from error

    def _client(self) -> "httpx.Client":
        import httpx

        times = httpx.Timeout(self.patience, connect=min(CONNECT, self.patience))
        headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        local = httpx.URL(self.url).host in _HERE  # which no proxy of the environment knows
        return httpx.Client(timeout=times, headers=headers, trust_env=not local)

    @contextmanager
    def _asked(self, client: "httpx.Client", asked: dict[str, Any], end: float) -> "Iterator[httpx.Response]":
        """Yield the response, asked for again where the server is busy, or knows no form; refuse what is no answer."""
        attempt = 0
        while True:
            with client.stream("POST", f"{self.url}/chat/completions", json=asked) as response:
                if response.status_code in UNKNOWN and asked.pop("response_format", None):
                    continue
                attempt += 1
                busy = response.status_code == 429 or response.status_code >= 500
                pause = 0.25 * 2**attempt
                if busy and attempt < TRIES and time.monotonic() + pause < end:
                    time.sleep(pause)
                    continue
                if response.status_code != 200:
                    raise BadModel(_refusal(response, self.url, self.model))
                yield response
                return


@contextmanager
def _told(url: str) -> Iterator[None]:
    """Say in a sentence what went wrong on the way to the address and back."""
    import httpx

    try:
        yield
    except httpx.ConnectError as error:
        raise BadModel(f"nothing answers at {url}; start the server, or check the address") from error
    except httpx.TimeoutException as error:
        raise BadModel(f"{url} did not answer in time; wait longer (--patience), or take a faster model") from error
    except httpx.HTTPError as error:
        raise BadModel(f"its answer broke off ({type(error).__name__}); try again, or look into the server") from error


def _refusal(response: "httpx.Response", url: str, model: str) -> str:
    code = response.status_code
    if code in (401, 403):
        return f"{url} refused the key (HTTP {code}); set FOIL_API_KEY"
    if code == 404:
        return f"{url} knows no model {model!r}, or isn't OpenAI-compatible (HTTP 404); see {url}/models"
    return f"{url} answered with HTTP {code}, expected 200; look into the server"


def _words(response: "httpx.Response") -> Iterator[str]:
    """Yield the words of a stream of events, or of one JSON answer from a server that doesn't stream."""
    if "event-stream" not in response.headers.get("content-type", ""):
        body = "".join(_lines(response))
        if body.lstrip().startswith("<"):
            raise BadModel("its answer was a web page, not words; check the address, which ends in /v1 mostly")
        yield from _piece(*_content(body, "message"), "")
        return
    said = ""
    for line in _lines(response):
        if not line.startswith("data:"):
            continue
        data = line[5:].strip()
        if data == "[DONE]":
            return
        words, done = _content(data, "delta")
        yield from _piece(words, done, said)
        if done:
            return
        said += words
    raise BadModel("its answer broke off before its end; try again, or look into the server")


def _piece(words: str, done: str, before: str) -> Iterator[str]:
    """Yield a piece of an answer; one that was cut off may be mended only where it is JSON."""
    yield words
    if done == "length" and not is_json(before + words):
        raise BadModel(f"its answer did not end within {TOKENS} tokens; take another model")


def _content(data: str, part: str) -> tuple[str, str]:
    """Return the words in an answer or a piece of one, and why it is the last, if it is."""
    try:
        choices = json.loads(data)["choices"]
        choice = choices[0] if choices else {}  # the last event of some servers holds no choice but the usage
        return str(choice.get(part, {}).get("content") or ""), str(choice.get("finish_reason") or "")
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise BadModel(_BROKEN) from error


def _lines(response: "httpx.Response") -> Iterator[str]:
    """Yield lines, but never one without end."""
    left = ""
    for text in response.iter_text():
        *lines, left = (left + text).split("\n")
        yield from lines
        if len(left) > LINE:
            raise BadModel(f"its answer had a line of more than {LINE} characters; look into the server")
    yield left


def _with_pictures(text: str, brief: Brief) -> list[dict[str, Any]]:
    encoded = (b64encode(png).decode() for png in brief.pictures.values())
    urls = [{"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}} for data in encoded]
    return [*urls, {"type": "text", "text": text}]
