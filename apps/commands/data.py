"""`foil check-data` and `foil example`: pictures before there is a model."""

from pathlib import Path
from typing import Annotated

import typer

from apps.commands import options
from apps.console import progress_shown


def check_data(
    data: options.Data,
    normal_dir: options.NormalDir = None,
    abnormal_dir: options.AbnormalDir = None,
    normal_test_dir: options.NormalTestDir = None,
    mask_dir: options.MaskDir = None,
    as_json: options.Json = False,
) -> None:
    """Look at a data set before fitting on it.

    Counts, sizes, and every file that can't be used and why. The exit code is 1 if any file can't be used, else 0.

    \b
    Example:
      foil check-data shop/gasket
    """
    from assistant.sources import opened
    from fusion.check import check

    roles = options.roles(normal_dir, abnormal_dir, normal_test_dir, mask_dir)
    with opened(data, roles) as dataset, progress_shown() as progress:
        report = check(dataset, lambda done, total: progress("reading pictures", done, total))
    typer.echo(report.to_json() if as_json else "\n".join(report.lines()))
    raise typer.Exit(int(any(finding.kind == "unusable" for finding in report.findings)))


def example(
    folder: Annotated[Path, typer.Argument(help="A new folder for it.", show_default=False)],
    seed: Annotated[int, typer.Option(help="Another seed renders other pictures.", min=0)] = 0,
    size: Annotated[int, typer.Option(help="Pixels a side.")] = 320,
) -> None:
    """Render a small data set to play with.

    Three products, each with good and defective pictures, masks and captions, one of them with skeletons.

    \b
    Example:
      foil example shop
    """
    from fusion.example.write import PRODUCTS, render_example

    with progress_shown() as progress:
        render_example(folder, seed, size=size, progress=progress)
    product = next(iter(PRODUCTS))
    typer.echo(f"{folder}: {', '.join(PRODUCTS)}")
    typer.echo(f"next: foil fit {folder / product} --name {product}")
