"""What all addresses share: who may call them, and how what goes wrong is told without a place of this machine."""

import os
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Request, Security
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from apps.rest import keys
from assistant.home import home
from fusion.errors import BadData, BadInput, BadModel, BadSetting, FoilError, NoSuchModel, NoSuchRecord

KEY = APIKeyHeader(
    name="X-API-Key", auto_error=False, description="from foil keys add; without any key, nobody needs one"
)

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


class Problem(BaseModel):
    """Why a request was refused."""

    error: str = Field(description="what came, what was expected, what to do", examples=["there is no inspection 99"])


_MEANT = {
    400: "this is no request that can be read",
    401: "no key, or none that is known",
    403: "this key may not do that, or a page of another site asks",
    404: "there is none of this name or id",
    413: "it is too long",
    421: "the host's name is not this machine's",
    422: "what came can't be used; the sentence says why",
    429: "this caller asks too often",
    503: "Foil can't answer now: its disk, its database or its keys are in trouble, or too much comes at once",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": text, "model": Problem} for status, text in _MEANT.items()
}


def allowed(role: keys.Role) -> Any:
    """Return what lets in whoever has at least this role."""

    def check(key: Annotated[str | None, Security(KEY)] = None) -> keys.Caller:
        return entitled(key, role)

    return Depends(check)


def entitled(key: str | None, role: keys.Role) -> keys.Caller:
    """Return who holds a key; HTTPException where nobody does, or without at least this role."""
    caller = keys.caller_of(key)
    if caller is None:
        raise HTTPException(401, keys.UNKNOWN)
    if not caller.may(role):
        raise HTTPException(403, f"{caller.name} is {caller.role}, and this takes {role}; ask for another key")
    return caller


async def only_known(request: Request) -> None:
    """Refuse a parameter that is called like none: a misspelt one would count as not given."""
    takes = request.scope["route"].dependant
    known = [[field.alias for field in fields] for fields in (takes.query_params, takes.body_params)]
    given = [request.query_params.keys(), []]
    if known[1] and request.headers.get("content-type", "").startswith(_FORMS):
        given[1] = (await request.form()).keys()
    for names, asked in zip(known, given, strict=True):
        if strange := sorted(set(asked) - set(names)):
            there = f"known are {', '.join(names)}" if names else "this address takes none"
            raise HTTPException(422, f"there is no parameter {strange[0]!r:.70}; {there}")


def describe_as_strict(app: FastAPI) -> None:
    """Let the description say that a form takes no other fields than its own, as `only_known` sees to."""
    loose = app.openapi

    def strict() -> dict[str, Any]:
        told = loose()
        for name, form in told["components"]["schemas"].items():
            if name.startswith("Body_"):
                form["additionalProperties"] = False
        return told

    app.openapi = strict  # type: ignore[method-assign]  # FastAPI's way to extend it


def tell_refusals(app: FastAPI, store: str | None) -> None:
    """Answer whatever goes wrong with a sentence; a trace stays in this machine's log."""

    @app.exception_handler(FoilError)
    def told(request: Request, error: FoilError) -> JSONResponse:
        return problem(status_of(error), without_places(str(error), store))

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return problem(error.status_code, str(error.detail), error.headers)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
        return problem(422, f"this request isn't what /openapi.json describes ({wrong})")

    @app.exception_handler(Exception)
    def broken(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "Foil failed at this request, which it should not; its log on the server says how")


def status_of(error: FoilError) -> int:
    """Return whose fault it is: a name that isn't there, what came, or this machine."""
    if isinstance(error, NoSuchModel | NoSuchRecord):
        return 404
    return 422 if isinstance(error, BadInput | BadData | BadModel | BadSetting) else 503


def problem(status: int, sentence: str, headers: Any = None) -> JSONResponse:
    sentence = sentence.encode(errors="replace").decode()  # half a character is in no UTF-8
    return JSONResponse({"error": sentence}, status, headers)


def without_places(text: str, store: str | None) -> str:
    """Return a sentence in which no path says where on this machine the library, the store and uploads lie."""
    places = [home(), Path(gettempdir())]
    places += [Path(chosen).parent for name in ("FOIL_KEY", "FOIL_FILES") if (chosen := os.environ.get(name))]
    if store and "://" in store:
        from assistant.database import Database

        database = Database.at(store)
        text = text.replace(database.name, "the store")
        places += [database.file.parent] if database.file else []
    elif store:
        places.append(Path(store))
    forms = {str(form) for place in places for form in (place.expanduser(), place.expanduser().resolve())}
    for form in sorted((form for form in forms if os.path.isabs(form)), key=len, reverse=True):
        for said in (f"sqlite:///{form}{os.sep}", f"{form}{os.sep}"):
            text = text.replace(said, "")
        text = text.replace(form, os.path.basename(form))
    return text
