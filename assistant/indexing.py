"""What inspections are found by: taken from a result when it is recorded, or from the store for older records.

It is an index, not evidence: no record vouches for it, and `foil store index` makes what is missing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from assistant.audit import sha256
from assistant.inspection import Inspection, Result
from assistant.tables import looks, phrases, said
from assistant.tools import bare_sights
from explain.difference import Region
from explain.evidence import Evidence
from explain.naming import UNKNOWN
from explain.prompt import clean
from fusion.detection import Detection
from fusion.sample import Sample


@dataclass(frozen=True)
class Found:
    """What one inspection is found by."""

    phrases: tuple[str, ...] = ()  # English: what regions are and where, columns or joints that are off, given words
    longest_px: float | None = None
    longest_mm: float | None = None
    picture: bytes | None = None  # vectors of `fusion.looks`
    difference: bytes | None = None


def found_by(result: Result, document: Mapping[str, Any]) -> Found:
    """Return what a result is found by."""
    if not isinstance(result, Inspection):
        return Found(parts_off(document))
    detection = result.detection
    return looked_at(of_evidence(result.evidence, result.sample.text), result.sample, detection)


def of_evidence(evidence: Evidence, text: str | None) -> Found:
    """Return what an inspection of a picture is found by without the picture itself."""
    known = (r if r.names and r.names[0].kind != UNKNOWN else replace(r, names=()) for r in evidence.regions)
    told = bare_sights(replace(evidence, regions=tuple(known)), "en")  # to look like nothing known is no likeness
    given = clean(text or "")
    return Found((*told, *([given] if given else ())), *_longest(evidence.regions))


def looked_at(found: Found, sample: Sample, detection: Detection | None) -> Found:
    """Return it with what the picture looks like, and, by its detection, what differs in it."""
    assert sample.image is not None, "an inspection of a picture has one"
    from fusion.looks import difference, look

    is_marked = detection is not None and detection.verdict != "REFUSED"
    marked = difference(sample.image, detection.normal, detection.pred_mask) if detection and is_marked else None
    return replace(found, picture=look(sample.image).tobytes(), difference=None if marked is None else marked.tobytes())


def parts_off(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the joints of a movement, or the columns of a row, that are off."""
    joints = [str(one["joint"]) for one in document.get("findings", ())]
    return tuple(dict.fromkeys(joints + [str(one["column"]) for one in document.get("off", ())]))


def put(connection: Connection, number: int, found: Found) -> None:
    """Index an inspection, over a connection that alone may write."""
    sizes = {"longest_px": found.longest_px, "longest_mm": found.longest_mm}
    connection.execute(insert(looks).values(record=number, picture=found.picture, difference=found.difference, **sizes))
    _say(connection, number, found.phrases)


def note(connection: Connection, number: int, words: str) -> None:
    """Let an inspection be found by a person's words, too; one that isn't indexed yet will be by all of them."""
    if connection.execute(select(looks.c.record).where(looks.c.record == number)).first():
        _say(connection, number, [words])


def _say(connection: Connection, number: int, sentences: Iterable[str]) -> None:
    for text in dict.fromkeys(sentences):
        known = select(phrases.c.id).where(phrases.c.hash == sha256(text))
        if connection.execute(known).first() is None:
            connection.execute(insert(phrases).values(hash=sha256(text), text=text))
        connection.execute(insert(said).values(record=number, phrase=connection.execute(known).scalar_one()))


def _longest(regions: Iterable[Region]) -> tuple[float | None, float | None]:
    """Return the length of the longest region in pixels, and in mm where the scale is known."""
    lengths = [max(r.shape.length_px, r.width_px, r.height_px) for r in regions]
    scaled = [max(r.scale.length, r.scale.width, r.scale.height) for r in regions if r.scale]
    return max(lengths, default=None), max(scaled, default=None)
