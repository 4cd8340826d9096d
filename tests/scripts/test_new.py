"""`new` asks or takes options, writes only legal rows, each in its place, and says what the rules think of them."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from scripts import new
from scripts.check import check
from tests.conftest import AS_OF, PROJECT, Ledger

VENDOR = {"name": "Zebra Labs", "website": "https://zebra.example"}
TIER = {
    "product_id": "parrot",
    "name": "Équipe & Co",
    "audience": "business",
    "region": "world",
    "access": "app",
    "terms": "Commercial Terms",
}
SOURCE = {
    "vendor_id": "acme",
    "publisher": "Acme",
    "title": "Privacy Policy",
    "url": "https://acme.example/privacy",
    "kind": "policy",
    "published_on": "2026-01-12",
    "access": "live",
}
EVENT = {
    "product_id": "parrot",
    "tier_id": "parrot-free",
    "field": "training",
    "kind": "observation",
    "value": "opt_out",
    "effective_on": "2025-09-28",
    "date_basis": "stated",
    "notice": "announced",
    "source_ids": "acme-post-2025-08",
    "locator": "First section",
    "summary": "Chats train models unless the user opts out.",
    "confidence": "high",
}
MISCONCEPTION = {
    "product_id": "parrot",
    "belief": "Parrot keeps chats for ever.",
    "correction": "It deletes them after thirty days, or after five years where they may train.",
    "event_ids": "parrot-free-retention-2025-01-05",
}
REDIRECT = {
    "old_id": "parrot-plus",
    "table": "tiers",
    "new_ids": "parrot-free",
    "kind": "merged",
    "reason": "Plus stands under the same terms.",
}
ROWS = {
    "vendor": VENDOR,
    "product": {"vendor_id": "acme", "name": "Owl", "category": "meetings", "website": "https://owl.example"},
    "tier": TIER,
    "event": EVENT,
    "source": SOURCE,
    "misconception": MISCONCEPTION,
    "redirect": REDIRECT,
}


def options(cells: dict[str, str]) -> list[str]:
    return [word for column, cell in cells.items() for word in (f"--{column.replace('_', '-')}", cell)]


def add(ledger: Ledger, kind: str, cells: dict[str, str], *more: str) -> Result:
    """Add a row without being asked anything."""
    arguments = [kind, "--root", str(ledger.root), "--no-input", *options(cells), *more]
    return CliRunner().invoke(new.main, arguments)


def answer(ledger: Ledger, kind: str, *answers: str, given: dict[str, str] | None = None) -> Result:
    """Add a row by answering, one line per answer."""
    arguments = [kind, "--root", str(ledger.root), *options(given or {})]
    return CliRunner().invoke(new.main, arguments, input="".join(f"{line}\n" for line in answers))


def files(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def refused(ledger: Ledger, kind: str, cells: dict[str, str]) -> str:
    """What is said of a row that is not legal; nothing is written."""
    before = files(ledger.root)
    result = add(ledger, kind, cells)
    assert (result.exit_code, result.stdout) == (2, ""), result.output
    assert files(ledger.root) == before
    return result.stderr


def asked(result: Result) -> list[str]:
    """The columns asked for, in order, by the titles above the questions."""
    return [line.split(":")[0] for line in f"\n{result.stdout}".split("\n\n")[1:]]


def test_writes_a_row_canonically_in_its_place(ledger: Ledger) -> None:
    before = ledger.text("vendors")
    result = add(ledger, "vendor", VENDOR | {"name": ' The "A" Company, Inc. '})
    assert result.exit_code == 0, result.output
    added = 'the-a-company-inc,"The ""A"" Company, Inc.",https://zebra.example\n'
    assert ledger.text("vendors") == before + added
    assert result.stdout == (
        '  vendor_id: the-a-company-inc\n  name: The "A" Company, Inc.\n  website: https://zebra.example\n'
        "wrote data/vendors.csv:3\n"
        "no rule objects to it\n"
    )


@pytest.mark.parametrize("kind", list(new.TABLES))
def test_a_row_by_options_changes_nothing_but_its_own_line(ledger: Ledger, kind: str) -> None:
    before = ledger.text(new.TABLES[kind]).splitlines()
    result = add(ledger, kind, ROWS[kind])
    assert result.exit_code == 0, result.output
    after = ledger.text(new.TABLES[kind]).splitlines()
    line = int(result.stdout.split(".csv:")[1].split("\n")[0])
    assert [*after[: line - 1], *after[line:]] == before


def test_a_row_by_answers_is_the_row_by_options(ledger: Ledger) -> None:
    by_options = add(ledger, "vendor", VENDOR)
    written = ledger.text("vendors")
    ledger.remove("vendors", "zebra-labs")
    result = answer(ledger, "vendor", VENDOR["name"], VENDOR["website"], "", "")
    assert (result.exit_code, by_options.exit_code) == (0, 0)
    assert ledger.text("vendors") == written
    assert asked(result) == ["Name", "Website", "Vendor id"]
    assert "vendor_id [zebra-labs]: " in result.stdout


@pytest.mark.parametrize(
    ("kind", "cells", "wanted"),
    [
        ("tier", TIER, "parrot-equipe-co"),
        ("source", SOURCE, "acme-privacy-policy-2026-01-12"),
        ("event", EVENT | {"effective_on": "2025-10"}, "parrot-free-training-2025-10"),
        ("event", EVENT, "parrot-free-training-2025-09-28-2"),
        ("vendor", VENDOR | {"name": "x" * 99 + " y"}, "x" * 99),
        ("vendor", VENDOR | {"vendor_id": "zl"}, "zl"),
        ("misconception", MISCONCEPTION, "parrot-parrot-keeps-chats-for-ever"),
    ],
)
def test_ids_are_made_of_the_row_unless_given(ledger: Ledger, kind: str, cells: dict[str, str], wanted: str) -> None:
    result = add(ledger, kind, cells)
    assert result.stdout.splitlines()[0].split(": ")[1] == wanted, result.output
    assert wanted in ledger.open().table(new.TABLES[kind]).keys


def test_a_name_that_leaves_no_letters_needs_an_id(ledger: Ledger) -> None:
    assert "--vendor-id: must be filled" in refused(ledger, "vendor", VENDOR | {"name": "Ворон"})


def test_days_default_to_that_of_the_dataset_and_not_to_the_clock(ledger: Ledger) -> None:
    add(ledger, "tier", TIER)
    add(ledger, "source", SOURCE)
    tier = {row["name"]: row for row in ledger.open().table("tiers").rows}[TIER["name"]]
    source = {row["published_on"]: row for row in ledger.open().table("sources").rows}["2026-01-12"]
    assert (tier["verified_on"], tier["review_days"], source["accessed_on"]) == (AS_OF, "90", AS_OF)


def test_a_default_gives_way_to_what_is_given(ledger: Ledger) -> None:
    add(ledger, "tier", TIER | {"verified_on": "2026-01-14", "review_days": "180"})
    tier = {row["name"]: row for row in ledger.open().table("tiers").rows}[TIER["name"]]
    assert (tier["verified_on"], tier["review_days"]) == ("2026-01-14", "180")


def test_the_product_of_an_event_follows_from_its_tier(ledger: Ledger) -> None:
    cells = {column: cell for column, cell in EVENT.items() if column != "product_id"}
    assert "  product_id: parrot\n" in add(ledger, "event", cells).stdout
    assert "--product-id: must be filled" in refused(ledger, "event", cells | {"tier_id": "parrot-fre"})


def test_the_value_before_a_change_follows_from_the_balance_unless_it_is_given(ledger: Ledger) -> None:
    cells = EVENT | {"kind": "change", "field": "retention", "value": "P60D", "effective_on": "2026-01-12"}
    assert "  value_before: P30D\n" in add(ledger, "event", cells).stdout
    assert "  value_before: \n" in add(ledger, "event", cells | {"value_before": "", "event_id": "other"}).stdout
    assert "  value_before: \n" in add(ledger, "event", cells | {"kind": "observation", "event_id": "third"}).stdout


def test_what_follows_is_offered_as_an_answer(ledger: Ledger) -> None:
    result = answer(ledger, "event", "change", "", "zdr", given={"tier_id": "parrot-api"})
    assert "product_id [parrot]: " in result.stdout
    assert "value_before (Enter leaves it empty) [on_request]: " in result.stdout


def test_a_redirect_is_asked_for_with_the_ids_that_it_may_lead_to(ledger: Ledger) -> None:
    result = answer(ledger, "redirect", "merged", "parrot-plus", "tiers", "", "", "Same terms.", "")
    assert asked(result) == ["Kind", "Old id", "Table", "New ids", "Date", "Reason"]
    assert "  one of: parrot-api, parrot-free\n" in result.stdout
    assert f"date [{AS_OF}]: " in result.stdout
    assert result.exit_code == 0, result.output
    assert f"parrot-plus,tiers,,merged,{AS_OF},Same terms.\n" in ledger.text("redirects")
    assert "KEY004" in result.stdout, "what is still wrong with it is said"


def test_mends_what_rules_can_mend(ledger: Ledger) -> None:
    result = add(ledger, "vendor", VENDOR | {"website": "https://ZEBRA.example/?utm_source=x"})
    assert "  website: https://zebra.example/\n" in result.stdout


def test_names_every_missing_option(ledger: Ledger) -> None:
    said = refused(ledger, "vendor", {})
    assert said == (
        "error: the row cannot be written:\n"
        "  --name: must be filled. The company's name as it writes it itself. For example: Anthropic\n"
        "  --website: must be filled. The company's own website. For example: https://www.anthropic.com\n"
    )


@pytest.mark.parametrize(
    ("kind", "cell", "said"),
    [
        ("vendor", {"name": "x" * 201}, "--name: has 201 characters; the limit is 200"),
        ("vendor", {"name": "=SUM(A1)"}, "--name: the cell "),
        ("vendor", {"name": "Ze\u200bbra"}, "--name: the cell holds "),
        ("vendor", {"name": "Ze\udcffbra"}, "--name: holds bytes that are not UTF-8 text"),
        ("vendor", {"name": ""}, "--name: must be filled"),
        ("vendor", {"website": "zebra.example"}, "--website: "),
        ("vendor", {"vendor_id": "Zebra"}, '--vendor-id: "Zebra" is not an id'),
        ("tier", {"audience": "enterprise"}, '--audience: "enterprise" is not one of consumer, business, '),
        ("tier", {"audience": "enterprise"}, "Who the tier is sold to."),
        ("tier", {"retention": "30 days"}, "For example: P30D, until_deleted, zero"),
        ("tier", {"review_days": "6"}, "--review-days: 6 does not lie between 7 and 730"),
        ("tier", {"review_days": "731"}, "--review-days: 731 does not lie between 7 and 730"),
        ("tier", {"review_days": "9_0"}, '--review-days: "9_0" is not a whole number'),
        ("tier", {"verified_on": "2026-02-30"}, '--verified-on: "2026-02-30" is not a day of the calendar'),
        ("event", {"kind": "context"}, '--value: a context sets no field, but value is "opt_out"'),
        ("event", {"value": "P30D"}, '--value: "P30D" is not a value of training; it takes yes, opt_out'),
        ("event", {"value": ""}, "--value: an event of kind observation needs a value"),
        ("event", {"field": "privacy"}, "--field: "),
        ("event", {"notice": ""}, "Whether the change was announced. One of: announced, silent, unknown"),
        ("redirect", {"old_id": ""}, "--old-id: must be filled"),
        ("redirect", {"table": "owls"}, '--table: "owls" is not one of vendors, products, '),
    ],
)
def test_refuses_what_a_column_does_not_take(ledger: Ledger, kind: str, cell: dict[str, str], said: str) -> None:
    assert said in refused(ledger, kind, ROWS[kind] | cell)


@pytest.mark.parametrize(
    ("kind", "cell", "said"),
    [
        ("product", {"vendor_id": "acne"}, 'there is no "acne" in data/vendors.csv; did you mean acme?'),
        ("product", {"vendor_id": "zebra"}, 'there is no "zebra" in data/vendors.csv; add it first'),
        ("event", {"source_ids": "acme-docs-2025-03;tattler-2025"}, "did you mean tattler-2025-06"),
        ("vendor", {"name": "Acme"}, "--name: the same name as in line 2"),
        ("vendor", {"vendor_id": "acme"}, '--vendor-id: "acme" is taken by data/vendors.csv:2'),
        ("event", {"event_id": "parrot-free-training-2025-09-28"}, "is taken by data/events.csv:"),
        ("product", {"product_id": "polly"}, '"polly" was an id before (data/redirects.csv) and is never given again'),
        ("redirect", {"new_ids": "parrot-fre"}, 'there is no "parrot-fre" in data/tiers.csv; did you mean parrot-free'),
        ("redirect", {"old_id": "polly", "table": "products"}, '"polly;products" is taken by data/redirects.csv:2'),
    ],
)
def test_refuses_ids_that_are_not_there_or_taken(ledger: Ledger, kind: str, cell: dict[str, str], said: str) -> None:
    assert said in refused(ledger, kind, ROWS[kind] | cell)


def test_says_what_the_rules_think_of_the_row_and_of_its_tier(ledger: Ledger) -> None:
    result = add(ledger, "event", EVENT | {"value": "no", "effective_on": "2025-11-01", "field": "zdr"})
    assert result.exit_code == 0
    assert "data/events.csv:" in result.stdout
    assert "data/tiers.csv:3  zdr  EVT002  parrot-free" in result.stdout
    other = check(ledger.open(), rules=["EVT002"]).findings
    assert [found.key for found in other] == ["parrot-free"]


def test_says_nothing_of_rows_that_have_nothing_to_do_with_it(ledger: Ledger) -> None:
    ledger.set("tiers", "parrot-api", "dpa", "no")
    assert "no rule objects to it" in add(ledger, "vendor", VENDOR).stdout


def test_a_wrong_answer_is_explained_and_asked_again(ledger: Ledger) -> None:
    result = answer(ledger, "product", "acne", "acme", "Owl", "talks", "meetings", "https://owl.example", *[""] * 4)
    assert result.exit_code == 0, result.output
    assert 'Error: there is no "acne" in data/vendors.csv; did you mean acme?' in result.stdout
    assert 'Error: "talks" is not one of chat-assistant, ' in result.stdout
    assert "owl,acme,Owl,meetings,https://owl.example,,\n" in ledger.text("products")


def test_questions_show_codes_with_their_meaning_ids_and_examples(ledger: Ledger) -> None:
    result = answer(ledger, "event", "observation", "parrot", "parrot-free", "retention")
    assert result.exit_code == 1
    assert "observation  Observation. A document is seen to say this; since when is unknown.\n" in result.stdout
    assert "  one of: parrot\n" in result.stdout
    assert "  one of: parrot-api, parrot-free\n" in result.stdout
    assert asked(result)[-1] == "Value before"
    assert "  for example: P30D, until_deleted, zero\n" in result.stdout, "those of the claim, not of the column"


def test_only_ids_that_fit_the_row_are_offered(ledger: Ledger) -> None:
    ledger.add("products", product_id="owl", vendor_id="acme", name="Owl")
    result = answer(ledger, "event", "observation", "owl", given={"field": "training"})
    assert "one of: owl, parrot" in result.stdout
    assert "parrot-free" not in result.stdout
    assert asked(result)[-1] == "Tier"


def test_a_long_list_of_ids_is_not_shown(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new, "MOST_LISTED", 0)
    assert "one of: acme" not in answer(ledger, "product").stdout


def test_the_values_of_an_event_are_offered_by_the_claim_it_speaks_of(ledger: Ledger) -> None:
    given = {column: EVENT[column] for column in ("product_id", "tier_id", "kind", "field")}
    result = answer(ledger, "event", given=given)
    assert "  opt_in       Trains only if you opt in." in result.stdout


def test_asks_only_for_what_is_not_given(ledger: Ledger) -> None:
    result = answer(ledger, "vendor", "https://zebra.example", "", given={"vendor_id": "zl", "name": "Zebra Labs"})
    assert result.exit_code == 0, result.output
    assert asked(result) == ["Website"]


def test_asks_again_for_what_was_given_and_is_not_legal(ledger: Ledger) -> None:
    given = {"vendor_id": "acme", "name": "Acme", "website": "https://zebra.example"}
    result = answer(ledger, "vendor", "Zebra Labs", "zebra-labs", "", given=given)
    assert result.exit_code == 0, result.output
    assert "name: the same name as in line 2\n" in result.stdout
    assert 'vendor_id: "acme" is taken by data/vendors.csv:2\n' in result.stdout
    assert "[acme]" not in result.stdout.lower(), "what was refused is not offered"
    assert "zebra-labs,Zebra Labs,https://zebra.example\n" in ledger.text("vendors")


@pytest.mark.parametrize("answers", [(), ("Zebra Labs",), ("Zebra Labs", "https://zebra.example", "", "n")])
def test_writes_nothing_when_stopped(ledger: Ledger, answers: tuple[str, ...]) -> None:
    before = files(ledger.root)
    result = answer(ledger, "vendor", *answers)
    assert result.exit_code == 1
    assert files(ledger.root) == before


def test_writes_nothing_where_a_table_cannot_be_read_for_certain(ledger: Ledger) -> None:
    ledger.write("sources", ledger.text("sources") + "one,two\n")
    said = refused(ledger, "vendor", VENDOR)
    line = len(ledger.text("sources").splitlines())
    assert said == f"error: data/sources.csv:{line}: the row has 2 cells instead of 12. Mend this first.\n"


def test_a_new_column_is_an_option_and_a_question(ledger: Ledger) -> None:
    path = ledger.root / "schema" / "vendors.schema.json"
    schema = json.loads(path.read_text())
    founded = {
        "name": "founded_in",
        "title": "Founded in",
        "type": "integer",
        "description": "The year it was founded.",
        "constraints": {"maximum": 2026},
        "examples": ["2021"],
        "examples_bad": ["x"],
    }
    employees = founded | {"name": "employees", "title": "Employees", "constraints": {"minimum": 1}}
    path.write_text(json.dumps(schema | {"fields": [*schema["fields"], founded, employees]}))
    header, row = ledger.text("vendors").splitlines()
    ledger.write("vendors", f"{header},founded_in,employees\n{row},2001,\n")
    assert "--founded-in: 2027 does not lie between 2027 and 2026" in refused(
        ledger, "vendor", VENDOR | {"founded_in": "2027"}
    )
    assert "--employees: 0 does not lie" in refused(ledger, "vendor", VENDOR | {"employees": "0"})
    assert "Founded in: The year it was founded." in answer(ledger, "vendor", *VENDOR.values()).stdout
    assert add(ledger, "vendor", VENDOR | {"founded_in": "2021", "employees": "7"}).exit_code == 0
    assert "zebra-labs,Zebra Labs,https://zebra.example,2021,7\n" in ledger.text("vendors")


@pytest.mark.parametrize("kind", list(new.TABLES))
def test_help_explains_every_column_and_shows_an_example(kind: str) -> None:
    result = CliRunner().invoke(new.main, [kind, "--help", "--root", str(PROJECT)])
    assert result.exit_code == 0
    for column in Ledger(PROJECT).open().specs[new.TABLES[kind]].columns:
        assert f"  --{column.replace('_', '-')} " in result.output
    assert f"python -m scripts.new {kind} --no-input" in result.output.split("Example:")[1]


def test_help_lists_the_kinds_without_a_dataset(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(new.main, ["--help"])
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.split("Commands:\n")[1].splitlines()] == list(new.TABLES)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["vendors"], "No such command 'vendors'. Did you mean 'vendor'?"),
        (["owl"], "No such command 'owl'."),
        (["vendor", "--nmae", "x"], "No such option '--nmae'"),
        (["vendor", "--root"], "Option '--root' requires an argument"),
        (["vendor", "--root", "nowhere"], "error: nowhere: is not a folder"),
        (["vendor", "--name"], "Option '--name' requires an argument"),
    ],
)
def test_a_wrong_command_line_is_said_in_a_sentence(
    arguments: list[str], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(PROJECT)
    result = CliRunner().invoke(new.main, arguments)
    assert result.exit_code == 2
    assert said in result.stderr


def test_the_shell_completes_no_kind_that_does_not_exist() -> None:
    context = new.main.make_context("new", ["owl"], resilient_parsing=True)
    assert new.main.resolve_command(context, ["owl"]) == (None, None, [])
