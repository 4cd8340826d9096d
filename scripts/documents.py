"""The JSON documents of the release, read from the release database so that both say the same."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.database import opened

Document = dict[str, Any]

SOURCES_OF_PRODUCT = """
    select *
    from sources
    where source_id in (
        select source_id from citations join events using (event_id) where product_id = :product_id
        union
        select source_id from misconception_sources join misconceptions using (misconception_id)
        where product_id = :product_id
    )
    order by source_id
"""


def write_documents(database: Path, folder: Path) -> None:
    """Write `index.json`, `all.json` and `products/<product_id>.json` below `folder`, with the schemas they name."""
    with opened(database) as connection:
        connection.row_factory = lambda cursor, row: dict(
            zip((column[0] for column in cursor.description), row, strict=True)
        )
        about = dict(connection.execute("select * from dataset").fetchone())
        products = [
            product_document(connection, row)
            for row in connection.execute("select * from products order by 1").fetchall()
        ]
    for product in products:
        write_document(
            folder / "products" / f"{product['product_id']}.json",
            {"$schema": "../schema/product.schema.json", **about_day(about), **product},
        )
    write_document(folder / "all.json", {"$schema": "schema/all.schema.json", "dataset": about, "products": products})
    write_document(
        folder / "index.json",
        {
            "$schema": "schema/index.schema.json",
            "dataset": about,
            "products": [_entry(product) for product in products],
        },
    )
    for schema in sorted((Path(__file__).resolve().parent.parent / "schema" / "release").glob("*.schema.json")):
        target = folder / "schema" / schema.name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(schema.read_bytes())


def about_day(about: Mapping[str, Any]) -> Document:
    """Return what each product document repeats of the dataset."""
    return {"version": about["version"], "as_of": about["as_of"]}


def product_document(connection: sqlite3.Connection, product: Mapping[str, Any]) -> Document:
    """Return all that the release knows of a product, as one document; `product` is its row."""

    def rows(sql: str) -> list[Document]:
        return connection.execute(sql, {"product_id": product["product_id"]}).fetchall()

    tiers = rows("select * from tiers where product_id = :product_id order by tier_id")
    claims = rows("select * from claims where product_id = :product_id order by tier_id, field")
    grounds = rows("select tier_id, field, event_id from grounds where product_id = :product_id order by 1, 2, 3")
    history = rows(
        "select h.* from history h join tiers t on t.tier_id = h.tier_id "
        "where t.product_id = :product_id order by h.tier_id, h.field, h.valid_from"
    )
    vendor = rows(
        "select v.* from vendors v join products p on p.vendor_id = v.vendor_id where p.product_id = :product_id"
    )
    verdict = rows("select verdict, label, answer, badges, since from verdicts where product_id = :product_id")[0]
    fields = [row["value"] for row in rows("select value from vocabulary where field = 'events.field'")]
    return {
        **_without(product, "vendor_id"),
        "former_names": _list(product["former_names"]),
        "vendor": _without(vendor[0]),
        **verdict,
        "badges": json.loads(verdict["badges"] or "[]"),
        "tiers": [
            {
                **_without(tier, "product_id", *fields),
                "claims": {
                    claim["field"]: {
                        **{name: claim[name] for name in ("value", "label", "since", "date_basis")},
                        "event_ids": [
                            row["event_id"]
                            for row in grounds
                            if (row["tier_id"], row["field"]) == (tier["tier_id"], claim["field"])
                        ],
                    }
                    for claim in claims
                    if claim["tier_id"] == tier["tier_id"]
                },
                "history": [_plain(row, "tier_id") for row in history if row["tier_id"] == tier["tier_id"]],
            }
            for tier in tiers
        ],
        "events": [
            {**_without(event, "product_id"), "source_ids": _list(event["source_ids"])}
            for event in rows(
                "select * from events where product_id = :product_id order by effective_on_earliest, event_id"
            )
        ],
        "misconceptions": [
            {
                **_without(row, "product_id"),
                "event_ids": _list(row["event_ids"]),
                "source_ids": _list(row["source_ids"]),
            }
            for row in rows("select * from misconceptions where product_id = :product_id order by misconception_id")
        ],
        "sources": [_without(row) for row in rows(SOURCES_OF_PRODUCT)],
    }


def _entry(product: Document) -> Document:
    names = ("product_id", "name", "category", "verdict", "label", "answer", "since")
    return {**{name: product[name] for name in names}, "url": f"products/{product['product_id']}.json"}


def _plain(row: Mapping[str, Any], *names: str) -> Document:
    return {name: value for name, value in row.items() if name not in names}


def _without(row: Mapping[str, Any], *names: str) -> Document:
    """Return a row without these columns, and without the computed dates, which are there for SQL."""
    return {name: value for name, value in _plain(row, *names).items() if not name.endswith("_earliest")}


def _list(cell: str | None) -> list[str]:
    return cell.split(";") if cell else []


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Write a document of the release to `path`, whose folder is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
