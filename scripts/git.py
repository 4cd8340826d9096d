"""What the commands ask of Git."""

import subprocess
from pathlib import Path


def git(root: Path, *arguments: str) -> bytes | None:
    """Run Git in the folder `root` and return what it says; None where it fails or is not installed."""
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, check=True)  # noqa: S603, S607 fixed words
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
