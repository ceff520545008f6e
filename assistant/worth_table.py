"""The table of `foil bench --synthesis`, in Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from assistant.worth import By, Worth, prepared, worth
from fusion.bench_table import percent, table
from fusion.dataset import open_dataset
from fusion.errors import BadSetting
from fusion.progress import Progress, silent

HEAD = ("data", "learnt from", "defects", "pixel AP", "AUPRO", "image AUROC")
NOTES = """\
The mean over seeds, in brackets each. The segmenter is a logistic regression of the whitened tokens of each cell and
their sizes: an instrument to compare what is learnt from, and no detector that Foil ships. Each seed draws a third of
each type's defects to learn from, and paints anew; tested are the others with all good test pictures. Foil's own map
learnt from good parts alone and is the same for all seeds: what differs is what it is tested on. Painted defects, of
nine kinds in turn, are on good parts that nothing was fitted on; what hardly shows is left out. Pixels are compared at
256 px on the longer side, AUPRO to a false-positive rate of 0.3."""


def report(
    folders: Sequence[Path],
    settings: Mapping[str, Any],
    count: int,
    seeds: int,
    weights: Path | None = None,
    progress: Progress = silent,
) -> str:
    """Return what painted defects are worth on each data set; with `weights` those of the trained painter, too."""
    if weights and len(folders) > 1:
        raise BadSetting(f"{weights}: weights are of one product, and {len(folders)} data sets are given; give one")
    by: tuple[By, ...] = ("drawing", "model") if weights else ("drawing",)
    found: list[Worth] = []
    unusable: dict[str, str] = {}
    for folder in folders:
        bench = prepared(open_dataset(folder), settings, weights, progress)
        for seed in range(seeds):
            found += worth(bench, count, seed, by, progress)
        unusable |= bench.unusable
    return "\n\n".join([markdown(found), NOTES, *(f"Unusable: {why}" for why in unusable.values())])


def markdown(found: Sequence[Worth]) -> str:
    """Return a row for each data set and what was learnt from."""
    groups = dict.fromkeys((one.data, one.learnt_from) for one in found)
    return table(HEAD, [_row(*name, [one for one in found if (one.data, one.learnt_from) == name]) for name in groups])


def _row(data: str, learnt_from: str, seeds: Sequence[Worth]) -> list[str]:
    low, high = (extreme(one.defects for one in seeds) for extreme in (min, max))
    figures = [[getattr(one, name) for one in seeds] for name in ("pixel_ap", "aupro", "auroc")]
    counts = str(low) if low == high else f"{low} to {high}"  # what hardly shows was left out
    return [data, learnt_from, counts, *map(_mean_and_each, figures)]


def _mean_and_each(values: Sequence[float]) -> str:
    each = f" [{', '.join(map(percent, values))}]" if len(values) > 1 else ""
    return percent(float(np.mean(values))) + each
