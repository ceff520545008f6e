"""The Ask tab in a real browser: questions, follow-ups, an upload, and two visitors who never hear each other."""

from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from test_browser import Visit, app, browser, visit  # noqa: F401

from assistant.router import similarities

pytestmark = pytest.mark.browser


def ask(there: Visit, question: str) -> None:
    there.page.locator("#ask textarea").fill(question)
    there.page.keyboard.press("Enter")


def test_a_conversation_goes_on_and_stays_with_its_visitor(
    visit: Visit,  # noqa: F811
    browser: Any,  # noqa: F811
    app: str,  # noqa: F811
    plate: Plate,
    tmp_path: Path,
) -> None:
    similarities("hello")  # loading takes longer than anybody waits here
    page = visit.page
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    page.get_by_role("tab", name="Ask").click()
    ask(visit, "where is it?")
    visit.sees("#chat", "8 × 6 px, 48 px marked")
    page.locator("#chat img").first.wait_for()
    page.locator("#ask-chips").get_by_text("describe region 1").click()
    visit.sees("#chat", "peak 7.2 sigma")
    ask(visit, "如果它正常会怎样？")
    visit.sees("#chat", "若区域 1 恢复正常，得分将为 0.00")
    ask(visit, "<img src=x onerror=alert(1)> please")
    visit.sees("#chat", "Nothing was done")
    assert page.locator("#chat img[src=x]").count() == 0
    visit.gives("#ask", plate("darker.png", 180))
    page.locator("#ask .thumbnail-item").first.wait_for()
    ask(visit, "is it worse than the previous one?")
    visit.sees("#chat", "differs more from normal than “darker.png”")
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "normal" not in kept, "whoever uses this browser next finds no past questions"
    other = Visit(browser, app)
    other.page.get_by_role("tab", name="Ask").click()
    ask(other, "how many pictures are there?")
    other.sees("#chat", "There is no picture to talk about yet")
    other.page.context.close()
    page.locator("#ask-new").click()
    page.locator("#chat").get_by_text("Nothing was done").wait_for(state="detached")
