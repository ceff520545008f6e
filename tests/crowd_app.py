"""Let many people click in the app at once, each with a picture of their own, and see that none sees another's.

    python tests/crowd_app.py --browsers 20 --minutes 3 --home FOLDER

It is no test of the suite: it takes minutes. First a few come at a time, and what the page says and shows of the own
picture is kept; no two may be alike. Then all click at once, each in a browser context of its own, and whatever a page
says must be what it said before, to the letter and to the byte. It prints, for docs/app.md, what was done, how long it
took, and what went wrong: on a page, on the server, and on record.
"""

import argparse
import asyncio
import random
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from PIL import Image
from test_browser import CHROMIUM, QUIET
from time_app import COMPLETE, opened, served

from assistant.store import open_store
from assistant.verifying import verify

PATIENCE = 60.0  # seconds that a visitor waits before it counts as an error
FEW = 3  # visitors at a time, while it is learnt what each should see
PAUSE = 2.0  # seconds between two actions of a visitor, on average
QUESTION = {"en": "why was it rejected?", "zh": "为什么不合格？"}
FOLLOWING = {"en": "how big is region 1?", "zh": "区域 1 有多大？"}
TURNED = {"en": "Inspect", "zh": "检测"}
DONE = {"en": "Rests on", "zh": "依据"}
RECORDED = re.compile("on record|在记录中的")
SHARES = {"inspect": 5, "ask": 4, "look closer": 3, "language": 2, "new conversation": 1}
CARD = "#card .foil-card"  # what Foil says: Gradio writes into the place around it how long something takes
SAYS = f"""one => document.querySelector('{CARD}')?.innerText.split('\\n').filter(line => line.trim())
  .join('\\n') === one"""
# What a picture's bytes are: two visitors' pictures may well have one name.
BYTES = """async place => { const digests = [];
  for (const one of document.querySelectorAll(`${place} img`)) {
    const bytes = await (await fetch(one.src)).arrayBuffer(), hash = await crypto.subtle.digest('SHA-256', bytes);
    digests.push([...new Uint8Array(hash)].map(byte => byte.toString(16).padStart(2, '0')).join('').slice(0, 16)); }
  return digests.join(' '); }"""


@dataclass
class Crowd:
    """What all of them did, and what came of it."""

    patience: float = PATIENCE
    pause: float = PAUSE
    seconds: dict[str, list[float]] = field(default_factory=lambda: {name: [] for name in SHARES})
    wrong: Counter[str] = field(default_factory=Counter)


def own(said: str) -> str:
    """Return what is said of a visitor's picture alone, without empty lines: others add to the record meanwhile."""
    return "\n".join(line for line in said.splitlines() if line.strip() and not RECORDED.search(line))


class Visitor:
    """One person with one picture, in a browser context of their own."""

    def __init__(self, page: Any, picture: Path, crowd: Crowd) -> None:
        self.page, self.picture, self.crowd, self.lang = page, picture, crowd, "en"
        self.alone: dict[str, str] = {}  # what was said and shown while it was quiet
        self.asked: list[str] = []
        page.set_default_timeout(1000 * crowd.patience)
        page.on("console", lambda said: self.complain(f"console: {said.text}") if said.type == "error" else None)
        page.on("pageerror", lambda error: self.complain(f"page: {error}"))
        page.on("response", lambda got: self.complain(f"{got.status} {got.url}") if got.status >= 400 else None)

    def complain(self, what: str) -> None:
        self.crowd.wrong[f"{self.picture.stem}: {what[:600]}"] += 1

    async def comes(self, address: str, model: str) -> None:
        await self.page.goto(address)
        await self.page.wait_for_function("document.querySelector('#model input')?.value")
        await self.page.locator("#tour button").last.click()  # the tour invites as the last thing a new page does
        await self.page.locator("#model input").click()
        await self.page.get_by_role("option", name=model).click()

    async def inspect(self) -> None:
        await self.opens("inspect")
        if await (taken := self.page.locator("#picture").get_by_label("Remove Image")).count():
            await taken.click()
            await self.page.locator("#card .foil-empty").wait_for()
        await self.page.locator("#picture input[type=file]").set_input_files(self.picture)
        await self.page.wait_for_function(COMPLETE)
        for what, place in (("card", CARD), ("words", "#words")):
            self.same(f"{what} in {self.lang}", own(await self.page.locator(place).inner_text()))
        for place in ("#overlay", "#regions", "#pair"):
            self.same(f"{place} in {self.lang}", await self.page.evaluate(BYTES, place))

    async def ask(self) -> None:
        if not self.alone:
            await self.inspect()
        await self.opens("ask")
        question = (FOLLOWING if self.asked else QUESTION)[self.lang]
        answers = self.page.locator("#chat .bot.message")
        before = len(self.asked)
        await self.page.locator("#ask textarea").fill(question)
        await self.page.locator("#ask button.submit-button").click()
        self.asked.append(question)
        ended = f"n => (document.querySelector('#chat').innerText.match(/{'|'.join(DONE.values())}/g) ?? []).length > n"
        await self.page.wait_for_function(ended, arg=before)
        self.same(f"answer to {question}", own(await answers.last.inner_text()))
        said = await self.page.locator("#chat .user.message").all_inner_texts()
        if [one.strip() for one in said] != self.asked:
            self.complain(f"mixed up: asked {self.asked}, and the chat holds {said}")

    async def look_closer(self) -> None:
        await self.opens("inspect")
        await self.page.locator("#zoom-open").click()
        await self.page.wait_for_function("document.querySelector('#zoom img').naturalWidth > 0")
        self.same(f"zoom in {self.lang}", await self.page.evaluate(BYTES, "#zoom"))
        await self.page.keyboard.press("Escape")
        await self.page.locator("#zoom img").wait_for(state="hidden")

    async def language(self) -> None:
        await self.opens("inspect")
        self.lang = "zh" if self.lang == "en" else "en"
        await self.page.locator("#lang input").nth(int(self.lang == "zh")).click()
        turned = f"document.querySelector('[role=tab]').innerText.trim() === '{TURNED[self.lang]}'"
        await self.page.wait_for_function(turned)
        if known := self.alone.get(f"card in {self.lang}"):
            await self.page.wait_for_function(SAYS, arg=known)
        else:
            await self.inspect()

    async def new_conversation(self) -> None:
        await self.opens("ask")
        await self.page.locator("#ask-new").click()
        await self.page.wait_for_function("!document.querySelector('#chat .message')")
        self.asked = []

    async def opens(self, tab: str) -> None:
        await self.page.locator("[role=tablist] [role=tab]").nth(int(tab == "ask")).click()

    def same(self, what: str, seen: str) -> None:
        """Complain if something isn't as it was while it was quiet."""
        was = self.alone.setdefault(what, seen)
        if seen != was:
            new, gone = (
                [one for one in a.splitlines() if one not in b.splitlines()] for a, b in ((seen, was), (was, seen))
            )
            self.complain(f"mixed up: {what} says {new} in place of {gone}")

    async def clicks(self, until: float, draw: random.Random) -> None:
        """Do one thing after the other until it is time to go."""
        does: dict[str, Callable[[], Awaitable[None]]] = {
            name: getattr(self, name.replace(" ", "_")) for name in SHARES
        }
        while time.monotonic() < until:
            await asyncio.sleep(draw.expovariate(1 / self.crowd.pause))
            name = draw.choices(list(SHARES), list(SHARES.values()))[0]
            started = time.perf_counter()
            try:
                await does[name]()
            except Exception as error:  # whatever it was, it is told at the end, and the others go on
                self.complain(f"{name}: {error!r}")
                return
            self.crowd.seconds[name].append(time.perf_counter() - started)


async def crowded(address: str, pictures: Sequence[Path], minutes: float, model: str, crowd: Crowd) -> None:
    """Let a few visitors come at a time, then all at once; what came of it is in the crowd."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET.split())
        visitors = []
        for picture in pictures:
            page = await (await browser.new_context(locale="en-US")).new_page()
            visitors.append(Visitor(page, picture, crowd))
        for first in range(0, len(visitors), FEW):
            await asyncio.gather(*(learns(one, address, model) for one in visitors[first : first + FEW]))
        until = time.monotonic() + 60 * minutes
        await asyncio.gather(*(one.clicks(until, random.Random(seed)) for seed, one in enumerate(visitors)))
        await browser.close()
    for what in ("words in en", "words in zh", "#regions in en", f"answer to {QUESTION['en']}"):
        seen = [one.alone[what] for one in visitors if what in one.alone]
        if len(set(seen)) < len(seen):
            crowd.wrong[f"two visitors' {what} are alike"] += 1


async def learns(visitor: Visitor, address: str, model: str) -> None:
    """Let a visitor see and ask everything once, while it is quiet; Chinese is learnt when it is first turned to."""
    await visitor.comes(address, model)
    await visitor.inspect()
    await visitor.look_closer()
    await visitor.ask()
    await visitor.ask()
    print(f"{visitor.picture.name}: {visitor.alone['card in en'].split()[:3]}", flush=True)


def own_pictures(home: Path, folder: Path, count: int) -> list[Path]:
    """Write a picture for each visitor: a defective part of the example, turned or mirrored once they run out."""
    parts = [one for one in sorted((home / "example/gasket/test").rglob("*.png")) if one.parent.name != "good"]
    made = []
    for number in range(count):
        image: Image.Image = Image.open(parts[number % len(parts)])
        if number >= len(parts):
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        made.append(folder / f"visitor-{number + 1:02}.png")
        image.save(made[-1])
    return made


def table(crowd: Crowd) -> str:
    """Return what was done as Markdown, and what went wrong."""
    lines = ["| what | times | p50 | p95 | longest |", "|---|---|---|---|---|"]
    for name, seconds in crowd.seconds.items():
        shown = (*np.quantile(seconds or [0], [0.5, 0.95]), max(seconds, default=0))
        lines.append(f"| {name} | {len(seconds)} | {' | '.join(f'{value:.1f} s' for value in shown)} |")
    return "\n".join([*lines, "", f"actions: {sum(map(len, crowd.seconds.values()))}, errors: {crowd.wrong.total()}"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, required=True, help="where the example and its models lie")
    parser.add_argument("--browsers", type=int, default=20)
    parser.add_argument("--minutes", type=float, default=3.0)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds for a step, before it is an error")
    parser.add_argument("--pause", type=float, default=PAUSE, help="seconds between two actions, on average")
    given = parser.parse_args()
    home = given.home.resolve()
    with TemporaryDirectory(prefix="foil-crowd-") as folder:
        pictures, records = own_pictures(home, Path(folder), given.browsers), Path(folder, "records")
        with served(home, "--store", str(records)) as (address, log):
            opened(address, log)
            crowd = Crowd(given.patience, given.pause)
            asyncio.run(crowded(address, pictures, given.minutes, "gasket", crowd))
        store = open_store(str(records))
        verified = verify(store)
        named = Counter((row.name, row.verdict) for row in store.latest(10**6))
    print(table(crowd))
    for what, times in crowd.wrong.items():
        print(f"{times} times {what}")
    print(f"on record: {named.total()} inspections of {len(named)} samples with their verdicts, {verified}")
    raise SystemExit(bool(crowd.wrong or len(named) != len(pictures)))


if __name__ == "__main__":
    main()
