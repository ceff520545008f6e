"""A lot: the pictures of one conversation and what was found of each; of most only the evidence stays in memory."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from assistant.inspection import Failure, Inspection, Recall, expand, inspect, inspect_paths
from assistant.slots import Scene
from explain.evidence import Evidence
from explain.prompt import clean
from fusion.errors import BadInput
from fusion.progress import Progress, silent
from fusion.sample import Sample

if TYPE_CHECKING:
    from fusion.detector import Detector  # imports torch

WHOLE = 6  # inspections kept whole: a picture, its map and its normal version are many megabytes


@dataclass(frozen=True)
class Seen:
    """What is kept of one picture."""

    load: Callable[[], Sample]
    evidence: Evidence | None  # None of what can't be read
    problem: str = ""
    record: int | None = None  # its id in the store


class Lot:
    """Pictures by name, in the order in which they came; all judged by one detector."""

    def __init__(
        self,
        detector: "Detector",
        keep: Callable[[Inspection | Failure], int] | None = None,
        recall: Recall | None = None,
    ) -> None:
        """Take, if there is a store, what records a result and returns its id, and what finds past cases to tell of."""
        self.detector, self._keep, self.recall = detector, keep, recall
        self.seen: dict[str, Seen] = {}
        self._whole: OrderedDict[tuple[str, str], Inspection] = OrderedDict()

    def fill(self, paths: Sequence[Path], progress: Progress = silent) -> None:
        """Inspect pictures and folders of them, a core a picture."""
        found = [entry for path in paths for entry in expand(path, None)]
        items = [entry for entry in found if not isinstance(entry, Failure)]
        results = inspect_paths(items, self.detector, progress=progress, recall=self.recall)
        for entry in found:
            if isinstance(entry, Failure):
                self.add(entry)
            else:
                self.add(next(results), entry.load)

    def add(
        self, result: Inspection | Failure, load: Callable[[], Sample] | None = None, record: int | None = None
    ) -> str:
        """Take in what was found of a picture, on record already or not, and return how one speaks of it."""
        record = self._keep(result) if self._keep else record
        if isinstance(result, Failure):
            name = self._free(result.path)
            self.seen[name] = Seen(_unreadable, None, result.reason, record)
            return name
        name = self._free(result.sample.name)
        sample = result.sample
        self.seen[name] = Seen(load or (lambda: sample), result.evidence, record=record)
        self._kept((name, ""), result)
        return name

    def forget_after(self, count: int) -> None:
        """Forget all pictures but the first so many, as if they had never come."""
        for name in list(self.seen)[count:]:
            del self.seen[name]
        for key in [key for key in self._whole if key[0] not in self.seen]:
            del self._whole[key]

    def evidence(self, name: str) -> Evidence:
        """Return what was found of a picture; BadInput, with the reason, if it could not be read."""
        seen = self.seen[name]
        if seen.evidence is None:
            raise BadInput(seen.problem)
        return seen.evidence

    def inspection(self, name: str, text: str = "") -> Inspection:
        """Return the whole inspection of a picture, under a person's words if there are any; made again if need be."""
        self.evidence(name)
        found = self._whole.get((name, text))
        if found is None:
            found = inspect(replace(self.seen[name].load(), text=text or None), self.detector, recall=self.recall)
        self._kept((name, text), found)
        return found

    def judged(self) -> dict[str, Evidence]:
        """Return the evidence of every picture that has a score."""
        return {name: e for name, seen in self.seen.items() if (e := seen.evidence) and e.score is not None}

    def scene(self, at_hand: str) -> Scene:
        """Return what references are relative to."""
        scores = {name: e.score or 0.0 for name, e in self.judged().items()}
        return Scene(tuple(self.seen), at_hand, tuple(sorted(scores, key=scores.__getitem__, reverse=True)))

    def _kept(self, key: tuple[str, str], found: Inspection) -> None:
        self._whole[key] = found
        self._whole.move_to_end(key)
        while len(self._whole) > WHOLE:
            self._whole.popitem(last=False)

    def _free(self, path: str) -> str:
        """Return the shortest end of a path that names no other picture."""
        parts = PurePath(clean(path)).parts
        ends = ("/".join(parts[at:]) for at in range(len(parts) - 1, -1, -1))
        last = parts[-1] if parts else "-"
        more = (f"{last} ({number})" for number in range(2, len(self.seen) + 3))
        return next(name for name in (*ends, *more) if name not in self.seen)


def _unreadable() -> Sample:
    raise AssertionError("nobody loads what can't be read")
