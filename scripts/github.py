"""The little of GitHub's REST API that the workflows need, spoken with the standard library.

Addresses, names and the token come from the environment that GitHub gives to every step, so that a test can put a
server of its own in its place.
"""

import http.client
import json
import os
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from scripts.dataset import CannotRunError

BOT = "github-actions[bot]"  # who speaks with the token of a workflow
PER_PAGE = 100
MOST_PAGES = 30
SECONDS = 60
OPEN_TO = ("https://", "http://127.0.0.1:")  # where something is sent to or taken from; the second is for tests
LONGEST_BODY = 65_000  # GitHub takes 65,536 characters


class RefusedError(CannotRunError):
    """GitHub answered a request with an error; `status` is the number of its answer."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


class _StayHere(urllib.request.HTTPRedirectHandler):
    """Follows no redirection: the token is for one address alone."""

    def redirect_request(self, *_request: object, **_more: object) -> None:
        """Return nothing, so that the redirection is taken for an error."""


@dataclass(frozen=True)
class Repository:
    """A repository on GitHub (`owner/name`), the address of its API, and the token to speak with."""

    api: str
    name: str
    token: str = field(repr=False)

    @property
    def owner(self) -> str:
        """The account it belongs to."""
        return self.name.partition("/")[0]

    def call(self, method: str, path: str, body: Mapping[str, Any] | None = None, /, **query: str) -> Any:  # noqa: ANN401 what JSON holds
        """Send one request about the repository and return the answer. Raises RefusedError, or CannotRunError."""
        tail = f"?{urllib.parse.urlencode(query)}" if query else ""
        address = f"{self.api}/repos/{self.name}{path}{tail}"
        return self.send(method, address, None if body is None else json.dumps(body).encode(), "application/json")

    def pages(self, path: str, **query: str) -> Iterator[Any]:
        """Yield the items of a list, page after page."""
        for number in range(1, MOST_PAGES + 1):
            items = self.call("GET", path, **query, per_page=str(PER_PAGE), page=str(number))
            yield from items
            if len(items) < PER_PAGE:
                return

    def send(self, method: str, address: str, data: bytes | None, kind: str) -> Any:  # noqa: ANN401 what JSON holds
        """Send `data` of the media type `kind` to an address that GitHub named, and return the answer."""
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "Content-Type": kind,
            "User-Agent": "does-it-train",
            "X-GitHub-Api-Version": "2022-11-28",
        }
        request = urllib.request.Request(address, data, headers, method=method)  # noqa: S310 the scheme is checked
        try:
            with urllib.request.build_opener(_StayHere).open(request, timeout=SECONDS) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                said = _message(error.read())
            raise RefusedError(error.code, f"{method} {address}: GitHub answered {error.code}{said}.") from None
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise CannotRunError(f"{method} {address}: no answer that can be read ({error}). Try again.") from None


def download(address: str) -> bytes:
    """Return a public file, without the token and wherever it is redirected to. Raises CannotRunError."""
    if not address.startswith(OPEN_TO):
        raise CannotRunError(f"{address}: is no https address. Nothing is taken from it.")
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 the scheme is checked
            content: bytes = answer.read()
            return content
    except urllib.error.HTTPError as error:
        error.close()
        raise CannotRunError(f"{address}: cannot be downloaded ({error.code} {error.reason}). Try again.") from None
    except (OSError, http.client.HTTPException) as error:
        raise CannotRunError(f"{address}: cannot be downloaded ({error}). Try again.") from None


def from_environment() -> Repository:
    """Return the repository a workflow runs for. Raises CannotRunError outside a workflow."""
    api, name, token = (_variable(name) for name in ("GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"))
    if not api.startswith(OPEN_TO):
        raise CannotRunError(f"GITHUB_API_URL is {api!r}; the token is only sent to an https address.")
    return Repository(api.rstrip("/"), name, token)


def output(name: str, text: str) -> None:
    """Hand a text of one line to the steps that follow; outside a workflow nobody follows."""
    if path := os.environ.get("GITHUB_OUTPUT"):
        with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 a path of the machine
            file.write(f"{name}={text}\n")


def event() -> Any:  # noqa: ANN401 what JSON holds
    """Return what set the workflow off. Raises CannotRunError outside a workflow."""
    try:
        with open(_variable("GITHUB_EVENT_PATH"), encoding="utf-8") as file:  # noqa: PTH123 a path of the machine
            return json.load(file)
    except (OSError, ValueError) as error:
        raise CannotRunError(f"GITHUB_EVENT_PATH: cannot be read ({error}). Run this in a workflow.") from None


def plain(text: str, longest: int = 500) -> str:
    """Return text of a stranger as a code span on one line: nothing in it is markup, a link or a mention."""
    shown = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    cut = shown if len(shown) <= longest else f"{shown[: longest - 1]}…"
    return f"`{cut.replace('`', chr(0x27))}`" if cut else "(empty)"


def _variable(name: str) -> str:
    text = os.environ.get(name, "")
    if not text:
        raise CannotRunError(f"{name} is not set. Run this in a workflow, or set what GitHub sets there.")
    return text


def _message(body: bytes) -> str:
    try:
        return f": {json.loads(body)['message']}"
    except (ValueError, KeyError, TypeError):
        return ""
