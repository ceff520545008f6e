"""The pictures under the slider as HTML: the map with a strength, and regions that point at what is said of them."""

import json
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from apps.ui.shelf import ADDRESS
from apps.ui.words import word
from explain.catalogue import Lang
from explain.reading import mentions

if TYPE_CHECKING:
    from apps.ui.inspecting import View

ROOM = 0.015  # of the longer side: how far a region's frame stands off, so that it hides none of it
# A sentence and the regions that it names light each other up, under a pointer or a finger.
POINT = """() => {
  if (window.foilPoint) return;
  window.foilPoint = true;
  const numbers = one => (one?.dataset.regions ?? '').split(' ').filter(Boolean);
  document.addEventListener('pointerover', event => {
    const pointed = numbers(event.target.closest?.('[data-regions]'));
    document.querySelectorAll('#marked [data-regions], #words [data-regions], #told [data-regions]').forEach(one =>
      one.classList.toggle('lit', numbers(one).some(number => pointed.includes(number))));
  });
}"""
STRENGTH = "share => document.documentElement.style.setProperty('--foil-strength', share / 100)"


def marked(view: "View", lang: Lang) -> str:
    """Return the pictures of what was found, or a place for them that keeps their size."""
    if view.overlay is None or view.regions is None or view.pair is None:
        return f'<div class="foil-empty">{word("marked.empty", lang)}</div>'
    plain = f'<img class="plain" src="{_place(view.pair[0])}" alt="">'  # over the map, the weaker that is to be
    figures = [_figure("overlay", view.overlay, plain, lang), _figure("regions", view.regions, _frames(view), lang)]
    asked = {"guided": view.guided, "posed": view.posed}
    figures += [_figure(key, path, "", lang) for key, path in asked.items() if path]
    whole = json.dumps({Path(path).stem: _place(path) for path in view.whole})  # to look closer at
    return f'<div class="foil-marked" data-files="{escape(whole)}">{"".join(figures)}</div>'


def _place(path: str) -> str:
    """Return where the browser finds a file of the shelf, which is named after what it shows."""
    return ADDRESS + "/".join(Path(path).parts[-2:])


def spoken_of(line: str) -> str:
    """Return, as an attribute, the regions that a line of words names; nothing where it names none."""
    named = sorted({number for mention in mentions(line) for number in mention.regions})
    return f' data-regions="{" ".join(map(str, named))}"' if named else ""


def _figure(key: str, path: str, above: str, lang: Lang) -> str:
    name = word(key, lang)
    return (
        f'<figure id="{key}"><figcaption>{escape(name)}</figcaption>'
        f'<button type="button" data-zoom="{key}" aria-label="{escape(name)}. {escape(word("zoom", lang))}">'
        f'<span><img src="{_place(path)}" alt="">{above}</span></button></figure>'
    )


def _frames(view: "View") -> str:
    """Return a frame round each region, which shows where it is pointed at."""
    width, height = view.size
    room = ROOM * max(view.size)
    frames = []
    for number, (x0, y0, x1, y1) in view.places:
        place = f'x="{x0 - room:.1f}" y="{y0 - room:.1f}" width="{x1 - x0 + 2 * room:.1f}"'
        frames.append(f'<rect data-regions="{number}" {place} height="{y1 - y0 + 2 * room:.1f}" rx="{room:.1f}"/>')
    return f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">{"".join(frames)}</svg>'
