"""The static copy: every page is there, every link leads somewhere, and what needs a server says so."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from scripts.ask import Answer, asking
from scripts.dataset import CannotRunError
from scripts.static_site import Copy, Target, _patiently, write_site
from tests.conftest import LIVE

pytestmark = pytest.mark.xdist_group("published")

HOMEPAGE = "https://does-it-train.example"


class Links(HTMLParser):
    """Every link of a page, and every place in it that a link can lead to."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 named by its class
        found = dict(attrs)
        self.links += [value for name in ("href", "src", "action") if (value := found.get(name))]
        self.ids |= {value for name in ("id", "name") if (value := found.get(name))}


@pytest.fixture(scope="module")
def site(published: Path) -> Path:
    return (published / "site").resolve()


def test_no_page_of_the_site_has_a_dead_link(publication: tuple[Path, list[str]]) -> None:
    assert publication[1] == []


def test_every_link_of_the_copy_leads_to_a_file_and_a_place_in_it(site: Path) -> None:
    pages = {path: Links(path) for path in site.rglob("*.html")}
    assert len(pages) >= 10
    for path, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                continue
            rooted = path.name == "404.html" and link.startswith("/")
            assert rooted or not link.startswith("/"), f"{path}: {link}"
            file, _, fragment = link.partition("#")
            target = site / unquote(file).lstrip("/") if rooted else (path.parent / unquote(file)).resolve()
            target = path if not file else target
            assert target.is_file(), f"{path}: {link}"
            assert not fragment or target.suffix != ".html" or unquote(fragment) in pages[target].ids, f"{path}: {link}"


def test_the_copy_says_what_the_site_says(site: Path, published: Path) -> None:
    page = (site / "products" / "parrot" / "index.html").read_text()
    assert "Does Parrot train on your data?" in page
    assert json.loads((published / "json" / "products" / "parrot.json").read_text())["answer"] in page
    document = (published / "json" / "products" / "parrot.json").read_bytes()
    assert (site / "products" / "parrot.json").read_bytes() == document
    assert (site / "release" / "manifest.json").read_bytes() == (published / "manifest.json").read_bytes()


def test_files_for_machines_are_there(site: Path) -> None:
    for name in (
        "sitemap.xml",
        "robots.txt",
        "llms.txt",
        "opensearch.xml",
        "products/parrot.md",
        "products/parrot.svg",
    ):
        assert (site / name).stat().st_size, name
    for address in re.findall(r"<loc>(.*?)</loc>", (site / "sitemap.xml").read_text()):
        path = unescape(address).removeprefix(HOMEPAGE).strip("/")
        assert (site / path / "index.html").is_file(), address


def test_every_json_document_of_a_page_finds_its_schema(site: Path) -> None:
    paths = [
        path
        for path in site.rglob("*.json")
        if "$schema" in (document := json.loads(path.read_text()))
        if not document["$schema"].startswith("https://")
    ]
    assert site / "products" / "parrot.json" in paths
    for path in paths:
        assert (path.parent / json.loads(path.read_text())["$schema"]).is_file(), path


def test_an_address_that_leads_nowhere_gets_a_page_of_the_site(site: Path) -> None:
    page = (site / "404.html").read_text()
    assert "<h1>Nothing is at this address</h1>" in page
    assert 'href="/index.html"' in page


def test_an_address_that_moved_leads_on(site: Path) -> None:
    page = (site / "products" / "polly" / "index.html").read_text()
    assert 'content="0; url=../parrot/index.html"' in page


def test_what_needs_a_server_leads_to_one(site: Path) -> None:
    page = (site / "index.html").read_text()
    assert f'href="{LIVE}/does-it-train"' in page
    assert f'action="{LIVE}/"' in page


def test_the_canonical_address_stays_whole(site: Path) -> None:
    page = (site / "products" / "parrot" / "index.html").read_text()
    assert f'<link rel="canonical" href="{HOMEPAGE}/products/parrot">' in page


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("", None),
        ("#here", None),
        ("mailto:a@example.org", None),
        ("//elsewhere.example/x", None),
        ("https://does-it-train.example.evil/x", None),
        (HOMEPAGE, Target("/")),
        ("/products/claude#tiers", Target("/products/claude", "tiers")),
        ("gemini", Target("/products/gemini")),
        ("../changes", Target("/changes")),
        ("/static/site.css?v=1", Target("/static/site.css")),
        ("/compare?products=a,b#top", Target("/compare?products=a,b", "top", live=True)),
        ("?as_of=2025-01-01", Target("/products/claude?as_of=2025-01-01", live=True)),
        ("/does-it-train/events", Target("/does-it-train/events", live=True)),
        ("/does-it-train.db", Target("/does-it-train.db", live=True)),
        ("/-/databases", Target("/-/databases", live=True)),
        ("/does-it-train-faq", Target("/does-it-train-faq")),
    ],
)
def test_a_link_leads_to_a_page_a_server_or_off_the_site(link: str, target: Target | None) -> None:
    assert Copy(HOMEPAGE).target(link, "/products/claude") == target


# A site of odd pages, by address.
ODD = {
    "/": Answer(
        200,
        "text/html",
        "",
        b"<!doctype html>\n<a title=\"x href=/y\" HREF=/a?b=1&amp;c>q</a><a href='/gone'>g</a>"
        b'<script>"<a href=/z>"</script>'
        b'<a href="/old">o</a><form action="/"></form><link href="/static/a.css"><a href="https://x.example/a">out</a>'
        b'<a href="/tosql">s</a><a href="/away">w</a><a href="/caf%C3%A9">c</a>',
    ),
    "/old": Answer(302, "", "/new#part", b""),
    "/new": Answer(200, "text/html", "", b'<a href="https://h.example/pre/">home</a>'),
    "/tosql": Answer(302, "", "/does-it-train", b""),
    "/away": Answer(302, "", "https://x.example/", b""),
    "/caf%C3%A9": Answer(200, "text/html", "", b"<p>caf</p>"),
    "/static/a.css": Answer(200, "text/css", "", b"a { background: url('b.png') url(data:x) }"),
    "/static/b.png": Answer(200, "image/png", "", b"\x89PNG"),
    "/llms.txt": Answer(
        200,
        "text/plain",
        "",
        b"See https://h.example/pre/told. Or https://h.example/pre/{id} or https://h.example/pre/<id>",
    ),
    "/told": Answer(200, "application/json", "", b"{}"),
}


@pytest.fixture
def odd(published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[str]]:
    class Asking:
        def __init__(self, _: Path) -> None:
            pass

        def __enter__(self) -> object:
            return lambda path: ODD.get(path, Answer(404, "text/html", "", b'<a href="/">home</a>'))

        def __exit__(self, *_: object) -> None:
            pass

    monkeypatch.setattr("scripts.static_site.asking", Asking)
    instance = tmp_path / "instance"
    instance.mkdir()
    (instance / "does-it-train.sqlite").symlink_to(published / "does-it-train.sqlite")
    return tmp_path / "site", write_site(instance, tmp_path / "site", homepage="https://h.example/pre")


def test_odd_links_are_rewritten_and_text_is_not(odd: tuple[Path, list[str]]) -> None:
    page = (odd[0] / "index.html").read_text()
    assert '<a title="x href=/y" HREF="live/index.html">' in page
    assert '<script>"<a href=/z>"</script>' in page
    assert '<a href="old/index.html">' in page
    assert '<form action="live/index.html">' in page
    assert '<a href="caf%C3%A9/index.html">' in page
    assert '<a href="https://x.example/a">' in page
    assert "url=../live/index.html" in (odd[0] / "tosql" / "index.html").read_text()
    assert "url=../new/index.html#part" in (odd[0] / "old" / "index.html").read_text()
    assert '<a href="../index.html">' in (odd[0] / "new" / "index.html").read_text()


def test_without_a_server_its_pages_are_explained(odd: tuple[Path, list[str]]) -> None:
    assert "This needs a running instance" in (odd[0] / "live" / "index.html").read_text()
    assert 'href="../static/a.css"' in (odd[0] / "live" / "index.html").read_text()


def test_dead_links_are_told_and_lead_to_the_page_that_says_so(odd: tuple[Path, list[str]]) -> None:
    assert odd[1] == ["/ leads to /away, where nothing is", "/ leads to /gone, where nothing is"]
    assert '<a href="404.html">' in (odd[0] / "index.html").read_text()
    assert '<a href="/pre/index.html">' in (odd[0] / "404.html").read_text()  # shown at any address


def test_files_that_texts_and_styles_name_are_found(odd: tuple[Path, list[str]]) -> None:
    found = {path.relative_to(odd[0]).as_posix() for path in odd[0].rglob("*") if path.is_file()}
    assert found == {
        "index.html", "404.html", "live/index.html", "old/index.html", "new/index.html", "café/index.html",
        "static/a.css", "static/b.png", "llms.txt", "told", "tosql/index.html",
    }  # fmt: skip


def asked(*statuses: int) -> Answer:
    """What a site that answers with these statuses, one after the other, is copied as."""
    left = list(statuses)
    return _patiently(lambda _: Answer(left.pop(0), "text/html", "", b""), "/x")


def test_a_busy_site_is_asked_again() -> None:
    assert [asked(503, 429, 200).status, asked(404).status] == [200, 404]


@pytest.mark.parametrize("statuses", [(503,) * 5, (500, 200)])
def test_a_site_that_fails_is_not_copied(statuses: tuple[int, ...]) -> None:
    with pytest.raises(CannotRunError, match=f"the site answers /x with {statuses[0]}"):
        asked(*statuses)


def test_a_site_that_breaks_down_says_so(tmp_path: Path) -> None:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins" / "broken.py").write_text("import nothing_of_that_name")
    with asking(tmp_path) as ask, pytest.raises(CannotRunError, match="broke down before it answered /here"):
        ask("/here")
