"""The benchmark of pictures as Markdown: side by side, over seeds, row by row."""

import statistics
from collections.abc import Callable, Iterable, Sequence

from fusion.bench_table import VERDICTS, Measures, Row, percent, plain, shortcomings, table, verdict_cells

NOTES = """\
Image AUROC is over images, in brackets its 95 % bootstrap interval. *F1-max is an oracle*: its threshold is chosen with
the test's labels, so nobody can have it in use. Pixel metrics are at 256 px on the longer side, AUPRO to a
false-positive rate of 0.3. T1 (review) and T2 (reject) are set by good parts alone: in brackets the 95 % interval of
the number of false alarms if the promised rate holds. A refused picture counts as an alarm and ranks highest. Fit holds
the training, also where rows share one; calls are of the trained network, a picture; time is that of the whole
`detect`, the median over 20 warm pictures of the test, one by one; memory is the peak of the process, which rows of one
training share, with what they keep of pictures. Scores and maps are measured several pictures at once."""
WHO = ("data", "representation", "method", "seed")
QUALITY = ("fitted on", "test: good + bad", "image AUROC", "AP", "pixel AUROC", "AUPRO", "F1-max (oracle)")
COST = ("fit, s", "calls", "an image, ms", "memory, MB")
MEANS: dict[str, Callable[[Measures], float | None]] = {
    "image AUROC": lambda m: m.auroc,
    "AUPRO": lambda m: m.aupro,
    "caught at T1": lambda m: m.review.caught,
    "false alarms": lambda m: m.review.good.seen / m.review.good.of,
}


def markdown(rows: Sequence[Row[Measures]]) -> str:
    """Return the rows as Markdown: quality and cost, verdicts, types of defect, what failed, and how to read it."""
    measured = [(row, row.measures) for row in rows if row.measures]
    parts = []
    if len({_who(row, m)[1:3] for row, m in measured}) > 1 and len({row.data for row, _ in measured}) > 1:
        parts += [
            "Side by side, image AUROC and AUPRO, means over the seeds and in brackets how far these are apart; "
            "medians of costs:",
            _side_by_side(measured),
        ]
    if len({row.settings["seed"] for row, _ in measured}) > 1:
        parts += [
            "Means over the seeds, with the lowest and the highest; costs are of the seed in the middle:",
            _means(measured),
        ]
    if measured:
        parts.append(table((*WHO, *QUALITY, *COST), [(*_who(row, m), *_quality(m), *_cost(m)) for row, m in measured]))
        parts.append("Verdicts at thresholds set by good parts alone:")
        parts.append(table((*WHO, *VERDICTS), [(*_who(row, m), *_verdicts(m)) for row, m in measured]))
    for data in dict.fromkeys(row.data for row, _ in measured):
        here = [(row, m) for row, m in measured if row.data == data]
        kinds = sorted({kind for _, m in here for kind in m.per_defect})
        lines = [(*_who(row, m), *(percent(m.per_defect.get(kind)) for kind in kinds)) for row, m in here]
        parts += ["Image AUROC by type of defect:", table((*WHO, *kinds), lines)]
    parts += shortcomings(rows, [m.unusable for _, m in measured])
    if measured:
        parts.append(f"{NOTES} Measured on {'; '.join(sorted({m.machine for _, m in measured}))}.")
    return "\n\n".join(parts) + "\n"


def _means(measured: Sequence[tuple[Row[Measures], Measures]]) -> str:
    """Return a line for each method on each data set: what its seeds have in the mean, and between which limits."""
    groups: dict[tuple[str, ...], list[Measures]] = {}
    for row, m in measured:
        groups.setdefault(_who(row, m)[:-1], []).append(m)
    lines = []
    for who, seeds in groups.items():
        found = (_ranged([pick(m) for m in seeds]) for pick in MEANS.values())
        middle = sorted(seeds, key=lambda m: m.ms_per_image)[len(seeds) // 2]
        lines.append((*who, f"{len(seeds)}", *found, *_cost(middle)[:-1]))
    return table((*WHO[:-1], "seeds", *MEANS, *COST[:-1]), lines)


def _side_by_side(measured: Sequence[tuple[Row[Measures], Measures]]) -> str:
    """Return a line for each method with its areas on each data set, beside what it costs on all."""
    methods: dict[tuple[str, ...], list[tuple[str, Measures]]] = {}
    for row, m in measured:
        methods.setdefault(_who(row, m)[1:3], []).append((row.data, m))
    everywhere = {
        data: f"{data}, {_seeds(data, methods.values())}" for data in dict.fromkeys(row.data for row, _ in measured)
    }
    lines = []
    for method, found in methods.items():
        areas = [
            f"{_apart([m.auroc for where, m in found if where == data])} / "
            f"{_apart([m.aupro for where, m in found if where == data])}"
            for data in everywhere
        ]
        middle = [statistics.median(values) for values in zip(*map(_spent, found), strict=True)]
        lines.append((*method, *areas, f"{middle[0]:.1f}", f"{middle[1]:.0f}", f"{middle[2]:.0f}"))
    return table((*WHO[1:3], *everywhere.values(), "calls", "an image, ms", "fit, s"), lines)


def _seeds(data: str, methods: Iterable[Sequence[tuple[str, Measures]]]) -> str:
    """Return how many seeds the methods have on a data set, from the fewest to the most, of those that have any."""
    numbers = sorted({many for found in methods if (many := [where for where, _ in found].count(data))})
    told = f"{numbers[0]} to {numbers[-1]}" if len(numbers) > 1 else f"{numbers[0]}"
    return f"{told} seed{'s' * (numbers[-1] > 1)}"


def _spent(found: tuple[str, Measures]) -> tuple[float, float, float]:
    _, m = found
    return m.calls or 0.0, m.ms_per_image, m.fit_seconds


def _mean(values: Sequence[float | None]) -> str:
    """Return shares' mean in per cent; a dash where there is none, or one is unknown."""
    known = [value for value in values if value is not None]
    return percent(statistics.mean(known) if known and len(known) == len(values) else None)


def _apart(values: Sequence[float | None]) -> str:
    """Return shares' mean in per cent, and of several how far the lowest and the highest are apart."""
    known = [value for value in values if value is not None]
    return _mean(values) + (f" ({percent(max(known) - min(known))})" if len(values) == len(known) > 1 else "")


def _ranged(values: Sequence[float | None]) -> str:
    """Return shares' mean in per cent, with the lowest and the highest; a dash where one is unknown."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return percent(None)
    return f"{_mean(known)} [{percent(min(known))}, {percent(max(known))}]"


def _who(row: Row[Measures], m: Measures) -> tuple[str, ...]:
    others = {name: value for name, value in row.settings.items() if name not in ("method", "backbone", "seed")}
    method = ", ".join((str(row.settings["method"]), *([plain(others)] if others else [])))
    return row.data, m.representation, method, str(row.settings["seed"])


def _quality(m: Measures) -> tuple[str, ...]:
    auroc = f"{percent(m.auroc)} [{percent(m.auroc_low)}, {percent(m.auroc_high)}]"
    areas = (percent(area) for area in (m.average_precision, m.pixel_auroc, m.aupro, m.f1_max))
    return f"{m.n_fit}", f"{m.n_good} + {m.n_bad}", auroc, *areas


def _cost(m: Measures) -> tuple[str, ...]:
    calls, memory = (
        "–" if value is None else f"{value:.{digits}f}" for value, digits in ((m.calls, 1), (m.peak_mb, 0))
    )
    return f"{m.fit_seconds:.1f}", calls, f"{m.ms_per_image:.0f}", memory


def _verdicts(m: Measures) -> tuple[str, ...]:
    return *verdict_cells(m.review), *verdict_cells(m.reject), f"{m.n_refused}", f"{len(m.unusable)}"
