"""`settle --propose` opens one pull request when a claim changes, and never touches one that is open."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import settle
from tests.conftest import AS_OF, Ledger
from tests.scripts.github_server import NAME, GitHub, RefusalError, pull

LATER = "2027-01-01"


def head(root: Path) -> str:
    return subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=root, text=True).strip()


def run(ledger: Ledger, date: str = LATER, *more: str) -> Result:
    result = CliRunner().invoke(settle.main, [date, "--root", str(ledger.root), "--propose", *more])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def test_what_fell_due_becomes_a_commit_and_a_pull_request(checkout: Ledger, server: GitHub) -> None:
    server.pulls = [pull(1, ref="settle/2026-01-01", repo={"full_name": "fork/of"}), pull(2, ref="settle/x")]
    before = {path: path.read_bytes() for path in checkout.root.rglob("*") if path.is_file()}
    result = run(checkout)
    assert (result.exit_code, result.stdout) == (0, "opened https://github.example/pull/77\n")
    assert {path: path.read_bytes() for path in before} == before, "the folder stays as it is"
    (tree,) = server.trees
    assert tree["base_tree"] == f"tree-of-{head(checkout.root)}"
    assert [entry["path"] for entry in tree["tree"]] == ["data/tiers.csv", "datapackage.json"]
    assert {(entry["mode"], entry["type"]) for entry in tree["tree"]} == {("100644", "blob")}
    made = server.pulls[-1]
    assert (made["head"], made["base"]) == (f"settle/{LATER}", "main")
    assert made["title"] == f"settle: 1 claim fell due by {LATER}"
    assert f"- `as_of: {AS_OF} -> {LATER}`\n- `parrot-free training: opt_out -> opt_in (since 2027-01" in made["body"]
    assert server.commits[0]["parents"] == [head(checkout.root)]
    assert server.refs == {f"refs/heads/settle/{LATER}": "commit-1"}

    CliRunner().invoke(settle.main, [LATER, "--root", str(checkout.root)])
    for entry in tree["tree"]:
        assert (checkout.root / entry["path"]).read_text() == entry["content"], "as settle itself would write it"


def test_a_day_on_which_nothing_falls_due_asks_nothing(checkout: Ledger, server: GitHub) -> None:
    result = run(checkout, "2026-12-31")
    assert (result.exit_code, result.stdout) == (0, "no event has fallen due by 2026-12-31\n")
    assert server.asked == []


def test_a_pull_request_that_is_open_is_left_alone(checkout: Ledger, server: GitHub) -> None:
    server.pulls = [pull(5, ref="settle/2026-12-01", repo={"full_name": NAME})]
    result = run(checkout)
    assert result.stdout == "https://github.example/pull/5 is open already; merge or close it first\n"
    assert (server.trees, server.refs) == ([], {})


def test_a_branch_that_is_there_is_left_alone(checkout: Ledger, server: GitHub) -> None:
    server.refs[f"refs/heads/settle/{LATER}"] = "someone's work"
    result = run(checkout)
    assert (result.exit_code, f"there is a branch settle/{LATER} already" in result.stderr) == (2, True)
    assert server.refs == {f"refs/heads/settle/{LATER}": "someone's work"}
    assert server.pulls == []


def test_a_refusal_is_said(checkout: Ledger, server: GitHub) -> None:
    server.refuse["POST /git/refs"] = RefusalError(403, "Resource not accessible by integration")
    result = run(checkout)
    assert (result.exit_code, "Resource not accessible" in result.stderr) == (2, True)


def test_outside_a_checkout_nothing_is_proposed(
    ledger: Ledger, server: GitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(ledger.root.parent))
    result = run(ledger)
    assert (result.exit_code, "holds no commit" in result.stderr) == (2, True)
    assert server.refs == {}


def test_a_dry_run_proposes_nothing(checkout: Ledger, server: GitHub) -> None:
    result = run(checkout, LATER, "--dry-run")
    assert (result.exit_code, result.stderr) == (
        2,
        "error: --dry-run and --propose exclude each other. Give one of them.\n",
    )
    assert json.dumps(server.asked) == "[]"
