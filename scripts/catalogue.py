"""What lets a machine find the release: the dataset in the words of schema.org, and of DCAT."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scripts.dataset import Dataset, earliest
from scripts.manifest import attributions, files

Document = dict[str, Any]

PUBLISHER = "The does-it-train editors"
LICENSES = {"ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/"}
NAMES = {
    "does-it-train.sqlite": "SQLite database",
    "does-it-train.zip": "Data package: tables as CSV with their schemas",
    "datapackage.json": "Descriptor of the data package, with the schemas of the tables",
    "json/all.json": "All products as one JSON document",
    "json/changes.json": "Changes since the last release as JSON",
    "json/index.json": "Verdicts of all products as JSON",
    "feeds/all.atom": "Changes as an Atom feed",
    "feeds/all.json": "Changes as a JSON Feed",
    "feeds/all.ics": "Effective dates and deadlines as a calendar",
}
# The vocabulary of DCAT 3; spelt out, so that no one has to fetch a context to read the document.
DCAT_CONTEXT = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}


def write_catalogue(dataset: Dataset, folder: Path) -> None:
    """Write `metadata/schema-org.jsonld` and `metadata/dcat.jsonld` about the files in `folder`."""
    offered = [{**entry, "name": _name(entry["path"])} for entry in files(folder, _name)]
    for file, document in (("schema-org", schema_org(dataset, offered)), ("dcat", dcat(dataset, offered))):
        path = folder / "metadata" / f"{file}.jsonld"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def schema_org(dataset: Dataset, offered: Sequence[Document]) -> Document:
    """Return the dataset as a schema.org `Dataset`; `offered` are entries of the manifest, each with a `name`."""
    about = dataset.descriptor
    publisher = {"@type": "Organization", "name": PUBLISHER, "url": about["homepage"]}
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "@id": f"{about['homepage']}/#dataset",
        "name": about["title"],
        "alternateName": about["name"],
        "description": about["description"],
        "url": f"{about['homepage']}/",
        "sameAs": about["repository"],
        "version": about["version"],
        "dateModified": dataset.as_of,
        "temporalCoverage": f"{_first_day(dataset)}/{dataset.as_of}",
        "keywords": about["keywords"],
        "inLanguage": "en",
        "license": about["licenses"][0]["path"],
        "isAccessibleForFree": True,
        "creator": publisher,
        "publisher": publisher,
        "isBasedOn": [
            {"@type": "Dataset", "name": based["title"], "url": based["path"], "license": LICENSES[based["license"]]}
            for based in attributions(dataset)
        ],
        "variableMeasured": [
            {"@type": "PropertyValue", "name": field.name, "description": field.description}
            for field in dataset.specs["tiers"].fields
            if field.claim
        ],
        "distribution": [
            {
                "@type": "DataDownload",
                "name": entry["name"],
                "contentUrl": _address(dataset, entry),
                "encodingFormat": entry["media_type"],
                "contentSize": f"{entry['bytes']} B",
                "sha256": entry["sha256"],
            }
            for entry in offered
        ],
    }


def dcat(dataset: Dataset, offered: Sequence[Document]) -> Document:
    """Return the dataset as a DCAT 3 `Dataset`; `offered` are entries of the manifest, each with a `name`."""
    about = dataset.descriptor
    license_ = {"@id": about["licenses"][0]["path"]}
    return {
        "@context": DCAT_CONTEXT,
        "@id": f"{about['homepage']}/#dataset",
        "@type": "dcat:Dataset",
        "dcterms:title": _english(about["title"]),
        "dcterms:description": _english(about["description"]),
        "dcterms:identifier": about["name"],
        "dcat:version": about["version"],
        "dcterms:modified": _date(dataset.as_of),
        "dcterms:temporal": {
            "@type": "dcterms:PeriodOfTime",
            "dcat:startDate": _date(_first_day(dataset)),
            "dcat:endDate": _date(dataset.as_of),
        },
        "dcterms:license": license_,
        "dcterms:language": {"@id": "http://publications.europa.eu/resource/authority/language/ENG"},
        "dcterms:publisher": {
            "@type": "foaf:Organization",
            "foaf:name": PUBLISHER,
            "foaf:homepage": {"@id": f"{about['homepage']}/"},
        },
        "dcterms:source": [
            {
                "@id": based["path"],
                "dcterms:title": _english(based["title"]),
                "dcterms:license": {"@id": LICENSES[based["license"]]},
            }
            for based in attributions(dataset)
        ],
        "dcat:keyword": [_english(word) for word in about["keywords"]],
        "dcat:landingPage": {"@id": f"{about['homepage']}/"},
        "dcat:distribution": [
            {
                "@id": _address(dataset, entry),
                "@type": "dcat:Distribution",
                "dcterms:title": _english(entry["name"]),
                "dcterms:license": license_,
                "dcat:accessURL": {"@id": f"{about['homepage']}/data"},
                "dcat:downloadURL": {"@id": _address(dataset, entry)},
                "dcat:mediaType": {"@id": f"https://www.iana.org/assignments/media-types/{entry['media_type']}"},
                "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(entry["bytes"])},
                "spdx:checksum": {
                    "@type": "spdx:Checksum",
                    "spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"},
                    "spdx:checksumValue": {"@type": "xsd:hexBinary", "@value": entry["sha256"]},
                },
            }
            for entry in offered
        ],
    }


def _name(path: str) -> str:
    """Return what a file of the release is called in a catalogue; '' for one that is part of something else."""
    folder, _, file = path.rpartition("/")
    table = file.partition(".")[0]
    return NAMES.get(path) or {"csv": f"{table} as CSV", "parquet": f"{table} as Parquet"}.get(folder, "")


def _address(dataset: Dataset, entry: Document) -> str:
    return f"{dataset.descriptor['homepage']}/release/{entry['path']}"


def _first_day(dataset: Dataset) -> str:
    return min(earliest(row["effective_on"]) for row in dataset.table("events").rows)


def _english(text: str) -> Document:
    return {"@language": "en", "@value": text}


def _date(day: str) -> Document:
    return {"@type": "xsd:date", "@value": day}
