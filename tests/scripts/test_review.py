"""A review is collected without any right, held to a form, and said by a workflow that believes nothing in it."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from scripts import review
from scripts.github import LONGEST_BODY
from scripts.suggestions import MOST_LINES
from tests.conftest import Ledger
from tests.scripts.conftest import commit
from tests.scripts.github_server import GitHub, RefusalError, pull

RUN = {
    "head_sha": "c0ffee",
    "head_branch": "main",
    "head_repository": {"owner": {"login": "someone"}},
    "html_url": "https://github.example/runs/1",
    "conclusion": "success",
}
EMPTY: dict[str, Any] = {"problem": "", "changes": [], "suggestions": [], "files": []}
SUGGESTION = {"path": "data/vendors.csv", "start_line": 2, "line": 3, "text": "a,```,x\nb,B,y"}


@pytest.fixture
def branch(checkout: Ledger) -> Ledger:
    """The small ledger on a branch upon `main`."""
    subprocess.run(["git", "checkout", "-q", "-b", "edit"], cwd=checkout.root, check=True)
    return checkout


def run(*arguments: str) -> Result:
    result = CliRunner().invoke(review.main, arguments)
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def collect(ledger: Ledger, out: Path) -> dict[str, Any]:
    commit(ledger.root, "edit")
    result = run("collect", "--root", str(ledger.root), "--base", "main", "--out", str(out))
    assert result.exit_code == 0, result.output
    return review.read_review(out / review.FILE)


def post(folder: Path, content: object, monkeypatch: pytest.MonkeyPatch, **more: object) -> Result:
    folder.mkdir(exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / review.FILE).write_text(text, encoding="utf-8")
    path = folder / "event.json"
    path.write_text(json.dumps({"workflow_run": {**RUN, **more}}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(path))
    return run("post", str(folder))


def test_a_change_is_collected_in_words_and_what_fix_would_write_as_a_suggestion(
    branch: Ledger, tmp_path: Path
) -> None:
    branch.set("tiers", "parrot-free", "note", "Read twice.")
    text = branch.text("vendors").replace("acme,Acme,", 'acme,"Acme",')
    branch.write("vendors", text)
    found = collect(branch, tmp_path)
    assert found["problem"] == ""
    assert [entry["what"] for entry in found["changes"]] == ["tier_edited"]
    assert "Read twice." in found["changes"][0]["text"]
    line = branch.text("vendors").splitlines()[1].replace('"Acme"', "Acme")
    assert found["suggestions"] == [{"path": "data/vendors.csv", "start_line": 2, "line": 2, "text": line}]
    assert found["files"] == []


def test_what_lines_cannot_hold_is_named_by_file(branch: Ledger, tmp_path: Path) -> None:
    branch.write("events", branch.path("events").read_bytes().replace(b"\n", b"\r\n"))
    rows = [f"v{number:02},V,https://v.example\n" for number in range(MOST_LINES + 1)]
    branch.write("vendors", branch.text("vendors") + "".join([*rows[1:], rows[0]]))
    found = collect(branch, tmp_path)
    assert found["suggestions"] == []
    assert found["files"] == [
        "data/vendors.csv: written in canonical form",
        "data/events.csv: written in canonical form",
    ]


def test_only_so_many_suggestions_are_made(branch: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(review, "MOST_SUGGESTIONS", 1)
    lines = branch.text("events").splitlines()
    lines[2], lines[4] = (f'"{lines[n].split(",")[0]}",{lines[n].split(",", 1)[1]}' for n in (2, 4))
    branch.write("events", "\n".join(lines) + "\n")
    found = collect(branch, tmp_path)
    assert len(found["suggestions"]) == 1
    assert found["files"] == ["data/events.csv: written in canonical form"]


@pytest.mark.parametrize(
    ("file", "text", "said"),
    [("data/tiers.csv", b"\xff\xfe", "data/tiers.csv"), ("datapackage.json", b"{", "datapackage.json:1: is not valid")],
)
def test_a_ledger_that_cannot_be_read_is_a_problem_in_words(
    branch: Ledger, tmp_path: Path, file: str, text: bytes, said: str
) -> None:
    (branch.root / file).write_bytes(text)
    found = collect(branch, tmp_path)
    assert found["problem"].startswith(said)
    assert found["changes"] == []


def test_a_base_that_git_does_not_know_is_a_mistake(branch: Ledger, tmp_path: Path) -> None:
    result = run("collect", "--root", str(branch.root), "--base", "nowhere", "--out", str(tmp_path))
    assert (result.exit_code, "nowhere and HEAD have no commit in common" in result.stderr) == (2, True)


def test_the_comment_is_written_once_and_then_anew(
    server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.pulls = [pull(3, sha="another"), pull(7), pull(8, head="else:main")]
    strange = {"id": 90, "user": {"login": "stranger"}, "body": f"{review.MARK} mine"}
    server.comments = [strange]
    told = {**EMPTY, "changes": [{"what": "claim_changed", "text": "Parrot: `no` -> opt_out, by @acme"}]}
    assert post(tmp_path, told, monkeypatch).stdout == "said on pull request 7\n"
    assert post(tmp_path, EMPTY, monkeypatch, conclusion="failure").stdout == "said on pull request 7\n"
    assert server.comments[0] == strange
    assert len(server.comments) == 2
    body = server.comments[1]["body"]
    assert "Nothing in the data." in body
    assert "did not pass" in body
    assert server.asked.count("POST /issues/7/comments") == 1
    assert server.asked.count("PATCH /issues/comments/2") == 1
    assert server.reviews == []


def test_changes_stand_under_headings_and_nothing_in_them_is_markup() -> None:
    entries = [
        {"what": "claim_changed", "text": "Parrot: no -> opt_out\n# @acme `x` <b>"},
        {"what": "claim_changed", "text": "Owl: yes"},
        {"what": "source_added", "text": "A document"},
        {"what": "event_added", "text": "Owl: yes"},
    ]
    text = review.comment({**EMPTY, "changes": entries}, RUN, suggested=True)
    assert text.startswith(review.MARK)
    assert "The [check](https://github.example/runs/1) passed." in text
    assert (
        "#### Changed by the vendor\n\n- `Parrot: no -> opt_out # @acme 'x' <b>`\n- `Owl: yes`\n\n"
        "#### Sources added\n\n- `A document`"
    ) in text
    assert text.count("Owl: yes") == 1, "the event of a change says the same"


def test_a_long_comment_is_cut_and_says_how_much_is_missing() -> None:
    entries = [{"what": "claim_changed", "text": f"{number:04} {'x' * 400}"} for number in range(1000)]
    text = review.comment({**EMPTY, "changes": entries}, RUN, suggested=True)
    shown = text.count("\n- `")
    assert 100 < shown < 1000
    assert len(text) < LONGEST_BODY
    assert text.endswith(f"… and {1000 - shown} more.")


@pytest.mark.parametrize("suggested", [True, False])
def test_the_comment_says_what_fix_would_do(*, suggested: bool) -> None:
    found = {**EMPTY, "suggestions": [SUGGESTION], "files": ["data/tiers.csv: written in canonical form"]}
    text = review.comment(found, RUN, suggested=suggested)
    assert ("its suggestions stand on them" in text) is suggested
    assert "- `data/tiers.csv: written in canonical form`" in text
    assert ("- `data/vendors.csv`" in text) is not suggested


def test_a_problem_is_said_in_its_words() -> None:
    text = review.comment({**EMPTY, "problem": "data/x.csv: `broken`"}, RUN, suggested=True)
    assert "The changes cannot be told: `data/x.csv: 'broken'`" in text
    assert "Nothing in the data" not in text


def test_suggestions_are_put_on_the_lines_once(server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server.pulls = [pull(7)]
    one_line = {**SUGGESTION, "line": 2, "text": "a,A,x"}
    assert post(tmp_path, {**EMPTY, "suggestions": [SUGGESTION, one_line]}, monkeypatch).exit_code == 0
    (made,) = server.reviews
    assert (made["commit_id"], made["event"]) == ("c0ffee", "COMMENT")
    place = {"path": "data/vendors.csv", "side": "RIGHT"}
    said = "`./nox -s fix` would write:\n\n"
    assert made["comments"] == [
        {
            **place,
            "line": 3,
            "start_line": 2,
            "start_side": "RIGHT",
            "body": f"{said}````suggestion\na,```,x\nb,B,y\n````",
        },
        {**place, "line": 2, "body": f"{said}```suggestion\na,A,x\n```"},
    ]
    bot = {"user": {"login": "github-actions[bot]"}}
    server.line_comments = [{**comment, **bot} for comment in made["comments"][:1]]
    server.line_comments += [{**made["comments"][1], "user": {"login": "stranger"}}]
    post(tmp_path, {**EMPTY, "suggestions": [SUGGESTION, one_line]}, monkeypatch)
    assert [comment["line"] for comment in server.reviews[1]["comments"]] == [2]
    server.line_comments += [{**made["comments"][1], **bot}]
    post(tmp_path, {**EMPTY, "suggestions": [SUGGESTION, one_line]}, monkeypatch)
    assert len(server.reviews) == 2


@pytest.mark.parametrize(("status", "code"), [(422, 0), (403, 2)])
def test_suggestions_that_github_refuses_are_named_in_the_comment(
    server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    server.pulls = [pull(7)]
    server.refuse["POST /pulls/7/reviews"] = RefusalError(status, "no")
    result = post(tmp_path, {**EMPTY, "suggestions": [SUGGESTION]}, monkeypatch)
    assert result.exit_code == code
    assert ["- `data/vendors.csv`" in comment["body"] for comment in server.comments] == [True] * (code == 0)


@pytest.mark.parametrize("more", [{"head_sha": "moved"}, {"head_repository": None}, {"head_branch": "gone"}])
def test_nothing_is_said_where_the_pull_request_moved_on(
    server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, more: dict[str, Any]
) -> None:
    server.pulls = [pull(7)]
    result = post(tmp_path, EMPTY, monkeypatch, **more)
    assert (result.exit_code, "nothing is said" in result.stdout) == (0, True)
    assert server.comments == []


BAD: dict[str, object] = {
    "no JSON": "{",
    "nesting without end": "[" * 100_000,
    "a list": [],
    "a part missing": {"problem": "", "changes": [], "files": []},
    "a kind that is not known": {**EMPTY, "changes": [{"what": "<script>", "text": ""}]},
    "a text that is none": {**EMPTY, "problem": 7},
    "a text too long": {**EMPTY, "problem": "x" * 20_001},
    "a path out of the data": {**EMPTY, "suggestions": [{**SUGGESTION, "path": ".github/workflows/check.yml"}]},
    "a path with a second line": {**EMPTY, "suggestions": [{**SUGGESTION, "path": "data/x.csv\n"}]},
    "a line that is none": {**EMPTY, "suggestions": [{**SUGGESTION, "line": "1"}]},
    "too many suggestions": {**EMPTY, "suggestions": [SUGGESTION] * 31},
    "too many bytes": {**EMPTY, "changes": [{"what": "claim_changed", "text": "x" * 20_000}] * 101},
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_file_of_another_form_is_refused_whole(
    server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: object
) -> None:
    server.pulls = [pull(7)]
    result = post(tmp_path, content, monkeypatch)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: review.json: ")
    assert server.asked == []


def test_no_file_is_a_sentence(server: GitHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    post(tmp_path, EMPTY, monkeypatch)
    (tmp_path / review.FILE).unlink()
    result = run("post", str(tmp_path))
    assert (result.exit_code, result.stderr) == (
        2,
        "error: review.json: cannot be read (FileNotFoundError). Run the check again.\n",
    )
    assert server.comments == []
