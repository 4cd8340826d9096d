"""The client of GitHub's API says what went wrong, and gives the token to nobody else."""

import json
import socket
from pathlib import Path

import pytest

from scripts.dataset import CannotRunError
from scripts.github import PER_PAGE, RefusedError, event, from_environment, plain
from tests.scripts.github_server import NAME, TOKEN, GitHub, RefusalError


@pytest.mark.parametrize("count", [0, 1, PER_PAGE, 2 * PER_PAGE + 1])
def test_lists_are_read_to_their_end(server: GitHub, count: int) -> None:
    server.comments = [{"id": number} for number in range(count)]
    assert list(from_environment().pages("/issues/1/comments")) == server.comments
    assert len(server.asked) == count // PER_PAGE + 1


def test_a_list_without_end_is_left(server: GitHub) -> None:
    server.comments = [{"id": number} for number in range(50 * PER_PAGE)]
    assert len(list(from_environment().pages("/issues/1/comments"))) == 30 * PER_PAGE


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (RefusalError(403, "Resource not accessible by integration"), "answered 403: Resource not accessible"),
        (RefusalError(500), "answered 500."),
        (RefusalError(302, "Moved"), "answered 302: Moved"),
    ],
)
def test_a_refusal_is_said_with_the_words_of_the_server(server: GitHub, refusal: RefusalError, said: str) -> None:
    server.refuse["GET /pulls"] = refusal
    with pytest.raises(RefusedError, match=said) as caught:
        list(from_environment().pages("/pulls"))
    assert caught.value.status == refusal.status
    assert server.asked == ["GET /pulls"], "a redirection is not followed"
    assert TOKEN not in str(caught.value)


def test_a_wrong_token_is_refused(server: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "another")
    with pytest.raises(RefusedError, match="401: Bad credentials"):
        from_environment().call("GET", "/pulls")
    assert server.asked == []


def test_no_server_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    for name, value in {"API_URL": f"http://127.0.0.1:{port}", "REPOSITORY": NAME, "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    with pytest.raises(CannotRunError, match="no answer that can be read"):
        from_environment().call("GET", "/pulls")


@pytest.mark.parametrize("address", ["http://api.github.example", "ftp://127.0.0.1:1", "http://127.0.0.1.example:1"])
def test_the_token_goes_to_no_open_line(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name, value in {"API_URL": address, "REPOSITORY": NAME, "TOKEN": TOKEN}.items():
        monkeypatch.setenv(f"GITHUB_{name}", value)
    with pytest.raises(CannotRunError, match="only sent to an https address"):
        from_environment()


@pytest.mark.parametrize("name", ["GITHUB_API_URL", "GITHUB_REPOSITORY", "GITHUB_TOKEN"])
def test_outside_a_workflow_it_says_what_is_missing(server: GitHub, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    assert server.address
    monkeypatch.delenv(name)
    with pytest.raises(CannotRunError, match=f"{name} is not set"):
        from_environment()


def test_the_token_does_not_show(server: GitHub) -> None:
    assert server.address in repr(from_environment())
    assert TOKEN not in repr(from_environment())
    assert from_environment().owner == "does-it-train"


def test_the_event_is_read_or_its_absence_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "event.json"
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(path))
    with pytest.raises(CannotRunError, match="GITHUB_EVENT_PATH: cannot be read"):
        event()
    path.write_text(json.dumps({"action": "completed"}))
    assert event() == {"action": "completed"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Parrot, API: no -> opt_out", "`Parrot, API: no -> opt_out`"),
        ("`` @everyone `](https://evil.example)", "`'' @everyone '](https://evil.example)`"),
        ("two\nlines\r\nand\u202e more\u2028still", "`two lines and more still`"),
        ("<img src=x onerror=alert(1)> #1", "`<img src=x onerror=alert(1)> #1`"),
        (" \n", "(empty)"),
        ("a" * 600, f"`{'a' * 499}…`"),
    ],
)
def test_text_of_a_stranger_is_shown_as_it_is(text: str, shown: str) -> None:
    assert plain(text) == shown
