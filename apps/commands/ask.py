"""`foil ask`: questions about pictures in words, answered by computing; no language model is needed, one may help."""

import json
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.commands import options
from apps.commands.keeping import keeping, made_store, recalling
from apps.console import progress_shown
from fusion.progress import silent

if TYPE_CHECKING:
    from assistant.answer_table import Table
    from assistant.colours import Picture
    from assistant.session import Reply, Session

QUIT = {"quit", "exit", "bye", ":q", "退出", "再见"}


def ask(
    paths: Annotated[list[Path], typer.Argument(help="Pictures, and folders of them.", show_default=False)],
    model: Annotated[str | None, typer.Option(help="Its name; not needed while there is only one.")] = None,
    question: Annotated[
        list[str] | None,
        typer.Option("--question", "-q", help="Ask this and end; several are one conversation.", show_default=False),
    ] = None,
    as_json: options.Json = False,
    out: Annotated[Path | None, typer.Option(help="Write pictures that go with answers, and reports, here.")] = None,
    words: options.Words = None,
    store: options.Store = None,
    language: Annotated[
        str,
        typer.Option(
            envvar="FOIL_LANGUAGE",
            help="Who is asked what a question means that Foil didn't understand: nobody (template), or a language "
            "model, named as in foil inspect. It chooses what is computed, and answers nothing itself.",
        ),
    ] = "template",
    patience: options.Patience = 60.0,
    by: Annotated[str, typer.Option(help="Who you are: decisions are recorded by name.", show_default=False)] = "",
) -> None:
    """Ask about pictures in words, English or Chinese.

    All pictures are inspected first; then type a question a line, and an empty one or "quit" to end. Numbers, places
    and verdicts in the answers are computed, each time; what was not understood is said to be so.

    With --store every picture is recorded, and decisions ("accept it, because it is only dust") are, too, by the name
    of --by and only after a yes.

    \b
    Examples:
      foil ask line3/ --model gasket
      foil ask new.png --model gasket --question "why?" --question "what would pass?"
      foil ask line3/ --model gasket -q "which ones were rejected?" --json
      foil ask new.png --model gasket -q "区域 1 在哪里，有多大？" --out answers
      foil ask line3/ --model gasket --store records --by "A. Smith"
      foil ask line3/ --model gasket --language http://localhost:11434/v1#qwen3:4b
    """
    from assistant import library
    from assistant.lot import Lot
    from assistant.session import Session

    model = model or library.sole("pictures")
    detector = library.load(model)
    if words:
        detector = detector.with_words(words)
    chooser = options.narrator(language, patience, send_pictures=False)
    opened = made_store(store) if store else None
    lot = Lot(detector)
    if opened:
        lot = Lot(detector, keeping(opened, model, words=words or ""), recalling(opened, model))
    bar = len(paths) > 1 or paths[0].is_dir()
    with progress_shown(lines=False) if bar else nullcontext(silent) as progress:
        lot.fill(paths, progress)
    session = Session(lot, opened, by, out, chooser)
    for number, asked in enumerate(question or _typed(session, as_json), 1):
        for last in session.ask(asked):
            reply = last
        drawn = reply.picture
        file = _written(drawn, out, f"{number:02}-{reply.tool}.png") if out and drawn is not None else None
        if as_json:
            beside = {"question": asked} | reply.to_json() | ({"picture": str(file)} if file else {})
            typer.echo(json.dumps(beside, ensure_ascii=False, allow_nan=False))
        else:
            _tell(reply, file)


def _typed(session: "Session", quiet: bool) -> Iterator[str]:
    """Yield what is typed, a question a line, until an empty one; greet who sits at a terminal."""
    there = sys.stdin.isatty() and not quiet
    if there:
        for reply in session.ask("help"):
            greeting = reply.text
        typer.echo(greeting)
    while True:
        if there:
            typer.echo("> ", nl=False)
        line = sys.stdin.readline().strip()
        if not line or line.lower() in QUIT:
            return
        yield line


def _tell(reply: "Reply", file: Path | None) -> None:
    typer.echo(reply.text)
    if reply.table:
        _draw(reply.table)
    if reply.rests:
        rests = [name if number is None else f"{name} ({number})" for name, number in reply.rests.items()]
        typer.echo(f"    rests on: {', '.join(rests)}")
    if file:
        typer.echo(f"    picture: {file}")
    elif reply.tool == "normal":
        typer.echo("    --out FOLDER writes the picture")


def _draw(table: "Table") -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(*table.heads, box=box.SIMPLE)
    for row in table.rows:
        drawn.add_row(*map(Text, row))  # names are text, whatever is in them
    Console().print(drawn)


def _written(picture: "Picture", out: Path, name: str) -> Path:
    from assistant.pictures import png
    from fusion.files import atomic_write

    out.mkdir(parents=True, exist_ok=True)
    atomic_write(out / name, png(picture))
    return out / name
