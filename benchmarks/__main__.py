"""How fast the commands are and how they grow, beside other tools: ``python -m benchmarks``."""

import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from benchmarks.contests import Contest, Ledger, contests
from benchmarks.generate import generate
from benchmarks.measure import Sample, median_of, run
from benchmarks.report import Results, results_table, shape_table, targets_table
from benchmarks.shape import Shape, count_shape
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import CannotRunError, Dataset, open_dataset

SIZES = "1000,10000,100000"
WIDTH = 200  # columns of the output where it does not go to a terminal
REPEATED = 0.1  # of --longest: what takes more time than that is not repeated
SHAPE_UP_TO = 100_000  # events; the shape of a larger ledger is not counted again


class Benchmark:
    """The ledgers measured so far, smallest first, and the results on them."""

    def __init__(self, dataset: Dataset, wanted: Sequence[Contest], repeat: int, longest: float) -> None:
        self.dataset, self.wanted, self.repeat, self.longest = dataset, wanted, repeat, longest
        self.shape = count_shape(dataset)
        self.ledgers: list[Ledger] = []
        self.results: Results = {}
        self.shapes: list[tuple[str, Shape]] = []

    def measure_real(self) -> None:
        """Measure on the dataset itself."""
        with tempfile.TemporaryDirectory() as scratch:
            events = len(self.dataset.table("events").rows)
            self._measure(self._ledger(f"real: {events:,}", self.dataset.root.resolve(), events, scratch))

    def measure_made_up(self, events: int) -> None:
        """Measure on a ledger made up in the shape of the dataset, which is removed afterwards."""
        with tempfile.TemporaryDirectory() as scratch:
            root = Path(scratch) / "ledger"
            _say(f"making a ledger of {events:,} events")
            generate(self.dataset, self.shape, events, root)
            os.sync()  # what is still to be written to the disk would slow what is measured first
            self._measure(self._ledger(f"{events:,}", root, events, scratch))
            if events <= SHAPE_UP_TO:
                self.shapes.append((f"{events:,}", count_shape(open_dataset(root))))

    def _ledger(self, name: str, root: Path, events: int, scratch: str) -> Ledger:
        year, rest = self.dataset.as_of[:4], self.dataset.as_of[4:]
        made_up = root != self.dataset.root.resolve()
        return Ledger(name, root, events, f"{int(year) - 1}{rest}", Path(scratch), made_up)

    def _measure(self, ledger: Ledger) -> None:
        """Run the contests in turn, round after round, and keep the medians.

        A contest that would take longer than `longest` is left out, and one that took long is run but once.
        """
        chosen = [contest for contest in self.wanted if self._foreseen(ledger, contest) <= self.longest]
        samples: dict[str, list[Sample]] = {contest.name: [] for contest in chosen}
        for turn in range(self.repeat):
            for contest in chosen:
                taken = samples[contest.name]
                if not taken or taken[0].seconds <= self.longest * REPEATED:
                    _say(f"{ledger.name} events, round {turn + 1} of {self.repeat}: {contest.title}")
                    taken.append(_run(contest, ledger))
        self.ledgers.append(ledger)
        self.results |= {(ledger.name, name): median_of(taken) for name, taken in samples.items()}

    def _foreseen(self, ledger: Ledger, contest: Contest) -> float:
        """Return how many seconds a contest will take if it grows on as on smaller ledgers; 0 where there are none."""
        smaller = [other for other in self.ledgers if other.made_up and ledger.made_up]
        known = [
            (other.events, self.results[other.name, contest.name].seconds)
            for other in smaller
            if (other.name, contest.name) in self.results
        ]
        if len(known) < len(smaller):
            return float("inf")  # it took too long before
        if not known:
            return 0.0
        (fewer, before), (events, seconds) = [(0, 0.0), *known][-2:]
        return seconds + max(0.0, seconds - before) / (events - fewer) * (ledger.events - events)


def _run(contest: Contest, ledger: Ledger) -> Sample:
    if "{release}" in contest.words and contest.name != "database" and not ledger.release.exists():
        database = next(other for other in contests() if other.name == "database")
        run(database.command(ledger))
    return run(contest.command(ledger), may_find=not ledger.made_up)


def _say(text: str) -> None:
    """Show what is under way, on a terminal only."""
    if sys.stderr.isatty():
        click.echo(f"\r\033[K{text}", err=True, nl=False)


def _sizes(_context: click.Context, _parameter: click.Parameter, value: str) -> list[int]:
    try:
        sizes = sorted({int(size) for size in value.split(",")})
    except ValueError:
        sizes = [0]
    if sizes[0] < 1:
        raise click.BadParameter("give whole numbers from 1 on, separated by commas")
    return sizes


def _chosen(names: Sequence[str]) -> list[Contest]:
    found = contests()
    unknown = sorted(set(names) - {contest.name for contest in found})
    if unknown:
        raise CannotRunError(
            f"there is nothing called {unknown[0]!r} to measure. Choose from: {', '.join(it.name for it in found)}."
        )
    wanted = [contest for contest in found if not names or contest.name in names]
    for program in sorted({contest.program for contest in wanted if contest.missing}):
        click.echo(
            f"{program} is not on the PATH and is left out. Install requirements/bench.txt in an environment of its "
            "own and put its bin folder on the PATH, or run: nox -s bench",
            err=True,
        )
    return [contest for contest in wanted if not contest.missing]


@click.command(context_settings=CONTEXT)
@root_option
@click.option("--events", callback=_sizes, default=SIZES, show_default=True, help="Sizes of the ledgers to make up.")
@click.option("--only", metavar="NAME", multiple=True, help="Measure only this; may be repeated.")
@click.option("--repeat", type=click.IntRange(min=1), default=3, show_default=True, help="Rounds of runs.")
@click.option(
    "--longest",
    type=click.IntRange(min=1),
    default=300,
    show_default=True,
    help="Leave out what would take more seconds than this; what takes over a tenth of it is run but once.",
)
@reports_mistakes
def main(*, root: Path, events: list[int], only: tuple[str, ...], repeat: int, longest: int) -> None:
    """Measure check, fold and build beside other tools, on the real ledger and on made-up ones in its shape.

    Example: python -m benchmarks --events 1000,10000,100000,1000000
    """
    started = time.perf_counter()
    benchmark = Benchmark(open_dataset(root), _chosen(only), repeat, longest)
    benchmark.measure_real()
    for size in events:
        benchmark.measure_made_up(size)
    _say("")
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    console.print(shape_table(benchmark.shape, benchmark.shapes))
    console.print(results_table(benchmark.ledgers, benchmark.wanted, benchmark.results))
    console.print(targets_table(benchmark.ledgers, benchmark.wanted, benchmark.results))
    console.print(f"Up to {repeat} rounds, {time.perf_counter() - started:,.0f} s in all.")


if __name__ == "__main__":
    main()
