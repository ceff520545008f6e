"""The about-file of `foil fit --about`: which movement is what in words, and pictures of where it is done."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from assistant.moving import Scene, read_scene
from fusion.errors import BadInput

if TYPE_CHECKING:
    from fusion.motion.scene import Scenes

EXPECTED = """{"m01": "a deep squat"}, or {"m01": {"words": "a deep squat", "scenes": ["gym.jpg"]}}"""


@dataclass(frozen=True)
class Known:
    """What is known of a movement before it is seen."""

    words: str
    scenes: dict[str, Path] = field(default_factory=dict)  # pictures of where it is done, by how they are called


def read_about(file: Path) -> dict[str, Known]:
    """Read a JSON object of patterns that find names, and what is known of these; pictures lie where the file does."""
    try:
        about = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"{file}: it can't be read as JSON ({error})") from error
    read = {find: _known(one, file.parent) for find, one in about.items()} if isinstance(about, dict) else {}
    known = {find: one for find, one in read.items() if one}
    if not known or len(known) < len(read):
        raise BadInput(f"{file}: expected an object of patterns and words, such as {EXPECTED}")
    return known


def scenes_of(about: Iterable[Known]) -> "Scenes | None":
    """Return what pictures of scenes show, where there are any; BadInput names one that can't be read."""
    from fusion.motion.scene import Scenes

    given: dict[str, dict[str, Scene]] = {}
    for one in about:
        given.setdefault(one.words, {}).update({name: read_scene(path) for name, path in one.scenes.items()})
    return Scenes.of(given) if any(given.values()) else None


def _known(one: Any, folder: Path) -> Known | None:
    """Return what an entry says of a movement; None where it makes no sense."""
    entry = one if isinstance(one, dict) else {"words": one}
    words, scenes = entry.get("words"), entry.get("scenes", [])
    if not (isinstance(words, str) and words and isinstance(scenes, list) and entry.keys() <= {"words", "scenes"}):
        return None
    if not all(isinstance(name, str) and name for name in scenes):
        return None
    return Known(words, {name: folder / name for name in scenes})
