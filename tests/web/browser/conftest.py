"""A served site and a browser, each started once for all tests of this folder.

They last as long as the folder, not as long as the session: while Playwright runs, `asyncio.run` of other tests fails.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.conftest import PROJECT
from tests.web.browser.visit import Tab
from tests.web.chromium import launched


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
    with launched() as browser:
        yield browser


@pytest.fixture(scope="package")
def tabs(chromium: Browser, site: str) -> Iterator[dict[bool, Tab]]:
    """A tab with JavaScript and one without: to open a new one takes longer than to load a page."""
    contexts = {
        script: chromium.new_context(base_url=site, java_script_enabled=script, reduced_motion="reduce")
        for script in (True, False)
    }
    yield {script: Tab(context.new_page(), site) for script, context in contexts.items()}
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_page(tabs: dict[bool, Tab]) -> Iterator[Callable[..., Page]]:
    """Opens a page of the site, on a screen `width` pixels wide; at the end of the test nothing may have gone wrong."""

    def opened(path: str, width: int = 1280, *, script: bool = True) -> Page:
        page = tabs[script].page
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(media="screen", color_scheme="light")
        page.goto(path)
        return page

    for tab in tabs.values():
        tab.wrong.clear()
    yield opened
    assert [trouble for tab in tabs.values() for trouble in tab.wrong] == []
