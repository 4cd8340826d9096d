"""Imports point one way: the data knows nobody, the rules know the data, the commands know both, the site nothing."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import PROJECT

# The modules in layers. What stands in a layer may import what stands in the layers before it.
DATA = {"scripts.locate", "scripts.reader", "scripts.dataset"}
RULES = {"rules"}
CHECK = {"scripts.cli", "scripts.engine", "scripts.report", "scripts.check"}
# Modules that may ask what the check found: those that refuse to go on, or that show it.
ASK_THE_CHECK = {"scripts.build", "scripts.new", "scripts.publish", "scripts.release", "scripts.settle"}

# The commands of the alerts.
SEND = {"scripts.notify", "scripts.forget", "scripts.backup", "scripts.restore"}


@cache
def modules(folder: str) -> dict[str, Path]:
    """The modules of a folder by their name."""
    paths = (path for path in (PROJECT / folder).rglob("*.py") if "__pycache__" not in path.parts)
    return {".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


@cache
def imports(path: Path, *, typing: bool = True) -> set[str]:
    """The modules that a module imports; without `typing`, only those it needs to run."""
    found: set[str] = set()

    def visit(node: ast.AST) -> None:
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING" and not typing:
            return
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.update({node.module or "", *(f"{node.module}.{alias.name}" for alias in node.names)})
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(path.read_text(encoding="utf-8")))
    return found


def ours(names: set[str]) -> set[str]:
    """Of the names imported, those that are modules of this project."""
    known = modules("scripts").keys() | modules("rules").keys()
    return {name for name in names if name in known}


SCRIPTS = modules("scripts")


@pytest.mark.parametrize("name", sorted(DATA))
def test_the_data_knows_nobody(name: str) -> None:
    assert ours(imports(SCRIPTS[name])) <= DATA | {"scripts"}


@pytest.mark.parametrize("name", sorted(modules("rules")))
def test_rules_know_the_data_alone(name: str) -> None:
    path = modules("rules")[name]
    known = ours(imports(path, typing=False)) - {"scripts"}
    assert {it for it in known if not it.startswith("rules")} <= DATA
    assert {it for it in known if it.startswith("rules.")} <= {"rules.lists", f"rules.{path.parent.name}"}


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_only_those_who_refuse_or_show_ask_the_check(name: str) -> None:
    asks = "scripts.check" in imports(SCRIPTS[name])
    assert not asks or name in ASK_THE_CHECK


@pytest.mark.parametrize("name", sorted(CHECK))
def test_the_check_knows_nobody_but_the_data_and_the_rules(name: str) -> None:
    known = ours(imports(SCRIPTS[name])) - {"scripts"}
    assert {it for it in known if not it.startswith("rules")} <= DATA | CHECK


@pytest.mark.parametrize("name", sorted(SCRIPTS))
def test_no_two_scripts_import_each_other(name: str) -> None:
    def reached(start: str, seen: frozenset[str] = frozenset()) -> frozenset[str]:
        for other in ours(imports(SCRIPTS[start], typing=False)) & SCRIPTS.keys() - seen - {"scripts"}:
            seen = reached(other, seen | {other})
        return seen

    assert name not in reached(name)


@pytest.mark.parametrize("name", sorted(modules("web")))
def test_the_site_knows_the_database_alone(name: str) -> None:
    names = {imported.split(".")[0] for imported in imports(modules("web")[name])}
    assert not names & {"scripts", "rules", "tests"}


@pytest.mark.parametrize("name", sorted(modules("alerts")))
def test_the_alerts_know_nobody(name: str) -> None:
    names = {imported.split(".")[0] for imported in imports(modules("alerts")[name])}
    assert not names & {"scripts", "rules", "web", "pages", "tests", "benchmarks", "datasette"}


@pytest.mark.parametrize("name", sorted(SCRIPTS.keys() - SEND))
def test_only_the_commands_of_the_alerts_know_the_alerts(name: str) -> None:
    assert "alerts" not in {imported.split(".")[0] for imported in imports(SCRIPTS[name])}


@pytest.mark.parametrize("name", sorted(modules("scripts") | modules("rules")))
def test_nothing_imports_the_site_or_the_tests(name: str) -> None:
    path = (modules("scripts") | modules("rules"))[name]
    assert not {imported.split(".")[0] for imported in imports(path)} & {"web", "tests", "benchmarks"}
