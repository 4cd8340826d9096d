"""Every task of the project. `nox -l` lists them; plain `nox` runs what gates a merge.

A session is called as the module it runs, and passes on what stands behind `--`:
`nox -s check -- --product claude`.
"""

import os
import shutil
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2026.4"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
nox.options.error_on_external_run = True

# Trust the certificates the machine trusts, as pip does; behind a company's proxy nothing installs otherwise.
os.environ.setdefault("UV_SYSTEM_CERTS", "true")

REQUIREMENTS = Path("requirements")
# The environments of requirements/; those that are installed together are locked together.
TOGETHER = ("check", "web", "release", "test", "lint", "nox")
ALONE = ("bench", "next", "spark")
MEMORY = Path("/dev/shm")  # noqa: S108 a file system in memory; the folder in it gets a name of its own
ROOM = 2_000_000_000  # bytes
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def install(session: nox.Session, *environments: str) -> None:
    """Install exactly what requirements/<environment>.txt name, each package checked against its hash."""
    files = [argument for name in environments for argument in ("-r", str(REQUIREMENTS / f"{name}.txt"))]
    session.install("--require-hashes", *files)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and form of the code, and the workflows."""
    install(session, "lint")
    session.run("ruff", "check", *session.posargs)
    session.run("ruff", "format", "--check")
    session.run("actionlint", "-color")
    session.run("zizmor", "--offline", "--quiet", "--persona", "pedantic", ".github")


@nox.session
def types(session: nox.Session) -> None:
    """Check the types of alerts/, scripts/, rules/, web/plugins/ and this file."""
    install(session, *TOGETHER)
    session.run("mypy", *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, in parallel."""
    _pytest(session)


@nox.session
def check(session: nox.Session) -> None:
    """Check the dataset against all rules."""
    install(session, "check")
    _run(session, "check")


@nox.session
def docs(session: nox.Session) -> None:
    """Check that the generated parts of docs/ are up to date; `-- --write` brings them up to date."""
    install(session, "check")
    _run(session, "docs")


@nox.session(default=False)
def fix(session: nox.Session) -> None:
    """Write the tables in canonical form and mend what rules can mend."""
    install(session, "check")
    _run(session, "fix")


@nox.session(default=False)
def new(session: nox.Session) -> None:
    """Add a vendor, product, tier, source, event and so on by answering questions."""
    install(session, "check")
    _run(session, "new")


@nox.session(default=False)
def settle(session: nox.Session) -> None:
    """Move the day of the dataset forward and carry the events that fell due: `-- DATE`."""
    install(session, "check")
    _run(session, "settle")


@nox.session(default=False)
def build(session: nox.Session) -> None:
    """Build the release into dist/."""
    install(session, "check")
    _run(session, "build")


@nox.session(default=False)
def changes(session: nox.Session) -> None:
    """Say what differs between two releases, folders or commits: `-- OLD NEW`."""
    install(session, "check")
    _run(session, "changes")


@nox.session(default=False)
def changelog(session: nox.Session) -> None:
    """Write what changed in the data into CHANGELOG.md: `-- changes.json`."""
    install(session, "check")
    _run(session, "changelog")


@nox.session(default=False)
def release(session: nox.Session) -> None:
    """Prepare a release up to its tag: `-- --version YYYY.MM.DD --previous PATH`."""
    install(session, "check")
    _run(session, "release")


@nox.session(default=False)
def publish(session: nox.Session) -> None:
    """Make everything a release consists of in dist/: files, instance bundle, static copy of the site."""
    install(session, "check", "web", "release")
    _run(session, "publish")


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """Build the release and serve the site; prints its address."""
    install(session, "check", "web")
    _run(session, "serve")


@nox.session(default=False)
def smoke(session: nox.Session) -> None:
    """Build and serve the site, and ask it about every product."""
    install(session, "check", "web")
    _run(session, "smoke")


@nox.session(default=False)
def review(session: nox.Session) -> None:
    """Say on a pull request what it changes and what `fix` would write; run by the workflows."""
    install(session, "check")
    _run(session, "review")


@nox.session(default=False)
def last(session: nox.Session) -> None:
    """Get the release before another one from GitHub, as it was published; run by the workflows."""
    install(session, "check")
    _run(session, "last")


@nox.session(default=False)
def upload(session: nox.Session) -> None:
    """Put a published release on GitHub; run by the workflow `release`."""
    install(session, "check")
    _run(session, "upload")


@nox.session(default=False)
def notify(session: nox.Session) -> None:
    """Tell those who follow a product what a release changed: `-- OLD NEW`."""
    install(session, "check", "web")
    _run(session, "notify")


@nox.session(default=False)
def forget(session: nox.Session) -> None:
    """Delete an address and all that the alerts know of it: `-- ADDRESS`."""
    install(session, "check", "web")
    _run(session, "forget")


@nox.session(default=False)
def backup(session: nox.Session) -> None:
    """Copy the database of the alerts: `-- FILE`."""
    install(session, "check", "web")
    _run(session, "backup")


@nox.session(default=False)
def restore(session: nox.Session) -> None:
    """Put a copy in the place of the database of the alerts: `-- FILE`."""
    install(session, "check", "web")
    _run(session, "restore")


@nox.session(default=False)
def coverage(session: nox.Session) -> None:
    """Require that the tests go through every branch of alerts/, rules/ and scripts/; those of the site count not."""
    _pytest(session, "--ignore", "tests/web", "--cov", "--cov-report=term")


@nox.session(default=False)
def looks(session: nox.Session) -> None:
    """Use the site in a browser, and see every kind of page in it; keeps pictures in artifacts/."""
    if not any(map(shutil.which, BROWSERS)):
        session.error("no browser: install Chromium, so that the pages are tested in it")
    _pytest(session, "tests/web", "--looks")


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Measure check, fold and build beside other tools, as a table."""
    rivals = session.create_tmp()
    session.run("virtualenv", "--quiet", rivals, external=True)
    rival_python = str(Path(rivals) / "bin" / "python")
    session.run(
        rival_python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
        "-r",
        "requirements/bench.txt",
        external=True,
    )
    install(session, "check", "release")
    session.run(
        "python", "-m", "benchmarks", *session.posargs, env={"PATH": f"{session.bin}:{rivals}/bin:/usr/bin:/bin"}
    )


@nox.session(default=False)
def bench_site(session: nox.Session) -> None:
    """Measure the site beside Datasette's own pages and nginx; needs wrk."""
    install(session, "check", "web", "release")
    session.run("python", "-m", "benchmarks.site", *session.posargs)


@nox.session(default=False)
def spark(session: nox.Session) -> None:
    """Check that the analyses give in Spark what they give in DuckDB; needs Java."""
    if shutil.which("java") is None:
        session.error("no Java: install it (on Debian: apt-get install default-jre-headless)")
    install(session, "spark")
    session.run("pytest", "tests/analysis/test_spark.py", *session.posargs)


@nox.session(default=False)
def next(session: nox.Session) -> None:  # noqa: A001 the session is called as its environment
    """Try the site on the coming Datasette 1.0; gates nothing."""
    install(session, "next")
    session.run("pytest", "tests/web/test_pages.py", *session.posargs)


@nox.session(default=False)
def lock(session: nox.Session) -> None:
    """Write requirements/*.txt anew from the dependency groups of pyproject.toml."""
    install(session, "nox")
    common = Path(session.create_tmp()) / "together.txt"
    options = (
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
        "--python-version",
        "3.11",
        "--quiet",
    )
    groups = [argument for name in TOGETHER for argument in ("--group", f"pyproject.toml:{name}")]
    session.run("uv", "pip", "compile", *options, *groups, "-o", str(common), *session.posargs)
    for name in (*TOGETHER, *ALONE):
        same = ("-c", str(common)) if name in TOGETHER else ()
        target = ("--group", f"pyproject.toml:{name}", "-o", str(REQUIREMENTS / f"{name}.txt"))
        session.run("uv", "pip", "compile", *options, *target, *same, *session.posargs)


def _pytest(session: nox.Session, *options: str) -> None:
    """Run pytest on all cores, with its thousands of small files in memory where the system has room for them."""
    install(session, *TOGETHER[:4])
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM
    with tempfile.TemporaryDirectory(dir=MEMORY if roomy else None) as folder:
        parallel = ("-n", "auto", "--dist", "loadgroup")
        session.run("pytest", *parallel, *options, *session.posargs, env={"TMPDIR": folder})


def _run(session: nox.Session, verb: str) -> None:
    session.run("python", "-m", f"scripts.{verb}", *session.posargs)


if __name__ == "__main__":
    nox.main()
