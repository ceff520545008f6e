"""`foil methods`: what each method is composed of, where it comes from, what it costs and is good for."""

import json
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from apps.commands import options


def methods(
    kind: Annotated[
        Literal["pictures", "movements", "tables"] | None, typer.Argument(help="Only those for this kind of data.")
    ] = None,
    as_json: options.Json = False,
) -> None:
    """List the methods: source, licence, cost, good for what.

    \b
    Examples:
      foil methods
      foil methods tables
    """
    from fusion.recipes import RECIPES

    found = [recipe for recipe in RECIPES if kind in (None, *recipe.kinds)]
    if as_json:
        typer.echo(json.dumps([asdict(recipe) for recipe in found], ensure_ascii=False, indent=2))
        return
    for recipe in found:
        typer.echo(
            f"{recipe.name}: {recipe.title}; for {', '.join(recipe.kinds)}\n"
            f"  is        {recipe.composition}\n"
            f"  source    {recipe.source}\n"
            f"  licence   {recipe.licence}\n"
            f"  cost      {recipe.cost}\n"
            f"  good for  {recipe.good_for}"
        )
