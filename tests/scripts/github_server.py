"""A server on this machine that answers as the part of GitHub does that the workflows speak with, and remembers."""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

NAME = "does-it-train/does-it-train"
TOKEN = "a-token-for-tests"  # noqa: S105 opens nothing
Json = Any


class RefusalError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str = "") -> None:
        super().__init__(message)
        self.status, self.message = status, message


@dataclass
class GitHub:
    """What the server holds, and every request that would change something."""

    address: str = ""
    pulls: list[Json] = field(default_factory=list)
    comments: list[Json] = field(default_factory=list)
    line_comments: list[Json] = field(default_factory=list)
    reviews: list[Json] = field(default_factory=list)
    trees: list[Json] = field(default_factory=list)
    commits: list[Json] = field(default_factory=list)
    refs: dict[str, str] = field(default_factory=dict)
    releases: list[Json] = field(default_factory=list)
    assets: dict[str, bytes] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    tokens: list[str | None] = field(default_factory=list)
    refuse: dict[str, RefusalError] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def answer(self, method: str, path: str, query: dict[str, str], data: bytes, *, known: bool) -> Json:
        if not known:
            raise RefusalError(401, "Bad credentials")
        request = f"{method} {path}"
        self.asked.append(request)
        for pattern, error in self.refuse.items():
            if re.fullmatch(pattern, request):
                raise error
        for pattern, respond in self.routes().items():
            match = re.fullmatch(pattern, request)
            if match:
                answer = respond(*match.groups(), query=query, data=data)
                return page(answer, query) if isinstance(answer, list) else answer
        raise RefusalError(404, "Not Found")

    def routes(self) -> dict[str, Callable[..., Json]]:
        return {
            "GET ": lambda **_: {"default_branch": "main"},
            "GET /pulls": lambda query, **_: [it for it in self.pulls if query.get("head") in (None, it["_head"])],
            "POST /pulls": lambda data, **_: self.put(self.pulls, data, "pull/77"),
            r"GET /pulls/\d+/comments": lambda **_: self.line_comments,
            r"POST /pulls/\d+/reviews": lambda data, **_: self.put(self.reviews, data, "review/1"),
            r"GET /issues/\d+/comments": lambda **_: self.comments,
            r"POST /issues/\d+/comments": lambda data, **_: self.put(self.comments, data, "comment/1"),
            r"PATCH /issues/comments/(\d+)": self.edit_comment,
            r"GET /git/commits/(\w+)": lambda sha, **_: {"sha": sha, "tree": {"sha": f"tree-of-{sha}"}},
            "POST /git/trees": lambda data, **_: self.put(self.trees, data, "tree"),
            "POST /git/commits": lambda data, **_: self.put(self.commits, data, "commit"),
            "POST /git/refs": self.add_ref,
            "GET /releases": lambda **_: self.releases,
            "GET /releases/tags/(.+)": self.release_of,
            "POST /releases": lambda data, **_: self.put(self.releases, data, "release/1"),
            r"POST /releases/\d+/assets": lambda query, data, **_: self.assets.update({query["name"]: data}),
            r"PATCH /releases/\d+": lambda data, **_: self.releases[-1].update(json.loads(data)) or self.releases[-1],
            r"DELETE /releases/\d+": lambda **_: self.releases.clear(),
        }

    def put(self, things: list[Json], data: bytes, what: str) -> Json:
        made = {
            **json.loads(data),
            "id": len(things) + 1,
            "sha": f"{what}-{len(things) + 1}",
            "html_url": f"https://github.example/{what}",
            "upload_url": f"{self.address}/repos/{NAME}/releases/1/assets{{?name,label}}",
            "user": {"login": "github-actions[bot]"},
        }
        things.append(made)
        return made

    def edit_comment(self, number: str, data: bytes, **_: Json) -> Json:
        (found,) = (it for it in self.comments if it["id"] == int(number))
        found.update(json.loads(data))
        return found

    def add_ref(self, data: bytes, **_: Json) -> Json:
        wanted = json.loads(data)
        if wanted["ref"] in self.refs:
            raise RefusalError(422, "Reference already exists")
        self.refs[wanted["ref"]] = wanted["sha"]
        return wanted

    def release_of(self, tag: str, **_: Json) -> Json:
        for release in self.releases:
            if release["tag_name"] == tag and not release["draft"]:
                return release
        raise RefusalError(404, "Not Found")


def page(items: list[Json], query: dict[str, str]) -> list[Json]:
    size, number = int(query["per_page"]), int(query["page"])
    return items[size * (number - 1) : size * number]


def pull(number: int, *, head: str = "someone:main", sha: str = "c0ffee", ref: str = "main", repo: Json = None) -> Json:
    """An open pull request as GitHub lists it."""
    return {
        "number": number,
        "_head": head,
        "html_url": f"https://github.example/pull/{number}",
        "head": {"sha": sha, "ref": ref, "repo": repo},
    }


@contextmanager
def github(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    """Run the server, and let the environment point to it as a workflow's does."""
    state = GitHub()

    class Handler(BaseHTTPRequestHandler):
        def do(self) -> None:
            address = urlsplit(self.path)
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = 200, b""
            state.tokens.append(self.headers["Authorization"])
            try:
                if address.path.startswith("/files/"):
                    self.give(state.files.get(address.path.removeprefix("/files/")))
                    return
                path = address.path.removeprefix(f"/repos/{NAME}")
                known = self.headers["Authorization"] == f"Bearer {TOKEN}"
                answer = state.answer(self.command, path, dict(parse_qsl(address.query)), data, known=known)
                body = b"" if answer is None else json.dumps(answer).encode()
            except RefusalError as error:
                status = error.status
                body = json.dumps({"message": error.message}).encode() if error.message else b"<html>"
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{state.address}/repos/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def give(self, content: bytes | None) -> None:
            """Give a file to whoever asks for it."""
            self.send_response(404 if content is None else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        do_GET = do_POST = do_PATCH = do_DELETE = do  # noqa: N815 the interface of the library

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 likewise
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("GITHUB_API_URL", state.address)
    monkeypatch.setenv("GITHUB_REPOSITORY", NAME)
    monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
