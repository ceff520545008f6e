"""Growth: a model's memory takes in what people called good and the model marked; saved aside, and compared first."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from assistant import library, versions
from assistant.feedback import corrected
from assistant.history import Part, Past
from assistant.refit import is_kept
from assistant.vault import AnyVault
from explain.prompt import clean
from fusion.errors import BadData, BadSetting
from fusion.modality.image import read_image
from fusion.modelfile import GROWN
from fusion.sample import Sample


@dataclass(frozen=True)
class Grown:
    """A model that took in good parts, as a version that waits, and what that changes."""

    name: str
    folder: Path  # of the version
    taken: tuple[tuple[str, float, float], ...]  # name, score before and after
    bad: int  # parts that people called bad and whose pictures are kept
    found_before: int  # of them, at or above T1
    found_now: int
    told: bool  # samples with a description or a skeleton are judged apart

    def lines(self) -> list[str]:
        """Return for a person what was taken in, what it changes, and what to do."""
        lines = [f"{self.name} took in {len(self.taken)} parts that people called good and it had marked:"]
        lines += [f"  {before:.2f} -> {now:.2f}  {name}" for name, before, now in self.taken]
        lines.append(
            f"of {self.bad} that people called bad, {self.found_before} reached T1 before, and {self.found_now} now"
            if self.bad
            else "no part that people called bad is kept here, so nobody knows what it finds less; foil bench can tell"
        )
        if self.told:
            lines.append(
                "pictures that come with a description or a skeleton are judged as before: what was said of the good "
                "parts is learnt at a new fit"
            )
        which = self.folder.name
        return [*lines, f"nothing is switched; put it in force: foil models switch {self.name} {which}"]


def grow(known: Past, vault: AnyVault) -> Grown:
    """Grow the model in force by what people corrected, and save it as a version; BadData if that is nothing new."""
    from fusion.growing import grown

    detector = library.load(known.fit.name)
    if not np.array_equal(detector.calibration.scores, known.fit.calibration.scores):
        raise BadSetting(
            f"{detector.name}: the model in force is another fit than the latest on record here; inspect with it first"
        )
    before = set(detector.card.get(GROWN, ()))
    parts = [part for part in corrected(known) if part.sample not in before and is_kept(part, vault)]
    if not parts:
        raise BadData(
            f"{detector.name}: people called no further part good that it marked and whose picture is kept; foil store "
            "decide ID --verdict PASS says so of a part"
        )
    goods = [_sample(part, vault) for part in parts]
    larger = grown(detector, goods)
    larger = replace(larger, card=larger.card | {"created": datetime.now(UTC).isoformat(timespec="seconds")})

    def scores(sample: Sample) -> tuple[float, float]:
        before, now = (one.judge([sample])[0].pred_score for one in (detector, larger))
        return before, now

    limit = detector.calibration.thresholds.review
    taken = tuple((good.name, *scores(good)) for good in goods)
    kept = (part for part in known.parts if part.is_bad and is_kept(part, vault))
    bad = [scores(_sample(part, vault)) for part in kept]  # one picture at a time: there may be hundreds
    found = [sum(score >= limit for score in column) for column in zip(*bad, strict=True)] or [0, 0]
    folder = versions.save_aside(larger, detector.name)
    return Grown(detector.name, folder, taken, len(bad), found[0], found[1], bool(larger.told))


def _sample(part: Part, vault: AnyVault) -> Sample:
    name = clean(part.name)
    return Sample(read_image(vault.read(str(part.picture)), name), name=name)
