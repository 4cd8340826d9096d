"""Check the dataset against its rules: ``python -m scripts.check``.

Exit code 0: clean. 1: there are findings. 2: the check cannot run.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

import click

from rules import Context, Place, Rule, all_rules, chosen
from rules.exc import PATH as EXCEPTIONS
from rules.exc import RuleException, valid_exceptions
from scripts.cli import CONTEXT, day, reports_mistakes, root_option
from scripts.dataset import CannotRunError, Dataset, UnreadableTableError, list_cell, open_dataset
from scripts.engine import ENGINES, Engine
from scripts.report import FORMATS, Finding, Report, sort

# Rules on what the reader met in a file; no rule that reads the file may pass in silence over them.
FAULTS = ("FMT003", "FMT004", "FMT005", "FMT007", "FMT008", "FMT009")
# Rules after which Frictionless has nothing to add on the row.
WHOLE_ROW = ("FMT005", "FMT008")
# A cell may hold anything, and its text stands in keys and messages.
LONGEST_KEY = 100
LONGEST_MESSAGE = 500


def check(
    dataset: Dataset,
    *,
    engine: str = "sqlite",
    as_of: str = "",
    rules: Iterable[str] = (),
    products: Iterable[str] = (),
) -> Report:
    """Run rules on a dataset.

    `as_of` is a day (YYYY-MM-DD), by default that of the dataset; `rules` are ids or families, by default all that
    stay on the machine; `products` narrows the findings to those products. Raises CannotRunError where one of these
    is not known.
    """
    context = Context(dataset, day(as_of or dataset.as_of))
    exceptions = valid_exceptions(dataset.root, context.as_of)
    selected = _selected(rules)
    wanted = _known_products(dataset, products)
    base = Engine(dataset, engine)
    run: list[str] = []
    skipped: list[str] = []
    findings: list[Finding] = []
    for rule in selected:
        if rule.family == "SHP" and _shape_cannot_be_read(dataset, findings):
            skipped.append(rule.id)
            continue
        try:
            findings += [_finding(rule, place) for place in rule.find(context, base)]
        except CannotRunError:
            raise
        except UnreadableTableError:
            skipped.append(rule.id)
        except Exception as error:  # noqa: BLE001 a rule that crashes is a finding; the others still run
            findings.append(_crash(rule, error))
        else:
            run.append(rule.id)
    findings += _faulty_files(dataset, run)
    findings = _one_message_per_fault(findings)
    findings = _excuse(findings, exceptions, run, whole=not wanted)
    if wanted:
        findings = [finding for finding in findings if not (about := _products_of(dataset, finding)) or about & wanted]
    return Report(context.as_of, tuple(run), tuple(skipped), sort(findings))


def _selected(ids: Iterable[str]) -> tuple[Rule, ...]:
    try:
        return chosen(ids)
    except KeyError as error:
        families = sorted({rule.family for rule in all_rules()})
        raise CannotRunError(
            f"there is no rule {error.args[0]!r}. Give an id such as EVT002 or a family: {', '.join(families)}."
        ) from None


def _known_products(dataset: Dataset, products: Iterable[str]) -> set[str]:
    wanted = set(products)
    known = dataset.table("products") if wanted else None
    if known and known.readable and not wanted <= known.keys:
        unknown = min(wanted - known.keys)
        raise CannotRunError(f"there is no product {unknown!r}. Give an id that stands in {known.spec.path}.")
    return wanted


def _finding(rule: Rule, place: Place) -> Finding:
    key, message = _visible(place.key, LONGEST_KEY), _visible(place.detail, LONGEST_MESSAGE)
    fix = place.remedy or rule.fix
    return Finding(place.file, place.line, place.column, rule.id, key, message, fix, rule.severity)


def _visible(text: str, length: int) -> str:
    """Return `text`, cut to `length`, in one line, with a code in the place of each character that nobody would see."""
    shown = text if len(text) <= length else f"{text[: length - 1]}…"
    return "".join(sign if sign.isprintable() else f"<U+{ord(sign):04X}>" for sign in shown)


def _crash(rule: Rule, error: Exception) -> Finding:
    crashed = next(known for known in all_rules() if known.id == "EXC003")
    file = rule.path.relative_to(Path(__file__).resolve().parent.parent).as_posix()
    detail = f"the rule {rule.id} crashed: {type(error).__name__}: {error}"
    return _finding(crashed, Place(file, 1, "", "", detail))


def _shape_cannot_be_read(dataset: Dataset, findings: list[Finding]) -> bool:
    """Whether Frictionless would only repeat, less clearly, that a file or a schema cannot be read as it stands."""
    schemas_wrong = any(finding.rule.startswith("PKG") for finding in findings)
    return schemas_wrong or not all(table.readable and table.plain for table in dataset.tables)


def _faulty_files(dataset: Dataset, run: list[str]) -> list[Finding]:
    rules = [rule for rule in all_rules() if rule.id in FAULTS and rule.id not in run]
    return [
        _finding(rule, Place(table.spec.path, fault.line, fault.column, "", fault.detail))
        for rule in rules
        for table in dataset.read_so_far
        for fault in table.faults
        if fault.kind == rule.id
    ]


def _one_message_per_fault(findings: list[Finding]) -> list[Finding]:
    """Leave out what Frictionless says of a cell or row that a rule of ours explains better."""
    ours = [finding for finding in findings if not finding.rule.startswith("SHP")]
    cells = {(finding.file, finding.line, finding.column) for finding in ours}
    rows = {(finding.file, finding.line) for finding in ours if finding.rule in WHOLE_ROW}
    keys = {(finding.file, finding.line) for finding in ours if finding.rule == "KEY001"}

    def explained(finding: Finding) -> bool:
        row = (finding.file, finding.line)
        return (*row, finding.column) in cells or row in rows or (finding.rule == "SHP005" and row in keys)

    return [finding for finding in findings if not finding.rule.startswith("SHP") or not explained(finding)]


def _excuse(findings: list[Finding], exceptions: list[RuleException], run: list[str], *, whole: bool) -> list[Finding]:
    """Take out the findings that an exception excuses, and add the exceptions that excuse nothing."""
    excused = {(exception.rule, exception.key) for exception in exceptions}
    left = [finding for finding in findings if (finding.rule, finding.key) not in excused]
    if "EXC002" not in run or not whole:
        return left
    needed = {(finding.rule, finding.key) for finding in findings}
    rule = next(known for known in all_rules() if known.id == "EXC002")
    return left + [
        _finding(rule, _unneeded(exception))
        for exception in exceptions
        if exception.rule in run and (exception.rule, exception.key) not in needed
    ]


def _unneeded(exception: RuleException) -> Place:
    detail = f'nothing breaks {exception.rule} at "{exception.key}" any more'
    return Place(EXCEPTIONS, exception.line, "key", exception.key, detail)


def _products_of(dataset: Dataset, finding: Finding) -> set[str]:
    """Return the products that the row of a finding speaks of; none where it is about a file as a whole."""
    by_path = {spec.path: spec.name for spec in dataset.specs.values()}
    name = by_path.get(finding.file, "")
    rows = [row for row in dataset.table(name).rows if row.line == finding.line] if name else []
    if not rows:
        return set()
    row = rows[0].cells
    if "product_id" in row:
        return {row["product_id"]}
    if name == "vendors":
        return {
            other["product_id"] for other in dataset.table("products").rows if other["vendor_id"] == row["vendor_id"]
        }
    if name == "sources":
        users = (other for table in ("events", "misconceptions") for other in dataset.table(table).rows)
        return {user["product_id"] for user in users if row["source_id"] in list_cell(user["source_ids"])}
    return set()


@click.command(context_settings=CONTEXT)
@root_option
@click.option(
    "--engine", type=click.Choice(ENGINES), default="sqlite", show_default=True, help="What runs the SQL rules."
)
@click.option(
    "--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How to say it."
)
@click.option(
    "--as-of", metavar="DATE", default="", show_default="that of the dataset", help="Day to check for, YYYY-MM-DD."
)
@click.option("--rule", "rules", metavar="ID", multiple=True, help="Run only this rule or family; may be repeated.")
@click.option("--product", "products", metavar="ID", multiple=True, help="Show only this product; may be repeated.")
@reports_mistakes
def main(  # noqa: PLR0913 one parameter per option
    *, root: Path, engine: str, format_: str, as_of: str, rules: tuple[str, ...], products: tuple[str, ...]
) -> None:
    """Check the dataset against its rules and say where, what and how to mend it.

    Exit code 0: clean. 1: there are findings. 2: the check cannot run.

    Example: python -m scripts.check --rule EVT --product claude
    """
    report = check(open_dataset(root), engine=engine, as_of=as_of, rules=rules, products=products)
    text = FORMATS[format_](report)
    if text:
        click.echo(text)
    sys.exit(0 if report.clean else 1)


if __name__ == "__main__":
    main()
