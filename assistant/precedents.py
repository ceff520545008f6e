"""Precedents: the past cases on record that a sample is most like, with how they were judged and decided."""

from typing import Literal

from assistant.inspection import Recall
from assistant.search import Hit, Index
from assistant.store import Store
from explain.nearest import PastCase, PastCases
from explain.prompt import clean
from fusion.detection import Detection
from fusion.sample import Sample

TOLD = 3  # cases


def precedents(index: Index, model: str) -> Recall:
    """Return what finds the cases of models of this name that are on record by now, but for the sample's own.

    What differs is compared where something is marked, else the picture as a whole. What is recorded from now on is no
    precedent, so that the samples of one batch don't depend on which of them came first.
    """
    until = index.refreshed()

    def recall(sample: Sample, detection: Detection) -> PastCases | None:
        if sample.image is None or detection.verdict == "REFUSED":
            return None
        from fusion.looks import difference, look

        marked = difference(sample.image, detection.normal, detection.pred_mask)
        compared: Literal["difference", "picture"] = "picture" if marked is None else "difference"
        vector = look(sample.image) if marked is None else marked
        samples, hits = index.nearest(compared, vector, model, until, but=sample.sha256, most=TOLD)
        return PastCases(compared, samples, tuple(_case(index.store, hit) for hit in hits)) if hits else None

    return recall


def _case(store: Store, hit: Hit) -> PastCase:
    name = clean(hit.name.replace("\\", "/").rpartition("/")[2])
    assert hit.likeness is not None  # it was found by it
    return PastCase(hit.number, hit.time, name, hit.verdict, store.called(hit.number), hit.likeness)  # type: ignore[arg-type]
