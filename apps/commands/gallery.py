"""`foil gallery`: one picture through several methods, side by side."""

from pathlib import Path
from typing import Annotated, Any

import typer

from apps.commands import options
from apps.console import progress_shown
from fusion.errors import BadSetting


def gallery(
    picture: Annotated[Path, typer.Argument(help="A picture to look at.", show_default=False)],
    good: Annotated[Path, typer.Argument(help="A folder of good pictures, as in foil fit.", show_default=False)],
    method: Annotated[
        list[str] | None, typer.Option(help="Of foil methods pictures; several times.", show_default="all")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Trained weights (.safetensors) that the methods ask, as in foil fit.")
    ] = None,
    minutes: Annotated[float, typer.Option(help="Of training, where there are no weights.")] = 5.0,
    steps: Annotated[int, typer.Option(help="Of training, exactly, instead of minutes.", min=0)] = 0,
    backbone: Annotated[str, typer.Option(help="As in foil fit.")] = "auto",
    out: Annotated[Path, typer.Option(help="PNG to write.")] = Path("gallery.png"),
) -> None:
    """Show what several methods see in one picture.

    Every method is fitted on the same good pictures, those with a network share one training, and their maps are drawn
    on one scale: a colour begins at a method's own T1 and is strongest at three times its T2. Below each stands its
    verdict, its score in units of T1, and what it cost.

    \b
    Examples:
      foil gallery shop/gasket/test/crack/000.png shop/gasket --method gaussian --method memory
      foil gallery bad.png parts --weights bracket.safetensors --out methods.png
    """
    from assistant.gallery import sheet, through
    from assistant.pictures import png
    from fusion.dataset import open_dataset
    from fusion.files import atomic_write
    from fusion.item import Item

    if out.suffix.lower() != ".png":
        raise BadSetting(f"{out}: the gallery is a PNG file; give a name that ends in .png")
    if weights and not weights.is_file():
        raise BadSetting(f"{weights}: no such file of weights; leave --weights out to train")
    item, settings = Item(picture, None, "", "test"), dict[str, Any](backbone=backbone, minutes=minutes, steps=steps)
    sample, data = item.load(), open_dataset(good)  # what can't be read must not cost a training first
    shown = []
    with progress_shown() as progress:
        for one in through(item, data, options.methods(method or ["all"], "pictures"), settings, weights, progress):
            typer.echo(one.caption)
            shown.append(one)
    atomic_write(out, png(sheet(sample, shown)))
    typer.echo(f"written to {out}")
