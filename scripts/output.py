"""Putting a finished directory in place of an old one, in one step that cannot be seen half done.

A directory `dist` is a symbolic link into the folder `.dist` beside it, which holds the directory it stands for, named
by its content. Only the swap of the link makes new output visible, and a rename is atomic on POSIX file systems:
killed at any moment, the old output is whole. What a killed run left behind is removed by the next one.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.dataset import CannotRunError

CHECKSUMS = "SHA256SUMS"


@contextmanager
def replacing(out: Path) -> Iterator[Path]:
    """Yield an empty folder to fill; when the block ends without an error it takes the place of `out`.

    Adds `SHA256SUMS` over all files. Raises CannotRunError where `out` is something else than former output, or
    another run is at it.
    """
    if out.exists() and not out.is_symlink() and (not out.is_dir() or any(out.iterdir())):
        raise CannotRunError(
            f"{out} was not made by this command and is left as it is. Name another --out, or move it."
        )
    store = out.parent / f".{out.name}"
    store.mkdir(parents=True, exist_ok=True)
    with (store / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRunError(f"another run is writing {out}. Wait until it has ended.") from None
        _sweep(store, out)
        staging = store / "staging"
        staging.mkdir()
        yield staging
        digest = _write_checksums(staging)
        final = store / digest
        if final.exists():
            shutil.rmtree(staging)
        else:
            staging.rename(final)
        _point(out, store, digest)
        _sweep(store, out)


def checksums(folder: Path) -> str:
    """Return the lines of the `SHA256SUMS` of `folder`: all other files below it, by path."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / CHECKSUMS)
    return "".join(f"{_sha256(path)}  {path.relative_to(folder).as_posix()}\n" for path in files)


def _write_checksums(folder: Path) -> str:
    text = checksums(folder)
    (folder / CHECKSUMS).write_text(text, encoding="utf-8")
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                os.fsync(file.fileno())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _point(out: Path, store: Path, digest: str) -> None:
    """Let the link `out` stand for the folder `digest` of the store."""
    link = store / "link"
    link.symlink_to(Path(store.name) / digest)
    if out.is_dir() and not out.is_symlink():
        out.rmdir()
    link.replace(out)


def _sweep(store: Path, out: Path) -> None:
    """Remove from the store everything but what `out` stands for."""
    current = out.readlink().name if out.is_symlink() else ""
    for path in store.iterdir():
        if path.name in {"lock", current}:
            continue
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
