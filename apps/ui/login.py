"""The door of the page: once there are keys, a browser shows one before it sees anything; a cookie stands for it."""

import secrets
from collections import OrderedDict
from html import escape
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from apps.rest import keys
from apps.rest.keys import Caller
from apps.ui.roles import CALLER, ROLES, spoken
from apps.ui.words import word
from explain.catalogue import Lang
from fusion.errors import FoilError

ENTER, LEAVE, UPLOAD = "/enter", "/leave", "/gradio_api/upload"
BEGUN = "/gradio_api/startup-events"  # which Gradio asks of itself as it starts, and which tells nothing
MOST = 4096  # bytes of a form, which holds one key
SESSIONS = 1000  # the newest
_PAGE = """<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>Foil</title>
<meta name="viewport" content="width=device-width">
<style>body {{ font: 16px/1.5 system-ui, sans-serif; color-scheme: light dark; display: grid; min-height: 90vh;
place-items: center; margin: 0 }} form {{ width: min(340px, 88vw) }} h1 {{ margin: 0 }}
label, input, button {{ display: block; width: 100%; box-sizing: border-box; font: inherit }}
input, button {{ padding: 10px; margin-top: 6px; border-radius: 6px; border: 1px solid #767680 }}
button {{ margin-top: 14px; background: #7c3aed; color: #fff; border: 0; cursor: pointer }}
.wrong {{ color: light-dark(#b91c1c, #fca5a5) }} small {{ opacity: .8 }}</style>
<main><form method="post" action="{enter}"><h1>Foil</h1><p>{tagline}</p>{wrong}
<label>{key}<input name="key" type="password" required autofocus autocomplete="current-password"></label>
<button>{button}</button><p><small>{how}</small></p></form></main></html>"""


class Login:
    """ASGI middleware; who holds a key is in the scope of what passes. Programs' doors ask for keys by themselves."""

    def __init__(self, app: Any, programs: tuple[str, ...]) -> None:
        """Take where programs' doors are."""
        self.app, self.programs, self._below = app, programs, tuple(f"{place}/" for place in programs)
        self._sessions: OrderedDict[str, str] = OrderedDict()  # token -> key

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = str(scope.get("path", ""))
        if scope["type"] != "http" or path in (*self.programs, BEGUN) or path.startswith(self._below):
            await self.app(scope, receive, send)  # the page uses no websockets
            return
        request = Request(scope, receive)
        lang = spoken(request.headers)
        try:
            caller = keys.caller_of(self._sessions.get(request.cookies.get(_cookie(request), "")))
        except FoilError as error:  # the keys can't be read
            await _shown(503, lang, str(error))(scope, receive, send)
            return
        if caller is keys.ANYONE:
            answer = self.app
        elif request.method == "POST" and path in (ENTER, LEAVE):
            answer = await self._turn(request, lang)
        elif caller is None:
            answer = _shown(401, lang)
        elif request.method == "POST" and path.startswith(UPLOAD) and not caller.may("inspector"):
            answer = _shown(403, lang)  # no byte of it is kept
        else:
            answer, scope = self.app, scope | {CALLER: caller}
        await answer(scope, receive, send)

    async def _turn(self, request: Request, lang: Lang) -> Response:
        """Let somebody in who has a key, or out."""
        origin = request.headers.get("origin", "null")
        if origin != "null" and origin.partition("://")[2] != request.headers.get("host"):
            return _shown(403, lang)
        self._sessions.pop(request.cookies.get(_cookie(request), ""), None)
        answer = RedirectResponse("/", 303)
        if request.url.path == LEAVE:
            answer.delete_cookie(_cookie(request))
            return answer
        length = request.headers.get("content-length", "")
        form = await request.form() if length.isdecimal() and int(length) <= MOST else {}
        key = str(form.get("key", "")).strip()
        if keys.caller_of(key) is None:
            return _shown(401, lang, word("login.wrong", lang))
        token = secrets.token_urlsafe(32)
        self._sessions[token] = key
        while len(self._sessions) > SESSIONS:
            self._sessions.popitem(last=False)
        answer.set_cookie(_cookie(request), token, httponly=True, samesite="strict")
        return answer


def page(lang: Lang, wrong: str = "") -> str:
    """Return the page that asks for a key, and says what was wrong with the last one."""
    keys_of = {"tagline": "tagline", "key": "login.key", "button": "login.button", "how": "login.how"}
    said = {name: escape(word(key, lang)) for name, key in keys_of.items()}
    told = f'<p class="wrong" role="alert">{escape(wrong)}</p>' if wrong else ""
    return _PAGE.format(lang=lang, enter=ENTER, wrong=told, **said)


def who(caller: Caller, lang: Lang) -> str:
    """Return who is here, as what, and the way out, as HTML; nothing where nobody needs a key."""
    if caller is keys.ANYONE:
        return ""
    said = escape(f"{caller.name} · {word(ROLES[caller.role], lang)}")
    leave = escape(word("login.leave", lang))
    return f'<form class="foil-who" method="post" action="{LEAVE}"><span>{said}</span><button>{leave}</button></form>'


def _cookie(request: Request) -> str:
    """Return the cookie's name: a browser sends cookies to every port of a machine."""
    return f"foil-{(request.scope.get('server') or ('', 0))[1]}"


def _shown(status: int, lang: Lang, wrong: str = "") -> Response:
    return HTMLResponse(page(lang, wrong), status, {"cache-control": "no-store"})
