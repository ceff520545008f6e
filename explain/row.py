"""One row of a table in words: which columns put it where it is, and what they would be in a normal row."""

from explain.catalogue import Lang, say
from explain.prompt import clean
from explain.wording import in_quotes, number
from fusion.detection import Verdict
from fusion.table.detection import RowDetection

_LONGEST = 40  # of a column's name
_SHOWN = 6  # columns without a value


def told_score(found: RowDetection) -> float:
    """Return a row's score with as few digits, two or more, as keep it on its side of the thresholds."""
    digits = next(d for d in range(2, 18) if d == 17 or _side(found, round(found.pred_score, d)) == _side(found))
    return round(found.pred_score, digits)


def tell_row(found: RowDetection, lang: Lang) -> str:
    """Return a line for each column that is off and one for missing values; "" where there is nothing to say."""
    if found.refusal:
        return say("refused.reason", lang, refusal=found.refusal)
    lines = [
        say(
            "row.off",
            lang,
            column=_name(off.column, lang),
            value=number(off.value, 4),
            expected=number(off.expected, 4),
            effect=number(off.effect, 3),
        )
        for off in found.off
    ]
    if found.missing:
        names = say("row.and", lang).join(_name(column, lang) for column in found.missing[:_SHOWN])
        lines.append(say("row.missing", lang, n=str(len(found.missing)), columns=names))
    return "\n".join(lines)


def _side(found: RowDetection, score: float | None = None) -> Verdict:
    return found.thresholds.verdict(found.pred_score if score is None else score)


def _name(column: str, lang: Lang) -> str:
    return in_quotes(clean(column), _LONGEST, lang)
