"""`foil serve`: the page in the browser."""

from contextlib import ExitStack
from typing import Annotated

import typer

from apps.commands import options
from apps.commands.keeping import made_store


def serve(
    port: Annotated[int, typer.Option(help="On this machine only (127.0.0.1).", min=1, max=65535)] = 7860,
    example: Annotated[bool, typer.Option("--example", help="Render and fit the example first, to click on.")] = False,
    words: options.Words = None,
    store: options.Store = None,
    language: options.Language = "template",
    patience: options.Patience = 120.0,
    send_pictures: options.SendPictures = False,
    workers: Annotated[
        int,
        typer.Option(
            help="So many processes more for programs, at the next port; with a store, best PostgreSQL.", min=0
        ),
    ] = 0,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Don't open a browser.")] = False,
) -> None:
    """Open the app in the browser.

    Upload a picture, see its normal version, read why; fit on a ZIP of good pictures. Programs find the same at /api,
    as /api/openapi.json tells, assistants that speak the Model Context Protocol find tools at /mcp (with the package
    mcp); once there are keys (foil keys add) both need one. Where a store is named, what is
    inspected is recorded, and what people decide. A language model (--language) may tell what was found once more, in
    its own words, of which every claim is checked; the verdict never waits for it. Jobs, such as trainings, are done
    one after the other (foil jobs); Ctrl-C saves where the one at work is. Workers (--workers) are processes that
    answer programs at the next port, too; each holds its own models.

    \b
    Examples:
      foil serve --example
      foil serve --language http://localhost:11434/v1#qwen3:4b
      foil serve --workers 4 --store postgresql://foil@localhost/foil
    """
    from apps.ui.serve import HOST, refuse_taken
    from apps.ui.serve import serve as serve_page

    narrator = options.narrator(language, patience, send_pictures)
    with ExitStack() as beside:
        if workers:
            from apps.rest.workers import Told
            from apps.rest.workers import workers as running

            refuse_taken(port)
            refuse_taken(port + 1)
            if store:
                made_store(store)  # by one alone
            told = Told(store, words, language, patience, send_pictures)
            beside.enter_context(running(port + 1, workers, told))
            typer.echo(f"For programs, {workers} processes: http://{HOST}:{port + 1}/openapi.json")
        serve_page(port, example, open_browser=not no_browser, words=words, store=store, narrator=narrator)
