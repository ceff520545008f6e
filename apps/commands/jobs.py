"""`foil jobs`: long work that was asked for in the app or over REST: what waits, what runs, what came out."""

import json
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from apps.commands import options
from apps.console import progress_shown, table

if TYPE_CHECKING:
    from assistant.jobs import Job, Queue

app = typer.Typer(rich_markup_mode=None)
Number = Annotated[int, typer.Argument(help="The job's id.", show_default=False)]


@app.callback()
def jobs() -> None:
    """Show, cancel, resume and do jobs: long work by itself.

    Fits, batches and reports that outlive whoever asked for them.

    They are asked for in the app and over REST (foil serve), which does them, too, one at a time. They are kept in the
    store; without one, with the models of this user.

    \b
    Examples:
      foil jobs list --store records
      foil jobs cancel 3 --store records
      foil jobs run --store records
    """


@app.command("list")
def list_jobs(
    last: Annotated[int, typer.Option(help="How many, the newest first.", min=1)] = 20,
    as_json: options.Json = False,
    store: options.Store = None,
) -> None:
    """List the newest jobs.

    Example: foil jobs list --store records
    """
    found = _queue(store).latest(last)
    if as_json:
        typer.echo(json.dumps([job.to_json() for job in found], indent=2))
        return
    head = ["ID", "KIND", "STATE", "OF", "BY", "ASKED (UTC)", "HOW FAR"]
    typer.echo(table([head, *map(_row, found)]) if found else "no jobs yet; the app's Teach tab and /api ask for them")


@app.command("show")
def show(number: Number, as_json: options.Json = False, store: options.Store = None) -> None:
    """Show all that is known of a job.

    Example: foil jobs show 3 --store records
    """
    job = _queue(store).job(number)
    if as_json:
        typer.echo(json.dumps(job.to_json(), indent=2))
        return
    typer.echo(f"job {job.id}: {job.kind} of {_subject(job)}, {job.state}{_far(job)}")
    typer.echo(
        f"asked by {job.by or 'somebody here'} at {job.asked}; began {job.started or '-'}, ended {job.ended or '-'}"
    )
    typer.echo("".join(f"{name}: {value}\n" for name, value in job.settings.items() if value not in ("", {})), nl=False)
    typer.echo("".join(f"{name}: {value}\n" for name, value in job.outcome.items() if value is not None), nl=False)
    if job.error:
        typer.echo(f"it failed: {job.error}")


@app.command("cancel")
def cancel(number: Number, store: options.Store = None) -> None:
    """Cancel a job that waits or runs; nothing is left half written, and it can be resumed.

    Example: foil jobs cancel 3 --store records
    """
    job = _queue(store).cancel(number)
    typer.echo(f"job {job.id} is cancelled; foil jobs resume {job.id} takes it up again")


@app.command("resume")
def resume(number: Number, store: options.Store = None) -> None:
    """Let a job that was cancelled or failed wait again.

    A training goes on from its checkpoint, a batch after what is recorded, and a report starts anew.

    Example: foil jobs resume 3 --store records
    """
    job = _queue(store).resume(number)
    typer.echo(f"job {job.id} waits; foil serve or foil jobs run does it")


@app.command("run")
def run(
    stay: Annotated[bool, typer.Option("--stay", help="Wait for more when all are done.")] = False,
    store: options.Store = None,
) -> None:
    """Do the jobs that wait, one after the other; another that does so on the same store is no harm.

    Ctrl-C stops it; the job that was at work waits then, and goes on from there the next time.

    Example: foil jobs run --store records
    """
    from assistant.job_runner import run as work_off

    _queue(store)  # what is wrong with the store is said now
    with progress_shown() as progress:
        states: dict[int, str] = {}

        def told(job: "Job") -> None:
            if job.state == "running" and job.progress.get("stage"):
                progress(f"job {job.id}: {job.progress['stage']}", job.progress["done"], job.progress["of"])
            if states.get(job.id) != job.state:
                states[job.id] = job.state
                typer.echo(f"job {job.id}: {job.kind} of {_subject(job)}, {job.state}")

        work_off(store, Event(), until_done=not stay, told=told)


def _queue(store: str | None) -> "Queue":
    from assistant.job_wishes import open_queue

    return open_queue(store, create=False)


def _subject(job: "Job") -> str:
    """Return what a job is of: a model's name, a folder, a scope."""
    said = job.settings
    if job.kind == "report":
        return " ".join(str(said[name]) for name in ("samples", "lot", "since", "until") if said.get(name)) or "all"
    return str(said.get("name") or f"{said.get('folder')} by {said.get('model')}")


def _far(job: "Job") -> str:
    """Return how far a job is that runs, how it failed, or what came out."""
    at = job.progress
    if job.state == "running" and at.get("stage"):
        share = f" {at['done']} of {at['of']}" if at.get("of") else ""
        left = f", about {at['seconds_left']:.0f} s left" if at.get("seconds_left") is not None else ""
        return f"; {at['stage']}{share}{left}"
    return ""


def _row(job: "Job") -> list[str]:
    asked = job.asked[:19].replace("T", " ")
    far = job.error or _far(job).removeprefix("; ") or "-"
    return [f"{job.id}", job.kind, job.state, _subject(job), job.by or "-", asked, far]
