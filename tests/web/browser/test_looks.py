"""Every kind of page at every width and in both schemes: it is accessible, fits, and is photographed.

The pictures are kept in artifacts/screenshots/, for people to look at.
"""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.web.browser.visit import ARTIFACTS

pytestmark = pytest.mark.xdist_group("browser")

KINDS = {
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
}
VIEWS = [(1280, "light"), (360, "dark"), (1280, "dark"), (360, "light")]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
TALL = 2000
# Of a long run of like elements axe reads the first ones: the others are made by the same line of a template.
CUT = """most => {
    for (const list of document.querySelectorAll('main, main ul, main ol, main dl, main tbody'))
        for (const item of [...list.children].slice(most)) item.remove();
}"""
# Success criterion 1.4.12 of WCAG: text has to bear being spaced so.
SPACED = """() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }'
        + 'p { margin-bottom: 2em !important }');
    document.adoptedStyleSheets = [sheet];
}"""
# Elements whose content is cut off, other than those that scroll or are for screen readers alone.
CLIPPED = """() => [...document.querySelectorAll('main *')]
    .filter(one => getComputedStyle(one).overflowX === 'hidden' && one.scrollWidth > one.clientWidth + 1)
    .filter(one => !one.matches('.unseen, svg *, thead'))
    .map(one => one.outerHTML.slice(0, 100))"""


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_page_is_accessible_and_fits(open_page: Callable[..., Page], kind: str) -> None:
    page = open_page(KINDS[kind])
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for wide, scheme in VIEWS:
        page.set_viewport_size({"width": wide, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert width(page) <= wide
        tall = min(TALL, page.evaluate("document.documentElement.scrollHeight"))
        clip = {"x": 0, "y": 0, "width": wide, "height": tall}
        page.screenshot(path=ARTIFACTS / f"{kind}-{wide}-{scheme}.png", full_page=True, clip=clip)
    page.set_viewport_size({"width": 320, "height": 800})
    assert width(page) <= 320
    page.evaluate(CUT, 25)
    # Two of the four views of each kind, those of the next kind being the other two.
    turn = list(KINDS).index(kind) % 2
    for wide, scheme in VIEWS[2 * turn : 2 * turn + 2]:
        page.set_viewport_size({"width": wide, "height": 800})
        page.emulate_media(color_scheme=scheme)
        assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 800})
    page.evaluate(SPACED)
    assert width(page) <= 320
    assert page.evaluate(CLIPPED) == []


def test_an_inaccessible_page_is_noticed(open_page: Callable[..., Page]) -> None:
    page = open_page("/about")
    page.evaluate("""() => {
        document.querySelector('main').insertAdjacentHTML('beforeend', '<p class="pale">Pale</p><img src="/static/icon.svg">');
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('.pale { color: #bbb; width: 200vw; max-width: none }');
        document.adoptedStyleSheets = [sheet];
    }""")
    assert {found.split(":")[0] for found in violations(page)} == {"color-contrast", "image-alt"}
    assert width(page) > 1280
