"""A watch over what a page does."""

from playwright.sync_api import ConsoleMessage, Page

from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts" / "screenshots"
PATIENCE = 5000  # milliseconds until a wait fails


class Tab:
    """A page of the browser; `wrong` notes errors in the console, refusals of the site's own policy among them.

    Requests to other hosts are noted too.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(site) else self.wrong.append(request.url))

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser notes as an error what the site tells its reader: that nothing is there, or what is legal.
        told = message.location["url"] == self.page.url and "the server responded with a status of 4" in message.text
        if message.type == "error" and not told:
            self.wrong.append(message.text)
