"""Every kind of page at every width and in both schemes: it is accessible and fits.

`nox -s looks` keeps pictures in artifacts/screenshots/, for people to look at.
"""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.browser.visit import ARTIFACTS

pytestmark = [pytest.mark.xdist_group("browser"), pytest.mark.looks]

PAGES = {
    "home": "/",
    "home-past": "/?as_of=2023-01-01",
    "home-empty": "/?q=zzzz",
    "home-filtered": "/?category=social&audience=consumer&sort=verdict",
    "product": "/products/claude",
    "product-past": "/products/claude?as_of=2025-08-01",
    "product-before": "/products/claude?as_of=1999-01-01",
    "product-long": "/products/atlassian",
    "vendor": "/vendors/anthropic",
    "compare-form": "/compare",
    "compare": "/compare?products=claude,chatgpt,gemini,vibe,github-copilot,cursor",
    "changes": "/changes",
    "month": "/changes/2025-08",
    "upcoming": "/upcoming",
    "misconceptions": "/misconceptions",
    "source": "/sources/claude-consumer-terms-2025-10",
    "quality": "/quality",
    "data": "/data",
    "about": "/about",
    "not-found": "/products/clade",
    "bad-parameter": "/?sort=random",
    "nowhere": "/no/such/page",
}
VIEWS = [(1280, "light"), (360, "dark"), (1280, "dark"), (360, "light")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TALL = 1600
# Of a long run of like elements axe reads the first ones: the others are made by the same line of a template.
CUT = """() => {
    for (const list of document.querySelectorAll('main, main ul, main ol, main dl, main tbody'))
        for (const item of [...list.children].slice(list.matches('main') ? 45 : 10)) item.remove();
}"""
# Success criterion 1.4.12 of WCAG: text has to bear being spaced so.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { letter-spacing: .12em !important; word-spacing: .16em !important }'
        + '* { line-height: 1.5 !important } p { margin-bottom: 2em !important }');
    document.adoptedStyleSheets = [sheet];
}"""
# Elements whose content is cut off, other than those that scroll or are for screen readers alone.
CLIPPED = """() => [...document.querySelectorAll('main *')]
    .filter(one => getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1)
    .filter(one => !one.matches('.unseen, svg *, thead'))
    .map(one => one.outerHTML.slice(0, 100))"""


def show(page: Page, wide: int, scheme: str = "light") -> None:
    page.set_viewport_size({"width": wide, "height": TALL})
    page.emulate_media(color_scheme=scheme)


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("name", PAGES)
def test_every_kind_of_page_is_accessible_and_fits(open_page: Callable[..., Page], name: str) -> None:
    page = open_page(PAGES[name])
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for wide, scheme in VIEWS:
        show(page, wide, scheme)
        assert width(page) <= wide
        page.screenshot(path=ARTIFACTS / f"{name}-{wide}-{scheme}.png")
    for wide in (320, 768, 992, 1120):  # the narrowest, and where the style sheet changes the form of the page
        show(page, wide)
        assert width(page) <= wide
    page.evaluate(CUT)
    for wide, scheme in VIEWS:
        show(page, wide, scheme)
        assert violations(page) == []
    show(page, 320)
    page.evaluate(SPACED)
    assert width(page) <= 320
    assert page.evaluate(CLIPPED) == []


def test_an_inaccessible_page_is_noticed(open_page: Callable[..., Page]) -> None:
    page = open_page("/about")
    page.evaluate("""() => {
        const wrong = '<p class="pale">Pale</p><img src="/static/icon.svg">';
        document.querySelector('main').insertAdjacentHTML('beforeend', wrong);
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('.pale { color: #bbb; width: 200vw; max-width: none }');
        document.adoptedStyleSheets = [sheet];
    }""")
    assert {found.split(":")[0] for found in violations(page)} == {"color-contrast", "image-alt"}
    assert width(page) > 1280
