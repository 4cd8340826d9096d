"""The instance bundle runs as its Dockerfile, its nginx configuration and `datasette publish` run it."""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts.output import checksums
from tests.conftest import PROJECT

pytestmark = pytest.mark.xdist_group("published")

DOCKERFILE = (PROJECT / "web" / "deploy" / "Dockerfile").read_text(encoding="utf-8")
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")


def steps() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile, with their arguments; continued lines joined."""
    lines = [line for line in DOCKERFILE.splitlines() if line and not line.startswith("#")]
    text = "\n".join(lines).replace("\\\n", " ")
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in text.splitlines())]


def argument(instruction: str) -> str:
    """The argument of the last instruction of this name."""
    return [rest for name, rest in steps() if name == instruction][-1]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def environment(**more: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONDONTWRITEBYTECODE": "1", **more}


def get(url: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    """Status, text and headers (names in lower case) of an answer."""
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 a server of this test
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 likewise
            return (
                answer.status,
                answer.read().decode(),
                {name.lower(): value for name, value in answer.headers.items()},
            )
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(), {name.lower(): value for name, value in error.headers.items()}


def until(ready: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        try:
            if ready():
                return
        except OSError:
            pass
        assert process.poll() is None, "the server ended"
        time.sleep(0.05)
    pytest.fail("the server did not start")


@contextmanager
def running(command: str, folder: Path, port: int) -> Iterator[str]:
    """Run a serving command in `folder`; yield its address."""
    address = f"http://127.0.0.1:{port}"
    with subprocess.Popen(["sh", "-c", f"exec {command}"], cwd=folder, env=environment(PORT=str(port))) as process:
        try:
            until(lambda: get(f"{address}/healthz")[:2] == (200, "ok"), process)
            yield address
        finally:
            process.terminate()
    assert process.returncode in {0, -15}


@pytest.fixture(scope="module")
def bundle(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(published / "instance", tmp_path_factory.mktemp("bundle") / "site"))


@pytest.fixture(scope="module")
def served(bundle: Path) -> Iterator[str]:
    """The bundle, served by the command of the Dockerfile."""
    shell, option, command = json.loads(argument("CMD"))
    assert (shell, option) == ("sh", "-c")
    assert argument("WORKDIR") in command
    local = command.removeprefix("exec ").replace(argument("WORKDIR"), str(bundle)).replace("0.0.0.0", "127.0.0.1")  # noqa: S104 what is replaced
    with running(local, bundle, free_port()) as address:
        yield address


def test_the_command_of_the_dockerfile_serves_the_bundle(served: str, bundle: Path) -> None:
    assert "Does Parrot train on your data?" in get(f"{served}/products/parrot")[1]
    assert get(f"{served}/release/manifest.json")[1] == (bundle / "release" / "manifest.json").read_text()
    with urllib.request.urlopen(f"{served}/does-it-train.db", timeout=10) as answer:  # noqa: S310 a server of this test
        assert answer.read(15) == b"SQLite format 3"  # handed out only where it is served immutable


def test_serving_leaves_the_bundle_as_it_is(served: str, bundle: Path, published: Path) -> None:
    get(f"{served}/products/parrot")
    assert checksums(bundle) == checksums(published / "instance")


@pytest.mark.parametrize("well", [True, False])
def test_the_health_check_of_the_dockerfile_tells_well_from_ill(served: str, well: bool) -> None:  # noqa: FBT001 a case
    command = json.loads(argument("HEALTHCHECK").split("CMD ")[1])
    assert command[0] == "python"
    port = served.rpartition(":")[2] if well else str(free_port())
    done = subprocess.run(command, env=environment(PORT=port), check=False, capture_output=True)
    assert (done.returncode == 0) is well


def test_the_dockerfile_is_slim_pinned_and_runs_as_nobody() -> None:
    names = [name for name, _ in steps()]
    assert re.fullmatch(r"BASE=docker\.io/library/python:3\.11-slim-\w+", argument("ARG"))
    assert [rest for name, rest in steps() if name == "FROM"] == ["${BASE} AS packages", "${BASE}"]
    assert "--require-hashes" in argument("RUN")
    assert names.index("USER") < names.index("CMD")
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", argument("USER"))
    assert not {"ADD", "VOLUME"} & set(names)
    assert "--chown=root:root --chmod=555 ." in argument("COPY")


def test_the_bundle_pins_what_it_needs_by_hash(bundle: Path) -> None:
    assert (bundle / "requirements.txt").read_bytes() == (PROJECT / "requirements" / "web.txt").read_bytes()
    ignored = (bundle / ".dockerignore").read_text().split()
    assert {path.name for path in bundle.iterdir()} >= set(ignored)


# Stands for the program of a host: keeps what it would upload.
HOST = """#!/bin/sh
case "$*" in
    "config get-value project") echo project ;;
    plugins) echo heroku-builds ;;
    "builds submit"*) cp -rL . "$UPLOADED" ;;
    "apps:list"*) echo "[]" ;;
    "apps:create"*) echo '{"name": "does-it-train"}' ;;
    "builds:create"*) cp -rL . "$UPLOADED" ;;
esac
"""
HOSTS = {
    "cloudrun": ("gcloud", "Dockerfile", "Dockerfile", r"^CMD (datasette serve .*)$"),
    "heroku": ("heroku", "Procfile", "requirements.txt", r"^web: (datasette serve .*)$"),
}


@pytest.mark.parametrize("host", HOSTS)
def test_the_line_for_a_host_uploads_a_site_that_runs(bundle: Path, tmp_path: Path, host: str) -> None:
    page = (PROJECT / "docs" / "publishing.md").read_text(encoding="utf-8")
    line = re.search(rf"^sh publish\.sh {host} .*$", page, re.MULTILINE)
    assert line
    program, file, packages, pattern = HOSTS[host]
    (tmp_path / program).write_text(HOST)
    (tmp_path / program).chmod(0o755)
    uploaded = tmp_path / "uploaded"
    known = environment(UPLOADED=str(uploaded))
    known["PATH"] = f"{tmp_path}{os.pathsep}{known['PATH']}"
    subprocess.run(shlex.split(line[0]), cwd=bundle, env=known, check=True, capture_output=True)
    pinned = set(re.findall(r"^([a-z0-9-]+==[^ ;]+) \\$", (bundle / "requirements.txt").read_text(), re.MULTILINE))
    installed = (uploaded / packages).read_text()
    assert {name for name in pinned if name in installed.split()} == pinned
    assert any(name.startswith("datasette==") for name in pinned)
    command = re.search(pattern, (uploaded / file).read_text(), re.MULTILINE)
    assert command
    shutil.copy(bundle / "inspect-data.json", uploaded)  # the host runs `datasette inspect`
    with running(command[1].replace("0.0.0.0", "127.0.0.1"), uploaded, free_port()) as address:  # noqa: S104 what is replaced
        assert "Does Parrot train on your data?" in get(f"{address}/products/parrot")[1]
        assert json.loads(get(f"{address}/release/manifest.json")[1])["name"] == "does-it-train"
        told = json.loads(get(f"{address}/-/settings.json")[1])
        wanted = json.loads((bundle / "settings.json").read_text())
        assert {name: told[name] for name in wanted} == wanted


@pytest.fixture
def proxied(served: str, bundle: Path, published: Path, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """nginx as it is configured, before one replica that answers and one that does not; and before the static copy."""
    if NGINX is None:
        pytest.skip("no nginx on this machine")
    replica, absent, dynamic, static = served.rpartition(":")[2], free_port(), free_port(), free_port()
    text = (bundle / "nginx.conf").read_text()
    for port, other in ((8001, absent), (8002, replica), (8080, dynamic), (8081, static)):
        assert text.count(f"127.0.0.1:{port}") == 1
        text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{other}")
    # Started by root it would become nobody, who may not enter the folders of the tests.
    user = "user root;\n" if os.geteuid() == 0 else ""
    (tmp_path / "nginx.conf").write_text(f"daemon off;\n{user}{text}")
    (tmp_path / "tmp").mkdir()
    (tmp_path / "current").symlink_to(published / "site")
    command = [NGINX, "-p", f"{tmp_path}/", "-e", "error.log", "-c", "nginx.conf"]
    tested = subprocess.run([*command, "-t"], check=False, capture_output=True, text=True)
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
    addresses = f"http://127.0.0.1:{dynamic}", f"http://127.0.0.1:{static}"
    with subprocess.Popen(command) as process:
        try:
            until(lambda: get(f"{addresses[0]}/healthz")[0] == 200, process)
            yield addresses
        finally:
            process.terminate()


def test_nginx_caches_limits_and_hides(proxied: tuple[str, str]) -> None:
    site, _ = proxied
    first, second = (get(f"{site}/products/parrot", Cookie=f"visit={number}") for number in (1, 2))
    assert [answer[2]["x-cache"] for answer in (first, second)] == ["MISS", "HIT"]
    assert "Does Parrot train on your data?" in second[1]
    assert get(f"{site}/healthz")[2].get("x-cache") != "HIT"
    assert get(f"{site}/-/databases.json")[0] == 404
    asked = [get(f"{site}/does-it-train/vendors.json?_size={number}")[0] for number in range(1, 30)]
    assert asked[:15] == [200] * 15
    assert 429 in asked


def test_nginx_serves_the_static_copy(proxied: tuple[str, str]) -> None:
    _, site = proxied
    for path in ("/products/parrot", "/products/parrot/", "/products/parrot/index.html"):
        assert "Does Parrot train on your data?" in get(f"{site}{path}")[1], path
    status, _, headers = get(f"{site}/products/parrot.json")
    assert (status, headers["cache-control"]) == (200, "public, max-age=300")
    status, page, _ = get(f"{site}/nothing/here")
    assert (status, "Nothing is at this address" in page) == (404, True)
