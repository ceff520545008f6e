"""What commands show on a terminal: tables, and progress with the time left."""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from rich.console import Console

EVERY = 10.0  # seconds between lines of progress where there is no terminal


def table(rows: Sequence[Sequence[str]]) -> str:
    """Return rows of words as aligned columns; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


@contextmanager
def progress_shown(lines: bool = True) -> Iterator[Progress]:
    """Yield a Progress that shows a bar a stage on standard error; off a terminal, a line now and then if `lines`."""
    from rich.console import Console

    console = Console(stderr=True)
    if console.is_terminal:
        with _bars(console) as progress:
            yield progress
    else:
        yield _Lines() if lines else silent


@contextmanager
def _bars(console: "Console") -> Iterator[Progress]:
    from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )
    stages: dict[str, TaskID] = {}
    # what is printed meanwhile goes above the bars, but only where both are on the terminal: a pipe is left alone
    with Bars(*columns, console=console, redirect_stdout=sys.stdout.isatty()) as bars:

        def progress(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                stages[stage] = bars.add_task(stage, total=total or None)
            bars.update(stages[stage], completed=done, total=total or None)

        yield progress


class _Lines:
    """Progress where there is no terminal: a line when a stage begins, and then at most one in ten seconds."""

    def __init__(self) -> None:
        self.stage = ""
        self.told = 0.0

    def __call__(self, stage: str, done: int, total: int) -> None:
        now = time.monotonic()
        if stage != self.stage or now - self.told >= EVERY:
            self.stage, self.told = stage, now
            typer.echo(f"{stage}: {done} of {total}" if total else stage, err=True)
