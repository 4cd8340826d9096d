"""Write a legal ledger of any size in the shape of a real one: ``python -m benchmarks.generate``.

The same seed, size and real ledger give the same bytes. Products are made and written one by one, so the time grows
with the number of events and the memory does not.
"""

import csv
import random
import shutil
from contextlib import ExitStack
from pathlib import Path

import click

from benchmarks.product import Product
from benchmarks.shape import Shape, count_shape
from benchmarks.words import values_by_field
from scripts.cli import CONTEXT, reports_mistakes, root_option
from scripts.dataset import DESCRIPTOR, Dataset, open_dataset

SEED = 1
DATA = "data/"


def generate(dataset: Dataset, shape: Shape, events: int, folder: Path, seed: int = SEED) -> None:
    """Write a dataset of exactly `events` events in `shape` to the new folder `folder`.

    It has the schemas, the vocabulary and the day of `dataset`.
    """
    shutil.copytree(dataset.root / "schema", folder / "schema")
    shutil.copyfile(dataset.root / DESCRIPTOR, folder / DESCRIPTOR)
    (folder / DATA).mkdir()
    draw = random.Random(seed)  # noqa: S311 drawn again from the same seed; nothing is secret
    values = values_by_field(dataset.specs["tiers"])
    with ExitStack() as files:
        writers = {}
        for name, spec in dataset.specs.items():
            if spec.path.startswith(DATA):
                file = files.enter_context((folder / spec.path).open("w", encoding="utf-8", newline=""))
                writers[name] = csv.DictWriter(file, spec.columns, restval="", lineterminator="\n")
                writers[name].writeheader()
        left, number, vendor = events, 0, ""
        while left:
            product = Product(draw, shape, values, as_of=dataset.as_of, number=number, most_events=left)
            vendors = product.rows.pop("vendors")
            if vendors[0]["vendor_id"] != vendor:
                vendor = vendors[0]["vendor_id"]
                writers["vendors"].writerows(vendors)
            for name, rows in product.rows.items():
                writers[name].writerows(rows)
            left -= len(product.rows["events"])
            number += 1


@click.command(context_settings=CONTEXT)
@root_option
@click.option("--events", type=click.IntRange(min=1), required=True, help="How many events to write.")
@click.option("--out", type=click.Path(path_type=Path, exists=False), required=True, help="Folder to make.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed gives another ledger.")
@reports_mistakes
def main(*, root: Path, events: int, out: Path, seed: int) -> None:
    """Write a made-up ledger in the shape of the one below --root.

    Example: python -m benchmarks.generate --events 10000 --out large
    """
    dataset = open_dataset(root)
    generate(dataset, count_shape(dataset), events, out, seed)


if __name__ == "__main__":
    main()
