"""`foil movement`: what is normal of movements, and which joint is not, when and how."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from apps.commands import options
from apps.commands.inspect import COLOURS, EXIT
from apps.console import progress_shown
from fusion.errors import BadData

if TYPE_CHECKING:
    from fusion.motion.collection import Reading

app = typer.Typer(rich_markup_mode=None, no_args_is_help=True)
Joints = Annotated[
    str | None,
    typer.Option(
        help="A joint set, such as plug-in-gait-39, or a mapping file; pictures' sets are told by themselves."
    ),
]
Rate = Annotated[float | None, typer.Option(help="Frames a second, where the files don't say or say wrongly.")]
Only = Annotated[str, typer.Option(help="Take only movements whose name holds this pattern.", show_default="all")]


@app.callback()
def movement() -> None:
    """Fit on normal movements, inspect others.

    \b
    Examples:
      foil movement fit clips/correct --name squat
      foil movement inspect new.json --model squat
    """


@app.command("fit")
def fit(
    data: Annotated[Path, typer.Argument(help="A file or a folder of normal movements.", show_default=False)],
    name: Annotated[str, typer.Option(help="What to call the model.", show_default=False)],
    joints: Joints = None,
    rate: Rate = None,
    only: Only = "",
    people: Annotated[str, typer.Option(help="Pattern that finds in a name who moved.", show_default="unknown")] = "",
    method: Annotated[
        Literal["gaussian", "memory"], typer.Option(metavar="METHOD", help="gaussian or memory (nearest normals).")
    ] = "gaussian",
    window: Annotated[float, typer.Option(help="Seconds looked at at a time; 0: each movement as a whole.")] = 0.0,
    review: Annotated[float, typer.Option(help="Share of normal movements that may have to be looked at.")] = 0.05,
    reject: Annotated[float, typer.Option(help="Share of normal movements that may be rejected.")] = 0.01,
    force: Annotated[bool, typer.Option("--force", help="Replace a movement model of this name.")] = False,
) -> None:
    """Learn from normal movements what is normal.

    Files of poses over time: COCO, OpenPose or AlphaPose JSON, arrays, tables (docs/movements.md). Movements that begin
    and end alike, such as exercises, are taken as a whole; others by windows. Say who moved: people differ from each
    other more than from themselves, and thresholds for new people must know.

    \b
    Examples:
      foil movement fit clips/correct --name squat
      foil movement fit data.npz --name squat --joints plug-in-gait-39 --rate 25 --only "m01.*cor" --people "s\\d\\d"
    """
    from assistant.moving import fit_movements

    with progress_shown() as progress:
        settings = {"method": method, "window": window}
        detector, folder = fit_movements(
            data, name, _reading(joints, rate, only), people, settings, (review, reject), force, progress
        )
    limits, card = detector.calibration.thresholds, detector.card
    typer.echo(f"{name}: fitted on {card['movements']} movements of {card['joints']}; saved in {folder}")
    for skipped in card["skipped"]:
        typer.echo(f"  could not be used: {': '.join(map(str, skipped))}")
    typer.echo(f"REVIEW from a score of {limits.review:.2f}, REJECT from {limits.reject:.2f}")
    typer.echo(f"next: foil movement inspect FILE --model {name}")


@app.command("inspect")
def inspect(
    paths: Annotated[list[Path], typer.Argument(help="Files of movements, and folders of them.", show_default=False)],
    model: Annotated[str, typer.Option(help="Its name.", show_default=False)],
    joints: Joints = None,
    rate: Rate = None,
    only: Only = "",
    as_json: options.Json = False,
    lang: Annotated[Literal["en", "zh"], typer.Option(help="Language of the words.")] = "en",
) -> None:
    """Say which joint moves unlike normal, from when to when, which way and by how much.

    The exit code is the gravest verdict, as of foil inspect: 0 PASS, 10 REVIEW, 20 REJECT, 30 refused or unreadable.

    \b
    Examples:
      foil movement inspect new.json --model squat
      foil movement inspect data.npz --model squat --joints plug-in-gait-39 --rate 25 --only m01_s09
    """
    from assistant.inspection import Failure
    from assistant.moving import inspect_movements, load_movement_model

    detector, counts = load_movement_model(model), Counter[str]()
    for result in inspect_movements(paths, detector, _reading(joints, rate, only), lang):
        verdict = "UNREADABLE" if isinstance(result, Failure) else result.detection.verdict
        counts[verdict] += 1
        if as_json:
            typer.echo(json.dumps(result.to_json(), ensure_ascii=False, allow_nan=False))
            continue
        typer.echo(f"{typer.style(verdict.ljust(10), COLOURS[verdict], bold=True)} ", nl=False)
        if isinstance(result, Failure):
            typer.echo(result.reason)
            continue
        typer.echo(result.motion.name)
        for line in result.text.splitlines():
            typer.echo(f"    {line}")
    if not counts:
        raise BadData("no movements to inspect; check the paths")
    raise typer.Exit(max(EXIT[verdict] for verdict in counts))


def _reading(joints: str | None, rate: float | None, only: str) -> "Reading":
    from fusion.motion.collection import Reading
    from fusion.motion.mapping import joint_set

    return Reading(joint_set(joints) if joints else None, rate, only)
