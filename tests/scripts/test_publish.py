"""What is published: complete, whole, the same bytes on any day, and nothing where the check finds something."""

import datetime
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from scripts.instance import RELEASE
from scripts.manifest import MANIFEST, media_type
from scripts.output import CHECKSUMS, checksums
from scripts.publish import main, publish
from tests.conftest import AS_OF, LIVE, PROJECT, Ledger
from tests.scripts.test_documents import faults, schema

pytestmark = pytest.mark.xdist_group("published")  # one release for all of them

TABLES = ("events", "misconceptions", "products", "redirects", "sources", "tiers", "vendors", "vocabulary")
SCHEMAS = sorted((PROJECT / "schema" / "release").glob("*.schema.json"))


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def listed(published: Path) -> list[dict[str, object]]:
    entries: list[dict[str, object]] = json.loads((published / MANIFEST).read_text())["files"]
    return entries


def test_holds_every_file_that_is_promised(published: Path) -> None:
    assert {path.name for path in published.iterdir()} >= {
        "does-it-train.sqlite", "does-it-train.zip", "datapackage.json", MANIFEST, CHECKSUMS,
        "csv", "instance", "json", "metadata", "parquet", "site",
    }  # fmt: skip
    assert names(published / "csv") == {f"{table}.csv" for table in TABLES}
    assert names(published / "parquet") == {
        f"{relation}.parquet" for relation in (*TABLES, "dataset", "history", "verdicts")
    }
    assert names(published / "metadata") == {"schema-org.jsonld", "dcat.jsonld"}


def test_the_checksums_cover_and_match_every_file(published: Path) -> None:
    done = subprocess.run(["sha256sum", "--quiet", "-c", CHECKSUMS], cwd=published, check=False)
    assert done.returncode == 0
    assert len((published / CHECKSUMS).read_text().splitlines()) == len(names(published)) - 1


def test_the_manifest_lists_every_file_for_readers_and_says_what_it_is(published: Path) -> None:
    sums = dict(reversed(line.split("  ")) for line in (published / CHECKSUMS).read_text().splitlines())
    mine = {name for name in sums if not name.startswith(("instance/", "site/"))} - {MANIFEST}
    assert {entry["path"]: entry["sha256"] for entry in listed(published)} == {name: sums[name] for name in mine}
    for entry in listed(published):
        path = published / str(entry["path"])
        assert entry["bytes"] == path.stat().st_size
        assert entry["media_type"] == media_type(str(entry["path"]))
    assert media_type("feeds/products/claude.json") == "application/feed+json"


def test_the_instance_hands_out_what_the_manifest_lists(published: Path) -> None:
    folder = published / "instance" / RELEASE
    assert names(folder) == {str(entry["path"]) for entry in listed(published)} | {MANIFEST, CHECKSUMS}
    for name in names(folder) - {CHECKSUMS}:
        assert (folder / name).read_bytes() == (published / name).read_bytes()
    assert (folder / CHECKSUMS).read_text() == checksums(folder)


def test_names_whose_copies_the_evidence_rests_on(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = "https://github.com/OpenTermsArchive/contrib-versions/blob/0/Parrot/Terms.md"
    ledger.set("sources", "acme-privacy-2025", "archived_url", copy)
    monkeypatch.setattr("scripts.publish.write_site", lambda *_, **__: [])
    publish(ledger.root, tmp_path / "dist")
    archive = {"title": "Open Terms Archive", "path": "https://opentermsarchive.org", "license": "ODC-By-1.0"}
    manifest = tmp_path / "dist" / MANIFEST
    assert json.loads(manifest.read_text())["attributions"] == [{**archive, "sources": 1}]
    assert faults(manifest) == []
    for name, key in (("schema-org", "isBasedOn"), ("dcat", "dcterms:source")):
        document = json.loads((tmp_path / "dist" / "metadata" / f"{name}.jsonld").read_text())
        assert "opendatacommons.org/licenses/by/" in json.dumps(document[key])


def test_tells_what_changed_since_the_last_release(ledger: Ledger, published: Path, tmp_path: Path) -> None:
    ledger.set("events", "parrot-context-2025-05-02", "locator", "Third paragraph")
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out), "--previous", str(published)])
    assert result.exit_code == 0, result.output
    changes = json.loads((out / "json" / "changes.json").read_text())
    assert changes["counts"] == {"event_edited": 1}
    assert faults(out / "json" / "changes.json") == []
    assert "json/changes.json" in {entry["path"] for entry in listed(out)}
    assert '<category term="corrected" />' in (out / "feeds" / "products" / "parrot.atom").read_text()
    assert not (published / "json" / "changes.json").exists()


def test_the_links_of_the_feeds_lead_to_where_the_site_tells_the_event(published: Path) -> None:
    page = (published / "site" / "products" / "parrot" / "index.html").read_text()
    items = json.loads((published / "feeds" / "products" / "parrot.json").read_text())["items"]
    address, anchors = {it["url"].split("#")[0] for it in items}, {it["url"].split("#")[1] for it in items}
    assert address == {"https://does-it-train.example/products/parrot"}
    assert {anchor for anchor in anchors if f'id="{anchor}"' not in page} == set()


def test_every_json_document_obeys_the_schema_it_names(published: Path) -> None:
    documents = [
        path
        for path in sorted(published.rglob("*.json"))
        if path.is_relative_to(published / "json") or path.parent == published
        if path.name != "datapackage.json" and not path.name.endswith(".schema.json")
    ]
    assert len(documents) >= 4
    assert {path.name: faults(path) for path in documents if faults(path)} == {}


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_the_examples_of_a_schema_obey_it_and_nothing_less_does(path: Path) -> None:
    examples = json.loads(path.read_text())["examples"]
    assert examples
    for example in examples:
        assert list(schema(path).iter_errors(example)) == []
        for name in example:
            assert not schema(path).is_valid({key: value for key, value in example.items() if key != name}), name
        assert not schema(path).is_valid({**example, "more": 1})


def subschemas(node: object) -> Iterator[dict[str, object]]:
    """Every schema of an object or array within a schema."""
    if isinstance(node, dict):
        if node.get("type") == "object":
            yield node
        for name, value in node.items():
            if name not in {"examples", "const", "enum"}:
                yield from subschemas(value)
    if isinstance(node, list):
        for value in node:
            yield from subschemas(value)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_a_published_schema_leaves_nothing_open(path: Path) -> None:
    document = json.loads(path.read_text())
    Draft202012Validator.check_schema(document)
    assert document["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for node in subschemas(document):
        assert node.get("additionalProperties") is False or isinstance(node["additionalProperties"], dict)


@pytest.fixture
def out(published: Path, tmp_path: Path) -> Path:
    """A former release, where the next one goes."""
    shutil.copytree(published, tmp_path / ".dist" / "former")
    (tmp_path / "dist").symlink_to(Path(".dist") / "former")
    return tmp_path / "dist"


def test_with_findings_nothing_is_published_and_the_old_release_stays(ledger: Ledger, out: Path) -> None:
    before = checksums(out)
    ledger.set("tiers", "parrot-free", "training", "no")
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out)])
    assert result.exit_code == 1
    assert "EVT002" in result.stderr
    assert "nothing was published" in result.stderr
    assert checksums(out) == before


def test_says_what_was_published(ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scripts.publish.write_site", lambda *_, **__: ["/a leads to /b, where nothing is"])
    out = tmp_path / "dist"
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(out)])
    assert (result.exit_code, result.stdout) == (0, f"published {out} as of {AS_OF}\n")
    assert result.stderr == "warning: /a leads to /b, where nothing is\n"


def test_refuses_half_an_address(ledger: Ledger, tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["--root", str(ledger.root), "--out", str(tmp_path / "x"), "--live", "live.org"])
    assert result.exit_code == 2
    assert "--live live.org is not an address" in result.stderr


# Python runs this before anything else: every clock that it can ask is years ahead.
ANOTHER_DAY = """
import datetime, time
ahead = 3 * 365 * 86400
for name in ("time", "time_ns"):
    real, factor = getattr(time, name), 10**9 if name.endswith("ns") else 1
    setattr(time, name, lambda real=real, factor=factor: real() + ahead * factor)
for name in ("localtime", "gmtime"):
    real = getattr(time, name)
    setattr(time, name, lambda seconds=None, real=real: real(time.time() if seconds is None else seconds))
class Later(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return super().fromtimestamp(time.time(), tz)
    @classmethod
    def utcnow(cls):
        return cls.now(datetime.timezone.utc).replace(tzinfo=None)
class LaterDay(datetime.date):
    @classmethod
    def today(cls):
        return super().fromtimestamp(time.time())
datetime.datetime, datetime.date = Later, LaterDay
"""


def test_the_same_tree_gives_the_same_bytes_anywhere_on_any_day(
    ledger: Ledger, tmp_path: Path, published: Path
) -> None:
    other = tmp_path / "elsewhere" / "deeper"
    (tmp_path / "sitecustomize.py").write_text(ANOTHER_DAY)
    for path in ledger.root.rglob("*"):
        os.utime(path, (10**9, 10**9))
    environment = {
        **os.environ, "PYTHONPATH": str(tmp_path), "PYTHONHASHSEED": "4711", "PYTHONUTF8": "0",
        "LC_ALL": "C", "TZ": "Pacific/Kiritimati",
    }  # fmt: skip
    asked = [sys.executable, "-c", "import datetime; print(datetime.date.today().year)"]
    year = subprocess.run(asked, env=environment, check=True, capture_output=True, text=True).stdout
    assert int(year) >= datetime.datetime.now(datetime.UTC).year + 2
    command = [sys.executable, "-m", "scripts.publish", "--root", str(ledger.root), "--out", str(other / "dist")]
    command += ["--live", f"{LIVE}/"]
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, capture_output=True)
    assert (other / "dist" / CHECKSUMS).read_text() == (published / CHECKSUMS).read_text()


KILLED = """
import os, signal, sys
from pathlib import Path
from scripts.publish import publish
place = sys.argv[3]
def watch(event, arguments):
    if event == "open" and f".dist/staging/{place}" in repr(arguments):
        os.kill(os.getpid(), signal.SIGKILL)
sys.addaudithook(watch)
publish(Path(sys.argv[1]), Path(sys.argv[2]))
"""


def test_killed_while_publishing_the_old_release_is_whole(ledger: Ledger, out: Path) -> None:
    before = checksums(out)
    ledger.set("vendors", "acme", "name", "Acme Inc.")
    # At any moment: tests/scripts/test_output.py. Here, while the last part is written.
    command = [sys.executable, "-c", KILLED, str(ledger.root), str(out), "site/index.html"]
    done = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert checksums(out) == before


def test_every_file_and_folder_of_a_release_is_documented(published: Path) -> None:
    page = (PROJECT / "docs" / "release.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]+`) \|", page, re.MULTILINE)
    named = [name for cell in cells for name in re.findall(r"`([^`]+)`", cell)]
    patterns = [re.compile(re.sub(r"<\w+>|\\\*", r"[^/]+", re.escape(name)) + "$") for name in named]
    undocumented = {
        name
        for name in names(published)
        if not any(name.startswith(folder) for folder in named if folder.endswith("/"))
        and not any(pattern.match(name) for pattern in patterns)
    }
    assert undocumented == set()
    for name, pattern in zip(named, patterns, strict=True):
        found = (published / name).is_dir() if name.endswith("/") else any(map(pattern.match, names(published)))
        assert found or name == "json/changes.json", name  # that one only where a former release is given
