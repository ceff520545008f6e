"""The tour in a real browser: it invites once, goes by keys, and is opened again from the header."""

import pytest
from test_browser import Visit, app, browser, visit  # noqa: F401

from apps.ui.tour import STEPS

pytestmark = pytest.mark.browser


def test_the_tour_invites_once_goes_by_keys_and_comes_when_it_is_called(visit: Visit) -> None:  # noqa: F811
    page = visit.page
    visit.sees("#tour", "New here?")
    begin, first = page.locator("#tour").get_by_role("button", name="Show me around"), page.get_by_text("1 / 5")
    while first.count() == 0 and begin.count():  # what the page draws as it starts may take the focus away
        begin.press("Enter")
        page.wait_for_timeout(1000)
    for at, (_, place) in enumerate(STEPS):
        if at:
            page.keyboard.press("Enter")
        visit.sees("#tour", f"{at + 1} / 5")
        assert page.locator(place).first.evaluate("place => getComputedStyle(place).outlineStyle") == "solid"
    visit.sees("#card", "REJECT")  # of the example that the tour clicked
    page.locator("#tour").get_by_role("button", name="Back").click()
    visit.sees("#tour", "4 / 5")
    page.get_by_text("中文").click()
    visit.sees("#tour", "理由。")
    page.locator("#tour").get_by_role("button", name="关闭导览").click()
    page.locator("#tour").wait_for(state="hidden")
    visit.reloads()
    page.wait_for_function("document.querySelector('#model input')?.value")
    page.locator("#tour").wait_for(state="hidden")
    page.get_by_role("tab", name="Teach").click()
    page.locator("#tour-open").click()
    visit.sees("#tour", "1 / 5")
    page.locator("#inspect-given").wait_for()
