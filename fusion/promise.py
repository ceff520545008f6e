"""Promise: are the false alarms on unseen good parts as many as the calibration said they would be?"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fusion.dataset import open_dataset
from fusion.errors import BadData
from fusion.files import without_copies
from fusion.progress import Progress, silent
from fusion.trial import Fit, Settings, detect_each, detector_fit

RATES = (0.01, 0.05, 0.10)
FIT_SHARE = 0.8  # of the good parts, in each split
CONFIDENCE = 0.95  # of the interval in which the seen false alarms lie if the promise holds


@dataclass(frozen=True)
class FalseAlarms:
    """The false alarms seen on good parts beside those that were promised."""

    rate: float  # promised
    seen: int  # good parts at or above the threshold
    of: int  # good parts tested
    low: int  # 95 % interval of `seen` if the promise holds
    high: int

    @property
    def kept(self) -> bool:
        return self.low <= self.seen <= self.high


def false_alarms(good: Sequence[float], threshold: float, rate: float, n: int) -> FalseAlarms:
    """Count the good parts at or above a threshold that `n` held-out normals set for `rate`.

    The threshold's true rate is Beta(k, n + 1 - k) distributed, k = floor(rate (n + 1)), so the false alarms among m
    parts are beta-binomial (k, n + 1 - k, m) [Vovk 2012]. With k = 0 the threshold lies above all n normals, and all
    that follows is that there are no more than above the largest of them: k = 1 from above, 0 from below.
    """
    from scipy.stats import betabinom  # scipy.stats takes a second to import, which `foil --help` must not pay

    k = int(rate * (n + 1) + 1e-9)
    expected = betabinom(len(good), max(k, 1), n + 1 - max(k, 1))
    low, high = (int(expected.ppf(tail)) for tail in ((1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2))
    return FalseAlarms(rate, sum(score >= threshold for score in good), len(good), low if k else 0, high)


def promise(
    folder: Path,
    settings: Settings,
    splits: int = 20,
    seed: int = 0,
    progress: Progress = silent,
    fit: Fit | None = None,
) -> list[FalseAlarms]:
    """Fit on 80 % of the good parts, test on the others, `splits` times; one result a split and rate of 1, 5, 10 %.

    The good parts of train and test are pooled, each content once; pictures that can't be read are left out. `fit` is
    the detector's own unless given.
    """
    dataset = open_dataset(folder)
    known = {item.path: item for item in dataset.items if item.label == 0}
    good = [known[path] for path in without_copies(sorted(known))]
    n_fit = int(FIT_SHARE * len(good))
    fit, results = fit or detector_fit(), []
    for split in range(splits):
        progress("splits", split, splits)
        order = np.random.default_rng((seed, split)).permutation(len(good)).tolist()
        detector = fit([good[index] for index in order[:n_fit]], settings, dataset.name, progress)
        trials = detect_each(detector, [good[index] for index in order[n_fit:]], progress)
        scores, calibration = [trial.score for trial in trials if trial.detection], detector.calibration
        if not scores:
            raise BadData(
                f"{folder}: none of {len(good) - n_fit} held-back good parts can be tested; see `foil check-data`"
            )
        results += [false_alarms(scores, calibration.threshold(rate), rate, calibration.n) for rate in RATES]
    progress("splits", splits, splits)
    return results


def promise_table(results: Sequence[FalseAlarms]) -> str:
    """Return a Markdown table of the promised rates against what the splits saw."""
    by_rate: defaultdict[float, list[FalseAlarms]] = defaultdict(list)
    for result in results:
        by_rate[result.rate].append(result)
    lines = [
        "| promised | seen, mean | seen in a split | expected in a split (95 %) | good parts a split | splits within |",
        "|---|---|---|---|---|---|",
    ]
    for rate, rows in sorted(by_rate.items()):
        seen, of = [row.seen for row in rows], [row.of for row in rows]
        expected = f"{min(row.low for row in rows)} to {max(row.high for row in rows)}"
        cells = (
            f"{100 * rate:g} %",
            f"{100 * sum(seen) / sum(of):.2f} %",
            f"{min(seen)} to {max(seen)}",
            expected,
            f"{max(of)}",
            f"{sum(row.kept for row in rows)} of {len(rows)}",
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)
