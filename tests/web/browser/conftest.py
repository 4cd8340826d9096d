"""A served site and a browser, each started once for all tests of this folder.

They last as long as the folder, not as long as the session: while Playwright runs, `asyncio.run` of other tests fails.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import PROJECT
from tests.web.browser.visit import watch

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the served site, with a slash at its end."""
    out = tmp_path_factory.mktemp("browser") / "dist"
    command = [sys.executable, "-m", "scripts.serve", "--port", "0", "--out", str(out)]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().removeprefix("serving ").strip()
        process.terminate()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    # Where a browser is missing the pages are still requested by test_pages.py; in CI noxfile.py insists on one.
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=BROWSER, args=QUIET)
        yield launched
        launched.close()


@pytest.fixture
def open_page(chromium: Browser, site: str) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site in a context of its own; at the end of the test nothing may have gone wrong on it."""
    wrong: list[str] = []
    contexts = []

    def opened(path: str, width: int = 1280, **options: object) -> Page:
        size = {"width": width, "height": 800}
        context = chromium.new_context(base_url=site, viewport=size, reduced_motion="reduce", **options)
        context.set_default_timeout(5000)
        contexts.append(context)
        page = context.new_page()
        watch(page, site, wrong)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
