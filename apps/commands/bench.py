"""`foil bench`: measure detectors on labelled data."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from apps.commands import options
from apps.console import progress_shown
from fusion.errors import BadSetting
from fusion.recipes import TRAINED

if TYPE_CHECKING:
    from fusion.modelfile import Kind
    from fusion.motion.collection import Reading
    from fusion.motion.labelled import Patterns


def bench(
    ctx: typer.Context,
    data: Annotated[
        list[Path] | None,
        typer.Argument(help="Data sets with good and bad pictures or movements, or tables.", show_default=False),
    ] = None,
    method: Annotated[list[str] | None, typer.Option(help="As in foil fit; may be given several times.")] = None,
    backbone: Annotated[list[str] | None, typer.Option(help="As in foil fit; may be given several times.")] = None,
    seeds: Annotated[int, typer.Option(help="How many: 0, 1, 2, ...", min=1)] = 1,
    size: Annotated[int, typer.Option(help="As in foil fit.", min=0)] = 0,
    minutes: Annotated[float, typer.Option(help="Of training, as in foil fit; methods of pictures share it.")] = 5.0,
    steps: Annotated[int, typer.Option(help="Of training, exactly, as in foil fit.", min=0)] = 0,
    lessons: options.Lessons = None,
    network: Annotated[str | None, typer.Option(help="Its size, as in foil fit.", show_default=False)] = None,
    trainings: Annotated[
        Path | None, typer.Option(help="Folder to keep trained weights in, and to take them from the next time.")
    ] = None,
    promise: Annotated[
        int, typer.Option(help="Instead: compare promised false alarms with seen ones over so many splits.", min=0)
    ] = 0,
    explanations: Annotated[
        int, typer.Option(help="Instead: hold Foil's words against so many painted defects of each data set.", min=0)
    ] = 0,
    guide: Annotated[
        int, typer.Option(help="Instead: what words point at, on so many pairs of painted defects.", min=0)
    ] = 0,
    names: options.PaintedNames = 0,
    synthesis: Annotated[
        int, typer.Option(help="Instead: what so many painted defects add to a small supervised segmenter.", min=0)
    ] = 0,
    weights: Annotated[
        Path | None, typer.Option(help="With --synthesis: trained weights whose painter is judged, too.")
    ] = None,
    joints: options.Joints = None,
    rate: options.Rate = None,
    only: options.Only = "",
    normal: Annotated[str, typer.Option(help="Movements whose name holds this pattern are normal.")] = "",
    fit_on: Annotated[
        str, typer.Option(help="Normal ones of these are fitted on, their others left out; the rest is tested.")
    ] = "",
    people: Annotated[str, typer.Option(help="Pattern that finds in a movement's name who moved.")] = "",
    by: Annotated[str, typer.Option(help="Pattern that finds in a movement's name its group, measured alone.")] = "",
    futures: Annotated[int, typer.Option(help="Drawn of movements, as in foil fit.", min=0)] = 0,
    peers: Annotated[
        bool, typer.Option("--peers", help="Movements: measure scikit-learn on the same, too; tables: PyOD.")
    ] = False,
    label: options.Label = "",
    drop: options.Drop = None,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Keep rows here; rows in it aren't repeated.")
    ] = None,
    from_files: Annotated[
        list[Path] | None,
        typer.Option("--from", help="Instead: the table of what --json kept of pictures; may be given several times."),
    ] = None,
    markdown_file: Annotated[Path | None, typer.Option("--markdown", help="Write the table here, too.")] = None,
) -> None:
    """Measure detectors on labelled data.

    Every combination of data, method, backbone and seed is a row of a table in Markdown. Fitted is on good pictures
    or normal movements only; labels are compared with what came out, and no threshold ever sees them. With --json an
    interrupted benchmark goes on where it was. The exit code is 1 if a row failed. Movements lie in MVTec's layout
    (train/good, test/good, test/KIND), or their names tell by --normal and --fit-on. Of a table half of the normal rows
    are fitted on, drawn by the seed, and the others tested with all anomalous ones; --method all takes every method.

    \b
    Example:
      foil bench shop/gasket shop/fabric --method gaussian --method memory --json rows.jsonl
      foil bench --from rows.jsonl --from older.jsonl
      foil bench shop/gasket --promise 20
      foil bench shop/gasket shop/fabric --explanations 126 --names 540
      foil bench shop/gasket shop/fabric --guide 100
      foil bench shop/gasket --synthesis 100 --seeds 3
      foil bench squats --normal ok_ --fit-on "person[1-7]_" --people "person." --peers
      foil bench adbench/*.npz --method all --seeds 5 --peers
    """
    if from_files:
        if data or json_file:
            raise BadSetting("--from shows rows that were measured before: leave out the data and --json")
        _print(_before(from_files), markdown_file)
        return
    if not data:
        raise BadSetting("no data to measure on; name data sets, or rows that were measured before by --from")
    kind = _kind(ctx, data)
    if weights and not synthesis:
        raise BadSetting("--weights is for --synthesis; to measure a detector with trained weights, give --trainings")
    if instead := [name for name in ("promise", "explanations", "guide", "synthesis") if ctx.params[name]]:
        if json_file or any(given and len(given) > 1 for given in (method, backbone, instead)):
            told = " and ".join(f"--{name}" for name in instead)
            raise BadSetting(f"{told}: one of them checks one method and backbone, and keeps no rows: leave out --json")
        first = {"method": (method or ["gaussian"])[0], "backbone": (backbone or ["auto"])[0], "size": size}
        if promise:
            text = _promises(data, first, promise)
        elif explanations:
            text = _explanations(data, first, explanations, names)
        elif guide:
            text = _guide(data, first, guide, names)
        else:
            text = _synthesis(data, first, synthesis, seeds, weights)
        _print(text, markdown_file)
        return
    methods = options.methods(method or (["memory"] if kind == "tables" else ["gaussian"]), kind)
    trained = not TRAINED.isdisjoint(methods)
    common: dict[str, Any] = {"minutes": minutes} if trained else {}
    common |= {"steps": steps} if trained and steps else {}
    common |= {"network": network} if trained and network else {}
    common |= {"lessons": lessons} if trained and lessons else {}
    if kind == "tables":
        text, failed = _tables(data, methods, seeds, label, drop or [], peers, json_file)
    elif kind == "movements":
        from fusion.motion.labelled import Patterns

        reading, patterns = options.reading(joints, rate, only), Patterns(normal, fit_on, people, by)
        common |= {"samples": futures} if futures else {}
        text, failed = _movements(data, methods, seeds, reading, patterns, peers, json_file, common)
    else:
        common |= {"size": size} if size else {}
        text, failed = _pictures(data, methods, backbone or ["auto"], seeds, common, json_file, trainings)
    _print(text, markdown_file)
    raise typer.Exit(int(failed))


def _before(files: list[Path]) -> str:
    from fusion.bench_markdown import markdown
    from fusion.bench_table import latest, measures_from_json, read_rows

    if missing := [str(file) for file in files if not file.is_file()]:
        raise BadSetting(f"{', '.join(missing)}: there is no such file; --from takes what --json wrote")
    return markdown(latest([row for file in files for row in read_rows(file, measures_from_json)]))


def _pictures(
    data: list[Path],
    methods: list[str],
    backbones: list[str],
    seeds: int,
    common: dict[str, Any],
    json: Path | None,
    trainings: Path | None,
) -> tuple[str, bool]:
    """Return the table, and whether a row failed."""
    from fusion.bench_markdown import markdown
    from fusion.benchmark import run_bench

    with progress_shown() as progress:
        rows = run_bench(data, methods, backbones, range(seeds), json, progress, common, trainings=trainings)
    return markdown(rows), any(row.failed for row in rows)


def _movements(
    data: list[Path],
    methods: list[str],
    seeds: int,
    reading: "Reading",
    patterns: "Patterns",
    peers: bool,
    json: Path | None,
    common: dict[str, Any],
) -> tuple[str, bool]:
    """Return the table, and whether a row failed."""
    from fusion.motion.bench_table import markdown
    from fusion.motion.benchmark import run_motion_bench

    with progress_shown() as progress:
        rows = run_motion_bench(data, methods, range(seeds), reading, patterns, peers, json, progress, common)
    return markdown(rows), any(row.failed for row in rows)


def _tables(
    data: list[Path], methods: list[str], seeds: int, label: str, drop: list[str], peers: bool, json: Path | None
) -> tuple[str, bool]:
    """Return the table, and whether a row failed."""
    from fusion.table.bench_table import markdown
    from fusion.table.benchmark import run_table_bench

    with progress_shown() as progress:
        rows = run_table_bench(data, methods, range(seeds), label, drop, peers, json, progress)
    return markdown(rows), any(row.failed for row in rows)


def _kind(ctx: typer.Context, data: list[Path]) -> "Kind":
    """Return what all the data are; BadSetting if they are of several kinds, or an option is for another."""
    from fusion.kind import kind_at

    kinds = {path: kind_at(path) for path in data}
    if len(set(kinds.values())) > 1:
        told = ", ".join(f"{path} ({kind})" for path, kind in kinds.items())
        raise BadSetting(f"data of several kinds can't share a table: {told}; measure them apart")
    options.refuse_foreign(ctx, kinds[data[0]], f"{data[0]} is read as {kinds[data[0]]}")
    return kinds[data[0]]


def _promises(folders: list[Path], settings: dict[str, Any], splits: int) -> str:
    from fusion.promise import promise, promise_table

    with progress_shown() as progress:
        results = {folder: promise(folder, settings, splits, progress=progress) for folder in folders}
    return "\n\n".join(f"{folder.name}:\n\n{promise_table(result)}" for folder, result in results.items())


def _explanations(folders: list[Path], settings: dict[str, Any], count: int, names: int) -> str:
    from assistant.faithfulness_table import report

    with progress_shown() as progress:
        return report(folders, settings, count, names, progress)


def _guide(folders: list[Path], settings: dict[str, Any], count: int, names: int) -> str:
    from assistant.pointing_table import report

    with progress_shown() as progress:
        return report(folders, settings, count, "second", names, progress)


def _synthesis(folders: list[Path], settings: dict[str, Any], count: int, seeds: int, weights: Path | None) -> str:
    from assistant.worth_table import report

    with progress_shown() as progress:
        return report(folders, settings, count, seeds, weights, progress)


def _print(text: str, markdown_file: Path | None) -> None:
    from fusion.files import atomic_write

    typer.echo(text)
    if markdown_file:
        atomic_write(markdown_file, text.encode() + b"\n")
