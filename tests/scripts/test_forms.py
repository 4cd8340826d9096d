"""The issue forms ask for what an editor needs, and their pick-lists are those of the data."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from scripts.dataset import open_dataset
from scripts.forms import ELSE, FOLDER, FORMS, form_pages, lists_of, with_lists
from tests.conftest import PROJECT, Ledger

GITHUB = PROJECT / ".github"


def form(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    return document


def dropdowns(name: str) -> dict[str, list[str]]:
    return {it["id"]: it["attributes"]["options"] for it in form(name)["body"] if it["type"] == "dropdown"}


def test_there_are_the_forms_that_are_promised_and_no_blank_issue() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*FORMS, "config"}
    config = yaml.safe_load((FOLDER / "config.yml").read_text(encoding="utf-8"))
    assert config["blank_issues_enabled"] is False
    repository = open_dataset(PROJECT).descriptor["repository"]
    assert all(link["url"].startswith(f"{repository}/") for link in config["contact_links"])


@pytest.mark.parametrize("name", FORMS)
def test_a_form_offers_what_the_data_holds(name: str) -> None:
    """By the names and labels as an editor types them, in their order."""
    data = open_dataset(PROJECT)
    labels = data.labels
    known = {
        "product": sorted((row["name"] for row in data.table("products").rows), key=str.casefold),
        "field": [*(labels["events.field", claim] for claim in data.specs["tiers"].claims), ELSE],
        "notice": [labels["events.notice", code] for code in ("silent", "unknown", "announced")],
        "category": [labels["products.category", code] for code in data.specs["products"].field("category").enum],
    }
    offered = dropdowns(name)
    assert offered
    for key, options in offered.items():
        assert sorted(options) == sorted(known[key])
        assert len(set(options)) == len(options), "GitHub refuses a form with an option that stands twice"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_one_that_github_takes(name: str) -> None:
    document = form(name)
    assert document.keys() == {"name", "description", "title", "labels", "body"}
    fields = [it for it in document["body"] if it["type"] != "markdown"]
    ids = [it["id"] for it in fields]
    assert len(set(ids)) == len(ids)
    for it in fields:
        assert it["type"] in {"dropdown", "input", "textarea"}
        assert it.keys() <= {"type", "id", "attributes", "validations"}
        assert it["attributes"]["label"]


@pytest.mark.parametrize("name", ["policy-changed", "vendor-reply", "wrong-fact"])
def test_nothing_about_a_product_is_asked_without_its_documents(name: str) -> None:
    required = {it["id"] for it in form(name)["body"] if it.get("validations", {}).get("required")}
    assert required >= {"product", "field"}
    assert required & {"url", "documents"}


def test_a_list_is_filled_anew_whatever_it_held(ledger: Ledger) -> None:
    lists = lists_of(ledger.open())
    assert lists["product"] == ["Parrot"]
    empty = "body:\n  - type: dropdown\n    id: product\n    attributes:\n      label: P\n      options: []\n    x: y\n"
    once = with_lists(empty, lists)
    assert once == empty.replace("options: []", 'options:\n        - "Parrot"')
    assert with_lists(once, {"product": ['A "B" \\ c', "no"]}).count("        - ") == 2
    assert yaml.safe_load(with_lists(once, {"product": ['A "B" \\ c', "no"]}))["body"][0]["attributes"]["options"] == [
        'A "B" \\ c',
        "no",
    ]
    with pytest.raises(KeyError):
        with_lists(empty, {})


def test_every_pick_list_of_a_form_is_one_that_is_filled(ledger: Ledger) -> None:
    for path, page in form_pages().items():
        text = page(ledger.open())
        assert text.count("type: dropdown") == len(dropdowns(Path(path).stem))
        assert "options: []" not in text
        assert '"Claude"' not in text, path


def test_a_pull_request_is_asked_three_things_in_three_lines() -> None:
    lines = (GITHUB / "pull_request_template.md").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 3


def test_every_owner_owns_something_that_is_there() -> None:
    lines = [line for line in (GITHUB / "CODEOWNERS").read_text(encoding="utf-8").splitlines() if line[:1] != "#"]
    owner = re.compile(r"@[\w-]+/[\w-]+")
    for line in lines:
        path, *owners = line.split()
        assert path == "*" or (PROJECT / path.removeprefix("/")).exists(), path
        assert owners
        assert all(owner.fullmatch(it) for it in owners)
    assert lines[0].startswith("* "), "the last match counts, so the general one stands first"
