"""What the measurements say: the table, the growth, the targets."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log
from statistics import linear_regression

from rich.table import Table

from benchmarks.contests import Contest, Ledger
from benchmarks.measure import Sample
from benchmarks.shape import Shape

# By name of the ledger and of the contest.
Results = dict[tuple[str, str], Sample]

GROWTH_FROM = 10_000  # events; below, most of the time goes into starting the process
LINEAR = 1.05  # exponents up to this count as linear: runs of one command differ by as much


@dataclass(frozen=True, slots=True)
class Target:
    """What the quotient of the times of two contests must be: `at_least` or `under` a number.

    It is judged on the real ledger, or on the largest made-up one on which both were measured; `events` is the size it
    is set for, 0 for any.
    """

    title: str
    upper: str
    lower: str
    at_least: float = 0.0
    under: float = float("inf")
    real: bool = False
    events: int = 0

    def row(self, ledger: Ledger, results: Results) -> tuple[str, str, str, str, str]:
        """Return its row in the table of targets."""
        quotient = results[ledger.name, self.upper].seconds / results[ledger.name, self.lower].seconds
        wanted = f"at least {self.at_least}" if self.at_least else f"under {self.under}"
        verdict = "met" if self.at_least <= quotient < self.under else "missed"
        if ledger.events < self.events:
            verdict = f"set for {self.events:,} events"
        return self.title, ledger.name, wanted, f"{quotient:.2f}", verdict


TARGETS = (
    Target("check of the real data / frictionless validate", "check-sqlite", "frictionless", under=1.5, real=True),
    Target(
        "frictionless validate / SQL rules and fold in DuckDB",
        "frictionless",
        "rules-duckdb",
        at_least=10,
        events=1_000_000,
    ),
    Target("sqlite-utils / tables, keys, indexes and search of the build", "utils", "tables", at_least=1.8),
    Target("state on a day from the database / folding anew", "state", "refold", under=0.3, events=1_000_000),
)


def results_table(ledgers: Sequence[Ledger], wanted: Sequence[Contest], results: Results) -> Table:
    """Return one row per contest: seconds and MB on each ledger, growth, and how it compares on the largest."""
    table = Table(title="wall time in s and peak memory in MB, medians")
    table.add_column("events")
    for ledger in ledgers:
        table.add_column(ledger.name, justify="right")
        table.add_column("MB", justify="right", style="dim")
    for title in ("growth", "/ csv.reader", "/ frictionless"):
        table.add_column(title, justify="right")
    for contest in wanted:
        cells = [cell for ledger in ledgers for cell in _cells(results.get((ledger.name, contest.name)))]
        exponent = growth(ledgers, contest.name, results)
        compared = [_quotient(ledgers, contest.name, other, results) for other in ("reader", "frictionless")]
        grown = "" if exponent is None else f"n^{exponent:.2f}"
        table.add_row(contest.title, *cells, grown, *compared, style="bold" if contest.ours else None)
    return table


def targets_table(ledgers: Sequence[Ledger], wanted: Sequence[Contest], results: Results) -> Table:
    """Return one row per target that can be judged: on which ledger, what it must be, what it is, met or missed."""
    table = Table("target", "events", "must be", "is", "")
    for target in TARGETS:
        pair = {target.upper, target.lower}
        fit = [
            it for it in ledgers if it.made_up is not target.real and all((it.name, name) in results for name in pair)
        ]
        if fit:
            table.add_row(*target.row(fit[-1], results))
    for contest in wanted:
        exponent = growth(ledgers, contest.name, results)
        if contest.ours and exponent is not None:
            sizes = _grown(ledgers, contest.name, results)
            verdict = "met" if exponent <= LINEAR else "missed"
            span = f"{sizes[0].name} to {sizes[-1].name}"
            table.add_row(f"growth of: {contest.title}", span, f"up to n^{LINEAR}", f"n^{exponent:.2f}", verdict)
    return table


def shape_table(real: Shape, made_up: Sequence[tuple[str, Shape]]) -> Table:
    """Return one row per figure of the shape: in the real ledger and in the made-up ones."""
    table = Table("shape", "real", *(name for name, _ in made_up))
    for rows in zip(real.rows(), *(shape.rows() for _, shape in made_up), strict=True):
        table.add_row(rows[0][0], *(f"{figure:.2f}" for _, figure in rows))
    return table


def growth(ledgers: Sequence[Ledger], name: str, results: Results) -> float | None:
    """Return the exponent e of a time that grows as n^e, fitted over the made-up ledgers from `GROWTH_FROM` on."""
    sizes = _grown(ledgers, name, results)
    if len(sizes) < 2:  # noqa: PLR2004 a line needs two points
        return None
    times = [log(results[ledger.name, name].seconds) for ledger in sizes]
    return linear_regression([log(ledger.events) for ledger in sizes], times).slope


def _grown(ledgers: Sequence[Ledger], name: str, results: Results) -> list[Ledger]:
    return [it for it in ledgers if it.made_up and it.events >= GROWTH_FROM and (it.name, name) in results]


def _cells(sample: Sample | None) -> tuple[str, str]:
    return (f"{sample.seconds:.2f}", f"{sample.megabytes:.0f}") if sample else ("", "")


def _quotient(ledgers: Sequence[Ledger], name: str, other: str, results: Results) -> str:
    """Return how many times as long one takes as the other, on the largest ledger on which both were measured."""
    for ledger in reversed(ledgers):
        mine, theirs = results.get((ledger.name, name)), results.get((ledger.name, other))
        if mine and theirs:
            return f"{mine.seconds / theirs.seconds:.2f}"
    return ""
