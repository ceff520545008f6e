"""Measure how long the app lets people wait: a real `foil serve --example`, seen by a real Chromium.

    python tests/time_app.py --times 20 --home FOLDER
    python tests/time_app.py --make --times 0 --home FOLDER     # the start by `make run`, on its own port 7860

It is no test of the suite: it takes minutes, and what it tells depends on the machine. What a visitor waits for is
timed inside the page, from what the visitor does until the frame in which the answer is painted, so no clock of this
program's stands between. It prints the table of docs/app.md.
"""

import argparse
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from screenshots import browsing

ROOT = Path(__file__).resolve().parents[1]
FOIL = [sys.executable, "-m", "apps.cli"]
PATIENCE = 300_000  # milliseconds: a first start renders and fits the example products
QUESTIONS = ("why was it rejected?", "how big is region 1?", "what if it were normal?", "where is it?", "is it ok?")
EXAMPLES, EXAMPLE = "#examples button.thumbnail-item", 1  # which one is clicked
GOALS = {"drop: verdict": 1.0, "ask: first words, new picture": 0.5, "ask: first words, same picture": 0.5}  # seconds

# Resolves with the seconds from `act` until the frame after which `seen` holds is painted.
TIMED = """async ([act, seen, given]) => {
  const does = eval(act), holds = eval(seen), painted = () =>
    new Promise(done => requestAnimationFrame(() => { const once = new MessageChannel();
      once.port1.onmessage = done; once.port2.postMessage(0); }));
  const started = performance.now();
  await does(given);
  while (!holds(given)) await new Promise(done => requestAnimationFrame(done));
  await painted();
  return (performance.now() - started) / 1000;
}"""
DROP = """given => {
  const bytes = Uint8Array.from(atob(given.bytes), one => one.charCodeAt(0)), data = new DataTransfer();
  data.items.add(new File([bytes], given.name, {type: 'image/png'}));
  const place = document.querySelector('#picture [aria-dropeffect]');
  place.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
CLICK = "given => document.querySelectorAll(given.place)[given.at].click()"
PRESS = "given => document.querySelector(given.place).click()"
VERDICT = "() => document.querySelector('#card .foil-card')"
ANOTHER = f"given => ({VERDICT})() && document.querySelector('#card').innerText !== given.was"
COMPLETE = """() => ['#pair', '#overlay', '#regions'].every(place => {
  const all = [...document.querySelectorAll(`${place} img`)];
  return all.length && all.every(one => one.complete && one.naturalWidth); })
  && document.querySelector('#words .foil-words') && document.querySelector('#limit-words .foil-limit')"""
# An answer's own words: none of "Working on it", and of a message that was not there before.
ANSWERED = """given => { const said = [...document.querySelectorAll('#chat .bot.message')].map(one => one.innerText);
  return said.length > given.before && !/^(Working on it|正在计算)/.test(said.at(-1).trim()); }"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, *options: str, command: Sequence[str] = (), port: int = 0) -> Iterator[tuple[str, Path]]:
    """Start Foil by a process of its own; yield its address, at once, and its log. It must end without a traceback."""
    port = port or free_port()
    command = command or [*FOIL, "serve", "--example", "--no-browser", "--port", str(port), *options]
    env = {"FOIL_HOME": str(home), "PYTHONPATH": str(ROOT), "BROWSER": "true", "PYTHONUNBUFFERED": "1"}
    with TemporaryDirectory(prefix="foil-time-") as folder:
        log = Path(folder, "server.log")
        with log.open("wb") as out:
            process = subprocess.Popen(
                command, cwd=ROOT, env=os.environ | env, stdout=out, stderr=out, start_new_session=True
            )
        try:
            yield f"http://127.0.0.1:{port}", log
        finally:
            os.killpg(process.pid, signal.SIGTERM)  # make's child, too
            process.wait()
        if "Traceback" in (said := log.read_text()):
            raise SystemExit(said)


def opened(address: str, log: Path) -> float:
    """Wait until a server says that it is open; return the time."""
    while f"Foil is open at {address}" not in (said := log.read_text()):
        if "\nfoil: " in f"\n{said}":  # a refusal; pip says "foil: " within a line
            raise SystemExit(said)
        time.sleep(0.02)
    return time.perf_counter()


def usable(page: Any, address: str) -> None:
    """Open the page and wait until it knows its model: from then on it answers."""
    page.goto(address)
    page.wait_for_function("document.querySelector('#model input')?.value")


def chosen(page: Any) -> None:
    """Choose the example's model, as a click on one of its pictures does, and take the picture away."""
    timed(page, CLICK, VERDICT, place=EXAMPLES, at=EXAMPLE)
    timed(page, "() => 0", COMPLETE)
    cleared(page)


def cleared(page: Any) -> None:
    page.locator("#picture").get_by_label("Remove Image").click()
    page.locator("#card .foil-empty").wait_for()


def timed(page: Any, act: str, seen: str, **given: Any) -> float:
    return float(page.evaluate(TIMED, [act, seen, given]))


def start(browser: Any, home: Path, command: Sequence[str] = (), port: int = 0) -> dict[str, float]:
    """Return the seconds from the start of a process until it is open, its page usable, and an example judged."""
    page = browser.new_context(locale="en-US").new_page()
    page.set_default_timeout(PATIENCE)
    began = time.perf_counter()
    with served(home, command=command, port=port) as (address, log):
        listens = opened(address, log) - began
        usable(page, address)
        ready = time.perf_counter() - began
        timed(page, CLICK, VERDICT, place=EXAMPLES, at=EXAMPLE)
        judged = time.perf_counter() - began
        page.context.close()
    return {"start: server open": listens, "start: page usable": ready, "start: first verdict": judged}


def drops(page: Any, pictures: Sequence[Path]) -> dict[str, list[float]]:
    """Return how long after its drop each picture's verdict is there, and how long after that all that is shown."""
    verdict, whole = list[float](), list[float]()
    for number, picture in enumerate(pictures):
        name = f"{number}-{picture.parent.name}.png"
        given = {"name": name, "bytes": b64encode(picture.read_bytes()).decode()}
        verdict.append(timed(page, DROP, VERDICT, **given))
        whole.append(verdict[-1] + timed(page, "() => 0", COMPLETE))
        cleared(page)
    return {"drop: verdict": verdict, "drop: all of the result": whole}


def asks(page: Any, pictures: Sequence[Path]) -> dict[str, list[float]]:
    """Return how long after Enter the answer's first words are there: to the first question of a picture, to others."""
    first, others = list[float](), list[float]()
    for number, picture in enumerate(pictures):
        page.get_by_role("tab", name="Inspect").click()
        given = {"name": f"asked-{number}.png", "bytes": b64encode(picture.read_bytes()).decode()}
        timed(page, DROP, VERDICT, **given)
        page.locator("#limit-words .foil-limit").wait_for()
        page.get_by_role("tab", name="Ask").click()
        asked = islice(cycle(QUESTIONS), number, number + 2)
        for question, times in zip(asked, (first, others), strict=True):
            page.locator("#ask textarea").fill(question)
            before = page.locator("#chat .bot.message").count()
            send = "#ask button.submit-button"
            page.locator(f"{send}:not([disabled])").wait_for()
            times.append(timed(page, PRESS, ANSWERED, place=send, before=before))
            page.wait_for_timeout(700)  # the picture spoken of and the next questions come after the words
        page.get_by_role("tab", name="Inspect").click()
        cleared(page)
    return {"ask: first words, new picture": first, "ask: first words, same picture": others}


def clicks(page: Any, times: int) -> dict[str, list[float]]:
    """Return how long other clicks take: an example, and the language."""
    examples, languages = list[float](), list[float]()
    for number in range(times):
        given = {"place": EXAMPLES, "at": number % 2, "was": page.inner_text("#card")}
        examples.append(timed(page, CLICK, ANOTHER, **given))
        page.wait_for_timeout(700)
        wanted = "检测" if number % 2 == 0 else "Inspect"
        turned = f"() => document.querySelector('[role=tab]').innerText.trim() === '{wanted}'"
        languages.append(timed(page, CLICK, turned, place="#lang input", at=1 - number % 2))
        page.wait_for_timeout(700)
    return {"click: an example's verdict": examples, "click: the other language": languages}


def warm(browser: Any, home: Path, times: int) -> dict[str, list[float]]:
    """Return the times of a page that was used before."""
    page = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 850}).new_page()
    page.set_default_timeout(PATIENCE)
    pictures = list(islice(cycle(pictures_of(home)), times + 1))
    with served(home) as (address, log):
        opened(address, log)
        usable(page, address)
        chosen(page)
        drops(page, pictures[:2])
        asks(page, pictures[:2])
        found = told(drops(page, pictures[1:])) | told(asks(page, pictures[1:])) | told(clicks(page, times))
        page.context.close()
    return found


def pictures_of(home: Path) -> list[Path]:
    return sorted((home / "example/gasket/test").rglob("*.png"))


def told(found: dict[str, list[float]]) -> dict[str, list[float]]:
    """Print times as lines of a Markdown table, as soon as they are known, and return them."""
    for name, seconds in found.items():
        middle, most = np.quantile(seconds, [0.5, 0.95])
        print(f"| {name} | {len(seconds)} | {middle:.2f} s | {most:.2f} s | {max(seconds):.2f} s |", flush=True)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="where the example and its models lie, or will")
    parser.add_argument("--times", type=int, default=20, help="how often each thing is done once the app is warm")
    parser.add_argument("--starts", type=int, default=3)
    parser.add_argument("--first", action="store_true", help="time the very first start, too, in an empty home")
    parser.add_argument("--make", action="store_true", help="start it by make run; port 7860 must be free")
    given = parser.parse_args()
    home, found = given.home.resolve(), dict[str, list[float]]()
    how: dict[str, Any] = {"command": ["make", "run"], "port": 7860} if given.make else {}
    print("| what | times | median | 95 % | longest |\n|---|---|---|---|---|", flush=True)
    with browsing() as browser:
        if given.first:
            with TemporaryDirectory(prefix="foil-time-") as empty:
                first = start(browser, Path(empty), **how)
            told({f"very first {name}": [seconds] for name, seconds in first.items()})
        each = [start(browser, home, **how) for _ in range(given.starts)]
        told({name: [one[name] for one in each] for name in (each[0] if each else ())})
        if given.times:
            found = warm(browser, home, given.times)
    missed = [name for name, most in GOALS.items() if name in found and np.median(found[name]) > most]
    if missed:
        raise SystemExit(f"slower than its goal: {', '.join(missed)}")


if __name__ == "__main__":
    main()
