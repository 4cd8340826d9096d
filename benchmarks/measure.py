"""Measuring commands, each run in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from scripts.dataset import CannotRunError

PROJECT = Path(__file__).resolve().parent.parent
LAUNCH = Path(__file__).with_name("launch.py")
LAST_WORDS = 500  # characters of what a command said before it failed


@dataclass(frozen=True, slots=True)
class Sample:
    """What a run took: wall time in seconds, memory at its peak in MB."""

    seconds: float
    megabytes: float


def run(command: Sequence[str], *, may_find: bool = False) -> Sample:
    """Run `command` once in the folder of the project; what it prints is dropped.

    Raises CannotRunError where it fails: with any exit code but 0 and, if it may find something, 1.
    """
    launcher = (sys.executable, "-I", "-S", str(LAUNCH))
    done = subprocess.run([*launcher, *command], cwd=PROJECT, capture_output=True, text=True, check=False)
    code, seconds, size = done.stdout.split() if done.stdout else ("not started", "0", "0")
    if code not in ({"0", "1"} if may_find else {"0"}):
        raise CannotRunError(f"{' '.join(command)} ended with code {code}: {done.stderr[-LAST_WORDS:].strip()}")
    return Sample(float(seconds), int(size) / 1e6)


def median_of(samples: Sequence[Sample]) -> Sample:
    """Return the median of each figure."""
    return Sample(median(sample.seconds for sample in samples), median(sample.megabytes for sample in samples))
