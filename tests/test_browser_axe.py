"""Every page of the app under axe-core: nothing that keeps people out [WCAG 2.2 A and AA], light, dark and narrow."""

from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from conftest import Plate
from test_browser import Visit, app, browser  # noqa: F401

pytestmark = pytest.mark.browser

TABS = {  # by what each is seen to be there
    "Ask": "#ask",
    "Teach": "#fit",
    "Review": "#review-marked img",
    "Gallery": "#gallery-picture img",
    "Movements": "#movement",
}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What lies in Gradio's own markup and can't be mended from outside: rule -> part of its selector or markup, and why.
GRADIOS = {
    "aria-prohibited-attr": (('class="empty ', "a picture's empty place is a div with a label, but without a role"),),
    "target-size": (
        ("> a[download=", "a link that is inline, around a button that is large enough"),
        ("common.upload", "two buttons, one inside the other, for more files"),
        (".icon-mode", "the inner one of them"),
    ),
    "nested-interactive": (("common.upload", "the outer one of them"),),
}
# What fades is pale meanwhile.
STILL = "*, ::before, ::after { transition: none !important; animation: none !important }"
LOOKS = ["color-contrast", "scrollable-region-focusable"]  # what else a page is does not depend on width and scheme


def faults(page: Any, where: str) -> list[str]:
    """Return what axe finds serious or worse on a page as it is: wide and light by every rule, then narrow and dark."""
    page.wait_for_timeout(100)
    found = axe(page, where, {"type": "tag", "values": WCAG})
    page.evaluate("document.body.classList.add('dark')")
    page.set_viewport_size({"width": 390, "height": 850})
    found += axe(page, f"{where}, narrow and dark", {"type": "rule", "values": LOOKS})
    page.evaluate("document.body.classList.remove('dark')")
    page.set_viewport_size({"width": 1280, "height": 850})
    return found


def axe(page: Any, where: str, rules: dict[str, Any]) -> list[str]:
    options = {"resultTypes": ["violations"], "runOnly": rules, "elementRef": False}
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{where}: {one['id']} ({one['impact']}) {node['target']} {node['html'][:120]}"
        for one in found
        if one["impact"] in ("serious", "critical")
        for node in one["nodes"]
        # the markup as well: an element that is replaced meanwhile has no selector of its own
        if not any(part in f"{node['target']} {node['html']}" for part, _ in GRADIOS.get(one["id"], ()))
    ]


def test_no_page_has_a_serious_fault(browser: Any, app: str, plate: Plate) -> None:  # noqa: F811
    visit = Visit(browser, app)
    page = visit.page
    page.add_style_tag(content=STILL)
    page.evaluate(AXE_SCRIPT)
    found = faults(page, "first sight")
    page.locator("#examples button.thumbnail-item").nth(1).click()
    visit.sees("#words", "Region 1")
    page.locator("#tour").get_by_role("button", name="Show me around").click()
    visit.sees("#tour", "1 / 5")
    found += faults(page, "a result")
    page.locator("#many > button").click()
    visit.gives("#many-files", plate("fine.png"), plate("worst.png", 200))
    visit.sees("#many-told", "2 pictures: 1 ■ REJECT, 1 ● PASS.")
    page.wait_for_function("!document.querySelector('#caption').innerText.trim()")  # the worst one's result is there
    found += faults(page, "several pictures")
    page.locator("#zoom-open").click()
    page.locator("#zoom img").wait_for()
    found += faults(page, "zoom")
    page.keyboard.press("Escape")
    for name, place in TABS.items():
        page.get_by_role("tab", name=name).click()
        page.locator(place).wait_for()
        found += faults(page, name)
    page.get_by_role("tab", name="Review").click()
    page.get_by_text("Is production drifting?").click()
    page.locator("#drift figure").wait_for()
    found += faults(page, "drift")
    page.get_by_role("tab", name="Teach").click()
    visit.gives("#files", *(plate(f"good{number}.png", 128, 100 + number) for number in range(6)))
    visit.sees("#check", "6 good pictures to fit on")
    page.get_by_text("What defects would it be taught with?").click()
    visit.sees("#preview-said", "Painted, not real")
    found += faults(page, "painted defects")
    page.context.close()
    assert found == [], "\n".join(["", *found])
