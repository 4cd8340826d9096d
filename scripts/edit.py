"""What the commands that edit the tables share: ids that are free, and files that are never half written."""

import json
import os
import shutil
from collections.abc import Container, Mapping
from itertools import count
from pathlib import Path

from scripts.dataset import CannotRunError, Dataset
from scripts.locate import offset_of


def taken_ids(dataset: Dataset, name: str) -> set[str]:
    """Return the ids that no new row of the table `name` may have: those of its rows, and those that were moved."""
    table = dataset.table(name)
    moved = {row["old_id"] for row in dataset.table("redirects").rows if row["table"] == name}
    return moved | {table.key(row) for row in table.rows}


def free_id(wanted: str, taken: Container[str]) -> str:
    """Return `wanted`, or where it is taken `wanted-2`, `wanted-3` and so on."""
    numbered = (f"{wanted}-{number}" if number > 1 else wanted for number in count(1))
    return next(name for name in numbered if name not in taken)


def replace_texts(root: Path, texts: Mapping[str, str]) -> None:
    """Put texts in the place of files below `root` (POSIX path -> text), one after the other in the order given.

    Each file holds its old or its new text at any moment, and all are old unless every new one could be written.
    Raises CannotRunError where one cannot.
    """
    drafts: dict[str, Path] = {}
    path = ""
    try:
        for path, text in texts.items():
            target = _target(root, path)
            drafts[path] = target.with_name(f".{target.name}.draft")
            _write(drafts[path], text)
            shutil.copymode(target, drafts[path])
        for path, draft in drafts.items():
            draft.replace(_target(root, path))
    except OSError as error:
        raise CannotRunError(
            f"{path}: cannot be written ({error.strerror}). Make room or give leave, and try again."
        ) from None
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def with_value(text: str, name: str, value: str) -> str:
    """Return the text of a JSON object with another text as its property `name`; the rest stays as it was typed."""
    start = offset_of(text, [name])
    _, end = json.JSONDecoder().raw_decode(text, start)
    return f"{text[:start]}{json.dumps(value, ensure_ascii=False)}{text[end:]}"


def _target(root: Path, path: str) -> Path:
    return (root / path).resolve()


def _write(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
