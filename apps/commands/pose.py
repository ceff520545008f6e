"""`foil pose`: a person's joints out of a picture or a clip, as a file that other commands take."""

import json
import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from apps.commands import options
from apps.console import progress_shown
from fusion.progress import silent

if TYPE_CHECKING:
    from assistant.posing import Posing


def pose(
    source: Annotated[
        Path, typer.Argument(help="A picture, a video, an animation, a folder or ZIP of frames.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="JSON to write.", show_default=False)],
    model: Annotated[
        str | None, typer.Option(help="ViTPose, as hub id or folder.", show_default="ViTPose base, 344 MB")
    ] = None,
    detector: Annotated[
        str | None, typer.Option(help="RT-DETR, as hub id or folder.", show_default="RT-DETR R50, 172 MB")
    ] = None,
    least: Annotated[float, typer.Option(help="How sure the detector must be of a person, 0 to 1.")] = 0.3,
    every: Annotated[float | None, typer.Option(help="Of a clip, take one frame in so many seconds.")] = None,
    rate: Annotated[
        float | None, typer.Option(help="Frames a second, where a clip states none or a wrong one.")
    ] = None,
    draw: Annotated[Path | None, typer.Option(help="PNG to write: the picture with the pose on it.")] = None,
    as_json: options.Json = False,
) -> None:
    """Find a person's joints in a picture or a clip.

    Of several people the most prominent one is taken, and in a clip followed. A picture gives one pose of COCO's 17
    keypoints, for foil inspect --skeleton; a clip gives one a frame. In --draw, the person's left is orange.

    The two networks come from a folder, or from the Hugging Face hub once; nothing else goes over the network.

    \b
    Examples:
      foil pose worker.jpg --out worker.json --draw check.png
      foil pose squat.mp4 --out squat.json --every 0.1
      foil pose frames/ --out squat.json --rate 30 --model vitpose/ --detector rtdetr/
    """
    os.environ.setdefault(
        "OPENCV_LOG_LEVEL", "SILENT"
    )  # both read as OpenCV is imported: what is wrong is told in words
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    from assistant.posing import find_poses
    from fusion.motion.pose import PoseConfig

    chosen = {name: value for name, value in (("pose", model), ("detector", detector)) if value is not None}
    with nullcontext(silent) if as_json and sys.stdout.isatty() else progress_shown() as progress:
        posing = find_poses(source, out, PoseConfig(**chosen, least=least), every, rate, draw, progress)
    typer.echo(json.dumps(posing.to_json(), ensure_ascii=False) if as_json else _words(posing))


def _words(posing: "Posing") -> str:
    """Return what was found, and what of it a person should know before relying on it."""
    if posing.rate is None:
        found, others = f"{posing.joints} of 17 joints seen", "taken"
    else:
        found, others = f"seen in {posing.seen} of {posing.frames} frames, {posing.rate:g} a second", "followed"
    several = f"; {posing.people} people, the most prominent one was {others}" if posing.people > 1 else ""
    return f"{posing.file}  {found}{several}"
