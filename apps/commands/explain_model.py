"""`foil explain-model`: a model introduced to a person, and its network as a picture."""

from pathlib import Path
from typing import Annotated

import typer


def explain_model(
    name: Annotated[str, typer.Argument(help="The model.", show_default=False)],
    plot: Annotated[Path | None, typer.Option(help="Write the gates and the training's curve as a PNG here.")] = None,
) -> None:
    """Tell what a model learned and can find.

    Closed form and network stand side by side, measured on synthetic defects that neither learnt from. The gates say
    how loud image, words, mask and skeleton speak at each noise level.

    \b
    Examples:
      foil explain-model gasket
      foil explain-model gasket --plot gasket.png
    """
    from apps.introduction import introduced, network_of
    from assistant import library

    model = library.read(name)
    for line in introduced(model):
        typer.echo(line)
    network = network_of(model)
    if plot and network is not None:
        from assistant.pictures import png
        from assistant.plots import network_plot
        from fusion.files import atomic_write

        atomic_write(plot, png(network_plot(network)))
        typer.echo(f"plot: {plot}")
