"""The addresses of jobs: fits, batches and reports that go on after the request that asked for them."""

from functools import cache
from pathlib import PurePath
from typing import Annotated, Any, Literal

from fastapi import FastAPI, HTTPException, Query
from fastapi import Path as InPath
from fastapi.responses import FileResponse
from pydantic import BaseModel, ConfigDict, Field

from apps.rest import keys
from apps.rest.door import allowed, without_places
from assistant.job_wishes import MOST_MINUTES, BatchWish, FitWish, ReportWish, Wish, ask, open_queue
from assistant.jobs import Job, Kind, Queue, State
from assistant.library import NAME
from explain.catalogue import Lang
from explain.language import Audience, Length
from fusion.errors import NoSuchRecord

Here = Annotated[
    str,
    Field(pattern=r"^(/[^/\\.]|[A-Za-z]:[/\\][^/\\.]).+", max_length=2000, description="a whole path on the server"),
]
Number = Annotated[int, InPath(ge=1, le=2**31 - 1, description="a job's id", examples=[3])]
ROLES: dict[Kind, keys.Role] = {"fit": "admin", "batch": "inspector", "report": "inspector"}


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FitAsked(_Asked):
    """A model to be fitted on good pictures; one in force of this name stays so until a person switches."""

    source: Here = Field(examples=["/data/bracket/good"])
    name: str = Field(pattern=NAME, examples=["bracket"])
    minutes: float = Field(0, ge=0, le=MOST_MINUTES, description="of training; 0: the closed form, in seconds")
    review: float = Field(0.05, gt=0, lt=1)
    reject: float = Field(0.01, gt=0, lt=1)
    replace: bool = Field(False, description="there may be a model of this name")
    names: int = Field(0, ge=0, le=10_000, description="defects painted on good parts, to learn names from; minutes")


class BatchAsked(_Asked):
    """A folder, or a file, to be inspected and recorded."""

    folder: Here = Field(examples=["/data/line3/lot7"])
    model: str = Field(pattern=NAME, examples=["bracket"])
    lang: Lang = "en"
    text: str = Field("", max_length=2000, description="what to look for, and what to ignore")
    audience: Audience = "engineer"
    length: Length = "long"


class ReportAsked(_Asked):
    """A report of what is on record."""

    form: Literal["pdf", "html", "json", "csv"] = "pdf"
    samples: str = Field("", pattern=r"^(\d{1,9}(-\d{1,9})?(,\d{1,9}(-\d{1,9})?)*)?$", examples=["3,5-9"])
    lot: str = Field("", max_length=255, examples=["lot7"])
    since: str = Field("", max_length=40, description="a day or a time, UTC", examples=["2026-11-28"])
    until: str = Field("", max_length=40)
    lang: Lang = "en"
    final: bool = False
    by: str = Field("", max_length=200, description="who answers for a final one", examples=["M. Keller"])


class Told(BaseModel):
    """A job as it stands."""

    id: int
    kind: Kind
    state: State
    by: str = Field(description="the key that it was asked for with")
    asked: str
    started: str | None
    ended: str | None
    settings: dict[str, Any]
    progress: dict[str, Any] = Field(description="stage, done, of, seconds_left, curve, as far as they are known")
    outcome: dict[str, Any] = Field(description="what came out")
    error: str


def add_jobs(app: FastAPI, store: str | None) -> None:
    """Add what asks for jobs and tells of them; batches and reports only where there is a store."""

    @cache
    def queue() -> Queue:
        return open_queue(store)

    def put(wish: Wish, caller: keys.Caller) -> Told:
        return _told(ask(queue(), wish, "" if caller is keys.ANYONE else caller.name), store)

    def his(number: int, caller: keys.Caller) -> int:
        role = ROLES[queue().job(number).kind]
        if not caller.may(role):
            raise HTTPException(403, f"{caller.name} is {caller.role}, and this job takes {role}; ask for another key")
        return number

    @app.get("/v1/jobs", summary="The newest jobs", dependencies=[allowed("viewer")])
    def latest(most: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[Told]:
        return [_told(job, store) for job in queue().latest(most)]

    @app.post("/v1/jobs/fit", status_code=201, summary="Ask for a fit, with or without training")
    def fit(wish: FitAsked, caller: Annotated[keys.Caller, allowed("admin")]) -> Told:
        return put(FitWish(**wish.model_dump()), caller)

    @app.get("/v1/jobs/{job}", summary="A job as it stands", dependencies=[allowed("viewer")])
    def one(job: Number) -> Told:
        return _told(queue().job(job), store)

    @app.delete("/v1/jobs/{job}", summary="Cancel a job, which can be resumed")
    def cancel(job: Number, caller: Annotated[keys.Caller, allowed("inspector")]) -> Told:
        return _told(queue().cancel(his(job, caller)), store)

    @app.post("/v1/jobs/{job}/resume", summary="Let a job that was cancelled or failed wait again")
    def resume(job: Number, caller: Annotated[keys.Caller, allowed("inspector")]) -> Told:
        return _told(queue().resume(his(job, caller)), store)

    if not store:
        return

    @app.post("/v1/jobs/batch", status_code=201, summary="Ask for a folder to be inspected and recorded")
    def batch(wish: BatchAsked, caller: Annotated[keys.Caller, allowed("inspector")]) -> Told:
        return put(BatchWish(**wish.model_dump()), caller)

    @app.post("/v1/jobs/report", status_code=201, summary="Ask for a report of what is on record")
    def report(wish: ReportAsked, caller: Annotated[keys.Caller, allowed("inspector")]) -> Told:
        by = wish.by if caller is keys.ANYONE or not wish.by else f"{wish.by} (key of {caller.name})"
        return put(ReportWish(**wish.model_dump() | {"by": by}), caller)

    @app.get(
        "/v1/reports/{report}",
        summary="The file of a report",
        response_class=FileResponse,
        responses={200: {"content": {"application/octet-stream": {}}}},
        dependencies=[allowed("viewer")],
    )
    def file(report: Annotated[int, InPath(ge=1, le=2**31 - 1, description="its job's id")]) -> FileResponse:
        made = PurePath(queue().job(report).outcome.get("report", ""))
        if not made.name:
            raise NoSuchRecord(f"job {report} has made no report, or not yet; see GET /v1/jobs/{report}")
        return FileResponse(made, media_type="application/octet-stream", filename=made.name)


def _told(job: Job, store: str | None) -> Told:
    """Return a job in which no place of this machine stands: of paths that were given, the last part."""
    known = job.to_json()
    for part in ("settings", "outcome"):
        places = known[part].keys() & {"source", "folder", "report"}
        known[part] = known[part] | {name: PurePath(known[part][name]).name for name in places}
    return Told(**known | {"error": without_places(job.error, store)})
