"""Options that several commands share."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from fusion.errors import BadSetting

if TYPE_CHECKING:
    from assistant.sources import Roles
    from explain.local import Local
    from explain.remote import Remote
    from fusion.modelfile import Kind
    from fusion.motion.collection import Reading

Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of words for people.")]
Data = Annotated[
    Path, typer.Argument(help="A folder of pictures, a manifest (CSV, JSONL) or a ZIP.", show_default=False)
]
Words = Annotated[
    str | None, typer.Option(help="What hears words, for any model: open_clip:ARCH:FILE or open_clip:ARCH/TAG.")
]
Names = list[str] | None
NormalDir = Annotated[Names, typer.Option(help="Subfolder of good pictures; may be given several times.")]
AbnormalDir = Annotated[Names, typer.Option(help="Subfolder of defective pictures, which are only tested on.")]
NormalTestDir = Annotated[Names, typer.Option(help="Subfolder of good pictures that are only tested on.")]
MaskDir = Annotated[Names, typer.Option(help="Subfolder of masks that show where the defects are.")]

Joints = Annotated[str | None, typer.Option(help="Movements: a joint set, such as plug-in-gait-39, or a mapping file.")]
Rate = Annotated[float | None, typer.Option(help="Movements: frames a second, where the files don't say.")]
Only = Annotated[str, typer.Option(help="Movements: only those whose names this pattern finds.", show_default=False)]

Label = Annotated[str, typer.Option(help="Tables: the column that says 0 (normal) or 1; of an NPZ, y does.")]
Drop = Annotated[list[str] | None, typer.Option(help="Tables: a column to leave out; may be given several times.")]

Language = Annotated[
    str,
    typer.Option(
        envvar="FOIL_LANGUAGE", help="Who tells: template, local:FOLDER_OR_HUB_ID[#int8], or http(s)://HOST/v1#MODEL."
    ),
]
Audience = Annotated[
    Literal["operator", "engineer", "auditor"],
    typer.Option(
        envvar="FOIL_AUDIENCE",
        metavar="WHOM",
        help="An operator (what to do), engineer (the figures) or auditor (what they rest on).",
    ),
]
Length = Annotated[Literal["short", "long"], typer.Option(help="How much of it.")]
Patience = Annotated[
    float,
    typer.Option(envvar="FOIL_PATIENCE", help="Seconds that a language model has for one explanation.", min=0.1),
]
WhatIf = Annotated[
    str | None,
    typer.Option(
        help='Compute it: "region 1 were normal", "what would pass", "what makes up the score", "why not a crack".',
        show_default=False,
    ),
]
Lessons = Annotated[
    Literal["normals", "repair", "masks", "all"] | None,
    typer.Option(
        metavar="WHAT",
        help="A network learns from good parts alone (normals), repair or masks beside them, or all.",
        show_default="all",
    ),
]
Store = Annotated[
    str | None,
    typer.Option(envvar="FOIL_STORE", help="Where records are kept: a folder or a URL.", show_default=False),
]
Kinds = Annotated[
    Path | None, typer.Option(help="JSON of your own kinds of defect: what a region may look like.", show_default=False)
]
PaintedNames = Annotated[
    int,
    typer.Option(
        help="Learn outlines and names from so many defects painted on the good parts (540: minutes); 0: Foil's.", min=0
    ),
]
SendPictures = Annotated[
    bool, typer.Option("--send-pictures", help="Let a language model at an address see the pictures.")
]

# options that not all kinds of data have, by the kinds that have them
SOME: "dict[tuple[Kind, ...], tuple[str, ...]]" = {
    ("pictures",): (
        *(
            "normal_dir",
            "abnormal_dir",
            "normal_test_dir",
            "mask_dir",
            "backbone",
            "size",
            "align",
            "weights",
            "lessons",
            "trainings",
        ),
        *("words", "mask", "skeleton", "mm_per_px", "samples", "promise", "explanations", "synthesis", "names"),
        *("language", "audience", "length", "patience", "send_pictures", "what_if", "kinds"),
    ),
    ("movements",): (
        *("joints", "rate", "only", "people", "window", "futures", "about", "watch", "scene", "normal", "fit_on", "by"),
    ),
    ("tables",): ("label", "drop", "paper_compat"),
    ("pictures", "movements"): ("network", "minutes", "text", "out"),
    ("movements", "tables"): ("peers",),
}


def refuse_foreign(ctx: typer.Context, kind: "Kind", here: str) -> None:
    """Refuse options that are for other kinds of data, rather than ignore them; `here` says why it is this one."""
    for kinds, names in SOME.items():
        for name in names:
            source = ctx.get_parameter_source(name)  # None: the command has no such option
            if kind not in kinds and source and source.name == "COMMANDLINE":  # an environment is set for all kinds
                option = f"--{name.replace('_', '-')}"
                raise BadSetting(f"{option} is for {' and '.join(kinds)}, and {here}; leave it out")


def methods(asked: list[str], kind: "Kind") -> list[str]:
    """Return the methods asked for; "all" stands for every one of this kind of data. BadSetting names a foreign one."""
    from fusion.recipes import of_kind, recipe

    if "all" in asked:
        return [row.name for row in of_kind(kind)]
    for row in map(recipe, asked):
        if kind not in row.kinds:
            raise BadSetting(
                f"method {row.name} is for {' and '.join(row.kinds)}, not for {kind}; see foil methods {kind}"
            )
    return asked


def narrator(language: str, patience: float, send_pictures: bool) -> "Local | Remote | None":
    """Return who tells what was found, loaded; None: Foil's own words."""
    from explain.language import Template
    from explain.narrators import language_model

    key = os.environ.get("FOIL_API_KEY", "")
    model = language_model(language, patience, send_pictures, key)
    return None if isinstance(model, Template) else model


def reading(joints: str | None, rate: float | None, only: str) -> "Reading":
    """Return how files of movements are to be read."""
    from fusion.motion.collection import Reading
    from fusion.motion.mapping import joint_set

    return Reading(joint_set(joints) if joints else None, rate, only)


def roles(normal: Names, abnormal: Names, normal_test: Names, mask: Names) -> "Roles":
    """Return what the user said of subfolders, as `fit_folder` takes it."""
    return {"normal_dir": normal, "abnormal_dir": abnormal, "normal_test_dir": normal_test, "mask_dir": mask}
