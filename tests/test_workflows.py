"""The workflows hold no logic and no right they do not need, and run nothing that is not pinned."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from tests.conftest import PROJECT, SESSIONS

WORKFLOWS = sorted((PROJECT / ".github" / "workflows").glob("*.yml"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in WORKFLOWS}
# All that any job may do beyond reading the code.
RIGHTS = {
    "check.gate": {"contents": "read"},
    "check.check": {"contents": "read"},
    "check.review": {"contents": "read"},
    "review.post": {"actions": "read", "contents": "read", "pull-requests": "write"},
    "settle.settle": {"contents": "write", "pull-requests": "write"},
    "release.release": {"attestations": "write", "contents": "write", "id-token": "write"},
    "release.deploy": {"contents": "read", "id-token": "write", "pages": "write"},
    "deploy.site": {"contents": "read"},
    "deploy.deploy": {"id-token": "write", "pages": "write"},
}
# The only things but plain words that a step may hand to a session; the clock is read here and nowhere else.
WORD = r'(?:[\w./-]+|"\$[A-Z_]+(?:/\w+)?"|"\$\(date -u \+%F\)"|\$\{PREVIOUS:\+--previous "\$PREVIOUS"\})'
RUN = re.compile(
    rf'\./nox -s (?P<session>\w+|"\$SESSION")(?: -R)?(?: --install-only| -- (?P<arguments>{WORD}(?: {WORD})*))?'
)
TOKEN = "${{ github.token }}"  # noqa: S105 the name of it


def workflow(name: str) -> dict[str, Any]:
    document: dict[Any, Any] = yaml.safe_load(TEXTS[name])
    return {"on": document.pop(True), **document}  # YAML 1.1 reads `on` as a truth


def jobs() -> dict[str, dict[str, Any]]:
    return {f"{name}.{job}": content for name in TEXTS for job, content in workflow(name)["jobs"].items()}


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, job in jobs().items():
        for step in job.get("steps", []):
            yield name, step


def runs() -> Iterator[tuple[str, str, re.Match[str]]]:
    """The job, the session and the command of every step that runs something; a matrix is unrolled."""
    for name, step in steps():
        if "run" in step:
            match = RUN.fullmatch(step["run"])
            assert match, f"{name}: {step['run']}"
            matrix = jobs()[name].get("strategy", {}).get("matrix", {}).get("session", [])
            for session in matrix if match["session"] == '"$SESSION"' else [match["session"]]:
                yield name, session, match


def test_the_workflows_that_are_promised_are_there() -> None:
    assert set(TEXTS) == {"check", "review", "settle", "release", "deploy"}
    assert jobs().keys() == RIGHTS.keys()


@pytest.mark.parametrize("name", TEXTS)
def test_a_workflow_has_no_rights_of_its_own_and_does_not_run_beside_itself(name: str) -> None:
    document = workflow(name)
    assert document["permissions"] == {}
    assert document["concurrency"]["group"].startswith(name)
    assert document["concurrency"]["cancel-in-progress"] is (name == "check")
    assert "defaults" not in document
    assert "env" not in document


@pytest.mark.parametrize("name", RIGHTS)
def test_a_job_has_the_rights_it_needs_and_an_end(name: str) -> None:
    job = jobs()[name]
    assert job["permissions"] == RIGHTS[name]
    assert "uses" in job or (job["runs-on"], job["timeout-minutes"] <= 20) == ("ubuntu-24.04", True)


def test_every_action_is_pinned_to_a_commit_and_says_its_version() -> None:
    found = [line.strip() for text in TEXTS.values() for line in text.splitlines() if "uses:" in line]
    ours = "uses: $/.github/workflows/deploy.yml"
    pinned = re.compile(r"(?:- )?uses: (actions/[a-z-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+")
    pins: dict[str, set[str]] = {}
    for line in found:
        match = pinned.fullmatch(line)
        assert match or line == ours, line
        if match:
            pins.setdefault(match[1], set()).add(line.removeprefix("- "))
    assert len(pins) == 7
    assert [action for action, versions in pins.items() if len(versions) > 1] == []


def test_a_checkout_leaves_no_credentials() -> None:
    checkouts = [step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")]
    assert len(checkouts) == 7
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_every_step_is_a_session_that_exists() -> None:
    called = {session for _, session, _ in runs()}
    assert called == {*called} & SESSIONS
    assert called >= {
        "lint",
        "types",
        "tests",
        "check",
        "docs",
        "build",
        "smoke",
        "review",
        "settle",
        "publish",
        "upload",
    }


def test_a_session_is_given_options_that_its_command_has() -> None:
    seen = 0
    for name, session, match in runs():
        for option in re.findall(r"--[a-z-]+", match["arguments"] or ""):
            command = import_module(f"scripts.{session}").main
            words = match["arguments"].split()
            if isinstance(command, click.Group):
                command = command.commands[words[0]]
            assert option in {name for parameter in command.params for name in parameter.opts}, f"{name}: {option}"
            seen += 1
    assert seen == 10


def test_no_expression_stands_in_a_command() -> None:
    for name, step in steps():
        assert "${{" not in step.get("run", ""), name
        for value in step.get("env", {}).values():
            assert value in {
                TOKEN,
                "${{ matrix.session }}",
                "${{ github.event.pull_request.base.sha }}",  # a hash, made by Git
                "${{ steps.last.outputs.zip }}",  # a path, made by `last`
            }, f"{name}: {value}"


def test_a_token_is_given_to_those_alone_who_speak_with_github_and_after_everything_was_installed() -> None:
    holders = [(name, step["run"]) for name, step in steps() if TOKEN in step.get("env", {}).values()]
    assert [name for name, _ in holders] == [
        "deploy.site",
        "release.release",
        "release.release",
        "review.post",
        "settle.settle",
    ]
    for name, command in holders:
        assert " -R -- " in command, f"{name}: what is installed then could take the token"


def test_what_may_write_runs_the_code_of_the_project_alone() -> None:
    assert "pull_request_target" not in "".join(TEXTS.values())
    for name, job in jobs().items():
        if name.startswith("check."):
            assert "write" not in job["permissions"].values()
    assert workflow("review")["on"] == {"workflow_run": {"workflows": ["check"], "types": ["completed"]}}
    (checkout,) = (step for step in jobs()["review.post"]["steps"] if "checkout" in step.get("uses", ""))
    assert checkout["with"] == {"persist-credentials": False}, "no `ref`: the default branch"
    (download,) = (step for step in jobs()["review.post"]["steps"] if "download" in step.get("uses", ""))
    assert download["with"]["path"].startswith("${{ runner.temp }}/"), "not beside the code"


def test_the_check_gates_what_plain_nox_gates_and_more() -> None:
    text = (PROJECT / "noxfile.py").read_text()
    gating = set(re.findall(r"^@nox\.session\ndef (\w+)", text, re.MULTILINE))
    called = {session for name, session, _ in runs() if name.startswith("check.")}
    assert gating | {"build", "coverage", "looks", "review", "smoke"} == called


def test_no_step_is_skipped_or_forgiven() -> None:
    for name, step in steps():
        assert step.keys() <= {"uses", "with", "run", "env", "id"}, name
    conditions = {name: job["if"] for name, job in jobs().items() if "if" in job}
    assert conditions == {
        "check.review": "github.event_name == 'pull_request'",
        "review.post": "github.event.workflow_run.event == 'pull_request'",
    }


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_says_at_its_top_what_it_is_for(path: Path) -> None:
    assert re.match(r"# [A-Z].+\n(# .+\n)*name: " + path.stem + r"\n", TEXTS[path.stem])
