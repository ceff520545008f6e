"""Fit a model on a folder or file of normal movements, and keep it in the library. What `fitting` is for pictures."""

import dataclasses
import re
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from assistant import library
from assistant.about import Known, scenes_of
from assistant.fitting import skipped_lines
from assistant.home import home
from assistant.inspection import Failure
from assistant.moving import read_or_fail
from assistant.rates import promise
from fusion.archive import unpacked
from fusion.calibration import Calibration
from fusion.errors import BadData, BadSetting
from fusion.motion.collection import Reading, called, normals_in, pattern, told
from fusion.motion.motion import Motion
from fusion.progress import Progress, silent

if TYPE_CHECKING:
    from assistant.moving import Model


@dataclass(frozen=True, eq=False)
class MovementFit:
    """A model of movements that was fitted and saved."""

    detector: "Model"
    folder: Path
    given: int  # normal movements, some of which could not be used perhaps
    seconds: float  # from the files to the saved model
    rate: float | None  # frames a second, if the user had to say so
    to_inspect: Path | None  # where the data set keeps what is to be tested, if it does

    @property
    def name(self) -> str:
        return self.detector.name

    def lines(self) -> list[str]:
        """Return for a person what was used, what was decided, what it promises, and what to do next."""
        card, calibration = self.detector.card, self.detector.calibration
        people = f" of {card['people']} people" if card["people"] else ""
        lines = [
            f"{self.name}: fitted on {card['movements']} normal movements{people} in {self.seconds:.0f} s; "
            f"its thresholds rest on {card['n_normals']}",
            f"seen as {card['representation']}; "
            + (f"{card['window']:g} s at a time" if card["window"] else "each as a whole"),
        ]
        for words, one in card.get("cards", {}).items():
            scenes = f", {len(one['scenes'])} pictures of its scene" if one.get("scenes") else ""
            lines.append(f"{words}: {one['movements']} movements{scenes}")
        lines += _trained(card)
        if not people:
            lines.append("nobody said who moved (--people), so thresholds may be too low for new people")
        lines += skipped_lines(card["skipped"], f"{self.given} movements")
        limits = calibration.thresholds
        lines.append(f"REVIEW from a score of {limits.review:.2f}, REJECT from {limits.reject:.2f}")
        lines.append(promise(calibration.support(limits.reject_rate), library.NORMALS["movements"]))
        what = quote(str(self.to_inspect)) if self.to_inspect else "MOVEMENT"
        rate = f" --rate {self.rate:g}" if self.rate else ""
        return [*lines, f"saved in {self.folder}", f"next: foil inspect {what} --model {self.name}{rate}"]


def _trained(card: dict[str, Any]) -> list[str]:
    """Return what came of a training, of each movement."""
    cards = card.get("cards") or {"": card}
    return [f"{words}: {one['network']['why']}".removeprefix(": ") for words, one in cards.items() if "network" in one]


def fit_movements(
    source: Path,
    name: str,
    reading: Reading,
    people: str = "",
    settings: dict[str, Any] | None = None,
    rates: tuple[float, float] = (0.05, 0.01),
    replace: bool = False,
    progress: Progress = silent,
    about: Mapping[str, Known] | None = None,
) -> MovementFit:
    """Fit on the normal movements of `source`, promise the rates, save under `name`, or leave no trace.

    `people` is a pattern whose group, or else whose match, says who moved, in what a movement is called in `source`.
    `about` says by such patterns which movement is what in words, and the model then holds several; and it may name
    pictures of where each is done.
    Files that can't be read are skipped and listed, as is what can't be used. `settings` are fields of MotionConfig.
    """
    library.free_folder(name, replace)
    Calibration(np.zeros(2), *rates)
    started = time.perf_counter()
    from fusion.motion.detector import MotionConfig
    from fusion.motion.fitting import fit
    from fusion.motion.repertoire import fit_repertoire

    config = MotionConfig(**(settings or {}))
    who, what = pattern(people), [(pattern(find), one.words) for find, one in (about or {}).items()]
    scenes = scenes_of((about or {}).values())

    def said(name: str) -> Said:
        return Said(told(who, name, "who moved") if people else "", _meant(what, name) if what else "")

    motions, told_of, unread = _normals(source, reading, said, progress)
    checkpoint = home() / "training" / name
    if what:
        groups = {words: [at for at, one in enumerate(told_of) if one.words == words] for _, words in what}
        if empty := [words for words, members in groups.items() if not members]:
            raise BadSetting(f"there are no normal movements of {empty[0]!r}; check its pattern")
        several = {words: [motions[at] for at in members] for words, members in groups.items()}
        persons = {words: [told_of[at].person for at in members] for words, members in groups.items()}
        whose = persons if people else None
        detector: Model = fit_repertoire(several, config, name, whose, progress, checkpoint, scenes)
    else:
        alone = [one.person for one in told_of] if people else None
        detector = fit(motions, config, name, alone, progress, checkpoint)
    skipped = unread + [list(one) for one in detector.card["skipped"]]
    detector = dataclasses.replace(detector.with_rates(*rates), card=detector.card | {"skipped": skipped})
    folder = library.save(detector, name, replace)
    shutil.rmtree(checkpoint, ignore_errors=True)
    seconds, test = time.perf_counter() - started, source / "test"
    given = len(motions) + len(unread)
    return MovementFit(detector, folder, given, seconds, reading.rate, test if test.is_dir() else None)


class Said(NamedTuple):
    """What a movement's name tells."""

    person: str
    words: str  # what movement it is


def _meant(what: Sequence[tuple[re.Pattern[str], str]], name: str) -> str:
    for find, words in what:
        if find.search(name):
            return words
    known = ", ".join(find.pattern for find, _ in what)
    raise BadSetting(f"{name}: none of the patterns {known} finds it, so nobody knows which movement it is")


def _normals(
    source: Path, reading: Reading, said: Callable[[str], Said], progress: Progress
) -> tuple[list[Motion], list[Said], list[list[str]]]:
    """Return the normal movements of a data set, what their names tell, and what can't be read, with the reason."""
    from fusion.motion.gathering import FEWEST

    motions, told_of, unread = [], [], []
    with unpacked(source) as folder:
        paths = normals_in(folder, reading)
        every = [said(called(path, folder)) for path in paths]
        progress("reading movements", 0, len(paths))
        for done, (path, tells) in enumerate(zip(paths, every, strict=True), 1):
            name = str(path).replace(str(folder), str(source), 1)  # never where a ZIP was unpacked
            motion = read_or_fail(path, name, reading.joints, reading.rate)
            if isinstance(motion, Failure):
                unread.append([motion.path, motion.reason])
            else:
                motions.append(motion)
                told_of.append(tells)
            progress("reading movements", done, len(paths))
    if unread and len(motions) < FEWEST:
        raise BadData(
            f"{source}: {len(motions)} of its {len(paths)} movements can be read, and it takes {FEWEST}; the first "
            f"that can't: {unread[0][1]}"
        )
    return motions, told_of, unread
