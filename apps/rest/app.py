"""The REST door's addresses. Nothing is decided here: each calls what the command line calls."""

import json
from dataclasses import asdict, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, File, Form, Header, HTTPException, Query, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException as StarletteHTTPException

from apps.rest import keys
from apps.rest.guard import LOCAL, Guard
from apps.rest.inspecting import Inspector, Wish
from apps.rest.uploads import kept
from apps.ui.models import Models
from assistant import library
from fusion.errors import BadModel, FoilError

_RESULT = {
    "results": [
        {
            "id": 12,
            "path": "bracket-0042.png",
            "verdict": "REJECT",
            "pred_score": 9.81,
            "p_value": 0.0083,
            "explanation": "REJECT. Region 1, upper left ...",
            "thresholds": {"review": 4.1, "reject": 5.9, "review_rate": 0.05, "reject_rate": 0.01},
        }
    ]
}
_DENIED: dict[int | str, dict[str, Any]] = {
    401: {"description": "no key, or none that is known"},
    403: {"description": "this key may not do that"},
    422: {"description": "what came can't be used; the sentence says why"},
}


class Decision(BaseModel):
    """What a person decides on an inspection."""

    verdict: Literal["PASS", "REVIEW", "REJECT"]
    by: str = Field(min_length=1, max_length=200, examples=["M. Keller"])
    reason: str = Field(min_length=1, max_length=2000, examples=["scratch is on the protective film"])
    meaning: Literal["review", "approval", "correction", "responsibility"] = "review"


def allowed(role: keys.Role) -> Any:
    """Return what lets in whoever has at least this role."""

    def check(x_api_key: Annotated[str | None, Header(description="from foil keys add")] = None) -> keys.Caller:
        caller = keys.caller_of(x_api_key)
        if caller is None:
            raise HTTPException(401, "no known key; send one as X-API-Key (foil keys add NAME --role inspector)")
        if not caller.may(role):
            raise HTTPException(403, f"{caller.name} is {caller.role}, and this takes {role}; ask for another key")
        return caller

    return Depends(check)


def create(models: Models, store: str | None = None, hosts: tuple[str, ...] = LOCAL) -> FastAPI:
    """Return the application; `store` is where inspections are recorded, if they are."""
    app = FastAPI(
        title="Foil",
        version=version("foil"),
        summary="Shows what normal would have looked like: verdicts, evidence and words for samples.",
        docs_url=None,  # the pages for people load their scripts from elsewhere
        redoc_url=None,
        responses=_DENIED,
    )
    app.add_middleware(Guard, hosts=hosts)
    inspector = Inspector(models, store)

    @app.exception_handler(FoilError)
    def told(request: Request, error: FoilError) -> JSONResponse:
        missing = isinstance(error, BadModel) and "there is no model named" in str(error)
        return JSONResponse({"error": str(error)}, 404 if missing else 422)

    @app.exception_handler(StarletteHTTPException)
    def refused(request: Request, error: StarletteHTTPException) -> JSONResponse:
        return JSONResponse({"error": str(error.detail)}, error.status_code)

    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc'][1:]))}: {one['msg']}" for one in error.errors())
        return JSONResponse({"error": f"this request isn't what /openapi.json describes ({wrong})"}, 422)

    @app.get("/v1/health", summary="Whether Foil is up")
    def health() -> dict[str, str]:
        return {"status": "ok", "foil": version("foil")}

    @app.get("/v1/models", summary="The models by name", dependencies=[allowed("viewer")])
    def list_models() -> list[dict[str, str]]:
        return [{"name": name, "kind": library.kind(name)} for name in library.names()]

    @app.get("/v1/models/{name}", summary="A model's card", dependencies=[allowed("viewer")])
    def show_model(name: str) -> dict[str, Any]:
        library.existing_folder(name)
        model = library.read(name)
        return {"name": name, "kind": model.kind, "card": model.card}

    @app.post(
        "/v1/inspect",
        summary="Inspect pictures, movements or tables",
        responses={200: {"content": {"application/json": {"example": _RESULT}}}},
        dependencies=[allowed("inspector")],
    )
    def inspect(
        files: Annotated[list[UploadFile], File(description="what is to be inspected")],
        model: Annotated[str, Form(description="its name, as GET /v1/models lists them", examples=["bracket"])],
        text: Annotated[str, Form(max_length=2000, description="what to look for, and what to ignore")] = "",
        lang: Annotated[Literal["en", "zh"], Form()] = "en",
        audience: Annotated[Literal["operator", "engineer", "auditor"], Form()] = "engineer",
        length: Annotated[Literal["short", "long"], Form()] = "long",
        mask: Annotated[UploadFile | None, File(description="white = look here; for one picture")] = None,
        language_model: Annotated[bool, Form(description="let the server's language model tell it")] = False,
    ) -> dict[str, Any]:
        library.existing_folder(model)
        with kept([*files, *([mask] if mask else [])]) as called:
            places = list(called)
            region: Path | None = places.pop() if mask else None
            wish = Wish(model, lang, text, audience, length, language_model)
            return {"results": inspector.results(wish, {place: called[place] for place in places}, region)}

    if store:
        _add_records(app, store)
    return app


def _add_records(app: FastAPI, address: str) -> None:
    """Add what takes a store: its inspections, people's decisions, the chain."""
    from assistant.finding import read_query
    from assistant.search import Index
    from assistant.store import Store, open_store
    from assistant.verifying import verify

    def opened() -> Store:
        return open_store(address, create=True)

    @cache
    def index() -> Index:
        return Index(opened())

    @app.get("/v1/inspections", summary="The newest inspections", dependencies=[allowed("viewer")])
    def latest(most: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[dict[str, Any]]:
        shown = ("record", "time", "name", "model_name", "verdict", "score", "p_value", "decided")
        return [{key: row._mapping[key] for key in shown} for row in opened().latest(most)]

    @app.get("/v1/inspections/{number}", summary="An inspection with its evidence", dependencies=[allowed("viewer")])
    def one(number: int) -> dict[str, Any]:
        store = opened()
        row = store.inspection(number)
        decided = [dict(each._mapping) for each in store.decided(number)]
        return {"id": number, "time": row.time, "decisions": decided, "document": json.loads(row.document)}

    @app.post("/v1/inspections/{number}/decisions", status_code=201, summary="Record a person's decision")
    def decide(number: int, said: Decision, caller: Annotated[keys.Caller, allowed("inspector")]) -> dict[str, Any]:
        by = said.by if caller is keys.ANYONE else f"{said.by} (key of {caller.name})"
        return {"id": opened().decide(number, said.verdict, by, said.reason, said.meaning)}

    @app.get("/v1/search", summary="What is on record, by fields, words and looks", dependencies=[allowed("viewer")])
    def search(
        words: Annotated[str, Query(max_length=2000, examples=["rejects of lot 7 with regions over 5 mm"])] = "",
        like: Annotated[int | None, Query(ge=1, description="what looks like this inspection")] = None,
        most: Annotated[int, Query(ge=1, le=1000)] = 20,
    ) -> dict[str, Any]:
        read = read_query(words)
        hits = index().search(replace(read.query, like=like), most)
        told = [asdict(hit) for hit in hits]
        return {"understood": read.fields, "found": told, "not_indexed": index().missing}

    @app.get("/v1/audit/head", summary="The chain's last record", dependencies=[allowed("viewer")])
    def head() -> dict[str, Any]:
        return asdict(opened().head())

    @app.get("/v1/audit/verify", summary="Verify the chain and all it rests on", dependencies=[allowed("admin")])
    def verified(head: str | None = None) -> dict[str, Any]:
        return asdict(verify(opened(), head))
