"""`fix` on files that LibreOffice Calc saved: how they were made is said in fixtures/spreadsheets/README.md."""

import csv
import io
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from rules.val import day_readings, month_reading
from scripts import fix
from scripts.check import check
from tests.conftest import HERE, Ledger

SAVED = HERE / "scripts" / "fixtures" / "spreadsheets"
NOTE = 'Edited; in a "spreadsheet", über Nacht'
EDITED = {"sources": ("acme-docs-2025-03", "note"), "events": ("parrot-api-human-review-2025-06", "summary")}
NOT_UTF8 = "fr-tab-latin-1.sources"


def run(root: Path) -> Result:
    result = CliRunner().invoke(fix.main, ["--root", str(root)])
    assert isinstance(result.exception, SystemExit | None), result.exception
    return result


def saved(name: str) -> bytes:
    return (SAVED / f"{name}.csv").read_bytes()


def names() -> list[str]:
    found = sorted(path.stem for path in SAVED.glob("*.csv"))
    assert len(found) == 9
    return [name for name in found if name != NOT_UTF8]


def as_on_windows(content: bytes) -> bytes:
    """The same file with a byte order mark and CRLF, as a spreadsheet on Windows ends it."""
    return b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n")


def with_columns_touched(content: bytes) -> bytes:
    """The same file with two empty columns behind the last one."""
    delimiter = b";" if b";" in content.splitlines()[0] else b","
    return content.replace(b"\n", 2 * delimiter + b"\n")


def upside_down(content: bytes) -> bytes:
    """The same file sorted the other way round."""
    header, *lines = content.splitlines(keepends=True)
    return b"".join([header, *reversed(lines)])


@pytest.mark.parametrize("how", [bytes, as_on_windows, with_columns_touched, upside_down])
@pytest.mark.parametrize("name", names())
def test_leaves_of_the_edit_of_a_spreadsheet_what_was_edited(name: str, how: type[bytes], ledger: Ledger) -> None:
    table = name.split(".")[1]
    key, column = EDITED[table]
    ledger.set(table, key, column, NOTE)
    wanted = ledger.text(table)
    ledger.write(table, how(saved(name)))
    result = run(ledger.root)
    assert (result.exit_code, result.stderr) == (0, "")
    assert ledger.text(table) == wanted


def test_the_check_says_of_such_a_file_that_fix_mends_it(ledger: Ledger) -> None:
    ledger.write("sources", as_on_windows(saved("de-quoted.sources")))
    report = check(ledger.open())
    assert {it.rule for it in report.findings} >= {"FMT007", "FMT009", "VAL005"}
    assert {rule[:3] for rule in report.rules_skipped} == {"SHP"}
    run(ledger.root)
    assert check(ledger.open()).clean


def test_leaves_a_file_that_is_not_utf8_and_says_so(ledger: Ledger) -> None:
    ledger.write("sources", saved(NOT_UTF8))
    result = run(ledger.root)
    assert result.exit_code == 1
    assert result.stderr.startswith("data/sources.csv:3: byte 0xfc is not UTF-8 text; the file is left as it is\n")
    assert ledger.path("sources").read_bytes() == saved(NOT_UTF8)


def test_a_date_that_can_be_two_days_is_reported_and_left(ledger: Ledger) -> None:
    ledger.set("sources", "acme-post-2025-08", "published_on", "03/04/2025")
    before = ledger.text("sources")
    result = run(ledger.root)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.splitlines()[0] == (
        'data/sources.csv:4: published_on: "03/04/2025" can be 2025-03-04 or 2025-04-03; '
        "write YYYY-MM-DD, YYYY-MM or YYYY; the cell is left as it is"
    )
    assert ledger.text("sources") == before


def test_the_other_dates_of_the_file_tell_which_day_is_meant(ledger: Ledger) -> None:
    ledger.set("sources", "acme-post-2025-08", "published_on", "03/04/2025")
    ledger.set("sources", "acme-post-2025-12", "published_on", "12/31/2025")
    assert run(ledger.root).stdout == "data/sources.csv: mended published_on (2)\n"
    rows = {row["source_id"]: row["published_on"] for row in csv.DictReader(io.StringIO(ledger.text("sources")))}
    assert rows["acme-post-2025-08"] == "2025-03-04"
    assert rows["acme-post-2025-12"] == "2025-12-31"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("28.08.2025", ["2025-08-28"]),
        ("3.4.25", ["2025-04-03"]),
        ("28.08.2025 00:00:00", ["2025-08-28"]),
        ("2025-8-3", ["2025-08-03"]),
        ("2025/08/28", ["2025-08-28"]),
        ("2025. 8. 28.", None),
        ("2025.8.28.", ["2025-08-28"]),
        ("28/08/2025", ["2025-08-28"]),
        ("8/28/25", ["2025-08-28"]),
        ("05/05/2025", ["2025-05-05"]),
        ("03/04/2025", ["2025-03-04", "2025-04-03"]),
        ("28/08/25", ["2025-08-28", "2028-08-25"]),
        ("31/02/2025", []),
        ("08.28.2025", []),
        ("123/4/2025", []),
        ("1/2/123", []),
        ("28/08-2025", None),
        ("28.08.2025 12:30", None),
        ("Aug 25", None),
        ("45897", None),
    ],
)
def test_what_a_day_in_figures_can_mean(text: str, meant: list[str] | None) -> None:
    assert day_readings([text]).get(text) == meant


def test_dates_that_contradict_each_other_tell_nothing_of_a_third() -> None:
    found = day_readings(["28/08/2025", "08/28/2025", "03/04/2025", "03-04-2025", "13-04-2025"])
    assert found == {
        "28/08/2025": ["2025-08-28"],
        "08/28/2025": ["2025-08-28"],
        "03/04/2025": ["2025-03-04", "2025-04-03"],
        "03-04-2025": ["2025-04-03"],
        "13-04-2025": ["2025-04-13"],
    }


@pytest.mark.parametrize(
    ("text", "month"),
    [("08/2025", "2025-08"), ("2025/8", "2025-08"), ("2025-8", "2025-08"), ("13/2025", ""), ("Aug-25", "")],
)
def test_what_a_month_in_figures_means(text: str, month: str) -> None:
    assert month_reading(text) == month


def test_a_month_is_mended_where_a_month_may_stand(ledger: Ledger) -> None:
    ledger.set("sources", "acme-commercial-2025-06", "published_on", "06/2025")
    ledger.set("sources", "acme-privacy-2025", "accessed_on", "01/2026")
    result = run(ledger.root)
    assert (result.exit_code, result.stdout) == (1, "data/sources.csv: mended published_on (1)\n")
    assert '"01/2026" is not a date; write YYYY-MM-DD;' in result.stderr
