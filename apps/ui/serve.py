"""Serve the app on this machine, with an example to click where one is asked for."""

import os
import socket
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from apps import mcp_server
from assistant import library
from assistant.fitting import fit_folder
from assistant.home import home
from fusion.errors import BadSetting, FoilError
from fusion.example.trained import example_settings
from fusion.example.write import PRODUCTS, is_example, render_example, samples_to_click
from fusion.progress import Progress

if TYPE_CHECKING:
    from gradio import Blocks
    from starlette.requests import Request
    from starlette.responses import Response

    from apps.ui.models import Models
    from apps.ui.shelf import Shelf
    from explain.local import Local
    from explain.remote import Remote

API, MCP = "/api", "/mcp"  # of the doors for programs
LOOKS_AROUND = 15  # seconds before a visitor asks anything
HOST = "127.0.0.1"  # and nothing else: who can reach the page can replace models
# The browser itself refuses what would leave this machine, also what some later Gradio might fetch.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; media-src 'self' blob:; font-src 'self' data:; connect-src 'self' data: blob:; "
    "worker-src 'self' blob:; frame-ancestors 'none'"
)


def serve(
    port: int = 7860,
    example: bool = False,
    open_browser: bool = False,
    words: str | None = None,
    store: str | None = None,
    narrator: "Local | Remote | None" = None,
) -> None:
    """Serve app, REST and MCP on 127.0.0.1 until Ctrl-C; with `example`, render and fit first what is missing of it.

    `words` name what hears words, as for `Detector.with_words`, in every model; `store` is where all record, and
    `narrator` may tell what was found once more, and say what a question means.
    """
    from apps.console import progress_shown

    refuse_taken(port)
    if words:
        from fusion.zero_shot import zero_shot  # imports torch

        zero_shot(words)  # what is missing of it is said now, not in the browser
    clickable = []
    if example:
        with progress_shown() as progress:
            clickable = prepare_example(progress)
    with TemporaryDirectory(prefix="foil-") as temporary:
        blocks = launched(port, Path(temporary), clickable, open_browser, words, store, narrator)
        print(f"Foil is open at http://{HOST}:{port} on this machine only; Ctrl-C ends it.", flush=True)
        print(f"For programs: http://{HOST}:{port}{API}/openapi.json", flush=True)
        if mcp_server.is_there():
            print(f"For assistants (MCP): http://{HOST}:{port}{MCP}", flush=True)
        stop = Event()
        jobs = Thread(target=_do_jobs, args=(store, stop))
        jobs.start()
        Thread(target=_warm_words, args=(stop,), daemon=True).start()
        try:
            blocks.block_thread()
        finally:
            stop.set()
            blocks.close(verbose=False)
            jobs.join()  # the one at work saves where it is


def launched(
    port: int,
    temporary: Path,
    clickable: list[tuple[Path, str, str]] | tuple[()] = (),
    open_browser: bool = False,
    words: str | None = None,
    store: str | None = None,
    narrator: "Local | Remote | None" = None,
) -> "Blocks":
    """Start the app in threads of its own and return it; its files go into a temporary folder of the caller's."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # read by Gradio as it is imported
    # Else each browser keeps what was asked and shown, for whoever uses it next, and writes all of it at each event.
    os.environ["GRADIO_RUN_HISTORY"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(temporary)
    from starlette.routing import Mount, Route

    from apps.rest.app import create
    from apps.ui.login import Login
    from apps.ui.models import Models
    from apps.ui.pages import build
    from apps.ui.shelf import ADDRESS, Shelf
    from apps.ui.theme import css, theme

    models, shelf = Models(words, narrator), Shelf(temporary / "shelf")
    looked_at = Route(f"{ADDRESS}{{place:path}}", partial(_picture, shelf))
    doors: dict[str, Any] = {"routes": [Mount(API, create(models, store)), looked_at]}
    if mcp_server.is_there():
        from apps.mcp_server.http import Door

        door = Door(models, store)
        doors = {"routes": [*doors["routes"], door.route], "lifespan": door.running}
    blocks = build(models, shelf, clickable, store)
    blocks.launch(
        server_name=HOST,
        server_port=port,
        share=False,
        _frontend=False,  # else Gradio asks itself for the page, and gives up after 3 s, as a busy machine may take
        inbrowser=open_browser,
        quiet=True,
        prevent_thread_lock=True,
        ssr_mode=False,
        enable_monitoring=False,
        mcp_server=False,
        footer_links=[],
        max_file_size="4gb",
        theme=theme(),
        css=css(),
        app_kwargs={"middleware": [(OnlyHere, (), {}), (Login, ((API, MCP),), {})], **doors},
    )
    Thread(target=_warm, args=(models,), daemon=True).start()
    return blocks


async def _picture(shelf: "Shelf", request: "Request") -> "Response":
    """Answer with a picture that the page shows; its address holds the hash of its content, so it never changes."""
    from starlette.responses import FileResponse, PlainTextResponse

    path = shelf.picture(request.path_params["place"])
    if path is None:
        return PlainTextResponse("this picture is no longer kept; inspect the sample again", 404)
    return FileResponse(path, headers={"cache-control": "private, max-age=86400, immutable"})


def _do_jobs(store: str | None, stop: Event) -> None:
    """Do what is asked for, one after the other, for as long as the page is served."""
    from assistant.job_runner import run

    while not stop.is_set():
        try:
            run(store, stop)
        except FoilError as error:  # such as a database that others keep for too long
            print(f"foil: jobs: {error}", file=sys.stderr, flush=True)
            stop.wait(10)


def _warm(models: "Models") -> None:
    """Load the first model, and torch with it, while the visitor still looks around."""
    with suppress(FoilError):  # whoever asks for a broken model is told why
        for name in library.names("pictures")[:1]:
            models.get(name)


def _warm_words(stop: Event) -> None:
    """Load what understands questions, once a visitor has most likely seen a verdict: the page lags meanwhile."""
    if not stop.wait(LOOKS_AROUND):
        from apps.ui.ask_tab import warm

        warm()


def refuse_taken(port: int, command: str = "foil serve") -> None:
    """Raise BadSetting if another program listens on the port that a command is to serve at."""
    with socket.socket() as probe:
        if probe.connect_ex((HOST, port)) == 0:
            raise BadSetting(
                f"port {port} is taken by another program, perhaps another `{command}`; choose another one, such as "
                f"{command} --port {port + 1}"
            )


def prepare_example(progress: Progress) -> list[tuple[Path, str, str]]:
    """Render the example data and fit its models where they are missing; return what there is to click."""
    folder = home() / "example"
    if not is_example(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        render_example(folder, progress=progress)
    for name in PRODUCTS:
        if name not in library.names():
            fit_folder(folder / name, name, example_settings(name), progress=partial(_of, name, progress))
    return samples_to_click(folder)


def _of(name: str, progress: Progress, stage: str, done: int, total: int) -> None:
    progress(f"{name}: {stage}", done, total)


class OnlyHere:
    """ASGI middleware that tells the browser to talk to nobody else."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def sent(message: Any) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"content-security-policy", POLICY.encode())]
            await send(message)

        await self.app(scope, receive, sent)
