"""`foil bench`: measure detectors on labelled data."""

from pathlib import Path
from typing import Annotated, Any

import typer

from apps.console import progress_shown
from fusion.errors import BadSetting


def bench(
    folders: Annotated[list[Path], typer.Argument(help="Data sets with good and bad pictures.", show_default=False)],
    method: Annotated[
        list[str] | None, typer.Option(help="gaussian, memory, neural; may be given several times.")
    ] = None,
    backbone: Annotated[list[str] | None, typer.Option(help="As in foil fit; may be given several times.")] = None,
    seeds: Annotated[int, typer.Option(help="How many: 0, 1, 2, ...", min=1)] = 1,
    size: Annotated[int, typer.Option(help="As in foil fit.", min=0)] = 0,
    minutes: Annotated[float, typer.Option(help="Of training (neural), as in foil fit.")] = 5.0,
    network: Annotated[str, typer.Option(help="Its size, as in foil fit.")] = "small",
    promise: Annotated[
        int, typer.Option(help="Instead: compare promised false alarms with seen ones over so many splits.", min=0)
    ] = 0,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Keep rows here; rows in it aren't repeated.")
    ] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write the table here, too.")] = None,
) -> None:
    """Measure detectors on labelled data.

    Every combination of data, method, backbone and seed is a row of a table in Markdown. Fitted is on good pictures
    only; labels are compared with what came out, and no threshold ever sees them. With --json an interrupted benchmark
    goes on where it was. The exit code is 1 if a row failed.

    \b
    Example:
      foil bench shop/gasket shop/fabric --method gaussian --method memory --json rows.jsonl
      foil bench shop/gasket --promise 20
    """
    if promise:
        if json_file or (method and len(method) > 1) or (backbone and len(backbone) > 1):
            raise BadSetting("--promise checks one method and backbone at a time, and keeps no rows: leave out --json")
        first = {"method": (method or ["gaussian"])[0], "backbone": (backbone or ["auto"])[0], "size": size}
        _print(_promises(folders, first, promise), markdown_file)
        return
    trained = "neural" in (method or [])
    from fusion.bench_table import markdown
    from fusion.benchmark import run_bench

    with progress_shown() as progress:
        rows = run_bench(
            folders,
            method or ["gaussian"],
            backbone or ["auto"],
            range(seeds),
            json_file,
            progress,
            ({"size": size} if size else {}) | ({"minutes": minutes, "network": network} if trained else {}),
        )
    _print(markdown(rows), markdown_file)
    raise typer.Exit(int(any(row.failed for row in rows)))


def _promises(folders: list[Path], settings: dict[str, Any], splits: int) -> str:
    from fusion.promise import promise, promise_table

    with progress_shown() as progress:
        results = {folder: promise(folder, settings, splits, progress=progress) for folder in folders}
    return "\n\n".join(f"{folder.name}:\n\n{promise_table(result)}" for folder, result in results.items())


def _print(text: str, markdown_file: Path | None) -> None:
    from fusion.files import atomic_write

    typer.echo(text)
    if markdown_file:
        atomic_write(markdown_file, text.encode() + b"\n")
