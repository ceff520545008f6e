"""The Ask tab in a real browser: questions, follow-ups, an upload, asking anew, and conversations that are found again.

Two visitors never hear each other.
"""

from pathlib import Path
from typing import Any

import pytest
from conftest import Plate
from test_browser import Visit, app, browser, visit  # noqa: F401

from apps.ui.asking import INERT
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


def test_an_answer_is_given_again_and_a_question_is_edited(visit: Visit, plate: Plate) -> None:  # noqa: F811
    similarities("hello")
    page, chat, questions = visit.page, visit.page.locator("#chat"), visit.page.locator("#chat .user.message")
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    page.get_by_role("tab", name="Ask").click()
    visit.gives("#ask", plate("darker.png", 180))
    page.locator("#ask .thumbnail-item").first.wait_for()
    ask(visit, "is 5 < 6 & <b>worse</b> &lt; the previous one?")
    visit.sees("#chat", "differs more from normal than “darker.png”")
    ask(visit, "how many pictures are there?")
    visit.sees("#chat", "2 pictures")

    before = chat.inner_text()
    chat.get_by_text("2 pictures").evaluate("one => { one.textContent = 'painted over'; }")
    chat.get_by_label("Retry").click()
    visit.sees("#chat", "2 pictures")
    assert chat.inner_text() == before

    chat.get_by_label("Edit").first.click()
    box = chat.get_by_label("Your question")
    assert box.input_value().replace(INERT, "") == "is 5 < 6 & <b>worse</b> &lt; the previous one?"
    page.evaluate(
        """() => { window.html = 0; new MutationObserver(() => {
          window.html += document.querySelectorAll('#chat img[src=x], #chat b').length;
        }).observe(document.querySelector('#chat'), {childList: true, subtree: true}); }"""
    )
    box.fill("<img src=x onerror=alert(1)> where is it? <b>")
    chat.get_by_label("Submit").click()
    visit.sees("#chat", "8 × 6 px, 48 px marked")
    assert page.evaluate("window.html") == 0, "what is typed is text from the first moment on"
    said = [one.replace(INERT, "").strip() for one in questions.all_inner_texts()]
    assert said == ["", "<img src=x onerror=alert(1)> where is it? <b>"], "with its upload, and without what came after"
    visit.sees("#chat", "Rests on: darker.png")


def test_a_conversation_outlives_a_reload_and_earlier_ones_are_found_again(
    visit: Visit,  # noqa: F811
    browser: Any,  # noqa: F811
    app: str,  # noqa: F811
) -> None:
    similarities("hello")
    page = visit.page
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#card", "REJECT")
    page.get_by_role("tab", name="Ask").click()
    ask(visit, "where is it?")
    visit.sees("#chat", "8 × 6 px, 48 px marked")
    visit.sees("#ask-chips", "describe region 1")
    visit.reloads()
    page.wait_for_function("document.querySelector('#model input')?.value")
    page.get_by_role("tab", name="Ask").click()
    visit.sees("#chat", "8 × 6 px, 48 px marked")
    page.locator("#ask-picture img").wait_for()
    page.locator("#ask-chips").get_by_text("describe region 1").click()
    visit.sees("#chat", "peak 7.2 sigma")
    assert not page.locator("#ask-earlier").is_visible()

    other = Visit(browser, app)
    other.page.get_by_role("tab", name="Ask").click()
    ask(other, "how many pictures are there?")
    other.sees("#chat", "There is no picture to talk about yet")
    other.page.locator("#ask-new").click()
    other.page.locator("#ask-earlier input").click()
    labels = other.page.locator("[role=option]").all_inner_texts()
    assert len(labels) == 1
    assert "“how many pictures are there?” · plates" in labels[0]
    other.page.context.close()

    page.locator("#ask-new").click()
    page.locator("#chat").get_by_text("peak 7.2 sigma").wait_for(state="detached")
    page.locator("#ask-earlier input").click()
    page.locator("[role=option]").get_by_text("“where is it?” · plates").click()
    visit.sees("#chat", "peak 7.2 sigma")
    page.locator("#ask-earlier").wait_for(state="hidden")
    ask(visit, "and how big is it?")
    page.wait_for_function("document.querySelectorAll('#chat .user.message').length === 3")
    kept = page.evaluate("JSON.stringify([localStorage, sessionStorage])")
    assert "where" not in kept
