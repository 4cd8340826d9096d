"""`check` as its users meet it: options, exit codes, what is skipped, said once, cut, and left to other products."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from scripts import check
from scripts.engine import ENGINES
from tests.conftest import PROJECT, Ledger
from tests.helpers import check_text, findings, replacing

HEADER = "vendor_id,name,website\n"
ACME = "acme,Acme,https://acme.example\n"


OPTIONS: dict[str, tuple[list[str], str]] = {
    "a day": (["--as-of", "garbage"], "error: 'garbage' is not a day. Write it as YYYY-MM-DD, for example 2026-11-22."),
    "a rule": (["--rule", "NOPE"], "error: there is no rule 'NOPE'. Give an id such as EVT002 or a family: EVT, EXC, "),
    "a product": (
        ["--product", "nope"],
        "error: there is no product 'nope'. Give an id that stands in data/products.csv.",
    ),
    "an engine": (["--engine", "oracle"], "Invalid value for '--engine': 'oracle' is not one of 'sqlite', 'duckdb'."),
    "a format": (["--format", "xml"], "Invalid value for '--format': 'xml' is not one of"),
}


@pytest.mark.parametrize(("options", "message"), OPTIONS.values(), ids=OPTIONS.keys())
def test_an_option_that_names_nothing_ends_in_a_sentence(options: list[str], message: str, ledger: Ledger) -> None:
    result = check_text(ledger, *options)
    assert isinstance(result.exception, SystemExit)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


@pytest.mark.parametrize("name", ["datapackage.json", "nowhere"])
def test_a_root_that_is_no_folder_ends_in_a_sentence(name: str, ledger: Ledger) -> None:
    result = CliRunner().invoke(check.main, ["--root", str(ledger.root / name)])
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == (
        f"error: {ledger.root / name}: is not a folder. Name the folder that holds datapackage.json with --root.\n"
    )


def test_a_file_name_that_the_system_refuses_is_a_finding(ledger: Ledger) -> None:
    replacing("datapackage.json", '"data/vendors.csv"', f'"data/{"v" * 300}.csv"')(ledger)
    (finding,) = findings(check_text(ledger, "--rule", "KEY001", "--format", "json"))
    assert finding["rule"] == "FMT003"
    assert finding["message"].startswith("the file cannot be opened ([Errno 36] File name too long")


def test_as_a_program_it_prints_findings_and_sentences_and_never_a_traceback(ledger: Ledger) -> None:
    def program(*options: str) -> tuple[int, str, str]:
        command = [sys.executable, "-m", "scripts.check", "--root", str(ledger.root), *options]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout, done.stderr

    assert program() == (0, f"clean: {len(check.chosen([]))} rules hold, as of 2026-01-15\n", "")
    ledger.write("vendors", b"\xff\xfe")
    code, said, mistakes = program("--engine", "duckdb")
    assert (code, mistakes) == (1, "")
    assert said.startswith("data/vendors.csv:1  FMT003\n    the file is saved as UTF-16\n    fix: ")
    (ledger.root / "datapackage.json").unlink()
    code, said, mistakes = program("--format", "json")
    assert (code, said) == (2, "")
    assert mistakes.startswith("error: datapackage.json:1: there is no such file")


# Rules that are skipped


@pytest.mark.parametrize("engine", ENGINES)
def test_a_rule_whose_table_cannot_be_read_is_skipped_and_does_not_pass(ledger: Ledger, engine: str) -> None:
    ledger.write("events", "nothing,of,use\n")
    report = check.check(ledger.open(), engine=engine, rules=["EVT002", "EVT005", "VAL001"])
    assert report.rules_run == ("VAL001",)
    assert report.rules_skipped == ("EVT002", "EVT005")
    assert [(it.rule, it.file, it.line) for it in report.findings] == [("FMT004", "data/events.csv", 1)]
    result = check_text(ledger, "--engine", engine, "--rule", "EVT002")
    assert result.exit_code == 1
    assert "not checked, because of the findings above: EVT002\n1 finding by 0 rules" in result.stdout


def test_frictionless_does_not_repeat_that_a_file_or_schema_is_wrong(ledger: Ledger) -> None:
    replacing("schema/tiers.schema.json", '"minimum": 7', '"minimun": 7')(ledger)
    report = check.check(ledger.open())
    assert [it.rule for it in report.findings] == ["PKG002"]
    assert report.rules_skipped == tuple(f"SHP00{number}" for number in range(1, 8))


@pytest.mark.parametrize("rule", [f"SHP00{number}" for number in range(2, 8)])
@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"title": "Does it train on your data?"', '"title": 5', "5 is not of type 'string' at property 'title'"),
        ('"scheme": "file"', '"scheme": "http"', "Invalid URL"),
    ],
)
def test_what_keeps_frictionless_from_looking_is_found_by_every_rule_that_needs_it(
    ledger: Ledger, rule: str, old: str, new: str, message: str
) -> None:
    replacing("datapackage.json", old, new)(ledger)
    found = check.check(ledger.open(), rules=[rule]).findings
    assert found
    for finding in found:
        assert (finding.rule, finding.file) == (rule, "datapackage.json")
        assert message in finding.message


def test_frictionless_says_where_it_stopped(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rules.shp.LIMIT", 1)
    ledger.set("tiers", "parrot-free", "audience", "enterprise")
    ledger.set("tiers", "parrot-free", "access", "web")
    (finding,) = check.check(ledger.open(), rules=["SHP007"]).findings
    assert (finding.file, finding.line) == ("data/tiers.csv", 1)
    assert finding.message == "Frictionless stopped after 1 errors; there may be more"


# One message per fault


def test_what_our_rules_explain_frictionless_does_not_repeat(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-free", "verified_on", "10.1.2026")
    ledger.set("tiers", "parrot-free", "audience", "enterprise")
    alone = check.check(ledger.open(), rules=["SHP"]).findings
    assert [(it.rule, it.column) for it in alone] == [("SHP003", "audience"), ("SHP004", "verified_on")]
    together = check.check(ledger.open()).findings
    assert [(it.rule, it.column) for it in together] == [("SHP003", "audience"), ("VAL005", "verified_on")]


def test_of_a_row_with_too_few_cells_nothing_else_is_said(ledger: Ledger) -> None:
    ledger.write("vendors", f"{HEADER}{ACME}zeta\n")
    assert [it.rule for it in check.check(ledger.open()).findings] == ["FMT005"]


def test_rows_below_a_blank_line_keep_their_lines(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-free", "terms", "")
    ledger.write("tiers", ledger.text("tiers").replace("\nparrot-free", "\n\nparrot-free"))
    found = [(it.rule, it.line, it.key) for it in check.check(ledger.open()).findings]
    assert found == [("FMT008", 3, ""), ("SHP002", 4, "parrot-free")]


def test_of_an_event_without_an_id_only_that_is_said_of_its_row(ledger: Ledger) -> None:
    for event in ("parrot-api-training-2025-06", "parrot-api-dpa-2025-06"):
        ledger.set("events", event, "event_id", "")
    found = check.check(ledger.open()).findings
    assert [(it.rule, it.line) for it in found if it.file == "data/events.csv"] == [("KEY001", 2), ("KEY001", 3)]


def test_characters_that_nobody_sees_are_shown_by_their_number(ledger: Ledger) -> None:
    ledger.set("vendors", "acme", "vendor_id", "ac\u200bme\x1b[2J")
    (finding,) = check.check(ledger.open(), rules=["FMT002"]).findings
    assert finding.key == "ac<U+200B>me<U+001B>[2J"


def test_long_text_is_cut(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-free", "training", "x" * 1000)
    (finding,) = check.check(ledger.open(), rules=["EVT002"]).findings
    assert len(finding.message) == 500
    assert finding.message.endswith("…")


@pytest.mark.parametrize(("length", "found"), [(5000, 0), (5001, 1)])
def test_a_cell_may_have_five_thousand_characters(ledger: Ledger, length: int, found: int) -> None:
    ledger.set("vendors", "acme", "name", "x" * length)
    assert len(check.check(ledger.open(), rules=["FMT002"]).findings) == found


# One product


@pytest.fixture
def two_products(ledger: Ledger) -> Ledger:
    """The small ledger with another vendor and product, and something wrong in every table."""
    ledger.add("vendors", vendor_id="zeta", name="=Zeta", website="https://zeta.example")
    ledger.add(
        "products",
        product_id="zebra",
        vendor_id="zeta",
        name="=Zebra",
        category="creative",
        website="https://zebra.example",
    )
    ledger.set("products", "parrot", "name", "=Parrot")
    ledger.set("vendors", "acme", "name", "=Acme")
    ledger.set("sources", "tattler-2025-06", "title", "=Title")
    ledger.set("sources", "acme-privacy-2025", "title", "=Title")
    ledger.set("redirects", "polly;products", "reason", "=Reason")
    ledger.set("vocabulary", "tiers.training;no", "meaning", "=Meaning")
    return ledger


def test_findings_of_one_product_are_those_of_its_rows_and_of_no_product(two_products: Ledger) -> None:
    def files(*products: str) -> list[tuple[str, str]]:
        found = check.check(two_products.open(), rules=["FMT002"], products=products).findings
        return [(it.file, it.key) for it in found]

    everybody = [("data/redirects.csv", "polly;products")]
    vocabulary = [("schema/vocabulary.csv", "tiers.training;no")]
    parrot = [("data/products.csv", "parrot")]
    sources = [("data/sources.csv", "acme-privacy-2025"), ("data/sources.csv", "tattler-2025-06")]
    acme, zebra = [("data/vendors.csv", "acme")], [("data/products.csv", "zebra")]
    zeta = [("data/vendors.csv", "zeta")]
    assert files() == [*parrot, *zebra, *everybody, *sources, *acme, *zeta, *vocabulary]
    assert files("parrot") == [*parrot, *everybody, *sources, *acme, *vocabulary]
    assert files("zebra") == [*zebra, *everybody, *zeta, *vocabulary]
    assert files("zebra", "parrot") == files()


def test_a_product_of_a_table_that_cannot_be_read_does_not_pass(ledger: Ledger) -> None:
    ledger.write("products", b"\xff\xfe")
    result = check_text(ledger, "--product", "parrot", "--rule", "EVT002")
    assert result.exit_code == 1
    assert "data/products.csv:1  FMT003" in result.stdout


def test_the_day_can_be_another(ledger: Ledger) -> None:
    result = check_text(ledger, "--as-of", "2027-01-02", "--rule", "STL")
    assert result.exit_code == 1
    assert result.stdout.count("  verified_on  STL001") == 2
    assert "data/events.csv:16  effective_on  STL002" in result.stdout
    assert result.stdout.endswith("3 findings by 2 rules, as of 2027-01-02\n")


def test_a_clean_dataset_leaves_github_nothing_to_show(ledger: Ledger) -> None:
    result = check_text(ledger, "--format", "github")
    assert (result.exit_code, result.stdout) == (0, "")
