"""A new output takes the place of the old one in one step, whenever it is interrupted."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.dataset import CannotRunError
from scripts.output import CHECKSUMS, checksums, replacing

PROJECT = Path(__file__).resolve().parents[2]

# Replaces the output, and kills itself at the file operation with the number given.
KILLED = """
import os, signal, sys
from pathlib import Path
from scripts.output import replacing

out, left = Path(sys.argv[1]), int(sys.argv[2])
WATCHED = {"open", "os.rename", "os.symlink", "os.mkdir", "os.remove", "os.rmdir", "os.listdir", "os.scandir"}

def watch(event, arguments):
    global left
    if event in WATCHED:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(watch)
with replacing(out) as staging:
    (staging / "fact.txt").write_text("new")
    (staging / "more").mkdir()
    (staging / "more" / "fact.txt").write_text("new too")
"""


def fill(out: Path, text: str) -> None:
    with replacing(out) as staging:
        (staging / "fact.txt").write_text(text)


def whole(out: Path) -> str:
    """The fact in an output whose checksums are right."""
    assert (out / CHECKSUMS).read_text() == checksums(out)
    return (out / "fact.txt").read_text()


def test_puts_the_new_output_in_place_of_the_old(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    fill(out, "old")
    fill(out, "new")
    assert whole(out) == "new"
    assert {path.name for path in (tmp_path / ".dist").iterdir()} == {"lock", out.readlink().name}


def test_the_same_output_twice_stays_where_it_is(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    fill(out, "same")
    before = out.readlink()
    fill(out, "same")
    assert out.readlink() == before
    assert whole(out) == "same"


def test_checksums_are_those_of_the_files(tmp_path: Path) -> None:
    fill(tmp_path / "dist", "x")
    digest = hashlib.sha256(b"x").hexdigest()
    assert (tmp_path / "dist" / CHECKSUMS).read_text() == f"{digest}  fact.txt\n"


def test_an_error_while_filling_leaves_the_old_output(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    fill(out, "old")

    def fail_half_way() -> None:
        with replacing(out) as staging:
            (staging / "fact.txt").write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    assert whole(out) == "old"


def test_what_a_killed_run_left_behind_is_swept_away(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    fill(out, "old")
    store = tmp_path / ".dist"
    (store / "staging").mkdir()
    (store / "staging" / "half.txt").write_text("half")
    (store / "link").symlink_to("nowhere")
    fill(out, "new")
    assert whole(out) == "new"
    assert {path.name for path in store.iterdir()} == {"lock", out.readlink().name}


def test_an_empty_folder_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "dist").mkdir()
    fill(tmp_path / "dist", "new")
    assert whole(tmp_path / "dist") == "new"


def test_refuses_to_replace_what_it_did_not_make(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    out.mkdir()
    (out / "thesis.txt").write_text("mine")
    with pytest.raises(CannotRunError, match="was not made by this command"):
        fill(out, "new")
    assert (out / "thesis.txt").read_text() == "mine"


def test_refuses_to_run_twice_at_once(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    with replacing(out) as staging:
        (staging / "fact.txt").write_text("first")
        with pytest.raises(CannotRunError, match="another run is writing"), replacing(out):
            pass
    assert whole(out) == "first"


def test_killed_at_any_file_operation_the_output_is_whole(tmp_path: Path) -> None:
    out = tmp_path / "dist"
    fill(out, "old")
    seen = set()
    for number in range(1, 500):
        command = [sys.executable, "-c", KILLED, str(out), str(number)]
        done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
        seen.add(whole(out))
        if done.returncode == 0:
            break
        assert done.returncode == -9, done.stderr
        if seen == {"old", "new"}:
            fill(out, "old")  # start again from the old one, to be killed later still
    else:
        pytest.fail("was never left to finish")
    assert number > 10
    assert seen == {"old", "new"}
    assert whole(out) == "new"
    fill(out, "last")
    assert {path.name for path in (tmp_path / ".dist").iterdir()} == {"lock", out.readlink().name}
