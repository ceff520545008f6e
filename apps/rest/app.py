"""The REST door's addresses. Nothing is decided here: each calls what the command line calls."""

from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import Depends, FastAPI, File, Form, UploadFile
from fastapi import Path as InPath
from pydantic import BaseModel

from apps.rest.door import REFUSALS, allowed, describe_as_strict, only_known, tell_refusals, without_places
from apps.rest.guard import LOCAL, Guard
from apps.rest.inspecting import Inspector, Wish
from apps.rest.jobs import add_jobs
from apps.rest.uploads import MOST_FILES, kept
from apps.ui.models import Models
from assistant import library
from explain.catalogue import Lang
from explain.language import Audience, Length

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
_ANSWER = {
    "answers": [
        {
            "question": "how many were rejected?",
            "answer": "2 pictures: 1 PASS, 1 REJECT.",
            "lang": "en",
            "tool": "summary",
            "slots": {},
            "rests_on": [{"sample": "bracket-0042.png", "inspection": 12}],
        }
    ]
}
Files = Annotated[list[UploadFile], File(min_length=1, max_length=MOST_FILES, description="what is to be inspected")]
Model = Annotated[
    str, Form(pattern=library.NAME, description="its name, as GET /v1/models lists them", examples=["bracket"])
]
Questions = Annotated[
    list[Annotated[str, Form(max_length=2000)]],
    Form(min_length=1, max_length=20, description="English or Chinese; several are one conversation"),
]


class Health(BaseModel):
    """That Foil is up, and which."""

    status: Literal["ok"]
    foil: str


class Named(BaseModel):
    """A model in a list."""

    name: str
    kind: Literal["pictures", "movements", "tables"]


class Described(Named):
    """A model and what it says of itself."""

    card: dict[str, Any]


class Results(BaseModel):
    """A result a file, as foil inspect --json tells it."""

    results: list[dict[str, Any]]


class Answers(BaseModel):
    """An answer a question, as foil ask --json tells it."""

    answers: list[dict[str, Any]]


def create(models: Models, store: str | None = None, hosts: tuple[str, ...] = LOCAL) -> FastAPI:
    """Return the application; `store` is where inspections are recorded, if they are."""
    app = FastAPI(
        title="Foil",
        version=version("foil"),
        summary="Shows what normal would have looked like: verdicts, evidence and words for samples.",
        docs_url=None,  # the pages for people load their scripts from elsewhere
        redoc_url=None,
        responses=REFUSALS,
        dependencies=[Depends(only_known)],
    )
    app.add_middleware(Guard, hosts=hosts)
    tell_refusals(app, store)
    describe_as_strict(app)
    _add_models(app)
    shelf = None
    if store:
        from apps.rest.records import Shelf, add_records, add_watching

        shelf = Shelf(store)
        add_records(app, shelf)
        add_watching(app, shelf)
    add_jobs(app, store)
    _add_inspecting(app, Inspector(models, shelf), store)
    return app


def _add_models(app: FastAPI) -> None:
    @app.get("/v1/health", summary="Whether Foil is up")
    def health() -> Health:
        return Health(status="ok", foil=version("foil"))

    @app.get("/v1/models", summary="The models by name", dependencies=[allowed("viewer")])
    def list_models() -> list[Named]:
        return [Named(name=name, kind=library.kind(name)) for name in library.names()]

    @app.get("/v1/models/{name}", summary="A model's card", dependencies=[allowed("viewer")])
    def show_model(name: Annotated[str, InPath(pattern=library.NAME, examples=["bracket"])]) -> Described:
        model = library.read(name)
        return Described(name=name, kind=model.kind, card=_card(model.card))


def _add_inspecting(app: FastAPI, inspector: Inspector, store: str | None) -> None:
    @app.post(
        "/v1/inspect",
        summary="Inspect pictures, movements or tables",
        responses={200: {"content": {"application/json": {"example": _RESULT}}}},
        dependencies=[allowed("inspector")],
    )
    async def inspect(
        files: Files,
        model: Model,
        text: Annotated[str, Form(max_length=2000, description="what to look for, and what to ignore")] = "",
        lang: Annotated[Lang, Form()] = "en",
        audience: Annotated[Audience, Form()] = "engineer",
        length: Annotated[Length, Form()] = "long",
        mask: Annotated[UploadFile | None, File(description="white = look here; for one picture")] = None,
        language_model: Annotated[bool, Form(description="let the server's language model tell it")] = False,
    ) -> Results:
        def work() -> Results:
            library.existing_folder(model)
            with kept([*files, *([mask] if mask else [])]) as called:
                wish = Wish(model, lang, text, audience, length, language_model)
                return Results(results=inspector.results(wish, called, list(called)[-1] if mask else None))

        return await inspector.models.in_turn(work)

    @app.post(
        "/v1/ask",
        summary="Ask about pictures in words, and get answers that were computed",
        responses={200: {"content": {"application/json": {"example": _ANSWER}}}},
        dependencies=[allowed("inspector")],
    )
    async def ask(files: Files, model: Model, question: Questions) -> Answers:
        def work() -> Answers:
            library.existing_folder(model, "pictures")
            with kept(files) as called:
                answers = inspector.answers(model, question, called)
            return Answers(answers=[one | {"answer": without_places(one["answer"], store)} for one in answers])

        return await inspector.models.in_turn(work)


def _card(card: dict[str, Any]) -> dict[str, Any]:
    """Return a card in which what was skipped goes by its name, not by where it lay."""
    skipped = [(Path(place).name, why.replace(place, Path(place).name)) for place, why in card.get("skipped", ())]
    return card | ({"skipped": skipped} if skipped else {})
