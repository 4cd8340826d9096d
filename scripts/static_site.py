"""The static copy of the site: every page as a file, for any file host, in any folder, or to be opened from a disk.

The pages are asked from Datasette itself, so that the copy says what the site says. The addresses are found as a
reader would find them: from the home page, the site map and the other well-known files on, along the links. A page
becomes `<address>/index.html`, anything else keeps its address; links become relative. What only a running instance
can answer (tables, SQL, search, addresses with a question in them) leads to one, or to a page that explains.
"""

import re
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from html import escape, unescape
from html.parser import HTMLParser
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from posixpath import relpath
from string import Template
from urllib.parse import quote, unquote, urljoin, urlsplit

from scripts.ask import Answer, asking
from scripts.database import DATABASE, opened
from scripts.dataset import CannotRunError
from scripts.instance import DEPLOY, RELEASE

# Addresses that programs know without a link; each is copied if the site has it.
WELL_KNOWN = ("/sitemap.xml", "/robots.txt", "/llms.txt", "/opensearch.xml", "/favicon.ico")
# No page has this address, so that its answer is the page for addresses that lead nowhere.
NOWHERE = "/404"
LIVE_PAGE = "live/index.html"
BUSY = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE)
ATTEMPTS = 5
LINKS = ("href", "src", "poster")
FORMS = ("action", "formaction")
ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s"'>]+)""")
SCHEMA = re.compile(rb'\{\s*"\$schema": "([^":]+)"')


@dataclass(frozen=True)
class Target:
    """Where a link leads: to an own page or file, or, if `live`, to what only a running instance can answer."""

    path: str
    fragment: str = ""
    live: bool = False


@dataclass
class Copy:
    """What is known so far of the copy: per address its file, and its content as page, as bytes or as moved."""

    homepage: str
    files: dict[str, str] = field(default_factory=dict)
    pages: dict[str, str] = field(default_factory=dict)
    assets: dict[str, bytes] = field(default_factory=dict)
    moved: dict[str, Target] = field(default_factory=dict)
    # The page on which an address was found first.
    referrers: dict[str, str] = field(default_factory=dict)
    waiting: deque[str] = field(default_factory=deque)

    def find(self, link: str, page: str) -> None:
        """Remember to ask for what `link` on the page with the address `page` leads to."""
        target = self.target(link, page)
        if target and not target.live and target.path not in self.files and target.path not in self.referrers:
            self.referrers[target.path] = page
            self.waiting.append(target.path)

    def target(self, link: str, page: str) -> Target | None:
        """Return where `link` on the page with the address `page` leads; None if off the site, or within the page."""
        if not link or link.startswith("#"):
            return None
        rooted = link.startswith("/") and not link.startswith("//")
        address = self.homepage + link if rooted else urljoin(self.homepage + page, link)
        if address != self.homepage and not address.startswith((f"{self.homepage}/", f"{self.homepage}?")):
            return None
        path, _, fragment = address.removeprefix(self.homepage).partition("#")
        bare, question, _ = path.partition("?")
        bare = bare or "/"
        if bare.startswith(("/static/", "/-/static/")):
            return Target(bare)  # what stands behind the question mark is a version
        stock = bare.split("/")[1].split(".")[0] == DATABASE.split(".")[0] or bare.startswith("/-/")
        return Target(path, fragment, live=True) if stock or question else Target(bare, fragment)


def write_site(instance: Path, folder: Path, *, homepage: str, live: str = "") -> list[str]:
    """Write the static copy of the site that `instance` serves into `folder`; return its dead links, in words.

    `homepage` is the address of the published site and `live` that of a running instance, both without a slash at the
    end. A dead link leads to the page that says so. Raises CannotRunError where the site fails to answer.
    """
    copy = Copy(homepage)
    _collect(instance, copy)
    dead = [path for path in sorted(copy.referrers) if path not in copy.files]
    copy.files |= dict.fromkeys(dead, copy.files[NOWHERE])
    for path, page in copy.pages.items():
        _write(folder / copy.files[path], _relinked(copy, path, page, live).encode())
    for path, target in copy.moved.items():
        _write(folder / copy.files[path], _forward(_replacement(copy, path, target, live)).encode())
    for path, content in copy.assets.items():
        _write(folder / copy.files[path], content)
    _write(folder / LIVE_PAGE, _live_page(copy).encode())
    if (instance / RELEASE).is_dir():
        shutil.copytree(instance / RELEASE, folder / RELEASE, dirs_exist_ok=True)
    return [f"{copy.referrers[path]} leads to {path}, where nothing is" for path in dead]


def _collect(instance: Path, copy: Copy) -> None:
    """Ask for every page and file of the site."""
    with asking(instance) as ask:
        for path in (*WELL_KNOWN, NOWHERE, *_former(instance)):
            _keep(copy, path, _patiently(ask, path))
        copy.find("/", "/")
        while copy.waiting:
            path = copy.waiting.popleft()
            _keep(copy, path, _patiently(ask, path))


def _patiently(ask: Callable[[str], Answer], path: str) -> Answer:
    """Ask again where the site is too busy to answer. Raises CannotRunError where it fails."""
    for _ in range(ATTEMPTS):
        answer = ask(path)
        if answer.status not in BUSY:
            break
    if answer.status in BUSY or answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise CannotRunError(f"the site answers {path} with {answer.status}. Serve it and see what the log says.")
    return answer


def _former(instance: Path) -> Iterator[str]:
    """Yield the addresses that pages may once have had, by the ids that moved."""
    with opened(instance / DATABASE) as connection:
        for table, old_id in connection.execute('select "table", old_id from redirects order by 1, 2'):
            yield f"/{table}/{old_id}"


def _keep(copy: Copy, path: str, answer: Answer) -> None:
    """Keep an answer as a file of the copy, if it is one, and find what it links to."""
    if path == NOWHERE:
        _keep_page(copy, path, "404.html", answer.text)
    elif answer.location:
        target = copy.target(answer.location, path)
        if target:
            copy.files[path] = _page_file(path)
            copy.moved[path] = target
            copy.find(answer.location, path)
    elif answer.status != HTTPStatus.OK:
        return
    elif answer.kind == "text/html":
        _keep_page(copy, path, _page_file(path), answer.text)
    else:
        copy.files[path] = unquote(path.strip("/"))
        copy.assets[path] = answer.content
        for link in _named(answer, copy.homepage):
            copy.find(link, path)


def _keep_page(copy: Copy, path: str, file: str, page: str) -> None:
    copy.files[path] = file
    copy.pages[path] = page
    for _, _, _, attributes in _Tags(page).tags:
        for name in LINKS:
            copy.find(attributes.get(name) or "", path)


def _named(answer: Answer, homepage: str) -> Iterator[str]:
    """Yield what a file names: the addresses of the site in a text, what a style sheet loads, the schema of JSON."""
    if answer.kind.startswith("text/") or answer.kind.endswith("xml"):
        yield from _mentions(answer.text, homepage)
    elif answer.kind == "application/json" and (named := SCHEMA.match(answer.content)):
        yield named[1].decode()


def _mentions(text: str, homepage: str) -> Iterator[str]:
    """Yield the addresses of the site that a text names in full (no patterns), and the files a style sheet loads."""
    for match in re.finditer(re.escape(homepage) + r"""[^\s<>()\[\]"'`]*(?![^\s()\[\]"'`<]|<[^/])""", text):
        if "{" not in match[0]:
            yield unescape(match[0]).rstrip(".,;:!")
    for match in re.finditer(r"""url\(\s*["']?(?!data:)([^"')]+)""", text):
        yield match[1]


def _page_file(path: str) -> str:
    return str(PurePosixPath(unquote(path.strip("/"))) / "index.html")


def _relinked(copy: Copy, path: str, page: str, live: str) -> str:
    """Return the page with the address `path` as it stands in the copy, its links rewritten."""
    parts, end = [], 0
    for start, tag, text, _ in _Tags(page).tags:
        parts += [page[end:start], ATTRIBUTE.sub(partial(_attribute, copy, path, live, tag), text)]
        end = start + len(text)
    return "".join([*parts, page[end:]])


def _attribute(copy: Copy, page: str, live: str, tag: str, match: re.Match[str]) -> str:
    """Return what stands in the copy in place of an attribute of a tag."""
    name, equals, quoted = match.groups()
    link = unescape(quoted.strip("\"'"))
    form = name.lower() in FORMS
    target = copy.target(link, page) if form or name.lower() in LINKS else None
    if target is None or (tag == "link" and "://" in link):  # the canonical address is the full one
        return match[0]
    return f'{name}{equals}"{escape(_replacement(copy, page, target, live, form=form))}"'


def _replacement(copy: Copy, page: str, target: Target, live: str, *, form: bool = False) -> str:
    """Return the link to `target` from a page of the copy; a form always asks a running instance."""
    fragment = f"#{target.fragment}" if target.fragment else ""
    if target.live or form:
        return live + target.path + fragment if live else _between(copy, page, LIVE_PAGE)
    return _between(copy, page, copy.files[target.path]) + fragment


def _between(copy: Copy, page: str, file: str) -> str:
    """Return the link from a page to a file of the copy."""
    if page == NOWHERE:  # shown at any address, so nothing is relative to it
        return f"{urlsplit(copy.homepage).path}/{file}"
    return quote(relpath(file, PurePosixPath(copy.files[page]).parent))


def _forward(link: str) -> str:
    """Return the page that stands where a page was before it moved."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>Moved</title>'
        f'<meta name="robots" content="noindex"><meta http-equiv="refresh" content="0; url={escape(link)}"></head>'
        f'<body><p>This page has <a href="{escape(link)}">moved</a>.</p></body></html>\n'
    )


def _live_page(copy: Copy) -> str:
    style = next(file for file in sorted(copy.files.values()) if file.startswith("static/") and file.endswith(".css"))
    return Template((DEPLOY / "live.html").read_text(encoding="utf-8")).substitute(
        style=_between(copy, "/", f"../{style}")
    )


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


class _Tags(HTMLParser):
    """The start tags of a page: place in the text, name, text, and attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[int, str, str, dict[str, str | None]]] = []
        self._lines = [0]
        for line in page.split("\n"):
            self._lines.append(self._lines[-1] + len(line) + 1)
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        self.tags.append((self._lines[line - 1] + column, tag, self.get_starttag_text() or "", dict(attrs)))
