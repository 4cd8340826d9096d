"""The generated pages are up to date, complete, and written on request."""

import shutil
from pathlib import Path

from click.testing import CliRunner

from rules import all_rules
from scripts.docs import PAGES, main
from tests.conftest import PROJECT, Ledger


def run(root: Path, *arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["--root", str(root), *arguments])
    return result.exit_code, result.output


def test_the_pages_of_the_project_are_up_to_date() -> None:
    assert run(PROJECT) == (0, "")


def test_a_page_out_of_date_is_shown_and_mended(ledger: Ledger) -> None:
    shutil.copytree(PROJECT / "docs", ledger.root / "docs")
    run(ledger.root, "--write")
    page = ledger.root / "docs" / "rules.md"
    page.write_text(page.read_text().replace("EVT002", "EVT999"))
    (ledger.root / "docs" / "columns.md").unlink()
    code, said = run(ledger.root)
    assert code == 1
    assert "-### EVT999" in said
    assert "docs/rules.md is out of date" in said
    assert run(ledger.root, "--write") == (0, "wrote docs/columns.md\nwrote docs/rules.md\n")
    assert run(ledger.root) == (0, "")


def test_every_rule_column_and_code_is_documented() -> None:
    text = {name: (PROJECT / name).read_text() for name in PAGES}
    dataset = Ledger(PROJECT).open()
    assert [rule.id for rule in all_rules() if f"### {rule.id}\n" not in text["docs/rules.md"]] == []
    columns = [(spec.name, column) for spec in dataset.specs.values() for column in spec.columns]
    for table, column in columns:
        section = text["docs/columns.md"].split(f"\n## {table}\n")[1].split("\n## ")[0]
        assert f"| `{column}` |" in section, (table, column)
    for row in dataset.table("vocabulary").rows:
        section = text["docs/vocabulary.md"].split(f"\n## {row['field']}\n")[1].split("\n## ")[0]
        assert f"| `{row['value']}` | {row['label']} |" in section
