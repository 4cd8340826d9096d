"""Pages are well-formed: every element is closed where it was opened, ids stand once, nothing is scripted inline."""

import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.web.client import KINDS, get

pytestmark = pytest.mark.xdist_group("pages")

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# What may not stand inside a paragraph or a heading: a browser would end the paragraph before it.
BLOCKS = {"p", "ul", "ol", "dl", "div", "section", "table", "figure", "form", "nav", "details", "pre", "h1", "h2", "h3"}
ONLY_IN = {
    "li": {"ul", "ol"}, "dt": {"dl", "div"}, "dd": {"dl", "div"}, "tr": {"thead", "tbody"}, "td": {"tr"}, "th": {"tr"},
    "summary": {"details"}, "option": {"select"}, "figcaption": {"figure"}, "caption": {"table"},
}  # fmt: skip
MORE = [
    "/products/atlassian", "/products/adobe", "/products/linkedin", "/products/claude?as_of=1999-01-01",
    "/?q=zzzz", "/?sort=random", "/products/clade", "/no/such/page",
]  # fmt: skip


class Reader(HTMLParser):
    """Notes in `wrong` what a browser would have to guess, and what a strict Content-Security-Policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: Counter[str] = Counter()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        given = dict(attrs)
        self.ids.update(value for name, value in attrs if name == "id" and value is not None)
        parent = self.open[-1] if self.open else ""
        faults = {
            "an attribute stands twice": len(names) != len(set(names)),
            "style or event inline": any(name == "style" or name.startswith("on") for name in names),
            "inline style": tag == "style",
            "inline script": tag == "script" and "src" not in given and given.get("type") != "application/ld+json",
            "block inside a paragraph": tag in BLOCKS and bool({"p", "h1", "h2", "h3"} & set(self.open)),
            "a link inside a link": tag in {"a", "button"} and bool({"a", "button"} & set(self.open)),
            f"inside {parent}": tag in ONLY_IN and parent not in ONLY_IN[tag],
            "without a text": tag == "img" and "alt" not in given,
        }
        self.wrong += [f"line {self.getpos()[0]}: <{tag}> {fault}" for fault, found in faults.items() if found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if "svg" not in self.open:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            self.wrong.append(f"line {self.getpos()[0]}: </{tag}> where {self.open[-1:]} is open")
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]


def faults(text: str) -> list[str]:
    reader = Reader()
    reader.feed(text)
    reader.close()
    twice = [f"the id {name} stands twice" for name, count in reader.ids.items() if count > 1]
    named = re.findall(r'\b(?:for|aria-labelledby|aria-describedby)="([^"]+)"', text)
    lost = [f"no element has the id {name}" for names in named for name in names.split() if name not in reader.ids]
    return reader.wrong + [f"<{tag}> is not closed" for tag in reader.open] + twice + lost


def test_every_kind_of_page_is_well_formed(instance: Path) -> None:
    paths = [*KINDS, *MORE]
    found = {path: faults(page.text) for path, page in zip(paths, get(instance, *paths), strict=True)}
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<p>One<p>Two</p>", "block inside a paragraph"),
        ("<ul><li>One</ul>", "</ul> where ['li'] is open"),
        ("<main>", "<main> is not closed"),
        ('<b id="a"></b><i id="a"></i>', "the id a stands twice"),
        ('<label for="a"></label>', "no element has the id a"),
        ('<p style="color: red"></p>', "style or event inline"),
        ('<p onclick="go()"></p>', "style or event inline"),
        ("<script>go()</script>", "inline script"),
        ("<style>p {}</style>", "inline style"),
        ("<div><li></li></div>", "inside div"),
        ("<a><button></button></a>", "a link inside a link"),
        ('<img src="/static/icon.svg">', "without a text"),
        ('<p id="a" id="b"></p>', "an attribute stands twice"),
    ],
)
def test_what_is_malformed_is_noticed(text: str, says: str) -> None:
    assert any(says in fault for fault in faults(text))
