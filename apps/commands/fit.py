"""`foil fit`: learn what is normal from good pictures, normal movements, or the normal rows of a table."""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from apps.commands import options
from apps.console import progress_shown


def fit(
    ctx: typer.Context,
    data: Annotated[
        Path,
        typer.Argument(
            help="A folder or a ZIP of pictures or movements, a manifest, an NPZ, a table.", show_default=False
        ),
    ],
    name: Annotated[str, typer.Option(help="What to call the model.", show_default=False)],
    normal_dir: options.NormalDir = None,
    abnormal_dir: options.AbnormalDir = None,
    normal_test_dir: options.NormalTestDir = None,
    mask_dir: options.MaskDir = None,
    backbone: Annotated[
        str,
        typer.Option(
            help="auto, none, a timm or open_clip name with its file (NAME:FILE), or autoencoder:FOLDER of diffusers; "
            "only: before it leaves out the wavelets."
        ),
    ] = "auto",
    method: Annotated[
        str | None,
        typer.Option(
            help="gaussian, memory (nearest good ones), neural (trained), or another of foil methods.",
            show_default="gaussian; tables memory",
        ),
    ] = None,
    minutes: Annotated[float, typer.Option(help="Of training (neural), on whatever this machine has.")] = 5.0,
    steps: Annotated[int, typer.Option(help="Of training, exactly, instead of minutes.", min=0)] = 0,
    network: Annotated[
        Literal["tiny", "small", "base"] | None,
        typer.Option(help="Size of the network: 2, 5 or 23 million parameters.", show_default="small; movements tiny"),
    ] = None,
    lessons: options.Lessons = None,
    weights: Annotated[
        Path | None, typer.Option(help="Trained weights (.safetensors) to take instead of training.")
    ] = None,
    size: Annotated[int, typer.Option(help="Longer side in px at which pictures are looked at; 0 chooses.", min=0)] = 0,
    align: Annotated[Literal["auto", "on", "off"], typer.Option(help="Turn parts to one pose first.")] = "auto",
    names: options.PaintedNames = 0,
    seed: Annotated[int, typer.Option(help="Of all that is drawn by chance.", min=0)] = 0,
    review: Annotated[float, typer.Option(help="Share of good parts that a person may have to look at.")] = 0.05,
    reject: Annotated[float, typer.Option(help="Share of good parts that may be rejected.")] = 0.01,
    force: Annotated[bool, typer.Option("--force", help="Replace a model of this name.")] = False,
    joints: options.Joints = None,
    rate: options.Rate = None,
    only: options.Only = "",
    people: Annotated[
        str, typer.Option(help="Movements: pattern that finds in a name who moved.", show_default=False)
    ] = "",
    window: Annotated[float, typer.Option(help="Movements: seconds looked at at a time; 0: each as a whole.")] = 0.0,
    futures: Annotated[
        int,
        typer.Option(
            help="Movements: futures drawn (future, neural), of which the nearest counts; 0: their mean.", min=0
        ),
    ] = 0,
    about: Annotated[
        Path | None, typer.Option(help="Movements: JSON of name patterns, words and scenes; one model holds several.")
    ] = None,
    label: options.Label = "",
    drop: options.Drop = None,
    paper_compat: Annotated[
        bool, typer.Option("--paper-compat", help="Tables: do as DTE's released code does, faults and all.")
    ] = False,
) -> None:
    """Learn from good pictures, movements or rows what is normal.

    Folders may be loose pictures, MVTec's layout (train/good, test/DEFECT), or anything whose subfolders you name.
    Five good pictures are enough to begin; the summary says what so few can promise. A network takes 20 and minutes
    (--method neural): it is trained on the good parts and on defects painted on them, it learns what words mean
    (foil inspect --text), and where it is no better than the closed form, that judges on.

    With --names defects are painted on good parts that are held back, and what they look like here outlines and names
    what is found later; without, outlines and kinds are learnt on Foil's own examples.

    Movements are skeletons over time: COCO, OpenPose or AlphaPose JSON, arrays, tables (docs/movements.md). Those that
    begin and end alike, such as exercises, are taken as a whole; others by windows. Say who moved: people differ from
    each other more than from themselves, and thresholds for new people must know.

    A table holds numbers in named columns: CSV, TSV, NPZ (X, and y where rows are labelled), NPY or Parquet.

    \b
    Examples:
      foil fit parts --name gasket
      foil fit parts --name gasket --method neural --minutes 10
      foil fit parts --name gasket --names 540
      foil fit shop --normal-dir ok --abnormal-dir scratched --name plate
      foil fit clips --name squat --people "person(\\d+)"
      foil fit clips --name exercises --people "person(\\d+)" --about exercises.json
      foil fit readings.csv --name plant --drop id --method dte-np
    """
    from fusion.kind import kind_at

    kind, rates = kind_at(data), (review, reject)
    options.refuse_foreign(ctx, kind, f"{data} is read as {kind}")
    settings: dict[str, Any] = {"seed": seed} | ({"method": method} if method else {})
    settings |= {"network": network} if network else {}
    with progress_shown() as progress:
        if kind == "movements":
            from assistant.about import read_about
            from assistant.teaching_movements import fit_movements

            reading = options.reading(joints, rate, only)
            settings |= {"window": window, "samples": futures, "minutes": minutes, "steps": steps}
            known = read_about(about) if about else None
            lines = fit_movements(data, name, reading, people, settings, rates, force, progress, known).lines()
        elif kind == "tables":
            from assistant.tabling import fit_table

            settings |= {"paper_compat": paper_compat} | ({"steps": steps} if steps else {})
            lines = fit_table(data, name, label, drop or [], settings, rates, force, progress).lines()
        else:
            from assistant.fitting import fit_folder

            roles = options.roles(normal_dir, abnormal_dir, normal_test_dir, mask_dir)
            settings |= {"backbone": backbone, "size": size, "align": align, "minutes": minutes, "steps": steps}
            settings |= {"lessons": lessons} if lessons else {}
            settings = {"method": "neural"} | settings | {"weights": str(weights)} if weights else settings
            lines = fit_folder(data, name, settings, roles, rates, force, progress, names=names).lines()
    typer.echo("\n".join(lines))
