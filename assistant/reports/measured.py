"""What was measured: how far the model can be trusted, and the results of all samples together."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from assistant.card import support_in_words
from assistant.drift import drift_told
from assistant.reports import charts
from assistant.reports.blocks import Block, Cell, Charts, Mark, Section, Table, Text
from assistant.reports.facts import Facts as Known
from assistant.reports.facts import Found, Model
from assistant.reports.overview import VERDICTS
from assistant.reports.statistics import agreement, drift_of, found_kinds, found_where, pareto, rate, repeated
from assistant.reports.words import label, moment, share
from explain import plain
from explain.catalogue import CATALOGUE, Lang, say
from explain.evidence import Support
from explain.naming import UNKNOWN
from explain.prompt import clean
from explain.wording import called, number
from fusion.calibration import Calibration


def trust(known: Known, lang: Lang) -> Section:
    """Return section 3: what is promised and what was measured of it, and what was not."""
    blocks: list[Block] = []
    for model in known.models.values():
        blocks += _promise(model, known.of_model(model.sha256), lang)
    blocks.append(Text(label("missed", lang)))
    for model in known.models.values():
        blocks += _detectable(model, lang)
    blocks.append(Text(_repeats(known.found, lang)))
    blocks += _agreement(known.found, lang)
    return Section(label("3", lang), blocks)


def results(known: Known, lang: Lang) -> Section:
    """Return section 4."""
    if known.scope.is_one:
        return Section(label("4", lang), [Text(label("4.one", lang))])
    blocks: list[Block] = _counts(known, lang)
    marked = [one for one in known.found if one.verdict in ("REVIEW", "REJECT")]
    if wheres := [where for one in marked for where in found_where(one)]:
        named = [(say(key, lang) if key in CATALOGUE else clean(key), n) for key, n in pareto(wheres)]
        side = [charts.pareto(label("pareto.where", lang), named, len(wheres), lang)]
        kinds = [kind for one in marked for kind in found_kinds(one)]
        looks = pareto(_look(*kind, lang) for kind in kinds)
        side += [charts.pareto(label("pareto.kind", lang), looks, len(kinds), lang)] if kinds else []
        blocks.append(Charts(side, label("pareto.how", lang)))
    for model in known.models.values():
        if found := known.of_model(model.sha256):
            blocks += _control(model, found, lang)
    return Section(label("4", lang), blocks)


def _look(name: str, form: str, change: str, lang: Lang) -> str:
    """Return what a region looks like: a name where it has one, else form and change, which are always measured."""
    if name and name != UNKNOWN:
        return called(name, lang)
    return label("kind.said", lang, form=label(form, lang), change=label(change, lang))


def _promise(model: Model, found: Sequence[Found], lang: Lang) -> list[Block]:
    calibration = model.calibration
    limits, n = calibration.thresholds, number(calibration.n)
    rows: list[list[Cell]] = []
    for name, limit, promised in (
        ("T1", limits.review, limits.review_rate),
        ("T2", limits.reject, limits.reject_rate),
    ):
        support = calibration.support(promised)
        seen = int((calibration.scores >= limit).sum())
        cells = [label(name, lang), f"{limit:.2f}", label("at most", lang, rate=share(promised, lang))]
        rows.append([*cells, share(support.confidence, lang), number(seen)])
    head = ["limit", "limit.score", "limit.promise", "limit.confidence"]
    titles = [label(key, lang) for key in head] + [label("limit.seen", lang, n=n)]
    said = support_in_words(_support(calibration, limits.reject_rate), lang)
    blocks: list[Block] = [
        Text(label("false alarms", lang, name=model.name), "heading"),
        Table(titles, rows, 0, (1, 2, 3, 4)),
        Text(_joined(said, lang)),
    ]
    if found:
        scored = [charts.Scored(float(one.score or 0), one.verdict) for one in found]
        drawn = charts.distribution(charts.Limits.of(calibration), scored, lang)
        blocks.append(Charts([drawn], label("chart.distribution.how", lang)))
    return blocks


def _support(calibration: Calibration, promised: float) -> Support:
    """Return what a promise is worth, with the digits that mean something."""
    whole = plain.from_plain(Support, asdict(calibration.support(promised)), "support")
    rounded: Support = plain.rounded(whole)
    return rounded


def _detectable(model: Model, lang: Lang) -> list[Block]:
    """Return how large a defect must be, by kind, to be found half the time, if the model's card says so."""
    network = model.card.get("network") or {}
    limits = network.get("limits") or {} if network.get("kept") else {}
    sizes = sorted((area, kind) for kind, area in limits.items() if area is not None)
    if not sizes:
        return [Text(label("pod.none", lang, name=model.name))]
    rows = [(called(kind, lang), area, say("percent", lang, number=number(area))) for area, kind in sizes]
    untold = say("list", lang).join(called(kind, lang) for kind, area in limits.items() if area is None)
    said = Text(label("pod.untold", lang, kinds=untold))
    drawn = Charts([charts.bars(label("pod", lang), rows)], label("pod.said", lang, name=model.name))
    return [drawn, said] if untold else [drawn]


def _repeats(found: Sequence[Found], lang: Lang) -> str:
    spreads = []
    for group in repeated(found):
        scores = [float(one.score) for one in group if one.score is not None]
        spreads.append(max(scores) - min(scores) if scores else 0.0)
    if not spreads:
        return label("repeat.none", lang)
    slots = {"n": number(len(spreads)), "same": number(spreads.count(0.0)), "most": f"{max(spreads):.2g}"}
    return label("repeat.said", lang, **slots)


def agreed(met: Mapping[tuple[str, str], int], lang: Lang) -> str:
    """Return how often people let pass what the program rejected, in a sentence; `met` is as `agreement` has it."""
    if not met:
        return label("agree.none", lang)
    rejects = sum(n for (machine, _), n in met.items() if machine == "REJECT")
    passed = met.get(("REJECT", "PASS"), 0)
    slots = {"n": number(sum(met.values())), "rejects": number(rejects), "passed": number(passed)}
    key = "agree.said" if rejects else "agree.said.none"
    return label(key, lang, **slots, rate=_with_interval(passed, rejects, lang) if rejects else "")


def _agreement(found: Sequence[Found], lang: Lang) -> list[Block]:
    met = agreement(found)
    title, said = Text(label("agree", lang), "heading"), Text(agreed(met, lang))
    if not met:
        return [title, said]
    people = ("PASS", "REVIEW", "REJECT")
    head = [label("agree.person", lang, verdict=label(verdict, lang)) for verdict in people]
    rows: list[list[Cell]] = [
        [Mark(machine, label(machine, lang)), *(number(met.get((machine, person), 0)) for person in people)]
        for machine in VERDICTS
        if any(machine == one for one, _ in met)
    ]
    return [title, said, Table([label("agree.machine", lang), *head], rows, 0, (1, 2, 3))]


def _counts(known: Known, lang: Lang) -> list[Block]:
    if not known.found:
        return []
    machine = Counter(one.verdict for one in known.found)
    now = Counter(one.last_word for one in known.found)
    rows: list[list[Cell]] = []
    for verdict in VERDICTS:
        seen = rate(machine[verdict], len(known.found))
        interval = label("interval", lang, low=share(seen.low, lang), high=share(seen.high, lang))
        mark = Mark(verdict, label(verdict, lang))
        rows.append([mark, number(seen.seen), share(seen.share, lang), interval, number(now[verdict])])
    head = ["verdict", "count.program", "count.share", "count.interval", "count.now"]
    return [Table([label(key, lang) for key in head], rows, 0, (1, 2, 3, 4)), Text(label("counts.how", lang), "note")]


def _control(model: Model, found: Sequence[Found], lang: Lang) -> list[Block]:
    limits = charts.Limits.of(model.calibration)
    scored = [charts.Scored(float(one.score or 0), one.verdict) for one in found]
    ends = moment(found[0].time), moment(found[-1].time)
    drift = drift_of(model.calibration, found)
    return [
        Text(label("chart.title", lang, name=model.name), "heading"),
        Charts([charts.control(limits, scored, ends, lang)], label("chart.control.how", lang)),
        Text(_joined(drift_told(drift, lang), lang), "warning" if drift.is_alarm else "plain"),
        Text(label("drift.how", lang), "note"),
    ]


def _with_interval(count: int, of: int, lang: Lang) -> str:
    seen = rate(count, of)
    interval = label("interval", lang, low=share(seen.low, lang), high=share(seen.high, lang))
    return f"{share(seen.share, lang)}; {interval}" if lang == "en" else f"{share(seen.share, lang)}；{interval}"


def _joined(sentences: Sequence[str], lang: Lang) -> str:
    return (" " if lang == "en" else "").join(sentences)
