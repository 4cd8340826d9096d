"""The pages in a real browser: nothing breaks, nothing is loaded from elsewhere, nothing scrolls sideways."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import PROJECT

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# Where a browser is missing the pages are still requested by test_pages.py; in CI noxfile.py insists on one.
pytestmark = [
    pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine"),
    pytest.mark.xdist_group("browser"),  # one server and one browser for all of them
]

OWN = ("", "products/claude")
STOCK = ("does-it-train", "does-it-train/events")
VIEWS = [
    *((path, width, scheme) for path in OWN for width in (320, 1280) for scheme in ("light", "dark")),
    *((path, width, "light") for path in STOCK for width in (320, 1280)),
]
ARTIFACTS = PROJECT / "artifacts" / "screenshots"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    out = tmp_path_factory.mktemp("browser") / "dist"
    command = [sys.executable, "-m", "scripts.serve", "--port", "0", "--out", str(out)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("serving ").strip()
        process.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    quiet = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=BROWSER, args=quiet)
        yield chromium
        chromium.close()


def visit(page: Page, site: str, path: str) -> list[str]:
    """Open a page; return what went wrong: errors in the console, failed or foreign requests."""
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: wrong.append(request.url))
    page.on("request", lambda request: None if request.url.startswith(site) else wrong.append(request.url))
    answer = page.goto(site + path)
    assert answer is not None
    assert answer.status == 200
    return wrong


@pytest.mark.parametrize(("path", "width", "scheme"), VIEWS)
def test_pages_open_cleanly_at_any_width(browser: Browser, site: str, path: str, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    assert visit(page, site, path) == []
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=ARTIFACTS / f"{path.replace('/', '-') or 'home'}-{width}-{scheme}.png")
    if path in OWN:  # the stock pages of Datasette are wider than a phone
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_a_reader_gets_from_the_home_page_to_a_source(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    visit(page, site, "")
    page.get_by_role("link", name="Claude", exact=True).click()
    assert page.get_by_role("heading", level=1).inner_text() == "Does Claude train on your data?"
    page.get_by_text("Why we say so").first.click()
    link = page.locator("#tier-claude-consumer details[open] .cites a").first
    assert link.get_attribute("href", timeout=2000).startswith("https://")
    context.close()
