"""What all pages share: their templates, the words in them, and a file's name that is nobody else's."""

import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import jinja2
from markupsafe import Markup

from assistant.card import badge, style, support_in_words
from assistant.labels import label
from explain.catalogue import Lang, say
from explain.wording import number, percent, points


def filled(template: str, lang: Lang, labels: Callable[..., str] = label, **values: object) -> str:
    """Return a page as one text of HTML; `labels` says what a key means to a reader of this kind of page."""
    words = {
        "lang": lang,
        "label": lambda key, **slots: labels(key, lang, **slots),
        "say": lambda key: say(key, lang),
        "support_in_words": lambda support: support_in_words(support, lang, labels),
        "badge": lambda verdict: Markup(badge(verdict, lang)),
        "percent": lambda share: percent(share, lang),
        "number": number,
        "points": points,
        "style": Markup(style()),
    }
    return _template(template).render(**words, **values)


def markup(html: str) -> Markup:
    """Return HTML of our own, in which all that came from elsewhere is escaped already, as what needs no escaping."""
    return Markup(html)


def free_stem(name: str, folder: Path, called: str = "") -> str:
    """Return a file name for a sample that no other sample and no stranger's file in the folder has.

    `called` is the part of its name that people know it by, if that is not the file's name without its suffix.
    """
    stem = plain_stem(called or Path(name.replace("\\", "/")).stem)
    page = folder / f"{stem}.html"
    ours = page.is_file() and identity(name) in page.read_text(encoding="utf-8", errors="replace")[:1000]
    free = not page.exists() and not (folder / stem).exists() and stem.lower() != "index"
    return stem if ours or free else f"{stem}-{identity(name)[:8]}"


def plain_stem(called: str) -> str:
    """Return a name as a file's on any system, without its suffix."""
    return re.sub(r"[^\w.-]+", "_", called)[:60].strip("._") or "sample"


def identity(name: str) -> str:
    """Return what tells apart samples whose files are called alike in different folders."""
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()


@cache
def _template(name: str) -> jinja2.Template:
    loader = jinja2.FileSystemLoader(Path(__file__).parent)
    return jinja2.Environment(
        loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    ).get_template(name)
