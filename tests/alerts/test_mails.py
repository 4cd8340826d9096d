"""The mails as they are read, and which changes they tell."""

import json
from pathlib import Path
from typing import Any

import pytest

from alerts import changes as told_changes
from alerts.changes import HEADINGS, moves, product_of, told
from alerts.mails import confirmation, note, section
from alerts.outbox import Mail
from alerts.subscriptions import EVERYTHING, Follow
from tests.conftest import PROJECT
from tests.mailing import NOW, entry, parsed, settings, text_of

MAIL = Mail(1, 1, "key", "anna@example.com", "note", "0.2.0+2026-01-15", None, NOW, 0)
ASKED = Mail(1, 1, "key", "anna@example.com", "confirm", None, "parrot", NOW, 0)
KINDS = json.loads((PROJECT / "schema" / "release" / "changes.schema.json").read_text(encoding="utf-8"))["$defs"][
    "entry"
]["properties"]["what"]["enum"]


def test_every_kind_that_is_told_is_a_kind_of_change() -> None:
    assert HEADINGS.keys() <= set(KINDS)
    assert {kind for kind in KINDS if kind.startswith(("claim", "upcoming"))} <= HEADINGS.keys()


@pytest.mark.parametrize("what", sorted(set(KINDS) - HEADINGS.keys()))
def test_what_changes_no_answer_is_not_told(what: str) -> None:
    assert told([entry(what=what)]) == []


def test_what_comes_is_told_anew_only_if_its_value_or_days_change() -> None:
    edits = [
        entry(what="upcoming_edited", table="events", field=field) for field in ("summary", "effective_on", "value")
    ]
    assert [edit["field"] for edit in told(edits)] == ["effective_on", "value"]


def test_a_product_that_comes_or_goes_is_told_as_one() -> None:
    entries = [
        entry(what="tier_added", product_id="new"),
        entry(what="tier_added", product_id="parrot"),
        entry(what="product_added", product_id="new"),
        entry(what="tier_removed", product_id="old"),
        entry(what="product_removed", product_id="old"),
    ]
    assert [(it["what"], it["product_id"]) for it in told(entries)] == [
        ("tier_added", "parrot"), ("product_added", "new"), ("product_removed", "old"),
    ]  # fmt: skip


def moved(key: str, after: str | None, **cells: Any) -> dict[str, Any]:  # noqa: ANN401 the cells of changes.json
    what = "id_moved" if after else "id_withdrawn"
    return entry(what=what, table="redirects", key=key, before=key.split(";", maxsplit=1)[0], after=after, **cells)


def test_ids_that_moved_concern_products_alone() -> None:
    one = moved("polly;products", "parrot")
    split = moved("polly;products", "parrot;macaw", product_id=None, product=None)
    tier = moved("polly-free;tiers", "parrot-free")
    gone = moved("polly;products", None, product_id=None, product=None)
    assert [product_of(it) for it in (one, split, tier, gone)] == ["parrot", "parrot", None, "polly"]
    assert moves([one, split, tier, gone]) == [
        ("polly", "parrot", "Parrot"), ("polly", "parrot", "parrot"), ("polly", "macaw", "macaw"),
    ]  # fmt: skip
    assert told([tier, entry(what="claim_changed", product_id=None)]) == []


def test_the_real_redirect_is_seen_to_be_of_a_product() -> None:
    spec = json.loads((PROJECT / "schema" / "redirects.schema.json").read_text(encoding="utf-8"))
    assert spec["primaryKey"] == ["old_id", "table"]  # of which the key of an entry is made
    assert told_changes._is_of_product(moved("le-chat;products", "vibe"))


HOSTILE = "x\r\nBcc: eve@example.com\r\n\r\n<script>alert(1)</script> {{ 7 * 7 }}"


def test_nothing_in_the_data_can_make_a_header_or_markup(tmp_path: Path) -> None:
    texts = dict.fromkeys(("product", "tier", "before_label", "after_label", "since", "summary", "text"), HOSTILE)
    sources = [{"source_id": "s", "title": HOSTILE, "publisher": HOSTILE, "url": "javascript:alert(1)"}]
    to = settings(tmp_path)
    mail = parsed(note(to, MAIL, [section(to, "parrot", [entry(sources=sources, **texts)])], NOW).as_bytes())
    assert mail["Bcc"] is None
    assert set(mail.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "List-Unsubscribe-Post",
        "MIME-Version", "Content-Type",
    }  # fmt: skip
    html = text_of(mail, "html")
    assert "<script" not in html
    assert 'href="javascript' not in html
    assert "49" not in html
    asked = confirmation(to, ASKED, Follow("parrot", HOSTILE, confirmed=False), NOW)
    assert parsed(asked.as_bytes())["Bcc"] is None


def test_the_subject_names_a_few_products_and_counts_the_rest(tmp_path: Path) -> None:
    to = settings(tmp_path)
    sections = [section(to, name.lower(), [entry(product=name)]) for name in ("Parrot", "Macaw", "Raven", "Owl")]
    subjects = [note(to, MAIL, sections[:count], NOW)["Subject"] for count in (1, 2, 3, 4)]
    assert subjects == [
        "What changed: Parrot",
        "What changed: Parrot and Macaw",
        "What changed: Parrot, Macaw and Raven",
        "What changed: Parrot, Macaw and 2 more",
    ]


def test_the_same_mail_has_the_same_bytes_and_another_person_another_id(tmp_path: Path) -> None:
    to = settings(tmp_path)
    sections = [section(to, "parrot", [entry()])]
    first, again = (note(to, MAIL, sections, NOW).as_bytes() for _ in range(2))
    assert first == again
    other = Mail(2, 2, "other", "b@example.com", "note", MAIL.release, None, NOW, 0)
    later = Mail(3, 1, "key", "anna@example.com", "note", "0.3.0+2026-02-01", None, NOW, 0)
    names = {parsed(note(to, mail, sections, NOW).as_bytes())["Message-ID"] for mail in (MAIL, other, later)}
    assert len(names) == 3
    assert all(name.endswith("@example.org>") and "key" not in name for name in names)


def test_what_does_not_apply_is_left_out_and_a_nameless_product_has_its_id(tmp_path: Path) -> None:
    bare = entry(product=None, before=None, before_label=None, after=None, after_label=None, since=None, sources=[])
    found = section(settings(tmp_path), "parrot", [bare])
    assert found.product == "parrot"
    for word in ("Before", "Now", "Since", "Source", "None"):
        assert word not in found.text + found.html
    seen = section(settings(tmp_path), "parrot", [entry(before=None, before_label=None, date_basis="observed")])
    assert "Before: nothing recorded" in seen.text
    assert "Since: 2025-08-28 (first seen)" in seen.text


def test_a_mail_about_all_products_says_so(tmp_path: Path) -> None:
    mail = confirmation(settings(tmp_path), ASKED, Follow(EVERYTHING, "Everything", confirmed=False), NOW)
    assert mail["Subject"] == "Please confirm: notes about all products"
