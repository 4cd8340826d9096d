"""What the tests of this folder share: the kinds of pages, and a strict watch over what a page does."""

from urllib.parse import urlsplit

from playwright.sync_api import ConsoleMessage, Page, Route

from tests.conftest import PROJECT

ARTIFACTS = PROJECT / "artifacts" / "screenshots"
# Stricter than what any server of the site has to send: own pages have no inline script or style at all.
POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'"
STOCK = ("/does-it-train", "/-/")


def watch(page: Page, site: str, wrong: list[str]) -> None:
    """Note in `wrong` what goes wrong on a page: errors in the console, failed or foreign requests, server errors.

    Own pages are held to POLICY, whatever the server sends.
    """

    def strict(route: Route) -> None:
        answer = route.fetch(max_redirects=0)
        own = not urlsplit(route.request.url).path.startswith(STOCK)
        route.fulfill(response=answer, headers={**answer.headers, "content-security-policy": POLICY} if own else None)

    def ask(url: str) -> bool:
        return url.startswith(site) and "/static/" not in url

    def broken(message: ConsoleMessage) -> bool:
        missing = message.location["url"] == page.url and "404" in message.text  # an answer of the site to a reader
        return message.type == "error" and not missing

    page.route(ask, strict)
    page.on("console", lambda message: wrong.append(message.text) if broken(message) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: None if request.url.startswith(site) else wrong.append(request.url))
