"""A change of the tree as a pull request, made through GitHub's API: no step holds a right to push."""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from scripts.dataset import CannotRunError
from scripts.git import git
from scripts.github import RefusedError, Repository

PREFIX = "settle/"  # what the branches of these pull requests start with


@dataclass(frozen=True)
class Proposal:
    """What a pull request is to say and do: the branch, the title, the text, and the new text of each file by path."""

    branch: str
    title: str
    text: str
    files: Mapping[str, str]


def standing(repository: Repository) -> str:
    """Return the address of an open pull request made here before, or ''. It may hold someone's work by now."""
    for pull in repository.pages("/pulls", state="open"):
        head = pull["head"]
        if head["ref"].startswith(PREFIX) and (head["repo"] or {}).get("full_name") == repository.name:
            return str(pull["html_url"])
    return ""


def propose(repository: Repository, root: Path, proposal: Proposal) -> str:
    """Commit files on a new branch upon the commit checked out in `root`, open a pull request, return its address.

    Raises CannotRunError where there is no commit, or the branch is there already.
    """
    parent = (git(root, "rev-parse", "HEAD") or b"").decode().strip()
    if not parent:
        raise CannotRunError(f"{root}: holds no commit. Run this in a checkout of the repository.")
    base = repository.call("GET", f"/git/commits/{parent}")["tree"]["sha"]
    entries = [
        {"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in proposal.files.items()
    ]
    tree = repository.call("POST", "/git/trees", {"base_tree": base, "tree": entries})["sha"]
    body = {"message": proposal.title, "tree": tree, "parents": [parent]}
    commit = repository.call("POST", "/git/commits", body)["sha"]
    try:
        repository.call("POST", "/git/refs", {"ref": f"refs/heads/{proposal.branch}", "sha": commit})
    except RefusedError as error:
        if error.status != HTTPStatus.UNPROCESSABLE_ENTITY:
            raise
        raise CannotRunError(
            f"there is a branch {proposal.branch} already. Open or delete it, and try again."
        ) from None
    target = repository.call("GET", "")["default_branch"]
    body = {"title": proposal.title, "body": proposal.text, "head": proposal.branch, "base": target}
    return str(repository.call("POST", "/pulls", body)["html_url"])
