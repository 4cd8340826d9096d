"""The pick-lists of the issue forms in `.github/ISSUE_TEMPLATE/`, from the data; the forms themselves are typed."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

from scripts.dataset import Dataset

FOLDER = Path(__file__).resolve().parent.parent / ".github" / "ISSUE_TEMPLATE"
FORMS = ("new-product", "policy-changed", "vendor-reply", "wrong-fact")
# A pick-list in a form: its id, and the lines up to `options:`; what follows is the list.
LIST = re.compile(
    r"(?P<head>  - type: dropdown\n    id: (?P<id>\w+)\n    attributes:\n(?:      (?!options)\w.*\n)*      options:)"
    r"(?: \[\]\n|\n(?:        - .*\n)+)"
)
ELSE = "Something else"


def form_pages() -> dict[str, Callable[[Dataset], str]]:
    """Return the forms by their path, each with what makes its text from the dataset."""
    return {f".github/ISSUE_TEMPLATE/{name}.yml": _page(FOLDER / f"{name}.yml") for name in FORMS}


def with_lists(form: str, lists: Mapping[str, list[str]]) -> str:
    """Return the text of a form whose pick-lists hold what `lists` says, by id; KeyError for an id that it lacks."""

    def filled(match: re.Match[str]) -> str:
        lines = [f"        - {_scalar(option)}\n" for option in lists[match["id"]]]
        return f"{match['head']}\n{''.join(lines)}"

    return LIST.sub(filled, form)


def lists_of(dataset: Dataset) -> dict[str, list[str]]:
    """Return the pick-lists by id: products by name, and the codes of three columns by their labels, in their order."""
    products = sorted((row["name"] for row in dataset.table("products").rows), key=str.casefold)
    rows = sorted(dataset.table("vocabulary").rows, key=lambda row: int(row["rank"]))

    def labels(column: str) -> list[str]:
        return [row["label"] for row in rows if row["field"] == column]

    return {
        "product": products,
        "field": [*labels("events.field"), ELSE],
        "notice": labels("events.notice"),
        "category": labels("products.category"),
    }


def _page(path: Path) -> Callable[[Dataset], str]:
    return lambda dataset: with_lists(path.read_text(encoding="utf-8"), lists_of(dataset))


def _scalar(text: str) -> str:
    """Return text as YAML in quotes, so that no name is taken for a truth or a number."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
