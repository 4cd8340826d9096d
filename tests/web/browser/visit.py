"""A strict watch over what a page does."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Route

from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts" / "screenshots"
# Stricter than what any server of the site has to send: own pages have no inline script or style at all.
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
STOCK = ("/does-it-train", "/-/")
PATIENCE = 5000  # milliseconds until a wait fails


class Tab:
    """A page of the browser; `wrong` notes errors in the console and requests to other hosts.

    Own pages are held to POLICY, whatever the server sends.
    """

    def __init__(self, page: Page, site: str) -> None:
        self.page, self.site = page, site
        self.wrong: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.route(lambda url: url.startswith(site) and "/static/" not in url, self._strictly)
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("request", lambda request: None if request.url.startswith(site) else self.wrong.append(request.url))

    def _strictly(self, route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        own = not urlsplit(route.request.url).path.startswith(STOCK)
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY} if own else None)

    def _hear(self, message: ConsoleMessage) -> None:
        # The browser notes as an error what the site tells its reader: that nothing is there, or what is legal.
        told = message.location["url"] == self.page.url and "the server responded with a status of 4" in message.text
        if message.type == "error" and not told:
            self.wrong.append(message.text)
