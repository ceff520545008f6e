"""One sentence of a narrator, held against the evidence: what it claims, and how much of that isn't so."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from explain.cases import of_cases
from explain.claims import Claim, claims
from explain.comparing import ABOVE, BELOW, comparisons
from explain.facts import OF_REGIONS, Facts, role_of
from explain.mirror_claims import of_mirrors
from explain.reading import Assertion, Denial, Mention, clauses, mentions, read

_CARRIED = re.compile(r"\s*(?:[-*•·]|(?:it|its|this|that|they|these|there it)\b|它|其|该(?!件)|此处|这)", re.IGNORECASE)
_BOUND = re.compile(rf"(?:{ABOVE}|{BELOW}|\bthan|\bat (?:most|least)|\bup to|至[多少])[^\d]{{0,24}}$", re.IGNORECASE)

Scope = Callable[[int], tuple[int, ...] | None]  # of which regions a place of the sentence speaks; None: of any


@dataclass(frozen=True)
class Checked:
    """What a sentence claims."""

    claims: int
    wrong: int
    verdict: bool  # it says the verdict
    regions: tuple[int, ...] = field(default=())  # that it speaks of


def check(text: str, facts: Facts, carried: Sequence[int] = ()) -> Checked:
    """Hold a sentence against the evidence; `carried` are the regions that the sentence before spoke of."""
    of_others = [*of_cases(text, facts.evidence.cases), *of_mirrors(text, facts.evidence.regions, carried)]
    text = _blank(text, [(start, end) for start, end, _ in of_others])
    named = mentions(text)
    plain = _blank(text, [(m.start, m.end) for m in named])
    said, denials, silent = read(plain)
    numbers = sorted(claims(_blank(plain, silent)), key=_start)
    compared = list(comparisons(text, numbers, facts.evidence))
    said = [a for a in said if not any(start <= a.start < end for start, end, _ in compared)]
    spoken_of = [m for m in named if not any(start < m.start < end for start, end, _ in compared)]
    before = tuple(carried) if _CARRIED.match(text) else ()

    def scope(at: int) -> tuple[int, ...] | None:
        return _scope(text, spoken_of, at) or before or None

    right = [all(any(r.number == n for r in facts.evidence.regions) for n in m.regions) for m in named]
    right += [true for _, _, true in (*of_others, *compared)]
    targets: list[Assertion | Claim] = [*said, *numbers]
    targets.sort(key=_start)
    starts = clauses(plain)
    denials = [d for d in denials if not _of_a_comparison(d, compared, targets, starts)]
    right += _words(said, targets, denials, starts, facts, scope)
    right += _figures(plain, numbers, targets, denials, starts, facts, scope)
    verdict = any(a.subject == "verdict" and facts.says("verdict", a.value, None) for a in said)
    regions = tuple(n for m in named for n in m.regions) or before
    return Checked(len(right), right.count(False), verdict, regions)


def _start(claim: Claim | Assertion) -> int:
    return claim.start


def _blank(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _scope(text: str, named: Sequence[Mention], at: int) -> tuple[int, ...]:
    """Return the regions that a place of the sentence speaks of: of those named before it, or "(region 1)" after it."""
    if not named:
        return ()
    before = [m for m in named if m.start <= at]
    after = [m for m in named if m.start > at]
    trailing = text[: named[0].start].rstrip().endswith(("(", "（"))
    first, then = (after[:1], before[-1:]) if trailing else (before[-1:], after[:1])
    return (first or then)[0].regions


def _words(
    said: Sequence[Assertion],
    targets: Sequence[Assertion | Claim],
    denials: Sequence[Denial],
    starts: Sequence[int],
    facts: Facts,
    scope: Scope,
) -> list[bool]:
    """Tell of each assertion whether it is so; a "not" turns the next one, a "no" the rest of its clause together."""
    right: list[bool] = []
    together: dict[int, list[Assertion]] = {}
    for a in said:
        clause = _clause(a.start, starts)
        wholly = any(d.wholly for d in denials if clause <= d.start < a.start)
        if a.subject in OF_REGIONS and wholly:
            together.setdefault(clause, []).append(a)
            continue
        denied = wholly or any(_target(d, targets, starts) is a for d in denials if not d.wholly)
        right.append(_held(a, facts, scope(a.start)) != denied and a.subject != "never")
    for group in together.values():
        regions = facts.regions(scope(group[0].start))
        there = any(all(OF_REGIONS[a.subject](r, a.value) for a in group) for r in regions)
        right += [not there] * len(group)
    return right


def _held(a: Assertion, facts: Facts, scope: tuple[int, ...] | None) -> bool:
    """Tell whether an assertion is so; of several regions at once, each must look so, but each lies somewhere else."""
    if a.subject in OF_REGIONS and a.subject not in ("place", "border") and scope:
        return all(facts.says(a.subject, a.value, (n,)) for n in scope)
    return facts.says(a.subject, a.value, scope)


def _target(denial: Denial, targets: Sequence[Assertion | Claim], starts: Sequence[int]) -> Assertion | Claim | None:
    """Return what a "not" turns: what follows it next in its clause, or else what stands last before it."""
    clause = _clause(denial.start, starts)
    here = [t for t in targets if _clause(t.start, starts) == clause]
    return next((t for t in here if t.start >= denial.start), here[-1] if here else None)


def _clause(at: int, starts: Sequence[int]) -> int:
    return max(start for start in starts if start <= at)


def _of_a_comparison(
    denial: Denial,
    compared: Sequence[tuple[int, int, bool]],
    targets: Sequence[Assertion | Claim],
    starts: Sequence[int],
) -> bool:
    """Tell whether a "not" turns a comparison, which has heeded it already."""
    return any(
        denial.start < start
        and _clause(denial.start, starts) == _clause(start, starts)
        and not any(denial.start <= t.start < start for t in targets)
        for start, _, _ in compared
    )


def _figures(
    text: str,
    numbers: Sequence[Claim],
    targets: Sequence[Assertion | Claim],
    denials: Sequence[Denial],
    starts: Sequence[int],
    facts: Facts,
    scope: Scope,
) -> list[bool]:
    """Tell of each number whether the evidence holds it, as what the words around it say that it is."""
    right: list[bool] = []
    names = [t for t in targets if isinstance(t, Assertion) and t.subject == "name"]
    ends = [0, *(claim.end for claim in numbers)]
    nexts = [*(claim.start for claim in numbers[1:]), len(text)]
    role = None
    for claim, since, until in zip(numbers, ends, nexts, strict=False):
        before, after = text[since : claim.start], text[claim.end : until]
        of_the_same = before.strip() in ("(", "（") and claim.unit in ("mm", "mm2")  # 72 px (3.6 mm) long
        role = role_of(claim, before, after) or (role if of_the_same else None)
        denied = any(
            _target(d, targets, starts) is claim and not _BOUND.search(text[d.start : claim.start])
            for d in denials
            if not d.wholly
        )
        kind = next((name.value for name in reversed(names) if since <= name.start < claim.start), None)
        if kind and role and "names.sure" in role.fields:
            held = facts.sure(claim, kind, scope(claim.start))
        else:
            held = facts.number(claim, role, scope(claim.start))
        right.append(held and not denied)
    return right
