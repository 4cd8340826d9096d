"""Headers: what a browser may do with each kind of answer; and that the pages work under them, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.web.chromium import launched
from tests.web.server import Site, serving

pytestmark = pytest.mark.xdist_group("headers")

DATABASE = "/does-it-train"


@pytest.fixture(scope="module")
def site(instance: Path) -> Iterator[Site]:
    with serving(instance) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launched() as browser:
        yield browser


@pytest.mark.parametrize(
    "path",
    ["/", "/products/claude", "/products/nobody", "/healthz", "/static/site.css", DATABASE, f"{DATABASE}.json", "/-/x"],
)
def test_every_answer_says_what_it_is_and_no_more(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] in {"strict-origin-when-cross-origin", "no-referrer"}
    assert "camera=()" in headers["permissions-policy"]
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers


@pytest.mark.parametrize("path", ["/", "/products/claude", "/products/nobody", "/?as_of=nonsense"])
def test_pages_of_ours_run_no_inline_script_and_are_not_framed(site: Site, path: str) -> None:
    headers = site.get(path).headers
    policy = headers["content-security-policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-frame-options"] == "DENY"
    assert "access-control-allow-origin" not in headers


def test_stock_pages_run_the_scripts_of_datasette_and_no_other(site: Site) -> None:
    policy = site.get(f"{DATABASE}/events").headers["content-security-policy"]
    scripts = re.search(r"script-src ([^;]*)", policy)
    assert scripts
    assert re.fullmatch(r"'self'( 'sha256-[A-Za-z0-9+/]{43}=')+", scripts[1])


def test_data_is_for_everybodys_pages(site: Site) -> None:
    for path in (f"{DATABASE}/products.json", f"{DATABASE}/products.csv", f"{DATABASE}.json?sql=select+1"):
        headers = site.get(path, origin="https://example.org").headers
        assert headers["access-control-allow-origin"] == "*"
        assert headers["cross-origin-resource-policy"] == "cross-origin"
        assert "x-frame-options" not in headers
    asked = site.get(f"{DATABASE}/products.json", method="OPTIONS", origin="https://example.org")
    assert asked.status == 204
    assert "GET" in asked.headers["access-control-allow-methods"]


def watched(browser: Browser, wrong: list[str]) -> Page:
    page = browser.new_page()
    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    return page


@pytest.mark.looks
@pytest.mark.parametrize(
    "path", ["/", "/products/openai-api", DATABASE, f"{DATABASE}/events", f"{DATABASE}/trains_by_default"]
)
def test_no_page_breaks_its_policy(browser: Browser, site: Site, path: str) -> None:
    wrong: list[str] = []
    watched(browser, wrong).goto(f"http://127.0.0.1:{site.port}{path}")
    assert [text for text in wrong if "Content Security Policy" in text or "Error" in text] == []


@pytest.mark.looks
def test_the_editor_the_menus_and_the_facets_of_datasette_work(browser: Browser, site: Site) -> None:
    wrong: list[str] = []
    page = watched(browser, wrong)
    page.goto(f"http://127.0.0.1:{site.port}{DATABASE}?sql=select+count(*)+as+c+from+events")
    page.locator(".CodeMirror").wait_for(timeout=5000)
    page.locator("#sql-format").click()
    assert "\n" in page.evaluate("document.querySelector('.CodeMirror').CodeMirror.getValue()")
    page.goto(f"http://127.0.0.1:{site.port}{DATABASE}/events?_facet=kind")
    page.locator("th svg").first.click()
    page.get_by_text("Sort descending").click()
    page.locator(".facet-info a").first.click()
    assert wrong == []


@pytest.mark.looks
def test_an_inline_script_does_not_run(browser: Browser, site: Site) -> None:
    for path in ("/", DATABASE):
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{site.port}{path}")
        page.evaluate(
            "document.body.append(Object.assign(document.createElement('script'), {textContent: 'window.ran = 1'}))"
        )
        assert page.evaluate("window.ran") is None
