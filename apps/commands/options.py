"""Options that several commands share."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from assistant.fitting import Roles

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


def roles(normal: Names, abnormal: Names, normal_test: Names, mask: Names) -> "Roles":
    """Return what the user said of subfolders, as `fit_folder` takes it."""
    return {"normal_dir": normal, "abnormal_dir": abnormal, "normal_test_dir": normal_test, "mask_dir": mask}
