"""What a pull request changes, in words, and what `fix` would write: ``python -m scripts.review collect|post``.

`collect` runs with the code of the pull request and without any right; what it leaves is data of a stranger to `post`,
which runs with the code of the project and may write to the pull request.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from http import HTTPStatus
from itertools import groupby
from pathlib import Path
from typing import Any

import click
from jsonschema import Draft202012Validator

from scripts.changes import changes_document
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.compare import compare
from scripts.dataset import CannotRunError, TableSpec, open_dataset
from scripts.entries import HEADINGS
from scripts.fix import Rewrite, fix
from scripts.git import git
from scripts.github import BOT, LONGEST_BODY, RefusedError, Repository, event, from_environment, plain
from scripts.snapshot import open_snapshot
from scripts.suggestions import shown_lines, suggestions

Document = dict[str, Any]

FILE = "review.json"
MARK = "<!-- does-it-train: what this pull request changes -->"
LARGEST = 2_000_000  # bytes
MOST_SUGGESTIONS = 30

TEXT = {"type": "string", "maxLength": 20_000}
LINE = {"type": "integer", "minimum": 1, "maximum": 10_000_000}
# All that is believed of the file that the code of a pull request left.
SHAPE: Document = {
    "type": "object",
    "required": ["problem", "changes", "suggestions", "files"],
    "properties": {
        "problem": TEXT,
        "changes": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["what", "text"],
                "properties": {"what": {"enum": list(HEADINGS)}, "text": TEXT},
            },
        },
        "suggestions": {
            "type": "array",
            "maxItems": MOST_SUGGESTIONS,
            "items": {
                "type": "object",
                "required": ["path", "start_line", "line", "text"],
                "properties": {
                    "path": {"type": "string", "pattern": r"^(data|schema)/[a-z_]{1,40}\.csv\Z"},
                    "start_line": LINE,
                    "line": LINE,
                    "text": TEXT,
                },
            },
        },
        "files": {"type": "array", "maxItems": 20, "items": TEXT},
    },
}


def collect(root: Path, base: str) -> Document:
    """Return what differs between the dataset in `root` and where its branch left `base`, and what `fix` would write.

    Raises CannotRunError where Git does not know `base`.
    """
    fork = (git(root, "merge-base", base, "HEAD") or b"").decode().strip()
    if not fork:
        raise CannotRunError(f"{base} and HEAD have no commit in common here. Fetch the whole history, and name one.")
    review: Document = {"problem": "", "changes": [], "suggestions": [], "files": []}
    rewrites: list[Rewrite] = []
    specs: dict[str, TableSpec] = {}
    try:
        dataset = open_dataset(root)
        specs = {spec.path: spec for spec in dataset.specs.values()}
        rewrites = fix(dataset)
        document = changes_document(compare(open_snapshot(fork, root), open_snapshot(str(root), root)))
        review["changes"] = [{"what": entry["what"], "text": entry["text"]} for entry in document["changes"]]
    except CannotRunError as error:
        review["problem"] = str(error)
    for rewrite in rewrites:
        diff = (git(root, "diff", "--no-ext-diff", "--unified=3", fork, "--", rewrite.path) or b"").decode()
        found, whole = suggestions(specs[rewrite.path], rewrite.before, rewrite.after, shown_lines(diff))
        room = MOST_SUGGESTIONS - len(review["suggestions"])
        review["suggestions"] += [asdict(suggestion) for suggestion in found[:room]]
        if not whole or len(found) > room:
            review["files"].append(rewrite.summary)
    return review


def read_review(path: Path) -> Document:
    """Return what `collect` left, after holding it to `SHAPE`. Raises CannotRunError where it is anything else."""
    try:
        size = path.stat().st_size
        review: Document = json.loads(path.read_text(encoding="utf-8")) if size <= LARGEST else {}
    except (OSError, ValueError, RecursionError) as error:
        raise CannotRunError(f"{path.name}: cannot be read ({type(error).__name__}). Run the check again.") from None
    if size > LARGEST:
        raise CannotRunError(f"{path.name}: has {size:,} bytes; no more than {LARGEST:,} are taken.")
    for fault in Draft202012Validator(SHAPE).iter_errors(review):
        raise CannotRunError(f"{path.name}: {fault.json_path} is not of the agreed form. Nothing is taken from it.")
    return review


def pull_request(repository: Repository, run: Mapping[str, Any]) -> int | None:
    """Return the number of the open pull request whose last commit a workflow run looked at; None if it moved on.

    Only what GitHub says of the run is believed: whose branch it was, and which commit.
    """
    if not run["head_repository"]:  # a fork that was deleted
        return None
    head = f"{run['head_repository']['owner']['login']}:{run['head_branch']}"
    for pull in repository.pages("/pulls", state="open", head=head):
        if pull["head"]["sha"] == run["head_sha"]:
            return int(pull["number"])
    return None


def suggest(repository: Repository, number: int, commit: str, wanted: Sequence[Document]) -> bool:
    """Put suggestions on the lines of a pull request, but for those that stand there; False if GitHub refuses them."""
    standing = {
        (comment["path"], comment["line"], comment["body"])
        for comment in repository.pages(f"/pulls/{number}/comments")
        if comment["user"]["login"] == BOT
    }
    comments = [_line_comment(suggestion) for suggestion in wanted]
    comments = [it for it in comments if (it["path"], it["line"], it["body"]) not in standing]
    if not comments:
        return True
    body = {"commit_id": commit, "event": "COMMENT", "comments": comments}
    try:
        repository.call("POST", f"/pulls/{number}/reviews", body)
    except RefusedError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        return False
    return True


def say(repository: Repository, number: int, text: str) -> None:
    """Write the one comment of the review, or write it anew."""
    for comment in repository.pages(f"/issues/{number}/comments"):
        if comment["user"]["login"] == BOT and comment["body"].startswith(MARK):
            repository.call("PATCH", f"/issues/comments/{comment['id']}", {"body": text})
            return
    repository.call("POST", f"/issues/{number}/comments", {"body": text})


def comment(review: Document, run: Mapping[str, Any], *, suggested: bool) -> str:
    """Return the text of the comment. What the pull request says stands in code spans, and is cut where it is long."""
    passed = run["conclusion"] == "success"
    parts = [
        MARK,
        "### What this pull request changes",
        f"The [check]({run['html_url']}) {'passed' if passed else 'did not pass: see the notes on the lines'}.",
    ]
    parts += [f"The changes cannot be told: {plain(review['problem'])}"] if review["problem"] else []
    parts += [] if review["problem"] or review["changes"] else ["Nothing in the data."]
    parts += _mends(review, suggested=suggested)
    entries: dict[str, Document] = {}
    for entry in review["changes"]:
        entries.setdefault(entry["text"], entry)  # a change and its event say the same
    return "\n\n".join([*parts, *_sections(list(entries.values()), LONGEST_BODY - len("\n\n".join(parts)))])


def _mends(review: Document, *, suggested: bool) -> Iterator[str]:
    if review["suggestions"] and suggested:
        yield "`./nox -s fix` would write some lines otherwise: its suggestions stand on them."
    files = review["files"] if suggested else [*review["files"], *sorted({it["path"] for it in review["suggestions"]})]
    if files:
        yield "\n".join(["`./nox -s fix` mends, beyond single lines:\n", *(f"- {plain(file)}" for file in files)])


def _sections(entries: Sequence[Document], room: int) -> Iterator[str]:
    """Yield the changes under their headings, as many as there is room for, and how many more there are."""
    told = 0
    for what, group in groupby(entries, key=lambda entry: str(entry["what"])):
        lines = [f"#### {HEADINGS[what]}\n"]
        for entry in group:
            line = f"- {plain(entry['text'])}"
            room -= len(line) + len(lines[0])
            if room < LONGEST_BODY // 100:
                yield "\n".join(lines)
                yield f"… and {len(entries) - told} more."
                return
            lines.append(line)
            told += 1
        yield "\n".join(lines)


def _line_comment(suggestion: Document) -> Document:
    text = suggestion["text"]
    fence = "`" * (max([2, *map(len, "".join(sign if sign == "`" else " " for sign in text).split())]) + 1)
    place = {"path": suggestion["path"], "line": suggestion["line"], "side": "RIGHT"}
    if suggestion["start_line"] < suggestion["line"]:
        place |= {"start_line": suggestion["start_line"], "start_side": "RIGHT"}
    return {**place, "body": f"`./nox -s fix` would write:\n\n{fence}suggestion\n{text}\n{fence}"}


@click.group(context_settings=CONTEXT)
def main() -> None:
    """Say on a pull request what it changes, in words, and suggest what `fix` would write.

    Example: python -m scripts.review collect --base origin/main --out review
    """


@main.command("collect", context_settings=CONTEXT)
@root_option
@click.option("--base", metavar="COMMIT", required=True, help="Commit or branch that the changes are meant for.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help=f"Folder to write {FILE} into.")
@reports_mistakes
def collect_command(*, root: Path, base: str, out: Path) -> None:
    """Write down what the branch changes and what `fix` would write.

    Exit code 0: written. 2: cannot run.

    Example: python -m scripts.review collect --base origin/main --out review
    """
    review = collect(root, base)
    out.mkdir(parents=True, exist_ok=True)
    (out / FILE).write_text(json.dumps(review, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    click.echo(f"wrote {out / FILE}: {len(review['changes'])} changes, {len(review['suggestions'])} suggestions")


@main.command("post", context_settings=CONTEXT)
@click.argument("folder", type=click.Path(path_type=Path))
@reports_mistakes
def post_command(*, folder: Path) -> None:
    """Put what `collect` left in FOLDER on the pull request; run by the workflow that follows the check.

    Exit code 0: said, or there is no pull request to say it on. 2: cannot run.

    Example: python -m scripts.review post review
    """
    repository, run = from_environment(), event()["workflow_run"]
    review = read_review(folder / FILE)
    number = pull_request(repository, run)
    if number is None:
        click.echo(f"no open pull request ends in {run['head_sha']}; nothing is said")
        return
    suggested = suggest(repository, number, run["head_sha"], review["suggestions"])
    say(repository, number, comment(review, run, suggested=suggested))
    click.echo(f"said on pull request {number}")


if __name__ == "__main__":
    main()
